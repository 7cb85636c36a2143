# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks with modules, succeeding and failing in every way; their options come from a file of variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.reliability.support.authority import certificate_for
from tests.support.certificates import csr_pem
from tests.support.playbooks import Play

from .scene import ACCOUNTS, KEY_ID, Scene

COLLECTION = "certops.alicloud"
API = (
    *("cas_order", "cas_order_renew", "cas_order_info", "cas_package_info", "cas_instance", "cas_instance_info"),
    "alidns_record",
)
# The ways of a short play.
FEW = ("good", "wrong secret", "denied", "lost", "html", "tls refused", "half a pair")
# The cases of the shortest play. The store is first staged, then filled.
FEWEST = (
    *("wrong secret", "an own key", "a key", "staged", "complete", "another key", "a chain with a key", "current"),
    "not there",
)
Options = dict[str, Any]
# Accounts, and ways to authenticate.
WAYS = (*ACCOUNTS, "wrong secret", "unknown key", "half a pair", "the other half", "session", "old session")
WAYS += ("tls refused", "tls accepted", "closed port", "profile", "another profile", "unknown option", "not a number")


def connection(way: str, scene: Scene, ca_path: str) -> Options:
    """The connection options of one way."""
    texts, urls = scene.secrets.texts, scene.urls
    pair = {"access_key_id": KEY_ID, "access_key_secret": texts["Secret"]}
    given: Options = {"endpoint": urls[way if way in ACCOUNTS else "good"], **pair}
    given |= {"request_timeout": 0.4, "max_attempts": 1}
    changes: dict[str, Options] = {
        "wrong secret": {"access_key_secret": texts["WrongSecret"]},
        "unknown key": {"access_key_id": "LTAIunknown"},
        "half a pair": {"access_key_id": None},
        "the other half": {"access_key_secret": None},
        "session": {"endpoint": urls["session"], "security_token": texts["Token"]},
        "old session": {"endpoint": urls["session"], "security_token": texts["WrongToken"]},
        "tls refused": {"endpoint": urls["tls"]},
        "tls accepted": {"endpoint": urls["tls"], "ca_path": ca_path},
        "closed port": {"endpoint": "http://127.0.0.1:1"},
        "profile": {"endpoint": urls["cli"], "access_key_id": None, "access_key_secret": None, "profile": "marked"},
        "another profile": {"access_key_id": None, "access_key_secret": None, "profile": "unknown"},
        "unknown option": {"colour": "red"},
        "not a number": {"max_attempts": "many"},
    }
    if way != "slow":
        given["request_timeout"] = 20
    given |= changes.get(way, {})
    return {name: value for name, value in given.items() if value is not None}


def wanted(module: str, way: str) -> Options:
    """What is asked of a module, whatever the way."""
    name = f"{way.replace(' ', '-')}.example.com"
    found: dict[str, Options] = {
        "cas_order": {"domains": [name], "poll_interval": 0.2},
        "cas_order_renew": {"domains": [name], "force": True, "poll_interval": 0.2},
        "cas_order_info": {"include_validation": True},
        "cas_package_info": {},
        "cas_instance": {"pool": {}, "domains": [name], "contact": "Operations", "poll_interval": 0.2},
        "cas_instance_info": {"include_validation": True, "include_certificate": True, "summary": True},
        "alidns_record": {"record": f"_dnsauth.{name}", "type": "TXT", "value": "proof"},
    }
    return found[module]


def options(scene: Scene, ca_path: str) -> dict[str, dict[str, Options]]:
    """Every case: options by module and name."""
    found = {module: {way: wanted(module, way) | connection(way, scene, ca_path) for way in WAYS} for module in API}
    good = connection("good", scene, ca_path)
    bad = connection("wrong secret", scene, ca_path)
    for name, special in orders(scene).items():
        found["cas_order"][name] = special | good
    for name, special in instances(scene).items():
        found["cas_instance"][name] = special | good
    found["cas_order_renew"] |= {
        "a new one": {**wanted("cas_order_renew", "good"), **good, "csr_content": _csr(scene, "second", "good")},
        "a key": {**wanted("cas_order_renew", "good"), **good, "csr_content": scene.secrets.keys["rsa"]},
    }
    key = {"include_private_key": True, "include_certificate": True, "order_id": "98987582437920968"}
    found["cas_order_info"] |= {
        "its key": key | good,
        "no key": key | bad,
        "wait": {**key, **bad, "wait_for": "issued"},
    }
    return found | {"certificate_store": stored(scene), "certificate_store_info": read(scene)}


def _csr(scene: Scene, key: str, name: str) -> str:
    return csr_pem(load_pem_private_key(scene.secrets.keys[key].encode(), None), f"{name}.example.com")


def orders(scene: Scene) -> dict[str, Options]:
    """What else can be asked of cas_order: with keys where they do not belong."""
    key, other = scene.secrets.keys["first"], scene.secrets.keys["second"]
    mine, wait = _csr(scene, "first", "mine"), {"wait_for": "issued", "poll_interval": 0.2, "wait_timeout": 200}
    return {
        "an own key": {"csr_content": mine, **wait},
        "another key": {"csr_content": _csr(scene, "second", "mine"), **wait},
        "a key": {"csr_content": key},
        "a key with its request": {"csr_content": mine + key},
        "half a key": {"csr_content": key[:120]},
        "a bare key": {"csr_content": "".join(key.splitlines()[1:-1])},
        "a key in a file": {"csr_path": str(scene.directory / "given.key")},
        "two keys": {"csr_content": key + other},
        "revoke": {"csr_content": mine, "state": "revoked"},
    }


