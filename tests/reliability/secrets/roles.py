# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of the search: each way to prove a domain, a shared key, and hosts on which something is wrong."""

from __future__ import annotations

import os
from typing import Any

from .playbooks import Play
from .secrets_books import COLLECTION
from .secrets_world import KEY_ID, PRODUCT, ZONE, Scene

Host = dict[str, Any]
SHARED = ("share1", "share2")


def hosts(scene: Scene, short: bool) -> dict[str, Host]:
    """The hosts of the roles, with what each of them says of its certificate."""
    tsig = _tsig(scene)
    found = {
        "alidns": _host(scene, "alidns"),
        "rsa": _host(scene, "alidns", certificate_key_type="RSA"),
        "file": _host(scene, "http", certificate_validation="file", certificate_webroot=str(scene.webroot)),
        "key_refused": _host(scene, "alidns", {"access_key_secret": "{{ wrong_secret }}"}),
        "refused": _host(scene, "refused"),
        "html_refused": _host(scene, "html"),
        "share1": _host(scene, "alidns", certificate_hosts_share="shared", certificate_domains=[f"shared.{ZONE}"]),
        "share2": _host(scene, "alidns", certificate_hosts_share="shared", certificate_domains=[f"shared.{ZONE}"]),
    }
    if tsig:
        wrong = {**tsig, "key_secret": "{{ wrong_tsig | b64encode }}"}
        found["nsupdate"] = _host(scene, "dns", certificate_validation="nsupdate", certificate_nsupdate=tsig)
        found["tsig_refused"] = _host(scene, "dns", certificate_validation="nsupdate", certificate_nsupdate=wrong)
    chosen = ("nsupdate", "tsig_refused", "share1", "share2") if short else tuple(found)
    return {name: _named(name, host) for name, host in found.items() if name in chosen}


def _host(scene: Scene, account: str, other: Host | None = None, **words: Any) -> Host:
    connection = {"endpoint": scene.urls[account], "access_key_id": KEY_ID, "access_key_secret": "{{ secret }}"}
    return {
        "certificate_connection": {**connection, **(other or {})},
        "certificate_product_code": PRODUCT if "tags" in words else "digicert-free-1-free",
        "certificate_owner": str(os.geteuid()),
        "certificate_group": str(os.getegid()),
        "certificate_poll_interval": 0.2,
        "certificate_wait_timeout": 60,
        **words,
    }


def _named(name: str, host: Host) -> Host:
    return {"certificate_domains": [f"{name.replace('_', '-')}.{ZONE}"], "certificate_directory": name, **host}


def _tsig(scene: Scene) -> Host:
    names = {"server": "address", "port": "port", "key_name": "key_name", "key_algorithm": "key_algorithm"}
    tsig = {word: scene.names[fact] for word, fact in names.items()} if scene.names else {}
    return {**tsig, "key_secret": "{{ tsig }}"} if tsig else {}


def placed(found: dict[str, Host], scene: Scene) -> dict[str, Host]:
    """The same hosts with stores below the folder."""
    stores = scene.folder / "stores"
    return {name: {**host, "certificate_directory": str(stores / name)} for name, host in found.items()}


def issue(check: bool) -> Play:
    """The role that does everything, as a preview or for good."""
    return {
        "name": "A preview" if check else "For good",
        "hosts": "certified",
        "gather_facts": False,
        "check_mode": check,
        "ignore_errors": check,
        "roles": [f"{COLLECTION}.certificate"],
    }


def one_by_one(step: str) -> Play:
    """The roles that it is made of, called by themselves on one host."""
    roles = {"issue": ("csr", "apply"), "renew": ("renew",)}[step]
    words = ("domains", "directory", "product_code", "owner", "group")
    more = {"csr": (), "apply": ("connection", "poll_interval", "wait_timeout")}
    found = []
    for role in roles:
        names: tuple[str, ...] = words if role != "csr" else ("domains", "directory", "owner", "group")
        names += more.get(role, more["apply"])
        values = {f"{role}_{word}": f"{{{{ certificate_{word} }}}}" for word in names}
        include = {
            "name": f"Call {role}",
            "ansible.builtin.include_role": {"name": f"{COLLECTION}.{role}"},
            "vars": values,
        }
        found.append(include)
    return {"name": "One by one", "hosts": "single", "gather_facts": False, "tasks": found}


def surrounded(scene: Scene) -> Play:
    """Tasks whose keys come out of the environment, behind a proxy that wants a password, both ways."""
    found: list[Host] = []
    for direct in (True, False):
        for name, url in (("reach", "good"), ("miss", "tls"), ("be refused", "denied")):
            task: Host = {
                "name": f"Ask in order to {name}",
                f"{COLLECTION}.cas_order_info": {"endpoint": scene.urls[url], "max_attempts": 1},
                "vars": {"certops_alicloud_direct": direct},
                "register": "surrounded",
                "ignore_errors": True,
            }
            found += [task, {"name": "Show it", "ansible.builtin.debug": {"var": "surrounded"}}]
    # Shipped, Ansible itself would write it into a command line.
    found.append(
        {
            "name": "Take the key from the task's environment",
            f"{COLLECTION}.cas_package_info": {"endpoint": scene.urls["good"], "max_attempts": 1},
            "environment": {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "{{ secret }}"},
            "vars": {"certops_alicloud_direct": True},
        }
    )
    return {"name": "Surroundings", "hosts": "plain", "gather_facts": False, "tasks": found}
