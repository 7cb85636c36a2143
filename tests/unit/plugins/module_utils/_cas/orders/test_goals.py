# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be waited for: when it is reached, when it cannot be any more, and what is said when it is late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.options import WaitFor
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.goals import RESUME, goal_of
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import DEAD, VALID, Status
from ansible_collections.certops.alicloud.plugins.module_utils._cas.validation import ValidationFile, ValidationRecord
from ansible_collections.certops.alicloud.plugins.module_utils._errors import StateNotReached

WWW = "www.example.com"
RECORD = ValidationRecord(WWW, f"_dnsauth.{WWW}", "TXT", "20261122abc", "_dnsauth")
FILE = ValidationFile(WWW, "/.well-known/pki-validation/a.txt", "abc", f"http://{WWW}/.well-known/pki-validation/a.txt")
OPEN = Order("7", Status.PENDING_VALIDATION, "domain_verify", (WWW,), validation=(RECORD,))
OVER = DEAD | {Status.FAILED}


def of(status: Status) -> Order:
    """An order without anything to publish."""
    return replace(OPEN, status=status, validation=())


@pytest.mark.parametrize("status", Status)
def test_where_nothing_is_waited_for_everything_is_good(status: Status) -> None:
    assert goal_of(WaitFor.NONE).is_reached(of(status)) is True


@pytest.mark.parametrize("wait_for", [WaitFor.VALIDATION, WaitFor.ISSUED])
@pytest.mark.parametrize("status", [status for status in Status if status not in OVER])
def test_when_a_goal_is_reached(status: Status, wait_for: WaitFor) -> None:
    """A validation that is over is no less than one that is to come."""
    reached = status in VALID or (wait_for is WaitFor.VALIDATION and status is Status.REVIEWING)
    assert goal_of(wait_for).is_reached(of(status)) is reached


def test_a_validation_has_begun_when_it_is_known_what_to_publish() -> None:
    for entry in (RECORD, FILE):
        there = replace(OPEN, validation=(entry,))
        assert goal_of(WaitFor.VALIDATION).is_reached(there) is True
        assert goal_of(WaitFor.ISSUED).is_reached(there) is False
    early = replace(OPEN, status=Status.PENDING_APPLICATION)
    assert goal_of(WaitFor.VALIDATION).is_reached(early) is False


@pytest.mark.parametrize("wait_for", [WaitFor.VALIDATION, WaitFor.ISSUED])
@pytest.mark.parametrize("status", sorted(DEAD, key=lambda status: status.value), ids=lambda status: status.value)
def test_what_is_over_gets_nowhere(status: Status, wait_for: WaitFor) -> None:
    with pytest.raises(StateNotReached) as caught:
        goal_of(wait_for).is_reached(of(status))
    assert caught.value.msg == (
        f"Order 7 for {WWW} is {status.value}; there is nothing left to wait for. Run the task again to place a new "
        "order."
    )


@pytest.mark.parametrize("wait_for", [WaitFor.VALIDATION, WaitFor.ISSUED])
def test_what_was_refused_is_to_be_applied_for_again(wait_for: WaitFor) -> None:
    with pytest.raises(StateNotReached) as caught:
        goal_of(wait_for).is_reached(of(Status.FAILED))
    assert caught.value.msg == (
        f"Order 7 for {WWW} was refused. The service does not say why; check the record or file that was to be "
        "published, and CAA records. Run the task again to delete it and apply again."
    )


