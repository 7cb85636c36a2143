# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is due, row by row, and that the rows hold for every mixture."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._store.decide import (
    Action,
    CertificateWanted,
    Decision,
    Installed,
    Seen,
    Staged,
    decide,
)
from ansible_collections.certops.alicloud.plugins.module_utils._store.model import (
    FULLCHAIN,
    MARK,
    Generation,
    KeyFile,
    Record,
    Served,
)
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import Certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.renewal_window import window
from tests.support.certificates import FREE, NOW, WWW

OURS, OLDER = "4F:2A:90:01:AA", "11:22:33:44:55"
WANTED = CertificateWanted(WWW, FREE, window("33%", "renew_before"))


def certificate(left: float = 71.2, names: tuple[str, ...] = WWW) -> Certificate:
    end = NOW + timedelta(days=left)
    return Certificate("", "", "4f", OURS, "", names, "CN=Root", end - timedelta(days=90), end)


def installed(
    number: int = 3,
    left: float = 71.2,
    order: str | None = "77",
    names: tuple[str, ...] = WWW,
    product_code: str | None = FREE,
    verified: bool = True,
) -> Installed:
    files = frozenset({FULLCHAIN} if verified else {FULLCHAIN, MARK})
    record = Record(order, domains=names, product_code=product_code) if order else None
    return Installed(Generation(number, files, KeyFile(200, 0o600)), certificate(left, names), record)


def staged(order: str | None = None, renews: str | None = None, key: bool = True) -> Staged:
    record = Record(order, domains=WWW, product_code=FREE, renews=renews) if order else None
    return Staged(Generation(4, frozenset(), KeyFile(200 if key else 0, 0o600)), record)


def serving(*fingerprints: str | None) -> list[Served]:
    return [
        Served(f"127.0.0.{at}", "4f", each) if each else Served(f"127.0.0.{at}", problem="connection refused")
        for at, each in enumerate(fingerprints, 1)
    ]


@pytest.mark.parametrize(
    ("seen", "action", "reason"),
    [
        pytest.param(Seen(), "apply", "no certificate is installed", id="nothing"),
        pytest.param(
            Seen(staged=staged()),
            "apply",
            "no certificate is installed, resumes with the key of generation 4",
            id="a key",
        ),
        pytest.param(
            Seen(staged=staged(key=False)),
            "apply",
            "no certificate is installed, resumes with generation 4",
            id="no key yet",
        ),
        pytest.param(
            Seen(staged=staged("88")),
            "apply",
            "no certificate is installed, resumes with the key of generation 4 and order 88",
            id="a first order",
        ),
        pytest.param(
            Seen(installed(), ready=installed(4)), "install", "generation 4 is complete, but not in use", id="ready"
        ),
        pytest.param(
            Seen(installed(names=("x.example.com",))),
            "apply",
            "the certificate in use was ordered for x.example.com",
            id="other names",
        ),
        pytest.param(
            Seen(installed(order=None, names=("x.example.com",))),
            "apply",
            "the certificate in use does not cover www.example.com",
            id="uncovered",
        ),
        pytest.param(
            Seen(installed(), staged("88")),
            "apply",
            "order 88 is in progress, resumes with the key of generation 4",
            id="in progress",
        ),
        pytest.param(
            Seen(installed(), staged("88", "77")),
            "renew",
            "order 88 is in progress, resumes with the key of generation 4",
            id="a renewal in progress",
        ),
        pytest.param(
            Seen(installed(left=12), staged("88")),
            "renew",
            "order 88 is in progress, resumes with the key of generation 4",
            id="in progress, and due",
        ),
        pytest.param(
            Seen(installed(left=12, order=None), staged("88")),
            "apply",
            "order 88 is in progress, resumes with the key of generation 4",
            id="in progress, and nothing to renew",
        ),
        pytest.param(Seen(installed(left=12)), "renew", "12 of 90 days left, window opens at 29.7", id="due"),
        pytest.param(Seen(installed(left=-3)), "renew", "0 of 90 days left, window opens at 29.7", id="over"),
        pytest.param(
            Seen(installed(left=12), staged()),
            "renew",
            "12 of 90 days left, window opens at 29.7, resumes with the key of generation 4",
            id="due, with a key",
        ),
        pytest.param(
            Seen(installed(left=12, order=None)),
            "apply",
            "12 of 90 days left, window opens at 29.7; no order is recorded that could be renewed",
            id="due, from elsewhere",
        ),
        pytest.param(
            Seen(installed(left=12, product_code="symantec-dv-1-starter")),
            "apply",
            f"12 of 90 days left, window opens at 29.7; order 77 is for symantec-dv-1-starter, not {FREE}",
            id="due, another product",
        ),
        pytest.param(
            Seen(installed(verified=False), served=serving(OURS)),
            "reload",
            "generation 3 is in use, but not verified after a reload",
            id="unverified",
        ),
        pytest.param(
            Seen(installed(), served=serving(OURS, OLDER)),
            "reload",
            "127.0.0.2 serves 11:22:33:44.., not the installed 4F:2A:90:01..",
            id="one address is behind",
        ),
        pytest.param(
            Seen(installed(), served=serving(None)), "reload", "127.0.0.1: connection refused", id="nobody answers"
        ),
        pytest.param(Seen(installed(), staged()), "nothing", "71.2 of 90 days left, window opens at 29.7", id="good"),
        pytest.param(
            Seen(installed(), served=serving(OURS, OURS)),
            "nothing",
            "71.2 of 90 days left, window opens at 29.7; the served certificate is the installed one",
            id="good and served",
        ),
        pytest.param(
            Seen(
                installed(), served=[*serving(OURS), Served("::1", problem="network is unreachable", unreachable=True)]
            ),
            "nothing",
            "71.2 of 90 days left, window opens at 29.7; the served certificate is the installed one",
            id="an address out of reach",
        ),
        pytest.param(
            Seen(installed(), served=[Served("::1", problem="network is unreachable", unreachable=True)]),
            "reload",
            "::1: network is unreachable",
            id="every address out of reach",
        ),
    ],
)
def test_the_table(seen: Seen, action: str, reason: str) -> None:
    decision = decide(WANTED, seen, NOW)
    assert (decision.action.value, decision.reason) == (action, reason)


