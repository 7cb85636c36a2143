# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a bench: its servers, its scripts, and ansible-playbook with a stopwatch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.tools.dependencies import ROOT, VENV
from tests.world.children import Child, NotStarted, start, until

from .accounts import INSTANCE_NAME, PRODUCT, ZONE
from .figures import Record, read_records
from .peers import PEERS

CONVERGED = "converged"  # the group of hosts with nothing to do
BY_INSTANCE = "instance"  # the host whose certificate comes from an instance
HERE = ROOT / "tests" / "benchmarks"


@dataclass(frozen=True)
class Bench:
    """Where everything is, and the servers that run."""

    folder: Path
    urls: Mapping[str, str]
    aws: Mapping[str, Any]
    environment: Mapping[str, str]
    children: list[Child]
    # Of Ansible and of its modules.
    python: str = sys.executable

    @property
    def facts(self) -> dict[str, Any]:
        """Return what the playbook of the peers needs to know."""
        return {
            "url": self.urls["one"],
            "instance": INSTANCE_NAME,
            "acm": dict(self.aws),
            "root": str(ROOT),
            "python": sys.executable,
            "certificate": str(self.folder / "converged" / f"host0.{ZONE}" / "current" / "cert.pem"),
        }


def open_bench(folder: Path, groups: Mapping[str, int], children: list[Child]) -> Bench:
    """Start the servers that all parts need; whoever calls ends the children."""
    own = serve(folder, "service", "at_rest", [str(groups[CONVERGED])], children)
    theirs = serve(folder, "aws", "aws", [], children)
    (folder / "ansible.cfg").touch()
    return with_hosts(Bench(folder, own["urls"], theirs, _environment(folder, own), children), folder, groups)


def with_hosts(bench: Bench, folder: Path, groups: Mapping[str, int]) -> Bench:
    """The same bench with hosts of its own, whose stores are in another folder."""
    folder.mkdir(exist_ok=True)
    (folder / "inventory.yml").write_text(json.dumps(inventory(folder, groups)))
    return replace(bench, folder=folder)


def serve(folder: Path, module: str, part: str, more: Sequence[str], children: list[Child]) -> dict[str, Any]:
    """Start a server; return what it says when it is ready."""
    log, ready = folder / f"{part}.log", folder / f"{part}.json"
    child = start([sys.executable, "-m", f"tests.benchmarks.{module}", str(folder), part, *more], log, ROOT)
    children.append(child)
    if not until(ready.exists, child):
        raise NotStarted(f"{part} did not start: {log.read_text(errors='replace').strip()[-500:]}")
    facts: dict[str, Any] = json.loads(ready.read_text())
    return facts


def inventory(folder: Path, groups: Mapping[str, int]) -> dict[str, Any]:
    """Return the inventory: this machine, and groups of hosts that are this machine, too."""
    return {
        "all": {
            "vars": {"ansible_connection": "local"},
            "hosts": {"localhost": {}},
            "children": {name: _group(folder / name, name, size) for name, size in groups.items()},
        }
    }


def _group(directory: Path, group: str, size: int) -> dict[str, Any]:
    hosts = {
        f"{group}{number}": {
            "certificate_domains": [f"host{number}.{ZONE}"],
            "certificates": [{"domains": [f"host{number}.{ZONE}"]}],
            "bench_file": str(directory / f"host{number}.{ZONE}" / "current" / "fullchain.pem"),
        }
        for number in range(size)
    }
    words = {"directory": str(directory), "owner": str(os.geteuid()), "group": str(os.getegid())}
    words |= {"product_code": PRODUCT, "poll_interval": "0.2"}
    # For the role by its own variables, for the playbooks as what all certificates have in common.
    roles = {f"certificate_{word}": value for word, value in words.items()}
    instance = {"source": "instance", "instance": {"pool": {"instance_type": "buy"}}}
    settings = {"certificate_settings": instance} if group == BY_INSTANCE else {}
    return {"hosts": hosts, "vars": {**roles, **settings, "certificates_common": words}}


def _environment(folder: Path, ready: Mapping[str, Any]) -> dict[str, str]:
    """Return what every process of the bench gets: nobody's settings, and the keys of the emulator."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "ALI", "AWS_"))}
    collections = os.pathsep.join([str(VENV / "collections"), str(PEERS)])
    return {
        **kept,
        "PATH": os.pathsep.join([str(VENV / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": collections.partition(os.pathsep)[0],
        "PYTHONWARNINGS": "ignore",
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": collections,
        "ANSIBLE_LIBRARY": str(HERE / "library"),
        "ANSIBLE_ROLES_PATH": str(folder / "roles"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "stopwatch",
        "ANSIBLE_NOCOWS": "1",
        "XDG_STATE_HOME": str(folder / "state"),
        "ALIBABA_CLOUD_CAS_ENDPOINT": ready["urls"]["one"],
        "ALIBABA_CLOUD_ACCESS_KEY_ID": ready["access_key_id"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ready["access_key_secret"],
    }


class Broken(Exception):
    """A process of the bench failed, so there is nothing to measure."""


def play(
    bench: Bench, books: Sequence[str], *words: str, folder: str | None = None, **environment: str
) -> tuple[float, list[Record]]:
    """Run playbooks in one process; return its seconds and what the stopwatch wrote."""
    own = Path(folder) if folder else bench.folder
    notes, log = own / "stopwatch.jsonl", own / "play.log"
    notes.unlink(missing_ok=True)
    about = ["-i", str(bench.folder / "inventory.yml"), "-e", f"ansible_python_interpreter={bench.python}"]
    command = ["ansible-playbook", *about, *words, *books]
    start_ = time.perf_counter()
    with log.open("wb") as output:
        surroundings = {**bench.environment, **environment, "CERTOPS_STOPWATCH": str(notes)}
        status = subprocess.run(command, env=surroundings, cwd=bench.folder, stdout=output, stderr=output, check=False)
    seconds = time.perf_counter() - start_
    if status.returncode:
        raise Broken(f"ansible-playbook failed:\n{why(log.read_text(errors='replace'))}")
    return seconds, read_records(notes.read_text())


def why(output: str) -> str:
    """The lines of a run that tell of failures, and its last lines."""
    told = [line for line in output.splitlines() if "failed: [" in line or "fatal: [" in line or "[ERROR]" in line]
    return "\n".join([*told[:20], output[-2000:]])


def script(bench: Bench, name: str, *words: str) -> Any:
    """Run a script of the bench; return what it printed."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *words]
    done = subprocess.run(command, env=dict(bench.environment), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"{name} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)
