# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance of a pool a task uses, and what it says when there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.info import instance_info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import instance_calls as calls
from tests.support.client import client, emulator, reads, writes
from tests.support.instance_calls import APPLY, UPDATE, bought, issued
from tests.support.instance_tasks import BUY, TEST, WWW, after, applications, failure_of, refusal, run

AT_ONCE: dict[str, Any] = {"proof": "at_once", "review_seconds": 1.0}
INFO: dict[str, Any] = {
    "instance_id": None,
    "domains": None,
    "status": None,
    "certificate_status": None,
    "instance_type": None,
    "brand": None,
    "certificate_type": None,
    "expires_within": None,
    "unused": None,
    "include_validation": False,
    "include_certificate": False,
    "summary": False,
}


def chosen(account: Emulator, check: bool = True, **options: Any) -> str:
    return str(after(run(account, check=check, **options)).instance_id)


def known(account: Emulator) -> Any:
    return instance_info(lambda: client(account), INFO)["known_instances"]


# Unused ones.


def test_the_instance_that_was_bought_first_is_taken() -> None:
    account = emulator()
    late, early = bought(account, age_days=1), bought(account, age_days=2)
    done = run(account, pool={})
    assert after(done).instance_id == early
    assert done.plan.facts["reason"] == f"takes {early}, 1 of 2 unused instances that fit"
    assert done.plan.facts["quota"] == {"unused": 2, "fit": 2, "left": 1}
    assert account.world.instances[late].application is None
    assert writes(account) == [UPDATE, APPLY]


def test_the_one_with_the_least_room_is_taken() -> None:
    account = emulator()
    bought(account, full=5, age_days=9)
    small = bought(account, full=1)
    assert chosen(account, pool={}) == small


@pytest.mark.parametrize(
    ("pool", "number"),
    [
        ({"instance_type": "test"}, 0),
        ({"instance_type": "buy"}, 1),
        ({"brand": "geotrust"}, 1),
        ({"brand": "Alibaba"}, 2),
        ({"spec": "ali.dv.f"}, 2),
        ({"spec": "SS.OV.F"}, 3),
        ({"certificate_type": "OV"}, 3),
        ({"spec": "rap.dv.f"}, 4),
    ],
    ids=str,
)
def test_a_pool_is_of_a_kind(pool: dict[str, str], number: int) -> None:
    account = emulator()
    specs = ("ss.dv.t", "geo.dv.f", "ali.dv.f", "ss.ov.f")
    ids = [bought(account, spec=spec) for spec in specs]
    ids.append(bought(account, spec="rap.dv.f", full=2))  # told as rap.dv.m
    assert chosen(account, pool=pool, company_id="1350001") == ids[number]


@pytest.mark.parametrize(
    ("domains", "sizes", "number"),
    [
        ([WWW], [(0, 1), (1, 0)], 1),
        (["*.example.com"], [(1, 0), (0, 1)], 1),
        (["a.example.com", "b.example.com"], [(1, 0), (3, 0), (2, 0)], 2),
        (["a.example.com", "*.example.org"], [(2, 0), (0, 2), (1, 1)], 2),
    ],
    ids=str,
)
def test_names_have_to_fit(domains: list[str], sizes: list[tuple[int, int]], number: int) -> None:
    account = emulator()
    ids = [bought(account, full=full, wildcard=wildcard) for full, wildcard in sizes]
    assert chosen(account, pool={}, domains=domains) == ids[number]


def test_a_pool_that_nothing_fits_says_what_it_holds() -> None:
    account = emulator()
    bought(account, full=1)
    bought(account, full=3, wildcard=1, spec="geo.dv.f")
    failure = failure_of(lambda: run(account, pool={}, domains=["*.a.example", "*.b.example"]), NotAllowed)
    assert "2 wildcards were given" in failure.msg
    assert "its unused instances hold 3 single names and 1 wildcard; 1 single name" in failure.msg
    assert failure.facts["quota"] == {"unused": 2, "fit": 0, "left": 0}
    assert not writes(account)


@pytest.mark.parametrize("check", [True, False])
def test_a_pool_that_is_used_up_says_so_in_check_mode_too(check: bool) -> None:
    account = emulator()
    issued(account, "a.example.com")
    said = refusal(lambda: run(account, check=check, pool=BUY))
    assert said.startswith(f"pool: no instance is for {WWW} already, and none of its instances is unused.")
    assert "bought in the console" in said


def test_what_the_list_shows_as_unused_is_described_before_it_is_taken() -> None:
    account = emulator()
    first, second = bought(account, age_days=2), bought(account, age_days=1)
    outdated = known(account)
    calls.ask(account, UPDATE, InstanceId=first, Domain="b.example.com")
    done = run(account, pool={}, known_instances=outdated)
    assert after(done).instance_id == second


