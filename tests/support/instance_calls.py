# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short ways to make instances and to call their operations, in process."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Refusal
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import ask

CONTACT, OTHER_CONTACT = 2604551, 2604552
UPDATE, APPLY, CANCEL = "UpdateInstance", "ApplyCertificate", "CancelPendingCertificate"
REVOKE, REFUND, DELETE = "RevokeCertificate", "RefundInstance", "DeleteInstance"
DETAIL, LIST, CERTIFICATES = "GetInstanceDetail", "ListInstances", "ListCertificates"


def bought(emulator: Emulator, **wish: object) -> str:
    """The id of an instance fresh from the shop."""
    return emulator.add_instance(**wish)[0].instance_id


def filled(emulator: Emulator, domain: str = "www.example.com", **wish: object) -> str:
    """The id of an instance whose form is complete."""
    instance_id = bought(emulator, **wish)
    ask(emulator, UPDATE, InstanceId=instance_id, Domain=domain, **{"ContactIdList.1": CONTACT})
    return instance_id


def pending(emulator: Emulator, domain: str = "www.example.com", **wish: object) -> str:
    """The id of an instance with an application whose records are told and which can be withdrawn."""
    instance_id = filled(emulator, domain, **wish)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(4)
    return instance_id


def issued(emulator: Emulator, domain: str = "www.example.com", **wish: object) -> str:
    instance_id = pending(emulator, domain, **wish)
    emulator.happen("accept", instance_id)
    return instance_id


def detail(emulator: Emulator, instance_id: str) -> dict[str, Any]:
    return ask(emulator, DETAIL, InstanceId=instance_id)


def status(emulator: Emulator, instance_id: str) -> str:
    return str(detail(emulator, instance_id)["Status"])


def told(emulator: Emulator, *names: str, instance_id: str) -> list[Any]:
    """Some fields of an instance; None for what is not there."""
    fields = detail(emulator, instance_id)
    return [fields.get(name) for name in names]


def refused(emulator: Emulator, action: str, **parameters: object) -> str:
    """The code of a call that has to be refused."""
    with pytest.raises(Refusal) as caught:
        ask(emulator, action, **parameters)
    assert caught.value.status == (404 if caught.value.code == "NotFound" else 400)
    return caught.value.code


# One maker for each state.


def withdrawing(emulator: Emulator) -> str:
    instance_id = pending(emulator)
    ask(emulator, CANCEL, InstanceId=instance_id)
    return instance_id


def withdrawn(emulator: Emulator) -> str:
    instance_id = withdrawing(emulator)
    emulator.advance(3)
    return instance_id


def rejected(emulator: Emulator) -> str:
    instance_id = pending(emulator)
    emulator.happen("reject", instance_id)
    return instance_id


def reissuing(emulator: Emulator) -> str:
    instance_id = issued(emulator)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(4)
    return instance_id


def revoked(emulator: Emulator) -> str:
    instance_id = issued(emulator)
    ask(emulator, REVOKE, InstanceId=instance_id)
    return instance_id


def expiring(emulator: Emulator) -> str:
    """The subscription, and its certificate, too."""
    instance_id = issued(emulator, months=6)
    emulator.advance(170 * DAY)
    return instance_id


def expired(emulator: Emulator) -> str:
    instance_id = issued(emulator)
    emulator.happen("end", instance_id)
    return instance_id


def refunded(emulator: Emulator) -> str:
    instance_id = filled(emulator)
    ask(emulator, REFUND, InstanceId=instance_id)
    emulator.advance(3)
    return instance_id


def closed(emulator: Emulator) -> str:
    instance_id = issued(emulator)
    emulator.happen("close", instance_id)
    return instance_id
