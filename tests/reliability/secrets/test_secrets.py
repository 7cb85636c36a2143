# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module and every role runs, with success and without; then all that is left is searched for secrets."""

from __future__ import annotations

import contextlib
import json
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances.responses import key_text, service_key
from playbooks.files.emulator.orders.responses import key_pem
from tests.reliability.support.figures import Figures
from tests.support.playbooks import Play, environment, run_plays, write_inventory
from tests.world.programs import find

from .modules import control, modules, options
from .places import SystemLog, Watch, files, search_all
from .roles import SHARED, hosts, issue, one_by_one, single_host, with_environment
from .scene import KEY_ID, Scene, new_secret, open_scene
from .search import Search, forms, search_for
from .trace import Trace, read_trace, traced

pytestmark = pytest.mark.reliability("Secrets")

WAYS = {"direct": "true", "shipped": "false"}
# Where the marker of the control must be found, by the beginning of the place.
KINDS = {
    "a command line": "command lines",
    "system.log": "system log",
    "facts-": "cache of facts",
    "tmp/left": "temporary directory",
    "output/control-shipped.log": "log file",
    "output/control-shipped.txt": "output",
    "output/control-shipped.tree": "tree of results",
}


@dataclass
class Evidence:
    """What ran, and what was recorded while it ran."""

    scene: Scene
    log: SystemLog
    watch: Watch
    marker: str = field(default_factory=lambda: new_secret("Control"))
    plays: int = 0
    unexpected: list[str] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)

    @property
    def given(self) -> list[Path]:
        """What the runs are given: only these files may hold secrets, and the installed keys."""
        directory = self.scene.directory
        return [directory / "given.json", directory / "given.key", directory / "home" / ".aliyun" / "config.json"]

    @property
    def installed(self) -> list[Path]:
        found = files(self.scene.directory)
        return [path for path in found if path.name == "privkey.pem" and "generations" in path.parts]

    @property
    def command_lines(self) -> list[bytes]:
        return [*self.watch.lines, *(line for trace in self.traces for line in trace.lines)]

    def play(self, name: str, plays: Sequence[Play], way: str, **more: str) -> None:
        """Run plays with everything written down that Ansible can write down."""
        directory = self.scene.directory
        label = f"{name} {way}".replace(" ", "-")
        output, trace = directory / "output" / label, directory / f"{label}.trace"
        around = environment(
            directory,
            CERTOPS_ALICLOUD_DIRECT=WAYS[way],
            ANSIBLE_LOG_PATH=f"{output}.log",
            ANSIBLE_CACHE_PLUGIN="jsonfile",
            ANSIBLE_CACHE_PLUGIN_CONNECTION=str(directory / f"facts-{label}"),
            ANSIBLE_RETRY_FILES_ENABLED="1",
            ANSIBLE_RETRY_FILES_SAVE_PATH=str(directory / "output"),
            ANSIBLE_CALLBACKS_ENABLED="ansible.builtin.junit,ansible.builtin.tree",
            ANSIBLE_CALLBACK_TREE_DIR=f"{output}.tree",
            JUNIT_OUTPUT_DIR=f"{output}.junit",
            ANSIBLE_FORKS="5",
            **more,
        )
        prefix = [*self.log.prefix, *(traced(trace) if "trace" in name else [])]
        played = run_plays(directory, label, plays, around, ["-vvvv", "--diff", "-e", f"@{self.given[0]}"], prefix)
        self.plays += len(plays)
        # A run in which other things failed than were meant to fail proves nothing.
        wrong = {host for host in played.failed if not host.endswith("refused")}
        missed = {host for host in played.ended - played.failed if host.endswith("refused")}
        if wrong or missed or not played.ended:
            self.unexpected.append(f"{label}: {sorted(wrong)} failed, {sorted(missed)} did not: {played.text[-800:]}")
        if trace.exists():
            self.traces.append(read_trace(trace.read_text(errors="replace")))
            trace.unlink()


@pytest.fixture(scope="module")
def evidence(directory: Path, short: bool) -> Iterator[Evidence]:
    """Everything has run."""
    (directory / "output").mkdir()
    with contextlib.ExitStack() as stack:
        scene = open_scene(directory, stack, named=find("named") is not None)
        log = stack.enter_context(SystemLog(directory))
        found = Evidence(scene, log, Watch(directory))
        _prepare(found, short)
        with found.watch:
            _play_all(found, short)
            found.play("control", [control(found.marker)], "shipped")
            log.wait_until_quiet()
        yield found


def _prepare(evidence: Evidence, short: bool) -> None:
    """Write what the runs are given: variables, a key, the CLI's file, the inventory."""
    scene, directory, texts = evidence.scene, evidence.scene.directory, evidence.scene.secrets.texts
    ca_path = directory / "ca.pem"
    ca_path.write_text(scene.emulators["good"].world.authority.root_pem)
    given = {
        "options": options(scene, str(ca_path)),
        "secret": texts["Secret"],
        "wrong_secret": texts["WrongSecret"],
        "wrong_tsig": texts["WrongTsig"],
        "tsig": scene.names.get("key_secret", ""),
    }
    profile = {"name": "marked", "mode": "AK", "access_key_id": "LTAIcliKeyId", "access_key_secret": texts["CliSecret"]}
    environment(directory)  # makes the home
    contents = (
        json.dumps(given),
        scene.secrets.keys["third"],
        json.dumps({"current": "marked", "profiles": [profile]}),
    )
    for path, text in zip(evidence.given, contents):
        path.parent.mkdir(exist_ok=True)
        path.touch(0o600)
        path.write_text(text)
    certified, single = hosts(scene, short), single_host(scene)
    groups = {"certified": list(certified), "shared": list(SHARED), "single": ["single"], "plain": ["plain"]}
    write_inventory(directory, {**certified, **single, "plain": {}}, **groups)