def test_what_another_task_took_for_the_same_names_is_used() -> None:
    account = emulator()
    first = bought(account, age_days=2)
    bought(account, age_days=1)
    outdated = known(account)
    run(account, first)
    done = run(account, pool={}, known_instances=outdated)
    assert after(done).instance_id == first
    assert applications(account) == 1


def test_what_was_bought_after_the_snapshot_is_found() -> None:
    account = emulator()
    outdated = known(account)
    fresh = bought(account)
    assert chosen(account, check=False, pool={}, known_instances=outdated) == fresh


def test_an_instance_that_serves_other_names_since_the_snapshot_is_left_alone() -> None:
    account = emulator()
    first = issued(account)
    outdated = known(account)
    run(account, first, domains=["b.example.com"], force=True)
    account.happen("accept", first)
    second = bought(account)
    assert chosen(account, check=False, pool={}, known_instances=outdated, tags={}) == second
    assert applications(account) == 3


# The one that is for the names already.


def test_an_instance_that_serves_is_used_without_another_look(tmp_path: Path) -> None:
    account = emulator()
    instance_id = issued(account)
    bought(account)

    def again() -> Any:
        account.calls.clear()
        return run(account, pool={}, through=client(account, state_directory=str(tmp_path)))

    assert after(again()).instance_id == instance_id
    assert reads(account) == ["ListInstances", "GetUserCertificateDetail"]
    done = again()
    assert reads(account) == ["ListInstances"]
    assert after(done).certificate
    assert not done.plan.changed


def test_an_application_in_progress_comes_before_a_certificate() -> None:
    account = emulator()
    issued(account)
    account.advance(150 * DAY)
    second = calls.pending(account)
    assert chosen(account, pool={}) == second


def test_of_two_that_serve_the_one_that_expires_last_is_used() -> None:
    account = emulator()
    issued(account)
    account.advance(100 * DAY)
    later = issued(account)
    assert chosen(account, pool={}) == later


def test_a_form_that_was_filled_in_for_these_names_is_resumed() -> None:
    account = emulator()
    bought(account, age_days=5)
    instance_id = calls.filled(account)
    done = run(account, pool={})
    assert after(done).instance_id == instance_id
    assert writes(account) == [APPLY]


def test_a_form_that_was_filled_in_for_other_names_is_not_taken() -> None:
    account = emulator()
    calls.filled(account, "b.example.com")
    assert "none of its instances is unused" in refusal(lambda: run(account, pool={}))


def test_a_due_certificate_of_a_bought_one_is_reissued_on_it() -> None:
    account = emulator()
    instance_id = issued(account)
    bought(account)
    account.advance(150 * DAY)
    done = run(account, pool={})
    assert (after(done).instance_id, writes(account)) == (instance_id, [APPLY])


def test_a_name_that_the_ca_adds_does_not_hide_the_instance() -> None:
    account = emulator()
    instance_id = issued(account, "example.com")
    assert chosen(account, pool={}, domains=["example.com"]) == instance_id
    assert chosen(account, pool={}, domains=["example.com", "www.example.com"]) == instance_id


def test_one_that_is_in_a_state_unknown_is_not_passed_over() -> None:
    account = emulator()
    issued(account)
    bought(account)

    def strange(content: dict[str, Any]) -> None:
        for entry in content.get("InstanceList", [content]):
            if entry.get("CertificateId"):
                entry["Status"] = "migrating"

    real = client(account)._transport

    def exchange(request: Any, timeout: float) -> Any:
        import json

        response = real(request, timeout)
        content = json.loads(response.body)
        strange(content)
        return response._replace(body=json.dumps(content).encode())

    said = refusal(lambda: run(account, pool={}, through=client(account, transport=exchange)))
    assert "unknown to this collection" in said
    assert not writes(account)


# Test instances, each of which is good for one certificate.


