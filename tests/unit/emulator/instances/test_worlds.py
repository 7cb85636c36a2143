# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of a world with instances, and real validation."""

from __future__ import annotations

import copy
import time

import pytest

from playbooks.files.emulator.orders import validation
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import ask, order, still
from tests.support.instance_calls import (
    APPLY,
    CONTACT,
    UPDATE,
    bought,
    detail,
    filled,
    issued,
    pending,
    status,
)

# Copies.


def test_what_happens_to_a_copy_stays_there() -> None:
    emulator = still()
    instance_id = pending(emulator)
    twin, before = emulator.fork(), emulator.world.fingerprint()
    assert twin.world.fingerprint() == before
    twin.happen("accept", instance_id)
    assert (status(emulator, instance_id), status(twin, instance_id)) == ("pending", "normal")
    assert emulator.world.fingerprint() == before != twin.world.fingerprint()
    assert copy.deepcopy(twin.world).fingerprint() == twin.world.fingerprint()


def test_the_fingerprint_knows_nothing_of_ids_and_dates() -> None:
    early, late = still(), still()
    order(late)
    late.reset()
    late.advance(500 * DAY)
    assert issued(early) != issued(late)
    assert early.world.fingerprint() == late.world.fingerprint()
    hash(early.world.fingerprint())


def test_the_fingerprint_sees_what_still_matters() -> None:
    emulator = still(refund_days=0)
    known = set()

    def note() -> None:
        known.add(emulator.world.fingerprint())

    note()
    instance_id = bought(emulator)
    note()
    ask(emulator, UPDATE, InstanceId=instance_id, Domain="www.example.com", **{"ContactIdList.1": CONTACT})
    note()
    for step in (0, 1, 2, 2):
        if not step:
            ask(emulator, APPLY, InstanceId=instance_id)
        emulator.advance(step)
        note()
    emulator.happen("accept", instance_id)
    note()
    emulator.advance(DAY)
    note()
    ask(emulator, UPDATE, InstanceId=instance_id, AutoReissue="enable")
    note()
    emulator.happen("host", instance_id)
    note()
    assert len(known) == 11


def test_a_copy_is_cheap() -> None:
    emulator = still()
    emulator.add_instance(count=20, state="normal")
    start = time.process_time()
    for _copy in range(200):
        emulator.fork().world.fingerprint()
    assert time.process_time() - start < 2


# Real validation.


def test_time_issues_what_is_proven_at_once() -> None:
    emulator = still(proof="at_once")
    instance_id = filled(emulator)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(3.9)
    assert status(emulator, instance_id) == "pending"
    emulator.advance(0.1)
    assert detail(emulator, instance_id)["CertificateStatus"] == "issued"


def test_the_ca_may_refuse_by_itself() -> None:
    emulator = still(proof="at_once", ca_refuses=True, refusal_text="why")
    instance_id = filled(emulator)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(4)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["PendingResult"], fields.get("CertificateId")) == ("inactive", "why", None)


@pytest.mark.parametrize(
    ("hosts", "grade", "word"), [(True, "dv", "normal"), (False, "dv", "pending"), (True, "ov", "pending")]
)
def test_names_in_a_zone_of_the_account(hosts: bool, grade: str, word: str) -> None:
    emulator = still(zone_validation=True)
    if hosts:
        emulator.world.zones.host("example.com", emulator.world.now())
    instance_id = pending(emulator, spec=f"geo.{grade}.f")
    assert len(detail(emulator, instance_id)["DomainValidationList"]) == (0 if word == "normal" else 1)
    emulator.advance(1)
    assert status(emulator, instance_id) == word


@pytest.mark.parametrize("key", ["relative", "full", "name"])
def test_records_prove_an_instance(key: str) -> None:
    emulator = still(proof="alidns", validation_key=key)
    emulator.world.zones.host("example.com", emulator.world.now())
    instance_id = pending(emulator, "a.example.com,example.com", full=2)
    hosts = {"relative": ("_dnsauth.a", "_dnsauth"), "full": ("_dnsauth.a", "_dnsauth"), "name": ("a", "@")}[key]
    for host, entry in zip(hosts, detail(emulator, instance_id)["DomainValidationList"]):
        assert validation.attempt(emulator) == []
        record = {"DomainName": "example.com", "RR": host, "Type": "TXT", "Value": entry["ValidationValue"]}
        ask(emulator, "AddDomainRecord", **record)
    assert validation.attempt(emulator) == [instance_id]
    assert validation.attempt(emulator) == []
    emulator.advance(2)
    assert status(emulator, instance_id) == "normal"


def test_a_standing_record_proves_an_instance() -> None:
    emulator = still(proof="alidns", standing_cname=True)
    emulator.world.zones.host("example.com", emulator.world.now())
    instance_id = pending(emulator, "a.example.com")
    (entry,) = detail(emulator, instance_id)["DomainValidationList"]
    record = {"DomainName": "example.com", "RR": entry["CnameKey"], "Type": "CNAME", "Value": entry["Cname"]}
    ask(emulator, "AddDomainRecord", **record)
    assert validation.attempt(emulator) == [instance_id]


def test_a_withdrawn_instance_is_not_looked_for() -> None:
    emulator = still(proof="alidns", validation_list_seconds=60)
    instance_id = pending(emulator)
    assert [look.number for look in validation.waiting(emulator.world)] == [instance_id]
    ask(emulator, "CancelPendingCertificate", InstanceId=instance_id)
    emulator.advance(3)
    assert validation.waiting(emulator.world) == []