LATE = f"after 60 s (Order 7 for {WWW}, {{}}; the service calls it {{}})."
OVERDUE = {
    "never submitted": (
        replace(of(Status.PENDING_APPLICATION), service_status="payed"),
        f"The order was not submitted {LATE.format('pending_application', 'payed')} Submit it in the console "
        "(SSL Certificates, the order, Apply for Certificate), then run the task again: it resumes with this order and "
        "does not order another one.",
    ),
    "nothing to publish": (
        of(Status.PENDING_VALIDATION),
        "The service did not show what to publish "
        f"{LATE.format('pending_validation', 'domain_verify')} Run the task again to resume waiting; nothing is lost.",
    ),
    "not validated by DNS": (
        OPEN,
        f"The domain was not validated {LATE.format('pending_validation', 'domain_verify')} Publish TXT _dnsauth.{WWW} "
        f"with the value 20261122abc. {RESUME}",
    ),
    "not validated, the record's name is unclear": (
        replace(OPEN, validation=(replace(RECORD, record_name=None),)),
        f"The domain was not validated {LATE.format('pending_validation', 'domain_verify')} Publish TXT _dnsauth with "
        f"the value 20261122abc. {RESUME}",
    ),
    "not validated by file": (
        replace(OPEN, validation=(FILE,)),
        f"The domain was not validated {LATE.format('pending_validation', 'domain_verify')} Serve {FILE.url} with the "
        f"content that the order shows, without redirects. {RESUME}",
    ),
    "under review": (
        replace(of(Status.REVIEWING), service_status="process"),
        f"The certificate was not issued {LATE.format('reviewing', 'process')} {RESUME}",
    ),
    "unknown": (
        replace(of(Status.UNKNOWN), service_status="closed"),
        f"The certificate was not issued {LATE.format('unknown', 'closed')} {RESUME}",
    ),
    "never seen": (
        replace(of(Status.UNKNOWN), service_status=None),
        f"The certificate was not issued {LATE.format('unknown', 'nothing')} {RESUME}",
    ),
}


@pytest.mark.parametrize(("order", "says"), OVERDUE.values(), ids=OVERDUE)
def test_too_late_has_a_sentence_for_each_state(order: Order, says: str) -> None:
    assert goal_of(WaitFor.ISSUED).overdue(order, 60.0) == says


def test_what_the_task_published_itself_is_not_to_be_published_again() -> None:
    for entry, says in (
        (RECORD, f"TXT _dnsauth.{WWW} was published, and the CA did not find it: check that all public name servers "),
        (FILE, f"{FILE.url} was published, and the CA did not find it: check that every address of the domain serves "),
    ):
        told = goal_of(WaitFor.ISSUED, publishes=True).overdue(replace(OPEN, validation=(entry,)), 60.0)
        assert says in told
        assert "20261122abc" not in told
        assert not any(word in told for word in ("Publish ", "Serve "))
        assert told.endswith(RESUME)


def test_a_task_that_orders_nothing_names_the_one_that_does() -> None:
    for status in OVER:
        with pytest.raises(StateNotReached) as caught:
            goal_of(WaitFor.ISSUED, again="Use cas_order to").is_reached(of(status))
        assert "Use cas_order to " in caught.value.msg
        assert "Run the task again" not in caught.value.msg


@pytest.mark.parametrize(("seconds", "says"), [(4500.0, "after 4500 s"), (0.5, "after 0.5 s"), (1e6, "after 1e+06 s")])
def test_the_seconds_are_those_of_the_option(seconds: float, says: str) -> None:
    assert says in goal_of(WaitFor.ISSUED).overdue(OPEN, seconds)


@pytest.mark.parametrize("status", [Status.PENDING_APPLICATION, Status.PENDING_VALIDATION, Status.UNKNOWN])
def test_what_the_service_says_is_shown_in_one_plain_line(status: Status) -> None:
    for entry in (
        ValidationRecord(WWW, None, "T\nXT", "a\x1b[2Jb\n" + "x" * 1000, "_dnsauth\n"),
        replace(FILE, url="http://a\x1b[2J\n" + "x" * 1000),
    ):
        strange = replace(OPEN, status=status, service_status="domain\nverify", validation=(entry,))
        said = goal_of(WaitFor.ISSUED).overdue(strange, 60.0)
        assert said.isprintable()
        assert len(said) < 600
