# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook with a home of its own: nothing of the user's is read, nothing is left outside of one directory."""

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
from tests.tools.waiting import SETTINGS
from tests.world.children import Child, start

Play = dict[str, Any]
# What a task says that ends with an unexpected error.
CRASHES = ("Traceback (most recent call last)", "This is a bug in certops.alicloud")
# Settings of the user, which would change what is tried or where files go; and what names the clone.
_OTHERS = re.compile(
    r"(ANSIBLE|ALI|AWS|XDG|CERTOPS|SSL_CERT)_|ALIBABA|ALICLOUD|PYTHON|(https?|all|no)_proxy$|NETRC$"
    r"|(REQUESTS_CA|CURL_CA)_BUNDLE$|TMPDIR$|TEMP$|TMP$|HOME$|(OLD)?PWD$|VIRTUAL_ENV",
    re.IGNORECASE,
)
_PROGRAMS = Path(sys.prefix, "bin")
_COMMAND = (f"{_PROGRAMS}/ansible-playbook", "-i", "inventory.json")
_RECAP = re.compile(r"^(\S+)\s+: ok=(\d+) +changed=\d+ +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Played:
    """How a run ended: its status and its output."""

    status: int
    text: str

    @property
    def failed(self) -> set[str]:
        """The hosts with tasks that failed for good."""
        return {host for host, _ok, _unreachable, failed in _RECAP.findall(self.text) if failed != "0"}

    @property
    def ended(self) -> set[str]:
        """All hosts whose play came to an end."""
        return {host for host, *_numbers in _RECAP.findall(self.text)}


def environment(directory: Path, **more: str) -> dict[str, str]:
    """The environment of a run: home and temporary files are below the directory."""
    for name in ("home", "tmp"):
        (directory / name).mkdir(exist_ok=True)
    if not (directory / "ansible.cfg").exists():
        (directory / "ansible.cfg").write_text(SETTINGS)
    kept = {name: value for name, value in os.environ.items() if not _OTHERS.match(name)}
    return {
        **kept,
        "PATH": os.pathsep.join([str(_PROGRAMS), os.environ["PATH"]]),
        "HOME": str(directory / "home"),
        "TMPDIR": str(directory / "tmp"),
        "ANSIBLE_REMOTE_TMP": str(directory / "tmp" / "modules"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ANSIBLE_CONFIG": str(directory / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(VENV / "collections"),
        "ANSIBLE_NOCOWS": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        **more,
    }


def write_inventory(directory: Path, hosts: Mapping[str, Mapping[str, Any]], **groups: Sequence[str]) -> None:
    """Hosts that are all this machine."""
    members: dict[str, Any] = {name: {"hosts": {each: {} for each in names}} for name, names in groups.items()}
    common = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    content = {"all": {"vars": common, "hosts": dict(hosts), "children": members}}
    (directory / "inventory.json").write_text(json.dumps(content))


def start_plays(
    directory: Path,
    name: str,
    plays: Sequence[Play],
    environment: Mapping[str, str],
    arguments: Sequence[str] = (),
    prefix: Sequence[str] = (),
) -> tuple[Child, Path]:
    """Start ansible-playbook with the inventory of the directory; return its process and its log."""
    book = directory / f"{name}.json"
    book.write_text(json.dumps(plays, indent=1))
    return _start(directory, name, [*prefix, *_COMMAND, *arguments, str(book)], environment)


def _start(directory: Path, name: str, command: Sequence[str], environment: Mapping[str, str]) -> tuple[Child, Path]:
    (directory / "output").mkdir(exist_ok=True)
    log = directory / "output" / f"{name}.txt"
    return start(list(command), log, directory, environment), log


def run_book(
    directory: Path, name: str, book: str, environment: Mapping[str, str], arguments: Sequence[str] = ()
) -> Played:
    """Run a playbook by its name or path."""
    child, log = _start(directory, name, [*_COMMAND, *arguments, book], environment)
    return Played(child.wait(), log.read_text(errors="replace"))


def run_plays(
    directory: Path,
    name: str,
    plays: Sequence[Play],
    environment: Mapping[str, str],
    arguments: Sequence[str] = (),
    prefix: Sequence[str] = (),
) -> Played:
    """Run plays in one process of ansible-playbook."""
    child, log = start_plays(directory, name, plays, environment, arguments, prefix)
    return Played(child.wait(), log.read_text(errors="replace"))
