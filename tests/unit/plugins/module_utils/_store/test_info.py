# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a store, and what cannot be told because it is broken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._store import info
from ansible_collections.certops.alicloud.plugins.module_utils._store.endpoints import Endpoint
from ansible_collections.certops.alicloud.plugins.module_utils._store.model import Served
from tests.support.certificates import (
    FREE,
    GOOD,
    HOST,
    NOW,
    ORDER,
    OTHER,
    QUESTION,
    WWW,
    Host,
    Shop,
    key_pem,
    new_key,
    new_set,
)


def test_nothing_is_there(shop: Shop) -> None:
    assert shop.look() == {
        "changed": False,
        "check_mode": False,
        "domains": list(WWW),
        "directory": str(shop.path),
        "current": None,
        "staged": None,
        "ready": None,
        "served": None,
        "serves_current": None,
        "served_generation": None,
        "action": "apply",
        "reason": "no certificate is installed",
        "abandoned": [],
        "next_generation": 1,
        "now": "2026-11-22T12:00:00Z",
        "due_at_once": False,
        "problems": [],
        "refused": [],
    }
    assert not shop.directory.exists()


def test_the_certificate_in_use(shop: Shop) -> None:
    shop.use(order=ORDER)
    current = shop.look()["current"]
    assert len(current.pop("sha256_fingerprint").split(":")) == 32
    assert current.pop("serial_number")
    assert len(bytes.fromhex(current.pop("public_key_sha256"))) == 32
    assert current == {
        "generation": 1,
        "directory": str(shop.generation_path(1)),
        "order_id": "77",
        "instance_id": None,
        "domains": list(WWW),
        "product_code": FREE,
        "not_before": "2026-11-12T12:00:00Z",
        "not_after": "2027-02-10T12:00:00Z",
        "days_left": 80,
        "verified": True,
        "stored": None,
        "subscription_end": None,
        "key_type": "ECC",
        "key_size": 256,
        "crl_urls": [],
        "issuer_certificate": None,
    }


def test_names_are_told_as_punycode(shop: Shop) -> None:
    assert shop.look(domains=["WWW.Example.COM", "bücher.example"])["domains"] == [
        "www.example.com",
        "xn--bcher-kva.example",
    ]


def test_a_set_without_a_record_tells_the_names_of_the_certificate(shop: Shop) -> None:
    shop.use(new_set(("www.example.com", "example.com")))
    current = shop.look()["current"]
    assert (current["order_id"], current["product_code"]) == (None, None)
    assert current["domains"] == ["www.example.com", "example.com"]


def test_days_are_counted_by_the_clock_of_the_host(shop: Shop) -> None:
    shop.use(order=ORDER)
    later = replace(HOST, now=lambda: NOW + timedelta(days=60))
    look = shop.look(later)
    assert (look["current"]["days_left"], look["action"]) == (20, "renew")
    assert look["reason"] == "20 of 90 days left, window opens at 29.7"


def test_a_staged_generation(shop: Shop) -> None:
    shop.use()
    number = shop.stage(order={**ORDER, "renews": "77"})
    assert shop.look()["staged"] == {
        "generation": number,
        "directory": str(shop.generation_path(number)),
        "key": True,
        "csr": True,
        "csr_content": (shop.generation_path(number) / "request.csr").read_text(),
        "order_id": "77",
        "instance_id": None,
        "renews": "77",
        "validation": [{"method": "dns"}],
    }


@pytest.mark.parametrize("names", [["example.com"], ["www.example.com", "example.com"], ["*.example.com"]])
def test_a_staged_generation_for_other_names_is_none(shop: Shop, names: list[str]) -> None:
    shop.stage()
    assert shop.look(domains=names)["staged"] is None


def test_the_newest_staged_generation_counts(shop: Shop) -> None:
    shop.stage()
    shop.stage(("other.example.com",))
    shop.act("staged", domains=["third.example.com"])
    (shop.generation_path(3) / "request.csr").unlink()
    assert shop.look()["staged"]["generation"] == 3
    (shop.generation_path(3) / "request.csr").write_text("no request")
    assert shop.look()["staged"]["generation"] == 1


def test_a_csr_that_cannot_be_sent_is_not_told(shop: Shop) -> None:
    number = shop.stage()
    path = shop.generation_path(number)
    key = (path / "privkey.pem").read_text()
    for text in (OTHER.key, "no key", ""):
        (path / "privkey.pem").write_text(text)
        assert (shop.look()["staged"]["csr"], shop.look()["staged"]["csr_content"]) == (True, None)
    (path / "privkey.pem").write_text(key)
    assert shop.look()["staged"]["csr_content"] == (path / "request.csr").read_text()
    (path / "request.csr").unlink()
    assert (shop.look()["staged"]["csr"], shop.look()["staged"]["csr_content"]) == (False, None)


