# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets: every module and every role runs, well and badly, and then everything that is left is searched."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.world.children import adopt_orphans, end_all
from tests.world.programs import find

from .playbooks import Play, Played, inventory, play, surroundings
from .report import Part, Run
from .secrets_books import control, modules, options
from .secrets_places import SystemLog, Watch
from .secrets_report import Evidence, report
from .secrets_roles import SHARED, hosts, issue, one_by_one, placed, surrounded
from .secrets_trace import read_trace, traced
from .secrets_world import KEY_ID, new_secret, raise_scene

WAYS = {"direct": "true", "shipped": "false"}


class Stage(Evidence):
    """One search under way."""

    def play(self, name: str, plays: Sequence[Play], way: str, *, bad: str = "refused", **environment: str) -> Played:
        """Run plays with everything written down that Ansible can write down."""
        self.run.tell(f"{name}, {way}")
        folder = self.run.folder
        label = f"{name} {way}".replace(" ", "-")
        surround = surroundings(
            folder,
            CERTOPS_ALICLOUD_DIRECT=WAYS[way],
            ANSIBLE_LOG_PATH=str(folder / "output" / f"{label}.log"),
            ANSIBLE_CACHE_PLUGIN="jsonfile",
            ANSIBLE_CACHE_PLUGIN_CONNECTION=str(folder / f"facts-{label}"),
            ANSIBLE_RETRY_FILES_ENABLED="1",
            ANSIBLE_RETRY_FILES_SAVE_PATH=str(folder / "output"),
            ANSIBLE_CALLBACKS_ENABLED="ansible.builtin.junit,ansible.builtin.tree",
            ANSIBLE_CALLBACK_TREE_DIR=str(folder / "output" / f"{label}.tree"),
            JUNIT_OUTPUT_DIR=str(folder / "output" / f"{label}.junit"),
            ANSIBLE_FORKS="5",
            **environment,
        )
        trace = folder / f"{label}.trace"
        before = [*self.log.before, *(traced(trace) if "trace" in name else [])]
        words = ["-vvvv", "--diff", "-e", f"@{self.given}"]
        played = play(folder, label, plays, surround, words, before)
        self.plays += len(plays)
        self._judge(label, played, bad)
        if trace.exists():
            self.traces.append(read_trace(trace.read_text(errors="replace")))
            trace.unlink()
        return played

    def _judge(self, label: str, played: Played, bad: str) -> None:
        """A run in which other things failed than were meant to proves nothing."""
        wrong = {host for host in played.failed if not host.endswith(bad)}
        missed = {host for host in played.ended - played.failed if host.endswith(bad)}
        if wrong or missed or not played.ended:
            self.problems.append(f"{label}: {sorted(wrong)} failed, {sorted(missed)} did not: {played.text[-800:]}")


def run(run: Run) -> Part:
    """Run everything, then search everything."""
    adopt_orphans()
    folder = run.folder
    (folder / "output").mkdir()
    with contextlib.ExitStack() as stack:
        stack.callback(end_all)
        scene = raise_scene(folder, stack, named=find("named") is not None)
        log = stack.enter_context(SystemLog(folder))
        stage = Stage(run, scene, log, folder / "given.json")
        prepare(stage)
        with Watch(folder) as watch:
            play_all(stage)
            marker = new_secret("Control")
            stage.play("the control", [control(marker)], "shipped")
            log.settle()
        return report(stage, watch, marker)


def prepare(stage: Stage) -> None:
    """Write what the runs are given: variables, keys, the CLI's file, the inventory. Only these may hold secrets."""
    scene, folder, texts = stage.scene, stage.run.folder, stage.scene.secrets.texts
    (folder / "ca.pem").write_text(scene.emulators["good"].world.authority.root_pem)
    given = {
        "options": options(scene, str(folder / "ca.pem")),
        "secret": texts["Secret"],
        "wrong_secret": texts["WrongSecret"],
        "wrong_tsig": texts["WrongTsig"],
        "tsig": scene.names.get("key_secret", ""),
    }
    write_private(stage.given, json.dumps(given))
    write_private(folder / "given.key", scene.secrets.keys["third"])
    surroundings(folder)
    (folder / "home" / ".aliyun").mkdir()
    entry = {"name": "marked", "mode": "AK", "access_key_id": "LTAIcliKeyId", "access_key_secret": texts["CliSecret"]}
    write_private(folder / "home" / ".aliyun" / "config.json", json.dumps({"current": "marked", "profiles": [entry]}))
    certified = placed(hosts(scene, stage.run.short), scene)
    single = placed(
        {
            "single": {
                **certified["share1"],
                "certificate_hosts_share": "",
                "certificate_domains": ["single.example.com"],
            }
        },
        scene,
    )
    groups = {"certified": list(certified), "shared": list(SHARED), "single": ["single"], "plain": ["plain"]}
    stock = inventory({**certified, **single, "plain": {}}, **groups)
    (folder / "inventory.json").write_text(json.dumps(stock))


def write_private(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)


def play_all(stage: Stage) -> None:
    """All runs, in an order that leaves something to renew."""
    short, scene = stage.run.short, stage.scene
    given = json.loads(stage.given.read_text())["options"]
    texts = scene.secrets.texts
    proxy = f"http://somebody:{texts['ProxyPassword']}@127.0.0.1:1"
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": texts["Secret"]}
    trace = " under a trace" if not short and shutil.which("strace") else ""
    stage.play("modules", [modules(given, "few" if short else "all", both=not short)], "direct")
    stage.play("modules", [modules(given, "fewest" if short else "few")], "shipped", ANSIBLE_PIPELINING="1")
    stage.play("surroundings", [surrounded(scene)], "direct", https_proxy=proxy, no_proxy="", **keys)
    stage.play("first certificates" + trace, [issue(True), issue(False)][short:], "direct")
    if short:
        return
    stage.play("modules without pipelining", [modules(given, "fewest")], "shipped")
    stage.play("first certificate one by one", [one_by_one("issue")], "shipped")
    scene.to_now()
    stage.play("renewals", [issue(False)], "direct")
    stage.play("renewal one by one", [one_by_one("renew")], "shipped", ANSIBLE_PIPELINING="1")
