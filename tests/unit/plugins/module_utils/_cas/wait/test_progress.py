# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a wait tells, and when: lines that are no details are news, or 30 seconds apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._cas.validation import ValidationFile, ValidationRecord
from ansible_collections.certops.alicloud.plugins.module_utils._cas.wait import progress
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    Failure,
    Kind,
    NoResponse,
    NotSent,
)

WWW = "www.example.com"
RECORD = ValidationRecord(WWW, "_dnsauth." + WWW, "TXT", "20261122abc", "_dnsauth")
FILE = ValidationFile(WWW, "/.well-known/pki-validation/a.txt", "abc", f"http://{WWW}/.well-known/pki-validation/a.txt")
OPEN = Order(order_id="7", status=Status.PENDING_VALIDATION, domains=(WWW,), validation=(RECORD,))
REVIEWING = Order(order_id="7", status=Status.REVIEWING, domains=(WWW,))
PUBLISH = f"To publish: TXT _dnsauth.{WWW} with the value 20261122abc"
SAFE = "Ctrl-C is safe: every application stays as it is, and the same task resumes it next time."


class Heard:
    """A listener with a clock that tests set."""

    def __init__(self, patience: float = 4500.0) -> None:
        self.now = 1000.0
        self.lines: list[tuple[str, bool]] = []
        self.progress = progress.Progress(
            lambda line, detail: self.lines.append((line, detail)), lambda: self.now, self.now + patience
        )

    def look(self, after: float, order: Order, problem: Failure | None = None) -> tuple[str, bool]:
        self.now += after
        self.progress.order(order, problem)
        return self.lines[-1]


# A busy machine is no fault.
patient = settings(deadline=None)


# One order.


def test_the_first_look_says_what_is_missing_and_that_it_may_be_interrupted() -> None:
    heard = Heard()
    first = f"Order 7 for {WWW}: pending_validation, gives up in 75 min. {SAFE} {PUBLISH}"
    assert heard.look(0, OPEN) == (first, False)


def test_a_repeat_is_a_detail_until_half_a_minute_has_passed() -> None:
    heard = Heard()
    heard.look(0, OPEN)
    again = "Order 7 for www.example.com: pending_validation for {} s, gives up in {} min. " + PUBLISH
    assert heard.look(5, OPEN) == (again.format(5, 75), True)
    assert heard.look(24.9, OPEN) == (again.format(30, 74), True)
    assert heard.look(0.1, OPEN) == (again.format(30, 74), False)
    assert heard.look(29.9, OPEN)[1] is True
    assert heard.look(0.1, OPEN)[1] is False


def test_news_is_told_at_once_and_counts_its_own_time() -> None:
    heard = Heard()
    heard.look(0, replace(OPEN, validation=()))
    assert heard.look(2, OPEN)[1] is False
    assert heard.look(2, REVIEWING) == (f"Order 7 for {WWW}: reviewing, gives up in 75 min.", False)
    assert heard.look(7, REVIEWING) == (f"Order 7 for {WWW}: reviewing for 7 s, gives up in 75 min.", True)


def test_another_record_to_publish_is_news() -> None:
    heard = Heard()
    heard.look(0, OPEN)
    line, detail = heard.look(1, replace(OPEN, validation=(replace(RECORD, record_value="other"),)))
    assert line.endswith("with the value other")
    assert detail is False


@pytest.mark.parametrize(
    ("problem", "clause"),
    [
        (ApiError(Kind.THROTTLED, "x"), "throttled"),
        (ApiError(Kind.BROKEN, "x"), "a failure of the service"),
        (NoResponse("x"), "no response"),
        (NotSent("x"), "the service was not reached"),
    ],
    ids=["throttled", "5xx", "no response", "not sent"],
)
def test_a_look_that_failed_says_why_in_a_clause(problem: Failure, clause: str) -> None:
    heard = Heard()
    heard.look(0, REVIEWING)
    line = f"Order 7 for {WWW}: reviewing for 5 s, gives up in 75 min. The last look failed ({clause})."
    assert heard.look(5, REVIEWING, problem) == (line, True)
    assert heard.look(25, REVIEWING, problem)[1] is False


