# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shipped module imports: everything that it does is compiled anew for each task."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
UTILS = ROOT / "plugins" / "module_utils"
COLLECTION = "ansible_collections.certops.alicloud.plugins."
LIBRARIES = ("requests", "urllib3", "cryptography", "alibabacloud_credentials", "Tea", "dns")
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
# Checks what an order needs of DNS.
OF_TWO_PRODUCTS = ("cas_preflight",)

LISTING = """
from ansible_collections.certops.alicloud.plugins.module_utils._cas import product
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import info
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._connection import find_source
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Response
entry = b'{"OrderId": 1, "Status": "ISSUED", "Domain": "www.example.com", "CertEndTime": 1800000000000}'
response = Response(200, {}, b'{"TotalCount": 1, "CertificateOrderList": [' + entry + b"]}")
client = Client(product.PRODUCT, "http://127.0.0.1", find_source("id", "secret", None, None), lambda *_: response)
options = dict.fromkeys(("order_id", "order_ids", "domains", "keyword", "status", "product_code", "expires_within"))
options.update(dict.fromkeys(("include_validation", "include_certificate", "include_private_key"), False))
options.update(order_type="package", wait_for="none", wait_timeout=1, poll_interval=1)
assert info.order_info(lambda: client, options)["total"] == 1
"""


def imported(code: str) -> set[str]:
    """What a Python has imported after some code."""
    script = f"import conftest, sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", MODULES)
def test_no_module_needs_a_library_before_its_options_were_read(module: str) -> None:
    names = imported(f"import {COLLECTION}modules.{module}")
    assert f"{COLLECTION}modules.{module}" in names
    assert not names.intersection(LIBRARIES)


@pytest.mark.parametrize("module", ["certificate_store", "certificate_store_info"])
def test_modules_of_the_host_know_no_network(module: str) -> None:
    names = imported(f"import {COLLECTION}modules.{module}")
    assert not [name for name in names if name.startswith((f"{COLLECTION}module_utils._rpc.client", "http.client"))]


@pytest.mark.parametrize(
    "module", [name for name in MODULES if name.startswith("cas_") and name not in OF_TWO_PRODUCTS]
)
def test_a_module_of_one_product_knows_no_other(module: str) -> None:
    names = imported(f"import {COLLECTION}modules.{module}")
    assert not [name for name in names if name.startswith(f"{COLLECTION}module_utils._alidns")]


def test_a_list_of_orders_needs_no_cryptography() -> None:
    names = imported(LISTING)
    assert f"{COLLECTION}module_utils._cas.orders.info" in names
    assert not names.intersection(("cryptography", "alibabacloud_credentials"))


def test_a_list_of_orders_needs_nothing_for_bad_days() -> None:
    names = imported(LISTING)
    rare = ("network_errors", "credential_chain", "assume_role", "service_errors")
    assert not names.intersection({f"{COLLECTION}module_utils._rpc.{name}" for name in rare} | {"_strptime", "difflib"})


def test_a_module_that_ends_is_not_searched_for_garbage() -> None:
    script = f"""
import atexit, conftest, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0, len(gc.get_objects()) < 100))
import {COLLECTION}module_utils._task
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def packed(folder: Path) -> Path:
    """An archive with what every module imports, and two files and a package that it imports later."""
    archive = folder / "payload.zip"
    with zipfile.ZipFile(archive, "w") as payload:
        for name in ("_task", "_errors", "_text", "_host/environment", "_host/archive"):
            payload.write(UTILS / f"{name}.py", f"shipped/{name}.py")
        for package in ("shipped", "shipped/_host", "shipped/later"):
            payload.writestr(f"{package}/__init__.py", "")
        payload.writestr("shipped/beside.py", "def fails():\n    raise ValueError\n")
        payload.writestr("shipped/later/within.py", "")
    return archive


def test_a_shipped_module_compiles_what_it_imports_once(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    script = f"""
import conftest, sys, traceback, zipimport
compiled, compile_source = [], zipimport._compile_source
zipimport._compile_source = lambda path, source: [compiled.append(path), compile_source(path, source)][1]
sys.path.insert(0, {str(archive)!r})
import shipped._task
import shipped.beside, shipped.later.within
imported = (shipped._errors, shipped.later, shipped.later.within, shipped.beside)
files = [module.__file__ for module in imported]
print([compiled.count(file) for file in files], [file[len({str(archive)!r}):] for file in files])
try:
    shipped.beside.fails()
except ValueError:
    print(traceback.format_exc())
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    counts, _line, shown = done.stdout.partition("\n")
    files = ["/shipped/_errors.py", "/shipped/later/__init__.py", "/shipped/later/within.py", "/shipped/beside.py"]
    assert counts == f"[1, 1, 1, 1] {files}"
    assert f'File "{archive}/shipped/beside.py", line 2, in fails\n    raise ValueError' in shown


def test_a_shipped_module_is_hardly_searched_for_garbage_while_it_imports(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    script = f"""
import conftest, gc, sys
before = gc.get_threshold()
import {COLLECTION}module_utils._task
in_the_worker = gc.get_threshold()
sys.path.insert(0, {str(archive)!r})
import shipped._task
print(in_the_worker == before, gc.isenabled(), gc.get_threshold()[0] > 10 * before[0])
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]


def shipped(module: str) -> set[str]:
    """The files of module_utils that Ansible packs with a module: all that are imported, under whatever condition."""
    found: set[str] = set()
    left = [ROOT / "plugins" / "modules" / f"{module}.py"]
    while left:
        file = left.pop()
        for node in ast.walk(ast.parse(file.read_text())):
            for path in _imported_files(file, node) if isinstance(node, ast.ImportFrom) else ():
                name = str(path.relative_to(UTILS).with_suffix(""))
                left += [path] if name not in found else []
                found.add(name)
    return found


def _imported_files(file: Path, node: ast.ImportFrom) -> list[Path]:
    package = (node.module or "").partition("module_utils")[2] if node.level == 0 else node.module or ""
    if node.level == 0 and not (node.module or "").startswith(f"{COLLECTION}module_utils"):
        return []
    base = (UTILS if node.level == 0 else file.parents[node.level - 1]).joinpath(*package.strip(".").split("."))
    candidates = [base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)]
    return [path for path in candidates if path.is_file()]


def test_what_looks_at_a_host_is_shipped_without_what_changes_it() -> None:
    looking, changing = shipped("certificate_store_info"), shipped("certificate_store")
    assert {"_task", "_store/read", "_store/decide"} <= looking & changing
    others = {
        "_store/write",
        "_store/plan",
        "_store/steps",
        "_store/wanted",
        "_store/staging",
        "_reconcile",
        "_x509/make",
    }
    assert others <= changing
    assert not others & looking


def test_what_looks_at_a_host_is_shipped_without_what_calls_the_service() -> None:
    assert not [
        name for name in shipped("certificate_store_info") if name.startswith(("_rpc/", "_cas/", "_connection"))
    ]
    assert "_rpc/client" in shipped("cas_order_info")
