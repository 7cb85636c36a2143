# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specifications: brand, grade and kind of an instance, the names it takes and the names a CA adds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..core.refusal import Impossible

BUY, TEST = "BUY", "TEST"
# Public code that buys instances, partly the documentation of a Terraform provider.
BRANDS = {
    "ss": "DigiCert", "ssp": "DigiCert Pro", "geo": "GeoTrust", "rap": "Rapid", "gs": "GlobalSign", "cf": "CFCA",
    "vt": "vTrus", "sh": "WoTrus", "ws": "WoSign", "ali": "Alibaba",
}  # fmt: skip
# What the filter of ListInstances knows: docstring of the official SDK.
LISTED_BRANDS = ("WoSign", "CFCA", "DigiCert", "GeoTrust", "GlobalSign", "vTrus", "Alibaba")
_SPEC = re.compile(r"([a-z]+)\.(dv|ov|ev)\.([fwtm])")
# Registrable names have one label more than these; a small part of the public list of suffixes.
_SUFFIXES = frozenset({"com.cn", "net.cn", "org.cn", "gov.cn", "com.sg", "com.hk", "co.uk", "co.jp", "com.au"})


@dataclass(frozen=True)
class Spec:
    brand: str
    grade: str
    kind: str


def read_spec(text: str) -> Spec:
    """brand.grade.kind; raises Impossible, since only the world's owner writes one."""
    match = _SPEC.fullmatch(text)
    if match is None or match[1] not in BRANDS:
        raise Impossible(f"{text!r} is not a specification like geo.dv.f.")
    return Spec(BRANDS[match[1]], match[2].upper(), match[3])


def is_test(kind: str) -> bool:
    return kind == TEST


def fits(names: tuple[str, ...], full: int, wildcard: int, spec: str) -> bool:
    """Not more of each kind than were bought; the Alibaba brand does not mix them: help page on brands, confirmed."""
    wild = sum(name.startswith("*.") for name in names)
    mixed = 0 < wild < len(names)
    return wild <= wildcard and len(names) - wild <= full and not (mixed and spec.startswith("ali."))


def certified_names(names: tuple[str, ...], method: str, spec: str) -> tuple[str, ...]:
    """What a CA adds for the first name, after validation by DNS only: help page on names by brand, confirmed."""
    if not names or method != "DNS":
        return names
    first = names[0]
    if first.startswith("*."):
        return tuple(dict.fromkeys((*names, first[2:])))
    other = first[4:] if first.startswith("www.") else f"www.{first}"
    known = read_spec(spec)
    is_registrable = registrable(first) == min(first, other, key=len)
    adds = known.grade == "DV" and "." in other and (known.brand != "Alibaba" or is_registrable)
    return tuple(dict.fromkeys((*names, other))) if adds else names


def registrable(name: str) -> str:
    """RootDomain: the registrable name, which is not always the hosted zone. Seen in public code."""
    labels = name.removeprefix("*.").split(".")
    size = 3 if ".".join(labels[-2:]) in _SUFFIXES else 2
    return ".".join(labels[-size:])
