# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a store, on a real directory."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._store.reconcile import ensure_store
from ansible_collections.certops.alicloud.plugins.module_utils._store.wanted import read_access
from ansible_collections.certops.alicloud.plugins.module_utils._x509.csr import read_csr
from ansible_collections.certops.alicloud.plugins.module_utils._x509.public_key import key_hash
from tests.support.certificates import (
    DEFAULTS,
    GOOD,
    HOST,
    NOW,
    ORDER,
    OTHER,
    WWW,
    Host,
    Set,
    Shop,
    csr_pem,
    key_pem,
    new_key,
    new_set,
    rsa_key,
)
from tests.support.stores import STEPS, put_key

WITH_KEY = ("privkey.pem", "combined.pem", "key_fullchain.pem")


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o7777:04o}"


def failure(shop: Shop, state: str, **options: Any) -> str:
    """The sentence of a task that fails and changes nothing."""
    before = shop.picture()
    with pytest.raises(Failure) as caught:
        shop.act(state, **options)
    assert shop.picture() == before
    assert not any(what.key.splitlines()[1] in caught.value.msg for what in (GOOD, OTHER))
    return caught.value.msg


def test_from_nothing_to_a_proven_certificate(shop: Shop) -> None:
    staged = shop.act("staged", domains=list(WWW))
    assert {name: staged[name] for name in ("changed", "generation", "previous", "key", "csr")} == {
        "changed": True,
        "generation": 1,
        "previous": None,
        "key": True,
        "csr": True,
    }
    assert staged["directory"] == str(shop.generation_path(1))
    assert (shop.generation_path(1) / "request.csr").read_text() == staged["csr_content"]
    what = new_set(key=load_pem_private_key((shop.generation_path(1) / "privkey.pem").read_bytes(), None))
    assert shop.act("ordered", generation=1, order=ORDER)["changed"]
    done = shop.act("complete", generation=1, domains=list(WWW), fullchain=what.fullchain, order=ORDER)
    assert (done["changed"], done["key"], done["csr"], done["previous"]) == (True, True, True, None)
    assert not (shop.path / "current").exists()
    assert shop.act("current", generation=1)["changed"]
    assert os.readlink(shop.path / "current") == "generations/1"
    assert (shop.path / "current" / "unverified").exists()
    assert shop.act("verified", generation=1)["changed"]
    assert sorted(os.listdir(shop.path / "current")) == [
        "cert.pem",
        "chain.pem",
        "fullchain.pem",
        "order.json",
        "privkey.pem",
        "request.csr",
    ]
    assert (shop.path / "current" / "fullchain.pem").read_text() == what.fullchain


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_every_step_is_foreseen_taken_once_and_leaves_the_right_modes(shop: Shop, umask: int) -> None:
    old = os.umask(umask)
    try:
        for step in STEPS:
            put_key(shop, step)
            before = shop.picture()
            foreseen = shop.act(check=True, **step)
            assert shop.picture() == before
            done = shop.act(**step)
            assert done["changed"]
            assert foreseen["diff"]["before"] == done["diff"]["before"] != done["diff"]["after"]
            unknown = {"key": 0, "csr": 0, "csr_content": 0}
            assert {**foreseen, **unknown} == {**done, **unknown}
            after = shop.picture()
            again = shop.act(**step)
            assert (again["changed"], again["generation"]) == (False, done["generation"])
            assert again["diff"]["before"] == again["diff"]["after"]
            assert shop.picture() == after
    finally:
        os.umask(old)
    for name, (kind, _content) in shop.picture().items():
        directories_and_links = {"d": "drwxr-xr-x", "l": "lrwxrwxrwx"}
        expected = directories_and_links.get(kind[0], "-rw-------" if name.endswith(WITH_KEY) else "-rw-r--r--")
        assert (name, kind) == (name, expected)


def test_a_diff_says_it_in_words(shop: Shop) -> None:
    shop.use()
    shop.bring(OTHER)
    diff = shop.act("current", generation=2)["diff"]
    owner = f"{os.getuid()}:{os.getgid()}"
    assert diff["before"].splitlines() == [
        "current: 1",
        f"generation 1: complete, key 0600 {owner}",
        f"generation 2: complete, key 0600 {owner}",
    ]
    assert diff["after"].splitlines()[0::2] == ["current: 2", f"generation 2: complete, not verified, key 0600 {owner}"]