def test_a_ready_generation_must_be_fit(shop: Shop) -> None:
    shop.use()
    soon = new_set(days=11)
    number = shop.bring(soon)
    assert shop.look()["ready"]["generation"] == number
    assert shop.look(replace(HOST, now=lambda: NOW + timedelta(days=1)))["ready"] is None
    assert shop.look(domains=["x.example.com"])["ready"] is None
    (shop.generation_path(number) / "privkey.pem").write_text(GOOD.key)
    assert shop.look()["ready"] is None
    assert shop.look()["action"] == "nothing"


def test_the_newest_ready_generation_counts_and_none_below_the_current(shop: Shop) -> None:
    shop.use()
    shop.bring(new_set())
    shop.bring(OTHER)
    assert shop.look()["ready"]["generation"] == 3
    shop.act("current", generation=3)
    assert shop.look()["ready"] is None


def test_a_killed_run_leaves_no_ready_generation(shop: Shop) -> None:
    number = shop.bring()
    for name in ("fullchain.pem", "chain.pem"):
        (shop.generation_path(number) / name).unlink()
        look = shop.look()
        assert (look["ready"], look["staged"]["generation"], look["action"]) == (None, number, "apply")


# What is broken.


def broken(shop: Shop) -> str:
    with pytest.raises(Failure) as caught:
        shop.look()
    assert "BEGIN" not in caught.value.msg
    assert caught.value.facts == {}
    return caught.value.msg


def test_current_must_be_a_link_to_a_generation(shop: Shop, tmp_path: Path) -> None:
    shop.use()
    link = shop.path / "current"
    cases: list[tuple[Callable[[], Any], str]] = [
        (link.mkdir, "is a directory, not a link"),
        (lambda: link.write_text(""), "is a file, not a link"),
        (lambda: link.symlink_to("generations/9"), "points to generation 9, which is not there"),
        (lambda: link.symlink_to("generations"), "points out of"),
        (lambda: link.symlink_to("generations/../../x"), "points out of"),
        (lambda: link.symlink_to("generations/01"), "points out of"),
        (lambda: link.symlink_to(tmp_path), "points out of"),
        (lambda: link.symlink_to("current"), "points out of"),
    ]
    for make, words in cases:
        link.rmdir() if link.is_dir() and not link.is_symlink() else link.unlink()
        make()
        message = broken(shop)
        assert message.startswith(str(link))
        assert words in message


def test_a_link_with_a_whole_path_is_as_good(shop: Shop) -> None:
    shop.use()
    (shop.path / "current").unlink()
    (shop.path / "current").symlink_to(shop.generation_path(1))
    assert shop.look()["current"]["generation"] == 1


@pytest.mark.parametrize("name", ["privkey.pem", "cert.pem", "chain.pem", "fullchain.pem"])
@pytest.mark.parametrize("content", [None, b"", b"no PEM", b"\xff\xfe", key_pem(new_key()).encode()])
def test_a_broken_set_in_use_is_told_with_the_way_out(shop: Shop, name: str, content: bytes | None) -> None:
    shop.use()
    path = shop.generation_path(1) / name
    path.unlink() if content is None else path.write_bytes(content)
    message = broken(shop)
    assert f"{shop.generation_path(1)}/" in message
    assert name in message
    assert message.endswith(f"; restore the right file, or remove {shop.path}/current to have a new certificate made.")


def test_the_way_out_leads_out(shop: Shop) -> None:
    shop.use()
    (shop.generation_path(1) / "privkey.pem").write_text(OTHER.key)
    assert broken(shop).startswith(
        f"{shop.generation_path(1)}/privkey.pem is not the key of cert.pem; restore the right file"
    )
    (shop.path / "current").unlink()
    assert shop.look()["action"] == "apply"
    assert shop.act("staged", domains=list(WWW))["generation"] == 2


def test_a_mixed_set_in_use_is_broken(shop: Shop) -> None:
    """The same key, another certificate: a service would show one of the two."""
    key = new_key()
    shop.use(new_set(key=key))
    (shop.generation_path(1) / "fullchain.pem").write_text(new_set(key=key).fullchain)
    assert "fullchain.pem is not cert.pem followed by chain.pem" in broken(shop)


