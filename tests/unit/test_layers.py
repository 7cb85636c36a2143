# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom: read from the source of every file. Each rule is named by what it demands."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.certops.alicloud."
UTILS = "plugins.module_utils"
TASK, CONNECTION, ERRORS, TEXT, PLAN, RECONCILE = (
    f"{UTILS}._{name}" for name in ("task", "connection", "errors", "text", "plan", "reconcile")
)
RPC, HOST, X509, CAS, ALIDNS, STORE, DNS, CERTIFICATE = (
    f"{UTILS}._{name}" for name in ("rpc", "host", "x509", "cas", "alidns", "store", "dns", "certificate")
)
ORDERS, INSTANCES, WAIT = f"{CAS}.orders", f"{CAS}.instances", f"{CAS}.wait"
MODULES, ACTIONS, DIRECT = "plugins.modules", "plugins.action", "plugins.plugin_utils.direct"
# The action that has a module's work to do, because it acts on the controller and on the host.
CHAIN_ACTION = f"{ACTIONS}.certificate"
EMULATOR = "playbooks.files.emulator"

GROUND = (ERRORS, TEXT, HOST, X509)
PRODUCTS = (CAS, ALIDNS, STORE)
# Files that compute from values alone, by their last name.
PURE = (
    "plan",
    "select",
    "renewal",
    "renewal_due",
    "validation",
    "order",
    "instance",
    "steps",
    "refusals",
    "goals",
    "goal",
    "decide",
    "verdict",
    "model",
    "record",
    "status",
    "quota",
)
# What reaches the network or the disk.
IO = (
    *(f"{RPC}.{name}" for name in ("client", "transport", "trust_store", "proxy", "rate_limit")),
    *(f"{RPC}.{name}" for name in ("credential_chain", "assume_role")),
    *(f"{STORE}.{name}" for name in ("read", "write", "probe", "handshake", "staging", "form_files", "keystore")),
    f"{STORE}.requirements",
    *(f"{HOST}.{name}" for name in ("lockfile", "environment", "services")),
)
SYSTEM = ("os", "shutil", "socket", "ssl", "subprocess", "requests", "urllib3")

# What statements are in.
HOLD_STATEMENTS = (ast.stmt, ast.excepthandler, *([ast.match_case] if hasattr(ast, "match_case") else []))

# What reads lists of revoked certificates.
_LISTS = ("revocation", "crl_fetch")

Sources = Mapping[str, str]


def sources(*folders: str) -> dict[str, str]:
    """Source text by dotted name: ``plugins.module_utils._plan``."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts): file.read_text("utf-8") for file in files}


@cache
def imports(name: str, text: str, types: bool = False) -> set[str]:
    """Every dotted name that a file imports, relative ones resolved, the collection's own without its namespace.

    Imports for type checkers alone do nothing when a task runs; they count with ``types``.
    """
    found = set()
    todo: list[ast.AST] = [ast.parse(text)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: -node.level] if node.level else []
            origin = ".".join([*package, *([node.module] if node.module else [])])
            found |= {origin, *(f"{origin}.{alias.name}" for alias in node.names)}
        elif types or not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            # Imports are statements: no expression holds one.
            todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, HOLD_STATEMENTS)]
    return {each.removeprefix(COLLECTION) for each in found}


def under(name: str, *tops: str) -> bool:
    return any(name == top or name.startswith(top + ".") for top in tops)


def on_the_way_to(name: str, *tops: str) -> bool:
    """Whether a name is in one of the tops, or only a package that holds one."""
    return under(name, *tops) or any(top.startswith(name + ".") for top in tops)


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


def breaks(files: Sources, allowed: Callable[[str, str], bool], types: bool = True) -> list[str]:
    """``importer -> imported`` for each import that a rule does not allow."""
    pairs = [(name, each) for name, text in files.items() for each in sorted(imports(name, text, types))]
    return [f"{name} -> {each}" for name, each in pairs if not allowed(name, each)]


def only(files: Sources, where: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """The imports of the collection's own plugins that are not allowed to some files."""
    tops, rooms = tuple(allowed), tuple(where)
    return breaks(
        files, lambda name, each: not under(name, *rooms) or not under(each, "plugins") or on_the_way_to(each, *tops)
    )


