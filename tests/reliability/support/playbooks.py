# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook in a home of its own: nothing of the user's is read, nothing is left outside of one folder."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tools.dependencies import VENV
from tests.world.children import Child, start

Play = dict[str, Any]
# Settings of whoever runs this, which would change what is tried or where files go.
OTHERS = re.compile(
    r"(ANSIBLE|ALI|AWS|XDG|CERTOPS|SSL_CERT)_|ALIBABA|ALICLOUD|PYTHON|(https?|all|no)_proxy$|NETRC$"
    r"|(REQUESTS_CA|CURL_CA)_BUNDLE$|TMPDIR$|TEMP$|TMP$|HOME$",
    re.IGNORECASE,
)
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+) +changed=\d+ +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Played:
    """How a run ended: its status, what it said, and the hosts with tasks that failed for good."""

    status: int
    text: str

    @property
    def failed(self) -> set[str]:
        return {host for host, _ok, _unreachable, failed in RECAP.findall(self.text) if failed != "0"}

    @property
    def ended(self) -> set[str]:
        """All hosts that it came to an end with."""
        return {host for host, *_numbers in RECAP.findall(self.text)}


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a run: home and temporary files are below the folder."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "ansible.cfg").touch()
    kept = {name: value for name, value in os.environ.items() if not OTHERS.match(name)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(VENV / "bin"), os.environ["PATH"]]),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "ANSIBLE_REMOTE_TMP": str(folder / "tmp" / "modules"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(VENV / "collections"),
        "ANSIBLE_NOCOWS": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        **more,
    }


def inventory(hosts: Mapping[str, Mapping[str, Any]], **groups: Sequence[str]) -> dict[str, Any]:
    """Hosts that are all this machine."""
    members: dict[str, Any] = {name: {"hosts": {each: {} for each in names}} for name, names in groups.items()}
    words = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    return {"all": {"vars": words, "hosts": dict(hosts), "children": members}}


def play(
    folder: Path,
    name: str,
    plays: Sequence[Play],
    environment: Mapping[str, str],
    words: Sequence[str] = (),
    before: Sequence[str] = (),
) -> Played:
    """Run plays in one process of ansible-playbook; the inventory is the folder's. `before` begins the command."""
    (folder / "output").mkdir(exist_ok=True)
    book, log = folder / f"{name}.json", folder / "output" / f"{name}.txt"
    book.write_text(json.dumps(plays, indent=1))
    command = [*before, f"{VENV}/bin/ansible-playbook", "-i", str(folder / "inventory.json"), *words, str(book)]
    child = start(command, log, folder, environment)
    try:
        return Played(child.wait(), log.read_text(errors="replace"))
    finally:
        end(child)


def end(child: Child) -> None:
    """End a process that is still there."""
    if child.poll() is None:
        child.terminate()
        child.wait()
