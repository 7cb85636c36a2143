# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains with several trust paths, in any order, beside what does not belong to them."""

from __future__ import annotations

import itertools
import random
import ssl
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidCertificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509 import chain
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.verify import refuse_unusable
from tests.support.certificates import WWW, Signer, key_pem, new_key, pem

# By the clock of this machine, because a handshake is judged by it.
NOW = datetime.now(timezone.utc).replace(microsecond=0)
AGO = {"start": NOW - timedelta(days=10)}
OLD_ROOT, NEW_ROOT, ISSUER = (Signer(name, new_key()) for name in ("Old Root", "New Root", "Issuing CA"))
LEAF_KEY = new_key()


def authority(signer: Signer, by: Signer, days: float, **how: Any) -> x509.Certificate:
    return by.sign(signer.name, signer.key, **{"ca": True, "days": days, **AGO, **how})


LEAF = ISSUER.sign("www.example.com", LEAF_KEY, WWW, **AGO)
INTER = authority(ISSUER, NEW_ROOT, 900)
NEW, OLD = authority(NEW_ROOT, NEW_ROOT, 9000), authority(OLD_ROOT, OLD_ROOT, 400)
CROSS = authority(NEW_ROOT, OLD_ROOT, 400)
INTER_BY_OLD = authority(ISSUER, OLD_ROOT, 300)
EXPIRED_CROSS = authority(NEW_ROOT, OLD_ROOT, 30, start=NOW - timedelta(days=40))
EXPIRED_OLD = authority(OLD_ROOT, OLD_ROOT, 30, start=NOW - timedelta(days=40))
SHORT_CROSS = authority(NEW_ROOT, OLD_ROOT, 40)
UNRELATED = Signer("Unrelated", new_key()).sign("Unrelated", new_key(), ca=True, days=900)
NAMED = {
    "leaf": LEAF,
    "inter": INTER,
    "new": NEW,
    "old": OLD,
    "cross": CROSS,
    "short cross": SHORT_CROSS,
    "inter by old": INTER_BY_OLD,
}
NAMES = {pem(each).split("\n", 1)[1]: name for name, each in NAMED.items()}


def written(*given: x509.Certificate) -> list[str]:
    """What becomes of certificates that are accepted."""
    found = read_certificate(pem(*given), "fullchain")
    refuse_unusable(found, WWW, NOW, "fullchain")
    return [NAMES.get(each, "?") for each in found.fullchain.split("-----BEGIN CERTIFICATE-----\n")[1:]]


def refused(*given: x509.Certificate) -> InvalidCertificate:
    with pytest.raises(InvalidCertificate) as caught:
        written(*given)
    return caught.value


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([LEAF, INTER], "leaf, inter"),
        ([LEAF, INTER, NEW], "leaf, inter, new"),
        ([LEAF, INTER, CROSS], "leaf, inter, cross"),
        ([LEAF, INTER, CROSS, OLD], "leaf, inter, cross, old"),
        ([LEAF, INTER, NEW, CROSS], "leaf, inter, cross, new"),
        ([LEAF, INTER, NEW, CROSS, OLD], "leaf, inter, cross, old, new"),
        ([LEAF, INTER, NEW, SHORT_CROSS, OLD], "leaf, inter, new, short cross, old"),
        ([LEAF, INTER, INTER_BY_OLD, OLD, NEW], "leaf, inter, new, inter by old, old"),
        ([LEAF, INTER, UNRELATED], "leaf, inter"),
        ([UNRELATED, OLD, LEAF, INTER, NEW], "leaf, inter, new"),
        ([LEAF, INTER, NEW, EXPIRED_CROSS, OLD], "leaf, inter, new"),
        ([LEAF, INTER, EXPIRED_CROSS, NEW, EXPIRED_OLD], "leaf, inter, new"),
        ([LEAF, INTER, EXPIRED_CROSS, CROSS, OLD], "leaf, inter, cross, old"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_order_is_written_as_servers_take_it(given: list[x509.Certificate], expected: str) -> None:
    dice = random.Random(1)
    for order in itertools.islice(itertools.permutations(given), 24):
        again = [*order, *dice.sample(order, 2)]
        assert ", ".join(written(*again)) == expected


def test_the_order_of_two_certificates_needs_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "is_signed_by", lambda child, parent: pytest.fail("a signature was verified"))
    for given in ([LEAF, INTER], [INTER, LEAF]):
        found = read_certificate(pem(*given))
        assert (found.leaf, found.chain) == (pem(LEAF), pem(INTER))
    assert read_certificate(pem(LEAF)).chain == ""


def test_what_was_written_is_read_the_same() -> None:
    for given in itertools.permutations([LEAF, INTER, NEW, CROSS, OLD]):
        found = read_certificate(pem(*given))
        assert read_certificate(found.fullchain) == found


