# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be set about the emulated world: each dial with its default and its meaning."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any

from ..instances.dials import InstanceDials
from .dial import dial, read_value
from .refusal import Impossible


@dataclass(frozen=True)
class Dials(InstanceDials):
    """Immutable and hashable: part of the world's fingerprint."""

    # Times of the ordinary life.
    settle_seconds: float = dial(2.0, "seconds an order stays payed after its application")
    record_delay_seconds: float = dial(1.0, "seconds of domain_verify before the record or file is told")
    review_seconds: float | None = dial(2.0, "seconds from validation to issue; none: never; not with proof=control")
    validation_days: float | None = dial(None, "days in domain_verify after which the order fails; none: never")
    cancel_seconds: float = dial(0.0, "seconds until CancelOrderRequest takes effect")
    revoke_seconds: float = dial(0.0, "seconds until a revocation takes effect")
    list_lag_seconds: float = dial(0.0, "seconds until a new order shows in lists")
    describe_lag_seconds: float = dial(0.0, "seconds of NotFoundOrder from DescribeCertificateState after a create")
    lifetime_days: float | None = dial(None, "days a certificate is good for; none: 90 for *-free-*, else 199")
    expiring_days: float = dial(30.0, "days before the end at which an order becomes WILLEXPIRED")

    # How a domain is validated.
    proof: str = dial("control", "who proves domains", "control", "at_once", "http", "dns", "alidns")
    proof_address: str = dial("", "host:port that validation files are fetched from; empty: the domain, port 80")
    dns_server: str = dial("", "address:port of the DNS server asked for validation records; required by proof=dns")
    proof_interval_seconds: float = dial(0.5, "seconds between two real looks for an order's record or file")

    # Renewal.
    renewal: str = dial("moves", "does a renewal order submit itself, or wait for control submit", "moves", "stays")
    renew_takes_unit: bool = dial(True, "a renewal takes one certificate of the quota")
    renew_several_names: bool = dial(True, "orders with more than one name can be renewed")

    # Forms of responses.
    ids: str = dial("number", "how order ids are written", "number", "text", "mixed")
    private_key: str = dial("absent", "PrivateKey of an order with an own CSR", "absent", "null", "empty")
    empty_as: str = dial("absent", "fields that have no value yet", "absent", "null", "empty")
    record_form: str = dial("full", "RecordDomain: _dnsauth.<domain>, or _dnsauth alone", "full", "bare")
    record_type: str = dial("TXT", "type of the record to publish", "TXT", "CNAME")
    several_names: str = dial(
        "joined", "validation data of several names: all by comma, or the first", "joined", "first"
    )
    file_content: str = dial("value", "Content of the file: the value, or a URL that ends in it", "value", "url")
    chain: str = dial("full", "Certificate holds", "full", "root", "reversed", "leaf")
    extra_names: str = dial("both", "names the CA adds: bare domain of a wildcard, www", "none", "bare", "www", "both")
    complimentary_names: bool = dial(False, "a CA adds a name to what it issues, and lists show it with the order")
    crl_hours: float | None = dial(
        None, "hours that a list of revoked certificates (CRL) is good for; none: certificates name no list"
    )
    csr_sans: bool = dial(False, "subject alternative names of a CSR count, not only its common name")

    # Words.
    revoked_type: str = dial("unknow", "Type of a revoked order")
    expired_type: str = dial("certificate", "Type of an expired order")
    unsubmitted_status: str = dial("PAYED", "list Status of an order that was never submitted")
    unknown_type: str = dial("", "when set, Type of every order")
    unknown_status: str = dial("", "when set, list Status of every order")
    state_error_code: str = dial("OrderStateError", "code of a call that does not fit the state")
    not_found_code: str = dial("NotFoundOrder", "code of an order that is not there")
    quota_error_code: str = dial("NotRemainCount", "code of a used-up plan; newer responses say InsufficientQuota")

    # Lists.
    page_size: int = dial(50, "entries in a page at most")
    echo_asked_size: bool = dial(False, "ShowSize in the response is the one asked for, not the capped one")
    shuffle: int | None = dial(None, "seed of an odd but stable order of lists; none: newest first")
    source: str = dial("cpack", "the list that shows the orders", "cpack", "buy")
    uploaded: int = dial(0, "number of uploaded certificates in the account")

    # Zones.
    least_ttl: int = dial(600, "smallest TTL of a record, in seconds; paid editions allow less")
    record_status: str = dial("upper", "Status of a record: ENABLE, or Enable", "upper", "title")

    # What is allowed.
    delete_payed: str = dial("any", "which payed orders can be deleted", "any", "withdrawn", "never")
    cancel_payed: bool = dial(True, "CancelCertificateForPackageRequest removes a payed order")
    unbought: str = dial("error", "DescribePackageState of a plan never bought", "error", "zeros")
    denied: tuple[str, ...] = dial((), "actions the key may not call; * is all")
    form_body: bool = dial(True, "parameters in a form body are read")

    # The gate.
    clock_offset_seconds: float = dial(0.0, "seconds the gate's clock is ahead of real time")
    key_inactive: bool = dial(False, "the access key is switched off")
    security_tokens: tuple[str, ...] = dial((), "STS tokens that are good; none: the key is a plain one")
    expired_tokens: tuple[str, ...] = dial((), "STS tokens that have run out")
    rate_limits: tuple[tuple[str, float], ...] = dial(
        (), "calls per second: off, documented, or Action:n,...; * is the rest"
    )
    account_rate: float | None = dial(None, "calls per second of all operations together; none: no limit")


def meanings() -> list[tuple[str, str, str]]:
    """(name, default, meaning) of every dial, for people."""
    rows = []
    for item in fields(Dials):
        choices = item.metadata["choices"]
        text = item.metadata["meaning"] + (f" ({', '.join(choices)})" if choices else "")
        rows.append((item.name, _shown(item.default), text))
    return rows


def as_json(dials: Dials) -> dict[str, Any]:
    """Values as `turn` takes them."""
    values = {item.name: getattr(dials, item.name) for item in fields(dials)}
    return {**values, "rate_limits": dict(dials.rate_limits)}


def turn(dials: Dials, changes: Mapping[str, object]) -> Dials:
    """New dials; values as text or as JSON values. Raises Impossible with a sentence."""
    known = {item.name: item for item in fields(Dials)}
    read: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise Impossible(f"There is no dial {name}; there are {', '.join(sorted(known))}.")
        read[name] = read_value(name, str(known[name].type), known[name].metadata["choices"], value)
    return _fitting(replace(dials, **read))


def split_address(address: str, port: int) -> tuple[str, int]:
    """host:port, [host]:port or host alone; raises ValueError."""
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?", address)
    if match is None:
        raise ValueError(address)
    return match[1] or match[2], int(match[3] or port)


def _fitting(dials: Dials) -> Dials:
    """Dials that belong together."""
    for name, address in (("dns_server", dials.dns_server), ("proof_address", dials.proof_address)):
        try:
            host, _port = split_address(address or "127.0.0.1", 0)
            ip_address(host if name == "dns_server" else "127.0.0.1")
        except ValueError as error:
            raise Impossible(f"Dial {name} does not take {address!r}.") from error
    if dials.proof == "dns" and not dials.dns_server:
        raise Impossible("Dial proof=dns needs the dial dns_server.")
    if dials.proof == "dns" and not find_spec("dns"):
        raise Impossible(f"Dial proof=dns needs the Python package dnspython, which {sys.executable} does not have.")
    return dials


def _shown(value: object) -> str:
    if value is None or value == ():
        return "none"
    return str(value).lower() if isinstance(value, bool) else (str(value) or "empty")
