# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays with roles: each way to validate a domain, a shared key, and hosts on which something is wrong."""

from __future__ import annotations

import os
from typing import Any

from tests.support.playbooks import Play

from .modules import COLLECTION
from .scene import KEY_ID, ZONE, Scene

Host = dict[str, Any]
SHARED = ("share1", "share2")
SHORT = ("nsupdate", "tsig_refused", *SHARED)


def hosts(scene: Scene, short: bool) -> dict[str, Host]:
    """The hosts of the roles, with the variables of each."""
    shared: Host = {"certificate_share_group": "shared", "certificate_domains": [f"shared.{ZONE}"]}
    found = {
        "alidns": _host(scene, "alidns"),
        "rsa": _host(scene, "alidns", certificate_key_type="RSA"),
        "file": _host(scene, "http", certificate_validation="file", certificate_webroot=str(scene.webroot)),
        "key_refused": _host(scene, "alidns", {"access_key_secret": "{{ wrong_secret }}"}),
        "refused": _host(scene, "refused"),
        "html_refused": _host(scene, "html"),
        "share1": _host(scene, "alidns", **shared),
        "share2": _host(scene, "alidns", **shared),
    }
    if scene.names:
        facts = {"server": "address", "port": "port", "key_name": "key_name", "key_algorithm": "key_algorithm"}
        tsig = {option: scene.names[fact] for option, fact in facts.items()} | {"key_secret": "{{ tsig }}"}
        wrong = {**tsig, "key_secret": "{{ wrong_tsig | b64encode }}"}
        found["nsupdate"] = _host(scene, "dns", certificate_validation="nsupdate", certificate_nsupdate=tsig)
        found["tsig_refused"] = _host(scene, "dns", certificate_validation="nsupdate", certificate_nsupdate=wrong)
    chosen = [name for name in found if name in SHORT or not short]
    return {name: _placed(scene, name, found[name]) for name in chosen}


def single_host(scene: Scene) -> dict[str, Host]:
    """The host on which the roles are called one by one."""
    return {"single": _placed(scene, "single", _host(scene, "alidns"))}


def _host(scene: Scene, account: str, other: Host | None = None, **more: Any) -> Host:
    connection = {"endpoint": scene.urls[account], "access_key_id": KEY_ID, "access_key_secret": "{{ secret }}"}
    return {
        "certificate_connection": {**connection, **(other or {})},
        "certificate_product_code": "digicert-free-1-free",
        "certificate_owner": str(os.geteuid()),
        "certificate_group": str(os.getegid()),
        "certificate_poll_interval": 0.2,
        "certificate_wait_timeout": 600,
        **more,
    }


def _placed(scene: Scene, name: str, host: Host) -> Host:
    """The same host with names and a store."""
    store = str(scene.directory / "stores" / name)
    return {"certificate_domains": [f"{name.replace('_', '-')}.{ZONE}"], **host, "certificate_directory": store}


def issue(check: bool) -> Play:
    """The role that does everything, in check mode or not."""
    return {
        "name": "Preview" if check else "Issue",
        "hosts": "certified",
        "gather_facts": False,
        "check_mode": check,
        "ignore_errors": check,
        "roles": [f"{COLLECTION}.certificate"],
    }


def one_by_one(*roles: str) -> Play:
    """The roles that it is made of, called by themselves on one host."""
    found = [
        {"name": f"Call {role}", "ansible.builtin.include_role": {"name": f"{COLLECTION}.{role}"}} for role in roles
    ]
    return {"name": "One by one", "hosts": "single", "gather_facts": False, "tasks": found}


def with_environment(scene: Scene) -> Play:
    """Tasks whose keys come from the environment, behind a proxy that wants a password, both ways."""
    found: list[Host] = []
    for direct in (True, False):
        for name, url in (("reach", "good"), ("miss", "tls"), ("be refused", "denied")):
            task: Host = {
                "name": f"Ask in order to {name}",
                f"{COLLECTION}.cas_order_info": {"endpoint": scene.urls[url], "max_attempts": 1},
                "vars": {"certops_alicloud_direct": direct},
                "register": "from_environment",
                "ignore_errors": True,
            }
            found += [task, {"name": "Show it", "ansible.builtin.debug": {"var": "from_environment"}}]
    # Shipped, Ansible itself would write it into a command line.
    found.append(
        {
            "name": "Read the key from the environment of the task",
            f"{COLLECTION}.cas_package_info": {"endpoint": scene.urls["good"], "max_attempts": 1},
            "environment": {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "{{ secret }}"},
            "vars": {"certops_alicloud_direct": True},
        }
    )
    return {"name": "Environment", "hosts": "plain", "gather_facts": False, "tasks": found}
