# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options of ``certificate`` read: every rule that they must keep before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._cas.options import positive
from .._dns.argspec import read_nsupdate
from .._dns.exchange import read_server
from .._dns.record_names import record_name
from .._errors import InvalidOption
from .._host.services import is_service_name
from .._store.access import read_mode
from .._text import quoted, quoted_path
from .._x509.hostnames import WILDCARD, base, host_names
from .._x509.make import LONGEST_COMMON_NAME, check_key_size
from .._x509.renewal_window import window
from .wanted import CertificateWanted, Service, Until, Validation

# Keys of the option ``instance`` of which one is given.
_EITHER = (("instance_id", "pool"), ("contact_ids", "contact"), ("company_id", "company"))


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
    _check_source(options)
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


def _check_source(options: Mapping[str, Any]) -> None:
    instance = options["instance"]
    if options["source"] == "order":
        if instance:
            raise InvalidOption(
                "instance", "it is used with source: instance only. Set that, or source: order to leave it unused."
            )
        return
    if not instance:
        raise InvalidOption("instance", "source: instance needs instance_id or pool in it.")
    given = {name for name, value in instance.items() if value is not None}
    for one, other in _EITHER:
        if {one, other} <= given:
            raise InvalidOption("instance", f"give {one} or {other}, not both.")
    if not {"instance_id", "pool"} & given:
        raise InvalidOption("instance", "give instance_id, or pool in place of it.")


def joined_instance(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The option ``instance`` of an entry and of what all entries have in common, key by key; nothing where one of them
    does not give it."""
    ours, shared = (_keys(given.get("instance")) for given in (own, common))
    if not ours or not shared:
        return {}
    others = {other for name in ours for pair in _EITHER if name in pair for other in pair}
    return {"instance": {**{name: value for name, value in shared.items() if name not in others}, **ours}}


def _keys(instance: Any) -> Mapping[str, Any]:
    if isinstance(instance, str):
        return {"instance_id": instance}
    return instance if isinstance(instance, Mapping) else {}


def _check_the_rest(wanted: CertificateWanted) -> None:
    """What is used later, when an order is there already, is refused before anything is looked at."""
    options = wanted.options
    positive(options["wait_timeout"], "wait_timeout")
    window(options["renew_before"], "renew_before")
    if options["keep"] < 0:
        raise InvalidOption("keep", "give the number of old generations to keep, 0 or above.")
    read_mode(options["key_mode"])
    for address in options["resolvers"] or ():
        read_server(address, "resolvers")
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
    if by == "file" and not webroot.startswith("/"):
        raise InvalidOption("webroot", f"{quoted_path(webroot)} is not an absolute path.")
    if by == "nsupdate" and not nsupdate:
        raise InvalidOption("nsupdate", "give the DNS server and the key of the dynamic updates.")
    if (by == "file") != (method == "file") and by in ("file", "alidns", "nsupdate", "automatic", "preauthorized"):
        raise InvalidOption("validation_method", f"{method} is not valid with validation: {by}. Leave it out.")
    if method == "file" and any(name.startswith(WILDCARD) for name in domains):
        raise InvalidOption("validation", "a wildcard cannot be validated by file; use a DNS record.")
    if by == "nsupdate":
        read_nsupdate(nsupdate)
    alias = record_name(options["dns_alias"], "dns_alias") if options["dns_alias"] else None
    return Validation(by, method, webroot, alias, options["alidns"] or {}, nsupdate)


def _service(value: Any) -> Service:
    """A name, or name with action or argv."""
    if isinstance(value, str) and value.strip():
        return Service(_service_name(value))
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
    name = str(value["name"]).strip() if argv else _service_name(str(value["name"]))
    return Service(name, action, tuple(str(part) for part in argv))


def _service_name(text: str) -> str:
    name = text.strip()
    if not is_service_name(name):
        raise InvalidOption(
            "services",
            f"{quoted(name)} is not a valid name of a service. A command goes into argv; tasks of your own go into "
            "certificate_reload_tasks of the role.",
        )
    return name
