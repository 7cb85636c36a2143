# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one path from options to an outcome: check mode, quota, keys, and what a result never shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order, ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    NoResponse,
    NotAllowed,
    OutcomeUnknown,
)
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response
from ansible_collections.certops.alicloud.plugins.module_utils._text import KNOWN_AFTER_APPLY
from ansible_collections.certops.alicloud.plugins.module_utils._x509.make import make_csr, make_key
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.accounts import applied, expired, issued, refused, revoked
from tests.support.client import (
    CONTACT,
    DEFAULTS,
    FREE,
    NOON,
    PAID,
    client,
    csr,
    edited,
    emulator,
    lettered,
    lettering,
    order,
    reads,
    renew,
    writes,
)

PACKAGE, DELETE = "CreateCertificateForPackageRequest", "DeleteCertificateRequest"
WWW: dict[str, Any] = {"domains": ["www.example.com"]}
OWN: dict[str, Any] = {"csr_content": csr("www.example.com")}


# A whole life.


def test_order_wait_again_renew_withdraw() -> None:
    account = emulator(proof="at_once")
    first = order(account, wait_for="issued", **OWN)
    assert first.after
    assert first.after.certificate
    assert first.plan.changed
    assert first.facts == {"quota": {"product_code": FREE, "total": 20, "used": 0, "free": 20}}
    assert not order(account, wait_for="issued", **OWN).plan.changed
    account.advance(61 * DAY)
    new = csr("www.example.com", number=5)
    follower = renew(account, order_id=first.after.order_id, csr_content=new, wait_for="issued")
    assert follower.after
    assert follower.plan.facts["due"]
    assert follower.after.order_id != first.after.order_id
    again = renew(account, order_id=first.after.order_id, csr_content=new, wait_for="issued")
    assert not again.plan.changed
    assert again.after
    assert again.after.order_id == follower.after.order_id
    assert again.after.certificate == follower.after.certificate
    assert writes(account) == [PACKAGE, PACKAGE]


def test_a_window_that_is_clamped_is_a_warning_of_the_outcome() -> None:
    account = emulator(checked=False, proof="at_once")
    order(account, wait_for="issued", **OWN)
    again = renew(account, domains=["www.example.com"], renew_before="90d")
    assert not again.plan.changed
    assert [warning.split(" of ")[0] for warning in again.warnings] == ["renew_before: the window"]


@pytest.mark.parametrize("contact", [None, CONTACT], ids=["no contact", "contact"])
def test_a_name_that_no_common_name_can_hold_is_ordered_and_renewed(contact: dict[str, str] | None) -> None:
    account, name = emulator(checked=False, proof="at_once"), f"{'x' * 60}.example.com"
    wish = {"domains": [name], "contact": contact, "wait_for": "issued"}
    first = order(account, csr_content=make_csr(make_key("ECC"), [name]).decode(), **wish)
    assert first.after
    assert first.after.certificate
    assert name in first.after.certificate.domains
    account.advance(70 * DAY)
    assert renew(account, csr_content=make_csr(make_key("ECC"), [name]).decode(), **wish).plan.changed
    assert writes(account) == [PACKAGE, PACKAGE]


CALLS: dict[str, dict[str, Any]] = {
    "CreateCertificateWithCsrRequest": {**OWN, "contact": CONTACT},
    "CreateCertificateRequest": {**WWW, "contact": CONTACT},
    PACKAGE: {"domains": ["a.example", "b.example"]},
}


@pytest.mark.parametrize(("action", "options"), CALLS.items(), ids=CALLS)
def test_each_call_is_understood_by_the_service(action: str, options: dict[str, Any]) -> None:
    account = emulator()
    outcome = order(
        account, tags={"env": "prod", "名": "值"} if action != "CreateCertificateRequest" else {}, **options
    )
    assert writes(account) == [action]
    assert outcome.after
    assert outcome.after.domains == tuple(options.get("domains", ["www.example.com"]))
    (stored,) = account.world.orders.values()
    assert dict(stored.contact).get("Username") == (CONTACT["name"] if "contact" in options else None)


# Check mode.

LIVES: dict[str, Callable[[Emulator], object]] = {
    "none": lambda account: None,
    "waiting": applied,
    "refused": refused,
    "issued": issued,
    "expired": expired,
    "revoked": revoked,
}


