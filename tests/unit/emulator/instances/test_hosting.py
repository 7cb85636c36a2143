# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosting reissues behind everybody's back: on demand, or when the time has come."""

from __future__ import annotations

import pytest
from cryptography import x509

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import KEY, ask, csr, still
from tests.support.instance_calls import (
    APPLY,
    REVOKE,
    UPDATE,
    bought,
    detail,
    filled,
    issued,
    pending,
    refused,
)


def hosted(emulator: Emulator, **wish: object) -> str:
    instance_id = issued(emulator, **wish)
    ask(emulator, UPDATE, InstanceId=instance_id, AutoReissue="enable")
    return instance_id


def quota(emulator: Emulator) -> int:
    return int(ask(emulator, "GetInstanceSummary")["AutoReissueCount"])


def test_a_new_certificate_without_an_application() -> None:
    emulator = still()
    instance_id = hosted(emulator)
    before = detail(emulator, instance_id)
    emulator.advance(DAY)
    emulator.happen("host", instance_id)
    after = detail(emulator, instance_id)
    assert after["CertificateId"] > before["CertificateId"]
    assert (after["Status"], after["PendingResult"], after["DomainValidationList"]) == ("normal", "issued", [])
    listed = ask(emulator, "ListCertificates", InstanceId=instance_id)["CertificateList"]
    assert [entry["CertificateStatus"] for entry in listed] == ["issued", "issued"]
    assert quota(emulator) == 1


def test_the_key_of_a_csr_stays() -> None:
    emulator = still()
    instance_id = filled(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, GenerateCsrMethod="upload", Csr=csr(), AutoReissue="enable")
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.happen("accept", instance_id)
    emulator.happen("host", instance_id)
    number = detail(emulator, instance_id)["CertificateId"]
    text = ask(emulator, "GetUserCertificateDetail", CertId=number)["Cert"]
    assert x509.load_pem_x509_certificates(text.encode())[0].public_key() == KEY.public_key()


def not_hosted(emulator: Emulator) -> str:
    return issued(emulator)


def revoked(emulator: Emulator) -> str:
    instance_id = hosted(emulator)
    ask(emulator, REVOKE, InstanceId=instance_id)
    return instance_id


def past_its_date(emulator: Emulator) -> str:
    instance_id = hosted(emulator, months=24)
    emulator.advance(200 * DAY)
    return instance_id


def without_quota(emulator: Emulator) -> str:
    instance_id = hosted(emulator)
    emulator.turn(managed_quota=0)
    return instance_id


@pytest.mark.parametrize("state", [bought, pending, not_hosted, revoked, past_its_date, without_quota])
def test_what_cannot_be_hosted(state: object) -> None:
    emulator = still()
    instance_id = state(emulator)  # type: ignore[operator]
    with pytest.raises(Impossible, match="cannot be reissued by hosting"):
        emulator.happen("host", instance_id)


@pytest.mark.parametrize(("dial", "told"), [("refused", "InsufficientQuota"), ("taken", None)])
def test_hosting_without_managed_quota(dial: str, told: str | None) -> None:
    emulator = still(managed_quota=0, hosting_unbought=dial)
    instance_id = issued(emulator)
    if told:
        assert refused(emulator, UPDATE, InstanceId=instance_id, AutoReissue="enable") == told
        assert detail(emulator, instance_id)["AutoReissue"] == "disable"
    else:
        ask(emulator, UPDATE, InstanceId=instance_id, AutoReissue="enable")
        assert detail(emulator, instance_id)["AutoReissue"] == "enable"


def test_switching_it_on_again_asks_for_no_quota() -> None:
    emulator = still()
    instance_id = hosted(emulator)
    emulator.turn(managed_quota=0)
    ask(emulator, UPDATE, InstanceId=instance_id, AutoReissue="enable")
    ask(emulator, UPDATE, InstanceId=instance_id, AutoReissue="disable")
    assert detail(emulator, instance_id)["AutoReissue"] == "disable"


def test_time_lets_hosting_act() -> None:
    emulator = still(hosting="time")
    instance_id = hosted(emulator, months=24)
    first = detail(emulator, instance_id)["CertificateId"]
    emulator.advance(168 * DAY)
    assert detail(emulator, instance_id)["CertificateId"] == first
    emulator.advance(2 * DAY)
    fields = detail(emulator, instance_id)
    assert fields["CertificateId"] > first
    assert fields["CertificateNotBefore"] < emulator.world.now() * 1000
    emulator.advance(400 * DAY)
    assert quota(emulator) == 0
    assert len(ask(emulator, "ListCertificates", InstanceId=instance_id)["CertificateList"]) == 3
    assert detail(emulator, instance_id)["CertificateStatus"] in ("willExpire", "expired")


def test_hosting_by_time_ends_with_the_subscription() -> None:
    emulator = still(hosting="time")
    instance_id = hosted(emulator)
    first = detail(emulator, instance_id)["CertificateId"]
    emulator.happen("end", instance_id, in_days=100)
    emulator.advance(180 * DAY)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["CertificateId"]) == ("expired", first)


def test_without_hosting_time_does_nothing() -> None:
    emulator = still(hosting="time")
    instance_id = issued(emulator, months=24)
    first = detail(emulator, instance_id)["CertificateId"]
    emulator.advance(180 * DAY)
    assert detail(emulator, instance_id)["CertificateId"] == first