@pytest.mark.parametrize("content", ["", "[]", "1", '{"domains": 1}', '{"validation": [1]}', "{"])
def test_a_broken_record_is_named(shop: Shop, content: str) -> None:
    shop.use(order=ORDER)
    (shop.generation_path(1) / "order.json").write_text(content)
    assert "order.json is not a valid record of an order" in broken(shop)


def test_a_record_may_say_little(shop: Shop) -> None:
    shop.use(order=ORDER)
    (shop.generation_path(1) / "order.json").write_text(json.dumps({"order_id": 78, "more": True}))
    current = shop.look()["current"]
    assert (current["order_id"], current["domains"], current["product_code"]) == ("78", list(WWW), None)


@pytest.mark.parametrize("number", [1, 2])
def test_a_key_that_may_not_be_read_is_no_missing_key(shop: Shop, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Nor is it a reason to order another certificate."""
    shop.use()
    shop.bring(OTHER)
    original = os.open

    def guarded(path: str, *args: Any, **how: Any) -> int:
        if str(path) == f"{shop.generation_path(number)}/privkey.pem":
            raise PermissionError(13, "Permission denied")
        return original(path, *args, **how)

    monkeypatch.setattr(os, "open", guarded)
    message = broken(shop)
    assert message == (
        f"{shop.generation_path(number)}/privkey.pem cannot be read: permission denied. "
        "Run the task as a user who may read it (become)."
    )


def test_a_pipe_in_place_of_a_file_does_not_hang(shop: Shop) -> None:
    shop.use()
    path = shop.generation_path(1) / "cert.pem"
    path.unlink()
    os.mkfifo(path)
    assert f"{path} is not a regular file" in broken(shop)


def test_names_that_change_and_change_back_need_no_order(shop: Shop) -> None:
    both = ["www.example.com", "b.example.com"]
    shop.use(new_set(), order={**ORDER, "domains": list(WWW)})
    shop.use(new_set(both), domains=both, order={**ORDER, "domains": both})
    for wanted, number in ((list(WWW), 1), (both, 2), (list(WWW), 1)):
        look = shop.look(domains=wanted)
        assert (look["action"], look["ready"]["generation"]) == ("install", number)
        shop.act("current", generation=number)
        shop.act("verified", generation=number)
        assert shop.look(domains=wanted)["action"] == "nothing"


def test_without_records_the_newest_certificate_stays(shop: Shop) -> None:
    names = ["www.example.com", "example.com"]
    shop.use(new_set(names), domains=["www.example.com"])
    shop.use(new_set(names), domains=["www.example.com"])
    assert shop.look(domains=["www.example.com"])["action"] == "nothing"


def test_an_old_certificate_for_the_names_is_not_taken_when_it_is_over(shop: Shop) -> None:
    shop.use(new_set(), order={**ORDER, "domains": list(WWW)})
    shop.use(new_set(["b.example.com"]), domains=["b.example.com"], order={**ORDER, "domains": ["b.example.com"]})
    later = replace(HOST, now=lambda: NOW + timedelta(days=1000))
    assert shop.look(later, domains=list(WWW))["action"] == "apply"


# The endpoint.


def fingerprint(shop: Shop, number: int) -> str:
    shop.act("current", generation=number)
    return str(shop.look()["current"]["sha256_fingerprint"])


class Watch:
    """A clock that only goes while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.seconds += seconds


def host(*looks: list[Served], watch: Watch | None = None) -> tuple[Host, list[tuple[Endpoint, str | None]]]:
    """A host whose endpoint shows one after the other, and then the last one for ever."""
    asked: list[tuple[Endpoint, str | None]] = []
    watch = watch or Watch()

    def look_at(endpoint: Endpoint, name: str | None) -> list[Served]:
        asked.append((endpoint, name))
        return looks[min(len(asked), len(looks)) - 1]

    return Host(lambda: NOW, watch.monotonic, watch.sleep, look_at), asked


def test_what_is_served_is_compared(shop: Shop) -> None:
    shop.use()
    shop.bring(OTHER)
    old, new = fingerprint(shop, 1), fingerprint(shop, 2)
    shop.act("verified", generation=2)
    cases = [
        ([new], True, 2, "nothing"),
        ([new, new], True, 2, "nothing"),
        ([old], False, 1, "reload"),
        ([old, new], False, None, "reload"),
        (["00"], False, None, "reload"),
        ([], False, None, "reload"),
    ]
    for shown, serves, number, action in cases:
        there, _asked = host([Served(f"127.0.0.{at}", "1", each) for at, each in enumerate(shown, 1)])
        look = shop.look(there, endpoints=["www.example.com:443"])
        assert (look["serves_current"], look["served_generation"], look["action"]) == (serves, number, action)
        assert [each["sha256_fingerprint"] for each in look["served"]] == shown


def test_without_a_certificate_nothing_is_compared(shop: Shop) -> None:
    there, asked = host([Served("127.0.0.1", "1", "00")])
    look = shop.look(there, endpoints=["localhost:443"], endpoint_timeout=20.0)
    assert (look["serves_current"], look["served_generation"], len(look["served"])) == (None, None, 1)
    assert asked == [(Endpoint("localhost", 443), "www.example.com")]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [(["*.example.com"], "www.example.com"), (["example.com"], "example.com"), (["other.example"], "example.com")],
    ids=["as it was ordered", "the added one", "before a new order"],
)
def test_a_name_that_the_ca_added_is_not_asked_for_when_another_was_wanted(
    shop: Shop, wanted: list[str], name: str
) -> None:
    shop.use(new_set(["*.example.com", "example.com"]), domains=["*.example.com"])
    there, asked = host([Served("127.0.0.1", "1", "00")])
    shop.look(there, endpoints=["127.0.0.1:443"], domains=wanted)
    assert asked == [(Endpoint("127.0.0.1", 443), name)]