def test_the_end_is_told_where_something_was_told() -> None:
    heard = Heard()
    heard.progress.end("Order 7: issued")
    assert heard.lines == []
    heard.look(0, OPEN)
    heard.now += 63
    heard.progress.end("Order 7: issued")
    assert heard.lines[-1] == ("Order 7: issued after 63 s.", False)
    heard.progress.end("Order 7: pending_validation", OPEN)
    assert heard.lines[-1] == (f"Order 7: pending_validation after 63 s. {PUBLISH}", False)


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (replace(OPEN, status=Status.PENDING_APPLICATION, validation=()), "It is not submitted yet."),
        (replace(OPEN, validation=()), "The service does not show yet what to publish."),
        (OPEN, PUBLISH),
        (
            replace(OPEN, validation=(replace(RECORD, record_name=None),)),
            "To publish: TXT _dnsauth with the value 20261122abc",
        ),
        (replace(OPEN, validation=(FILE,)), f"To publish: {FILE.url} with the content abc"),
        (REVIEWING, ""),
        (replace(OPEN, status=Status.UNKNOWN), ""),
    ],
    ids=["not submitted", "not told yet", "record", "unclear record", "file", "reviewing", "unknown"],
)
def test_what_is_missing(order: Order, says: str) -> None:
    assert progress.missing(order) == says


def test_what_the_task_publishes_itself_is_not_asked_of_the_reader() -> None:
    both = replace(OPEN, validation=(RECORD, FILE))
    says = f"Publishing TXT _dnsauth.{WWW} with the value 20261122abc and {FILE.url} with the content abc"
    assert progress.missing(both, publishes=True) == says
    lines: list[str] = []
    watched = progress.Progress(lambda line, _detail: lines.append(line), lambda: 0.0, 60.0, publishes=True)
    watched.order(both)
    watched.end(f"{both.short}: issued", both)
    assert all(line.endswith(f" {says}") for line in lines)
    assert len(lines) == 2
    for order in (replace(OPEN, validation=()), REVIEWING):
        assert progress.missing(order, publishes=True) == progress.missing(order)


def test_all_records_of_an_order_are_told() -> None:
    other = replace(RECORD, domain="b.example", record_name="_dnsauth.b.example", record_value="other")
    both = replace(OPEN, validation=(RECORD, other))
    assert progress.missing(both) == f"{PUBLISH} and TXT _dnsauth.b.example with the value other"
    assert "TXT _dnsauth.b.example" in progress.several([(both, "pending_validation")])


def test_an_order_is_named_by_its_first_name() -> None:
    assert replace(OPEN, domains=()).short == "Order 7"
    assert replace(OPEN, domains=(WWW, "b.example", "c.example")).short == f"Order 7 for {WWW} and 2 more"


def test_a_status_that_nobody_knows_has_the_service_s_word() -> None:
    assert progress.status_word(REVIEWING) == "reviewing"
    unknown = replace(REVIEWING, status=Status.UNKNOWN, service_status="closed")
    assert progress.status_word(unknown) == "unknown (the service calls it closed)"
    assert progress.status_word(replace(unknown, service_status=None)) == "unknown"


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(-3, "0 s"), (0.4, "0 s"), (42, "42 s"), (119.4, "119 s"), (120, "2 min"), (4500, "75 min"), (7200, "2 h 0 min")],
)
def test_spans_are_for_people(seconds: float, says: str) -> None:
    assert progress.span(seconds) == says


def test_a_span_of_hours() -> None:
    assert progress.span(12000) == "3 h 20 min"


# What the service says.


@pytest.mark.slow
@patient
@given(st.text(), st.text(), st.text(), st.text(), st.text())
def test_whatever_the_service_says_a_line_is_one_short_line(
    name: str, kind: str, value: str, domain: str, word: str
) -> None:
    heard = Heard()
    proof = ValidationRecord(None, name or None, kind, value, name)
    for validation in ((proof,), (ValidationFile(domain, name, value, "http://" + domain + name),)):
        order = Order("7", Status.PENDING_VALIDATION, word, (domain, domain), validation=validation)
        heard.look(0, order)
        heard.look(0, replace(order, status=Status.UNKNOWN))
        heard.progress.news_of(order)
        heard.progress.end(order.short, order)
        heard.lines.append((progress.several([(order, "failed")] * 3), False))
    for line, _detail in heard.lines:
        assert line.isprintable()
        assert len(line) < 4000