# staged


def test_a_staged_generation_for_the_same_names_is_found_again(shop: Shop) -> None:
    names = ("www.example.com", "example.com")
    number = shop.stage(names)
    found = shop.act("staged", domains=["WWW.example.com", "example.com."])
    assert (found["changed"], found["generation"], found["key"], found["csr"]) == (False, number, True, True)
    assert found["csr_content"] == (shop.generation_path(number) / "request.csr").read_text()


def names_of(csr: str) -> list[str]:
    request = x509.load_pem_x509_csr(csr.encode())
    common = request.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    san = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(common), *san.get_values_for_type(x509.DNSName)]


def test_a_key_and_its_csr_are_made_together(shop: Shop) -> None:
    done = shop.act("staged", domains=["www.example.com", "bücher.example"], key_mode="0640")
    path = shop.generation_path(1)
    key = load_pem_private_key((path / "privkey.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert (key.curve.name, mode(path / "privkey.pem"), mode(path / "request.csr")) == ("secp256r1", "0640", "0644")
    assert names_of(done["csr_content"]) == ["www.example.com", "www.example.com", "xn--bcher-kva.example"]
    assert read_csr(done["csr_content"], "csr").public_key_sha256 == key_hash(key.public_key())
    assert [step["action"] for step in done["plan"]] == ["create_generation"]


@pytest.mark.parametrize(
    ("key_type", "key_size", "bits"), [("ECC", 384, 384), ("RSA", None, 2048), ("RSA", 3072, 3072)]
)
def test_a_key_is_of_the_wanted_kind(shop: Shop, key_type: str, key_size: int | None, bits: int) -> None:
    shop.act("staged", domains=list(WWW), key_type=key_type, key_size=key_size)
    key = load_pem_private_key((shop.generation_path(1) / "privkey.pem").read_bytes(), None)
    assert isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))
    assert (isinstance(key, rsa.RSAPrivateKey), key.key_size) == (key_type == "RSA", bits)


def test_check_mode_makes_no_key(shop: Shop) -> None:
    foreseen = shop.act("staged", check=True, domains=list(WWW))
    assert (foreseen["changed"], foreseen["key"], foreseen["csr"], foreseen["csr_content"]) == (
        True,
        False,
        False,
        None,
    )
    number = shop.stage()
    there = shop.act("staged", check=True, domains=list(WWW))
    assert there["csr_content"] == (shop.generation_path(number) / "request.csr").read_text()


def test_a_key_without_its_csr_keeps_the_key(shop: Shop) -> None:
    number = shop.stage()
    path = shop.generation_path(number)
    key = (path / "privkey.pem").read_bytes()
    (path / "request.csr").unlink()
    foreseen = shop.act("staged", check=True, domains=list(WWW))
    done = shop.act("staged", domains=list(WWW))
    assert [step["reason"] for step in done["plan"]] == ["request.csr does not exist"]
    assert (foreseen["plan"], foreseen["csr_content"]) == (done["plan"], None)
    assert (path / "privkey.pem").read_bytes() == key
    assert (path / "request.csr").read_text() == done["csr_content"]
    assert not shop.act("staged", domains=list(WWW))["changed"]


@pytest.mark.parametrize("why", ["another key", "another common name", "a complimentary name"])
def test_a_csr_that_does_not_fit_is_made_again(shop: Shop, why: str) -> None:
    names, key = ["www.example.com", "example.com"], new_key()
    number = shop.stage(names, key=key)
    csr = csr_pem(new_key() if why == "another key" else key, *(reversed(names) if "common" in why else names))
    wanted = ["www.example.com"] if why == "a complimentary name" else names
    (shop.generation_path(number) / "request.csr").write_text(csr)
    done = shop.act("staged", domains=wanted)
    assert done["generation"] == number
    assert [step["reason"] for step in done["plan"]] == ["request.csr has other content"]
    assert names_of(done["csr_content"]) == [wanted[0], *wanted]
    assert (shop.generation_path(number) / "privkey.pem").read_text() == key_pem(key)


