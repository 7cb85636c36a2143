# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The retry rules as values: a verdict on every failure, a pause before every attempt."""

from __future__ import annotations

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    DeadlineExceeded,
    Failure,
    InvalidOption,
    InvalidRequest,
    Kind,
    NoCredentials,
    NoResponse,
    NotSent,
    OutcomeUnknown,
    ReadOnly,
    Untrusted,
)
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.retry import (
    Verdict,
    is_read,
    pause_before,
    verdict_on,
)

NOT_CARRIED_OUT = {Kind.THROTTLED, Kind.BUSY}
UNSURE = {Kind.BROKEN, Kind.NONCE}
NEVER_SENT = NotSent("The endpoint could not be reached.")
LOST = NoResponse("The connection broke.")
BROKEN = ApiError(Kind.BROKEN, "It is broken.")
# Not even sent, or a rule of our own: again would be the same.
HOPELESS = [
    InvalidRequest("This is no address."),
    Untrusted("The certificate was not accepted."),
    NoCredentials("There is no key."),
    ReadOnly("A check mode run only reads."),
    DeadlineExceeded("It was not sent."),
    OutcomeUnknown("It may have happened."),
    InvalidOption("timeout", "it is no number."),
]


def both(failure: Failure) -> tuple[Verdict, Verdict]:
    """The verdicts for a read and for a write."""
    return verdict_on(failure, is_read=True), verdict_on(failure, is_read=False)


@pytest.mark.parametrize("kind", Kind)
def test_every_refusal_has_its_verdict(kind: Kind) -> None:
    verdicts = both(ApiError(kind, "No."))
    if kind in NOT_CARRIED_OUT:
        assert verdicts == (Verdict.AGAIN, Verdict.AGAIN)
    elif kind in UNSURE:
        assert verdicts == (Verdict.AGAIN, Verdict.LOOK)
    else:
        assert verdicts == (Verdict.RAISE, Verdict.RAISE)


def test_what_never_left_is_sent_again_whatever_it_was() -> None:
    assert both(NEVER_SENT) == (Verdict.AGAIN, Verdict.AGAIN)


def test_after_a_lost_response_a_read_is_sent_again_and_a_write_is_looked_for() -> None:
    assert both(LOST) == (Verdict.AGAIN, Verdict.LOOK)


@pytest.mark.parametrize("failure", HOPELESS, ids=lambda failure: type(failure).__name__)
def test_what_would_fail_again_is_raised(failure: Failure) -> None:
    assert both(failure) == (Verdict.RAISE, Verdict.RAISE)


@pytest.mark.parametrize(
    ("action", "reads"),
    [
        ("DescribeCertificateState", True),
        ("ListUserCertificateOrder", True),
        ("GetUserCertificateDetail", True),
        ("CreateCertificateForPackageRequest", False),
        ("RenewCertificateOrderForPackageRequest", False),
        ("CancelOrderRequest", False),
        ("DeleteCertificateRequest", False),
        ("AddDomainRecord", False),
        ("UpdateDomainRecord", False),
        ("DeleteDomainRecord", False),
        ("ApplyList", False),
        ("describe", False),
        ("", False),
    ],
)
def test_an_operation_reads_if_its_name_begins_so(action: str, reads: bool) -> None:
    assert is_read(action) is reads


@pytest.mark.parametrize("failure", [BROKEN, LOST, NEVER_SENT], ids=lambda failure: type(failure).__name__)
@pytest.mark.parametrize(
    ("chance", "pauses"),
    [(1.0, [1, 2, 4, 8, 16, 32, 60, 60]), (0.5, [0.5, 1, 2, 4, 8, 16, 30, 30]), (0.0, [0] * 8)],
    ids=["longest", "half", "shortest"],
)
def test_pauses_double_with_full_jitter_up_to_a_minute(chance: float, pauses: list[float], failure: Failure) -> None:
    assert [pause_before(attempt, failure, chance) for attempt in range(1, 9)] == pauses


def test_no_number_of_attempts_is_too_many() -> None:
    assert pause_before(10**6, BROKEN, 1.0) == 60


@pytest.mark.parametrize(
    ("attempt", "asked", "chance", "pause"),
    [
        pytest.param(1, 10.0, 0.0, 10.0, id="the asked one at least"),
        pytest.param(1, 10.0, 0.5, 11.25, id="up to a quarter longer"),
        pytest.param(1, 0.2, 0.5, 0.5, id="ours is longer"),
        pytest.param(7, 5.0, 0.5, 8.0, id="ours has grown to its longest"),
        pytest.param(7, 120.0, 0.5, 135.0, id="beyond our longest"),
        pytest.param(1, None, 0.5, 0.5, id="none was asked for"),
        pytest.param(1, 0.0, 0.5, 0.5, id="no time was asked for"),
    ],
)
def test_a_pause_that_the_service_asks_for_is_kept_or_exceeded(
    attempt: int, asked: float | None, chance: float, pause: float
) -> None:
    assert pause_before(attempt, ApiError(Kind.THROTTLED, "Too fast.", asked), chance) == pause
