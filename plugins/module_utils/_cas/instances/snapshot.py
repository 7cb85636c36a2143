# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The instances of an account at a moment: result of ``cas_instance_info``, option of ``cas_instance``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ..._errors import InvalidOption
from ..snapshot import Snapshot, public_header, read_things
from .instance import Instance
from .read import read_instance

# What a task needs of each; the rest is read before it matters.
_KEPT = (
    "InstanceId", "InstanceType", "Spec", "Brand", "CertificateType", "Status", "CertificateStatus", "PendingResult",
    "Domain", "CertificateDomain", "CertificateName", "AutoReissue", "CertificateId", "FullDomainCount",
    "WildcardDomainCount", "CertificateNotBefore", "CertificateNotAfter", "InstanceEndTime", "OrderStartTime",
)  # fmt: skip


def public_snapshot(
    account: str, at: datetime, entries: Iterable[Mapping[str, Any]], offset: timedelta | None
) -> dict[str, Any]:
    """The result ``known_instances``. Each is one text: Ansible looks at every value of a result."""
    kept = ({name: entry[name] for name in _KEPT if entry.get(name) not in (None, "")} for entry in entries)
    return {
        **public_header(account, at, offset),
        "instances": [json.dumps(entry, separators=(",", ":")) for entry in kept],
    }


def read_snapshot(value: Mapping[str, Any] | None) -> Snapshot[Instance] | None:
    """The option ``known_instances``. Raises InvalidOption."""
    return read_things(value, "known_instances", "instances", "cas_instance_info", _instance)


def _instance(entry: object) -> Instance:
    try:
        found = json.loads(entry) if isinstance(entry, str) else None
    except (ValueError, RecursionError):
        found = None
    instance = read_instance(found) if isinstance(found, dict) else None
    if instance is None or not instance.instance_id:
        raise InvalidOption("known_instances", "an entry of instances is not one of cas_instance_info.")
    return instance
