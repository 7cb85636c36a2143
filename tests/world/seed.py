# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of key and certificate that were made elsewhere, by a CA that nobody knows, and that end soon.

Usage: python -m tests.world.seed '{"/certificates/directory": ["www.example.com"]}'
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

AGE, LIFETIME = datetime.timedelta(days=80), datetime.timedelta(days=90)
Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    """A key as the roles make them."""
    return ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    """A name with nothing but a common name."""
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def certificate(name: str, key: Key, issuer: str, by: Key) -> str:
    """A certificate for a name, as PEM; its issuer's when the names are the same."""
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(
        named(issuer), named(name), key.public_key(), x509.random_serial_number(), now - AGE, now - AGE + LIFETIME
    )
    builder = builder.add_extension(x509.BasicConstraints(issuer == name, None), critical=True)
    extensions = [
        x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()),
        x509.KeyUsage(True, False, False, False, False, issuer == name, False, False, False),
    ]
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def write_set(directory: Path, name: str) -> None:
    """Write a complete set as generation 1, in use."""
    place = directory / name / "generations" / "1"
    place.mkdir(parents=True)
    authority, key = new_key(), new_key()
    leaf = certificate(name, key, "a CA elsewhere", authority)
    root = certificate("a CA elsewhere", authority, "a CA elsewhere", authority)
    for file, text in (("cert.pem", leaf), ("chain.pem", root), ("fullchain.pem", leaf + root)):
        (place / file).write_text(text)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(place / "privkey.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file_:
        file_.write(secret)
    (directory / name / "current").symlink_to("generations/1")


if __name__ == "__main__":
    for top, names in json.loads(sys.argv[1]).items():
        for wanted in names:
            write_set(Path(top), wanted)
