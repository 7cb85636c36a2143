# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts and companies of the account: made in the console, and by control calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.refusal import Impossible


@dataclass(frozen=True)
class Contact:
    contact_id: int
    name: str
    email: str = ""
    mobile: str = ""
    id_card: str = ""
    webhooks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Company:
    company_id: int
    name: str
    code: str = "91110000000000000X"
    province: str = "Zhejiang"
    city: str = "Hangzhou"
    country: str = "CN"
    address: str = "1 Example Road"
    phone: str = "057100000000"


@dataclass(frozen=True)
class People:
    contacts: tuple[Contact, ...] = field(
        default=(
            Contact(2604551, "Operations", "operations@example.com", "13300000078", "110101199001011234"),
            Contact(2604552, "Security", "security@example.com", "13300000079"),
        )
    )
    companies: tuple[Company, ...] = (Company(1350001, "Example Ltd."),)


def added_contact(people: People, wish: Mapping[str, Any]) -> People:
    number = 1 + max((each.contact_id for each in people.contacts), default=2604550)
    name, email, mobile, card = (_text(wish, name) for name in ("name", "email", "mobile", "id_card"))
    return People((*people.contacts, Contact(number, name, email, mobile, card)), people.companies)


def added_company(people: People, wish: Mapping[str, Any]) -> People:
    number = 1 + max((each.company_id for each in people.companies), default=1350000)
    return People(people.contacts, (*people.companies, Company(number, _text(wish, "name"))))


def _text(wish: Mapping[str, Any], name: str) -> str:
    value = wish.get(name, "")
    if not isinstance(value, str):
        raise Impossible(f"{name} has to be text.")
    return value
