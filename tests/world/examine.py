# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a visitor finds: the files of a certificate, what is in them, and what is served. Knows nothing of the plugins.

Usage: python -m tests.world.examine '{"directory": "...", "name": "...", "address": "127.0.0.2:443", "server_name": "",
                                      "ca": "a file, or nothing: whoever answers will do"}'
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import socket
import ssl
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PATIENCE = 100.0


def fingerprint(key: Any) -> str:
    """Return a hash of a public key."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def files(directory: Path) -> dict[str, dict[str, str]]:
    """Return mode and owner of everything below a directory; links are not followed."""
    found = {}
    for path in sorted(directory.rglob("*")):
        facts = path.lstat()
        kind = "link" if path.is_symlink() else "directory" if path.is_dir() else "file"
        owner = pwd.getpwuid(facts.st_uid).pw_name
        found[str(path.relative_to(directory))] = {
            "kind": kind,
            "mode": f"{facts.st_mode & 0o7777:04o}",
            "owner": owner,
        }
    return found


def content(directory: Path) -> dict[str, Any]:
    """Return what certificate and key of one set are."""
    certificate = x509.load_pem_x509_certificate((directory / "cert.pem").read_bytes())
    key = serialization.load_pem_private_key((directory / "privkey.pem").read_bytes(), None)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    public: Any = certificate.public_key()
    return {
        "serial": str(certificate.serial_number),
        "names": names.get_values_for_type(x509.DNSName),
        "type": f"{'RSA' if isinstance(public, rsa.RSAPublicKey) else 'ECC'} {public.key_size}",
        "key": fingerprint(key.public_key()),
        "fits": fingerprint(public) == fingerprint(key.public_key()),
        "full": (directory / "fullchain.pem").read_text().startswith((directory / "cert.pem").read_text()),
    }


def served(address: str, server_name: str, authority: str) -> dict[str, str]:
    """Return the serial number that a server shows, or why it cannot be had."""
    host, _colon, port = address.rpartition(":")
    context = ssl.create_default_context(cafile=authority or None)
    if not authority:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, int(port)), timeout=PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=server_name) as secure,
        ):
            shown = secure.getpeercert(binary_form=True) or b""
    except OSError as error:
        return {"serial": "", "problem": str(error)}
    return {"serial": str(x509.load_der_x509_certificate(shown).serial_number), "problem": ""}


def examine(directory: str, name: str, address: str, server_name: str, ca: str) -> dict[str, Any]:
    """Return all of it."""
    place = Path(directory, name)
    sets = {path.parent.name: content(path.parent) for path in sorted(place.glob("generations/*/fullchain.pem"))}
    current = place / "current"
    return {
        "files": files(place),
        "link": os.readlink(current) if current.is_symlink() else "",
        "sets": sets,
        "current": content(current) if (current / "fullchain.pem").exists() else None,
        "served": served(address, server_name, ca),
    }


if __name__ == "__main__":
    print(json.dumps(examine(**json.loads(sys.argv[1]))))