# The rules: each returns what breaks it.


def only_task_imports_ansible(files: Sources) -> list[str]:
    return breaks(files, lambda name, each: name == TASK or not under(each, "ansible") or not under(name, UTILS))


def ground_floor_imports_nothing_above(files: Sources) -> list[str]:
    return only(files, GROUND, GROUND)


def rpc_imports_no_product(files: Sources) -> list[str]:
    return only(files, [RPC], [RPC, *GROUND])


def dns_imports_the_ground_floor_only(files: Sources) -> list[str]:
    """Name servers are asked the same way for every product."""
    return only(files, [DNS], [DNS, *GROUND])


def plan_and_reconcile_know_no_kind(files: Sources) -> list[str]:
    return only(files, [PLAN], [PLAN]) + only(files, [RECONCILE], [PLAN, *GROUND])


def products_do_not_import_one_another(files: Sources) -> list[str]:
    shared = (RPC, CONNECTION, PLAN, RECONCILE, *GROUND)
    return [each for product in PRODUCTS for each in only(files, [product], [product, *shared])]


def only_modules_import_the_chain(files: Sources) -> list[str]:
    """The chain stands on top of the products."""
    below = [name for name in files if under(name, UTILS) and not under(name, CERTIFICATE)]
    return breaks(files, lambda name, each: name not in below or not under(each, CERTIFICATE))


def chain_imports_products_and_dns(files: Sources) -> list[str]:
    below = (STORE, ALIDNS, CAS, DNS, PLAN, RECONCILE, f"{RPC}.client", *GROUND)
    return only(files, [CERTIFICATE], [CERTIFICATE, *below])


def chain_plans_without_io(files: Sources) -> list[str]:
    """What is planned and what is said comes of what was seen, and of nothing else."""
    pure = [f"{CERTIFICATE}.{name}" for name in ("plan", "steps", "texts", "report")]
    acts = tuple(f"{CERTIFICATE}.{name}" for name in ("observe", "execute", "publish", "checks", "preflight", *_LISTS))
    return _doors(files, pure, (*IO, *acts, DNS)) + _hands(files, pure)


def preflight_rules_do_no_io(files: Sources) -> list[str]:
    """They turn what was seen into checks, and see nothing themselves."""
    name = f"{CERTIFICATE}.preflight_rules"
    return [
        f"{name} -> {each}" for each in sorted(imports(name, files[name])) if under(each, *SYSTEM, RPC, "dns", "http")
    ]


def store_imports_no_service(files: Sources) -> list[str]:
    return only(files, [STORE], [STORE, PLAN, RECONCILE, *GROUND])


def kinds_do_not_import_one_another(files: Sources) -> list[str]:
    """What two kinds of CAS need is in _cas itself; what is there knows none of them."""
    kinds = {name[len(CAS) + 1 :].split(".")[0] for name in files if under(name, CAS) and name.count(".") > 3} - {
        "wait"
    }
    return breaks(
        files,
        lambda name, each: (
            not under(name, CAS)
            or not any(under(each, f"{CAS}.{kind}") and not under(name, f"{CAS}.{kind}") for kind in kinds)
        ),
    )


def plan_does_no_io(files: Sources) -> list[str]:
    """Neither by itself, nor through a file that it imports; nor does it see an api.py."""
    pure = [name for name in files if under(name, PLAN, *PRODUCTS) and name.split(".")[-1] in PURE]
    return _doors(files, pure, IO) + _hands(files, pure)


def _doors(files: Sources, pure: Iterable[str], io: Iterable[str]) -> list[str]:
    """The files that do I/O, or call an API, that these reach."""
    return [
        f"{name} -> {each}"
        for name in pure
        for each in sorted(reached(files, name))
        if under(each, *io) or each.endswith(".api")
    ]


def _hands(files: Sources, pure: Iterable[str]) -> list[str]:
    """What these import of the system."""
    return [f"{name} -> {each}" for name in pure for each in sorted(imports(name, files[name])) if under(each, *SYSTEM)]


