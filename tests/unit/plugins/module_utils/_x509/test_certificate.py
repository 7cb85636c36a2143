# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a CSR or a certificate says, in whatever shape it comes."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization import PublicFormat as Point
from cryptography.x509.oid import NameOID

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidCertificate,
    InvalidOption,
    MissingLibrary,
)
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.csr import read_csr
from ansible_collections.certops.alicloud.plugins.module_utils._x509.private_key import read_private_key

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
P256 = ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def name(*commons: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common, _validate=False) for common in commons])


def request(*commons: str, sans: Sequence[x509.GeneralName] = (), key: Any = P256) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(name(*commons))
    if sans:
        builder = builder.add_extension(x509.SubjectAlternativeName(sans), False)
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, hashed).public_bytes(Encoding.PEM).decode()


def names(*values: str) -> list[x509.GeneralName]:
    return [x509.DNSName(value) for value in values]


def refused(text: str) -> str:
    with pytest.raises(InvalidOption) as caught:
        read_csr(text, "csr_content")
    assert caught.value.msg.startswith("csr_content: ")
    assert not any(line in caught.value.msg for line in text.splitlines() if len(line) > 10 and "BEGIN" not in line)
    return caught.value.msg


# Signing requests.


@pytest.mark.parametrize(
    "key",
    [P256, ec.generate_private_key(ec.SECP384R1()), rsa_key(2048), rsa_key(3072)],
    ids=["P-256", "P-384", "RSA 2048", "RSA 3072"],
)
def test_a_good_request(key: Any) -> None:
    text = request("www.example.com", sans=names("WWW.example.com", "example.com"), key=key)
    csr = read_csr(text, "csr_content")
    assert csr.pem == text
    assert csr.domains == ("www.example.com", "example.com")
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert csr.public_key_sha256 == sha256(der).hexdigest()
    assert "BEGIN" not in repr(csr)


@pytest.mark.parametrize(
    ("commons", "sans", "domains"),
    [
        (["www.example.com"], [], ("www.example.com",)),
        (["b.example"], ["a.example", "b.example"], ("b.example", "a.example")),
        (["*.Example.com"], ["*.example.com"], ("*.example.com",)),
        (["bücher.example"], ["xn--bcher-kva.example"], ("xn--bcher-kva.example",)),
        ([], ["b.example", "a.example"], ("b.example", "a.example")),
    ],
    ids=["no SAN", "the CN is first", "wildcard", "another script", "no CN"],
)
def test_names_of_a_request(commons: list[str], sans: list[str], domains: tuple[str, ...]) -> None:
    assert read_csr(request(*commons, sans=names(*sans)), "csr_content").domains == domains


@pytest.mark.parametrize(
    "around",
    ["{}", "\n\n  {}\n\n", "A comment from some tool\n{}", "{}trailing text\n"],
    ids=["alone", "blank lines", "text before", "text after"],
)
def test_text_around_a_request_is_left_out(around: str) -> None:
    text = request("www.example.com")
    assert read_csr(around.format(text), "csr_content").pem == text


@pytest.mark.parametrize("form", ["crlf", "old label"])
def test_other_spellings_of_a_request(form: str) -> None:
    text = request("www.example.com")
    other = text.replace("\n", "\r\n") if form == "crlf" else text.replace("CERTIFICATE", "NEW CERTIFICATE")
    assert read_csr(other, "csr_path").pem == text


BAD_KEYS = {
    "RSA 1024": (rsa_key(1024), "its RSA key has 1024 bits"),
    "Ed25519": (ed25519.Ed25519PrivateKey.generate(), "RSA and EC keys only"),
    "DSA": (dsa.generate_private_key(1024), "RSA and EC keys only"),
}


