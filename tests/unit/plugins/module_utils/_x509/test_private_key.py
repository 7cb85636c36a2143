# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private keys: whatever is accepted, servers can read."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    InvalidCertificate,
    InvalidOption,
    MissingLibrary,
)
from ansible_collections.certops.alicloud.plugins.module_utils._x509.private_key import (
    clean_private_key,
    read_private_key,
)
from tests.support.certificates import GOOD, INTERMEDIATE, WWW, new_key, pem, rsa_key

PKCS8, OLD_FORM = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL


def text_of(key: Any, form: PrivateFormat = PKCS8, encryption: Any = None) -> str:
    return str(key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode())


def hash_of(key: Any) -> str:
    return sha256(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


KEY, RSA_KEY = new_key(), rsa_key()
FORMS = {
    "PKCS 8": (KEY, text_of(KEY)),
    "SEC 1": (KEY, text_of(KEY, OLD_FORM)),
    "PKCS 1": (RSA_KEY, text_of(RSA_KEY, OLD_FORM)),
    "RSA in PKCS 8": (RSA_KEY, text_of(RSA_KEY)),
}
PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
STATES: dict[str, Callable[[str], str]] = {
    "as it should be": lambda text: text,
    "line ends became blanks": lambda text: text.replace("\n", " "),
    "without line ends": lambda text: text.replace("\n", ""),
    "one long line": lambda text: (
        text.replace("-----\n", "-----#").replace("\n-----", "#-----").replace("\n", "").replace("#", "\n")
    ),
    "written line ends": lambda text: text.replace("\n", "\\n"),
    "written twice": lambda text: text.replace("\n", "\\\\n"),
    "written line ends of Windows": lambda text: text.replace("\n", "\\r\\n"),
    "in quotes": json.dumps,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "byte order mark": lambda text: "\ufeff" + text,
    "indented": lambda text: "".join(f"    {line}\n" for line in text.splitlines()),
    "tabs": lambda text: text.replace("\n", "\n\t"),
    "hard blanks": lambda text: text.replace("\n", "\u00a0\n\u200b"),
    "empty lines": lambda text: text.replace("\n", "\n\n"),
    "trailing blanks": lambda text: text.replace("\n", "  \n"),
    "no last line end": str.strip,
    "text around": lambda text: f"Bag Attributes\n    friendlyName: www\n{text}\nthe key of www",
    "parameters before": lambda text: PARAMETERS + text,
    "with its certificate": lambda text: GOOD.fullchain + text,
    "twice": lambda text: text + text,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_key_is_written_as_every_server_reads_it(form: str, state: Callable[[str], str]) -> None:
    key, text = FORMS[form]
    assert clean_private_key(state(text), "private_key") == (text, hash_of(key))


@pytest.mark.parametrize("form", FORMS)
def test_openssl_and_ssl_read_what_was_cleaned(form: str, tmp_path: Path) -> None:
    key, text = FORMS[form]
    cleaned, _digest = clean_private_key(text.replace("\n", " "), "private_key")
    (tmp_path / "key.pem").write_text(cleaned)
    (tmp_path / "full.pem").write_text(pem(INTERMEDIATE.sign(WWW[0], key, WWW)))
    subprocess.run(["openssl", "pkey", "-in", "key.pem", "-noout"], cwd=tmp_path, check=True)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "full.pem", tmp_path / "key.pem")


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_what_is_read_as_it_is_openssl_can_read(state: Callable[[str], str], tmp_path: Path) -> None:
    """What a laxer parser takes and openssl does not is not a key for a server."""
    (tmp_path / "key.pem").write_bytes(state(text_of(KEY)).encode())
    try:
        assert read_private_key((tmp_path / "key.pem").read_bytes().decode(), "key.pem") == hash_of(KEY)
    except InvalidCertificate as unfit:
        assert unfit.msg == "key.pem is not a private key in PEM without a passphrase."
        assert unfit.facts == {"problem": "unreadable"}
        return
    done = subprocess.run(["openssl", "pkey", "-in", "key.pem", "-noout"], cwd=tmp_path, check=False)
    assert done.returncode == 0


READ_AS_IT_IS = (
    *("as it should be", "one long line", "CRLF", "trailing blanks", "no last line end", "text around"),
    *("parameters before", "with its certificate", "twice"),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("state", READ_AS_IT_IS)
def test_a_key_that_servers_read_stays_a_key(form: str, state: str) -> None:
    key, text = FORMS[form]
    assert read_private_key(STATES[state](text), "key.pem") == hash_of(key)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["P-384", "P-521", "Ed25519"],
)
def test_other_keys_of_tls_are_taken(key: Any) -> None:
    assert clean_private_key(text_of(key), "private_key") == (text_of(key), hash_of(key))


def small_rsa() -> str:
    made = subprocess.run(["openssl", "genrsa", "1024"], capture_output=True, check=True, text=True)
    return made.stdout


LOCKED = text_of(KEY, encryption=BestAvailableEncryption(b"secret"))
OLD_LOCKED = text_of(KEY, OLD_FORM, BestAvailableEncryption(b"secret"))
BODY = text_of(KEY).split("-----")[2].strip()
REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("", "give a private key in PEM: one block from"),
    "prose": ("the key of www", "give a private key in PEM: one block from"),
    "a certificate": (GOOD.fullchain, "give a private key in PEM: one block from"),
    "a path": ("/etc/ssl/private/key.pem", "give a private key in PEM: one block from"),
    "base64 of PEM": (b64encode(text_of(KEY).encode()).decode(), "this is PEM in base64 once more; decode it"),
    "no end": (text_of(KEY)[:-30], "give a private key in PEM: one block from"),
    "another end": (text_of(KEY).replace("END PRIVATE", "END RSA PRIVATE"), "give a private key in PEM: one block"),
    "encrypted": (LOCKED, "the private key is encrypted"),
    "encrypted, in the old form": (OLD_LOCKED, "the private key is encrypted"),
    "encrypted and folded": (OLD_LOCKED.replace("\n", " "), "the private key is encrypted"),
    "of OpenSSH": (text_of(KEY, PrivateFormat.OpenSSH), "servers do not read a key of the form OPENSSH PRIVATE KEY"),
    "another label": (text_of(KEY).replace("PRIVATE KEY", "RSA PRIVATE KEY"), "the private key cannot be read"),
    "two keys": (text_of(KEY) + text_of(new_key()), "the text contains 2 different private keys; give one"),
    "cut in the middle": (text_of(KEY).replace(BODY[40:60], ""), "the private key cannot be read"),
    "a plus that became a blank": (text_of(KEY).replace(BODY[30], "*"), "the private key cannot be read"),
    "a curve of no client": (
        text_of(ec.generate_private_key(ec.SECP256K1())),
        "clients do not take a key on the curve",
    ),
    "short RSA": (small_rsa(), "the RSA key has 1024 bits; use 2048 or more"),
    "for key agreement": (text_of(x25519.X25519PrivateKey.generate()), "servers take RSA, EC and Ed25519 keys only"),
    "DSA": (text_of(dsa.generate_private_key(2048)), "servers take RSA, EC and Ed25519 keys only"),
    "a signing request": (text_of(KEY).replace("PRIVATE KEY", "CERTIFICATE REQUEST"), "give a private key in PEM"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED)
def test_what_servers_do_not_take_is_refused_without_its_text(text: str, says: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        clean_private_key(text, "private_key")
    assert caught.value.msg.startswith(f"private_key: {says}")
    assert not any(line in caught.value.msg for line in text.split() if len(line) > 20)
    assert caught.value.__cause__ is None


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)
    for read in (clean_private_key, read_private_key):
        with pytest.raises(MissingLibrary, match="cryptography"):
            read(text_of(KEY), "private_key")