@pytest.mark.parametrize("state", ["present", "cancelled", "absent", "revoked"])
@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_check_mode_writes_nothing_and_says_what_will_happen(life: Callable[[Emulator], object], state: str) -> None:
    account = emulator()
    life(account)

    def run(world: Emulator, check: bool) -> Outcome[Order] | str:
        try:
            return order(world, check, state=state, **WWW)
        except NotAllowed as forbidden:
            return forbidden.msg

    twin = account.fork()
    predicted, done = run(account, True), run(twin, False)
    assert writes(account) == []
    if isinstance(predicted, str) or isinstance(done, str):
        assert predicted == done
        return
    assert [step.public() for step in predicted.plan.steps] == [step.public() for step in done.plan.steps]
    assert len(writes(twin)) == len(done.plan.steps)
    assert predicted.facts == done.facts
    assert predicted.plan.facts == done.plan.facts
    assert (predicted.after is None) is (done.after is None)
    if predicted.after and done.after and predicted.after.order_id != KNOWN_AFTER_APPLY:
        assert predicted.after.order_id == done.after.order_id
    if predicted.after and done.after:
        assert predicted.after.status is done.after.status


def test_check_mode_shows_what_can_be_known_of_a_new_order() -> None:
    outcome = order(emulator(), True, **OWN)
    assert outcome.after
    public = outcome.after.public(NOON)
    assert public["order_id"] == public["instance_id"] == KNOWN_AFTER_APPLY
    assert (public["status"], public["domains"]) == ("pending_validation", ["www.example.com"])


# Quota.


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "for real"])
def test_without_a_unit_nothing_is_ordered(check: bool) -> None:
    account = emulator({FREE: 1})
    applied(account, "b.example")
    with pytest.raises(NotAllowed) as caught:
        order(account, check, **WWW)
    assert caught.value.msg.startswith(
        f"No certificate of the quota for {FREE} is left (1 of 1 used). Nothing was ordered."
    )
    assert caught.value.facts["quota"] == {"product_code": FREE, "total": 1, "used": 1, "free": 0}
    assert writes(account) == []


def test_a_product_never_bought_has_no_unit() -> None:
    with pytest.raises(NotAllowed, match="the account has no resource plan for"):
        order(emulator(), product_code="globalsign-dv-1-personal", **WWW)


def test_a_quota_that_may_not_be_read_is_a_warning() -> None:
    account = emulator(denied=("DescribePackageState",))
    outcome = order(account, **WWW)
    assert outcome.after
    assert "quota" not in outcome.facts
    assert "quota" not in outcome.public(NOON)
    (warning,) = outcome.warnings
    assert warning.startswith("The quota was not checked. ")
    assert "Grant `yundun-cert:DescribePackageState`." in warning
    assert writes(account) == [PACKAGE]


def test_a_quota_that_cannot_be_read_is_an_error() -> None:
    account = emulator()
    account.inject(kind="code", action="DescribePackageState", code="InvalidParameter")
    with pytest.raises(ApiError):
        order(account, **WWW)
    assert writes(account) == []


def test_who_knows_better_skips_the_arithmetic() -> None:
    account = emulator({FREE: 1})
    applied(account, "b.example")
    with pytest.raises(ApiError, match="no certificate of the quota is left") as caught:
        order(account, check_quota=False, **WWW)
    assert caught.value.facts["code"] == "NotRemainCount"
    assert caught.value.facts["changed"] is False
    assert "DescribePackageState" not in reads(account)


def test_the_unit_of_a_refused_order_serves_the_next_one() -> None:
    account = emulator({FREE: 1})
    refused(account)
    outcome = order(account, **WWW)
    assert outcome.facts["quota"] == {"product_code": FREE, "total": 1, "used": 1, "free": 0}
    assert writes(account) == [DELETE, PACKAGE]
    assert len(account.world.present()) == 1


def test_a_renewal_call_is_not_stopped_by_the_quota() -> None:
    """Nobody has said whether it takes a unit."""
    account = emulator({PAID: 1}, renew_takes_unit=False)
    issued(account, ProductCode=PAID)
    account.advance(180 * DAY)
    outcome = renew(account, product_code=PAID, **WWW)
    assert writes(account) == ["RenewCertificateOrderForPackageRequest"]
    assert outcome.facts["quota"] == {"product_code": PAID, "total": 1, "used": 1, "free": 0}


