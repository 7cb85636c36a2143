# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms of a set for services that want other files, and links from fixed paths."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._store import keystore
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import (
    load_certificates,
    read_certificate,
)
from tests.support.certificates import GOOD, HOST, NOW, ORDER, OTHER, WWW, Host, Set, Shop, new_key, new_set, rsa_key

WORD = "correct horse"
PLAIN: dict[str, Any] = {
    "name": None,
    "owner": None,
    "group": None,
    "mode": None,
    "password": None,
    "legacy": False,
}
with_keytool = pytest.mark.skipif(shutil.which("keytool") is None, reason="there is no keytool here")


def form(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **PLAIN, **more}


COMBINED, KEY_FIRST, DER = form("combined"), form("key_fullchain"), form("der")
P12, JKS = form("pkcs12", password=WORD), form("jks", password=WORD)
LEAF, ABOVE = load_certificates(GOOD.fullchain)


def use(shop: Shop, what: Set = GOOD, **options: Any) -> int:
    number = shop.bring(what, **options)
    shop.act("current", generation=number, **options)
    shop.act("verified", generation=number)
    return number


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def test_each_form_has_its_content_and_a_safe_mode(shop: Shop) -> None:
    use(shop, forms=[COMBINED, KEY_FIRST, DER, P12])
    current = shop.path / "current"
    assert (current / "combined.pem").read_text() == GOOD.fullchain + GOOD.key
    assert (current / "key_fullchain.pem").read_text() == GOOD.key + GOOD.fullchain
    assert (current / "cert.der").read_bytes() == LEAF.public_bytes(Encoding.DER)
    found = pkcs12.load_pkcs12((current / "keystore.p12").read_bytes(), WORD.encode())
    assert found.cert and found.cert.certificate == LEAF
    assert [each.certificate for each in found.additional_certs] == [ABOVE]
    assert found.cert.friendly_name == b"www"
    key = load_pem_private_key(GOOD.key.encode(), None)
    assert isinstance(found.key, ec.EllipticCurvePrivateKey) and isinstance(key, ec.EllipticCurvePrivateKey)
    assert found.key.private_numbers() == key.private_numbers()
    names = ("combined.pem", "key_fullchain.pem", "keystore.p12", "cert.der")
    assert [mode(current / name) for name in names] == ["0600", "0600", "0600", "0644"]


@pytest.mark.parametrize("key", [new_key(), rsa_key()], ids=["ecc", "rsa"])
def test_a_staged_set_gets_its_forms_with_its_certificate(shop: Shop, key: Any) -> None:
    number = shop.stage(key=key)
    options = {"generation": number, "domains": list(WWW), "fullchain": new_set(key=key).fullchain}
    forms = [COMBINED, P12]
    foreseen = shop.act("complete", check=True, forms=forms, **options)
    done = shop.act("complete", forms=forms, **options)
    assert (foreseen["plan"], foreseen["diff"]) == (done["plan"], done["diff"])
    assert "generation 1: complete, combined.pem, keystore.p12" in done["diff"]["after"]
    assert not shop.act("complete", forms=forms, **options)["changed"]
    assert shop.act("current", generation=number, forms=forms)["changed"]
    assert not shop.act("current", generation=number, forms=forms)["changed"]


def test_a_form_that_is_asked_for_later_is_added_to_the_generation_in_use(shop: Shop) -> None:
    number = use(shop, order=ORDER)
    look = shop.look(forms=[COMBINED, DER])
    assert (look["action"], look["reason"]) == (
        "install",
        "generation 1 is in use, but combined.pem does not exist, cert.der does not exist",
    )
    before = shop.picture()
    foreseen = shop.act("current", check=True, generation=number, forms=[COMBINED, DER])
    assert shop.picture() == before
    done = shop.act("current", generation=number, forms=[COMBINED, DER])
    assert foreseen["plan"] == done["plan"]
    assert [step["reason"] for step in done["plan"]] == [
        "generation 1 is not verified yet",
        "combined.pem does not exist",
        "cert.der does not exist",
    ]
    assert shop.look(forms=[COMBINED, DER])["action"] == "reload"
    shop.act("verified", generation=number)
    assert shop.look(forms=[COMBINED, DER])["action"] == "nothing"
    assert not shop.act("current", generation=number, forms=[COMBINED, DER])["changed"]