def test_a_used_test_instance_is_followed_by_the_next_one_of_the_pool() -> None:
    account = emulator()
    first, second, _third = (bought(account, spec="ss.dv.t", age_days=9 - each) for each in range(3))
    calls.ask(account, UPDATE, InstanceId=first, Domain=WWW, **{"ContactIdList.1": calls.CONTACT})
    calls.ask(account, APPLY, InstanceId=first)
    account.happen("accept", first)
    assert not run(account, pool=TEST).plan.changed
    account.advance(70 * DAY)
    done = run(account, pool=TEST)
    assert after(done).instance_id == second
    assert done.plan.facts["reason"].startswith(f"takes {second}, 1 of 2 unused instances that fit; the certificate of")
    assert done.plan.facts["previous_certificate_id"] == str(account.world.instances[first].certificates[0].number)
    assert applications(account) == 2


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_used_test_instance_that_is_named_is_not_applied_for_again(left: int) -> None:
    account = emulator()
    instance_id = issued(account, spec="ss.dv.t")
    account.advance(70 * DAY)
    for _each in range(left):
        bought(account, spec="ss.dv.t")
    failure = failure_of(lambda: run(account, instance_id), NotAllowed)
    assert "a free test instance is good for one" in failure.msg
    assert f"{left} unused test instance{'s are' if left != 1 else ' is'} left." in failure.msg
    assert failure.facts["quota"] == {"unused": left}
    assert not writes(account)


def test_a_pool_of_used_test_instances_says_what_is_used_up() -> None:
    account = emulator()
    instance_id = issued(account, spec="ss.dv.t")
    account.advance(70 * DAY)
    said = refusal(lambda: run(account, pool=TEST))
    assert said.startswith(f"pool: Instance {instance_id} for {WWW} needs another certificate (")
    assert "a free test instance is good for one, and none of its instances is unused." in said


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_test_instance_whose_certificate_is_dead_is_followed_too(end: str) -> None:
    account = emulator()
    first = issued(account, spec="ss.dv.t", months=12)
    if end == "revoked":
        calls.ask(account, calls.REVOKE, InstanceId=first)
    account.advance(100 * DAY if end == "expired" else 0)
    second = bought(account, spec="ss.dv.t")
    assert chosen(account, check=False, pool=TEST) == second


def test_a_subscription_that_is_over_is_followed_by_the_next_one_of_the_pool() -> None:
    account = emulator()
    first = issued(account)
    account.happen("end", first)
    second = bought(account, age_days=0.1)
    assert chosen(account, check=False, pool={}) == first
    account.advance(150 * DAY)
    done = run(account, pool={})
    assert after(done).instance_id == second
    assert "and its subscription is expired" in done.plan.facts["reason"]


def test_a_subscription_that_is_over_without_another_instance_is_told() -> None:
    account = emulator()
    account.happen("end", issued(account))
    account.advance(150 * DAY)
    said = refusal(lambda: run(account, pool={}))
    assert "but its subscription is expired since " in said and ", and none of its instances is unused" in said


# Many tasks in one check mode run.


def test_previews_of_one_run_do_not_take_the_same_instance(tmp_path: Path) -> None:
    account = emulator()
    ids = {bought(account) for _each in range(2)}

    def preview(name: str) -> Any:
        return run(account, pool={}, domains=[name], through=client(account, True, state_directory=str(tmp_path)))

    planned = [preview(f"{name}.example.com") for name in "ab"]
    assert {after(each).instance_id for each in planned} == ids
    assert [each.plan.facts["quota"]["left"] for each in planned] == [1, 0]
    assert after(preview("a.example.com")).instance_id == after(planned[0]).instance_id
    said = refusal(lambda: preview("c.example.com"))
    assert "2 that would fit are taken by this run's earlier tasks" in said


# Other states from a pool.


def test_a_pool_is_configured_without_an_application() -> None:
    account = emulator()
    instance_id = bought(account)
    done = run(account, pool={}, state="configured")
    assert (after(done).instance_id, after(done).domains) == (instance_id, (WWW,))
    assert writes(account) == [UPDATE]
    assert not run(account, pool={}, state="configured").plan.changed
    assert "none of its instances is unused" in refusal(lambda: run(account, pool={}, domains=["b.example.com"]))


def test_an_application_is_withdrawn_by_its_names() -> None:
    account = emulator()
    bought(account)
    instance_id = calls.pending(account)
    done = run(account, pool={}, state="cancelled", domains=[WWW])
    assert after(done).instance_id == instance_id
    assert writes(account) == [calls.CANCEL]
    assert after(done).status is Status.INACTIVE


def test_of_two_applications_the_user_says_which_one_is_withdrawn() -> None:
    account = emulator()
    ids = sorted(calls.pending(account) for _each in range(2))
    said = refusal(lambda: run(account, pool={}, state="cancelled", domains=[WWW]))
    assert f"2 instances have an application in progress for {WWW} ({', '.join(ids)})" in said
    assert not writes(account)


def test_nothing_to_withdraw_in_a_pool_is_no_change() -> None:
    account = emulator()
    bought(account)
    done = run(account, pool={}, state="cancelled", domains=[WWW])
    assert (done.after, done.plan.steps) == (None, ())
    assert done.plan.facts["reason"] == f"no instance of the pool is for {WWW}"
