# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations on contacts and companies: read by id or name, contacts masked."""

from __future__ import annotations

import re

from ..core.world import World
from ..orders.parameters import Parameters, whole
from .people import Company, Contact
from .refusals import not_found
from .responses import Fields, identifier, sequence


def list_contacts(world: World, parameters: Parameters, _site: str) -> Fields:
    """ListContact. Contacts belong to the account: both endpoints tell them, which is deduced."""
    word = parameters.get("Keyword", "").lower()
    found = [each for each in world.people.contacts if word in each.name.lower()]
    return _page(world, parameters, "ContactList", 20, [_contact(world, each) for each in found])


def get_contact(world: World, parameters: Parameters, _site: str) -> Fields:
    number = whole(parameters, "ContactId")
    for each in world.people.contacts:
        if each.contact_id == number:
            card = mask(each.id_card, 1, 1) if world.dials.masked_contacts else each.id_card
            return {**_contact(world, each), "IdCard": card}
    raise not_found()


def list_companies(world: World, parameters: Parameters, _site: str) -> Fields:
    word, number = parameters.get("Keyword", "").lower(), whole(parameters, "CompanyId", 0)
    found = [each for each in world.people.companies if word in each.name.lower() and number in (0, each.company_id)]
    return _page(world, parameters, "CompanyList", 10, [_company(world, each) for each in found])


def _page(world: World, parameters: Parameters, name: str, default: int, entries: list[Fields]) -> Fields:
    size, page = min(whole(parameters, "ShowSize", default, 1), 100), whole(parameters, "CurrentPage", 1, 1)
    shown = sequence(world, name, entries[(page - 1) * size : page * size])
    return {**shown, "CurrentPage": page, "ShowSize": size, "TotalCount": len(entries)}


def _contact(world: World, contact: Contact) -> Fields:
    """E-mail, telephone and identity card are masked, names are not: seen in acceptance tests."""
    email, mobile = contact.email, contact.mobile
    if world.dials.masked_contacts:
        email, mobile = re.sub(r"^(.{3}).*(.)@", r"\1****\2@", email), mask(mobile, 3, 2)
    return {
        "ContactId": identifier(world, contact.contact_id),
        "Name": contact.name,
        "Email": email,
        "Mobile": mobile,
        "EmailStatus": 1,
        "MobileStatus": 1,
        **sequence(world, "WebhookList", list(contact.webhooks)),
    }


def mask(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    return text if hidden <= 0 else text[:first] + "*" * hidden + text[-last:]


def _company(world: World, company: Company) -> Fields:
    return {
        "CompanyId": identifier(world, company.company_id),
        "CompanyName": company.name,
        "CompanyCode": company.code,
        "CompanyType": 1,
        "CompanyAddress": company.address,
        "CompanyPhone": company.phone,
        "CountryCode": company.country,
        "Province": company.province,
        "City": company.city,
        "PostCode": "310000",
        "Lang": "zh",
    }
