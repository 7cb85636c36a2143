# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate in use that its CA has revoked: noticed by the list, replaced at once; a list that is not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import revocation
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._host import lockfile
from playbooks.files.emulator.orders.ca import Authority
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import chains, client
from tests.support.certificates import GOOD
from tests.support.chains import Shop
from tests.support.client import FREE, PAID

CREATE, REVOKE = "CreateCertificateForPackageRequest", "CancelCertificateForPackageRequest"
PACE = {"settle_seconds": 0.0, "record_delay_seconds": 0.0, "review_seconds": 0.0, "proof": "at_once"}
HOUR = 3600.0


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop with a certificate in use, whose CA has a list that is good for a week."""
    account = client.emulator({FREE: 9, PAID: 9}, extra_names="none", crl_hours=168, **PACE)
    account.world.zones.host("example.com", account.world.now())
    for name in ("host", "state"):
        (tmp_path / name).mkdir()
    made = Shop(account, tmp_path / "host", state=str(tmp_path / "state"))
    run(made)
    return made


def run(shop: Shop, check: bool = False, **options: Any) -> dict[str, Any]:
    outcome = chains.run(shop, check, **{"validation": "alidns", "wait_timeout": 60, **options})
    return {**outcome.public(client.clock(shop.account).now()), "warnings": outcome.warnings}


def revoke(shop: Shop) -> None:
    shop.account.call(REVOKE, {"OrderId": str(max(shop.account.world.orders))})


def actions(result: dict[str, Any]) -> list[str]:
    return [step["action"] for step in result["plan"]]


def served(shop: Shop) -> int:
    """How often the list was fetched since this was asked last."""
    count, shop.account.lists_served = shop.account.lists_served, 0
    return count


# What is revoked.


def test_a_revoked_certificate_is_due_at_once(shop: Shop) -> None:
    old = run(shop)
    assert (old["action"], old["revoked"], old["plan"]) == ("nothing", False, [])
    shop.account.advance(DAY)
    revoke(shop)
    foreseen = run(shop, check=True)
    assert foreseen["reason"] == (
        f"the certificate in use, {old['current']['serial_number']}, is revoked since 2026-11-23T12:00:00Z, as the CRL "
        "of its CA says"
    )
    assert (foreseen["action"], foreseen["revoked"]) == ("renew", True)
    assert actions(foreseen) == ["stage", CREATE, "publish", "store", "install", "reload", "verify"]
    result = run(shop)
    assert (actions(result), result["changed"]) == (actions(foreseen), True)
    assert result["current"]["serial_number"] != old["current"]["serial_number"]
    assert shop.serving == result["current"]["sha256_fingerprint"]
    again = run(shop)
    assert (again["action"], again["revoked"], again["plan"]) == ("nothing", False, [])


def test_the_service_need_not_know_of_it(shop: Shop) -> None:
    """A CA revokes by itself: to the service, the order is issued as before."""
    shop.account.advance(DAY)
    serial = int(run(shop)["current"]["serial_number"].replace(":", ""), 16)
    shop.account.advance(DAY)
    now = shop.account.world.now()
    listed = shop.account.world.authority.crl({serial: now - 60}, now, DAY)
    shop.fetch_list = lambda url: listed  # type: ignore[method-assign]
    result = run(shop)
    assert (result["action"], result["current"]["generation"]) == ("renew", 2)
    step = next(step for step in result["plan"] if step["action"] == CREATE)
    assert "was revoked" in step["reason"] and "forced" not in step["reason"]


def test_where_only_little_is_asked_for_no_more_is_done(shop: Shop) -> None:
    shop.account.advance(DAY)
    revoke(shop)
    assert actions(run(shop, until="staged")) == ["stage"]
    result = run(shop, may_order=False)
    assert (result["action"], result["plan"]) == ("renew", [])


def test_what_would_fail_after_an_order_fails_before_it(shop: Shop) -> None:
    """The host had nothing due, and did not look at what an installation needs."""
    shop.account.advance(DAY)
    revoke(shop)
    before = len(shop.account.world.orders)
    with pytest.raises(NotAllowed, match=r"webroot: .* does not exist; .*Nothing was ordered"):
        run(shop, validation="file", webroot=str(shop.root / "nowhere"))
    with pytest.raises(NotAllowed, match=r"webroot: .* does not exist; .*Nothing was ordered"):
        run(shop, validation="file", webroot=str(shop.root / "nowhere"), force=True)
    assert len(shop.account.world.orders) == before


def test_what_is_due_anyway_asks_no_list(shop: Shop) -> None:
    shop.account.advance(80 * DAY)
    served(shop)
    assert (run(shop)["action"], served(shop)) == ("renew", 0)


# The list: fetched once a day, for all hosts.


def test_a_list_is_fetched_once_a_day(shop: Shop) -> None:
    served(shop)
    for _host in range(3):
        run(shop)
    assert served(shop) == 1
    shop.account.advance(19 * HOUR)
    run(shop)
    assert served(shop) == 0
    shop.account.advance(5 * HOUR)
    run(shop)
    assert served(shop) == 1


def test_hosts_with_other_certificates_share_a_list(shop: Shop, tmp_path: Path) -> None:
    run(shop)
    (tmp_path / "other").mkdir()
    other = Shop(shop.account, tmp_path / "other", state=shop.state)
    run(other, domains=["other.example.com"], name="www.example.com")
    served(shop)
    assert run(other, domains=["other.example.com"], name="www.example.com")["revoked"] is False
    assert served(shop) == 0


def test_a_known_list_is_used_until_it_is_over(shop: Shop) -> None:
    run(shop)
    shop.no_list = "no response in time"
    shop.account.advance(2 * DAY)
    result = run(shop)
    assert (result["revoked"], result["warnings"]) == (False, [])
    shop.account.advance(6 * DAY)
    result = run(shop)
    assert (result["revoked"], result["action"], result["plan"]) == (None, "nothing", [])
    assert result["warnings"] == [
        "check_revocation: the list of revoked certificates at http://127.0.0.1/crl cannot be used: no response in "
        "time. Whether certificates of this CA are revoked is unknown, which changes nothing else; check_revocation: "
        "false leaves this out."
    ]


def test_a_list_that_cannot_be_had_is_told_once_an_hour(shop: Shop) -> None:
    shop.no_list = "no response in time"
    assert len(run(shop)["warnings"]) == 1
    assert run(shop)["warnings"] == []
    shop.account.advance(2 * HOUR)
    assert len(run(shop)["warnings"]) == 1


def test_a_list_of_another_ca_is_no_reason_to_order(shop: Shop) -> None:
    serial = int(run(shop)["current"]["serial_number"].replace(":", ""), 16)
    now = shop.account.world.now()
    shop.account.advance(DAY)
    forged = Authority().crl({serial: now}, now, 7 * DAY)
    shop.fetch_list = lambda url: forged  # type: ignore[method-assign]
    result = run(shop)
    assert (result["action"], result["revoked"]) == ("nothing", False)  # by the list of the day before
    shop.account.advance(7 * DAY)
    result = run(shop)
    assert (result["action"], result["revoked"]) == ("nothing", None)
    assert "it is not signed by the CA of the certificate" in result["warnings"][0]


def test_a_list_that_is_over_is_no_reason_to_order(shop: Shop) -> None:
    revoke(shop)
    old = shop.fetch_list("http://127.0.0.1/crl")
    shop.account.advance(8 * DAY)
    shop.fetch_list = lambda url: old  # type: ignore[method-assign]
    result = run(shop)
    assert (result["action"], result["revoked"]) == ("nothing", None)
    assert "it is out of date since" in result["warnings"][0]


def test_a_note_that_cannot_be_read_is_fetched_again(shop: Shop) -> None:
    run(shop)
    for note in Path(shop.state or "").glob("crl-*.json"):
        note.write_text("{")
    served(shop)
    assert (run(shop)["revoked"], served(shop)) == (False, 1)


LATER = client.NOON.timestamp() + HOUR


@pytest.mark.parametrize(
    "note",
    [
        {"ask_after": "x"},
        {"ask_after": 9e12, "next_update": 9e12, "revoked": ""},
        {"ask_after": LATER, "next_update": "x"},
        {"ask_after": LATER},
        {"next_update": LATER},
        {},
    ],
)
def test_a_note_that_is_not_whole_or_of_another_clock_is_not_believed(shop: Shop, note: dict[str, Any]) -> None:
    run(shop)
    (path,) = Path(shop.state or "").glob("crl-*.json")
    path.write_text(json.dumps(note))
    served(shop)
    assert (run(shop)["revoked"], served(shop)) == (False, 1)


def test_without_a_place_for_notes_it_is_fetched_each_time(shop: Shop) -> None:
    shop.state = "/dev/null/nowhere"
    served(shop)
    assert (run(shop)["revoked"], run(shop)["revoked"], served(shop)) == (False, False, 2)


def test_a_task_waits_for_the_one_that_fetches(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shop)
    (path,) = Path(shop.state or "").glob("crl-*.json")
    note = path.read_text()
    path.unlink()
    served(shop)
    now = shop.account.world.now()
    other = lockfile.acquire(str(path)[: -len(".json")], now, now + 60)
    assert other
    begun = shop.account.world.now()

    def acquire(*where: Any) -> Any:
        if shop.account.world.now() > begun + 2:
            path.write_text(note)
            assert other
            other.release()
        return lockfile.acquire(*where)

    monkeypatch.setattr(revocation, "acquire", acquire)
    assert (run(shop)["revoked"], served(shop)) == (False, 0)


def test_a_task_that_fetches_for_ever_holds_up_no_other_one(shop: Shop) -> None:
    run(shop)
    (path,) = Path(shop.state or "").glob("crl-*.json")
    path.unlink()
    now = shop.account.world.now()
    with lockfile.acquire(str(path)[: -len(".json")], now, now + 600) as _other:  # type: ignore[union-attr]
        result = run(shop)
    assert (result["revoked"], result["action"], result["warnings"]) == (None, "nothing", [])
    assert shop.account.world.now() - now < 30


def test_the_second_address_is_tried(shop: Shop) -> None:
    real, asked = shop.fetch_list, list[str]()

    def fetch(url: str) -> bytes:
        asked.append(url)
        if len(asked) == 1:
            raise Failure("no connection could be made")
        return real("http://127.0.0.1/crl")

    shop.fetch_list = fetch  # type: ignore[method-assign]
    look = shop.look

    def with_two(options: Any) -> Any:
        found = dict(look(options))
        found["current"] = {**found["current"], "crl_urls": ["http://a.example/1", "http://b.example/1", "http://c/1"]}
        return found

    shop.look = with_two  # type: ignore[method-assign]
    result = run(shop)
    assert (result["revoked"], result["warnings"]) == (False, [])
    assert asked == ["http://a.example/1", "http://b.example/1"]


# Where nothing is asked.


def test_switched_off_it_asks_nothing(shop: Shop) -> None:
    shop.lists = False
    shop.account.advance(DAY)
    revoke(shop)
    served(shop)
    result = run(shop)
    assert (result["action"], result["revoked"], served(shop)) == ("nothing", None, 0)


def test_a_certificate_that_names_no_list_asks_nothing(tmp_path: Path) -> None:
    account = client.emulator({FREE: 9}, extra_names="none", **PACE)
    account.world.zones.host("example.com", account.world.now())
    made = Shop(account, tmp_path)
    run(made)
    result = run(made)
    assert (result["revoked"], result["warnings"], account.lists_served) == (None, [], 0)
    assert result["current"]["crl_urls"] == [] and "issuer_certificate" not in result["current"]


def test_the_note_tells_nothing_of_a_key(shop: Shop) -> None:
    run(shop)
    (path,) = Path(shop.state or "").glob("crl-*.json")
    assert path.stat().st_mode & 0o077 == 0
    assert "KEY" not in path.read_text() and GOOD.key not in path.read_text()