@pytest.mark.parametrize("anchor", [NEW, OLD], ids=["new root", "old root"])
def test_a_client_of_either_root_takes_what_is_served(anchor: x509.Certificate, tmp_path: Path) -> None:
    found = read_certificate(pem(OLD, CROSS, NEW, INTER, LEAF))
    (tmp_path / "full.pem").write_text(found.fullchain)
    (tmp_path / "key.pem").write_text(key_pem(LEAF_KEY))
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(tmp_path / "full.pem", tmp_path / "key.pem")
    client.load_verify_locations(cadata=pem(anchor))
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(down, up, server_hostname="www.example.com"),
        server.wrap_bio(up, down, server_side=True),
    ]
    for _round in range(5):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ends[0].getpeercert()["subject"] == ((("commonName", "www.example.com"),),)  # type: ignore[index]


def test_an_expired_intermediate_without_another_path_is_refused() -> None:
    expired = authority(ISSUER, NEW_ROOT, 30, start=NOW - timedelta(days=40))
    for given in ([LEAF, expired], [LEAF, expired, NEW]):
        no = refused(*given)
        assert no.facts == {"problem": "expired"}
        assert no.msg.startswith("fullchain: certificate 2 of the chain (CN=Issuing CA) expired at ")
    assert written(LEAF, INTER, NEW, expired)[:3] == ["leaf", "inter", "new"]
    assert refused(LEAF, INTER, EXPIRED_CROSS, EXPIRED_OLD).facts == {"problem": "expired"}


def test_a_missing_issuer_is_told_and_not_hidden() -> None:
    for given in ([LEAF, NEW], [NEW, OLD, LEAF], [LEAF, UNRELATED]):
        no = refused(*given)
        assert no.msg == "fullchain: the chain is broken after certificate 1: the next one is not its issuer."
        assert no.facts == {"problem": "chain"}


def test_an_issuer_of_the_same_name_with_another_key_is_not_the_issuer() -> None:
    impostor = authority(Signer("Issuing CA", new_key()), NEW_ROOT, 9000)
    assert "its signature was not made by the next one" in refused(LEAF, impostor, NEW).msg
    assert written(LEAF, impostor, NEW, INTER) == ["leaf", "inter", "new"]


def test_names_are_compared_as_openssl_compares_them(tmp_path: Path) -> None:
    def name(text: str, kind: Any) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text, kind)])

    kinds = x509.name._ASN1Type
    top = (
        x509.CertificateBuilder(
            name("Acme  CA ", kinds.UTF8String),
            name("Acme  CA ", kinds.UTF8String),
            NEW_ROOT.key.public_key(),
            7,
            NOW,
            NOW + timedelta(days=900),
        )
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(NEW_ROOT.key, hashes.SHA256())
    )
    leaf = (
        x509.CertificateBuilder(
            name("ACME ca", kinds.PrintableString),
            name("www", kinds.UTF8String),
            LEAF_KEY.public_key(),
            8,
            NOW,
            NOW + timedelta(days=90),
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(WWW[0])]), False)
        .sign(NEW_ROOT.key, hashes.SHA256())
    )
    (tmp_path / "ca.pem").write_text(pem(top))
    (tmp_path / "leaf.pem").write_text(pem(leaf))
    done = subprocess.run(["openssl", "verify", "-CAfile", "ca.pem", "leaf.pem"], cwd=tmp_path, check=False)
    assert done.returncode == 0
    found = read_certificate(pem(top, leaf))
    refuse_unusable(found, WWW, NOW, "fullchain")
    assert found.fullchain == pem(leaf, top)


def test_an_old_root_without_extensions_signs_all_the_same(tmp_path: Path) -> None:
    """openssl makes a certificate of the first version where no extensions are asked for."""
    (tmp_path / "root.key").write_text(key_pem(NEW_ROOT.key))
    for command in (
        "req -new -key root.key -subj /CN=New\\sRoot -out root.csr",
        "x509 -req -in root.csr -signkey root.key -days 900 -out root.pem",
    ):
        words = [word.replace("\\s", " ") for word in command.split()]
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)
    root = x509.load_pem_x509_certificate((tmp_path / "root.pem").read_bytes())
    assert root.version is x509.Version.v1
    leaf = NEW_ROOT.sign("www.example.com", LEAF_KEY, WWW, **AGO)
    found = read_certificate(pem(root, leaf))
    refuse_unusable(found, WWW, datetime.now(timezone.utc), "fullchain")
    assert found.fullchain == pem(leaf, root)


@pytest.mark.slow
def test_many_paths_come_to_an_end() -> None:
    """Ten CAs that have all signed one another have more paths than can be walked."""
    signers = [Signer(f"CA {number}", new_key()) for number in range(10)]
    crossed = [authority(one, other, 900) for one, other in itertools.permutations(signers, 2)]
    leaf = signers[0].sign("www.example.com", LEAF_KEY, WWW, **AGO)
    found = read_certificate(pem(leaf, *crossed))
    refuse_unusable(found, WWW, NOW, "fullchain")
    assert found.leaf == pem(leaf)
