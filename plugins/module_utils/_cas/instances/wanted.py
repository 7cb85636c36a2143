# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task wants of an instance, and every rule that its options must keep before anything is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._errors import InvalidOption
from ..._text import line, quoted
from ..._x509.hostnames import WILDCARD
from ..._x509.renewal_window import DEFAULT_WINDOW, Window, window
from ..application import read_csr_option, read_names, read_tags
from ..options import Waiting, identifier, read_waiting
from .snapshot import read_snapshot

if TYPE_CHECKING:
    from ..._x509.csr import Csr
    from ..snapshot import Snapshot
    from .instance import Instance

# How many names of one kind an instance can hold at most.
MOST_NAMES = 150
_LONGEST_NAME = 63
# Instances of resource plans, and uploaded certificates: neither is applied for through this API.
_OTHER_IDS = {"cas-ivauto-": "belongs to a resource plan; use cas_order", "cas-upload-": "is an uploaded certificate"}
_ORDER_DIGITS = re.compile(r"\d+")


class State(Enum):
    PRESENT = "present"
    CONFIGURED = "configured"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    REFUNDED = "refunded"


class Pool(NamedTuple):
    """Which instances a task may take: None lets every one pass."""

    instance_type: str | None = None
    brand: str | None = None
    spec: str | None = None
    certificate_type: str | None = None

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self._asdict().items() if value)
        return f"pool ({told})" if told else "pool"


class People(NamedTuple):
    """Contacts and company by their ids, or by a name that is looked up."""

    contact_ids: frozenset[str] = frozenset()
    contact: str | None = None
    company_id: str | None = None
    company: str | None = None


NOBODY = People()


@dataclass(frozen=True)
class InstanceWanted:
    """What ``cas_instance`` wants. What is None stays as it is.

    ``avoided`` are instances that other tasks took while this one ran. ``due_on_host`` and ``revoked`` are what the
    host says of the certificate that it uses, ``in_use`` (its SHA-256; empty: it has none): they and ``force`` do not
    hold for another one, which is its successor. ``recorded_id`` is the instance that it came from, as the host noted;
    a successor may have its key, ``key_in_use``, since hosting applies with the CSR that is there.
    """

    waiting: Waiting
    instance_id: str | None = None
    pool: Pool | None = None
    state: State = State.PRESENT
    domains: tuple[str, ...] = ()
    csr: Csr | None = None
    validation_method: str = "dns"
    key_algorithm: str | None = None
    people: People = NOBODY
    certificate_name: str | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    purge_tags: bool = False
    auto_reissue: bool | None = None
    reuse_hosted: bool = True
    renew_before: Window = DEFAULT_WINDOW
    force: bool = False
    reissue_on_key_mismatch: bool = False
    certificate_id: str | None = None
    region: str = "cn-hangzhou"
    known_instances: Snapshot[Instance] | None = None
    avoided: frozenset[str] = frozenset()
    due_on_host: bool = False
    revoked: bool = False
    in_use: str | None = None
    recorded_id: str | None = None
    key_in_use: str | None = None

    @property
    def named(self) -> str:
        return ", ".join(self.domains)


def read_instance_options(options: Mapping[str, Any]) -> InstanceWanted:
    """Check the options of ``cas_instance`` (defaults filled in). Raises InvalidOption."""
    csr = read_csr_option(options)
    domains, origin = read_names(options.get("domains"), csr)
    tags = options.get("tags")
    wanted = InstanceWanted(
        waiting=read_waiting(options),
        instance_id=instance_identifier(options.get("instance_id")),
        pool=_pool(options.get("pool")),
        state=State(options.get("state") or "present"),
        domains=domains,
        csr=csr,
        validation_method=options["validation_method"],
        key_algorithm=options.get("key_algorithm"),
        people=_people(options),
        certificate_name=_certificate_name(options.get("certificate_name")),
        tags=None if tags is None else tuple(sorted(read_tags(tags))),
        purge_tags=bool(options.get("purge_tags")),
        auto_reissue=options.get("auto_reissue"),
        reuse_hosted=bool(options.get("reuse_hosted", True)),
        renew_before=window(options["renew_before"], "renew_before"),
        force=bool(options.get("force")),
        reissue_on_key_mismatch=options.get("on_key_mismatch") == "reorder",
        certificate_id=identifier(options.get("certificate_id"), "certificate_id"),
        region=options.get("region") or "cn-hangzhou",
        known_instances=read_snapshot(options.get("known_instances")),
        due_on_host=bool(options.get("due_on_host")),
        revoked=bool(options.get("revoked")),
    )
    _check_together(wanted, origin)
    return wanted


