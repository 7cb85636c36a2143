# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options of ``cas_instance``."""

from __future__ import annotations

from typing import Any

POOL: dict[str, Any] = {
    "instance_type": {"type": "str", "choices": ["buy", "test"]},
    "brand": {"type": "str"},
    "spec": {"type": "str"},
    "certificate_type": {"type": "str", "choices": ["DV", "OV", "EV"]},
}
# What an application of an instance takes beside names and CSR, and what stands for itself.
APPLICATION: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "pool": {"type": "dict", "options": POOL},
    "key_algorithm": {
        "type": "str",
        "choices": ["RSA_2048", "RSA_3072", "RSA_4096", "ECC_256", "SM2"],
        "no_log": False,
    },
    "contact_ids": {"type": "list", "elements": "str"},
    "contact": {"type": "str"},
    "company_id": {"type": "str"},
    "company": {"type": "str"},
    "certificate_name": {"type": "str"},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
    "auto_reissue": {"type": "bool"},
    "reuse_hosted": {"type": "bool", "default": True},
}
OPTIONS: dict[str, Any] = {
    "state": {
        "type": "str",
        "choices": ["present", "configured", "cancelled", "revoked", "refunded"],
        "default": "present",
    },
    **APPLICATION,
    "certificate_id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    # A CSR is not secret; what is given in its place by mistake may be one.
    "csr_content": {"type": "str", "no_log": True},
    "csr_path": {"type": "path"},
    "validation_method": {"type": "str", "choices": ["dns", "file"], "default": "dns"},
    "renew_before": {"type": "str", "default": "33%"},
    "force": {"type": "bool", "default": False},
    "on_key_mismatch": {"type": "str", "choices": ["fail", "reorder"], "default": "fail"},
    "wait_for": {"type": "str", "choices": ["none", "validation", "issued"], "default": "validation"},
    "wait_timeout": {"type": "int", "default": 4500},
    "poll_interval": {"type": "float", "default": 5.0},
    "known_instances": {"type": "dict"},
}
RULES: dict[str, Any] = {
    "mutually_exclusive": [
        ("csr_content", "csr_path"),
        ("instance_id", "pool"),
        ("contact_ids", "contact"),
        ("company_id", "company"),
    ],
    "required_one_of": [("instance_id", "pool")],
}