def modules_import_task_and_products_only(files: Sources) -> list[str]:
    return only(files, [MODULES], [TASK, CERTIFICATE, *PRODUCTS])


def connections_are_made_by_task_alone(files: Sources) -> list[str]:
    """A product describes its service; only the task connects to it."""
    describes = (f"{CAS}.product", f"{ALIDNS}.api", TASK)
    return breaks(files, lambda name, each: not under(each, CONNECTION) or name in describes or not under(name, UTILS))


def connection_imports_the_protocol_only(files: Sources) -> list[str]:
    return only(files, [CONNECTION], [RPC, *GROUND])


def actions_import_their_module_only(files: Sources) -> list[str]:
    others = {name: text for name, text in files.items() if name != CHAIN_ACTION}
    return only(others, [ACTIONS], [MODULES, DIRECT]) + only(files, [DIRECT], [TASK])


def action_of_the_chain_connects_and_no_more(files: Sources) -> list[str]:
    """It makes the clients and runs modules on the host; what is done with them is the chain's."""
    connects = (TASK, CONNECTION, f"{RPC}.client", f"{CAS}.product", f"{ALIDNS}.api", f"{DNS}.lookup")
    on_the_host = (f"{ACTIONS}.certificate_store", f"{ACTIONS}.certificate_store_info")
    return only(files, [CHAIN_ACTION], [CERTIFICATE, DIRECT, *connects, *on_the_host, *GROUND])


def emulator_imports_nothing_of_plugins(files: Sources) -> list[str]:
    return breaks(files, lambda name, each: not under(name, EMULATOR) or not under(each, "plugins", "ansible"))


def no_import_circle(files: Sources) -> list[str]:
    return sorted(name for name in files if under(name, UTILS) and name in reached(files, name))


def no_file_named_after_nothing(files: Sources) -> list[str]:
    return [name for name in files if name.split(".")[-1].strip("_") in ("utils", "common", "helpers", "base", "misc")]


def module_utils_are_private(files: Sources) -> list[str]:
    utils = [name for name in files if under(name, UTILS)]
    open_ones = [name for name in utils if not name[len(UTILS) + 1 :].startswith("_")]
    return open_ones + [name for name in utils if PRIVATE not in files[name]]


def calls_of(function: str, files: Sources) -> list[str]:
    return [
        name
        for name, text in files.items()
        if function in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == function
    ]


PRIVATE = "# Private to this collection: names and behaviour change without notice. Use the modules instead.\n"
FILES = sources("plugins", "playbooks/files/emulator")
RULES = (
    only_task_imports_ansible,
    ground_floor_imports_nothing_above,
    rpc_imports_no_product,
    dns_imports_the_ground_floor_only,
    plan_and_reconcile_know_no_kind,
    products_do_not_import_one_another,
    only_modules_import_the_chain,
    chain_imports_products_and_dns,
    chain_plans_without_io,
    preflight_rules_do_no_io,
    store_imports_no_service,
    kinds_do_not_import_one_another,
    plan_does_no_io,
    modules_import_task_and_products_only,
    connections_are_made_by_task_alone,
    connection_imports_the_protocol_only,
    actions_import_their_module_only,
    action_of_the_chain_connects_and_no_more,
    emulator_imports_nothing_of_plugins,
    no_import_circle,
    no_file_named_after_nothing,
    module_utils_are_private,
)


