# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is searched for: every form in which a secret can be written down. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

SHORTEST_LINE = 40
LINE = re.compile(r"[A-Za-z0-9+/]+=*")
# Shorter texts are in other texts by chance.
SHORTEST_QUERY = 24

# A private key that is not among the known ones: its first line, and how keys of common kinds begin.
ANY_KEY = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\*[nr]|\s)+[A-Za-z0-9+/]{16}"
    rb"|MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w|MHcCAQEEI[A-Za-z0-9+/]{30}"
    rb"|MII[EJ][a-zA-Z0-9+/]{2}IBADANBgkqhkiG9w0BAQEFAASC|MII[EJ][a-zA-Z0-9+/]{2}IBAAKC"
    rb"|LS0tLS1CRUdJTi(?:BQUklWQVRFIEtF|BFQyBQUklWQVRF|BSU0EgUFJJVkFU)"
)
ANY_SIGNATURE = re.compile(rb"ACS3-HMAC-SHA256 |Signature=[0-9a-f]{16}|x-acs-security-token")
HEX = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def forms(text: str) -> set[bytes]:
    """A text as it is, escaped for JSON once and twice, for Python, for URLs, and in base64 at every offset."""
    escaped = json.dumps(text)[1:-1]
    written = {text, escaped, json.dumps(escaped)[1:-1], repr(text)[1:-1], quote(text, safe=""), quote_plus(text)}
    return {form.encode() for form in written} | {inner_base64(text.encode(), skip) for skip in range(3)}


def inner_base64(data: bytes, skip: int) -> bytes:
    """What base64 makes of data with so many bytes before it, but for the characters that its neighbours share."""
    encoded = base64.b64encode(bytes(skip) + data)
    return encoded[(0, 2, 3)[skip] : (len(data) + skip) * 8 // 6]


def key_lines(pem: str) -> list[str]:
    """The long lines of base64 in a private key, but those that hold nothing of it but the public key."""
    key = load_pem_private_key(pem.encode(), None).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    lines = [line for line in pem.split() if len(line) >= SHORTEST_LINE and LINE.fullmatch(line)]
    return [line for line in lines if base64.b64decode(line) not in public]


@dataclass(frozen=True)
class Search:
    """Patterns, each with the name of what it would tell; and what only a look at the whole can find."""

    patterns: dict[bytes, str]
    signatures: frozenset[bytes] = frozenset()
    parameters: re.Pattern[bytes] | None = None

    @property
    def count(self) -> int:
        return len(self.patterns) + len(self.signatures) + 2 + (self.parameters is not None)

    def named(self, data: bytes) -> set[str]:
        """The names of what is in there, of all that only this run can have written."""
        found = {name for pattern, name in self.patterns.items() if pattern in data}
        if self.signatures and self.signatures & set(HEX.findall(data)):
            found.add("a signature that was sent")
        return found

    def find(self, data: bytes) -> set[str]:
        """The same, and all that looks like a key, a signature or a URL with parameters."""
        found = self.named(data)
        if ANY_KEY.search(data):
            found.add("a private key")
        if ANY_SIGNATURE.search(data):
            found.add("a signature")
        if self.parameters and self.parameters.search(data):
            found.add("a URL with parameters")
        return found


def search_for(
    secrets: Iterable[tuple[str, str]], keys: Iterable[tuple[str, str]], sent: Iterable[tuple[str, str]]
) -> Search:
    """A search for named secrets, for named private keys in PEM, and for queries with their signatures."""
    patterns = {form: name for name, text in secrets for form in forms(text)}
    for name, pem in keys:
        patterns |= dict.fromkeys((form for part in (pem.strip(), *key_lines(pem)) for form in forms(part)), name)
    queries, signatures = set(), set()
    for query, signature in sent:
        queries.add(query)
        signatures.add(signature.encode())
    patterns |= {query.encode(): "a query that was sent" for query in queries if len(query) >= SHORTEST_QUERY}
    return Search(patterns, frozenset(signatures), _parameters(queries))


def _parameters(queries: Iterable[str]) -> re.Pattern[bytes] | None:
    """Every parameter that was ever sent, the way it stands in a URL."""
    names = sorted(set(_names(queries)))
    return re.compile(rb"[?&](?:%s)=" % b"|".join(re.escape(name.encode()) for name in names)) if names else None


def _names(queries: Iterable[str]) -> Iterator[str]:
    for query in queries:
        yield from (part.partition("=")[0] for part in query.split("&") if "=" in part)
