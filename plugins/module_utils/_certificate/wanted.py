# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task asks of a certificate on a host, and every rule that its options must keep before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .._cas.options import positive
from .._cas.orders.wanted import OrderWanted, RenewalWanted, read_order, read_renewal
from .._errors import InvalidOption
from .._text import quoted
from .._x509.hostnames import WILDCARD, base, host_names
from .._x509.make import LONGEST_COMMON_NAME, check_key_size
from .._x509.renewal_window import window

# Seconds that the service may take to say what is to be published.
_LONGEST_VALIDATION_WAIT = 300
_OPTIONS_OF_THE_HOST = ("owner", "group", "key_mode")


class Until(Enum):
    STAGED = "staged"
    REQUESTED = "requested"
    ISSUED = "issued"
    INSTALLED = "installed"

    def covers(self, other: Until) -> bool:
        """Whether a task that goes so far does the other part of the chain, too."""
        order = list(Until)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class Service:
    """A service that reads the certificate. With ``argv``, this command reloads it."""

    name: str
    action: str = "reload"
    argv: tuple[str, ...] = ()


@dataclass(frozen=True)
class Validation:
    """Who publishes what proves the domains, and how."""

    by: str
    method: str
    webroot: str | None
    alias: str | None
    alidns: Mapping[str, Any]
    nsupdate: Mapping[str, Any] | None = field(repr=False)

    @property
    def is_ours(self) -> bool:
        """Whether the task publishes and removes it."""
        return self.by in ("alidns", "nsupdate", "file")


@dataclass(frozen=True)
class CertificateWanted:
    """One certificate on one host. ``options`` are those of the task, defaults filled in."""

    domains: tuple[str, ...]
    name: str
    validation: Validation
    services: tuple[Service, ...]
    until: Until
    options: Mapping[str, Any] = field(repr=False)

    @property
    def named(self) -> str:
        return ", ".join(self.domains)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """How sentences call them."""
        given = self.options["endpoints"] or ()
        return tuple(str(each.get("address", "") if isinstance(each, Mapping) else each) for each in given)

    @property
    def timeout(self) -> float:
        return float(self.options["wait_timeout"])

    @property
    def directory(self) -> dict[str, Any]:
        """Where the certificate is kept, as both modules of the host take it."""
        return {"directory": self.options["directory"], "name": self.name}

    @property
    def place(self) -> dict[str, Any]:
        """The same, and which domains the certificate is for."""
        return {**self.directory, "domains": list(self.domains)}

    @property
    def access(self) -> dict[str, Any]:
        return {name: self.options[name] for name in _OPTIONS_OF_THE_HOST}

    def order(self, csr: str, order_id: str | None = None) -> OrderWanted:
        """What the chain asks of ``cas_order``."""
        mismatch = "reorder" if self.options["replace_lost_key"] else "fail"
        more = {"order_id": order_id, "state": "present", "on_key_mismatch": mismatch}
        return read_order({**self._application(csr), **more})

    def renewal(self, csr: str, order_id: str | None, revoked: bool = False) -> RenewalWanted:
        """What the chain asks of ``cas_order_renew``: the host has decided that it is due, whatever its dates if it is
        revoked."""
        options = self.options
        more = {"order_id": order_id, "renew_before": options["renew_before"], "strategy": options["renew_strategy"]}
        known = {"force": options["force"], "due_on_host": True, "revoked": revoked}
        return read_renewal({**self._application(csr), **more, **known})

    def check_application(self) -> None:
        """Refuse what no order could be placed with, long before one is due. Raises InvalidOption."""
        read_order({**self._application(None), "domains": list(self.domains), "state": "present"})

    def _application(self, csr: str | None) -> dict[str, Any]:
        options = self.options
        names = ("product_code", "contact", "company_name", "tags", "check_quota", "poll_interval")
        return {
            **{name: options[name] for name in names},
            "csr_content": csr,
            "validation_method": self.validation.method,
            "wait_for": "validation",
            "wait_timeout": min(options["wait_timeout"], _LONGEST_VALIDATION_WAIT),
        }


def read_certificate_options(options: Mapping[str, Any]) -> CertificateWanted:
    """Check a task's options and say what they ask for. Raises InvalidOption."""
    if not options["domains"]:
        raise InvalidOption("domains", "give the domains of the certificate, the common name first.")
    domains = host_names(options["domains"])
    if len(domains[0]) > LONGEST_COMMON_NAME:
        raise InvalidOption(
            "domains",
            f"{domains[0]} has {len(domains[0])} characters, but the first domain becomes the common name (CN), which "
            f"has {LONGEST_COMMON_NAME} at most. Give a shorter domain first.",
        )
    wanted = CertificateWanted(
        domains=domains,
        name=_name(options["name"], domains),
        validation=_validation(options, domains),
        services=tuple(_service(each) for each in options["services"] or ()),
        until=Until(options["until"]),
        options=options,
    )
    check_key_size(options["key_type"], options["key_size"])
    _check_the_rest(wanted)
    return wanted


def _check_the_rest(wanted: CertificateWanted) -> None:
    """What is used later, when an order is there already, is refused before anything is looked at."""
    options = wanted.options
    positive(options["wait_timeout"], "wait_timeout")
    window(options["renew_before"], "renew_before")
    if options["keep"] < 0:
        raise InvalidOption("keep", "give the number of old generations to keep, 0 or above.")
    if not 0 <= options["endpoint_timeout"] < float("inf"):
        raise InvalidOption("endpoint_timeout", "give a number of seconds, 0 or above.")
    wanted.check_application()


def _name(given: str | None, domains: Sequence[str]) -> str:
    if given and given.strip():
        return given.strip()
    return ("wildcard." if domains[0].startswith(WILDCARD) else "") + base(domains[0])


def _validation(options: Mapping[str, Any], domains: Sequence[str]) -> Validation:
    by, webroot, nsupdate = options["validation"], options["webroot"], options["nsupdate"]
    method = options["validation_method"] or ("file" if by == "file" else "dns")
    if by == "file" and not webroot:
        raise InvalidOption("webroot", "give the directory from which the web server serves the domains on port 80.")
    if by == "nsupdate" and not nsupdate:
        raise InvalidOption("nsupdate", "give the DNS server and the key of the dynamic updates.")
    if (by == "file") != (method == "file") and by in ("file", "alidns", "nsupdate", "automatic", "preauthorized"):
        raise InvalidOption("validation_method", f"{method} is not valid with validation: {by}.")
    if method == "file" and any(name.startswith(WILDCARD) for name in domains):
        raise InvalidOption("validation", "a wildcard cannot be validated by file; use a DNS record.")
    return Validation(by, method, webroot, options["dns_alias"], options["alidns"] or {}, nsupdate)


def _service(value: Any) -> Service:
    """A name, or name with action or argv."""
    if isinstance(value, str) and value.strip():
        return Service(value.strip())
    if not isinstance(value, Mapping) or not str(value.get("name") or "").strip():
        raise InvalidOption("services", f"{quoted(value)} is not valid; give a name, or a dictionary with name.")
    unknown = sorted(set(value) - {"name", "action", "argv"})
    if unknown:
        raise InvalidOption("services", f"unknown key {quoted(unknown[0])}; use name, action and argv.")
    action, argv = value.get("action", "reload"), value.get("argv") or ()
    if action not in ("reload", "restart"):
        raise InvalidOption("services", f"action {quoted(action)} is not valid; use reload or restart.")
    if not isinstance(argv, (list, tuple)):
        raise InvalidOption("services", "argv is a list: the program, then its arguments.")
    return Service(str(value["name"]).strip(), action, tuple(str(part) for part in argv))
