# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options that ``cas_order`` and ``cas_order_renew`` share."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, Any] = {
    "order_id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    # A CSR is not secret; what is given in its place by mistake may be one.
    "csr_content": {"type": "str", "no_log": True},
    "csr_path": {"type": "path"},
    "product_code": {"type": "str", "default": "digicert-free-1-free"},
    "validation_method": {"type": "str", "choices": ["dns", "file"], "default": "dns"},
    "contact": {
        "type": "dict",
        "options": {"name": {"type": "str"}, "phone": {"type": "str"}, "email": {"type": "str"}},
    },
    "company_name": {"type": "str"},
    "tags": {"type": "dict"},
    "check_quota": {"type": "bool", "default": True},
    "wait_for": {"type": "str", "choices": ["none", "validation", "issued"], "default": "validation"},
    "wait_timeout": {"type": "int"},
    "poll_interval": {"type": "float", "default": 5.0},
    "known_orders": {"type": "dict"},
}
RULES: dict[str, Any] = {"mutually_exclusive": [("csr_content", "csr_path")]}