@pytest.mark.parametrize("state", ["present", "absent", "cancelled"])
def test_the_quota_is_read_only_before_a_create(state: str) -> None:
    account = emulator()
    applied(account)
    order(account, state=state, **WWW)
    assert "DescribePackageState" not in reads(account)


# Keys and names.


def test_an_order_with_another_key_is_refused_or_ordered_anew() -> None:
    account = emulator(proof="at_once")
    order(account, wait_for="issued", csr_content=csr("www.example.com", number=1))
    with pytest.raises(NotAllowed, match="issued for another key than that of the CSR"):
        order(account, **OWN)
    assert len(writes(account)) == 1
    outcome = order(account, on_key_mismatch="reorder", wait_for="issued", **OWN)
    assert outcome.plan.changed
    assert not order(account, on_key_mismatch="reorder", wait_for="issued", **OWN).plan.changed
    assert len(writes(account)) == 2


def foreign_certificate(**options: Any) -> str:
    """A certificate of somebody else's order."""
    other = emulator()
    number = issued(other, **options)
    return str(other.call("DescribeCertificateState", {"OrderId": number})["Certificate"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"Csr": csr("www.example.com", number=3)}, "issued for another key than that of the CSR"),
        ({"Csr": csr("a.example")}, "was issued without www.example.com"),
    ],
    ids=["another key", "other names"],
)
def test_a_certificate_that_comes_must_be_the_one_asked_for(options: dict[str, str], says: str) -> None:
    account = emulator(proof="at_once")
    foreign = foreign_certificate(**options)

    def swapped(content: dict[str, Any]) -> None:
        if "Certificate" in content:
            content["Certificate"] = foreign

    asked = read_order({**DEFAULTS, "state": "present", "wait_for": "issued", **OWN})
    ask = client(account, transport=edited(account, "DescribeCertificateState", swapped))
    with pytest.raises(NotAllowed, match=says) as caught:
        ensure_order(ask, asked)
    assert caught.value.facts["changed"] is True


def test_the_key_that_the_service_made_is_in_no_outcome() -> None:
    account = emulator(proof="at_once")
    outcome = order(account, wait_for="issued", **WWW)
    assert outcome.after
    assert outcome.after.status is Status.ISSUED
    (number,) = account.world.orders
    key = account.call("DescribeCertificateState", {"OrderId": str(number)})["PrivateKey"]
    secret = key.splitlines()[1]
    for shown in (
        outcome,
        outcome.after.public(NOON),
        outcome.plan.before,
        [step.public() for step in outcome.plan.steps],
    ):
        assert secret not in repr(shown)
        assert "PRIVATE KEY" not in repr(shown)


# What is told besides.


def test_an_id_that_does_not_serve_any_more_is_a_warning() -> None:
    account = emulator()
    number = expired(account)
    outcome = order(account, order_id=number, **WWW)
    assert outcome.plan.changed
    assert outcome.warnings == [
        f"Order {number} no longer exists or has ended; the order was selected by domains and product_code instead."
    ]
    assert outcome.after
    assert outcome.after.order_id != number


def test_an_id_that_serves_is_no_warning() -> None:
    account = emulator()
    assert order(account, order_id=applied(account), **WWW).warnings == []


def test_a_failure_tells_the_plan_and_whether_anything_was_changed() -> None:
    account = emulator()
    refused(account)
    account.inject(kind="error_before", action=PACKAGE)
    with pytest.raises(OutcomeUnknown) as caught:
        order(account, **WWW)
    assert [step["action"] for step in caught.value.facts["plan"]] == [DELETE, PACKAGE]
    assert caught.value.facts["changed"] is True


def test_ids_beyond_floats_stay_exact() -> None:
    account = emulator(ids="mixed")
    numbers = set()
    for name in ("a.example", "b.example", "c.example"):
        outcome = order(account, domains=[name])
        assert outcome.after
        numbers.add(outcome.after.order_id)
    assert numbers == {str(number) for number in account.world.orders}
    assert all(int(float(number)) != int(number) for number in numbers)


