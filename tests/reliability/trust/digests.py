# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No MD5 and no SHA-1: looked for in the sources, and refused while modules do all that they can do."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.emulator.core.gate import Keys
from tests.tools.dependencies import ROOT

from .secrets_world import certificate_for, private_pem, request_pem
from .trust_cases import Places, account
from .trust_tasks import run

WEAK = re.compile(r"(md5|sha_?1)(?![0-9])", re.IGNORECASE)
# Modules that make digests; a weak one is named by an attribute, by an import or by a text given to them.
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


def in_sources() -> tuple[int, list[str]]:
    """How many files were read, and where a weak digest is named."""
    sources = sorted((ROOT / "plugins").rglob("*.py"))
    plays = [path for folder in ("roles", "playbooks") for path in sorted((ROOT / folder).rglob("*.yml"))]
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


def refusal_works(folder: Path) -> int:
    """How many attempts were refused."""
    notes = prepare(folder, "control")
    script = "import sys; exec(compile(sys.argv[1], '/alicloud/plugins/x.py', 'exec'))"
    environment = {"PATH": "", "PYTHONPATH": str(folder / "digests"), "CERTOPS_DIGESTS": str(notes)}
    command = [sys.executable, "-c", script]
    ended = [subprocess.run([*command, each], env=environment, check=False, capture_output=True) for each in ATTEMPTS]
    return sum(b"is switched off" in each.stderr for each in ended)


def prepare(folder: Path, name: str) -> Path:
    """Write the file that refuses; return the one that it will note every use in."""
    (folder / "digests").mkdir(exist_ok=True)
    (folder / "digests" / "sitecustomize.py").write_text(REFUSAL)
    notes = folder / "digests" / f"{name}.notes"
    notes.touch()
    return notes


def at_work(folder: Path, places: Places, direct: bool) -> tuple[int, list[str], list[str]]:
    """Let every module do its work; return how many tasks did, which did not, and which weak digests were asked for."""
    way = "direct" if direct else "shipped"
    notes = prepare(folder, way)
    switched = {"PYTHONPATH": str(folder / "digests"), "CERTOPS_DIGESTS": str(notes)}
    listed = work(folder / f"store-{way}", places)
    tasks = [_task(module, options, number, {} if direct else switched) for number, (module, options) in listed]
    gathered = {
        "name": "Gather",
        "ansible.builtin.set_fact": {"told": gather([module for _number, (module, _options) in listed])},
    }
    words = {"options": [options for _number, (_module, options) in listed]}
    told = run(folder, f"digests-{way}", direct, [*tasks, gathered], words, switched if direct else {})
    bad = [f"{each['module']}: {each['msg']}" for each in told["results"] if each["failed"]]
    return len(listed) - len(bad), bad, notes.read_text().splitlines()


def gather(modules: Sequence[str]) -> dict[str, Any]:
    """What the tasks returned, in one result."""
    one = "{{ {'module': '%s', 'failed': told_%d is failed, 'msg': told_%d.msg | default('')} }}"
    return {"results": [one % (module, number, number) for number, module in enumerate(modules)]}


def _task(module: str, options: Mapping[str, Any], number: int, environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": f"{module} {number}",
        f"certops.alicloud.{module}": {},
        "args": f"{{{{ options[{number}] }}}}",
        "environment": dict(environment),
        "register": f"told_{number}",
        "ignore_errors": True,
    }


def work(store: Path, places: Places) -> list[tuple[int, tuple[str, dict[str, Any]]]]:
    """Order, wait, read, renew, publish, install: over TLS, with the CA named."""
    emulator = account(proof="at_once", settle_seconds=0, record_delay_seconds=0, review_seconds=0)
    emulator.world.zones.host("example.com", emulator.world.now())
    server, keys, key = places.open(emulator.handle, tls=places.certificates.of()), Keys(), _key()
    pair = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
    there: dict[str, Any] = {"endpoint": server.url, **pair, **places.trusted}
    name = "digest.example.com"
    order = {**there, "csr_content": request_pem(key, name), "wait_for": "issued", "poll_interval": 0.2}
    record = {**there, "record": f"_dnsauth.{name}", "type": "TXT", "value": "proof"}
    place: dict[str, Any] = {"directory": str(store), "name": name, "domains": [name]}
    pem = private_pem(key)
    whole = {**place, "state": "complete", "private_key": pem, "fullchain": certificate_for(pem, name)}
    asked = [
        ("cas_package_info", there),
        ("cas_order", order),
        ("cas_order_info", {**there, "include_certificate": True, "domains": [name]}),
        ("cas_order_renew", {**order, "force": True, "csr_content": request_pem(_key(), name)}),
        ("alidns_record", record),
        ("alidns_record", {**record, "state": "absent"}),
        ("certificate_store", whole),
        ("certificate_store", {**place, "state": "current", "generation": 1}),
        ("certificate_store", {**place, "state": "verified", "generation": 1}),
        ("certificate_store", {**place, "state": "staged", "keep_key": True}),
        ("certificate_store_info", {**place, "endpoint": server.url.partition("://")[2], "endpoint_timeout": 5}),
    ]
    return list(enumerate(asked))


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