def test_the_order_of_the_names_does_not_matter() -> None:
    two = ("www.example.com", "example.com")
    current = Seen(installed(names=two))
    assert decide(CertificateWanted(two[::-1], FREE, WANTED.renew_before), current, NOW).action is Action.NOTHING


@pytest.mark.parametrize(
    ("wanted", "there", "same"),
    [
        (["www.example.com"], ["www.example.com", "example.com"], True),
        (["example.com"], ["www.example.com", "example.com"], True),
        (["*.example.com"], ["*.example.com", "example.com"], True),
        (["www.example.com"], ["www.example.com", "b.example.com"], False),
        (["www.example.com", "example.com"], ["www.example.com"], False),
        (["*.example.com"], ["*.example.com", "www.example.com"], False),
    ],
)
def test_only_a_name_that_the_ca_adds_makes_no_difference(wanted: list[str], there: list[str], same: bool) -> None:
    seen = Seen(installed(names=tuple(there)))
    action = Action.NOTHING if same else Action.APPLY
    assert decide(CertificateWanted(tuple(wanted), FREE, WANTED.renew_before), seen, NOW).action is action


def test_without_a_record_more_names_are_no_difference() -> None:
    assert decide(WANTED, Seen(installed(order=None, names=(*WWW, "b.example.com"))), NOW).action is Action.NOTHING


def test_a_window_as_long_as_the_lifetime_is_clamped_with_a_warning() -> None:
    wanted = CertificateWanted(WWW, FREE, window("90d", "renew_before"))
    decision = decide(wanted, Seen(installed()), NOW)
    assert (decision.action, decision.reason) == (Action.NOTHING, "71.2 of 90 days left, window opens at 30")
    (warning,) = decision.warnings
    assert warning.startswith("renew_before: the window of 90 days is not shorter than the certificate's lifetime")
    assert decide(wanted, Seen(), NOW) == Decision(Action.APPLY, "no certificate is installed")
    assert decide(WANTED, Seen(installed()), NOW).warnings == ()


CURRENTS = [
    None,
    *(
        installed(left=left, order=order, names=names, product_code=code, verified=verified)
        for left, order, names, code, verified in product(
            (71.2, 12, -3), ("77", None), (WWW, ("x.example.com",)), (FREE, None), (True, False)
        )
    ),
]
MIXTURES = [
    Seen(current, waiting, ready, served)
    for current, waiting, ready, served in product(
        CURRENTS,
        (None, staged(), staged("88"), staged("88", "77")),
        (None, installed(4)),
        (None, serving(OURS), serving(OLDER), serving(OURS, None)),
    )
]