def test_a_whole_life_with_ids_that_are_no_numbers() -> None:
    account = emulator(checked=False, proof="at_once")

    def run(renews: bool = False, **options: Any) -> Outcome[Order]:
        caller = client(account, transport=lettering(account))
        if renews:
            return ensure_renewal(caller, read_renewal({**DEFAULTS, **options}))
        return ensure_order(caller, read_order({**DEFAULTS, **options}))

    first = run(wait_for="issued", **WWW).after
    assert first
    assert [first.order_id] == [lettered(number) for number in account.world.orders]
    for options in (WWW, {"order_id": first.order_id}, {"order_id": first.order_id, **WWW}):
        again = run(**options)
        assert (again.plan.changed, again.after and again.after.order_id) == (False, first.order_id)
    account.advance(70 * DAY)
    account.turn(proof="control")
    outcome = run(True, order_id=first.order_id)
    assert outcome.plan.facts["previous_order_id"] == first.order_id
    assert outcome.after
    second = outcome.after.order_id
    assert second == lettered(max(account.world.orders)) < first.order_id
    assert run(True, order_id=first.order_id).plan.steps == ()
    removed = run(state="absent", order_id=second)
    assert [step.target.id for step in removed.plan.steps] == [second, second]
    assert removed.after is None
    revoked = run(state="revoked", order_id=first.order_id)
    assert [step.public()["order_id"] for step in revoked.plan.steps] == [first.order_id]
    assert revoked.after
    assert revoked.after.status is Status.REVOKED
    gone = run(wait_for="none", order_id=first.order_id, **WWW)
    assert gone.warnings == [
        f"Order {first.order_id} no longer exists or has ended; the order was selected by domains and product_code "
        "instead."
    ]


def test_a_lost_order_is_found_though_ids_are_no_numbers() -> None:
    account = emulator(checked=False)
    account.reject(applied(account))
    real, lose = lettering(account), [PACKAGE]

    def losing(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        if request.headers["x-acs-action"] in lose:
            lose.clear()
            raise NoResponse("The connection broke.")
        return response

    outcome = ensure_order(client(account, transport=losing), read_order({**DEFAULTS, **WWW}))
    assert outcome.after
    assert outcome.after.order_id == lettered(max(account.world.orders))
    assert writes(account) == [DELETE, PACKAGE]


# Names that the CA adds.

APEX_TOO = {"www.example.com", "example.com"}


def test_an_order_with_a_complimentary_name_is_found_renewed_and_revoked() -> None:
    account = emulator(checked=False, proof="at_once", complimentary_names=True)
    first = order(account, wait_for="issued", **OWN)
    assert first.after
    assert first.after.certificate
    assert set(first.after.certificate.domains) == APEX_TOO
    again = order(account, **OWN)
    assert not again.plan.changed
    assert again.after
    assert again.after.domains == ("www.example.com",)
    assert "example.com, " not in again.diff()["before"]
    account.advance(70 * DAY)
    for options in ({"order_id": first.after.order_id}, {}):
        renewed = renew(account, wait_for="issued", csr_content=csr("www.example.com", number=1), **options)
        assert renewed.after
        assert renewed.after.order_id != first.after.order_id
    numbers = sorted(account.world.orders)
    assert [account.world.orders[number].names for number in numbers] == [("www.example.com",)] * 2
    assert not order(account, order_id=str(numbers[1]), domains=["www.example.com"]).plan.changed
    order(account, order_id=str(numbers[1]), domains=["www.example.com"], state="revoked")
    assert writes(account) == [PACKAGE, PACKAGE, "CancelCertificateForPackageRequest"]


def test_an_order_whose_response_was_lost_is_found_by_its_names_and_a_complimentary_one() -> None:
    account = emulator(proof="at_once", settle_seconds=0, record_delay_seconds=0, review_seconds=0)
    account.turn(complimentary_names=True)
    account.inject(kind="answer_lost", action=PACKAGE)
    done = order(account, wait_for="issued", **OWN)
    assert done.after
    assert done.after.domains == ("www.example.com",)
    assert writes(account) == [PACKAGE]
    assert "was lost" in done.warnings[0]


def test_two_certificates_of_which_one_has_the_other_name_too_live_side_by_side() -> None:
    account = emulator(checked=False, proof="at_once", quota={FREE: 9})
    both = {"domains": ["www.example.com", "example.com"], "wait_for": "issued"}
    order(account, csr_content=csr("www.example.com", number=2), wait_for="issued")
    order(account, **both)
    assert len(account.world.orders) == 2
    assert not order(account, csr_content=csr("www.example.com", number=2)).plan.changed
    assert not order(account, **both).plan.changed
    account.advance(40 * DAY)
    renew(account, force=True, **both)
    account.advance(25 * DAY)
    assert renew(account, csr_content=csr("www.example.com", number=3), wait_for="issued").plan.changed
    assert len(account.world.orders) == 4
