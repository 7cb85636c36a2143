# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What every kind of application asks for: names, CSR, contact, tags; checked before any call."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._errors import InvalidOption
from .._text import line, quoted, quoted_path, sendable
from .._x509.hostnames import WILDCARD, host_names

if TYPE_CHECKING:
    from .._x509.csr import Csr


MOST_NAMES = 5
MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 20, 64, 128
_LARGEST_CSR = 1024 * 1024


@dataclass(frozen=True)
class Contact:
    name: str
    phone: str
    email: str

    @property
    def complete(self) -> bool:
        return bool(self.name and self.phone and self.email)


@dataclass(frozen=True)
class Application:
    """What is applied for. ``domains`` are A-labels, the CN first; without a CSR the service makes the key."""

    domains: tuple[str, ...]
    csr: Csr | None
    validation_method: str
    contact: Contact | None
    company_name: str | None
    tags: tuple[tuple[str, str], ...]


def read_application(options: Mapping[str, Any]) -> Application:
    """Check the options that say what is applied for. Raises InvalidOption."""
    csr = read_csr_option(options)
    return Application(
        domains=_of_one_order(*read_names(options.get("domains"), csr)),
        csr=csr,
        validation_method=options["validation_method"],
        contact=_contact(options.get("contact")),
        company_name=line(options.get("company_name"), "company_name") or None,
        tags=read_tags(options.get("tags") or {}),
    )


def read_csr_option(options: Mapping[str, Any]) -> Csr | None:
    """The CSR of ``csr_content`` or ``csr_path``; an empty text is not one, and not the wish for none either."""
    content, path = options.get("csr_content"), options.get("csr_path")
    if content is None and path is None:
        return None
    from .._x509.csr import read_csr  # its library is imported only where there is a CSR

    if path is None:
        return read_csr(str(content), "csr_content")
    try:
        return read_csr(_file_text(path), "csr_path")
    except InvalidOption as refused:
        raise InvalidOption(refused.option, f"{quoted_path(path)}: {refused.problem}") from None


def _file_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InvalidOption("csr_path", "not a regular file; give the file with the CSR.")
            return file.read(_LARGEST_CSR)
    except OSError as error:
        raise InvalidOption("csr_path", f"the file cannot be read ({error.strerror}).") from None
    except ValueError:
        raise InvalidOption("csr_path", "the file is not text; give a CSR in PEM.") from None


def _without_waiting(path: str, flags: int) -> int:
    """A pipe would be waited for until something is written into it."""
    return os.open(path, flags | os.O_NONBLOCK)


def read_names(values: Sequence[str] | None, csr: Csr | None) -> tuple[tuple[str, ...], str]:
    """The names that are applied for, the CN first, and the option that they came from. Raises InvalidOption."""
    given, csr_option = host_names(values or ()), csr.origin if csr else "domains"
    if csr and csr.has_common_name and given and given[0] != csr.domains[0]:
        raise InvalidOption(
            "domains",
            f"the first name is {given[0]}, but the CN in {csr_option} is {csr.domains[0]}. Give the CN first.",
        )
    if csr and given and set(given) != set(csr.domains):
        raise InvalidOption(
            "domains",
            f"{', '.join(given)} do not agree with the names in {csr_option}: {', '.join(csr.domains)}. Give the same "
            "names, or none.",
        )
    if csr and not csr.has_common_name:
        _refuse_without_need(csr)
    return given or (csr.domains if csr else ()), "domains" if given else csr_option


def _refuse_without_need(csr: Csr) -> None:
    """A common name can only be missing where none can hold a name."""
    from .._x509.make import LONGEST_COMMON_NAME  # few requests lack one

    if all(len(name) <= LONGEST_COMMON_NAME for name in csr.domains):
        raise InvalidOption(
            csr.origin,
            "the signing request has no common name (CN), which the service needs; make it with the first domain as "
            f"CN. Only a name of more than {LONGEST_COMMON_NAME} characters, which no CN can hold, goes without.",
        )


def _of_one_order(chosen: tuple[str, ...], option: str) -> tuple[str, ...]:
    """The names, where an order takes them together."""
    if len(chosen) > MOST_NAMES:
        raise InvalidOption(option, f"{len(chosen)} names were given; an order takes {MOST_NAMES} at most.")
    if len({name.startswith(WILDCARD) for name in chosen}) > 1:
        raise InvalidOption(
            option, "single names and wildcards cannot be in one order; a wildcard covers its bare domain by itself."
        )
    return chosen


def _contact(values: Mapping[str, Any] | None) -> Contact | None:
    if not values:
        return None
    contact = Contact(*(line(values.get(part), f"contact.{part}") for part in ("name", "phone", "email")))
    if contact.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", contact.email):
        raise InvalidOption("contact.email", "not a valid e-mail address.")
    return contact if contact != Contact("", "", "") else None


def read_tags(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    tags = tuple((sendable(str(key), "tags"), sendable(_tag_text(value), "tags")) for key, value in values.items())
    if len(tags) > MOST_TAGS:
        raise InvalidOption("tags", f"{len(tags)} tags were given; {MOST_TAGS} at most can be set.")
    for key, value in tags:
        shown = quoted(key)
        if not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise InvalidOption(
                "tags", f"{shown}: a key has 1 to {LONGEST_KEY} characters, a value at most {LONGEST_VALUE}."
            )
        if any(text.lower().startswith(("aliyun", "acs:")) for text in (key, value)):
            raise InvalidOption("tags", f"{shown}: key and value must not begin with aliyun or acs:.")
        if any(re.search("https?://", text, re.IGNORECASE) for text in (key, value)):
            raise InvalidOption("tags", f"{shown}: key and value must not contain http:// or https://.")
    return tags


def _tag_text(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        raise InvalidOption("tags", "a value must be text, not a list or a dictionary.")
    return str(value).lower() if isinstance(value, bool) else str("" if value is None else value)
