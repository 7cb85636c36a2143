# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two machines that order at the same moment: the later order is withdrawn, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order, ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._errors import StateNotReached
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response, Transport
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.client import (
    DEFAULTS,
    client,
    csr,
    emulator,
    lettered,
    lettering,
    order,
    timed,
    transport,
    writes,
)

PACKAGE, CANCEL, DELETE = "CreateCertificateForPackageRequest", "CancelOrderRequest", "DeleteCertificateRequest"
LIST, REVOKE = "ListUserCertificateOrder", "CancelCertificateForPackageRequest"
WWW = "www.example.com"
ASKED: dict[str, Any] = {"domains": [WWW]}


def beside(
    account: Emulator,
    what: Callable[[], object],
    action: str,
    after: bool = False,
    through: Transport | None = None,
) -> Transport:
    """What another machine does right before, or right after, the first call of one operation."""
    real, todo = through or transport(account), [what]

    def exchange(request: Request, timeout: float) -> Response:
        if request.headers["x-acs-action"] != action or not todo:
            return real(request, timeout)
        work = todo.pop()
        if not after:
            work()
        response = real(request, timeout)
        if after:
            work()
        return response

    return exchange


def hiding(account: Emulator, hidden: list[str]) -> Transport:
    """A machine whose lists do not show some orders."""
    real = transport(account)

    def exchange(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        if request.headers["x-acs-action"] != LIST:
            return response
        listed = json.loads(response.body)["CertificateOrderList"]
        shown = [entry for entry in listed if str(entry["OrderId"]) not in hidden]
        content = {"TotalCount": len(shown), "CertificateOrderList": shown}
        return response._replace(body=json.dumps(content).encode())

    return exchange


def ours(account: Emulator, through: Transport, **options: Any) -> Outcome[Order]:
    asked = read_order({"state": "present", **DEFAULTS, **ASKED, **options})
    return ensure_order(client(account, transport=through), asked)


def other(account: Emulator, **options: Any) -> Callable[[], Outcome[Order]]:
    return lambda: order(account, **{**ASKED, "wait_for": "none", **options})


def live(account: Emulator) -> list[str]:
    return [str(entry["OrderId"]) for entry in account.call("ListUserCertificateOrder", {})["CertificateOrderList"]]


def test_the_later_order_gives_way() -> None:
    account = emulator()
    done = ours(account, beside(account, other(account), PACKAGE))
    assert done.after
    assert live(account) == [done.after.order_id]
    assert writes(account) == [PACKAGE, PACKAGE, DELETE]
    assert done.plan.changed
    assert len(done.warnings) == 1
    assert "Another run had ordered the same certificate a moment before" in done.warnings[0]
    assert done.after.order_id in done.warnings[0]
    assert not order(account, **ASKED).plan.changed


def test_the_earlier_order_stays() -> None:
    account = emulator()
    done = ours(account, beside(account, lambda: account.call(PACKAGE, _application()), PACKAGE, after=True))
    assert done.after
    assert len(live(account)) == 2
    assert done.after.order_id == min(live(account))
    assert not done.warnings
    assert writes(account) == [PACKAGE]


def _application() -> dict[str, str]:
    return {"Domain": WWW, "ProductCode": DEFAULTS["product_code"], "ValidateType": "DNS"}


def test_one_that_is_with_the_ca_is_withdrawn_first() -> None:
    account = emulator(settle_seconds=0.0)
    done = ours(account, beside(account, other(account), PACKAGE))
    assert done.after
    assert writes(account) == [PACKAGE, PACKAGE, CANCEL, DELETE]
    assert live(account) == [done.after.order_id]


def test_one_that_is_submitted_at_this_moment_is_withdrawn_too() -> None:
    account = emulator(settle_seconds=3.0)
    real, made = beside(account, other(account), PACKAGE), []

    def through(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        made.extend([1] if request.headers["x-acs-action"] == PACKAGE else [])
        if made and request.headers["x-acs-action"] == "ListUserCertificateOrder":
            account.advance(4)
        return response

    done = ours(account, through, wait_for="none")
    assert done.after
    assert live(account) == [done.after.order_id]
    assert writes(account)[-2:] == [CANCEL, DELETE]


@pytest.mark.parametrize("lag", [5.0, 20.0])
def test_a_list_that_lags_shows_the_duplicate_during_the_wait(lag: float) -> None:
    account = emulator(list_lag_seconds=lag, record_delay_seconds=60.0)
    done = ours(account, beside(account, other(account), PACKAGE))
    assert done.after
    assert live(account) == [done.after.order_id]
    assert writes(account)[-1] == DELETE


def test_an_earlier_one_that_is_issued_already_is_taken() -> None:
    account = emulator(proof="at_once", settle_seconds=0.0, review_seconds=0.0, record_delay_seconds=0.0)
    keyed = {"csr_content": csr(WWW)}

    def theirs() -> None:
        order(account, **ASKED, **keyed, wait_for="issued")
        account.turn(proof="control")

    done = ours(account, beside(account, theirs, PACKAGE), **keyed)
    assert done.after
    assert done.after.status is Status.ISSUED
    assert live(account) == [done.after.order_id]


def test_one_with_another_key_is_no_duplicate() -> None:
    account = emulator(proof="at_once", settle_seconds=0.0, review_seconds=0.0, record_delay_seconds=0.0)

    def theirs() -> None:
        order(account, **ASKED, csr_content=csr(WWW, number=7), wait_for="issued")
        account.turn(proof="control")

    done = ours(account, beside(account, theirs, PACKAGE), csr_content=csr(WWW))
    assert done.after
    assert done.after.status is Status.PENDING_VALIDATION
    assert len(live(account)) == 2
    assert DELETE not in writes(account)


def test_an_own_order_that_is_issued_is_never_touched() -> None:
    account = emulator(proof="at_once", settle_seconds=0.0, review_seconds=0.0, record_delay_seconds=0.0)

    def theirs() -> None:
        account.turn(proof="control")
        other(account)()
        account.turn(proof="at_once")

    done = ours(account, beside(account, theirs, PACKAGE), wait_for="issued")
    assert done.after
    assert {CANCEL, DELETE, REVOKE}.isdisjoint(writes(account))
    assert len(done.warnings) == 1
    assert "could not be withdrawn" in done.warnings[0]


def test_other_names_and_other_products_are_no_duplicates() -> None:
    account = emulator()

    def theirs() -> None:
        other(account, domains=["b.example.com"])()
        other(account, product_code="geotrust-dv-1-starter")()

    ours(account, beside(account, theirs, PACKAGE))
    assert len(live(account)) == 3
    assert DELETE not in writes(account)


def test_an_earlier_order_that_was_refused_is_no_duplicate() -> None:
    account = emulator()

    def theirs() -> None:
        other(account)()
        account.reject(live(account)[0])

    done = ours(account, beside(account, theirs, PACKAGE))
    assert done.after
    assert done.after.order_id in live(account)
    assert DELETE not in writes(account)


def test_the_earliest_of_several_is_taken() -> None:
    account = emulator()
    numbers: list[str] = []

    def two_others() -> None:
        for _machine in range(2):
            known = live(account)
            ours(account, hiding(account, known), wait_for="none")
            numbers.extend(number for number in live(account) if number not in known)
            account.advance(3)

    done = ours(account, beside(account, two_others, PACKAGE))
    assert done.after
    assert done.after.order_id == numbers[0]


def test_an_order_that_gave_way_is_forgotten(tmp_path: Path) -> None:
    """The next task of this machine does not look for it."""
    account = emulator()
    through = beside(account, other(account), PACKAGE)
    asked = read_order({"state": "present", **DEFAULTS, **ASKED})
    ensure_order(client(account, transport=through, state_directory=str(tmp_path)), asked)
    assert writes(account)[-1] == DELETE
    assert not list(tmp_path.glob("order-*.json"))


def test_an_order_that_was_only_found_is_never_withdrawn() -> None:
    """After a lost response nobody can be sure which of them is ours."""
    account = emulator()
    todo, theirs = [other(account)], list[str]()
    real = hiding(account, theirs)

    def through(request: Request, timeout: float) -> Response:
        """Another machine orders right before; the list shows it only after the own order was found."""
        action = request.headers["x-acs-action"]
        if action == PACKAGE and todo:
            todo.pop()()
            theirs.extend(live(account))
            account.inject(kind="answer_lost", action=PACKAGE)
        response = real(request, timeout)
        if action == "DescribeCertificateState":
            theirs.clear()
        return response

    done = ours(account, through)
    assert done.after
    assert len(live(account)) == 2
    assert DELETE not in writes(account)


def test_a_list_that_cannot_be_had_is_no_failure() -> None:
    account = emulator()

    def theirs() -> None:
        other(account)()
        account.inject(kind="code", code="Forbidden.RAM", action="ListUserCertificateOrder", times=1)

    done = ours(account, beside(account, theirs, PACKAGE, after=True))
    assert done.after
    assert done.after.status is Status.PENDING_VALIDATION


def test_an_order_that_cannot_be_withdrawn_stays_and_both_are_named() -> None:
    account = emulator(delete_payed="never")
    done = ours(account, beside(account, other(account), PACKAGE))
    assert done.after
    assert len(live(account)) == 2
    assert all(number in done.warnings[0] for number in live(account))


def test_an_old_order_that_a_list_missed_is_no_duplicate() -> None:
    """A renewal must not give way to the certificate that it follows."""
    account = emulator(proof="at_once")
    old = order(account, **ASKED, wait_for="issued")
    assert old.after
    account.advance(70 * DAY)
    real, hide = transport(account), [True]

    def missing(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        if request.headers["x-acs-action"] == "ListUserCertificateOrder" and hide:
            return Response(200, {}, b'{"TotalCount": 0, "CertificateOrderList": []}')
        if request.headers["x-acs-action"] == PACKAGE:
            hide.clear()
        return response

    asked = read_renewal({**DEFAULTS, **ASKED, "strategy": "auto", "allow_first_order": True})
    done = ensure_renewal(client(account, transport=missing), asked)
    assert done.after
    assert done.after.order_id != old.after.order_id
    assert DELETE not in writes(account)


@pytest.mark.parametrize(
    ("moments", "ours_stays"),
    [((10_000, 13_000), False), ((13_000, 10_000), True), ((10_000, 10_000), False), ((None, None), False)],
    ids=["the date says so", "the date comes before the number", "the number where dates are equal", "no dates"],
)
def test_which_is_earlier(moments: tuple[int | None, int | None], ours_stays: bool) -> None:
    """The other one has the smaller number."""
    account = emulator()
    real, todo = transport(account), [other(account)]

    def through(request: Request, timeout: float) -> Response:
        if request.headers["x-acs-action"] == PACKAGE and todo:
            todo.pop()()
        response = real(request, timeout)
        if request.headers["x-acs-action"] != LIST:
            return response
        content = json.loads(response.body)
        listed = sorted(content["CertificateOrderList"], key=lambda entry: int(entry["OrderId"]))
        for entry, moment in zip(listed, moments):
            entry["BuyDate"] = moment
        return response._replace(body=json.dumps(content).encode())

    done = ours(account, through)
    assert done.after
    theirs, own = (str(number) for number in sorted(account.world.orders))
    assert done.after.order_id == (own if ours_stays else theirs)
    assert (own in live(account)) is ours_stays
    assert theirs in live(account)


# When the list is read.


def after_the_create(log: list[tuple[str, float]], action: str) -> list[float]:
    made = [name for name, _moment in log].index(PACKAGE)
    return [round(moment - log[made][1], 3) for name, moment in log[made:] if name == action]


@pytest.mark.parametrize(
    ("dials", "options", "looks"),
    [
        pytest.param({}, {"wait_for": "none"}, [0], id="no wait"),
        pytest.param({"record_delay_seconds": 60.0}, {"poll_interval": 1.0}, [0, 11.664, 28.275], id="often"),
        pytest.param({"record_delay_seconds": 60.0}, {}, [0, 11.562, 36.172], id="now and then"),
        pytest.param({"record_delay_seconds": 900.0}, {"poll_interval": 60.0}, [0, 60], id="seldom: one for both"),
        pytest.param({"record_delay_seconds": 9.0}, {}, [0, 11.562], id="until there is something to publish"),
        pytest.param({"describe_lag_seconds": 14.0}, {}, [0, 21.406], id="again once it is described"),
        pytest.param({"describe_lag_seconds": 30.0}, {}, [0, 36.172], id="one look serves for two"),
    ],
)
def test_when_the_list_is_read(dials: dict[str, Any], options: dict[str, Any], looks: list[float]) -> None:
    """Right after the application, and with the first looks at the order from 8 and from 22 seconds on."""
    account, log = emulator(**dials), list[tuple[str, float]]()
    assert ours(account, timed(account, log), wait_timeout=1000, **options).after
    assert after_the_create(log, LIST) == looks


def test_a_list_that_takes_long_is_read_once_more() -> None:
    """A look that was due while another one went on is made up for."""
    account, log = emulator(record_delay_seconds=900.0), list[tuple[str, float]]()
    real, slow = timed(account, log), [10.0]

    def through(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        if request.headers["x-acs-action"] == LIST and PACKAGE in writes(account):
            account.advance(slow.pop() if slow else 0)
        return response

    ours(account, through, wait_timeout=1000)
    assert after_the_create(log, LIST) == [0, 15, 31.406]


def test_a_duplicate_is_seen_even_when_the_wait_would_be_over() -> None:
    """The list shows it at the very look that finds something to publish."""
    account = emulator(list_lag_seconds=9.0, record_delay_seconds=9.0)
    done = ours(account, beside(account, other(account), PACKAGE))
    assert done.after
    assert done.after.status is Status.PENDING_VALIDATION
    assert live(account) == [done.after.order_id]
    assert writes(account)[-2:] == [CANCEL, DELETE]


def test_an_earlier_order_is_waited_for_in_place_of_the_own_one() -> None:
    account, log = emulator(list_lag_seconds=5.0, record_delay_seconds=40.0), list[tuple[str, float]]()
    done = ours(account, timed(account, log, beside(account, other(account), PACKAGE)))
    assert done.after
    assert len(done.after.validation) == 1
    assert live(account) == [done.after.order_id]
    assert len(after_the_create(log, LIST)) == 2, "what another machine made is not looked at for duplicates"


def test_a_wait_that_ends_with_a_look_says_what_is_missing() -> None:
    """The deadline comes while the list is read."""
    account = emulator(record_delay_seconds=900.0)
    real, slow = transport(account), [3.0]

    def through(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        if request.headers["x-acs-action"] == LIST and len(slow) == 1 and PACKAGE in writes(account):
            account.advance(slow[0] if account.world.now() - begun > 8 else 0)
        return response

    begun = account.world.now()
    with pytest.raises(StateNotReached, match="The service did not show what to publish after 12 s"):
        ours(account, through, wait_timeout=12)


def test_a_failure_tells_that_the_own_order_was_removed() -> None:
    account = emulator(list_lag_seconds=5.0, record_delay_seconds=900.0)
    with pytest.raises(StateNotReached) as caught:
        ours(account, beside(account, other(account), PACKAGE))
    (theirs,) = live(account)
    assert caught.value.facts["order_id"] == theirs
    plan = [(step["action"], step["order_id"] == theirs) for step in caught.value.facts["plan"]]
    assert plan == [(PACKAGE, False), (CANCEL, False), (DELETE, False)]
    assert caught.value.facts["changed"] is True


# Ids that are no numbers.


@pytest.mark.parametrize(("seconds", "ours_stays"), [(3.0, False), (0.0, True)], ids=["later", "at the same moment"])
def test_the_purchase_decides_and_ids_only_break_a_tie(seconds: float, ours_stays: bool) -> None:
    """The id of the later order comes first."""
    account = emulator(checked=False)

    def theirs() -> None:
        account.call(PACKAGE, _application())
        account.advance(seconds)

    done = ours(account, beside(account, theirs, PACKAGE, through=lettering(account)))
    first, last = (lettered(number) for number in sorted(account.world.orders))
    assert last < first
    assert done.after
    assert done.after.order_id == (last if ours_stays else first)
    assert writes(account).count(DELETE) == (0 if ours_stays else 1)
