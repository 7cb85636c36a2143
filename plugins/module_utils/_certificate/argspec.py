# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options of ``certificate``."""

from __future__ import annotations

from typing import Any

from .._cas.instances.argspec import APPLICATION
from .._dns.argspec import NSUPDATE
from .._store.argspec import OPTIONS as STORE

# The option ``instance``: what cas_instance is asked for beside the rest.
INSTANCE: dict[str, Any] = {
    name: option for name, option in APPLICATION.items() if name not in ("key_algorithm", "tags", "purge_tags")
}
CONTACT: dict[str, Any] = {"name": {"type": "str"}, "phone": {"type": "str"}, "email": {"type": "str"}}
ALIDNS: dict[str, Any] = {
    "zone": {"type": "str"},
    "ttl": {"type": "int", "default": 600},
    "line": {"type": "str", "default": "default"},
}
VALIDATIONS = ["alidns", "nsupdate", "file", "automatic", "preauthorized", "tasks", "manual"]

# What the host makes of two options; known here, so that a wrong one is told before anything is looked at.
ON_THE_HOST: dict[str, Any] = {name: STORE[name] for name in ("forms", "links")}

OPTIONS: dict[str, Any] = {
    "domains": {"type": "list", "elements": "str", "required": True},
    "name": {"type": "str"},
    "directory": {"type": "path", "default": "/etc/ssl/certops"},
    "source": {"type": "str", "choices": ["order", "instance"], "default": "order"},
    "instance": {"type": "raw"},
    "product_code": {"type": "str", "default": "digicert-free-1-free"},
    "contact": {"type": "dict", "options": CONTACT},
    "company_name": {"type": "str"},
    "tags": {"type": "dict"},
    "check_quota": {"type": "bool", "default": True},
    "key_type": {"type": "str", "choices": ["ECC", "RSA"], "default": "ECC", "no_log": False},
    "key_size": {"type": "int", "no_log": False},
    "rotate_key": {"type": "bool", "default": True, "no_log": False},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "key_mode": {"type": "raw", "default": "0600", "no_log": False},
    "validation": {"type": "str", "choices": VALIDATIONS, "default": "alidns"},
    "validation_method": {"type": "str", "choices": ["dns", "file"]},
    "webroot": {"type": "path"},
    "nsupdate": {"type": "dict", "options": NSUPDATE},
    "alidns": {"type": "dict", "options": ALIDNS},
    "dns_alias": {"type": "str"},
    "resolvers": {"type": "list", "elements": "str"},
    "renew_before": {"type": "str", "default": "33%"},
    "renew_strategy": {"type": "str", "choices": ["auto", "renew", "reorder"], "default": "auto"},
    "force": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 4500},
    "poll_interval": {"type": "float", "default": 5.0},
    "until": {"type": "str", "choices": ["staged", "requested", "issued", "installed"], "default": "installed"},
    "wait": {"type": "bool", "default": True},
    "verify": {"type": "bool", "default": True},
    "keep": {"type": "int", "default": 3},
    "forms": {"type": "list", "elements": "dict", "no_log": True},
    "links": {"type": "list", "elements": "dict"},
    "services": {"type": "list", "elements": "raw"},
    "endpoints": {"type": "list", "elements": "raw"},
    "endpoint_timeout": {"type": "float", "default": 15.0},
    "preflight": {"type": "str", "choices": ["true", "false", "strict"], "default": "true"},
    "may_order": {"type": "bool", "default": True},
    "order_id": {"type": "str"},
    "copied": {"type": "dict", "no_log": True},
    "check_revocation": {"type": "bool", "default": True},
    "allow_first_order": {"type": "bool", "default": True},
    "replace_lost_key": {"type": "bool", "default": False, "no_log": False},
    "connection": {"type": "dict", "no_log": True},
    "alidns_connection": {"type": "dict", "no_log": True},
    "settings": {"type": "dict", "no_log": True},
    "certificates": {"type": "list", "elements": "dict", "no_log": True},
    "left": {"type": "list", "elements": "dict"},
}