def test_every_endpoint_has_to_serve_the_certificate(shop: Shop) -> None:
    shop.use()
    new, other = Served("127.0.0.1", "1", fingerprint(shop, 1)), Served("127.0.0.1", "2", "00")
    endpoints = ["www.example.com:443", {"address": "mail.example.com:25", "starttls": "smtp"}]
    there, asked = host([new], [other])
    look = shop.look(there, endpoints=endpoints)
    assert (look["serves_current"], look["action"]) == (False, "reload")
    assert [(endpoint.host, endpoint.starttls) for endpoint, _name in asked] == [
        ("www.example.com", None),
        ("mail.example.com", "smtp"),
    ]
    look = shop.look(host([new], [new])[0], endpoints=endpoints)
    assert (look["serves_current"], look["action"], len(look["served"])) == (True, "nothing", 2)


@pytest.mark.parametrize("timeout", [0.0, 3.0, 7.25])
def test_looks_go_on_until_the_time_is_over(shop: Shop, timeout: float) -> None:
    shop.use()
    watch = Watch()
    there, asked = host([Served("127.0.0.1", "1", "00")], watch=watch)
    assert not shop.look(there, endpoints=["localhost:443"], endpoint_timeout=timeout)["serves_current"]
    assert watch.seconds == 100 + timeout
    assert len(asked) == 1 + -(-timeout // 0.5)


def test_looks_end_as_soon_as_the_certificate_is_served(shop: Shop) -> None:
    shop.use()
    old, new = [Served("127.0.0.1", "1", "00")], [Served("127.0.0.1", "1", fingerprint(shop, 1))]
    there, asked = host(old, old, new)
    assert shop.look(there, endpoints=["localhost:443"], endpoint_timeout=60.0)["serves_current"]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"endpoint_timeout": -1.0}, "endpoint_timeout: give a number of seconds"),
        ({"endpoint_timeout": float("nan")}, "endpoint_timeout: give a number of seconds"),
        ({"renew_before": "soon"}, "renew_before: 'soon' is not valid"),
        ({"product_code": "a b"}, "product_code: 'a b' is not a valid code"),
        ({"domains": []}, "domains: give the names"),
        ({"directory": "relative"}, "directory: 'relative' is not an absolute path"),
        ({"name": "a/b"}, "name: 'a/b' cannot be the name"),
    ],
)
def test_options_are_checked(shop: Shop, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        shop.look(**options)
    assert caught.value.msg.startswith(words)


def test_a_window_longer_than_the_certificate_is_a_warning(shop: Shop) -> None:
    shop.use()
    options = {"directory": str(shop.directory), "name": "www", **QUESTION, "renew_before": "120d"}
    found = info.report(options, False, HOST.clock)
    assert found.public(NOW)["reason"] == "80 of 90 days left, window opens at 30"
    (warning,) = found.warnings
    assert warning.startswith("renew_before: the window of 120 days is not shorter")


# Spellings of names.

UMLAUT = "bücher.example"
A_LABEL = "xn--bcher-kva.example"


def make(shop: Shop, *names: str) -> None:
    """A certificate in use below each of the names."""
    for name in names:
        shop.use()
        shop.path.rename(shop.directory / name)


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        (UMLAUT, A_LABEL),
        (" " + A_LABEL, A_LABEL),
        ("WWW.Example.com", "www.example.com"),
        ("Wildcard.BÜCHER.example", f"wildcard.{A_LABEL}"),
        ("bu\u0308cher.example", A_LABEL),
        (A_LABEL, UMLAUT),
    ],
)
def test_a_directory_in_another_spelling_is_found(shop: Shop, made: str, asked: str) -> None:
    make(shop, made)
    found = shop.look(name=asked)
    assert (found["directory"], found["action"]) == (f"{shop.directory}/{made}", "nothing")
    done = shop.act("staged", name=asked, domains=list(WWW))
    assert done["directory"] == f"{shop.directory}/{made}/generations/2"
    assert [path.name for path in shop.directory.iterdir()] == [made]