@cache
def broken(rule: Callable[[Sources], list[str]]) -> list[str]:
    """What breaks a rule in the files as they are."""
    return rule(FILES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_file_breaks_the_rule(rule: Callable[[Sources], list[str]]) -> None:
    assert broken(rule) == []


def test_all_packages_were_read() -> None:
    tops = {".".join(name.split(".")[:3]) for name in FILES}
    assert {TASK, CONNECTION, ERRORS, TEXT, PLAN, RECONCILE, RPC, HOST, X509, CAS, ALIDNS, STORE, DNS, DIRECT} <= tops
    assert CERTIFICATE in tops
    assert sum(under(name, ACTIONS) for name in FILES) == sum(under(name, MODULES) for name in FILES)
    assert {*IO, f"{ORDERS}.api", f"{INSTANCES}.api", f"{ALIDNS}.api"} <= FILES.keys()
    pure = {name for name in FILES if under(name, PLAN, *PRODUCTS) and name.split(".")[-1] in PURE}
    assert {f"{INSTANCES}.{name}" for name in ("instance", "select", "plan", "steps", "refusals", "goals")} <= pure
    assert len(pure) >= 24
    assert sum(under(name, EMULATOR) for name in FILES) > 10


def test_one_way_to_fail_and_one_to_succeed() -> None:
    plugins = {name: text for name, text in FILES.items() if under(name, "plugins")}
    assert set(calls_of("fail_json", plugins)) == {TASK}
    assert calls_of("exit_json", plugins) == [TASK]
    assert set(calls_of("check_mode", plugins)) == {TASK, CHAIN_ACTION}


def test_no_test_file_imports_a_test_file() -> None:
    tests = sources("tests")
    found = [
        f"{name} -> {each}"
        for name, text in tests.items()
        for each in imports(name, text, True)
        if under(each, "tests") and any(part.startswith("test_") for part in each.split(".")) and each in tests
    ]
    assert found == []


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        pytest.param(only_task_imports_ansible, f"{ORDERS}.plan", "from ansible.module_utils import basic", id="cas"),
        pytest.param(only_task_imports_ansible, f"{RPC}.client", "import ansible", id="rpc"),
        pytest.param(
            only_task_imports_ansible, f"{UTILS}._o", "def f():\n    import ansible.errors", id="in a function"
        ),
        pytest.param(ground_floor_imports_nothing_above, TEXT, "from ._rpc.fields import text", id="text"),
        pytest.param(ground_floor_imports_nothing_above, f"{X509}.csr", "from .._cas.options import x", id="x509"),
        pytest.param(ground_floor_imports_nothing_above, f"{HOST}.clock", "from .. import _plan", id="host"),
        pytest.param(rpc_imports_no_product, f"{RPC}.client", "from .._cas.status import Status", id="relative"),
        pytest.param(rpc_imports_no_product, f"{RPC}.client", f"import {COLLECTION}{CAS}.status", id="absolute"),
        pytest.param(rpc_imports_no_product, f"{RPC}.retry", "from .._reconcile import Run", id="the path"),
        pytest.param(dns_imports_the_ground_floor_only, f"{DNS}.update", "from .._alidns import record", id="dns"),
        pytest.param(plan_and_reconcile_know_no_kind, PLAN, "from ._cas.status import Status", id="the plan"),
        pytest.param(plan_and_reconcile_know_no_kind, RECONCILE, "from ._store import write", id="the path above"),
        pytest.param(plan_and_reconcile_know_no_kind, RECONCILE, "from ._rpc.client import Client", id="the client"),
        pytest.param(products_do_not_import_one_another, f"{ALIDNS}.record", "from .._cas import status", id="alidns"),
        pytest.param(products_do_not_import_one_another, f"{CAS}.validation", "from .._alidns import api", id="cas"),
        pytest.param(products_do_not_import_one_another, f"{CAS}.product", "from .. import _task", id="task"),
        pytest.param(only_modules_import_the_chain, f"{CAS}.status", "from .._certificate import plan", id="chain"),
        pytest.param(chain_imports_products_and_dns, f"{CERTIFICATE}.plan", "from .. import _task", id="the task"),
        pytest.param(chain_imports_products_and_dns, f"{CERTIFICATE}.plan", "from .._rpc import paging", id="rpc"),
        pytest.param(chain_plans_without_io, f"{CERTIFICATE}.plan", "from .publish import publish", id="publish"),
        pytest.param(chain_plans_without_io, f"{CERTIFICATE}.texts", "from .._alidns.api import x", id="texts"),
        pytest.param(chain_plans_without_io, f"{CERTIFICATE}.report", "from .._dns import update", id="report"),
        pytest.param(chain_plans_without_io, f"{CERTIFICATE}.steps", "import os", id="steps"),
        pytest.param(chain_plans_without_io, f"{CERTIFICATE}.plan", "from . import revocation", id="a list"),
        pytest.param(chain_plans_without_io, f"{CERTIFICATE}.wanted", "from .observe import Look", id="by a file"),
        pytest.param(
            action_of_the_chain_connects_and_no_more, CHAIN_ACTION, "from ..module_utils._store import read", id="store"
        ),
        pytest.param(preflight_rules_do_no_io, f"{CERTIFICATE}.preflight_rules", "import dns.query", id="rules"),
        pytest.param(store_imports_no_service, f"{STORE}.read", "from .._rpc.fields import text", id="protocol"),
        pytest.param(store_imports_no_service, f"{STORE}.info", "from .._cas.options import positive", id="options"),
        pytest.param(kinds_do_not_import_one_another, f"{WAIT}.one", "from ..orders.api import describe", id="shared"),
        pytest.param(kinds_do_not_import_one_another, f"{CAS}.two.plan", "from ..orders.plan import x", id="a kind"),
        pytest.param(kinds_do_not_import_one_another, f"{INSTANCES}.lock", "from ..orders import lock", id="instances"),
        pytest.param(kinds_do_not_import_one_another, f"{ORDERS}.info", "from ..instances.api import x", id="orders"),
        pytest.param(plan_does_no_io, f"{INSTANCES}.select", "from . import api", id="a selection"),
        pytest.param(plan_does_no_io, f"{INSTANCES}.instance", "from .lock import Lock", id="an instance"),
        pytest.param(plan_does_no_io, f"{ORDERS}.plan", "from .api import describe", id="directly"),
        pytest.param(plan_does_no_io, f"{ORDERS}.plan", "from . import api", id="by the package"),
        pytest.param(plan_does_no_io, f"{X509}.hostnames", "from .._rpc.client import Client", id="through a file"),
        pytest.param(plan_does_no_io, f"{ALIDNS}.argspec", "from .api import ALIDNS", id="of a record"),
        pytest.param(plan_does_no_io, f"{STORE}.decide", "from .probe import look_at", id="a look"),
        pytest.param(plan_does_no_io, f"{STORE}.plan", "import os.path", id="the disk"),
        pytest.param(plan_does_no_io, f"{STORE}.steps", "from .form_files import make_form", id="a key store"),
        pytest.param(
            modules_import_task_and_products_only, f"{MODULES}.m", "from ..module_utils._rpc import x", id="m"
        ),
        pytest.param(
            connections_are_made_by_task_alone, f"{WAIT}.one", "from ..._connection import Service", id="wait"
        ),
        pytest.param(connection_imports_the_protocol_only, CONNECTION, "from ._cas import product", id="a product"),
        pytest.param(actions_import_their_module_only, f"{ACTIONS}.a", "from ..module_utils import _cas", id="action"),
        pytest.param(actions_import_their_module_only, DIRECT, "from ..modules.cas_order import main", id="direct"),
        pytest.param(
            emulator_imports_nothing_of_plugins, f"{EMULATOR}.ca", f"import {COLLECTION}{CAS}.x", id="plugins"
        ),
        pytest.param(emulator_imports_nothing_of_plugins, f"{EMULATOR}.ca", "import ansible.utils", id="ansible"),
        pytest.param(no_import_circle, f"{X509}.hostnames", "from .csr import read_csr", id="a circle"),
        pytest.param(no_file_named_after_nothing, f"{CAS}._utils", "", id="a drawer"),
        pytest.param(module_utils_are_private, f"{UTILS}.open", PRIVATE, id="without an underscore"),
        pytest.param(module_utils_are_private, f"{UTILS}._new", "", id="without the note"),
    ],
)
def test_the_rule_sees_what_breaks_it(rule: Callable[[Sources], list[str]], name: str, text: str) -> None:
    assert rule({**FILES, name: FILES.get(name, "") + "\n" + text}) != broken(rule)


def test_a_second_fail_json_would_be_seen() -> None:
    assert calls_of("fail_json", {"plugins.modules.m": "def f(module):\n    module.fail_json(msg='no')"}) == [
        "plugins.modules.m"
    ]
