# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No MD5 and no SHA-1: searched for in the sources, and refused while modules do all that they can do."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playbooks.files.emulator.core.gate import Keys
from tests.reliability.support.authority import certificate_for
from tests.support.certificates import csr_pem, key_pem, new_key
from tests.tools.dependencies import ROOT

from .cases import Servers, account
from .tasks import Result, run_tasks

WEAK = re.compile(r"(md5|sha_?1)(?![0-9])", re.IGNORECASE)
# Modules that make digests; a weak one is named by an attribute, by an import or by a text passed to them.
MAKERS = ("hashlib", "hashes", "hmac")

# Python reads this file when it starts, wherever it is told to look for it.
REFUSAL = """\
import hashlib, os, sys, traceback

def refuse(name, real):
    def weak(*words, **more):
        files = [frame.filename for frame in traceback.extract_stack()]
        if any("alicloud/plugins" in file for file in files):
            with open(os.environ["CERTOPS_DIGESTS"], "a") as notes:
                notes.write(f"{name}: {files[-2]}\\n")
            raise ValueError(f"{name} is switched off")
        return real(*words, **more)
    return weak

def chosen(name, *words, **more):
    kind = hashlib.md5 if name.lower() == "md5" else hashlib.sha1 if name.lower() in ("sha1", "sha-1") else None
    return kind(*words, **more) if kind else real_new(name, *words, **more)

real_new = hashlib.new
hashlib.md5, hashlib.sha1 = refuse("MD5", hashlib.md5), refuse("SHA-1", hashlib.sha1)
hashlib.new = chosen
import cryptography.x509  # it makes a table of all algorithms that certificates name
from cryptography.hazmat.primitives import hashes
for kind in (hashes.MD5, hashes.SHA1):
    kind.__init__ = refuse(kind.__name__, kind.__init__)
"""
# What is tried to see that the refusal works, as if a file of the collection did it.
ATTEMPTS = (
    "import hashlib; hashlib.md5(b'')", "import hashlib; hashlib.sha1(b'')", "import hashlib; hashlib.new('md5')",
    "from cryptography.hazmat.primitives import hashes; hashes.SHA1()",
    "from cryptography.hazmat.primitives import hashes; hashes.MD5()",
)  # fmt: skip


# JKS, and PKCS #12 for old programs, are made of SHA-1; a user asks for them by name.
OF_OLD_FORMATS = ("keystore.py",)


def in_sources() -> tuple[int, list[str]]:
    """How many files were read, and where a weak digest is named."""
    sources = sorted(path for path in (ROOT / "plugins").rglob("*.py") if path.name not in OF_OLD_FORMATS)
    plays = [path for name in ("roles", "playbooks") for path in sorted((ROOT / name).rglob("*.yml"))]
    found = [f"{path.relative_to(ROOT)}: {use}" for path in sources for use in uses(path.read_text("utf-8"))]
    found += [f"{path.relative_to(ROOT)}: {use[0]}" for path in plays for use in WEAK.finditer(path.read_text("utf-8"))]
    return len(sources) + len(plays), found


def uses(text: str) -> Iterator[str]:
    """Every place in a source where a weak digest could be made."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and WEAK.fullmatch(node.attr):
            yield f"line {node.lineno}, {node.attr}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[-1] in MAKERS:
            yield from (f"line {node.lineno}, {name.name}" for name in node.names if WEAK.fullmatch(name.name))
        elif isinstance(node, ast.Call):
            given = [*node.args, *(word.value for word in node.keywords)]
            texts = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            yield from (f"line {node.lineno}, {each!r}" for each in texts if WEAK.fullmatch(each))


def refused_attempts(directory: Path) -> int:
    """How many attempts were refused."""
    environment, _notes = install_refusal(directory, "control")
    script = "import sys; exec(compile(sys.argv[1], '/alicloud/plugins/x.py', 'exec'))"
    command = [sys.executable, "-c", script]
    ended = [
        subprocess.run([*command, each], env={"PATH": "", **environment}, check=False, capture_output=True)
        for each in ATTEMPTS
    ]
    return sum(b"is switched off" in each.stderr for each in ended)


def install_refusal(directory: Path, name: str) -> tuple[dict[str, str], Path]:
    """Write what refuses; return the environment that enables it, and the file in which it notes every use."""
    place = directory / "digests"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(REFUSAL)
    notes = place / f"{name}.notes"
    notes.touch()
    return {"PYTHONPATH": str(place), "CERTOPS_DIGESTS": str(notes)}, notes


def work_without_weak_digests(directory: Path, servers: Servers, way: str) -> tuple[list[Result], list[str]]:
    """Let every module do its work; return what the tasks returned, and which weak digests were used."""
    environment, notes = install_refusal(directory, way)
    listed = work(directory / f"store-{way}", servers)
    shipped = {} if way == "direct" else environment
    tasks = [
        {
            "name": module,
            f"certops.alicloud.{module}": {},
            "args": f"{{{{ options[{number}] }}}}",
            "environment": shipped,
        }
        for number, (module, _options) in enumerate(listed)
    ]
    variables = {"options": [options for _module, options in listed]}
    results = run_tasks(directory, "digests", way, tasks, variables, **(environment if way == "direct" else {}))
    return results, notes.read_text().splitlines()


def work(store: Path, servers: Servers) -> list[tuple[str, dict[str, Any]]]:
    """Order, wait, read, renew, publish, install: over TLS, with the CA named."""
    emulator = account(proof="at_once", settle_seconds=0, record_delay_seconds=0, review_seconds=0)
    emulator.world.zones.host("example.com", emulator.world.now())
    server, keys, key = servers.open(emulator.handle, tls=servers.certificates.of()), Keys(), new_key()
    pair = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
    common: dict[str, Any] = {"endpoint": server.url, **pair, **servers.trusted}
    name = "digest.example.com"
    order = {**common, "csr_content": csr_pem(key, name), "wait_for": "issued", "poll_interval": 0.2}
    record = {**common, "record": f"_dnsauth.{name}", "type": "TXT", "value": "proof"}
    place: dict[str, Any] = {"directory": str(store), "name": name, "domains": [name]}
    whole = {**place, "state": "complete", "private_key": key_pem(key), "fullchain": certificate_for(key, name)}
    return [
        ("cas_package_info", common),
        ("cas_order", order),
        ("cas_order_info", {**common, "include_certificate": True, "domains": [name]}),
        ("cas_order_renew", {**order, "force": True, "csr_content": csr_pem(new_key(), name)}),
        ("alidns_record", record),
        ("alidns_record", {**record, "state": "absent"}),
        ("certificate_store", whole),
        ("certificate_store", {**place, "state": "current", "generation": 1}),
        ("certificate_store", {**place, "state": "verified", "generation": 1}),
        ("certificate_store", {**place, "state": "staged", "keep_key": True}),
        ("certificate_store_info", {**place, "endpoints": [server.url.partition("://")[2]], "endpoint_timeout": 5}),
    ]
