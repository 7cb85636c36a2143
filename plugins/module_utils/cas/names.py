# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in certificates: host names as A-labels, and which name covers which."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..rpc.errors import BadInput, MissingLibrary, one_line

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
WILDCARD = "*."


def a_labels(name: str, option: str) -> str:
    """A host name or ``*.`` name in lower case, other scripts as punycode. Raises BadInput for anything else."""
    text = name.strip().rstrip(".")
    star = WILDCARD if text.startswith(WILDCARD) else ""
    host = _ascii(text[len(star) :], option, name).lower()
    labels = host.split(".")
    if (
        len(star + host) > 253
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or labels[-1].isdigit()
    ):
        raise BadInput(
            option,
            f"{one_line(name, 80)!r} is no host name: it needs two or more labels of letters, digits and hyphens "
            "(63 at most each, 253 in all); only the first may be a lone *.",
        )
    return star + host


def _ascii(host: str, option: str, name: str) -> str:
    if host.isascii():
        return host
    try:
        import idna
    except ImportError:
        raise MissingLibrary("idna") from None
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise BadInput(
            option, f"{one_line(name, 80)!r} is no international host name: {one_line(error, 120)}."
        ) from None


def folded(name: str) -> str:
    """A name of the service's in the form that ours have, for comparing; what is no host name only in lower case."""
    try:
        return a_labels(name, "")
    except BadInput:
        return name.strip().lower()


def base(name: str) -> str:
    """The name without its ``*.``."""
    return name[len(WILDCARD) :] if name.startswith(WILDCARD) else name


def uncovered(wanted: Iterable[str], names: Iterable[str]) -> list[str]:
    """The wanted names that no certificate name covers, by itself or by a wildcard one label up."""
    there = {name.lower() for name in names}
    return [name for name in wanted if name not in there and WILDCARD + name.partition(".")[2] not in there]
