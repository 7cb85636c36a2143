# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom: read from the source of every file, so that no rule is only a wish."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.certops.alicloud."
UTILS = "plugins.module_utils."
RPC, CAS, ALIDNS, TASK = UTILS + "rpc", UTILS + "cas", UTILS + "alidns", UTILS + "task"
STORE, CONNECTION = UTILS + "store", UTILS + "connection"
DIRECT, ACTIONS = "plugins.plugin_utils.direct", "plugins.action"
MODULES, EMULATOR = "plugins.modules", "tests.emulator"
# What can reach the network, and what a plan therefore must not reach, by whatever way.
DOORS = (CAS + ".service", ALIDNS + ".service", RPC + ".client", RPC + ".transport")
PURE = (
    CAS + ".plan",
    CAS + ".renewal",
    CAS + ".due",
    CAS + ".step",
    CAS + ".proof",
    ALIDNS + ".plan",
    ALIDNS + ".record",
    ALIDNS + ".wanted",
)

# What the store may know of the rest: what a certificate and a name are, and when one is due.
LENT = (STORE, RPC + ".errors", UTILS + "idn", CAS + ".pki", CAS + ".names", CAS + ".words", CAS + ".due")
# What touches the host, and the files of the store that must not, by whatever way.
HANDS = (*(f"{STORE}.{name}" for name in ("look", "served", "write")), "os", "shutil", "socket", "ssl", "subprocess")
THOUGHTS = tuple(f"{STORE}.{name}" for name in ("layout", "check", "decide", "plan"))

Sources = Mapping[str, str]


def sources(*folders: str) -> dict[str, str]:
    """Source text by dotted name: ``plugins.module_utils.cas.plan``."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts): file.read_text("utf-8") for file in files}


@cache
def imports(name: str, text: str) -> set[str]:
    """Every dotted name that a file imports, relative ones resolved, the collection's own without its namespace."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: -node.level] if node.level else []
            origin = ".".join([*package, *([node.module] if node.module else [])])
            found |= {origin, *(f"{origin}.{alias.name}" for alias in node.names)}
    return {each.removeprefix(COLLECTION) for each in found}


def under(name: str, *tops: str) -> bool:
    return any(name == top or name.startswith(top + ".") for top in tops)


def reached(files: Sources, name: str) -> set[str]:
    """The files that one file imports, directly or through others."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        here = todo.pop()
        new = (imports(here, files[here]) & files.keys()) - seen
        seen |= new
        todo += new
    return seen


def only(allowed: Callable[[str, str], bool], files: Sources) -> list[str]:
    """``importer -> imported`` for each import that the rule does not allow."""
    pairs = [(name, each) for name, text in files.items() for each in sorted(imports(name, text))]
    return [f"{name} -> {each}" for name, each in pairs if not allowed(name, each)]


# The rules: each names what breaks it.


def ansible_outside_task(files: Sources) -> list[str]:
    return only(lambda name, each: name == TASK or not under(each, "ansible") or not under(name, UTILS[:-1]), files)


def rpc_knows_a_product(files: Sources) -> list[str]:
    return only(lambda name, each: not (under(name, RPC) and under(each, CAS, ALIDNS, STORE, TASK, CONNECTION)), files)


def products_know_task(files: Sources) -> list[str]:
    return only(lambda name, each: not (under(name, CAS, ALIDNS, STORE) and under(each, TASK, MODULES)), files)


def products_know_each_other(files: Sources) -> list[str]:
    pairs = ((CAS, ALIDNS), (ALIDNS, CAS), (CAS, STORE), (ALIDNS, STORE))
    return only(lambda name, each: not any(under(name, one) and under(each, other) for one, other in pairs), files)


def plans_that_reach_the_network(files: Sources) -> list[str]:
    return [f"{name} -> {each}" for name in PURE for each in sorted(reached(files, name)) if under(each, *DOORS)]


def a_store_that_knows_too_much(files: Sources) -> list[str]:
    known = only(lambda name, each: not under(name, STORE) or not under(each, UTILS[:-1]) or lent(each), files)
    reach = {name: reached(files, name) for name in files if under(name, STORE)}
    return known + [f"{name} -> {each}" for name in reach for each in sorted(reach[name]) if under(each, *DOORS)]


def lent(name: str) -> bool:
    """Whether it is in what is lent to the store, or only on the way to it."""
    return under(name, *LENT) or any(each.startswith(name + ".") for each in LENT)


def thoughts_with_hands(files: Sources) -> list[str]:
    """What the store decides and plans is computed from values alone."""
    return [
        f"{thought} -> {each}"
        for thought in THOUGHTS
        for name in sorted({thought, *(each for each in reached(files, thought) if under(each, STORE))})
        for each in sorted(imports(name, files[name]))
        if under(each, *HANDS)
    ]


def modules_that_dig(files: Sources) -> list[str]:
    """A module names its options and its job; how the service is called is none of its business."""
    allowed = (TASK, CAS, ALIDNS, STORE)
    return only(
        lambda name, each: (
            not under(name, MODULES) or not under(each, "plugins") or under(each, *allowed) or each == UTILS[:-1]
        ),
        files,
    )


def connections_where_none_is_made(files: Sources) -> list[str]:
    """Only a product's operations and the task meet the connection, and it meets only the protocol."""
    known = (CAS + ".service", ALIDNS + ".service", TASK)
    return only(
        lambda name, each: (
            (not under(each, CONNECTION) or name in known or not under(name, UTILS[:-1]))
            and (name != CONNECTION or not under(each, UTILS[:-1]) or under(each, RPC) or each == UTILS[:-1])
        ),
        files,
    )


