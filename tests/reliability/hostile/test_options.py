# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of all modules, each of them replaced by what no honest user writes, against an account that is honest."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils import _connection
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances import argspec as instances
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import argspec as orders
from ansible_collections.certops.alicloud.plugins.modules import (
    alidns_record,
    cas_instance,
    cas_instance_info,
    cas_order,
    cas_order_info,
    cas_order_renew,
    cas_package_info,
    certificate_store,
    certificate_store_info,
)
from tests.reliability.support.figures import Figures

from .task import CONNECTION, Inputs, honest_service, run_task
from .values import HUGE, draw_examples, texts, values

pytestmark = pytest.mark.reliability("Hostile input")

SHORT, LONG = 270, 11_500
RESET = 100  # a new account after so many tasks
WWW = "www.example.com"
_CAS = {**CONNECTION, "wait_timeout": 60}
_STORE = {"directory": "store", "name": WWW, "domains": [WWW]}
# For each module options that are valid; what is tried replaces some of them.
VALID: Mapping[ModuleType, Mapping[str, Any]] = {
    cas_order: {**_CAS, "domains": [WWW]},
    cas_order_renew: {**_CAS, "domains": [WWW]},
    cas_order_info: _CAS,
    cas_package_info: CONNECTION,
    cas_instance: {**_CAS, "pool": {}, "domains": [WWW], "contact": "Operations"},
    cas_instance_info: CONNECTION,
    alidns_record: {**CONNECTION, "record": f"_dnsauth.{WWW}", "type": "TXT", "value": "x"},
    certificate_store: {**_STORE, "state": "staged"},
    certificate_store_info: _STORE,
}
STORES = (certificate_store, certificate_store_info)
# Where options are not those of the module alone.
SHARED: Mapping[ModuleType, Mapping[str, Any]] = {
    cas_instance: instances.OPTIONS,
    cas_order: orders.OPTIONS,
    cas_order_renew: orders.OPTIONS,
}
Paths = Mapping[str, list[str]]


def _options(module: ModuleType) -> dict[str, Any]:
    """All options of a module."""
    own: dict[str, Any] = {**getattr(module, "OPTIONS", {}), **SHARED.get(module, {})}
    return own if module in STORES else own | _connection.CONNECTION


@pytest.fixture(scope="module")
def paths(directory: Path) -> Iterator[Paths]:
    """Paths that are not regular files, by the options that are paths."""
    place, listener = directory / "paths", socket.socket(socket.AF_UNIX)
    place.mkdir()
    pipe = place / "pipe"
    os.mkfifo(pipe)
    (place / "binary").write_bytes(os.urandom(5000))
    (place / "loop").symlink_to(place / "loop")
    made = ["binary", "loop", "socket", "missing", "a" * 300, "/".join("a" * 2000), "a\0b", "\ud800", ".", "socket/x"]
    found = [f"{place}/{name}" for name in made] + ["", "/dev/zero", "/dev/full", "/proc/self/mem", "~", "~\0", "$X"]
    with listener:
        listener.bind(str(place / "socket"))
        # A pipe in the place of a CSR waits for its writer.
        yield {"csr_path": found, "ca_path": [*found, str(pipe)], "directory": [*found, str(pipe)]}


def _drawn(module: ModuleType, paths: Paths) -> st.SearchStrategy[dict[str, Any]]:
    """One to three options of a module."""

    def value(name: str, option: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        choices = [st.sampled_from(option["choices"])] if "choices" in option else []
        inner = [st.dictionaries(st.sampled_from(list(option["options"])), values)] if "options" in option else []
        many = [st.lists(texts, max_size=4), st.lists(values, max_size=3)] if option.get("type") == "list" else []
        path = [st.sampled_from(paths[name])] * 3 if name in paths else []
        return st.one_of(values, *choices, *inner, *many, *path)

    each = {name: value(name, option) for name, option in _options(module).items() if name != "directory"}
    if module in STORES:
        each["directory"] = st.sampled_from(paths["directory"])
    names = st.lists(st.sampled_from(sorted(each)), min_size=1, max_size=3, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: each[name] for name in chosen}))


@pytest.mark.parametrize("module", VALID, ids=lambda module: module.__name__.rpartition(".")[2])
def test_options(directory: Path, paths: Paths, short: bool, seed: int, figures: Figures, module: ModuleType) -> None:
    inputs = Inputs(f"options of {module.__name__.rpartition('.')[2]}")
    valid, service = dict(VALID[module]), honest_service()
    if module in STORES:
        valid["directory"] = str(directory / "store")

    def attempt(options: Mapping[str, Any], check: bool) -> None:
        nonlocal service
        if inputs.tried % RESET == 0:
            service = honest_service()
        with inputs.judge(options):
            run_task(module.main, {**valid, **options}, service, check)

    # Ansible itself takes minutes to read a number of a million digits.
    for name, option in _options(module).items():
        attempt({name: HUGE * (1 if option.get("type") in ("int", "float") else 200)}, False)
    number = (SHORT if short else LONG) // len(VALID)
    draw_examples(number, seed + list(VALID).index(module), attempt, _drawn(module, paths), st.booleans())
    inputs.record(figures)