def instance_identifier(value: object, option: str = "instance_id") -> str | None:
    """The id of a subscription instance; others, and ids of orders, are refused."""
    text = identifier(value, option)
    if text is None:
        return None
    for prefix, why in _OTHER_IDS.items():
        if text.startswith(prefix):
            raise InvalidOption(option, f"{quoted(text)} {why}. Give the ID of a subscription instance.")
    if _ORDER_DIGITS.fullmatch(text):
        raise InvalidOption(
            option, f"{quoted(text)} looks like the ID of an order; the ID of an instance begins with cas-."
        )
    return text


def _pool(values: Mapping[str, Any] | None) -> Pool | None:
    if values is None:
        return None
    return Pool(
        values.get("instance_type"),
        line(values.get("brand"), "pool.brand") or None,
        line(values.get("spec"), "pool.spec") or None,
        values.get("certificate_type"),
    )


def _people(options: Mapping[str, Any]) -> People:
    ids = options.get("contact_ids")
    if ids is not None and not ids:
        raise InvalidOption("contact_ids", "the list is empty; give one ID or more, or leave it out.")
    return People(
        frozenset(identifier("" if value is None else value, "contact_ids") or "" for value in ids or ()),
        line(options.get("contact"), "contact") or None,
        identifier(options.get("company_id"), "company_id"),
        line(options.get("company"), "company") or None,
    )


def _certificate_name(value: object) -> str | None:
    name = line(value, "certificate_name") or None
    if name and (len(name) > _LONGEST_NAME or not name.isascii()):
        raise InvalidOption(
            "certificate_name",
            f"give up to {_LONGEST_NAME} ASCII characters; a certificate with another name cannot be deployed.",
        )
    return name


def _check_together(wanted: InstanceWanted, origin: str) -> None:
    _check_state(wanted)
    if wanted.purge_tags and wanted.tags is None:
        raise InvalidOption("purge_tags", "give tags, those that are to stay; {} removes all.")
    _check_names(wanted.domains, origin, wanted.validation_method)
    if wanted.csr and wanted.key_algorithm:
        what = "SM2 is" if wanted.key_algorithm == "SM2" else "it is"
        raise InvalidOption("key_algorithm", f"{what} for keys that the service makes; with a CSR, leave it out.")
    if wanted.csr:
        _check_common_name(wanted.domains, wanted.csr)


def _check_state(wanted: InstanceWanted) -> None:
    """What each state needs, and does not take."""
    if wanted.state is State.REVOKED and wanted.certificate_id is None:
        raise InvalidOption(
            "certificate_id",
            "state: revoked needs the ID of the certificate, because an instance has one after another. "
            "cas_instance_info tells it.",
        )
    if wanted.state is not State.REVOKED and wanted.certificate_id is not None:
        raise InvalidOption("certificate_id", "it is used with state: revoked only.")
    if wanted.pool is not None and wanted.state in (State.REVOKED, State.REFUNDED):
        raise InvalidOption("pool", f"state: {wanted.state.value} needs the ID of the instance in instance_id.")
    if wanted.pool is not None and not wanted.domains:
        raise InvalidOption("domains", "give the names, or a CSR: they tell which instance of the pool is meant.")
    if wanted.state is State.PRESENT and not wanted.domains:
        raise InvalidOption("domains", "give the names to apply for, or a CSR in csr_content or csr_path.")


def _check_names(domains: Sequence[str], origin: str, method: str) -> None:
    wildcards = [name for name in domains if name.startswith(WILDCARD)]
    if max(len(wildcards), len(domains) - len(wildcards)) > MOST_NAMES:
        raise InvalidOption(
            origin, f"{len(domains)} names were given; an instance holds {MOST_NAMES} of a kind at most."
        )
    if method == "file" and wildcards:
        raise InvalidOption("validation_method", "a wildcard cannot be validated by file; use dns.")


def _check_common_name(domains: Sequence[str], csr: Csr) -> None:
    if domains[0].startswith(WILDCARD) and not all(name.startswith(WILDCARD) for name in domains):
        raise InvalidOption(
            csr.origin, f"the CN is the wildcard {domains[0]}; beside single names, the CN has to be one of them."
        )
