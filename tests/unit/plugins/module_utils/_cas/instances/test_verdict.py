# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a valid certificate of an instance is due: not one that was issued for a staged key and is not installed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import Form, Instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.select import Seen
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.verdict import judge_present
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.wanted import (
    InstanceWanted,
    read_instance_options,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status, Subscription
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import Certificate
from tests.support.client import INSTANCE_DEFAULTS, NOON, csr

WWW = "www.example.com"
# Fingerprints of the certificate that the service has, and of the one that the host uses.
ISSUED, INSTALLED = "AA:11", "BB:22"
LAST_DAY = (NOON - timedelta(days=89), NOON + timedelta(days=1))
NOT_INSTALLED = f"the certificate of instance cas-cn-1 for {WWW} is not installed yet"


def wanted(**more: Any) -> InstanceWanted:
    """What a host wants that has staged a key, and uses another certificate."""
    read = read_instance_options({**INSTANCE_DEFAULTS, "pool": {}, "csr_content": csr(WWW)})
    return replace(read, **{"in_use": INSTALLED, **more})


def instance(**more: Any) -> Instance:
    """An instance whose certificate was issued for the staged key, and expires tomorrow."""
    staged = wanted().csr
    assert staged
    key = str(more.pop("key", staged.public_key_sha256))
    there = Certificate("", "", "01", ISSUED, key, (WWW,), "CN=CA", *LAST_DAY)
    common: dict[str, Any] = {
        "status": Status.ISSUED,
        "subscription": Subscription.ACTIVE,
        "form": Form(domains=(WWW,)),
        "certificate_id": "7",
        "certificate_status": Status.ISSUED,
        "certificate_domains": (WWW,),
        "certificate": there,
        "public_key_sha256": key,
        "not_before": there.not_before,
        "not_after": there.not_after,
    }
    return Instance("cas-cn-1", **{**common, **more})


def test_a_certificate_for_the_staged_key_is_installed_before_it_is_due() -> None:
    verdict = judge_present(Seen(wanted()), instance(), NOON)
    assert (verdict.applies, verdict.due, verdict.reason) == (False, False, NOT_INSTALLED)


@pytest.mark.parametrize("more", [{"force": True}, {"due_on_host": True}])
def test_what_is_said_of_the_installed_one_does_not_make_it_due(more: dict[str, bool]) -> None:
    assert judge_present(Seen(wanted(**more)), instance(), NOON).reason == NOT_INSTALLED


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        pytest.param({"in_use": ISSUED}, {}, id="it is installed"),
        pytest.param({"in_use": None}, {}, id="no host says what it uses"),
        pytest.param({"csr": None}, {}, id="no key is staged"),
        pytest.param({}, {"key": "another", "certificate_domains": (WWW,)}, id="it is for another key"),
        pytest.param({}, {"certificate": None}, id="the service does not return it"),
    ],
)
def test_any_other_certificate_is_due_by_its_dates(asked: dict[str, Any], there: dict[str, Any]) -> None:
    verdict = judge_present(Seen(replace(wanted(), **asked)), instance(**there), NOON)
    assert (verdict.applies, verdict.due) == (True, True)
    assert "1 of 90 days left" in verdict.reason


def test_a_host_without_a_certificate_installs_it_first() -> None:
    """An empty fingerprint: the host uses none."""
    assert judge_present(Seen(wanted(in_use="")), instance(), NOON).reason == NOT_INSTALLED


def test_a_dead_certificate_is_not_waited_for() -> None:
    verdict = judge_present(Seen(wanted()), instance(certificate_status=Status.REVOKED), NOON)
    assert verdict.applies
    assert verdict.reason.endswith("was revoked")
