# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one small site as many plays, and compare what became of each host with what is expected.

Usage: python -m tests.world.plays JSON DIRECTORY ARGUMENT...

Each play has certificates of its own. DIRECTORY/plays.json lists them with what was wrong. TESTS=short leaves out
the plays that are like others.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .human import ask

ROLE = "certops.alicloud.certificate"
# The hosts that share a certificate, and its group.
PAIR = "pair"
SHARING = {"pair1", "pair2"}
Play = dict[str, Any]
SHORT = os.environ.get("TESTS") == "short"


def playbook(play: Play) -> list[dict[str, Any]]:
    """The play of an entry."""
    return [
        {
            "name": play["name"],
            "hosts": play.get("hosts", "targets"),
            "gather_facts": False,
            "environment": ["{{ account }}", play.get("environment", {})],
            **play.get("play", {}),
            "vars": {"variation": play["name"], **play.get("vars", {})},
            "roles": [ROLE],
        }
    ]


def run(play: Play, directory: Path, arguments: list[str]) -> int:
    """Run a play; returns its exit status."""
    file = directory / f"{play['name']}.yml"
    file.write_text(json.dumps(playbook(play)))
    environment = {**os.environ, "CERTOPS_LEDGER": play["name"]}
    command = ["ansible-playbook", *arguments, *play.get("arguments", []), str(file)]
    with (directory / f"{play['name']}.log").open("wb") as log:
        return subprocess.run(
            command, env=environment, check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        ).returncode


def failures(directory: Path, play: Play) -> dict[str, str]:
    """The last reason why a task failed, by host."""
    lines = (directory / f"{play['name']}.jsonl").read_text().splitlines()
    return {each["host"]: each["msg"] for each in map(json.loads, lines) if each["kind"] == "failed"}


def installed(stage: dict[str, Any], play: Play, host: str) -> str | None:
    """The fingerprint of the certificate that is in use on a host."""
    machine = {"good1": "web1", "early": "web1", "pair1": "web1"}.get(host, "web2")
    name = f"{play['name']}.{PAIR if host in SHARING else host}.plays.example.com"
    file = Path(stage["webs"][machine]["certificates"], name, "current", "cert.pem")
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else None


def wrong_with(host: str, expected: str, found: str | None, said: str | None, installs: bool) -> str | None:
    """What is not as expected of a host."""
    if expected in ("installed", "untouched"):
        if said or (found is None) != (expected == "untouched"):
            return f"{host} is to be {expected}; it failed with {said!r}" if said else f"{host} is not {expected}"
    elif (found and not installs) or not re.search(expected, said or ""):
        return f"{host} is to fail with {expected!r}; it said {said!r}"
    return None


def judge(play: Play, status: int, directory: Path, stage: dict[str, Any]) -> list[str]:
    """What is wrong after a play."""
    said, expected = failures(directory, play), play["expected"]
    found = {host: installed(stage, play, host) for host in expected}
    wrong = [
        wrong_with(host, wish, found[host], said.get(host), host in play.get("installs", ()))
        for host, wish in expected.items()
    ]
    is_good = set(expected.values()) <= {"installed", "untouched"}
    if (status == 0) != (is_good or play.get("status") == 0):
        wrong.append(f"the exit status is {status}")
    if expected.keys() & SHARING:
        wrong.append(wrong_with_pair(play, stage, {found[host] for host in SHARING}))
    return [f"{play['name']}: {each}" for each in wrong if each]


def wrong_with_pair(play: Play, stage: dict[str, Any], certificates: set[str | None]) -> str | None:
    """What is not as expected of hosts that share: one order, one certificate."""
    state = ask(stage["emulators"]["good"]["control_url"], "state")
    orders = [each for each in state["orders"] if each["domains"][0].startswith(f"{play['name']}.{PAIR}.")]
    if (len(orders), len(certificates)) == (1, 1):
        return None
    return f"{len(orders)} orders, {len(certificates)} certificates"


def main(plays: list[Play], directory: Path, arguments: list[str]) -> int:
    world = Path(os.environ["CERTOPS_WORLD"], "stages", os.environ["MOLECULE_SCENARIO_NAME"], "stage.json")
    stage, report = json.loads(world.read_text()), []
    directory.mkdir(parents=True, exist_ok=True)
    for play in plays:
        if (play.get("needs_root") and os.geteuid() != 0) or (play.get("long") and SHORT):
            continue
        begun = time.monotonic()
        wrong = judge(play, run(play, directory, arguments), directory, stage)
        report.append({"name": play["name"], "wrong": wrong, "seconds": round(time.monotonic() - begun, 1)})
    (directory / "plays.json").write_text(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