def test_an_empty_key_of_an_earlier_version_is_filled(shop: Shop) -> None:
    path = shop.generation_path(1)
    path.mkdir(parents=True)
    (path / "privkey.pem").touch(0o600)
    done = shop.act("staged", domains=list(WWW))
    assert (done["generation"], done["key"], done["csr"]) == (1, True, True)
    assert [step["action"] for step in done["plan"]] == ["write_file", "write_file"]
    assert (path / "privkey.pem").stat().st_size > 0


def encrypted(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")).decode()


@pytest.mark.parametrize("text", ["no key", encrypted(new_key()), GOOD.fullchain], ids=["text", "encrypted", "chain"])
@pytest.mark.parametrize("check", [True, False])
def test_a_staged_key_that_cannot_be_used_is_named(shop: Shop, text: str, check: bool) -> None:
    """It may be the key of an order, so it is not replaced."""
    number = shop.stage()
    path = shop.generation_path(number) / "privkey.pem"
    path.write_text(text)
    message = failure(shop, "staged", domains=list(WWW), check=check)
    assert message == (
        f"{path} is not a private key in PEM without a passphrase; put the right key there, or remove the file to "
        "have a new key made."
    )


def test_a_staged_key_that_the_service_refuses_is_named(shop: Shop) -> None:
    number = shop.stage()
    path = shop.generation_path(number) / "privkey.pem"
    path.write_text(key_pem(rsa.generate_private_key(65537, 1024)))
    message = failure(shop, "staged", domains=list(WWW))
    assert message == f"{path}: its RSA key has 1024 bits; the service requires 2048 or more."


def test_an_owner_that_cannot_be_given_is_refused_before_a_key_is_made(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    monkeypatch.setattr(os, "getegid", lambda: 1234)
    monkeypatch.setattr(os, "getgroups", lambda: [77])
    for options, sentence in (
        ({"owner": "0"}, "owner: the user 1234 may not make files of user 0; use become, or set owner"),
        ({"group": "78"}, "group: the user 1234 may not make files of group 78; use become"),
    ):
        for check in (True, False):
            with pytest.raises(InvalidOption) as caught:
                shop.act("staged", check=check, domains=list(WWW), **options)
            assert caught.value.msg.startswith(sentence)
            assert not shop.directory.exists()
    for options in ({"owner": "1234"}, {"group": "77"}, {"group": "1234"}, {}):
        assert shop.act("staged", check=True, domains=list(WWW), **options)["changed"]


def test_roots_group_has_another_name_on_some_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    def wheel(name: str) -> Any:
        raise KeyError(name)

    monkeypatch.setattr(grp, "getgrnam", wheel)
    assert read_access({"key_mode": "0640", "owner": None, "group": "root"}).gid == 0
    with pytest.raises(InvalidOption, match=r"^group: there is no group 'no-such-group'"):
        read_access({"key_mode": "0640", "owner": None, "group": "no-such-group"})


def test_a_staged_generation_for_other_names_is_left_alone(shop: Shop) -> None:
    shop.stage(("other.example.com",))
    before = (shop.generation_path(1) / "privkey.pem").read_text()
    assert shop.act("staged", domains=list(WWW))["generation"] == 2
    assert (shop.generation_path(1) / "privkey.pem").read_text() == before


def test_numbers_are_never_used_again(shop: Shop) -> None:
    shop.use()
    shop.use(OTHER)
    (shop.path / "generations" / "7").write_text("in the way")
    assert shop.act("staged", domains=list(WWW))["generation"] == 8


def test_a_staged_generation_below_the_current_one_is_none(shop: Shop) -> None:
    shop.stage()
    shop.use()
    assert shop.act("staged", domains=list(WWW))["generation"] == 3


def test_a_key_is_kept_when_that_is_wanted(shop: Shop) -> None:
    shop.use()
    done = shop.act("staged", domains=list(WWW), keep_key=True, key_mode="0640")
    path = shop.generation_path(2) / "privkey.pem"
    assert (done["generation"], done["key"], done["csr"]) == (2, True, True)
    assert (path.read_text(), mode(path)) == (GOOD.key, "0640")
    key = load_pem_private_key(GOOD.key.encode(), None)
    assert read_csr(done["csr_content"], "csr").public_key_sha256 == key_hash(key.public_key())


def test_a_key_is_kept_in_a_generation_that_waits_for_one(shop: Shop) -> None:
    shop.use()
    shop.act("staged", domains=list(WWW))
    (shop.generation_path(2) / "privkey.pem").write_bytes(b"")
    assert shop.act("staged", domains=list(WWW), keep_key=True)["changed"]
    assert (shop.generation_path(2) / "privkey.pem").read_text() == GOOD.key


def test_a_key_that_is_staged_already_is_not_replaced(shop: Shop) -> None:
    shop.use()
    shop.stage()
    assert not shop.act("staged", domains=list(WWW), keep_key=True)["changed"]
    assert (shop.generation_path(2) / "privkey.pem").read_text() != GOOD.key


def test_a_lost_key_file_is_made_again(shop: Shop) -> None:
    shop.act("staged", domains=list(WWW))
    (shop.generation_path(1) / "privkey.pem").unlink()
    assert shop.act("staged", domains=list(WWW))["changed"]
    assert mode(shop.generation_path(1) / "privkey.pem") == "0600"


# ordered


def test_an_order_is_noted_anew_when_it_changed(shop: Shop) -> None:
    number = shop.stage(order=ORDER)
    assert not shop.act("ordered", generation=number, order=ORDER)["changed"]
    assert shop.act("ordered", generation=number, order={**ORDER, "order_id": "78", "renews": "77"})["changed"]
    staged = shop.look()["staged"]
    assert (staged["order_id"], staged["renews"], staged["validation"]) == ("78", "77", [{"method": "dns"}])


def test_the_order_of_a_complete_generation_stays(shop: Shop) -> None:
    number = shop.bring(order=ORDER)
    assert not shop.act("ordered", generation=number, order=ORDER)["changed"]
    message = failure(shop, "ordered", generation=number, order={**ORDER, "order_id": "78"})
    assert "its order cannot be changed" in message


@pytest.mark.parametrize("state", ["ordered", "complete", "current", "verified"])
def test_a_missing_generation_is_named(shop: Shop, state: str) -> None:
    shop.use()
    options = {"domains": list(WWW), "fullchain": GOOD.fullchain} if state == "complete" else {"order": ORDER}
    message = failure(shop, state, generation=9, **options)
    assert message == f"generation: there is no {shop.generation_path(9)}."


# complete


def refused(shop: Shop, what: Set, names: tuple[str, ...] = WWW) -> str:
    return failure(shop, "complete", domains=list(names), fullchain=what.fullchain, private_key=what.key)


def test_a_certificate_for_another_key_is_refused(shop: Shop) -> None:
    number = shop.stage()
    message = failure(shop, "complete", generation=number, domains=list(WWW), fullchain=GOOD.fullchain)
    assert message == f"fullchain: the certificate was made for another key than {shop.generation_path(1)}/privkey.pem."
    assert refused(shop, Set(OTHER.key, GOOD.fullchain)).endswith("another key than private_key.")


@pytest.mark.parametrize(
    ("names", "covered"),
    [
        (("www.example.com",), True),
        (("WWW.EXAMPLE.COM",), True),
        (("a.wild.example.com",), True),
        (("*.wild.example.com",), True),
        (("wild.example.com",), False),
        (("a.b.wild.example.com",), False),
        (("www.example.com", "other.example.com"), False),
    ],
)
def test_every_wanted_name_is_covered(shop: Shop, names: tuple[str, ...], covered: bool) -> None:
    what = new_set(("www.example.com", "*.wild.example.com"))
    if covered:
        assert shop.bring(what, names) == 1
    else:
        assert f"does not cover {names[-1]}" in refused(shop, what, names)


def test_a_certificate_out_of_date_is_refused(shop: Shop) -> None:
    ended = refused(shop, new_set(start=NOW - timedelta(days=30), days=30))
    assert ended.startswith("fullchain: the certificate expired at 2026-11-22T12:00:00Z; it is 2026-11-22T12:00:00Z")
    assert "is not valid before 2026-11-22T12:00:01Z" in refused(shop, new_set(start=NOW + timedelta(seconds=1)))


def test_a_text_that_is_no_certificate_is_refused(shop: Shop) -> None:
    for text in ("", "secret words", GOOD.key):
        message = refused(shop, Set(GOOD.key, text))
        assert message == "fullchain: give the certificate and its chain in PEM."


def test_a_text_that_is_no_key_is_refused(shop: Shop) -> None:
    for text in ("", "secret words", GOOD.fullchain, GOOD.key.replace("M", "N", 3)):
        message = refused(shop, Set(text, GOOD.fullchain))
        assert message.startswith("private_key: ")


@pytest.mark.parametrize(
    "text",
    [
        GOOD.key.replace("\n", " "),
        GOOD.key.replace("\n", "\r\n"),
        "\n\n  " + GOOD.key.replace("\n", "\n  "),
        GOOD.key.replace("\n", "\\n"),
    ],
    ids=["folded", "Windows", "indented", "escaped"],
)
def test_a_key_without_its_line_ends_is_written_as_servers_read_it(shop: Shop, text: str) -> None:
    shop.use(Set(text, GOOD.fullchain))
    assert (shop.path / "current" / "privkey.pem").read_text() == GOOD.key
    before = shop.picture()
    assert shop.bring(Set(text, GOOD.fullchain)) == 1
    assert shop.picture() == before


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        (lambda: new_set(start=NOW + timedelta(hours=3)), "not_yet_valid"),
        (lambda: new_set(start=NOW - timedelta(days=90)), "expired"),
        (lambda: new_set(["other.example.com"]), "names"),
        (lambda: Set(OTHER.key, GOOD.fullchain), "key"),
    ],
)
def test_why_a_certificate_cannot_be_used_is_told_in_a_word(shop: Shop, what: Callable[[], Set], problem: str) -> None:
    """What to do about it depends on it: a wrong clock is no reason to revoke a certificate."""
    with pytest.raises(Failure) as caught:
        shop.bring(what())
    assert caught.value.facts["problem"] == problem


