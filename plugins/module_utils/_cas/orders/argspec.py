# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that order have in common: their options, and how these are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any

from ..._errors import InvalidOption
from .wanted import Wanted, wanted

_LARGEST_CSR = 1024 * 1024

OPTIONS: dict[str, Any] = {
    "order_id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    # A CSR is no secret; what is given in its place by mistake may be one.
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


def read(options: Mapping[str, Any]) -> Wanted:
    """What the options ask for. Raises InvalidOption."""
    return wanted({**options, **_csr_text(options["csr_path"])})


def _csr_text(path: str | None) -> dict[str, str]:
    """The content of ``csr_path``, as the option that it stands for."""
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InvalidOption("csr_path", "this is no file.")
            return {"csr_path": file.read(_LARGEST_CSR)}
    except OSError as error:
        raise InvalidOption("csr_path", f"the file cannot be read ({error.strerror}).") from None
    except ValueError:
        raise InvalidOption("csr_path", "the file is no text; give a CSR in PEM.") from None


def _without_waiting(path: str, flags: int) -> int:
    """A pipe would be waited for until somebody writes into it."""
    return os.open(path, flags | os.O_NONBLOCK)
