# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays that are to show that no default of a play reaches in set every option that there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import argspec
from ansible_collections.certops.alicloud.plugins.modules import certificate_store, certificate_store_info

PLAYS = Path(__file__).resolve().parents[3] / "extensions/molecule/plays/vars/plays.yml"
TABLES = {
    "certificate": argspec.OPTIONS,
    "certificate_store": certificate_store.OPTIONS,
    "certificate_store_info": certificate_store_info.OPTIONS,
}


@pytest.mark.parametrize("module", TABLES)
def test_every_option_has_a_default_that_would_do_harm(module: str) -> None:
    defaults: Mapping[str, Any] = yaml.safe_load(PLAYS.read_text())["parts"]["defaults"]
    table: Mapping[str, Any] = TABLES[module]
    given = defaults[f"certops.alicloud.{module}"]
    assert set(given) == set(table)
