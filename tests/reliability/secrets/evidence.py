# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search itself, and what the page says of it."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path

from tests.emulator.orders.responses import key_pem

from .report import Figure, Part, Run, at_least, count, none_of
from .secrets_marks import Search, forms, search_for
from .secrets_places import Looked, SystemLog, Watch, files, look
from .secrets_trace import Trace
from .secrets_world import Scene


@dataclass
class Evidence:
    """What ran, and what was noted while it ran. Only ``given`` and what lies beside it may hold secrets."""

    run: Run
    scene: Scene
    log: SystemLog
    given: Path
    plays: int = 0
    problems: list[str] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)


def report(stage: Evidence, watch: Watch, marker: str) -> Part:
    """Search, look at the modes of keys, and see that the control is found."""
    folder, scene = stage.run.folder, stage.scene
    kept = [path for path in files(folder) if path.name == "privkey.pem" and "generations" in path.parts]
    given = [stage.given, folder / "given.key", folder / "home" / ".aliyun" / "config.json"]
    left_out = {*kept, *given, folder / "world" / "dns" / "named.conf"}
    keys = [*scene.secrets.keys.items(), *((f"the key in {path}", path.read_text()) for path in kept), *services(scene)]
    texts = [*scene.secrets.texts.items(), *[("the TSIG key", scene.names["key_secret"])][: len(scene.names)]]
    search = search_for(texts, keys, scene.sent)
    stage.run.tell(f"searching for {search.count} patterns")
    lines = [*watch.lines, *(line for trace in stage.traces for line in trace.lines)]
    found = look(folder, search, lines, left_out)
    controlled = Search(dict.fromkeys(forms(marker), "the marker"))
    told = look(folder, controlled, lines, {folder / "the-control-shipped.json"})
    bad = [path for path in [*kept, *given] if stat.S_IMODE(path.stat().st_mode) & 0o077]
    open_keys = [*watch.open_keys, *map(str, bad), *(path for trace in stage.traces for path in trace.open_keys)]
    problems = [*stage.problems, *found.hits, *(f"others can read {path}" for path in open_keys)]
    figures = figures_of(stage, watch, search, found, places(told), len(kept), open_keys)
    return Part("Secrets", METHOD, figures, limits=limits(stage), problems=problems)


def services(scene: Scene) -> list[tuple[str, str]]:
    """The keys that the service made itself."""
    worlds = {name: emulator.world for name, emulator in scene.emulators.items()}
    made = [(name, key_pem(world, order)) for name, world in worlds.items() for order in world.present()]
    return [(f"a key of the service ({name})", key) for name, key in made if key]


# Where a marker must be found, by the beginning of the place.
KINDS = {
    "a command line": "command lines",
    "system.log": "system log",
    "facts-": "cache of facts",
    "tmp/left": "temporary folder",
    "output/the-control-shipped.log": "log file",
    "output/the-control-shipped.txt": "output",
    "output/the-control-shipped.tree": "tree of results",
}


def places(told: Looked) -> set[str]:
    """The kinds of places in which the marker was found."""
    where = [hit.partition(" in ")[2] for hit in told.hits]
    return {kind for each in where for begin, kind in KINDS.items() if each.startswith(begin)}


def figures_of(
    stage: Evidence, watch: Watch, search: Search, found: Looked, told: set[str], kept: int, open_keys: list[str]
) -> list[Figure]:
    wanted = len(KINDS) - (not stage.log.before)
    return [
        count("plays run", stage.plays),
        none_of("plays that went another way than they were meant to", len(stage.problems)),
        count("patterns searched for", search.count),
        count("signed requests among them", len(stage.scene.sent)),
        count("places searched (files, and all command lines as one)", found.places),
        count("bytes searched", found.size),
        count("messages to the system log", stage.log.messages),
        count("command lines read", watch.samples),
        at_least("kinds of places in which a planted marker was found", len(told), wanted),
        none_of("secrets found", len(found.hits)),
        count("key files", kept),
        count("looks at the modes of files while they were made", watch.modes),
        count("key files whose every write was traced", sum(len(trace.keys) for trace in stage.traces)),
        none_of("key files that others could read, at the end or at any look", len(open_keys)),
    ]


def limits(stage: Evidence) -> list[str]:
    """What is not promised, and what this run could not look at."""
    missing = []
    if not stage.log.before:
        missing.append("This run could not see the system log: the system allows no mounts of one's own.")
    if not stage.scene.names:
        missing.append("This run had no name server (named), so no TSIG key was used.")
    if not any(trace.keys for trace in stage.traces):
        missing.append("This run did not trace how key files are made (strace; never in the short version).")
    return [*missing, *LIMITS]


METHOD = """\
Every module and every role runs against accounts that answer well, refuse, throttle, lose answers, send pages of HTML
or show a certificate that nobody knows; with good, wrong, halved and expired keys; and with private keys where they do
not belong. Everything runs with `-vvvv --diff` in Ansible's own worker and shipped, with and without pipelining,
results are registered and printed, also those of tasks with `no_log`, and Ansible writes whatever it can: a log file, a
cache of facts, retry files, trees of results, the system log. Every secret is new in each run. Afterwards all files
below the run's home and temporary folders, and all command lines that were seen, are searched for the access key's
secret, tokens, passwords, the TSIG key, every private key and each line of it, and the queries and signatures that were
sent: as they are, escaped, and in base64. Only the files that the run was given and the installed keys are left out, by
their names. A marker that is planted in the same places has to be found in all of them.
"""
LIMITS = (
    "A secret in the `environment` of a task that is shipped: Ansible itself writes that into a command line. In the "
    "worker, and from the environment of `ansible-playbook`, it is searched for like all others.",
    "Facts: where facts are gathered, Ansible caches the environment of the host, with all that is in it.",
    "`include_private_key` returns a key because that is asked for: use `no_log`, and do not print the result.",
    "A secret in an option that does not exist, or that is made for something else, is shown like any value; only "
    "private keys in place of a CSR or a chain are expected.",
    "Environments of processes (/proc/*/environ), memory and swap were not searched.",
)