def _play_all(evidence: Evidence, short: bool) -> None:
    """All runs, in an order that leaves something to renew."""
    play, given = evidence.play, json.loads(evidence.given[0].read_text())["options"]
    texts = evidence.scene.secrets.texts
    proxy = f"http://user:{texts['ProxyPassword']}@127.0.0.1:1"
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": texts["Secret"]}
    trace = " under a trace" if not short and shutil.which("strace") else ""
    play("modules", [modules(given, "few" if short else "all", both=not short)], "direct")
    play("modules", [modules(given, "fewest" if short else "few")], "shipped", ANSIBLE_PIPELINING="1")
    play("environment", [with_environment(evidence.scene)], "direct", https_proxy=proxy, no_proxy="", **keys)
    play("first certificates" + trace, [issue(True), issue(False)][short:], "direct")
    if short:
        return
    play("modules without pipelining", [modules(given, "fewest")], "shipped")
    play("first certificate one by one", [one_by_one("csr", "apply")], "shipped")
    evidence.scene.move_to_present()
    play("renewals", [issue(False)], "direct")
    play("renewal one by one", [one_by_one("renew")], "shipped", ANSIBLE_PIPELINING="1")


def instance_keys(world: World) -> list[str]:
    """The keys that the service has made for the certificates of instances."""
    return [
        key_text(service_key(world, instance, each.attempt, each.form))
        for instance in world.present_instances()
        for each in instance.certificates
        if not each.form.csr
    ]


def test_plays_succeed_and_fail_as_they_are_meant_to(evidence: Evidence, figures: Figures) -> None:
    figures.tried("plays run", evidence.plays)
    figures.none("plays that ended in another way than they were meant to", evidence.unexpected)


def test_no_secret_is_found(evidence: Evidence, figures: Figures) -> None:
    scene, installed = evidence.scene, evidence.installed
    worlds = [emulator.world for emulator in scene.emulators.values()]
    made = [key_pem(world, order) for world in worlds for order in world.present()]
    made += [key for world in worlds for key in instance_keys(world)]
    keys = [*scene.secrets.keys.items(), *(("a key of the service", key) for key in made if key)]
    keys += [(f"the key in {path}", path.read_text()) for path in installed]
    tsig = [("the TSIG key", scene.names["key_secret"])] if scene.names else []
    search = search_for([*scene.secrets.texts.items(), *tsig], keys, scene.sent)
    left_out = {*installed, *evidence.given, scene.directory / "world" / "dns" / "named.conf"}
    found = search_all(scene.directory, search, evidence.command_lines, left_out)
    figures.tried("patterns searched for", search.count)
    figures.tried("signed requests among them", len(scene.sent))
    figures.tried("places searched (files, and all command lines as one)", found.places)
    figures.tried("bytes searched", found.size)
    figures.tried("command lines read", evidence.watch.samples)
    figures.none("secrets found", found.hits)


def test_a_planted_marker_is_found_in_all_kinds_of_places(evidence: Evidence, figures: Figures) -> None:
    directory, marker = evidence.scene.directory, Search(dict.fromkeys(forms(evidence.marker), "the marker"))
    found = search_all(directory, marker, evidence.command_lines, {directory / "control-shipped.json"})
    where = [hit.partition(" in ")[2] for hit in found.hits]
    kinds = {kind for each in where for begin, kind in KINDS.items() if each.startswith(begin)}
    wanted = set(KINDS.values()) - (set() if evidence.log.prefix else {"system log"})
    figures.at_least("kinds of places in which a planted marker was found", len(kinds), len(wanted))


def test_the_system_log_was_seen(evidence: Evidence, figures: Figures) -> None:
    if not evidence.log.prefix:
        pytest.skip("the system allows no mounts of one's own")
    figures.tried("messages to the system log", evidence.log.messages)


def test_no_other_user_can_read_a_key(evidence: Evidence, figures: Figures) -> None:
    installed = evidence.installed
    bad = [str(path) for path in [*installed, *evidence.given] if stat.S_IMODE(path.stat().st_mode) & 0o077]
    traced = [path for trace in evidence.traces for path in trace.open_keys]
    figures.tried("key files", len(installed))
    figures.tried("readings of the modes of files while they were made", evidence.watch.modes)
    figures.none("key files that others could read, at any time", [*evidence.watch.open_keys, *bad, *traced])


@pytest.mark.long
def test_every_write_of_keys_was_traced(evidence: Evidence, figures: Figures) -> None:
    if not evidence.traces:
        pytest.skip("strace is missing")
    figures.tried("key files whose every write was traced", sum(len(trace.keys) for trace in evidence.traces))


def test_a_tsig_key_was_among_the_secrets(evidence: Evidence) -> None:
    if not evidence.scene.names:
        pytest.skip("named is missing, so no TSIG key was used")
