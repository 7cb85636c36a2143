# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task wants of orders, and every rule that its options must keep before anything is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..._errors import InvalidOption
from ..._text import code
from ..._x509.hostnames import WILDCARD
from ..._x509.renewal_window import DEFAULT_WINDOW, Window, window
from ..application import Application, read_application
from ..options import Waiting, order_identifier, read_waiting
from .product_codes import DV_PRODUCTS, is_for_wildcards
from .snapshot import read_snapshot

if TYPE_CHECKING:
    from ..._x509.csr import Csr
    from ..snapshot import Snapshot
    from .order import Order


class State(Enum):
    PRESENT = "present"
    CANCELLED = "cancelled"
    ABSENT = "absent"
    REVOKED = "revoked"


class Strategy(Enum):
    AUTO = "auto"
    RENEW = "renew"
    REORDER = "reorder"


@dataclass(frozen=True)
class Wanted:
    """What both modules that order want: the application, how long to wait, and which order is meant."""

    application: Application
    waiting: Waiting
    product_code: str
    order_id: str | None = None
    check_quota: bool = True
    known_orders: Snapshot[Order] | None = None
    state: State = State.PRESENT

    @property
    def domains(self) -> tuple[str, ...]:
        return self.application.domains

    @property
    def csr(self) -> Csr | None:
        return self.application.csr

    @property
    def takes_contact(self) -> bool:
        """Whether the call for one DV name applies, which needs a whole contact; the call for all else does not."""
        return self.product_code in DV_PRODUCTS and len(self.domains) == 1


@dataclass(frozen=True)
class OrderWanted(Wanted):
    """What ``cas_order`` wants."""

    reorder_on_key_mismatch: bool = False


@dataclass(frozen=True)
class RenewalWanted(Wanted):
    """What ``cas_order_renew`` wants. ``due_on_host``: the host that uses the certificate says that it is due.

    ``revoked``: the list of its CA says that it is revoked, which lists of orders may not show yet.
    """

    renew_before: Window = DEFAULT_WINDOW
    strategy: Strategy = Strategy.AUTO
    force: bool = False
    allow_first_order: bool = False
    due_on_host: bool = False
    revoked: bool = False


def read_order(options: Mapping[str, Any]) -> OrderWanted:
    """Check the options of ``cas_order`` (defaults filled in). Raises InvalidOption."""
    wanted = OrderWanted(
        **_common(options),
        state=State(options["state"]),
        reorder_on_key_mismatch=options.get("on_key_mismatch") == "reorder",
    )
    if wanted.state is State.PRESENT and not (wanted.domains or wanted.order_id):
        raise InvalidOption("domains", "give the names to order for, or a CSR in csr_content or csr_path.")
    _check_together(wanted)
    return wanted


def read_renewal(options: Mapping[str, Any]) -> RenewalWanted:
    """Check the options of ``cas_order_renew`` (defaults filled in). Raises InvalidOption."""
    wanted = RenewalWanted(
        **_common(options),
        renew_before=window(_given(options, "renew_before", "33%"), "renew_before"),
        strategy=Strategy(options.get("strategy") or "auto"),
        force=bool(options.get("force")),
        allow_first_order=bool(options.get("allow_first_order")),
        due_on_host=bool(options.get("due_on_host")),
        revoked=bool(options.get("revoked")),
    )
    _check_together(wanted)
    return wanted


def _common(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "application": read_application(options),
        "waiting": read_waiting(options),
        "product_code": code(options["product_code"], "product_code"),
        "order_id": order_identifier(options.get("order_id")),
        "check_quota": options["check_quota"],
        "known_orders": read_snapshot(options.get("known_orders")),
    }


def _given(options: Mapping[str, Any], name: str, default: Any) -> Any:
    """An option's value; an empty text was given, and is not replaced by the default."""
    value = options.get(name)
    return default if value is None else value


def _check_together(wanted: Wanted) -> None:
    application = wanted.application
    if not (wanted.domains or wanted.order_id):
        raise InvalidOption("order_id", "give order_id or domains to select an order.")
    if application.validation_method == "file" and any(name.startswith(WILDCARD) for name in wanted.domains):
        raise InvalidOption("validation_method", "a wildcard cannot be validated by file; use dns.")
    if wanted.state is State.PRESENT and not wanted.order_id:  # an order that is named has a product of its own
        check_product(wanted)
    contact = application.contact
    if contact and not contact.complete and wanted.takes_contact:
        missing = [part for part in ("name", "phone", "email") if not getattr(contact, part)]
        raise InvalidOption(
            "contact", f"{', '.join(missing)} missing; {wanted.product_code} for one name needs all of a contact."
        )


def check_product(wanted: Wanted) -> None:
    """Refuse names that the product does not take, as the service would: after it was asked. Raises InvalidOption."""
    wildcards = is_for_wildcards(wanted.product_code)
    unfit = [name for name in wanted.domains if wildcards is not None and name.startswith(WILDCARD) is not wildcards]
    if unfit and wildcards:
        raise InvalidOption(
            "product_code",
            f"{wanted.product_code} is for wildcards only, and {unfit[0]} is not one. Use a product for single names, "
            "such as digicert-free-1-free; cas_package_info tells which ones the account has.",
        )
    if unfit:
        raise InvalidOption(
            "product_code",
            f"{wanted.product_code} is for single names only, and {unfit[0]} is a wildcard. Use a product for "
            "wildcards, such as geotrust-dv-w-starter; cas_package_info tells which ones the account has.",
        )
