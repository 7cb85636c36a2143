# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the cases: each three times, many in one ansible-playbook, in an account of its own.

First with the fault, then without, then in check mode.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playbooks.files.emulator.core.log import Logged
from playbooks.files.emulator.core.server import Server
from tests.support.playbooks import write_inventory
from tests.world.children import Child

from .accounts import Account, Facts, Opened, SharedKeys, kill_client
from .cases import Case
from .plays import CHECK, FIRST, NEXT, TaskResult, read_results, start_tasks, task, variables
from .subject import Subject

# Seconds after which a process is ended.
LONGEST_PLAY = 600.0
# A call that is held up is carried out so many seconds after the next run began, if that begins soon enough.
LATE_EFFECT, LATEST_RUN = 3.0, 20.0
# Cases in a batch. Small batches mostly wait, large ones keep the machine busy.
LARGEST_BATCH, SMALL_BATCH = 60, 10
LARGE_WEIGHT, CAPACITY = 4, 9
PROCESSES = 2


@dataclass
class Trial:
    """A case, and what became of it.

    ``results``: how its runs ended, as far as Ansible said so; ``facts``: the account after the first run and after the
    last one; ``calls``: those of the first run.
    """

    case: Case
    opened: Opened
    results: dict[str, TaskResult] = field(default_factory=dict)
    facts: list[Facts] = field(default_factory=list)
    calls: list[Logged] = field(default_factory=list)
    killed: bool = False
    overrun: bool = False

    @property
    def account(self) -> Account:
        return self.opened.account


@dataclass(frozen=True)
class Place:
    """Where cases are run: a directory, what they are about, and the keys of their accounts."""

    directory: Path
    subject: Subject
    keys: SharedKeys


def run_cases(place: Place, cases: Sequence[Case], only_first: bool = False) -> list[Trial]:
    """Run the cases in batches, some at the same time. Everything is started by this thread, and ends with it."""
    rest = [_Batch(place, f"batch-{number}", some) for number, some in enumerate(_batches(cases))]
    trials = [each for batch in rest for each in batch.trials]
    running: list[tuple[_Batch, Iterator[None]]] = []
    while rest or running:
        for batch in list(rest):
            if sum(other.weight for other, _steps in running) + batch.weight <= CAPACITY:
                rest.remove(batch)
                running.append((batch, batch.run(only_first)))
        running = [each for each in running if next(each[1], _DONE) is not _DONE]
        time.sleep(0.05)
    return trials


def _batches(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases of one module each: many together, or a few that take equally long when the next run has to follow at once.

    Those that take longest come first.
    """
    groups: dict[object, list[Case]] = {}
    for case in cases:
        key = (case.name if case.alone else case.fault.kills, case.timeout) if case.urgent else ()
        groups.setdefault((case.workflow.module, key), []).append(case)
    batches: list[list[Case]] = []
    for some in groups.values():
        some.sort(key=lambda case: (case.lag, bool(case.fault.then)), reverse=True)
        number = -(-len(some) // (SMALL_BATCH if some[0].urgent else LARGEST_BATCH))
        batches += [some[index::number] for index in range(number)]
    return sorted(batches, key=len, reverse=True)


_DONE = object()


@dataclass(frozen=True)
class _Process:
    name: str
    trials: Sequence[Trial]
    deadline: float


class _Batch:
    """Cases of one module, run together."""

    def __init__(self, place: Place, name: str, cases: Sequence[Case]) -> None:
        self._directory, self._keys = place.directory / name, place.keys
        self.weight = 1 if len(cases) <= SMALL_BATCH else LARGE_WEIGHT
        self.trials = [Trial(case, place.subject.open_account(place.keys, case)) for case in cases]
        self._module, self._options = cases[0].workflow.module, set[str]()

    def run(self, only_first: bool) -> Iterator[None]:
        """Go through the runs; give way while a process runs."""
        self._directory.mkdir(parents=True)
        with ExitStack() as stack:
            self._prepare(stack)
            together = [each for each in self.trials if not each.case.alone]
            alone = [[each] for each in self.trials if each.case.alone]
            yield from self._play("first", [FIRST], [together] * bool(together) + alone)
            if not only_first:
                yield from self._play("next", [NEXT, CHECK], [self.trials])

    def _prepare(self, stack: ExitStack) -> None:
        ca_file, hosts = self._directory / "ca.pem", {}
        ca_file.write_text(self._keys.authority.root_pem)
        for each in self.trials:
            case, options = each.case, {**each.case.workflow.options, **each.opened.options}
            options |= {"endpoint": _serve(each, stack)}
            options |= {"csr_content": self._keys.csr} if case.workflow.own_key else {}
            options |= {"ca_path": str(ca_file)} if case.fault.tls else {}
            hosts[case.name] = variables(case, options, self._directory / "state" / case.name)
            self._options |= set(hosts[case.name]["wanted"])
        write_inventory(self._directory, hosts)

    def _play(self, name: str, runs: Sequence[str], groups: Sequence[Sequence[Trial]]) -> Iterator[None]:
        """The same runs of all trials: a process for each group, some at the same time."""
        tasks = [task(self._module, sorted(self._options), run) for run in runs]
        waiting, running = list(enumerate(groups)), dict[Child, _Process]()
        while waiting or running:
            while waiting and len(running) < PROCESSES:
                number, group = waiting.pop(0)
                process = _Process(f"{name}-{number}", group, time.monotonic() + LONGEST_PLAY)
                hosts = [each.case.name for each in group]
                running[start_tasks(self._directory, tasks, hosts, process.name)] = process
            yield
            for child in [child for child in running if _has_ended(child, running[child].deadline)]:
                self._note(running.pop(child), runs)
        for each in self.trials:
            each.account.end_run()

    def _note(self, process: _Process, runs: Sequence[str]) -> None:
        """Note how the tasks of a process ended."""
        results = read_results(self._directory, process.name)
        for each in process.trials:
            found = {run: results[each.case.name, run] for run in runs if (each.case.name, run) in results}
            each.results |= found
            each.facts.append(each.account.facts())
            each.calls = each.calls or list(each.account.calls)
            each.overrun |= time.monotonic() > process.deadline and len(found) < len(runs)


def _serve(trial: Trial, stack: ExitStack) -> str:
    """Open an account to its task, with the fault in it."""
    server = stack.enter_context(Server(trial.account, tls=trial.case.fault.tls))
    port = int(server.address.rpartition(":")[2])
    trial.account.held = lambda seconds: _hold(trial, port, seconds)
    for rule in trial.case.rules():
        trial.account.inject(**rule)
    return server.url


def _hold(trial: Trial, port: int, seconds: float) -> None:
    """Hold a call up, and do what the fault says in the meantime."""
    account = trial.account
    account.pending, following = trial.case.fault.late, account.following
    if trial.case.fault.kills:
        trial.killed = kill_client(port)
    if account.pending:
        following.wait(LATEST_RUN)
        time.sleep(LATE_EFFECT)
        account.pending = False
    elif not trial.case.fault.kills:
        time.sleep(seconds)


def _has_ended(child: Child, deadline: float) -> bool:
    """Whether a process has ended; one that takes too long is killed."""
    if child.poll() is None and time.monotonic() > deadline:
        child.kill()
        child.wait()
    return child.poll() is not None
