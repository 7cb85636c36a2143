# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Host names in certificates: A-labels, wildcards, and which name covers which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .._errors import InvalidOption
from .._text import one_line, quoted
from .idn import A_LABEL, is_a_label, to_ascii

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
WILDCARD = "*."
WWW = "www."
_LONGEST = 253
# What other keyboards write for a dot and a star, and what a page or an editor leaves without width.
_WRITTEN = {
    **dict.fromkeys(map(ord, "\u3002\uff0e\uff61"), "."),
    ord("\uff0a"): "*",
    **dict.fromkeys(map(ord, "\ufeff\u200b\u2060\u00ad")),
}


def a_labels(name: str, option: str) -> str:
    """A host name or ``*.`` name in lower case, other scripts as punycode. Raises InvalidOption for anything else."""
    text = name.translate(_WRITTEN).strip().rstrip(".")
    star = WILDCARD if text.startswith(WILDCARD) else ""
    host = to_ascii(text[len(star) :], option, name).lower()
    labels = host.split(".")
    if (
        len(star + host) > _LONGEST
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or labels[-1].isdigit()
    ):
        raise InvalidOption(
            option,
            f"{quoted(name)} is not a valid host name: it needs two or more labels of letters, digits and hyphens "
            "(63 at most each, 253 in all); only the first may be a lone *.",
        )
    fake = next((label for label in labels if label.startswith(A_LABEL) and not is_a_label(label)), None)
    if fake:
        raise InvalidOption(
            option, f"{quoted(name)} is not a valid host name: {fake} is not the A-label (punycode) of any other name."
        )
    return star + host


def folded(name: str) -> str:
    """A name of the service in our form, for comparing; what is not a host name only in lower case."""
    try:
        return a_labels(name, "")
    except InvalidOption:
        return one_line(name, _LONGEST).lower()


def base(name: str) -> str:
    """The name without its ``*.``."""
    return name[len(WILDCARD) :] if name.startswith(WILDCARD) else name


def is_related(place: str, domains: Iterable[str]) -> bool:
    """Whether a host can prove one of the names: it is the name, above or below it, or relative to its zone."""
    hosts = [base(domain) for domain in domains]
    return place.count(".") == 0 or any(
        f".{host}.".endswith(f".{place}.") or f".{place}.".endswith(f".{host}.") or host.startswith(f"{place}.")
        for host in hosts
    )


def uncovered(wanted: Iterable[str], names: Iterable[str]) -> list[str]:
    """The wanted names that no certificate name covers, by itself or by a wildcard one label up."""
    there = {name.lower() for name in names}
    return [name for name in wanted if name not in there and WILDCARD + name.partition(".")[2] not in there]


def same_order_names(wanted: Iterable[str], there: Iterable[str]) -> bool:
    """Whether an order or a certificate has all names that were asked for, and no more beside them than a CA adds.

    Many CAs add ``www.`` to a name, and the name without a ``www.`` or ``*.`` to one with it, at no charge.
    """
    asked, names = set(wanted), set(there)
    return asked <= names and all(_is_complimentary(name, asked) for name in names - asked)


def _is_complimentary(name: str, asked: set[str]) -> bool:
    return bool(asked & {WWW + name, WILDCARD + name, name[len(WWW) :] if name.startswith(WWW) else name})


def host_names(values: Sequence[str], option: str = "domains") -> tuple[str, ...]:
    """Host names as A-labels, every one once."""
    return tuple(dict.fromkeys(a_labels(value, option) for value in values))