def instances(scene: Scene) -> dict[str, Options]:
    """What else can be asked of cas_instance: a certificate whose key the service keeps, and keys out of place."""
    key, mine = scene.secrets.keys["first"], _csr(scene, "first", "instance")
    pool: Options = {"pool": {}, "contact": "Operations", "poll_interval": 0.2, "wait_timeout": 200}
    return {
        "an own key": {**pool, "csr_content": mine, "wait_for": "issued"},
        "a key of the service": {**pool, "domains": ["served.example.com"], "wait_for": "issued"},
        "a key": {**pool, "csr_content": key},
        "a key with its request": {**pool, "csr_content": mine + key},
        "half a key": {**pool, "csr_content": key[:120]},
        "a key in a file": {**pool, "csr_path": str(scene.directory / "given.key")},
        "tags": {**pool, "csr_content": mine, "tags": {"env": "test"}, "certificate_name": "renamed"},
    }


def stored(scene: Scene) -> dict[str, Options]:
    """What is asked of the store: with whole pairs, half pairs and wrong ones."""
    first, second = scene.secrets.keys["first"], scene.secrets.keys["second"]
    store: Options = {"directory": str(scene.directory / "store"), "name": "good", "domains": ["good.example.com"]}
    chain = certificate_for(load_pem_private_key(first.encode(), None), "good.example.com")
    whole = {**store, "state": "complete", "fullchain": chain}
    return {
        "staged": {**store, "state": "staged"},
        "complete": {**whole, "private_key": first},
        "complete again": {**whole, "private_key": first},
        "another key": {**whole, "private_key": second},
        "half a key": {**whole, "private_key": first[:100]},
        "no chain": {**store, "state": "complete", "private_key": first},
        "a key for a chain": {**whole, "fullchain": second, "private_key": first},
        "a chain with a key": {**whole, "fullchain": chain + second, "private_key": first},
        "a chain for a key": {**whole, "private_key": chain},
        "no mode": {**whole, "private_key": second, "key_mode": "0644"},
        "unknown owner": {**whole, "private_key": first, "owner": "unknown-user"},
        "current": {**store, "state": "current", "generation": 2},
        "no generation": {**store, "state": "current", "generation": 77},
        "kept": {**store, "state": "staged", "keep_key": True},
        "verified": {**store, "state": "verified", "generation": 2},
    }


def read(scene: Scene) -> dict[str, Options]:
    store: Options = {"directory": str(scene.directory / "store"), "name": "good", "domains": ["good.example.com"]}
    return {
        "good": store,
        "served": {**store, "endpoints": [scene.urls["tls"].partition("://")[2]]},
        "not there": {**store, "name": "unknown"},
        "no names": {**store, "domains": []},
    }


# Only these return a key because that is asked for; they are never printed.
SHOWS_KEY = {"cas_order_info": ("its key",)}


def tasks(cases: Mapping[str, Iterable[str]], both: bool) -> list[dict[str, Any]]:
    """Every module with its cases, printed; and, with `both`, again without a log, printed as well."""
    found: list[dict[str, Any]] = []
    for module, names in cases.items():
        shown = [name for name in names if name not in SHOWS_KEY.get(module, ())]
        again = [name for name in shown if both and (name in FEW or name not in WAYS)]
        for silent in (False, True)[: 2 if again or module in SHOWS_KEY else 1]:
            chosen = shown if not silent else again + list(SHOWS_KEY.get(module, ()))
            found += _task(module, chosen, silent)
    return found


def _task(module: str, names: list[str], silent: bool) -> list[dict[str, Any]]:
    """One module in a loop of cases, and what it returned, in the output and in the facts that are kept."""
    name = f"{module}_{'silent' if silent else 'shown'}"
    shown = f"{{{{ {name}.results | rejectattr('item', 'in', {SHOWS_KEY.get(module, ())!r}) }}}}"
    run = {
        "name": f"Run {module}{' without a log' if silent else ''}",
        f"{COLLECTION}.{module}": {},
        "args": f"{{{{ options.{module}[item] }}}}",
        "loop": names,
        "register": name,
        "ignore_errors": True,
        "diff": True,
        "no_log": silent,
    }
    show = {"name": f"Show what {module} returned", "ansible.builtin.debug": {"msg": shown}}
    keep = {"name": "Keep it", "ansible.builtin.set_fact": {"cacheable": True, f"kept_{name}": shown}}
    return [run, show, keep]


def modules(given: Mapping[str, Mapping[str, Options]], size: str, both: bool = False) -> Play:
    """A play of all modules: with `all`, `few` or the `fewest` of their cases."""
    cases = {module: [name for name in names if _chosen(name, size)] for module, names in given.items()}
    return {"name": "Modules", "hosts": "plain", "gather_facts": False, "tasks": tasks(cases, both)}


def _chosen(name: str, size: str) -> bool:
    if size == "fewest":
        return name in FEWEST
    return size == "all" or name in FEW or name not in WAYS


def control(marker: str) -> Play:
    """Show a marker in every way that is searched."""
    argv = {"argv": ["sh", "-c", "sleep 1", marker]}
    copied = {"content": marker, "dest": "{{ lookup('ansible.builtin.env', 'TMPDIR') }}/left", "mode": "0600"}
    return {
        "name": "Control",
        "hosts": "plain",
        "gather_facts": False,
        "tasks": [
            {"name": "Print", "ansible.builtin.debug": {"msg": marker}},
            {"name": "Write to the system log", "ansible.builtin.ping": {"data": marker}},
            {"name": "Keep", "ansible.builtin.set_fact": {"cacheable": True, "kept": marker}},
            {"name": "Put into a command line", "ansible.builtin.command": argv},
            {"name": "Leave", "ansible.builtin.copy": copied},
        ],
    }