def test_a_chain_in_another_order_is_put_right(shop: Shop) -> None:
    leaf, above = GOOD.fullchain.split("-----END CERTIFICATE-----\n")[:2]
    end = "-----END CERTIFICATE-----\n"
    shop.use(Set(GOOD.key, above + end + leaf + end + leaf + end))
    current = shop.path / "current"
    assert (current / "fullchain.pem").read_text() == GOOD.fullchain
    assert (current / "cert.pem").read_text() + (current / "chain.pem").read_text() == GOOD.fullchain


def test_a_certificate_without_a_chain_is_warned_of(shop: Shop) -> None:
    leaf = GOOD.fullchain.split("-----END")[0] + "-----END CERTIFICATE-----\n"
    given = {"directory": str(shop.directory), "name": "www", **DEFAULTS, "state": "complete", "private_key": GOOD.key}
    outcomes = [
        ensure_store({**given, "domains": list(WWW), "fullchain": text}, True, HOST.clock)
        for text in (leaf, GOOD.fullchain)
    ]
    assert ["without its chain" in " ".join(outcome.warnings) for outcome in outcomes] == [True, False]


def test_a_certificate_without_a_chain_does_not_follow_one_with_it(shop: Shop) -> None:
    leaf = new_set()
    alone = Set(leaf.key, leaf.fullchain.split("-----END")[0] + "-----END CERTIFICATE-----\n")
    shop.use(alone)
    shop.use(GOOD)
    assert refused(shop, alone) == ("fullchain: the certificate came without its chain; the one in use has one.")


