# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task asks for, and every rule that its options must keep before anything is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..._errors import InvalidOption
from ..._text import code, line
from ..._x509.hostnames import WILDCARD
from ..._x509.renewal_window import Window, window
from ..application import Contact, _contact, _csr, _names, _tags
from ..options import WaitFor, order_id, positive
from .product_codes import DV_PRODUCTS
from .snapshot import Snapshot, read_snapshot

if TYPE_CHECKING:
    from ..._x509.csr import Csr


class State(Enum):
    PRESENT = "present"
    CANCELLED = "cancelled"
    ABSENT = "absent"
    REVOKED = "revoked"


class Strategy(Enum):
    AUTO = "auto"
    RENEW = "renew"
    REORDER = "reorder"


_PATIENCE = {WaitFor.NONE: 300, WaitFor.VALIDATION: 300, WaitFor.ISSUED: 4500}


@dataclass(frozen=True)
class Wanted:
    """What a task asks for. ``domains`` are A-labels, the CN first; ``wait_timeout`` and ``poll_interval`` seconds."""

    state: State
    order_id: str | None
    domains: tuple[str, ...]
    product_code: str
    csr: Csr | None
    validation_method: str
    contact: Contact | None
    company_name: str | None
    tags: tuple[tuple[str, str], ...]
    check_quota: bool
    reorder_on_key_mismatch: bool
    wait_for: WaitFor
    wait_timeout: float
    poll_interval: float
    renew_before: Window
    strategy: Strategy
    force: bool
    known_orders: Snapshot | None = None


def wanted(options: Mapping[str, Any]) -> Wanted:
    """Check a task's options (defaults filled in, a CSR as text) and say what they ask for. Raises InvalidOption."""
    # An empty text is no CSR, but it is no order for a key of the service's either.
    csr_option = "csr_path" if options.get("csr_path") is not None else "csr_content"
    csr = _csr(options[csr_option], csr_option) if options.get(csr_option) is not None else None
    state = State(options.get("state") or "present")
    wait_for, patience = WaitFor(options["wait_for"]), options.get("wait_timeout")
    asked = Wanted(
        state=state,
        order_id=order_id(options.get("order_id")),
        domains=_names(options.get("domains"), csr, csr_option),
        product_code=code(options["product_code"], "product_code"),
        csr=csr,
        validation_method=options["validation_method"],
        contact=_contact(options.get("contact")),
        company_name=line(options.get("company_name"), "company_name") or None,
        tags=_tags(options.get("tags") or {}),
        check_quota=options["check_quota"],
        reorder_on_key_mismatch=options.get("on_key_mismatch") == "reorder",
        wait_for=wait_for,
        wait_timeout=positive(_PATIENCE[wait_for] if patience is None else patience, "wait_timeout"),
        poll_interval=positive(options["poll_interval"], "poll_interval"),
        renew_before=window(_given(options, "renew_before", "33%"), "renew_before"),
        strategy=Strategy(options.get("strategy") or "auto"),
        force=bool(options.get("force")),
        known_orders=read_snapshot(options.get("known_orders")),
    )
    _check_together(asked, needs_names="strategy" not in options and state is State.PRESENT)
    return asked


def _given(options: Mapping[str, Any], name: str, default: Any) -> Any:
    """An option's value; an empty text was given, and is not replaced by the default."""
    value = options.get(name)
    return default if value is None else value


def _check_together(asked: Wanted, needs_names: bool) -> None:
    if needs_names and not (asked.domains or asked.order_id):
        raise InvalidOption("domains", "give the names to order for, or a CSR in csr_content or csr_path.")
    if not (asked.domains or asked.order_id):
        raise InvalidOption("order_id", "give order_id, or domains, to say which order is meant.")
    if asked.validation_method == "file" and any(name.startswith(WILDCARD) for name in asked.domains):
        raise InvalidOption("validation_method", "a wildcard cannot be proven by file; use dns.")
    if asked.contact and not asked.contact.complete and takes_contact(asked):
        missing = [part for part in ("name", "phone", "email") if not getattr(asked.contact, part)]
        raise InvalidOption(
            "contact", f"{', '.join(missing)} missing; {asked.product_code} for one name needs all of a contact."
        )


def takes_contact(asked: Wanted) -> bool:
    """Whether a call for one DV name applies, which needs a whole contact; the call for everything else does not."""
    return asked.product_code in DV_PRODUCTS and len(asked.domains) == 1
