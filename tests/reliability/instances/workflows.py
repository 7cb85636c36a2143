# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows with instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbooks.files.emulator.instances.facts import Instance
from tests.reliability.exactly_once.accounts import NAME
from tests.reliability.exactly_once.cases import fewer_cases
from tests.reliability.exactly_once.subject import Problem, Subject

from .accounts import SPEC, InstanceWorkflow, asked, due, issued, open_account, tagged, unused, waiting

_MODULE = "certops.alicloud.cas_instance"
_WANTED = (("env", "prod"),)
_NEW: Mapping[str, Any] = {"may": frozenset({"form", "applied"}), "own_key": True, "lags": True}
_ISSUED: Mapping[str, Any] = {"domains": [NAME], "wait_for": "issued"}
_FROM_POOL: Mapping[str, Any] = {**_ISSUED, "contact_ids": ["2604551"], "pool": {"spec": SPEC}}


def _not_withdrawn(instance: Instance) -> str:
    return "" if asked(instance).withdrawn else "its application is still there"


def _not_revoked(instance: Instance) -> str:
    return "" if asked(instance).revoked else "its certificate is not revoked"


def _not_refunded(instance: Instance) -> str:
    return "" if asked(instance).refunded else "it is not refunded"


def _not_tagged(instance: Instance) -> str:
    return "" if instance.tags == _WANTED else f"its tags are {instance.tags}"


def _not_hosted(instance: Instance) -> str:
    return "" if instance.auto_reissue else "hosting is off"


WORKFLOWS = (
    InstanceWorkflow("first issue", _MODULE, {**_ISSUED, "contact": "Operations"}, prepare=unused, **_NEW),
    InstanceWorkflow(
        "first issue from a pool",
        _MODULE,
        {**_ISSUED, "contact_ids": ["2604551"], "pool": {"spec": "geo.dv.f"}},
        **_NEW,
    ),
    InstanceWorkflow("reissue", _MODULE, _ISSUED, prepare=due, like_another=True, **_NEW),
    InstanceWorkflow(
        "withdraw",
        _MODULE,
        {"state": "cancelled"},
        prepare=waiting,
        may=frozenset({"withdrawn"}),
        lacks=_not_withdrawn,
        waits=True,
    ),
    InstanceWorkflow(
        "revoke", _MODULE, {"state": "revoked"}, prepare=issued, may=frozenset({"revoked"}), lacks=_not_revoked
    ),
    InstanceWorkflow(
        "refund", _MODULE, {"state": "refunded"}, prepare=unused, may=frozenset({"refunded"}), lacks=_not_refunded
    ),
    InstanceWorkflow(
        "tags",
        _MODULE,
        {"domains": [NAME], "tags": dict(_WANTED), "purge_tags": True},
        prepare=tagged,
        may=frozenset({"tags"}),
        lacks=_not_tagged,
    ),
    InstanceWorkflow(
        "hosting",
        _MODULE,
        {"domains": [NAME], "auto_reissue": True},
        prepare=issued,
        may=frozenset({"hosted"}),
        lacks=_not_hosted,
    ),
)
TITLES = {
    Problem.DUPLICATE: "applications beyond the one that was asked for, instances taken beyond one",
    Problem.BEYOND: "instances changed, withdrawn, revoked or refunded beyond what was asked for",
    Problem.NOT_CONVERGED: "second runs that did not succeed with the instance and the key that are there",
}
INSTANCES = Subject(WORKFLOWS, open_account, TITLES, few=fewer_cases)
