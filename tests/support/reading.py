# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests that meet the same certificates and CSRs in thousands of worlds: each of them is read once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._x509 import certificate, csr


def read_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every module reads through a reader that remembers, until the test ends."""
    for name, reader in (("read_certificate", certificate.read_certificate), ("read_csr", csr.read_csr)):
        remembering = by_text(reader)
        for module in list(sys.modules.values()):
            if vars(module).get(name) is reader:
                monkeypatch.setattr(module, name, remembering)


def by_text(read: Callable[..., Any]) -> Callable[..., Any]:
    """A reader that remembers what it read; where it was read shows in messages only."""
    known: dict[str, Any] = {}

    def remembering(text: str, *where: Any, **more: Any) -> Any:
        if text not in known:
            known[text] = read(text, *where, **more)
        return known[text]

    return remembering
