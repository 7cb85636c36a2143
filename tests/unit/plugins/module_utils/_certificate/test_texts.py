# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure of the chain says what happened, how things are, and what to do that costs nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import texts
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.texts import Back
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import Service
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, StateNotReached
from tests.support.chains import look, wanted
from tests.support.orders import order

CURRENT = {
    "generation": 1,
    "not_after": "2026-12-01T12:00:00Z",
    "days_left": 9,
    "serial_number": "4F",
    "sha256_fingerprint": "AB",
}
IN_USE = "Generation 1 stays in use; it is valid until 2026-12-01T12:00:00Z."
AGAIN = "Run again when this is corrected; the next run resumes this order."
# What would spend money, or end a certificate.
COSTLY = ("revoke", "force: true", "on_key_mismatch", "state: absent", "remove the")


def test_what_serves_meanwhile() -> None:
    assert texts.in_use(look()) == "No certificate is in use."
    assert texts.in_use(look(current=CURRENT)) == IN_USE
    expired = texts.in_use(look(current={**CURRENT, "days_left": -2}))
    assert expired == "Generation 1 stays in use; it expired at 2026-12-01T12:00:00Z."


@pytest.mark.parametrize("where", ["order", "wait", "store"])
def test_a_key_that_is_not_here_may_be_elsewhere(where: str) -> None:
    failure = Failure("the service's sentence, on_key_mismatch: reorder", key_mismatch=True, order_id="1001")
    there = order("issued")
    told = {
        "order": lambda: texts.order_failed(wanted(), failure),
        "wait": lambda: texts.not_issued(wanted(), there, failure, look()),
        "store": lambda: texts.not_installed(wanted(), there, failure, look()),
    }[where]().msg
    harmless = [told.index(cause) for cause in ("another directory", "another name", "another host")]
    assert max(harmless) < told.index("Only if the key is lost") < told.index("replace_lost_key: true")
    assert "/etc/ssl/certops/www.example.com" in told and "Order 1001" in told and "Nothing was ordered" in told
    assert not any(advice in told for advice in COSTLY)


def test_another_failure_of_an_order_keeps_its_sentence() -> None:
    assert texts.order_failed(wanted(), Failure("No quota.")).msg == "No quota."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The domain was not validated", f"The domain was not validated. {IN_USE} {AGAIN}"),
        ("Refused. Run the task again to apply again.", f"Refused. Run the task again to apply again. {IN_USE}"),
    ],
)
def test_a_wait_without_a_certificate(said: str, expected: str) -> None:
    told = texts.not_issued(wanted(), order("pending_validation"), StateNotReached(said), look(current=CURRENT))
    assert told.msg == expected
    assert told.facts["order_id"] == "1001"


def entry(name: str, value: str = "2026") -> dict[str, Any]:
    return {"method": "dns", "record_name": name, "raw_record_name": name, "record_type": "TXT", "record_value": value}