def test_an_rsa_key_is_as_good(shop: Shop) -> None:
    assert shop.use(new_set(key=rsa_key())) == 1


def test_a_complete_generation_does_not_change_its_certificate(shop: Shop) -> None:
    number = shop.use()
    again = new_set(key=None)
    shared = {"generation": number, "domains": list(WWW)}
    assert not shop.act("complete", fullchain=GOOD.fullchain, **shared)["changed"]
    assert "another key" in failure(shop, "complete", fullchain=again.fullchain, **shared)


def test_a_second_certificate_for_the_same_key_needs_a_generation_of_its_own(shop: Shop) -> None:
    key = new_key()
    shop.use(new_set(key=key))
    second = new_set(key=key)
    message = failure(shop, "complete", generation=1, domains=list(WWW), fullchain=second.fullchain)
    assert "is complete with another certificate" in message


def test_the_keys_mode_follows_the_options(shop: Shop) -> None:
    number = shop.use()
    options = {"generation": number, "domains": list(WWW), "fullchain": GOOD.fullchain, "key_mode": "0640"}
    assert shop.act("complete", **options)["changed"]
    assert mode(shop.generation_path(number) / "privkey.pem") == "0640"
    assert not shop.act("complete", **options)["changed"]


# complete, with a key from elsewhere


