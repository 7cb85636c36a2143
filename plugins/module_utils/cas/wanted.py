# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task asks for, and every rule that its options must keep before anything is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..rpc.errors import BadInput, quoted
from .listing import Listing, read_listing
from .names import WILDCARD
from .words import PRODUCTS, WaitFor, Window, line, names, order_id, positive, sendable, window, word

if TYPE_CHECKING:
    from .pki import Csr

MOST_NAMES = 5
MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 20, 64, 128
# The products that CreateCertificateRequest and CreateCertificateWithCsrRequest take.
DV_PRODUCTS = frozenset(code for code in PRODUCTS if "-dv-" in code or "-free-" in code)


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
class Contact:
    name: str
    phone: str
    email: str

    @property
    def complete(self) -> bool:
        return bool(self.name and self.phone and self.email)


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
    listed: Listing | None = None


def wanted(options: Mapping[str, Any]) -> Wanted:
    """Check a task's options (defaults filled in, a CSR as text) and say what they ask for. Raises BadInput."""
    # An empty text is no CSR, but it is no order for a key of the service's either.
    csr_option = "csr_path" if options.get("csr_path") is not None else "csr_content"
    csr = _csr(options[csr_option], csr_option) if options.get(csr_option) is not None else None
    state = State(options.get("state") or "present")
    wait_for, patience = WaitFor(options["wait_for"]), options.get("wait_timeout")
    asked = Wanted(
        state=state,
        order_id=order_id(options.get("order_id")),
        domains=_names(options.get("domains"), csr, csr_option),
        product_code=word(options["product_code"], "product_code"),
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
        listed=read_listing(options.get("listed")),
    )
    _check_together(asked, needs_names="strategy" not in options and state is State.PRESENT)
    return asked


def _csr(text: str, option: str) -> Csr:
    """What a CSR says; the library that reads it is imported only where there is one."""
    from .pki import read_csr

    return read_csr(text, option)


def _given(options: Mapping[str, Any], name: str, default: Any) -> Any:
    """An option's value; an empty text was given, and is not replaced by the default."""
    value = options.get(name)
    return default if value is None else value


def _names(values: Sequence[str] | None, csr: Csr | None, csr_option: str) -> tuple[str, ...]:
    given = names(values or ())
    if csr and given and given[0] != csr.domains[0]:
        raise BadInput("domains", f"the first name is {given[0]}, but the CN in {csr_option} is {csr.domains[0]}.")
    if csr and given and set(given) != set(csr.domains):
        raise BadInput(
            "domains", f"{', '.join(given)} do not agree with the names in {csr_option}: {', '.join(csr.domains)}."
        )
    chosen = given or (csr.domains if csr else ())
    _check_names(chosen, "domains" if given else csr_option)
    return chosen


def _check_names(chosen: tuple[str, ...], option: str) -> None:
    if len(chosen) > MOST_NAMES:
        raise BadInput(option, f"{len(chosen)} names were given; an order takes {MOST_NAMES} at most.")
    if len({name.startswith(WILDCARD) for name in chosen}) > 1:
        raise BadInput(
            option, "single names and wildcards cannot be in one order; a wildcard covers its bare domain by itself."
        )


def _contact(values: Mapping[str, Any] | None) -> Contact | None:
    if not values:
        return None
    contact = Contact(*(line(values.get(part), f"contact.{part}") for part in ("name", "phone", "email")))
    if contact.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", contact.email):
        raise BadInput("contact.email", "this is no e-mail address.")
    return contact if contact != Contact("", "", "") else None


def _tags(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    tags = tuple((sendable(str(key), "tags"), sendable(_tag_text(value), "tags")) for key, value in values.items())
    if len(tags) > MOST_TAGS:
        raise BadInput("tags", f"{len(tags)} tags were given; an order takes {MOST_TAGS} at most.")
    for key, value in tags:
        shown = quoted(key)
        if not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise BadInput(
                "tags", f"{shown}: a key has 1 to {LONGEST_KEY} characters, a value at most {LONGEST_VALUE}."
            )
        if any(text.lower().startswith(("aliyun", "acs:")) for text in (key, value)):
            raise BadInput("tags", f"{shown}: key and value must not begin with aliyun or acs:.")
        if any(re.search("https?://", text, re.IGNORECASE) for text in (key, value)):
            raise BadInput("tags", f"{shown}: key and value must not contain http:// or https://.")
    return tags


def _tag_text(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        raise BadInput("tags", "a value must be text, not a list or a dictionary.")
    return str(value).lower() if isinstance(value, bool) else str("" if value is None else value)


def _check_together(asked: Wanted, needs_names: bool) -> None:
    if needs_names and not (asked.domains or asked.order_id):
        raise BadInput("domains", "give the names to order for, or a CSR in csr_content or csr_path.")
    if not (asked.domains or asked.order_id):
        raise BadInput("order_id", "give order_id, or domains, to say which order is meant.")
    if asked.validation_method == "file" and any(name.startswith(WILDCARD) for name in asked.domains):
        raise BadInput("validation_method", "a wildcard cannot be proven by file; use dns.")
    if asked.contact and not asked.contact.complete and takes_contact(asked):
        missing = [part for part in ("name", "phone", "email") if not getattr(asked.contact, part)]
        raise BadInput(
            "contact", f"{', '.join(missing)} missing; {asked.product_code} for one name needs all of a contact."
        )


def takes_contact(asked: Wanted) -> bool:
    """Whether a call for one DV name applies, which needs a whole contact; the call for everything else does not."""
    return asked.product_code in DV_PRODUCTS and len(asked.domains) == 1
