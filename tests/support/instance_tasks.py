# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short ways to run what ``cas_instance`` runs, and to look at what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import Instance
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response, Transport
from playbooks.files.emulator.core.emulator import Emulator
from tests.support import client
from tests.support.instance_calls import CONTACT, DETAIL, LIST, UPDATE

WWW = "www.example.com"
PEOPLE: dict[str, Any] = {"contact_ids": [str(CONTACT)]}
TEST, BUY = {"instance_type": "test"}, {"instance_type": "buy"}


class Killed(BaseException):
    """The process is gone."""


def run(account: Emulator, instance_id: str | None = None, **options: Any) -> Outcome[Instance]:
    """``cas_instance`` for www.example.com, unless other names, a CSR or another state are given."""
    state = options.get("state", "present")
    named = "domains" in options or "csr_content" in options
    domains = {} if named or state in ("cancelled", "revoked", "refunded") else {"domains": [WWW]}
    people = {} if state in ("cancelled", "revoked", "refunded") or "contact" in options else PEOPLE
    which = {} if instance_id is None else {"instance_id": instance_id}
    given = {**domains, **people, **which, **options}
    return client.instance(account, **{key: value for key, value in given.items() if value is not None})


def after(outcome: Outcome[Instance]) -> Instance:
    assert outcome.after
    return outcome.after


def failure_of(act: Callable[[], object], kind: type[Failure] = Failure) -> Failure:
    with pytest.raises(kind) as caught:
        act()
    assert caught.value.msg.isprintable(), caught.value.msg
    return caught.value


def refusal(act: Callable[[], object]) -> str:
    said: str = failure_of(act).msg
    return said


def acts(account: Emulator) -> list[str]:
    """The calls, in order."""
    return [call.action for call in account.calls]


def applications(account: Emulator) -> int:
    """How many applications the service ever took."""
    return sum(each.application.attempt for each in account.world.instances.values() if each.application)


def sent_forms(account: Emulator) -> int:
    return client.writes(account).count(UPDATE)


def dying(account: Emulator, number: int, is_before: bool) -> Transport:
    """A task that is killed right before, or right after, its call of this number has an effect."""
    real, left = client.transport(account), [number]

    def exchange(request: Request, timeout: float) -> Response:
        left[0] -= 1
        if left[0] >= 0:
            return real(request, timeout)
        if not is_before:
            real(request, timeout)
        raise Killed

    return exchange


def lagging(account: Emulator, seconds: float) -> Transport:
    """The service, where an application shows only some seconds after it was sent."""
    real = client.transport(account)

    def exchange(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        try:
            content = json.loads(response.body)
        except ValueError:
            return response
        if request.headers["x-acs-action"] not in (DETAIL, LIST):
            return response
        for entry in content.get("InstanceList", [content]):
            _age(account, entry, seconds)
        return response._replace(body=json.dumps(content).encode())

    return exchange


def _age(account: Emulator, entry: dict[str, Any], seconds: float) -> None:
    instance = account.world.instances.get(entry.get("InstanceId", ""))
    last = instance.application if instance else None
    if instance and last and account.world.now() < last.submitted + seconds:
        entry["Status"] = "normal" if instance.certificates else "inactive"
        entry["PendingResult"] = "issued" if instance.certificates else "none"
        entry["DomainValidationList"] = []