def good(seen: Seen, now: datetime) -> bool:
    """Whether nobody would want another certificate than the one in use."""
    current = seen.current
    return current is not None and current.domains == WWW and current.certificate.not_after - now > timedelta(days=29.7)


def test_what_holds_for_every_mixture() -> None:
    seen_actions = set()
    for seen in MIXTURES:
        decision = decide(WANTED, seen, NOW)
        seen_actions.add(decision.action)
        assert (decision.action is Action.INSTALL) == (seen.ready is not None)
        if decision.action is Action.RENEW:
            assert seen.current and (seen.current.order_id or (seen.staged and seen.staged.renews))
        if decision.action in (Action.RELOAD, Action.NOTHING):
            assert good(seen, NOW) and not (seen.staged and seen.staged.order_id)
        if decision.action is Action.NOTHING:
            assert seen.current and seen.current.generation.verified
            assert {each.sha256_fingerprint for each in seen.served or serving(OURS)} == {OURS}
        if decision.action in (Action.APPLY, Action.RENEW) and seen.staged:
            assert "resumes with the key of generation 4" in decision.reason
        assert decision.reason and "\n" not in decision.reason
    assert seen_actions == set(Action)


def stored(
    at: float, left: float = 12, product_code: str = FREE, order: str | None = "77", verified: bool = True
) -> Installed:
    """A certificate with so many days left, which was stored so many days ago."""
    found = installed(left=left, verified=verified)
    record = Record(order, domains=WWW, product_code=product_code, stored=NOW - timedelta(days=at))
    return found._replace(record=record)


def test_a_successor_that_would_be_due_at_once_is_not_ordered() -> None:
    """The clock is two months ahead, or the CA left little time: each run would order another one."""
    decision = decide(WANTED, Seen(stored(2)), NOW)
    assert (decision.action, decision.due_at_once) == (Action.NOTHING, True)
    assert decision.reason.startswith("12 of 90 days left, window opens at 29.7; it was due already when it was stored")
    (warning,) = decision.warnings
    for words in (
        *("order 77", "2026-11-20T12:00:00Z", "2026-09-05T12:00:00Z to 2026-12-04T12:00:00Z", "the clock of this host"),
        *("renew_before is 33%", "issued it with little time left", 'remove "stored" from its order.json'),
    ):
        assert words in warning


@pytest.mark.parametrize(
    ("current", "action"),
    [
        pytest.param(stored(30), Action.RENEW, id="it was not due when it was stored"),
        pytest.param(stored(2, left=71.2), Action.NOTHING, id="it is not due"),
        pytest.param(stored(-1), Action.RENEW, id="the clock was wrong then, and is right now"),
        pytest.param(stored(2, product_code="another"), Action.APPLY, id="another product lasts longer perhaps"),
        pytest.param(stored(2, order=None), Action.APPLY, id="it was not ordered here"),
        pytest.param(installed(left=12), Action.RENEW, id="a record of an earlier version"),
    ],
)
def test_other_certificates_are_renewed_as_ever(current: Installed, action: Action) -> None:
    decision = decide(WANTED, Seen(current), NOW)
    assert (decision.action, decision.due_at_once, decision.warnings) == (action, False, ())


def test_a_certificate_that_is_due_at_once_is_looked_after() -> None:
    assert decide(WANTED, Seen(stored(2, verified=False)), NOW).action is Action.RELOAD
    assert decide(WANTED, Seen(stored(2), served=serving(OLDER)), NOW).action is Action.RELOAD
    assert decide(WANTED, Seen(stored(2), served=serving(OURS)), NOW).action is Action.NOTHING
    assert decide(WANTED, Seen(stored(2), staged("88", "77")), NOW).action is Action.RENEW
    assert decide(WANTED, Seen(stored(2), ready=installed(4)), NOW).action is Action.INSTALL
    shorter = CertificateWanted(WWW, FREE, window("13d", "renew_before"))
    assert not decide(shorter, Seen(stored(2)), NOW).due_at_once


def test_a_clamped_window_counts_for_what_is_due_at_once() -> None:
    wanted = CertificateWanted(WWW, FREE, window("365d", "renew_before"))
    assert len(decide(wanted, Seen(stored(2)), NOW).warnings) == 2
