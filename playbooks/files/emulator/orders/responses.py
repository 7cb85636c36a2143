# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an order, its validation and its certificate are written in responses."""

from __future__ import annotations

import math
from typing import Any

from ..core.world import World, serial_number
from .ca import derived_key, moment, private_pem
from .lifecycle import FIRST_ORDER, Order
from .parameters import product_of

Fields = dict[str, Any]

FILE_PATH = "/.well-known/pki-validation/fileauth.txt"


# Validation.


def validation_value(world: World, order: Order) -> str:
    """Starts with a date and is new on each application, as in the official samples; the rest is unconfirmed."""
    day = moment(order.submitted or order.applied).strftime("%Y%m%d")
    value = day + world.token("proof", order.number, order.attempt)[:52]
    return value + ".validation.invalid" if world.dials.record_type == "CNAME" else value


def validation_names(order: Order) -> tuple[str, ...]:
    """Names to validate: a wildcard is validated by the name below its star."""
    return tuple(dict.fromkeys(name[2:] if name.startswith("*.") else name for name in order.names))


def validation_fields(world: World, order: Order) -> Fields:
    """The record or file of an order in domain_verify; empty for a while, as public code has seen."""
    names = validation_names(order) if world.dials.several_names == "joined" else validation_names(order)[:1]
    known = order.record_out is not None and order.record_out <= world.now()
    if order.method == "FILE":
        value = validation_value(world, order)
        if world.dials.file_content == "url":
            value = f"http://{names[0]}{FILE_PATH}?{value}"
        full = {"Domain": ",".join(names), "Uri": FILE_PATH, "Content": value}
    else:
        # Bare in the official sample, full names in public code: contradicted, a dial. Several names: unconfirmed.
        records = ["_dnsauth" if world.dials.record_form == "bare" else f"_dnsauth.{name}" for name in names]
        record = ",".join(dict.fromkeys(records))
        full = {
            "RecordDomain": record,
            "RecordType": world.dials.record_type,
            "RecordValue": validation_value(world, order),
        }
    fields: Fields = {"ValidateType": order.method}
    return fields | (full if known else empty(world.dials.empty_as, *full))


def empty(form: str, *names: str) -> Fields:
    """Fields without a value in one of the three forms that clients have met."""
    return {} if form == "absent" else {name: None if form == "null" else "" for name in names}


# Ids.


def order_id(world: World, number: int) -> int | str:
    """Number in the tables, text in old samples: contradicted, a dial."""
    as_text = world.dials.ids == "text" or (world.dials.ids == "mixed" and number % 2 == 1)
    return str(number) if as_text else number


def instance_id(world: World, order: Order) -> str:
    """cas-ivauto-* of plans: seen in public code; cas-upload-* of uploads: docstrings of the official SDK."""
    prefix = "cas-ivauto-" if order.number >= FIRST_ORDER else "cas-upload-"
    return prefix + world.token("instance", order.number)[:6]


# Certificates.


def listed_names(world: World, order: Order) -> tuple[str, ...]:
    """The names of an order; whether lists show complimentary ones is unconfirmed, hence a dial."""
    if not world.dials.complimentary_names or order.issued is None:
        return order.names
    return tuple(dict.fromkeys((*order.names, *_complimentary(order))))


def _complimentary(order: Order) -> tuple[str, ...]:
    """What a CA adds for the first name, after validation by DNS only: help page on names by brand, confirmed."""
    first, plan = order.names[0], product_of(order.product)
    if order.method != "DNS":
        return ()
    if first.startswith("*."):
        return (first[2:],)
    other = first[4:] if first.startswith("www.") else "www." + first
    # The Alibaba brand adds to registrable names only; they are taken to have two labels here.
    is_registrable = min(first, other, key=len).count(".") == 1
    adds = plan.level in ("DV", "FREE") and other.count(".") > 0 and (plan.brand != "alibaba" or is_registrable)
    return (other,) if adds else ()


def certified_names(world: World, order: Order) -> tuple[str, ...]:
    """The names a CA puts in, more than was asked for: seen in public runbooks."""
    wanted, names = world.dials.extra_names, list(listed_names(world, order))
    for name in order.names:
        if name.startswith("*.") and wanted in ("bare", "both"):
            names.append(name[2:])
        elif name.count(".") == 1 and wanted in ("www", "both"):
            names.append("www." + name)
    return tuple(dict.fromkeys(names))


def leaf_pem(world: World, order: Order) -> str:
    if order.issued is None or order.ends is None:
        raise ValueError("a certificate of an order that was never issued")
    serial = serial_number(world, order)
    start = math.floor(order.issued)
    return world.authority.issue(order.spki, certified_names(world, order), start, order.ends, serial, world.crl_url)


def chain_pem(world: World, order: Order) -> str:
    """Leaf and intermediate: seen in public code. Other forms by dial."""
    leaf, above = leaf_pem(world, order), world.authority.intermediate_pem
    root = world.authority.root_pem
    forms = {"full": leaf + above, "root": leaf + above + root, "reversed": above + leaf, "leaf": leaf}
    return forms[world.dials.chain]


def key_pem(world: World, order: Order) -> str | None:
    """The key that the service made, None for an own CSR."""
    return None if order.csr else private_pem(derived_key(world.token("key", order.number)))


def state_fields(world: World, order: Order) -> Fields:
    """DescribeCertificateState."""
    fields: Fields = {"Type": world.type_word(order)}
    if fields["Type"] == "domain_verify":
        return fields | validation_fields(world, order)
    if fields["Type"] != "certificate" or order.issued is None:
        return fields
    key = key_pem(world, order)
    # Text here, numbers elsewhere: docstrings of the official SDK, confirmed.
    fields |= {"CertId": str(order.certificate_id), "Certificate": chain_pem(world, order)}
    # With an own CSR: deduced that there is none; which form is unconfirmed.
    return fields | (empty(world.dials.private_key, "PrivateKey") if key is None else {"PrivateKey": key})
