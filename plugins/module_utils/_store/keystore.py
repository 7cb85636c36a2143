# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Key stores of Java and Windows: PKCS #12 by cryptography, JKS by keytool."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

from .._errors import Failure, InvalidOption
from .._text import one_line
from .._x509.certificate import Certificate, load_certificates
from .._x509.public_key import key_hash

# Rounds of the key derivation; OpenSSL 3 and Java take any number, and read this one in a few milliseconds.
_ROUNDS = 50_000
# The object identifier of PBES2, which modern encryption has and the legacy one has not.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_JKS, _PATIENCE = b"\xfe\xed\xfe\xed\x00\x00\x00\x02", 120.0
# With it a JKS file is signed, together with the password (sun.security.provider.JavaKeyStore).
_SALT = b"Mighty Aphrodite"


def to_pkcs12(key: bytes, certificate: Certificate, alias: str, how: tuple[str, bool]) -> bytes:
    """A PKCS #12 file. ``how``: its password, and whether it has the encryption of old software (3DES, SHA-1)."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

    leaf, *chain = load_certificates(certificate.fullchain)
    private: Any = load_pem_private_key(key, None)
    try:
        made: bytes = pkcs12.serialize_key_and_certificates(alias.encode(), private, leaf, chain, _encryption(*how))
    except Exception as error:  # a build of OpenSSL without 3DES raises errors of its own
        raise Failure(
            f"forms: the PKCS #12 file cannot be made ({one_line(type(error).__name__)}); without legacy, it needs no "
            "old algorithms."
        ) from None
    return made


def _encryption(password: str, legacy: bool) -> Any:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    kind = pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC if legacy else pkcs12.PBES.PBESv2SHA256AndAES256CBC
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS).key_cert_algorithm(kind)
    return builder.hmac_hash(hashes.SHA1() if legacy else hashes.SHA256()).build(password.encode())


def is_pkcs12_of(data: bytes, certificate: Certificate, how: tuple[str, bool]) -> bool:
    """Whether a file opens with the password, is encrypted in the wanted way, and has just this key and chain."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    password, legacy = how
    try:
        found = pkcs12.load_pkcs12(data, password.encode())
        prints = [each.certificate for each in (found.cert, *found.additional_certs) if each]
        same_key = found.key is not None and key_hash(found.key.public_key()) == certificate.public_key_sha256
    except Exception:  # another password, other bytes
        return False
    return same_key and prints == load_certificates(certificate.fullchain) and legacy is not (_PBES2 in data)


def keytool() -> str:
    """The path of keytool. Raises InvalidOption."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("keytool") or (shutil.which("keytool", path=f"{home}/bin") if home else None)
    if found is None:
        raise InvalidOption(
            "forms",
            "jks needs keytool, which is not on this host; install a Java runtime, or use pkcs12, which Java reads.",
        )
    return found


def to_jks(store: bytes, password: str) -> bytes:
    """A JKS file from a PKCS #12 file with the same password, which no process list shows."""
    import subprocess
    from tempfile import mkdtemp

    directory = mkdtemp(prefix="certops.")
    source, target = f"{directory}/in.p12", f"{directory}/out.jks"
    call = [keytool(), "-importkeystore", "-noprompt", "-srckeystore", source, "-srcstoretype", "PKCS12"]
    call += ["-destkeystore", target, "-deststoretype", "JKS", "-srcstorepass:env", "PASSWORD"]
    call += ["-deststorepass:env", "PASSWORD"]
    try:
        with open(source, "wb") as file:
            file.write(store)
        # Ansible's own run_command waits for as long as it takes.
        subprocess.run(  # pylint: disable=ansible-bad-function
            call,
            env={**os.environ, "PASSWORD": password, "LC_ALL": "C"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=True,
        )
        with open(target, "rb") as file:
            return file.read()
    except subprocess.CalledProcessError as error:
        said = one_line((error.stdout + error.stderr).decode("utf-8", "replace"), 200)
        raise Failure(f"forms: keytool cannot make the JKS file; it says: {said or 'nothing'}") from None
    except (OSError, subprocess.SubprocessError) as error:
        raise Failure(f"forms: keytool cannot make the JKS file ({type(error).__name__}).") from None
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def is_jks_of(data: bytes, certificate: Certificate, password: str) -> bool:
    """Whether a file is signed with the password and has this chain; its key was put in together with it."""
    body, signature = data[:-20], data[-20:]
    signed = hashlib.sha1(password.encode("utf-16-be") + _SALT + body, usedforsecurity=False).digest()
    if not data.startswith(_JKS) or signed != signature:
        return False
    try:
        return list(_jks_chain(body)) == to_ders(certificate)
    except (IndexError, ValueError):
        return False


def _jks_chain(body: bytes) -> Iterator[bytes]:
    """The certificates of the first entry, which is a private key: lengths and contents one after the other."""
    at = len(_JKS) + 4 + 4
    at += 2 + _number(body, at, 2) + 8  # the alias, and the moment of its making
    at += 4 + _number(body, at, 4)
    count, at = _number(body, at, 4), at + 4
    for _each in range(count):
        at += 2 + _number(body, at, 2)
        size, at = _number(body, at, 4), at + 4
        yield body[at : at + size]
        at += size


def _number(body: bytes, at: int, size: int) -> int:
    if at + size > len(body):
        raise ValueError("the file is cut off")
    return int.from_bytes(body[at : at + size], "big")


def to_ders(certificate: Certificate) -> list[bytes]:
    """The certificate and its chain in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return [each.public_bytes(Encoding.DER) for each in load_certificates(certificate.fullchain)]