@pytest.mark.parametrize(("asked", "number"), [(None, 3), (1, 3), (2, 3), (3, 3), (9, 9)])
def test_a_set_from_elsewhere_gets_a_number_above_all_others(shop: Shop, asked: int | None, number: int) -> None:
    shop.use()
    shop.stage()
    assert shop.bring(OTHER, generation=asked) == number
    assert shop.bring(OTHER, generation=asked) == number
    assert shop.look()["ready"]["generation"] == number


def test_a_set_from_elsewhere_is_known_again(shop: Shop) -> None:
    shop.use(generation=4)
    before = shop.picture()
    assert shop.bring(generation=2) == 4
    assert shop.picture() == before


def test_a_set_from_elsewhere_brings_its_order(shop: Shop) -> None:
    shop.use(order=ORDER)
    current = shop.look()["current"]
    assert (current["order_id"], current["domains"], current["product_code"]) == (
        "77",
        list(WWW),
        ORDER["product_code"],
    )


# current


def test_a_swap_says_what_was_in_use(shop: Shop) -> None:
    shop.use()
    shop.bring(OTHER)
    assert shop.act("current", generation=2)["previous"] == 1
    assert shop.act("current", generation=2)["previous"] == 2


def test_a_generation_without_a_certificate_is_not_put_in_use(shop: Shop) -> None:
    shop.use()
    number = shop.stage()
    assert "no certificate yet" in failure(shop, "current", generation=number)


def test_the_set_is_checked_again_before_it_is_put_in_use(shop: Shop) -> None:
    shop.use()
    number = shop.bring(OTHER)
    (shop.generation_path(number) / "privkey.pem").write_text(GOOD.key)
    assert "is not the key of cert.pem" in failure(shop, "current", generation=number)


def test_the_way_forward_checks_dates_and_names_the_way_back_does_not(shop: Shop) -> None:
    short = new_set(start=NOW - timedelta(days=80), days=80.5)
    shop.use(short, order=ORDER)
    shop.use(OTHER)
    later = NOW + timedelta(days=1)
    tomorrow = Host(now=lambda: later)
    assert shop.act("current", generation=1, host=tomorrow)["changed"]
    assert shop.act("current", generation=2, host=tomorrow)["changed"]
    (shop.path / "current").unlink()
    with pytest.raises(Failure, match="expired at"):
        shop.act("current", generation=1, host=tomorrow)
    assert "does not cover other.example.com" in failure(shop, "current", generation=2, domains=["other.example.com"])


@pytest.mark.parametrize("kind", ["directory", "file"])
def test_what_is_no_link_is_not_replaced(shop: Shop, kind: str) -> None:
    number = shop.bring()
    path = shop.path / "current"
    path.mkdir() if kind == "directory" else path.write_text("mine")
    assert f"{path} is a {kind}" in failure(shop, "current", generation=number)


# verified


def test_what_is_not_in_use_is_not_proven(shop: Shop) -> None:
    shop.use()
    shop.bring(OTHER)
    assert "generation 2 is not in use (generation 1 is)" in failure(shop, "verified", generation=2)


def test_what_was_put_back_for_a_while_keeps_no_mark(shop: Shop) -> None:
    shop.use()
    second = shop.bring(OTHER)
    for number in (second, 1, second):
        shop.act("current", generation=number)
    assert (shop.generation_path(1) / "unverified").exists()
    assert shop.act("verified", generation=second)["changed"]
    assert not list(shop.path.rglob("unverified"))
    assert not shop.act("verified", generation=second)["changed"]


@pytest.mark.parametrize("keep", [0, 1, 2, 3, 9])
def test_old_generations_go_and_newer_ones_stay(shop: Shop, keep: int) -> None:
    made = [shop.bring(new_set()) for _each in range(4)]
    waiting = shop.stage()
    current, above, staged_above = shop.bring(new_set()), shop.bring(new_set()), shop.stage(("x.example.com",))
    shop.act("current", generation=current)
    shop.act("verified", generation=current, keep=keep)
    kept = made[-keep:] if keep else []
    assert sorted(int(name) for name in os.listdir(shop.path / "generations")) == sorted(
        [*kept, current, above, staged_above]
    )
    assert waiting not in kept