def test_a_directory_with_the_very_name_is_taken_first(shop: Shop) -> None:
    make(shop, UMLAUT, A_LABEL)
    for name in (UMLAUT, A_LABEL):
        assert shop.look(name=name)["directory"] == f"{shop.directory}/{name}"


def test_other_names_are_other_directories(shop: Shop) -> None:
    make(shop, "example.com", "xn--\u00fc", "xn--a b", "www.example.org", "www")
    (shop.directory / "WWW.EXAMPLE.COM").write_text("a file")
    assert shop.look(name="www.example.com")["action"] == "apply"


def test_two_directories_for_one_name_are_told(shop: Shop) -> None:
    make(shop, UMLAUT, A_LABEL.upper())
    with pytest.raises(Failure, match=r"^name: .* are directories for the same name; keep one of them"):
        shop.look(name=A_LABEL)
    (shop.directory / UMLAUT / "current").unlink()
    assert shop.look(name=A_LABEL)["directory"] == f"{shop.directory}/{A_LABEL.upper()}"


def test_a_directory_that_cannot_be_listed_is_used_by_its_name(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.listdir

    def guarded(path: Any) -> list[str]:
        if str(path) == str(shop.directory):
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(os, "listdir", guarded)
    assert shop.look()["action"] == "apply"
    assert shop.use() == 1


def test_recorded_names_in_another_spelling_are_the_same(shop: Shop) -> None:
    shop.use(new_set([A_LABEL]), domains=[A_LABEL], order={**ORDER, "domains": [A_LABEL]})
    path = shop.generation_path(1) / "order.json"
    path.write_text(path.read_text().replace(A_LABEL, " BÜCHER.example."))
    found = shop.look(domains=[UMLAUT])
    assert (found["action"], found["current"]["domains"]) == ("nothing", [A_LABEL])


# When it was stored.


def test_when_a_certificate_was_completed_is_recorded(shop: Shop) -> None:
    key = new_key()
    number = shop.stage(order=ORDER, key=key)
    late = replace(HOST, now=lambda: NOW + timedelta(days=62))
    what = new_set(key=key)
    complete = {"generation": number, "domains": list(WWW), "fullchain": what.fullchain}
    foreseen = shop.act("complete", check=True, host=late, **complete)
    assert shop.act("complete", host=late, **complete)["plan"] == foreseen["plan"]
    shop.act("current", generation=number, host=late)
    shop.act("verified", generation=number, host=late)
    found = shop.look(late)
    assert (found["current"]["stored"], found["now"]) == ("2027-01-23T12:00:00Z", "2027-01-23T12:00:00Z")
    assert (found["action"], found["due_at_once"]) == ("nothing", True)
    assert not shop.act("complete", order=ORDER, **complete)["changed"]
    shop.act("complete", order={**ORDER, "order_id": "78"}, **complete)
    assert (shop.look(late)["current"]["order_id"], shop.look(late)["current"]["stored"]) == (
        "78",
        "2027-01-23T12:00:00Z",
    )


def test_a_set_from_elsewhere_was_stored_when_its_order_says(shop: Shop) -> None:
    shop.use(order=ORDER)
    assert shop.look()["current"]["stored"] is None
    shop.use(OTHER, order={**ORDER, "stored": "2026-11-20T00:00:00Z"})
    assert shop.look()["current"]["stored"] == "2026-11-20T00:00:00Z"
    with pytest.raises(InvalidOption, match=r"^order: stored: 'yesterday' is not a moment in UTC"):
        shop.bring(new_set(), order={**ORDER, "stored": "yesterday"})


@pytest.mark.parametrize("value", ["", "soon", 7, [], None, {"a": 1}])
def test_a_moment_that_is_none_is_as_good_as_missing(shop: Shop, value: Any) -> None:
    shop.use(order=ORDER)
    path = shop.generation_path(1) / "order.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "stored": value}))
    assert shop.look()["current"]["stored"] is None