def test_a_generation_that_is_put_back_gets_the_forms_of_today(shop: Shop) -> None:
    use(shop, OTHER)
    use(shop, GOOD, forms=[COMBINED])
    shop.act("current", generation=1, forms=[COMBINED])
    assert (shop.path / "current" / "combined.pem").read_text() == OTHER.fullchain + OTHER.key


def reason(shop: Shop, wanted: dict[str, Any]) -> str:
    """Why the form has to be written again; it is, and is as wanted then."""
    before = shop.look(forms=[wanted])
    (step,) = [
        step
        for step in shop.act("current", generation=1, forms=[wanted])["plan"]
        if step["action"] in ("write_file", "set_access") and "verified" not in step["reason"]
    ]
    assert before["reason"] == f"generation 1 is in use, but {step['reason']}"
    shop.act("verified", generation=1)
    assert shop.look(forms=[wanted])["action"] == "nothing"
    return str(step["reason"])


def test_a_changed_password_writes_a_key_store_again(shop: Shop) -> None:
    use(shop, forms=[P12])
    assert reason(shop, {**P12, "password": "battery"}) == "keystore.p12 has other content"
    assert reason(shop, {**P12, "password": "battery", "legacy": True}) == "keystore.p12 has other content"
    assert reason(shop, {**P12, "password": "battery"}) == "keystore.p12 has other content"