@pytest.mark.parametrize(
    "value", ["\x1b[31mred", "a\nb", "\u202eabc", "\x85", "a" * 1000, "-----BEGIN PRIVATE KEY-----"]
)
def test_what_is_no_plain_text_is_quoted(value: str) -> None:
    said = progress.missing(replace(OPEN, validation=(replace(RECORD, record_value=value),)))
    assert said.isprintable()
    assert len(said) < 200
    assert "PRIVATE KEY" not in said


# When.

LOOKS = st.lists(st.tuples(st.floats(0, 200), st.integers(0, 3)), min_size=1)


@patient
@given(LOOKS)
def test_lines_are_half_a_minute_apart_unless_something_changed(looks: list[tuple[float, int]]) -> None:
    """Every look is heard once; of what is no detail, only news comes sooner."""
    told, now, loud = progress.Told(begun=0.0, gives_up=4500.0), 0.0, []
    for pause, news in looks:
        now += pause
        told, detail = progress.heard(told, news, now)
        if not detail:
            loud.append((now, news))
    assert loud[0] == (looks[0][0], looks[0][1])
    for (before, old), (after, new) in pairwise(loud):
        assert after - before >= progress.EVERY or old != new


@patient
@given(LOOKS)
def test_no_news_is_kept_back_and_no_silence_lasts(looks: list[tuple[float, int]]) -> None:
    told, now, last = progress.Told(begun=0.0, gives_up=4500.0), 0.0, (None, 0.0)
    for pause, news in looks:
        now += pause
        told, detail = progress.heard(told, news, now)
        assert detail is (news == last[0] and now - last[1] < progress.EVERY)
        last = last if detail else (news, now)


@patient
@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from([OPEN, REVIEWING]), st.booleans()), min_size=1))
def test_a_wait_tells_every_look_exactly_once(looks: list[tuple[float, Order, bool]]) -> None:
    heard, loud = Heard(), []
    for pause, order, failed in looks:
        _line, detail = heard.look(pause, order, NoResponse("x") if failed else None)
        if not detail:
            loud.append((heard.now, order.status))
    assert len(heard.lines) == len(looks)
    assert sum(SAFE in line for line, _detail in heard.lines) == 1
    for (before, old), (after, new) in pairwise(loud):
        assert after - before >= progress.EVERY or old != new


# Many orders.


def many(*words: str) -> str:
    return progress.counts(words)


def test_counts_begin_with_what_is_done() -> None:
    words = ["reviewing"] * 8 + ["pending_validation"] * 280 + ["issued"] * 12
    assert many(*words) == "300 orders: 12 issued, 280 pending_validation, 8 reviewing"
    assert many("not listed yet", "gone", "failed", "issued").startswith("4 orders: 1 issued, 1 failed, ")
    assert many("issued") == "1 order: 1 issued"


def test_a_change_of_the_counts_is_news() -> None:
    heard = Heard()

    def look(after: float, *words: str) -> tuple[str, bool]:
        heard.now += after
        heard.progress.orders(words)
        return heard.lines[-1]

    assert look(0, "reviewing", "issued") == (
        f"2 orders: 1 issued, 1 reviewing; gives up in 75 min. {SAFE}",
        False,
    )
    assert look(9, "issued", "reviewing") == (
        "2 orders: 1 issued, 1 reviewing; waited 9 s, gives up in 75 min.",
        True,
    )
    assert look(9, "issued", "expiring")[1] is False


def test_some_are_named_and_the_rest_is_counted() -> None:
    orders: list[Any] = [(replace(OPEN, order_id=str(number)), "pending_validation") for number in range(12)]
    said = progress.several(orders)
    assert said.startswith(
        f"Order 0 for {WWW} (pending_validation, to publish: TXT _dnsauth.{WWW}); Order 1 for {WWW} ("
    )
    assert said.endswith("; and 2 more")
    assert said.count("Order ") == progress.MOST_NAMED
    assert progress.several([(REVIEWING, "reviewing")]) == f"Order 7 for {WWW} (reviewing)"
    assert (
        progress.several([(replace(OPEN, validation=(FILE,)), "pending_validation")])
        == f"Order 7 for {WWW} (pending_validation, to publish: {FILE.url})"
    )


def test_numbers_are_listed() -> None:
    assert progress.named(["7"]) == "order 7"
    assert progress.named(["7", "8"]) == "orders 7, 8"
    assert progress.named([str(number) for number in range(13)]).endswith(" 8, 9 and 3 more")
