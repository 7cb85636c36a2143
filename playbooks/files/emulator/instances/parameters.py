# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of UpdateInstance: what was sent over what was there; anything not sent stays."""

from __future__ import annotations

import re
from dataclasses import replace

from ..core.refusal import invalid, missing
from ..core.world import World
from ..orders.parameters import Parameters, Request, check_name, names_of, read_csr, required
from .facts import Form, Instance
from .refusals import not_found, product_not_match, product_not_support
from .specs import fits

METHODS = ("DNS", "HTTP")
ALGORITHMS = ("RSA_2048", "RSA_3072", "RSA_4096", "ECC_256", "SM2")
WAYS = ("online", "upload")
SWITCH = {"enable": True, "disable": False}
MOST_TAGS = 20
LONGEST_LABEL = 63
Tags = tuple[tuple[str, str], ...]


def one_of(parameters: Parameters, name: str, choices: tuple[str, ...], default: str = "") -> str:
    text = parameters.get(name, "") or default
    if text and text not in choices:
        raise invalid(name, f"it has to be one of {', '.join(choices)}")
    return text


def read_form(world: World, instance: Instance, parameters: Parameters) -> Form:
    """The form as it is after this call."""
    old = instance.form
    form = _key_and_names(world, old, parameters)
    form = replace(
        form,
        method=one_of(parameters, "ValidationMethod", METHODS, old.method),
        contacts=_contacts(world, parameters) or old.contacts,
        company=_company(world, parameters) or old.company,
        address=tuple(  # type: ignore[arg-type]
            parameters.get(name) or kept for name, kept in zip(("CountryCode", "Province", "City"), old.address)
        ),
        label=_label(parameters) or old.label,
    )
    if form.names and not fits(form.names, instance.full, instance.wildcard, instance.spec):
        raise product_not_match()
    if form.method == "HTTP" and any(name.startswith("*.") for name in form.names):
        raise invalid("ValidationMethod", "通配符域名不支持文件验证")
    return form


def _key_and_names(world: World, old: Form, parameters: Parameters) -> Form:
    """online ignores a CSR, upload needs one, whose common name wins over Domain: docstrings of the official SDK."""
    way = one_of(parameters, "GenerateCsrMethod", WAYS, "upload" if old.csr else "online")
    algorithm = one_of(parameters, "KeyAlgorithm", ALGORITHMS, old.algorithm)
    if algorithm == "SM2":
        # The emulator has no CA for it.
        raise product_not_support("SM2")
    domains = parameters.get("Domain", "")
    if way == "online":
        names = names_of(domains, None, False) or old.names
        return _named(replace(old, csr="", spki=b"", algorithm=algorithm), names)
    text = parameters.get("Csr", "") or old.csr
    if not text:
        raise missing("Csr")
    request = read_csr(text)
    return _named(replace(old, csr=text, spki=request.spki, algorithm=algorithm), _csr_names(world, domains, request))


def _csr_names(world: World, domains: str, request: Request) -> tuple[str, ...]:
    """A Domain that disagrees with the common name is refused: acceptance tests; the code is unconfirmed."""
    asked = names_of(domains, None, False)
    if asked and request.common and request.common not in asked:
        raise invalid("Domain", "CSR的CN与域名不一致")
    return names_of(domains, request, world.dials.csr_sans)


def _named(form: Form, names: tuple[str, ...]) -> Form:
    for name in names:
        check_name(name)
    return replace(form, names=names)


def _contacts(world: World, parameters: Parameters) -> tuple[int, ...]:
    """ContactIdList.N; an unknown contact is refused, which is deduced."""
    known = {each.contact_id for each in world.people.contacts}
    numbers = tuple(int(text) for text in numbered(parameters, "ContactIdList") if text.isdigit())
    if len(numbers) < len(numbered(parameters, "ContactIdList")) or not known.issuperset(numbers):
        raise not_found("联系人不存在")
    return tuple(dict.fromkeys(numbers))


def _company(world: World, parameters: Parameters) -> int | None:
    text = parameters.get("CompanyId", "")
    if text and text not in {str(each.company_id) for each in world.people.companies}:
        raise not_found("公司不存在")
    return int(text) if text else None


def _label(parameters: Parameters) -> str:
    label = parameters.get("CertificateName", "")
    if len(label) > LONGEST_LABEL:
        raise invalid("CertificateName", f"it has at most {LONGEST_LABEL} characters")
    return label


def numbered(parameters: Parameters, name: str) -> list[str]:
    """The values of Name.1, Name.2 ... in the order of their numbers."""
    found = ((re.fullmatch(rf"{name}\.([0-9]+)", key), value) for key, value in parameters.items())
    return [value for _number, value in sorted((int(match[1]), value) for match, value in found if match)]


def pairs_of(parameters: Parameters, prefix: str, key: str, value: str) -> Tags:
    """Tags in one of the spellings: Tags.N.TagKey and Tags.N.TagValue, or Tag.N.Key and Tag.N.Value."""
    numbers = sorted({int(match[1]) for name in parameters if (match := re.match(rf"{prefix}\.([0-9]+)\.", name))})
    if len(numbers) > MOST_TAGS:
        raise invalid(prefix, f"最多{MOST_TAGS}个标签")
    places = [f"{prefix}.{number}" for number in numbers]
    tags = tuple((parameters.get(f"{place}.{key}", ""), parameters.get(f"{place}.{value}", "")) for place in places)
    if any(not 0 < len(each) <= 64 or len(text) > 128 for each, text in tags):
        raise invalid(prefix, "标签键长度为1到64")
    return tags


def merged(old: Tags, new: Tags) -> Tags:
    """A tag that is there gets the new value. An empty list cannot be sent, so nothing is ever cleared here."""
    return tuple({**dict(old), **dict(new)}.items())


def instance_id(parameters: Parameters) -> str:
    return required(parameters, "InstanceId")