# options


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"directory": "ssl"}, "directory: 'ssl' is not an absolute path"),
        ({"name": ""}, "name: '' cannot be the name"),
        ({"name": "."}, "name: '.' cannot"),
        ({"name": ".."}, "name: '..' cannot"),
        ({"name": "a/b"}, "name: 'a/b' cannot"),
        ({"name": "a\nb"}, "name: "),
        ({"domains": []}, "domains: give the names"),
        ({"domains": ["x"]}, "domains: 'x' is not a valid host name"),
        ({"generation": 0}, "generation: give 1 or more"),
        ({"keep": -1}, "keep: give 0 or more"),
        ({"key_size": 2048}, "key_size: 2048 is not a valid size of an ECC key"),
        ({"key_type": "RSA", "key_size": 1024}, "key_size: 1024 is not a valid size of an RSA key"),
        ({"owner": "nobody-has-this-name"}, "owner: there is no user 'nobody-has-this-name'"),
        ({"group": "nobody-has-this-name"}, "group: there is no group"),
        ({"key_mode": "u=rw"}, "key_mode: 'u=rw' is not a valid mode"),
        ({"key_mode": "384"}, "key_mode: '384' is not a valid mode"),
        ({"key_mode": "0644"}, "key_mode: 0644 is not a valid mode for a private key"),
        ({"key_mode": "0240"}, "key_mode: 0240 is not a valid mode for a private key"),
        ({"key_mode": True}, "key_mode: 'True' is not a valid mode"),
        ({"order": {"domains": []}}, "order: give order_id, or instance_id in place of it."),
        ({"order": {"order_id": "1", "instance_id": "cas-cn-1"}}, "order: give order_id, or instance_id in place"),
        ({"order": {"order_id": "1", "domains": ["x"]}}, "order.domains: 'x' is not a valid host name"),
    ],
)
def test_options_are_checked_before_anything_is_touched(shop: Shop, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        shop.act("staged", **{"domains": list(WWW), **options})
    assert caught.value.msg.startswith(sentence)
    assert not shop.directory.exists()


@pytest.mark.parametrize("given", ["0640", "640", "0o640", 0o640])
def test_a_mode_can_be_said_in_many_ways(shop: Shop, given: Any) -> None:
    shop.use(key_mode=given)
    assert mode(shop.path / "current" / "privkey.pem") == "0640"


def test_owner_and_group_by_name_and_number(shop: Shop) -> None:
    owner, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    shop.use(owner=owner, group=group)
    shop.use(OTHER, owner=str(os.getuid()), group=str(os.getgid()))
    assert (shop.path / "current" / "privkey.pem").stat().st_uid == os.getuid()


@pytest.mark.parametrize("state", ["ordered", "complete", "current", "verified"])
def test_the_generation_must_be_said(shop: Shop, state: str) -> None:
    with pytest.raises(InvalidOption, match=r"^generation: give the number"):
        shop.act(state, domains=list(WWW), order=ORDER, fullchain=GOOD.fullchain)


# plan


def test_a_plan_tells_each_step_and_its_reason(shop: Shop) -> None:
    foreseen = shop.act("staged", check=True, domains=list(WWW))["plan"]
    assert foreseen == [
        {"action": "create_generation", "generation": 1, "reason": "generation 1 does not exist"},
    ]
    assert shop.act("staged", domains=list(WWW))["plan"] == foreseen
    assert shop.act("staged", check=True, domains=list(WWW))["plan"] == []
    shop.use()
    number = shop.bring(OTHER)
    assert [(step["action"], step["reason"]) for step in shop.act("current", generation=number)["plan"]] == [
        ("write_file", "generation 3 is not verified yet"),
        ("activate", "current is generation 2"),
    ]
    assert [step["action"] for step in shop.act("verified", generation=number, keep=0)["plan"]] == [
        "remove_file",
        "remove_generation",
    ]


def test_changed_and_plan_agree_at_every_step(shop: Shop) -> None:
    for step in STEPS:
        put_key(shop, step)
        foreseen, done = shop.act(check=True, **step), shop.act(**step)
        assert foreseen["plan"] == done["plan"]
        assert done["changed"] == bool(done["plan"])
