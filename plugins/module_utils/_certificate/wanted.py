# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task asks of a certificate on a host, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from .._cas.orders.wanted import OrderWanted, RenewalWanted, read_order, read_renewal
from .._errors import InvalidOption
from .._x509.make import check_key_size

if TYPE_CHECKING:
    from .._cas.instances.wanted import InstanceWanted

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
    def key(self) -> tuple[str, int]:
        """Type and size of a new key."""
        return self.options["key_type"], check_key_size(self.options["key_type"], self.options["key_size"])

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
        # The host has a certificate: whatever the service still knows of it, what follows is not the first one.
        asked = {"force": options["force"], "allow_first_order": True}
        known = {"due_on_host": True, "revoked": revoked}
        return read_renewal({**self._application(csr), **more, **asked, **known})

    def instance(self, csr: str | None, noted: str | None = None) -> InstanceWanted:
        """What the chain asks of ``cas_instance``; ``noted`` is the instance whose application is in progress."""
        from .._cas.instances.wanted import read_instance_options  # most certificates come from orders

        options, given = self.options, dict(self.options["instance"] or {})
        if noted:
            given = {**given, "instance_id": noted, "pool": None}
        more = {
            **{name: options[name] for name in ("tags", "poll_interval", "renew_before")},
            "domains": list(self.domains),
            "csr_content": csr,
            "validation_method": self.validation.method,
            "on_key_mismatch": "reorder" if options["replace_lost_key"] else "fail",
            "region": (options["connection"] or {}).get("region"),
            **self._waits(),
        }
        try:
            return read_instance_options({**given, **more})
        except InvalidOption as problem:
            within = f"instance.{problem.option}" if problem.option.partition(".")[0] in given else problem.option
            raise InvalidOption(within, problem.problem) from None

    def check_application(self) -> None:
        """Refuse what no application could be sent with, long before one is due. Raises InvalidOption."""
        if self.options["source"] == "instance":
            self.instance(None)
            return
        read_order({**self._application(None), "domains": list(self.domains), "state": "present"})

    def _application(self, csr: str | None) -> dict[str, Any]:
        options = self.options
        names = ("product_code", "contact", "company_name", "tags", "check_quota", "poll_interval")
        return {
            **{name: options[name] for name in names},
            "csr_content": csr,
            "validation_method": self.validation.method,
            **self._waits(),
        }

    def _waits(self) -> dict[str, Any]:
        """An application is waited for until it tells what to publish."""
        return {
            "wait_for": "validation",
            "wait_timeout": min(self.options["wait_timeout"], _LONGEST_VALIDATION_WAIT),
            "publishes": self.validation.is_ours,
        }
