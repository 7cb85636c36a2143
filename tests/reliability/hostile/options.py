# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of all modules, each of them replaced by what nobody honest writes, against an account that is honest."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from tests.reliability.report import Run
from tests.support import client

from .hostile_task import KEYS, Request, Response, Service, Tally, connection, run_task
from .hostile_values import HUGE, examples, texts, values

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import argspec  # isort: skip
from ansible_collections.certops.alicloud.plugins.modules import (  # isort: skip
    alidns_record,
    cas_order,
    cas_order_info,
    cas_order_renew,
    cas_package_info,
    certificate_store,
    certificate_store_info,
)

__all__ = [
    "alidns_record",
    "cas_order",
    "cas_order_info",
    "cas_order_renew",
    "cas_package_info",
]

SHORT, USUAL = 210, 9000
RESET = 100  # a fresh account after so many tasks
WWW = "www.example.com"


def base(folder: Path) -> dict[ModuleType, dict[str, Any]]:
    """For each module options that make sense; what is tried replaces some of them."""
    store = {"directory": str(folder / "store"), "name": WWW, "domains": [WWW]}
    quick = {"wait_timeout": 60}
    return {
        cas_order: {**KEYS, **quick, "domains": [WWW]},
        cas_order_renew: {**KEYS, **quick, "domains": [WWW]},
        cas_order_info: {**KEYS, **quick},
        cas_package_info: dict(KEYS),
        alidns_record: {**KEYS, "record": f"_dnsauth.{WWW}", "type": "TXT", "value": "x"},
        certificate_store: {**store, "state": "staged"},
        certificate_store_info: store,
    }


def table(module: ModuleType) -> dict[str, Any]:
    """All options of a module."""
    own: dict[str, Any] = dict(module.OPTIONS)
    if module in (cas_order, cas_order_renew):
        own |= argspec.OPTIONS
    return own if "certificate_store" in module.__name__ else own | connection.CONNECTION


def strange_paths(folder: Path) -> tuple[dict[str, list[str]], list[socket.socket]]:
    """Paths that are no files, by the options that are paths."""
    folder.mkdir()
    pipe, listener = folder / "pipe", socket.socket(socket.AF_UNIX)
    os.mkfifo(pipe)
    os.chdir(folder)
    listener.bind("socket")
    os.chdir("/")
    (folder / "binary").write_bytes(os.urandom(5000))
    (folder / "loop").symlink_to(folder / "loop")
    made = ["binary", "loop", "socket", "missing", "a" * 300, "/".join("a" * 2000), "a\0b", "\ud800", ".", "socket/x"]
    paths = [f"{folder}/{name}" for name in made] + ["", "/dev/zero", "/dev/full", "/proc/self/mem", "~", "~\0", "$X"]
    # A pipe in the place of a CSR waits for its writer.
    return {"csr_path": paths, "ca_path": [*paths, str(pipe)], "directory": [*paths, str(pipe)]}, [listener]


def drawn(module: ModuleType, paths: Mapping[str, list[str]]) -> st.SearchStrategy[dict[str, Any]]:
    """One to three options of a module."""

    def value(name: str, option: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        choices = [st.sampled_from(option["choices"])] if "choices" in option else []
        inner = [st.dictionaries(st.sampled_from(list(option["options"])), values)] if "options" in option else []
        many = [st.lists(texts, max_size=4), st.lists(values, max_size=3)] if option.get("type") == "list" else []
        path = [st.sampled_from(paths[name])] * 3 if name in paths else []
        return st.one_of(values, *choices, *inner, *many, *path)

    each = {name: value(name, option) for name, option in table(module).items() if name != "directory"}
    if "certificate_store" in module.__name__:
        each["directory"] = st.sampled_from(paths["directory"])
    names = st.lists(st.sampled_from(sorted(each)), min_size=1, max_size=3, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: each[name] for name in chosen}))


def honest() -> Service:
    """An account in which everything is as the documents say."""
    account = client.emulator(checked=False, settle_seconds=0, record_delay_seconds=0)
    account.world.zones.host("example.com", account.world.now())
    exchange = client.transport(account)

    def answer(request: Request) -> Response:
        url = f"https://cas.example/{request.url.rpartition('/')[2]}"
        return exchange(Request(request.method, url, request.headers, request.body), 30.0)

    return answer


def try_options(run: Run, tally: Tally) -> None:
    paths, open_ones = strange_paths(run.folder / "paths")
    bases = base(run.folder)
    count = (SHORT if run.short else USUAL) // len(bases)
    for number, module in enumerate(bases):
        one = partial(_try, tally, module, bases[module], [honest()])
        # Ansible itself takes minutes to read a number of a million digits.
        for name, option in table(module).items():
            one({name: HUGE * (1 if option.get("type") in ("int", "float") else 200)}, False)
        examples(count, run.seed + number, one, drawn(module, paths), st.booleans())
    for each in open_ones:
        each.close()


def _try(
    tally: Tally,
    module: ModuleType,
    others: dict[str, Any],
    service: list[Service],
    options: dict[str, Any],
    check: bool,
) -> None:
    kind = f"options of {module.__name__.rpartition('.')[2]}"
    if tally.tried[kind] % RESET == 0:
        service[0] = honest()
    with tally.judging(kind, options):
        run_task(module.main, {**others, **options}, service[0], check)
