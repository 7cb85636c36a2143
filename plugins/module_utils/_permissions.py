# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which permissions each module needs, by what it is used for. The playbook ram_policy prints policies of this table.

It runs as a program, too, on what JSON the first argument has, and imports nothing of the collection.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any


def _cas(operations: str) -> frozenset[str]:
    return frozenset(f"yundun-cert:{name}" for name in operations.split())


def _alidns(operations: str) -> frozenset[str]:
    return frozenset(f"alidns:{name}" for name in operations.split())


_ORDER = _cas("ListUserCertificateOrder DescribeCertificateState")
_APPLY = _ORDER | _cas("DescribePackageState CreateCertificateForPackageRequest CreateCertificateWithCsrRequest")
_WITHDRAW = _cas("CancelOrderRequest DeleteCertificateRequest")
_INSTANCE = _cas("ListInstances GetInstanceDetail")
_FILL_IN = _cas("UpdateInstance ListContact ListCompanies TagResources GetInstanceSummary")
_UNTAG = _cas("UntagResources")
# A task that may not ask why a submission failed says less, and succeeds or fails all the same.
_SUBMISSION = _cas("GetTaskAttribute")
_FIND_RECORD = _alidns("DescribeDomains DescribeSubDomainRecords")

# By module, and by the state or, where a module has none, by what it is used for.
PERMISSIONS: dict[str, dict[str, frozenset[str]]] = {
    "alidns_record": {
        "present": _FIND_RECORD | _alidns("AddDomainRecord UpdateDomainRecord"),
        "absent": _FIND_RECORD | _alidns("DeleteDomainRecord"),
    },
    "cas_instance": {
        "present": _INSTANCE | _FILL_IN | _UNTAG | _SUBMISSION | _cas("ApplyCertificate GetUserCertificateDetail"),
        "configured": _INSTANCE | _FILL_IN | _UNTAG,
        "cancelled": _INSTANCE | _cas("CancelPendingCertificate"),
        "revoked": _cas("GetInstanceDetail ListCertificates RevokeCertificate"),
        "refunded": _cas("GetInstanceDetail RefundInstance"),
    },
    "cas_instance_info": {
        "list": _INSTANCE,
        "certificate": _INSTANCE | _cas("GetUserCertificateDetail"),
        "summary": _INSTANCE | _cas("GetInstanceSummary"),
    },
    "cas_order": {
        # Another task may order the same at the same moment: then the later order is withdrawn and deleted.
        "present": _APPLY | _WITHDRAW | _cas("CreateCertificateRequest"),
        "cancelled": _ORDER | _cas("CancelOrderRequest"),
        "absent": _ORDER | _WITHDRAW,
        "revoked": _ORDER | _cas("CancelCertificateForPackageRequest"),
    },
    "cas_order_info": {
        "list": _ORDER,
        # The operation tells private keys, too.
        "certificate": _ORDER | _cas("GetUserCertificateDetail"),
    },
    "cas_order_renew": {
        "renew": _ORDER | _WITHDRAW | _cas("DescribePackageState RenewCertificateOrderForPackageRequest"),
        "reorder": _APPLY | _WITHDRAW | _cas("CreateCertificateRequest"),
    },
    "cas_package_info": {"list": _cas("DescribePackageState")},
    "cas_preflight": {"alidns": _alidns("DescribeDomains")},
    "certificate": {
        "order": _APPLY | _WITHDRAW,
        "renew": _APPLY | _WITHDRAW | _cas("RenewCertificateOrderForPackageRequest"),
        "instance": _INSTANCE | _FILL_IN | _SUBMISSION | _cas("ApplyCertificate GetUserCertificateDetail"),
        "alidns": _FIND_RECORD | _alidns("AddDomainRecord DeleteDomainRecord"),
    },
}
_PLAYBOOKS = {"issue": "certificate", "renew": "certificate"}
# What cannot be undone is granted only where it is asked for.
_ONLY_IF_ASKED = frozenset({"revoked", "refunded"})


def uses(module: str, states: Collection[str] = ()) -> list[str]:
    """What a module is used for, by the states that were asked for; without any, all but what cannot be undone."""
    known = PERMISSIONS[module]
    return [name for name in known if (name in states if states else name not in _ONLY_IF_ASKED)]


def policy(chosen: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The RAM policy that grants what these modules need, for these uses, and nothing else."""
    granted = sorted({each for module, names in chosen.items() for use in names for each in PERMISSIONS[module][use]})
    return {"Version": "1", "Statement": [{"Effect": "Allow", "Action": granted, "Resource": "*"}]}


def choose(modules: object, states: Sequence[str] = ()) -> dict[str, list[str]]:
    """The uses of modules and playbooks: a list of these, or a dictionary with the uses of each. Raises ValueError."""
    asked = _by_name(modules, states)
    if not isinstance(modules, Mapping):
        _require(states, {use for name in asked for use in PERMISSIONS[name]}, "ram_policy_states")
    for name, wanted in asked.items():
        if isinstance(modules, Mapping):
            _require(wanted, PERMISSIONS[name], f"ram_policy_modules.{name}")
    chosen = {name: uses(name, wanted) for name, wanted in asked.items()}
    if not any(chosen.values()):
        raise ValueError("ram_policy_modules: nothing was chosen; give modules or playbooks of this collection.")
    return chosen


def _by_name(modules: object, states: Sequence[str]) -> dict[str, list[str]]:
    """The wanted uses by the modules' short names; a playbook is used as the module that it runs."""
    listed = [modules] if isinstance(modules, str) else modules or ()
    pairs = listed.items() if isinstance(listed, Mapping) else ((each, states) for each in listed)  # type: ignore[attr-defined]
    found: dict[str, list[str]] = {}
    for given, wanted in pairs:
        name = str(given).rpartition(".")[2]
        _require([name], {*PERMISSIONS, *_PLAYBOOKS}, "ram_policy_modules")
        found.setdefault(_PLAYBOOKS.get(name, name), []).extend(map(str, wanted or ()))
    return found


def _require(names: Sequence[str], known: Collection[str], option: str) -> None:
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1) or sorted(known)
            raise ValueError(f"{option}: {name!r} is unknown; use {', '.join(near)}.")


def main(text: str) -> int:
    """Print the policy of a choice."""
    asked = json.loads(text)
    try:
        sys.stdout.write(json.dumps(policy(choose(asked["modules"], asked.get("states") or ())), indent=2) + "\n")
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