@pytest.mark.parametrize(("key", "says"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_keys_that_the_service_does_not_take(key: Any, says: str) -> None:
    assert says in refused(request("www.example.com", key=key))


BAD_NAMES = {
    "no name": (request(), "has no name: neither a common name (CN) nor a SAN"),
    "two CNs": (request("a.example", "b.example"), "must have one common name (CN) at most"),
    "empty CN": (request(" "), "is not a valid host name"),
    "CN is text": (request("Our web server"), "is not a valid host name"),
    "CN is an address": (request("192.0.2.1"), "is not a valid host name"),
    "IP": (
        request("a.example", sans=[*names("a.example"), x509.IPAddress(ip_address("192.0.2.1"))]),
        "not DNS names (IP, e-mail, URI)",
    ),
    "e-mail": (request("a.example", sans=[x509.RFC822Name("a@a.example")]), "not DNS names (IP, e-mail, URI)"),
    "SAN is no name": (request("a.example", sans=names("a_b.example")), "is not a valid host name"),
}


@pytest.mark.parametrize(("text", "says"), BAD_NAMES.values(), ids=BAD_NAMES)
def test_names_that_cannot_be_ordered(text: str, says: str) -> None:
    assert says in refused(text)


def tampered(text: str, at: int) -> str:
    """The request with one bit turned."""
    label, *lines, end = text.split("\n", 1)[0], *text.split("\n")[1:-2], text.split("\n")[-2]
    der = bytearray(base64.b64decode("".join(lines)))
    der[at] ^= 1
    return f"{label}\n{base64.encodebytes(bytes(der)).decode()}{end}\n"


def test_a_broken_signature() -> None:
    assert "signature of the signing request does not match" in refused(tampered(request("www.example.com"), 30))


def key_text(key: Any = P256, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return str(key.private_bytes(Encoding.PEM, form, NoEncryption()).decode())


GOOD = request("www.example.com")
NO_REQUEST = {
    "empty": "",
    "blank": " ",
    "prose": "give me a certificate",
    "a path": "/etc/ssl/www.csr",
    "DER in base64": GOOD.split("\n", 1)[1].rsplit("\n", 2)[0],
    "two requests": GOOD + request("b.example"),
    "a certificate": GOOD.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
    "a public key": P256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    "cut short": GOOD.rsplit("\n", 2)[0],
    "labels that differ": GOOD.replace("END CERTIFICATE REQUEST", "END CERTIFICATE"),
    "no base64": "-----BEGIN CERTIFICATE REQUEST-----\n????\n-----END CERTIFICATE REQUEST-----\n",
    "no DER": "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
    "nothing in it": "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n",
    "a broken key": tampered(GOOD, 70),
}


@pytest.mark.parametrize("text", NO_REQUEST.values(), ids=NO_REQUEST)
def test_what_is_no_request(text: str) -> None:
    message = refused(text)
    assert "CERTIFICATE REQUEST" in message or "signing request" in message


PRIVATE = {
    "PKCS 8": key_text(),
    "EC": key_text(form=PrivateFormat.TraditionalOpenSSL),
    "RSA": key_text(rsa_key(2048), PrivateFormat.TraditionalOpenSSL),
    "before the request": key_text() + GOOD,
    "after the request": GOOD + key_text(),
    "inside of the request": GOOD.replace("\n", "\n" + key_text(), 1),
    "cut short": key_text().rsplit("\n", 2)[0],
}


@pytest.mark.parametrize("text", PRIVATE.values(), ids=PRIVATE)
def test_a_private_key_is_refused_and_never_repeated(text: str) -> None:
    assert "this is a private key, or contains one" in refused(text)


def test_a_request_whose_names_cannot_be_read() -> None:
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\x30\x05\x82\x01")
    builder = x509.CertificateSigningRequestBuilder().subject_name(name("a.example")).add_extension(broken, False)
    text = builder.sign(P256, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    assert "the names in the signing request cannot be read" in refused(text)


# Certificates.


def certificate(
    common: str,
    issuer: str,
    *,
    ca: bool | None = False,
    sans: Sequence[str] = (),
    serial: int = 0x4F01,
    key: Any = P256,
) -> str:
    builder = x509.CertificateBuilder().subject_name(name(common)).issuer_name(name(issuer))
    builder = builder.public_key(key.public_key()).serial_number(serial)
    builder = builder.not_valid_before(NOON).not_valid_after(NOON + timedelta(days=90))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), True)
    if sans:
        builder = builder.add_extension(x509.SubjectAlternativeName(names(*sans)), False)
    return builder.sign(P256, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


LEAF = certificate("www.example.com", "Two", sans=["WWW.example.com", "example.com"])
TWO = certificate("Two", "One", ca=True)
ONE = certificate("One", "Root", ca=True)
ROOT = certificate("Root", "Root", ca=True)
PLAIN = certificate("A", "Root", ca=None)
PLAIN_ROOT, PLAIN_LEAF = certificate("Old", "Old", ca=None), certificate("B", "Old", ca=None)


@pytest.mark.parametrize(
    "blocks", list(itertools.permutations((LEAF, TWO, ONE))), ids=["012", "021", "102", "120", "201", "210"]
)
def test_a_chain_is_ordered_whatever_its_order_was(blocks: tuple[str, ...]) -> None:
    found = read_certificate("".join(blocks))
    assert found.leaf == LEAF
    assert found.chain == TWO + ONE
    assert found.fullchain == LEAF + TWO + ONE


@pytest.mark.parametrize(
    ("text", "fullchain"),
    [
        pytest.param(LEAF, LEAF, id="a leaf alone"),
        pytest.param(ROOT + ONE + TWO + LEAF, LEAF + TWO + ONE + ROOT, id="with the root"),
        pytest.param(LEAF + LEAF + TWO + LEAF + TWO, LEAF + TWO, id="blocks twice"),
        pytest.param(LEAF.replace("\n", "\r\n") + LEAF + TWO, LEAF + TWO, id="twice, spelled differently"),
        pytest.param("subject=CN\n" + LEAF + "\nissuer=CN\n" + TWO, LEAF + TWO, id="text between"),
        pytest.param(ROOT + LEAF + TWO, LEAF + TWO, id="what is linked to nothing is left out"),
        pytest.param(key_text() + LEAF, LEAF, id="other blocks are left out"),
        pytest.param(ROOT, ROOT, id="authorities only"),
        pytest.param(ROOT + PLAIN, PLAIN + ROOT, id="no constraints, and an authority before"),
        pytest.param(certificate("A", "A", ca=None) + ROOT, certificate("A", "A", ca=None), id="signed by itself"),
        pytest.param(ROOT + LEAF, LEAF + ROOT, id="without an issuer all are kept, to be told"),
        pytest.param(PLAIN_ROOT + PLAIN_LEAF, PLAIN_LEAF + PLAIN_ROOT, id="an old root that is not called a CA"),
    ],
)
def test_a_chain_holds_every_block_once(text: str, fullchain: str) -> None:
    def blocks(pem: str) -> list[bytes]:
        each_block = (f"{BEGIN}{rest.partition(END)[0]}{END}\n".encode() for rest in pem.split(BEGIN)[1:])
        return [x509.load_pem_x509_certificate(block).tbs_certificate_bytes for block in each_block]

    assert blocks(read_certificate(text).fullchain) == blocks(fullchain)


STATES: dict[str, Callable[[str], str]] = {
    "line ends became blanks": lambda text: text.replace("\n", " "),
    "without line ends": lambda text: text.replace("\n", ""),
    "written line ends": lambda text: text.replace("\n", "\\n"),
    "in quotes": json.dumps,
    "CR": lambda text: text.replace("\n", "\r"),
    "byte order mark": lambda text: "\ufeff" + text,
    "indented": lambda text: "".join(f"    {line}\n" for line in text.splitlines()),
    "empty lines": lambda text: text.replace("\n", "\n\n"),
    "hard blanks": lambda text: text.replace("\n", "\u00a0\n\u200b"),
    "text around": lambda text: f"subject=CN = a\n{text}\nthe end",
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_pem_in_any_state_is_written_as_servers_read_it(state: Callable[[str], str]) -> None:
    assert read_certificate(state(LEAF + TWO)).fullchain == LEAF + TWO
    assert read_csr(state(GOOD), "csr_content").pem == GOOD


@pytest.mark.parametrize("label", ["X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
def test_other_labels_of_certificates_are_read(label: str) -> None:
    made = ["x509", "-trustout", "-addtrust", "serverAuth"] if label.startswith("TRUSTED") else ["x509"]
    text = subprocess.run(["openssl", *made], input=LEAF, capture_output=True, check=True, text=True).stdout
    if label.startswith("X509"):
        text = text.replace("CERTIFICATE", label)
    assert label in text
    assert read_certificate(text + TWO).fullchain == LEAF + TWO


def test_issuers_in_a_circle_come_to_an_end() -> None:
    egg, hen = certificate("Egg", "Hen", ca=True), certificate("Hen", "Egg", ca=True)
    leaf = certificate("www.example.com", "Egg")
    assert read_certificate(hen + egg + leaf).fullchain == leaf + egg + hen


def test_what_a_certificate_says() -> None:
    found = read_certificate(LEAF + TWO)
    loaded = x509.load_pem_x509_certificate(LEAF.encode())
    public = found.public(NOON + timedelta(hours=1))
    assert public == {
        "fullchain": LEAF + TWO,
        "leaf": LEAF,
        "chain": TWO,
        "serial_number": "4f:01",
        "sha256_fingerprint": loaded.fingerprint(hashes.SHA256()).hex(":").upper(),
        "public_key_sha256": read_csr(GOOD, "csr_content").public_key_sha256,
        "domains": ["www.example.com", "example.com"],
        "issuer": "CN=Two",
        "not_before": "2026-11-22T12:00:00Z",
        "not_after": "2027-02-20T12:00:00Z",
        "days_left": 89,
    }
    assert found.lifetime == timedelta(days=90)
    assert "BEGIN" not in repr(found)


KEYS: dict[str, Any] = {
    "P-256": P256,
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "P-521": ec.generate_private_key(ec.SECP521R1()),
    "RSA": rsa_key(2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_key_of_a_certificate_is_known_as_the_private_key_is(key: Any) -> None:
    found = read_certificate(certificate("www.example.com", "Root", key=key))
    assert found.public_key_sha256 == read_private_key(key_text(key), "privkey.pem")


def test_a_key_whose_point_is_written_short_is_the_same_key(tmp_path: Path) -> None:
    """Some tools write it so in certificates; everywhere else it is written in full."""
    for words in (
        ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem"],
        ["ec", "-in", "key.pem", "-conv_form", "compressed", "-out", "short.pem"],
        ["req", "-x509", "-new", "-key", "short.pem", "-subj", "/CN=a.example", "-out", "cert.pem"],
    ):
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)
    found, key = read_certificate((tmp_path / "cert.pem").read_text()), (tmp_path / "key.pem").read_text()
    made = x509.load_pem_x509_certificate(found.leaf.encode())
    assert made.public_key().public_bytes(Encoding.X962, Point.CompressedPoint) in made.tbs_certificate_bytes
    assert found.public_key_sha256 == read_private_key(key, "privkey.pem")


@pytest.mark.parametrize(("serial", "text"), [(0xF, "0f"), (0x100, "01:00"), (0xABCDEF, "ab:cd:ef")])
def test_serial_numbers_are_whole_bytes(serial: int, text: str) -> None:
    assert read_certificate(certificate("a.example", "One", serial=serial)).serial_number == text


def test_a_certificate_without_alternative_names_has_no_domains() -> None:
    assert read_certificate(certificate("a.example", "One")).domains == ()


BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@pytest.mark.parametrize(
    "text",
    ["", "hidden", f"{BEGIN}\nAAAA\n{END}", f"{BEGIN}\nhidden\n{END}", LEAF + f"{BEGIN}\nAAAA\n{END}", GOOD],
    ids=["nothing", "prose", "no DER", "no base64", "one of two", "a request"],
)
def test_what_is_no_certificate_is_a_failure_without_its_text(text: str) -> None:
    with pytest.raises(Failure) as caught:
        read_certificate(text)
    assert caught.value.msg == "The certificate in the service's response cannot be read."


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for read in (lambda: read_csr(GOOD, "csr_content"), lambda: read_certificate(LEAF)):
        with pytest.raises(MissingLibrary, match="cryptography"):
            read()


# Private keys.


@pytest.mark.parametrize(
    "key",
    [P256, rsa_key(2048), ed25519.Ed25519PrivateKey.generate()],
    ids=["P-256", "RSA", "Ed25519"],
)
@pytest.mark.parametrize("shape", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_is_known_by_its_public_half(key: Any, shape: PrivateFormat) -> None:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        shape = PrivateFormat.PKCS8
    text = key.private_bytes(Encoding.PEM, shape, NoEncryption()).decode()
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert read_private_key(text, "private_key") == sha256(der).hexdigest()
    assert read_private_key(f"words before\n{text}\nand after", "private_key") == sha256(der).hexdigest()


def test_what_is_no_private_key_is_not_repeated() -> None:
    text = P256.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    locked = P256.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
    public = P256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for each in ("", "secret words", text[:-40], locked, public, "\udcff"):
        with pytest.raises(InvalidCertificate) as caught:
            read_private_key(each, "/etc/ssl/privkey.pem")
        assert caught.value.msg == "/etc/ssl/privkey.pem is not a private key in PEM without a passphrase."
        assert caught.value.__cause__ is None and caught.value.__suppress_context__
