# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options of ``cas_preflight``, and its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from .._alidns.api import zone_of
from .._alidns.argspec import RecordWanted, State
from .._dns.argspec import NSUPDATE, OPTION, read_nsupdate
from .._dns.lookup import TIMEOUT, read_resolvers
from .._dns.record_names import record_name
from .._dns.update import check
from .._errors import InvalidOption
from .._rpc.client import Client
from .._text import code
from .._x509.hostnames import WILDCARD, host_names
from .preflight import PreflightWanted, look
from .preflight_rules import FAILED

VALIDATIONS = ("alidns", "nsupdate", "file", "automatic", "preauthorized", "tasks", "manual")
_LONGEST_TIMEOUT = 300

OPTIONS: dict[str, Any] = {
    "domains": {"type": "list", "elements": "str", "required": True},
    "product_code": {"type": "str", "default": "digicert-free-1-free"},
    "validation": {"type": "str", "choices": list(VALIDATIONS), "default": "alidns"},
    "validation_method": {"type": "str", "choices": ["dns", "file"]},
    "domain": {"type": "str"},
    "nsupdate": {"type": "dict", "options": NSUPDATE},
    "dns_alias": {"type": "str"},
    "resolvers": {"type": "list", "elements": "str"},
    "strict": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": TIMEOUT},
}

Connect = Callable[[], Client]


def preflight_info(connect: Connect, options: Mapping[str, Any]) -> dict[str, Any]:
    """The checks of the domains. The account is asked only for the zone of ``validation: alidns``."""
    wanted = read_preflight(options, connect)
    checks = look(wanted, read_resolvers(options["resolvers"], _timeout(options["timeout"])))
    return {"checks": [each.public() for each in checks], "ok": all(each.result != FAILED for each in checks)}


def read_preflight(options: Mapping[str, Any], connect: Connect) -> PreflightWanted:
    """Check the options and say what they ask for. Raises InvalidOption."""
    validation = options["validation"]
    method = options.get("validation_method") or ("file" if validation == "file" else "dns")
    domains = host_names(options["domains"])
    if not domains:
        raise InvalidOption("domains", "give one name or more.")
    if method == "file" and any(domain.startswith(WILDCARD) for domain in domains):
        raise InvalidOption("domains", "a wildcard cannot be validated by a file; use validation_method dns.")
    alias = (options.get("dns_alias") or "").strip()
    return PreflightWanted(
        domains,
        code(options["product_code"], "product_code"),
        validation,
        method,
        _provider(validation, options, connect) if method == "dns" else None,
        record_name(alias, "dns_alias") if alias else None,
        strict=options["strict"],
    )


def _provider(validation: str, options: Mapping[str, Any], connect: Connect) -> Callable[[str], str] | None:
    if validation == "nsupdate":
        if not options.get("nsupdate"):
            raise InvalidOption(OPTION, "give the name server and the key, since validation is nsupdate.")
        return partial(check, read_nsupdate(options["nsupdate"]))
    return partial(_account_zone, connect, options.get("domain")) if validation == "alidns" else None


def _account_zone(connect: Connect, domain: str | None, record: str) -> str:
    zone = record_name(domain, "domain") if domain and domain.strip() else None
    return zone_of(connect(), RecordWanted(State.PRESENT, zone, record, "TXT", "", 600)).name


def _timeout(seconds: float) -> float:
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise InvalidOption("timeout", f"give a number of seconds above 0, and {_LONGEST_TIMEOUT} at most.")
    return seconds