def actions_that_think(files: Sources) -> list[str]:
    """An action names its module; how one runs without a process of its own knows no product."""
    return only(
        lambda name, each: (
            (not under(name, ACTIONS) or not under(each, "plugins") or under(each, MODULES, DIRECT))
            and (name != DIRECT or not under(each, "plugins") or each in (UTILS[:-1], TASK))
        ),
        files,
    )


def emulator_that_peeks(files: Sources) -> list[str]:
    return only(lambda name, each: not under(name, EMULATOR) or not under(each, "plugins", "ansible"), files)


def circles(files: Sources) -> list[str]:
    return sorted(name for name in files if under(name, CAS, ALIDNS, STORE, RPC) and name in reached(files, name))


def drawers(files: Iterable[str]) -> list[str]:
    """Files named after nothing in particular."""
    return [name for name in files if name.split(".")[-1] in ("utils", "common", "helpers", "base", "misc")]


def calls_of(function: str, files: Sources) -> list[str]:
    return [
        name
        for name, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == function
    ]


FILES = sources("plugins", "tests/emulator")
RULES = (
    ansible_outside_task,
    rpc_knows_a_product,
    products_know_task,
    products_know_each_other,
    plans_that_reach_the_network,
    a_store_that_knows_too_much,
    thoughts_with_hands,
    modules_that_dig,
    connections_where_none_is_made,
    actions_that_think,
    emulator_that_peeks,
    circles,
    drawers,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_nothing_breaks_the_rule(rule: Callable[[Sources], list[str]]) -> None:
    assert rule(FILES) == []


def test_all_rooms_were_read() -> None:
    tops = {".".join(name.split(".")[:3]) for name in FILES}
    assert {RPC, CAS, ALIDNS, STORE, TASK, CONNECTION, DIRECT} <= tops
    assert sum(under(name, ACTIONS) for name in FILES) == sum(under(name, MODULES) for name in FILES)
    assert {*PURE, *DOORS, *THOUGHTS, *HANDS[:3]} <= FILES.keys()
    assert sum(under(name, EMULATOR) for name in FILES) > 10


def test_one_way_to_fail_and_one_to_succeed() -> None:
    plugins = {name: text for name, text in FILES.items() if under(name, "plugins")}
    assert calls_of("fail_json", plugins) == [TASK]
    assert calls_of("exit_json", plugins) == [TASK]
    assert set(calls_of("check_mode", plugins)) == {TASK}


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        pytest.param(
            ansible_outside_task, CAS + ".plan", "from ansible.module_utils.basic import env_fallback", id="cas"
        ),
        pytest.param(ansible_outside_task, RPC + ".client", "import ansible", id="rpc"),
        pytest.param(ansible_outside_task, UTILS + "other", "def f():\n    import ansible.errors", id="in a function"),
        pytest.param(rpc_knows_a_product, RPC + ".client", "from ..cas.order import Status", id="relative"),
        pytest.param(rpc_knows_a_product, RPC + ".client", "from .. import cas", id="the package"),
        pytest.param(rpc_knows_a_product, RPC + ".client", f"import {COLLECTION}{CAS}.plan", id="absolute"),
        pytest.param(rpc_knows_a_product, RPC + ".client", "from ..alidns import record", id="the other product"),
        pytest.param(products_know_task, CAS + ".wait", "from ..task import change", id="task from below"),
        pytest.param(products_know_task, ALIDNS + ".change", "from .. import task", id="task from beside"),
        pytest.param(products_know_each_other, ALIDNS + ".record", "from ..cas.names import base", id="one product"),
        pytest.param(products_know_each_other, CAS + ".proof", "from ..alidns.record import Zone", id="and the other"),
        pytest.param(plans_that_reach_the_network, CAS + ".plan", "from .service import describe", id="directly"),
        pytest.param(plans_that_reach_the_network, CAS + ".plan", "from . import service", id="by the package"),
        pytest.param(
            plans_that_reach_the_network, CAS + ".names", "from ..rpc.client import Client", id="through a file"
        ),
        pytest.param(plans_that_reach_the_network, CAS + ".pki", "from ..rpc import transport", id="through another"),
        pytest.param(plans_that_reach_the_network, ALIDNS + ".wanted", "from .service import call", id="of a record"),
        pytest.param(rpc_knows_a_product, RPC + ".errors", "from ..store.layout import Place", id="the store"),
        pytest.param(products_know_task, STORE + ".change", "from .. import task", id="task from the store"),
        pytest.param(products_know_each_other, CAS + ".pki", "from ..store import check", id="the store from cas"),
        pytest.param(a_store_that_knows_too_much, STORE + ".look", "from ..cas.plan import pick", id="of orders"),
        pytest.param(a_store_that_knows_too_much, STORE + ".look", "from ..alidns import record", id="of records"),
        pytest.param(a_store_that_knows_too_much, STORE + ".info", "from ..rpc import client", id="of the service"),
        pytest.param(a_store_that_knows_too_much, CAS + ".due", "from .service import describe", id="through a loan"),
        pytest.param(thoughts_with_hands, STORE + ".decide", "from .served import look_at", id="a look"),
        pytest.param(thoughts_with_hands, STORE + ".plan", "import os.path", id="the folder"),
        pytest.param(thoughts_with_hands, STORE + ".layout", "from . import write", id="behind a value"),
        pytest.param(modules_that_dig, MODULES + ".m", "from ..module_utils.rpc.client import Client", id="to rpc"),
        pytest.param(modules_that_dig, MODULES + ".m", f"from {COLLECTION}{UTILS[:-1]} import rpc", id="to a folder"),
        pytest.param(connections_where_none_is_made, CAS + ".wait", "from ..connection import Service", id="below"),
        pytest.param(connections_where_none_is_made, CONNECTION, "from .cas import order", id="of a product"),
        pytest.param(actions_that_think, ACTIONS + ".cas_order", "from ..module_utils.cas import plan", id="an action"),
        pytest.param(actions_that_think, DIRECT, "from ..modules.cas_order import main", id="direct"),
        pytest.param(emulator_that_peeks, EMULATOR + ".ca", f"from {COLLECTION}{CAS}.pki import x", id="at plugins"),
        pytest.param(emulator_that_peeks, EMULATOR + ".ca", "import ansible.utils", id="at ansible"),
        pytest.param(circles, CAS + ".names", "from .plan import pick", id="a circle"),
        pytest.param(drawers, CAS + ".utils", "", id="a drawer"),
    ],
)
def test_the_rule_sees_who_breaks_it(rule: Callable[[Sources], list[str]], name: str, text: str) -> None:
    assert rule({**FILES, name: FILES.get(name, "") + "\n" + text}) != rule(FILES)


def test_a_second_fail_json_would_be_seen() -> None:
    assert calls_of("fail_json", {"plugins.modules.m": "def f(module):\n    module.fail_json(msg='no')"}) == [
        "plugins.modules.m"
    ]
