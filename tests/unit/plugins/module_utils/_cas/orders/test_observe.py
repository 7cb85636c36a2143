# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls it takes to know enough, and what is seen when two answers disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.observe import observe_order, observe_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order, ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.select import Seen
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import (
    OrderWanted,
    RenewalWanted,
    read_order,
    read_renewal,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import ApiRun, Run
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.accounts import applied, expired, issued, refused, revoked, stocked
from tests.support.client import DEFAULTS, FREE, PAID, client, csr, emulator, order, reads, renew, transport, writes

LIST, DESCRIBE = "ListUserCertificateOrder", "DescribeCertificateState"
WWW = {"domains": ["www.example.com"]}


def reviewing(account: Emulator) -> str:
    number = applied(account)
    account.prove(number)
    return number


def seen(account: Emulator, **options: Any) -> Seen[OrderWanted]:
    wanted = read_order({**DEFAULTS, "state": "present", **WWW, **options})
    return observe_order(Run(client(account, read_only=True)), wanted)


LIVES = {"waiting": applied, "reviewing": reviewing, "issued": issued}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_a_converged_order_takes_one_call_with_its_id_and_two_without(life: Callable[[Emulator], str]) -> None:
    account = emulator()
    number = life(account)
    by_id = order(account, order_id=number, **WWW)
    assert reads(account) == [DESCRIBE]
    account.calls.clear()
    by_names = order(account, **WWW)
    assert reads(account) == [LIST, DESCRIBE]
    assert not by_id.plan.changed
    assert not by_names.plan.changed
    assert by_id.after
    assert by_names.after
    assert by_id.after.status is by_names.after.status


def test_a_converged_order_with_its_csr_takes_no_more() -> None:
    account = emulator()
    number = issued(account, Csr=csr("www.example.com"))
    order(account, order_id=number, csr_content=csr("www.example.com"))
    assert reads(account) == [DESCRIBE]


def test_a_converged_renewal_takes_two_calls() -> None:
    account = emulator()
    number = issued(account)
    for options in (WWW, {"order_id": number}):
        account.calls.clear()
        asked = read_renewal({**DEFAULTS, "strategy": "auto", **options})
        observe_renewal(Run(client(account)), asked)
        assert reads(account) == [LIST, DESCRIBE]


@pytest.mark.parametrize("life", [refused, expired, revoked], ids=["refused", "expired", "revoked"])
@pytest.mark.parametrize("state", ["present", "cancelled", "absent", "revoked"])
def test_no_question_is_asked_twice(life: Callable[[Emulator], str], state: str) -> None:
    account = emulator()
    number = life(account)
    with counted(account) as (run, asked):
        observe_order(run, read_order({**DEFAULTS, "state": state, **WWW, "order_id": number}))
    assert [question for question, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("names", [WWW, {"domains": ["other.example.com"]}], ids=["known", "unknown"])
def test_no_question_of_a_renewal_is_asked_twice(names: dict[str, Any]) -> None:
    account = emulator()
    issued(account)
    with counted(account) as (run, asked):
        observe_renewal(run, read_renewal({**DEFAULTS, "strategy": "auto", "order_id": "7", **names}))
    assert [question for question, times in asked.items() if times > 1] == []


@contextmanager
def counted(account: Emulator) -> Iterator[tuple[ApiRun, Counter[str]]]:
    """A task, and how often it asked each question."""
    caller, asked = client(account), Counter[str]()
    call = caller.call

    def counting(action: str, params: dict[str, Any], deadline: float) -> dict[str, Any]:
        asked[f"{action} {sorted(params.items())}"] += 1
        return call(action, params, deadline)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caller, "call", counting)
        yield Run(caller), asked
    assert asked


def test_nothing_there_takes_one_call() -> None:
    account = emulator()
    assert seen(account) == Seen(read_order({**DEFAULTS, **WWW}))
    assert reads(account) == [LIST]


@pytest.mark.parametrize(
    ("life", "status"),
    [(refused, "failed"), (expired, "expired"), (revoked, "revoked")],
    ids=["refused", "expired", "revoked"],
)
def test_an_id_that_does_not_serve_is_looked_for_among_its_kin(life: Callable[[Emulator], str], status: str) -> None:
    account = emulator()
    number = life(account)
    found = seen(account, order_id=number)
    assert found.chosen
    assert found.chosen.status.value == status
    assert LIST in reads(account)
    account.calls.clear()
    assert seen(account, order_id="7").chosen is None
    assert reads(account)[:2] == [DESCRIBE, LIST]


@pytest.mark.parametrize("state", ["absent", "cancelled", "revoked"])
def test_what_may_be_revoked_is_looked_up_in_the_list_too(state: str) -> None:
    account = emulator(revoked_type="certificate")
    number = revoked(account)
    found = seen(account, order_id=number, state=state)
    assert found.chosen
    assert found.chosen.status.value == "revoked"


def test_the_other_names_and_products_of_the_search_are_not_alike() -> None:
    account = stocked(12)
    account.set_quota(PAID, 4)
    applied(account, "1.example.com", ProductCode=PAID)
    found = seen(account, domains=["1.example.com"])
    assert [each.domains for each in found.alike] == [("1.example.com",)]
    assert found.alike[0].product_code == FREE


def test_a_wildcard_is_found_by_its_base() -> None:
    account = emulator({"geotrust-dv-w-starter": 2})
    number = applied(account, "*.example.com", ProductCode="geotrust-dv-w-starter")
    found = seen(account, domains=["*.example.com"], product_code="geotrust-dv-w-starter")
    assert [each.order_id for each in found.alike] == [number]


def test_orders_are_described_until_the_choice_stands() -> None:
    """Only its certificate tells that the latest one has another key than the CSR's: then the next one is asked for."""
    account = emulator()
    old, new = issued(account, Csr=csr("www.example.com", number=1)), issued(account)
    account.calls.clear()
    found = seen(account, csr_content=csr("www.example.com", number=1))
    assert reads(account) == [LIST, DESCRIBE, DESCRIBE]
    keys = {each.order_id: each.public_key_sha256 for each in found.alike}
    asked = read_order({**DEFAULTS, "csr_content": csr("www.example.com", number=1)}).csr
    assert asked
    assert keys[old] == asked.public_key_sha256 != keys[new]


@pytest.mark.parametrize(("state", "kept"), [("present", True), ("absent", False), ("cancelled", False)])
def test_a_listed_order_that_nobody_can_describe(state: str, kept: bool) -> None:
    """Its absence would buy another one, its presence would delete it."""
    account = emulator(describe_lag_seconds=1000.0)
    number = applied(account)
    assert [each.order_id for each in seen(account, state=state).alike] == ([number] if kept else [])


# Renewal.


def renewal(account: Emulator, **options: Any) -> Seen[RenewalWanted]:
    return observe_renewal(Run(client(account)), read_renewal({**DEFAULTS, "strategy": "auto", **options}))


def test_an_id_says_which_names_and_product_are_renewed() -> None:
    account = emulator()
    number = issued(account, "a.example,b.example", ProductCode=PAID)
    found = renewal(account, order_id=number)
    assert (found.wanted.domains, found.wanted.product_code) == (("a.example", "b.example"), PAID)
    assert [each.order_id for each in found.alike] == [number]
    assert found.alike[0].certificate


def test_an_id_that_does_not_exist_or_is_of_other_names_is_refused() -> None:
    account = emulator()
    number = issued(account)
    with pytest.raises(NotAllowed, match=r"^order_id: order 7 is not among the orders"):
        renewal(account, order_id="7")
    issued(account, "www.example.com,b.example")
    with pytest.raises(NotAllowed, match=r"^order_id: Order \d+ for www.example.com has other names") as caught:
        renewal(account, order_id=number, domains=["www.example.com", "b.example"])
    assert caught.value.facts["order_id"] == number


def test_an_id_that_is_gone_gives_way_to_the_names() -> None:
    account = emulator()
    number = issued(account)
    found = renewal(account, order_id="7", **WWW)
    assert (found.wanted.domains, found.wanted.order_id) == (("www.example.com",), None)
    assert [each.order_id for each in found.alike] == [number]


def test_a_successor_under_way_is_described_and_the_old_one_is_not() -> None:
    account = emulator()
    issued(account)
    applied(account)
    account.calls.clear()
    renewal(account, **WWW)
    assert reads(account) == [LIST, DESCRIBE]


def test_a_number_alone_is_enough_while_its_order_serves() -> None:
    account = emulator()
    number = issued(account)
    account.calls.clear()
    found = order(account, order_id=number)
    assert not found.plan.changed
    assert found.after
    assert found.after.domains[0] == "www.example.com"
    assert reads(account) == [DESCRIBE]


def test_a_number_alone_says_the_names_of_its_successor() -> None:
    account = emulator()
    number = expired(account)
    first = order(account, order_id=number)
    assert first.after
    assert first.after.domains == ("www.example.com",)
    assert first.plan.changed
    again = order(account, order_id=number)
    assert again.after
    assert (again.plan.changed, again.after.order_id) == (False, first.after.order_id)


def test_a_number_that_is_not_known_needs_names_to_order() -> None:
    account = emulator()
    with pytest.raises(NotAllowed, match=r"^order_id: order 4711 is not among the orders of this account"):
        order(account, order_id="4711")
    assert {call.action for call in account.calls} == {DESCRIBE, LIST}


@pytest.mark.parametrize("state", ["cancelled", "absent", "revoked"])
def test_a_number_of_an_order_for_other_names_is_refused(state: str) -> None:
    account = emulator()
    number = issued(account) if state == "revoked" else applied(account)
    with pytest.raises(NotAllowed, match=r"^order_id: Order \d+ for www\.example\.com has other names"):
        order(account, state=state, order_id=number, domains=["other.example.org"])


@pytest.mark.parametrize(("form", "method"), [("full", "dns"), ("bare", "file")])
def test_a_number_whose_proof_is_elsewhere_is_refused(form: str, method: str) -> None:
    account = emulator(record_form=form)
    number = order(account, validation_method=method, **WWW).after
    assert number
    with pytest.raises(NotAllowed, match=r"is to be validated at www\.example\.com, which does not belong to other"):
        order(account, order_id=number.order_id, domains=["other.example.org"])


def test_a_renewal_by_number_with_other_names_buys_nothing() -> None:
    account = emulator()
    number = issued(account)
    account.advance(80 * DAY)
    account.calls.clear()
    with pytest.raises(NotAllowed, match="has other names than were asked for"):
        renew(account, order_id=number, domains=["other.example.org"])
    assert writes(account) == []


def test_a_renewal_by_a_number_that_is_gone_goes_by_the_names() -> None:
    account = emulator()
    with pytest.raises(NotAllowed, match="there is nothing to renew"):
        renew(account, order_id="4711", **WWW)
    assert writes(account) == []
    outcome = renew(account, order_id="4711", allow_first_order=True, **WWW)
    assert outcome.plan.facts["previous_order_id"] is None
    assert len(writes(account)) == 1


def test_what_the_list_calls_revoked_is_replaced_once() -> None:
    """Its dates are good for months, and a describe may still show its certificate."""
    account = emulator(checked=False, revoked_type="certificate")
    number = revoked(account)
    for options in ({"order_id": number}, WWW):
        plan = renew(account, True, **options).plan
        assert plan.facts["reason"] == f"Order {number} for www.example.com was revoked, and no later order is valid"
        assert plan.facts["previous_order_id"] == number
    account.calls.clear()
    first = renew(account, order_id=number)
    assert first.after
    account.accept(first.after.order_id)
    again = renew(account, order_id=number)
    assert again.after
    assert again.after.order_id == first.after.order_id
    assert len(writes(account)) == 1


def test_a_refused_order_for_other_names_is_not_deleted() -> None:
    account = emulator()
    number = refused(account)
    with pytest.raises(NotAllowed, match="has other names than were asked for"):
        order(account, order_id=number, domains=["other.example.org"])
    assert writes(account) == []


@pytest.mark.parametrize("state", ["present", "cancelled", "absent", "revoked", None])
@pytest.mark.parametrize("by_number", [False, True], ids=["names", "number"])
def test_lists_are_narrowed_by_a_name(state: str | None, by_number: bool) -> None:
    """An account may have thousands of orders."""
    account = emulator()
    number = applied(account) if state in ("cancelled", "absent") else issued(account)
    real, words = transport(account), list[str | None]()

    def exchange(request: Request, timeout: float) -> Response:
        if request.headers["x-acs-action"] == LIST:
            words.append(dict(parse_qsl(urlsplit(request.url).query)).get("Keyword"))
        return real(request, timeout)

    options = {**DEFAULTS, **WWW, "order_id": number if by_number else None}
    if state:
        ensure_order(client(account, transport=exchange), read_order({**options, "state": state}))
    else:
        ensure_renewal(client(account, transport=exchange), read_renewal({**options, "strategy": "auto"}))
    assert words == ["www.example.com"] * len(words)
    assert bool(words) is not (state == "present" and by_number)