def test_what_the_task_published_is_not_asked_for_again() -> None:
    """It is gone when the message is read; another run publishes it again."""
    waits = {"status": "pending_validation", "validation": [entry("_dnsauth.a.example"), entry("_dnsauth.b.example")]}
    failure = StateNotReached("The domain was not validated. Publish TXT _dnsauth.a.example.", order=waits)
    told = texts.not_issued(wanted(validation="alidns", wait_timeout=60), order("pending_validation"), failure, look())
    assert told.msg == (
        "The domain was not validated after 60 s (Order 1001 for www.example.com, pending_validation). "
        "TXT _dnsauth.a.example, TXT _dnsauth.b.example was published for it until now. Check that the CA can see it: "
        "at every name server of the zone. No certificate is in use. Run the task again to resume waiting; it "
        "publishes it again, and orders nothing."
    )
    by_file = {**waits, "validation": [{"method": "file", "url": "http://a.example/x.txt"}]}
    failure = StateNotReached("The domain was not validated.", order=by_file)
    asked = wanted(validation="file", webroot="/srv", wait_timeout=60)
    told = texts.not_issued(asked, order("pending_validation"), failure, look(current=CURRENT))
    assert "file http://a.example/x.txt was published for it until now. Check that the CA can see it: " in told.msg
    assert "at every address of the domain, on port 80, without a redirect." in told.msg and IN_USE in told.msg


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        ("not_yet_valid", "Set the clock of the host, or run again after that moment."),
        ("expired", "Check the clock of the host."),
        ("chain", "Look at the certificate in the console, and report this if it is complete there."),
        ("names", "Compare domains with the names of the order in the console."),
        ("unreadable", "Look at the certificate in the console."),
        (None, ""),
    ],
)
def test_a_certificate_that_the_host_does_not_take(problem: str | None, advice: str) -> None:
    facts: dict[str, Any] = {"problem": problem} if problem else {}
    failure = Failure("fullchain: the certificate is not valid yet", **facts)
    told = texts.not_installed(wanted(), order("issued"), failure, look(current=CURRENT))
    parts = [
        "Order 1001 for www.example.com was issued, but its certificate was not installed.",
        "The certificate is not valid yet.",
        IN_USE,
        advice,
        "The next run fetches this certificate again, without another order.",
    ]
    assert told.msg == " ".join(part for part in parts if part)
    assert not any(each in told.msg for each in (*COSTLY, "replace_lost_key"))
    assert told.facts["order_id"] == "1001"


@pytest.mark.parametrize("action", ["reload", "restart"])
def test_a_service_that_does_not_reload(action: str) -> None:
    told = texts.reload_failed(Service("web", action), Failure("Its configuration is broken"))
    assert told.msg == f"services: web could not be {action}ed. Its configuration is broken."


def test_what_is_served_instead() -> None:
    served = [
        {"address": "a:443", "serial_number": "11", "sha256_fingerprint": "CD", "problem": None},
        {"address": "b:443", "serial_number": None, "sha256_fingerprint": None, "problem": "connection refused"},
        {"address": "c:443", "serial_number": "4F", "sha256_fingerprint": "AB", "problem": None},
    ]
    asked = wanted(endpoints=["a:443", "b:443", "c:443"])
    assert texts.not_served(asked, look(current=CURRENT, served=served)).msg == (
        "a:443, b:443, c:443 does not serve 4F after the reload; a:443 serves 11; b:443: connection refused."
    )


@pytest.mark.parametrize(
    ("previous", "problem", "after"),
    [
        (1, None, "Generation 1 was put back; the new certificate is in generation 2."),
        (None, None, "There was no generation to put back; generation 2 is in use."),
        (1, "The disk is full", "Putting generation 1 back failed, too: The disk is full."),
    ],
)
def test_what_became_of_a_certificate_that_made_trouble(previous: int | None, problem: str | None, after: str) -> None:
    told = texts.rolled_back(
        wanted(), Failure("It is not served"), 2, Back(previous, Failure(problem) if problem else None)
    )
    assert told.msg == f"It is not served. {after} The next run tries again, without another order."


def test_a_generation_that_is_back_while_its_service_is_not() -> None:
    failed = [texts.reload_failed(Service("web"), Failure("Broken"))]
    told = texts.rolled_back(wanted(), Failure("It broke."), 2, Back(1, failed=failed))
    assert told.msg == (
        "It broke. Generation 1 was put back; the new certificate is in generation 2. "
        "After that, services: web could not be reloaded. Broken. The next run tries again, without another order."
    )


def test_what_is_published_has_a_name() -> None:
    record = {
        "method": "dns",
        "record_type": "TXT",
        "record_name": "_dnsauth.a.example",
        "raw_record_name": "_dnsauth",
    }
    file = {"method": "file", "url": "http://a.example/.well-known/x.txt"}
    assert texts.all_named([record, file, record]) == (
        "TXT _dnsauth.a.example, file http://a.example/.well-known/x.txt"
    )
    assert texts.named({**record, "record_name": None}) == "TXT _dnsauth"
