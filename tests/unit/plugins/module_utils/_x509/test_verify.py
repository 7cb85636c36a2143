# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which chains may be used."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidCertificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.verify import refuse_strange_key, refuse_unusable
from tests.support.certificates import ABOVE, INTERMEDIATE, NOW, ROOT, WWW, Signer, new_key, pem, rsa_key


def problem(*chain: x509.Certificate) -> str | None:
    try:
        refuse_unusable(read_certificate(pem(*chain)), WWW, NOW, "fullchain")
    except InvalidCertificate as unfit:
        return unfit.msg
    return None


def leaf(signer: Signer = INTERMEDIATE, **how: Any) -> x509.Certificate:
    return signer.sign("www.example.com", new_key(), WWW, **how)


def above(signer: Signer, **how: Any) -> x509.Certificate:
    return ROOT.sign(signer.name, signer.key, **{"ca": True, "days": 900, **how})


TOP = ROOT.sign("Root", ROOT.key, ca=True, days=9000)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_chain_is_good_to_its_end(length: int) -> None:
    assert problem(*[leaf(), ABOVE, TOP][:length]) is None


def pss(length: Any, name: str) -> Any:
    """An RSA key with a signature that cryptography makes since 41; here, older ones only have to check theirs."""
    makes = "rsa_padding" in inspect.signature(x509.CertificateBuilder.sign).parameters
    how = {"rsa_padding": padding.PSS(padding.MGF1(hashes.SHA256()), length)}
    return pytest.param(rsa_key(), how, id=name, marks=pytest.mark.skipif(not makes, reason="it came with 41"))


@pytest.mark.parametrize(
    ("key", "how"),
    [
        pytest.param(rsa_key(), {}, id="RSA"),
        pss(padding.PSS.DIGEST_LENGTH, "RSA PSS"),
        pss(padding.PSS.MAX_LENGTH, "RSA PSS with a long salt"),
        pytest.param(ec.generate_private_key(ec.SECP384R1()), {}, id="P-384"),
        pytest.param(ed25519.Ed25519PrivateKey.generate(), {}, id="Ed25519"),
    ],
)
def test_signatures_of_all_kinds_are_checked(key: Any, how: dict[str, Any]) -> None:
    signer = Signer("Signer", key)
    assert problem(leaf(signer, **how), above(signer)) is None
    swindler = Signer(
        "Signer",
        type(key).generate() if not hasattr(key, "curve") and not how and hasattr(type(key), "generate") else new_key(),
    )
    assert problem(leaf(signer, **how), above(swindler)) == (
        "fullchain: the chain is broken after certificate 1: its signature was not made by the next one."
    )


def test_a_link_that_is_missing_is_told() -> None:
    assert problem(leaf(), TOP) == "fullchain: the chain is broken after certificate 1: the next one is not its issuer."


def test_a_strange_certificate_at_the_end_does_not_matter() -> None:
    stranger = Signer("Stranger", new_key())
    assert problem(leaf(), ABOVE, above(stranger)) is None


def test_an_issuer_must_be_a_ca() -> None:
    assert problem(leaf(), above(INTERMEDIATE, ca=False)) == (
        "fullchain: the chain is broken after certificate 1: the next one is not a CA."
    )


@pytest.mark.parametrize(
    ("start", "days", "words"),
    [
        (NOW - timedelta(days=10), 10, "expired at 2026-11-22T12:00:00Z"),
        (NOW - timedelta(days=10), 9.5, "expired at 2026-11-22T00:00:00Z"),
        (NOW + timedelta(seconds=1), 10, "is not valid before 2026-11-22T12:00:01Z"),
    ],
)
def test_every_certificate_of_the_chain_is_in_date(start: Any, days: float, words: str) -> None:
    message = problem(leaf(), above(INTERMEDIATE, start=start, days=days))
    assert message and message.startswith(f"fullchain: certificate 2 of the chain (CN=Intermediate) {words}")
    own = problem(leaf(start=start, days=days), ABOVE)
    assert own and own.startswith(f"fullchain: the certificate {words}")


def test_the_first_second_is_good() -> None:
    assert problem(leaf(start=NOW), ABOVE) is None


def test_a_certificate_without_names_covers_nothing() -> None:
    bare = INTERMEDIATE.sign("www.example.com", new_key())
    assert problem(bare, ABOVE) == ("fullchain: the certificate does not cover www.example.com; it is for no DNS name.")


def test_a_key_is_compared_by_its_public_half() -> None:
    certificate = read_certificate(pem(leaf(), ABOVE))
    refuse_strange_key(certificate, certificate.public_key_sha256, "fullchain", "private_key")
    with pytest.raises(InvalidCertificate, match="another key than private_key"):
        refuse_strange_key(certificate, "0" * 64, "fullchain", "private_key")
