# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of a bench, as data. One of them uses collections that no other part of this project has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# What the tasks of the peers are called.
FLOOR, EXCHANGE = "The floor", "The bare exchanges"
INSTANCE = "One instance with nothing to do"
DIRECT, PARSED, SHIPPED = "One order", "One order with its certificate", "One order, by a process of its own"
WHOLE = "One order with its certificate, by a process of its own"
URI, X509 = "One page over HTTP", "One certificate file"
ACM, SDK = "One certificate of AWS", "One order through the SDK"
TAGS = {
    FLOOR: "floor",
    DIRECT: "direct",
    PARSED: "parsed",
    INSTANCE: "instance",
    SHIPPED: "shipped",
    WHOLE: "whole",
    URI: "uri",
}

# What is done on a day when nothing is due, and beside it.
STAT, MODULE, ROLE = "stat", "module", "role"
_OPTIONS = ("domains", "directory", "owner", "group", "product_code")
KINDS: dict[str, dict[str, Any]] = {
    STAT: {"tasks": [{"name": "Look at a file", "ansible.builtin.stat": {"path": "{{ bench_file }}"}}]},
    MODULE: {
        "tasks": [
            {
                "name": "Ensure a valid certificate is installed",
                "certops.alicloud.certificate": {option: f"{{{{ certificate_{option} }}}}" for option in _OPTIONS},
            }
        ]
    },
    ROLE: {"roles": ["certops.alicloud.certificate"]},
}

Play = dict[str, Any]
ORDERS = "certops.alicloud.cas_order_info"


def peers(facts: Mapping[str, Any], length: int) -> Play:
    """One round: every peer does its task once, in a loop of this length. ``facts`` says where everything is."""
    looped: dict[str, dict[str, Any]] = {
        FLOOR: {"ansible.builtin.debug": {"msg": "{{ item }}"}},
        DIRECT: {ORDERS: {}},
        PARSED: {ORDERS: {"include_certificate": True}},
        INSTANCE: {"certops.alicloud.cas_instance": {"pool": {}, "domains": [facts["instance"]]}},
        SHIPPED: {ORDERS: {}, "vars": {"certops_alicloud_direct": False}},
        WHOLE: {ORDERS: {"include_certificate": True}, "vars": {"certops_alicloud_direct": False}},
        URI: {"ansible.builtin.uri": {"url": f"{facts['url']}/_control/ca"}},
        X509: {"community.crypto.x509_certificate_info": {"path": facts["certificate"]}},
        ACM: {"community.aws.acm_certificate_info": facts["acm"]},
        SDK: {"sdk_order_info": {}},
    }
    tasks = [{"name": name, "loop": list(range(length)), "tags": _tag(name), **task} for name, task in looped.items()]
    script = [facts["python"], "-m", "tests.benchmarks.exchange", facts["url"], str(length)]
    command = {"argv": script, "chdir": facts["root"]}
    bare = {"name": EXCHANGE, "ansible.builtin.command": command, "changed_when": False, "tags": "exchange"}
    return {"name": "Peers", "hosts": "localhost", "gather_facts": False, "tasks": [*tasks[:1], bare, *tasks[1:]]}


def _tag(name: str) -> str:
    return TAGS.get(name, "slow")


def on_hosts(kind: str, title: str, variables: Mapping[str, Any], hosts: str = "converged") -> Play:
    """One task, or the role, on many hosts."""
    return {"name": title, "hosts": hosts, "gather_facts": False, "vars": dict(variables), **KINDS[kind]}


def write(folder: Path, name: str, play: Play) -> str:
    """Write a playbook; return its path."""
    path = folder / f"{name}.yml"
    path.write_text(json.dumps([play], indent=2))
    return str(path)