@pytest.mark.parametrize("wanted", [COMBINED, KEY_FIRST, DER, P12], ids=["combined", "key first", "der", "pkcs12"])
def test_a_file_with_other_content_is_written_again(shop: Shop, wanted: dict[str, Any], tmp_path: Path) -> None:
    use(shop, forms=[wanted])
    name = {"der": "cert.der", "pkcs12": "keystore.p12"}.get(wanted["type"], f"{wanted['type']}.pem")
    path = shop.path / "current" / name
    good = path.read_bytes()
    other = Shop(tmp_path / "other")
    use(other, OTHER, forms=[wanted])
    for data in (b"", good[:-1], good[: len(good) // 2], b"\0" * 40, (other.path / "current" / path.name).read_bytes()):
        path.write_bytes(data)
        assert reason(shop, wanted) == f"{path.name} has other content"
    path.unlink()
    assert reason(shop, wanted) == f"{path.name} does not exist"
    path.unlink()
    path.symlink_to("/dev/null")
    assert reason(shop, wanted) == f"{path.name} has other content"
    assert not path.is_symlink()


def test_another_mode_is_set_without_writing(shop: Shop) -> None:
    use(shop, forms=[P12])
    path = shop.path / "current" / "keystore.p12"
    before = path.read_bytes()
    assert reason(shop, {**P12, "mode": "0640"}) == "keystore.p12 has another owner, group or mode"
    assert (mode(path), path.read_bytes()) == ("0640", before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_form_belongs_to_the_service_that_reads_it(shop: Shop) -> None:
    use(shop, group="12", key_mode="0640", forms=[form("combined", owner="1", group="2", mode="0440"), P12])
    found = [(shop.path / "current" / name).stat() for name in ("combined.pem", "keystore.p12")]
    assert [(each.st_uid, each.st_gid) for each in found] == [(1, 2), (0, 12)]
    assert mode(shop.path / "current" / "combined.pem") == "0440"


def test_a_key_store_of_old_software_is_encrypted_as_it_expects(shop: Shop) -> None:
    old = form("pkcs12", name="old.p12", password=WORD, legacy=True)
    use(shop, forms=[P12, old])
    texts = [
        subprocess.run(
            ["openssl", "pkcs12", "-info", "-in", shop.path / "current" / name, "-passin", f"pass:{WORD}", "-noout"],
            capture_output=True,
            text=True,
            check=False,
        ).stderr
        for name in ("keystore.p12", "old.p12")
    ]
    assert "PBES2" in texts[0] and "sha256" in texts[0].lower() and "3-KeyTripleDES" not in texts[0]
    assert "3-KeyTripleDES" in texts[1] and "sha1" in texts[1].lower()


@with_keytool
def test_a_java_key_store_is_read_by_java(shop: Shop) -> None:
    use(shop, forms=[JKS])
    path = shop.path / "current" / "keystore.jks"
    call = ["keytool", "-list", "-v", "-keystore", str(path), "-storepass", WORD]
    said = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    assert "Keystore type: JKS" in said and "PrivateKeyEntry" in said and "Certificate chain length: 2" in said
    assert mode(path) == "0600"
    assert shop.look(forms=[JKS])["action"] == "nothing"
    good = path.read_bytes()
    for data in (b"", good[:-1], good[:30], good[:60] + b"\xff\xff\xff\xff" + good[64:], b"\0" * 40):
        path.write_bytes(data)
        assert shop.look(forms=[JKS])["reason"] == "generation 1 is in use, but keystore.jks has other content"
    assert reason(shop, {**JKS, "password": "another one"}) == "keystore.jks has other content"


@pytest.mark.parametrize("cut", [4, 12, 25, 60, 400, -30])
def test_a_signed_file_that_is_cut_off_is_not_ours(cut: int) -> None:
    """The signature fits, and what is in it does not."""
    body = b"\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x03www" + bytes(8)
    body = (body + (500).to_bytes(4, "big") + bytes(500) + (2).to_bytes(4, "big") + b"\x00\x05X.509")[:cut]
    signed = hashlib.sha1(WORD.encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()
    assert not keystore.is_jks_of(body + signed, read_certificate(GOOD.fullchain), WORD)


SET = {"fullchain": OTHER.fullchain, "private_key": OTHER.key}


def test_without_keytool_nothing_is_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_how: None)
    number = shop.bring()
    before = shop.picture()
    for check in (True, False):
        for state, more in (("current", {"generation": number}), ("complete", SET)):
            with pytest.raises(InvalidOption, match=r"^forms: jks needs keytool, which is not on this host; install"):
                shop.act(state, check=check, domains=list(WWW), forms=[JKS], **more)
    assert shop.picture() == before
    assert shop.look(forms=[JKS], requirements={"services": []})["problems"] == [
        "forms: jks needs keytool, which is not on this host; install a Java runtime, or use pkcs12, which Java reads."
    ]


def test_a_keytool_that_fails_is_a_sentence(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "keytool"
    program.write_text("#!/bin/sh\necho 'keytool error: no luck'\necho $* > " + str(tmp_path / "asked") + "\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda *_args, **_how: str(program))
    with pytest.raises(Failure, match="forms: keytool cannot make the JKS file; it says: keytool error: no luck"):
        shop.bring(forms=[JKS])
    assert WORD not in (tmp_path / "asked").read_text()
    assert not (shop.path / "generations" / "1").exists()


def test_no_password_and_no_key_is_shown(shop: Shop) -> None:
    done = shop.act(
        "complete", domains=list(WWW), fullchain=GOOD.fullchain, private_key=GOOD.key, forms=[COMBINED, P12]
    )
    assert WORD not in json.dumps(done) and "PRIVATE" not in json.dumps(done)
    wanted = keystore_form(P12)
    assert WORD not in repr(wanted)


def keystore_form(value: dict[str, Any]) -> Any:
    from ansible_collections.certops.alicloud.plugins.module_utils._store.wanted import extras

    return extras({"forms": [value], "links": [], "owner": None, "group": None})


@pytest.mark.parametrize(
    ("forms", "sentence"),
    [
        ([form("combined", name="privkey.pem")], "forms: 'privkey.pem' cannot be the name of a form"),
        ([form("combined", name="../x")], "forms: '../x' cannot be the name of a form"),
        ([form("combined", name=".x")], "forms: '.x' cannot be the name of a form"),
        ([form("combined", name="unverified")], "forms: 'unverified' cannot be the name of a form"),
        ([COMBINED, COMBINED], "forms: combined.pem is given twice"),
        ([form("pkcs12")], "forms: keystore.p12: give a password for pkcs12."),
        ([form("jks", password="short")], "forms: keystore.jks: give a password of 6 characters or more for jks."),
        ([form("combined", mode="0644")], "forms: combined.pem: mode: 0644 is not a valid mode for a private key"),
        ([form("combined", owner="no-such-user")], "forms: combined.pem: owner: there is no user 'no-such-user'"),
    ],
)
def test_a_form_with_a_mistake_is_named(shop: Shop, forms: list[dict[str, Any]], sentence: str) -> None:
    for act in (lambda: shop.bring(forms=forms), lambda: shop.look(forms=forms)):
        with pytest.raises(InvalidOption) as caught:
            act()
        assert caught.value.msg.startswith(sentence)
    assert not shop.directory.exists()


# Links.


def link(path: Path, file: str = "fullchain.pem") -> dict[str, str]:
    return {"path": str(path), "file": file}


def test_a_link_follows_the_generation_in_use(shop: Shop, tmp_path: Path) -> None:
    links = [link(tmp_path / "cert"), link(tmp_path / "haproxy", "combined.pem")]
    options = {"links": links, "forms": [COMBINED]}
    number = shop.bring(OTHER, **options)
    assert not (tmp_path / "cert").is_symlink()
    foreseen = shop.act("current", check=True, generation=number, **options)
    done = shop.act("current", generation=number, **options)
    assert (foreseen["plan"], foreseen["diff"]) == (done["plan"], done["diff"])
    assert [step["action"] for step in done["plan"]] == ["write_file", "activate", "link", "link"]
    assert f"link {tmp_path}/cert" in done["diff"]["after"]
    assert os.readlink(tmp_path / "cert") == f"{shop.path}/current/fullchain.pem"
    assert (tmp_path / "haproxy").read_text() == OTHER.fullchain + OTHER.key
    assert not shop.act("current", generation=number, **options)["changed"]
    use(shop, GOOD, **options)
    assert (tmp_path / "cert").read_text() == GOOD.fullchain
    assert shop.look(**options)["action"] == "nothing"


def test_a_link_that_is_asked_for_later_is_placed(shop: Shop, tmp_path: Path) -> None:
    use(shop)
    (tmp_path / "a").symlink_to("/elsewhere")
    links = [link(tmp_path / "a"), link(tmp_path / "b", "privkey.pem")]
    look = shop.look(links=links)
    assert (look["action"], look["reason"]) == (
        "install",
        f"generation 1 is in use, but {tmp_path}/a points elsewhere, {tmp_path}/b does not exist",
    )
    assert shop.act("current", generation=1, links=links)["changed"]
    assert shop.look(links=links)["action"] == "reload"
    shop.act("verified", generation=1)
    assert shop.look(links=links)["action"] == "nothing"


def test_what_is_no_link_is_never_replaced(shop: Shop, tmp_path: Path) -> None:
    number = shop.bring()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "directory").mkdir()
    before = shop.picture()
    for name, words in (
        ("file", "is a file, not a link; move it away"),
        ("directory", "is a directory, not a link"),
        ("none/x", "there is no directory"),
    ):
        for check in (True, False):
            with pytest.raises(InvalidOption, match=rf"^links: .*{words}"):
                shop.act("current", check=check, generation=number, links=[link(tmp_path / name)])
        (problem,) = shop.look(links=[link(tmp_path / name)], requirements={"webroot": str(tmp_path)})["problems"]
        assert problem.startswith("links: ") and words in problem
    assert shop.picture() == before
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("links", "sentence"),
    [
        ([{"path": "etc/x", "file": "cert.pem"}], "links: 'etc/x' is not an absolute path"),
        ([{"path": "/", "file": "cert.pem"}], "links: '/' is not an absolute path of a file"),
        ([{"path": "/etc/x", "file": "order.json"}], "links: 'order.json' is not a file of a generation; give privkey"),
        ([{"path": "/etc/x", "file": "combined.pem"}], "links: 'combined.pem' is not a file of a generation"),
    ],
)
def test_a_link_with_a_mistake_is_named(shop: Shop, links: list[dict[str, str]], sentence: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        shop.look(links=links)
    assert caught.value.msg.startswith(sentence)


def test_a_killed_run_leaves_nothing_beside_a_link(shop: Shop, tmp_path: Path) -> None:
    number = shop.bring()
    (tmp_path / ".cert.certops.tmp").symlink_to("/nowhere")
    shop.act("current", generation=number, links=[link(tmp_path / "cert")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cert", "ssl"]


def test_what_is_missing_waits_for_what_is_due(shop: Shop) -> None:
    shop.use(order=ORDER)
    late = Host(now=lambda: NOW + timedelta(days=60))
    assert shop.look(late, forms=[COMBINED])["action"] == "renew"
    assert shop.look(HOST, forms=[COMBINED], domains=["b.example.com"])["action"] == "apply"
