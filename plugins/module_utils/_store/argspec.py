# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options that ``certificate_store`` and ``certificate_store_info`` share."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, Any] = {
    "directory": {"type": "path", "required": True},
    "name": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str"},
    "forms": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "type": {"type": "str", "choices": ["combined", "key_fullchain", "pkcs12", "jks", "der"], "required": True},
            "name": {"type": "str"},
            "owner": {"type": "str"},
            "group": {"type": "str"},
            "mode": {"type": "raw"},
            "password": {"type": "str", "no_log": True},
            "legacy": {"type": "bool", "default": False},
        },
    },
    "links": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"path": {"type": "path", "required": True}, "file": {"type": "str", "required": True}},
    },
}
