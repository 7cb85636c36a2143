# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages: what one scenario has for itself, that is emulators, and a web server on each target."""

from __future__ import annotations

import json
import os
import shutil
import string
import sys
from pathlib import Path
from typing import Any

from .children import Child, NotStarted, start, until
from .machines import ADDRESSES
from .web import start_web, write_service

ROOT = Path(__file__).resolve().parents[2]
# Nobody waits for a rehearsal's CA.
QUICK = (
    *("settle_seconds=0.2", "record_delay_seconds=0.2", "review_seconds=0.2", "proof_interval_seconds=0.2"),
    *("validation_seconds=0.2", "withdrawable_seconds=0.2", "withdrawal_seconds=0.2"),
)


class Stages:
    """All stages of a world."""

    def __init__(self, programs: dict[str, str], directory: Path, world: dict[str, Any]) -> None:
        self._programs = programs
        self._directory = directory
        self._world = world
        self._children: dict[str, list[Child]] = {}

    def set_up(self, name: str, emulators: dict[str, list[str]]) -> dict[str, Any]:
        """Start what a scenario needs, in place of what it had; return where everything is."""
        self.strike(name)
        directory = self._directory / name
        directory.mkdir(parents=True)
        self._children[name] = children = []
        webs = {}
        for machine, address in ADDRESSES.items():
            child, webs[machine] = start_web(self._programs, directory / machine, address)
            children.append(child)
            web = webs[machine]
            web["service"] = write_service(f"certops-{name}-{machine}", web) if self._world["services"] else ""
        places = self._places(webs)
        started = {
            wish: self._start_emulator(directory, wish, [string.Template(word).substitute(places) for word in words])
            for wish, words in emulators.items()
        }
        children.extend(started.values())
        ready = {wish: _ready(directory, wish, child) for wish, child in started.items()}
        stage = {"name": name, "directory": str(directory), "webs": webs, "emulators": ready}
        (directory / "stage.json").write_text(json.dumps(stage, indent=2))
        return stage

    def strike(self, name: str) -> None:
        """End what a stage runs, and remove what it left."""
        children = self._children.pop(name, [])
        for child in children:
            child.terminate()
        for child in children:
            child.wait()
        shutil.rmtree(self._directory / name, ignore_errors=True)

    def _places(self, webs: dict[str, dict[str, str]]) -> dict[str, str]:
        """What may stand as $dns or $web1_http in the arguments of an emulator."""
        places = {f"{machine}_http": web["http"] for machine, web in webs.items()}
        return {**places, "dns": "{address}:{port}".format(**self._world["dns"])}

    def _start_emulator(self, directory: Path, wish: str, arguments: list[str]) -> Child:
        quick = [f"--dial={dial}" for dial in QUICK]
        life = [f"--ready-file={directory}/{wish}.json", f"--with-pid={os.getpid()}"]
        command = [sys.executable, "-m", "playbooks.files.emulator", *quick, *arguments, *life]
        return start(command, directory / f"{wish}.log", ROOT)


def _ready(directory: Path, wish: str, child: Child) -> dict[str, Any]:
    file = directory / f"{wish}.json"
    if not until(file.exists, child):
        log = (directory / f"{wish}.log").read_text(errors="replace").strip()
        raise NotStarted(f"The emulator {wish} did not start: {log[-500:]}")
    ready: dict[str, Any] = json.loads(file.read_text())
    return ready
