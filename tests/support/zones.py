# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts in the emulator with zones and records, for tests."""

from __future__ import annotations

from typing import Any

from playbooks.files.emulator.core.emulator import Emulator
from tests.support.client import emulator


def account(*domains: str, **dials: Any) -> Emulator:
    """An account that hosts these domains, example.com among them."""
    made = emulator(**dials)
    for domain in ("example.com", *domains):
        made.world.zones.host(domain, made.world.now())
    return made


def added(world: Emulator, rr: str = "www", value: str = "v", **more: str) -> str:
    """The id of a new record in example.com."""
    params = {"DomainName": "example.com", "RR": rr, "Type": "TXT", "Value": value, **more}
    return str(world.call("AddDomainRecord", params)["RecordId"])
