# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the cases of the part orders: each three times, many in one ansible-playbook, in an account of its own.

First with the fault, then without, then in check mode.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.emulator.core.emulator import Logged
from tests.emulator.core.server import Server
from tests.world.children import Child

from .orders_accounts import Account, Facts, Kit, Start, kill_client
from .orders_accounts import start as open_account
from .orders_cases import Case
from .orders_plays import CHECK, FIRST, NEXT, Ending, endings, play, variables, write

# Seconds after which a process is ended.
LONGEST_PLAY = 420.0
# Until a call that was held up is carried out: so long after the next run began, if that begins soon enough.
LATE_EFFECT, LATEST_RUN = 3.0, 20.0
# Small lots mostly wait, large ones keep the machine busy.
SMALL_LOT, LARGE_WEIGHT, CAPACITY = 10, 4, 9
TOGETHER = 2


@dataclass
class Tried:
    """A case, and what became of it.

    ``endings``: how its runs ended, as far as Ansible said so; ``facts``: what was so after the first and after the
    last one; ``calls``: those of the first run.
    """

    case: Case
    start: Start
    endings: dict[str, Ending] = field(default_factory=dict)
    facts: list[Facts] = field(default_factory=list)
    calls: list[Logged] = field(default_factory=list)
    killed: bool = False
    overrun: bool = False

    @property
    def account(self) -> Account:
        return self.start.account


def run_cases(
    folder: Path, kit: Kit, lots: Sequence[Sequence[Case]], only_first: bool, tell: Callable[[str], None]
) -> list[Tried]:
    """Run lots of cases, some at the same time. Everything is started by this thread, and ends with it."""
    rest = [_Lot(folder / f"lot-{number}", kit, lot) for number, lot in enumerate(lots)]
    tried = [each for lot in rest for each in lot.tried]
    running: list[tuple[_Lot, Iterator[None]]] = []
    while rest or running:
        for lot in list(rest):
            if sum(other.weight for other, _steps in running) + lot.weight <= CAPACITY:
                rest.remove(lot)
                running.append((lot, lot.go(only_first)))
        going = [each for each in running if next(each[1], _DONE) is not _DONE]
        if len(going) < len(running):
            tell(f"{len(lots) - len(rest) - len(going)} of {len(lots)} lots")
        running = going
        time.sleep(0.05)
    return tried


_DONE = object()


class _Lot:
    """Cases of one module, run together."""

    def __init__(self, folder: Path, kit: Kit, cases: Sequence[Case]) -> None:
        self._folder, self._kit = folder, kit
        self.weight = 1 if len(cases) <= SMALL_LOT else LARGE_WEIGHT
        self.tried = [
            Tried(case, open_account(kit, case.workflow.prepare, case.lag, case.describe_lag)) for case in cases
        ]

    def go(self, only_first: bool) -> Iterator[None]:
        """Go through the runs; give way while a process runs."""
        self._folder.mkdir(parents=True)
        with ExitStack() as stack:
            self._prepare(stack)
            together = [each for each in self.tried if not each.case.alone]
            alone = [[each] for each in self.tried if each.case.alone]
            yield from self._play("first", [FIRST], [together] * bool(together) + alone)
            if not only_first:
                yield from self._play("next", [NEXT, CHECK], [self.tried])

    def _prepare(self, stack: ExitStack) -> None:
        ca_file, hosts = self._folder / "ca.pem", {}
        ca_file.write_text(self._kit.authority.root_pem)
        for each in self.tried:
            state, address = self._folder / "state" / each.case.name, _serve(each, stack)
            hosts[each.case.name] = variables(each.case, address, state, self._kit.csr, ca_file)
        write(self._folder, self.tried[0].case.workflow.module, hosts)

    def _play(self, book: str, runs: Sequence[str], groups: Sequence[Sequence[Tried]]) -> Iterator[None]:
        """Everybody's next runs: a process for each group, some at the same time."""
        waiting, running = list(enumerate(groups)), dict[Child, _Process]()
        while waiting or running:
            while waiting and len(running) < TOGETHER:
                number, group = waiting.pop(0)
                name = f"{book}-{number}"
                child = play(self._folder, book, [each.case for each in group], name)
                running[child] = _Process(name, group, time.monotonic() + LONGEST_PLAY)
            yield
            for child in [child for child in running if _is_over(child, running[child].deadline)]:
                self._note(running.pop(child), runs)
        for each in self.tried:
            each.account.rest()

    def _note(self, process: _Process, runs: Sequence[str]) -> None:
        """Note how the tasks of a process ended."""
        said = endings(self._folder, process.name)
        for each in process.group:
            found = {run: said[each.case.name, run] for run in runs if (each.case.name, run) in said}
            each.endings |= found
            each.facts.append(each.account.facts())
            each.calls = each.calls or list(each.account.calls)
            each.overrun |= time.monotonic() > process.deadline and len(found) < len(runs)


@dataclass(frozen=True)
class _Process:
    name: str
    group: Sequence[Tried]
    deadline: float


def _serve(tried: Tried, stack: ExitStack) -> str:
    """Open an account to its task, with the trouble in it."""
    server = stack.enter_context(Server(tried.account, tls=tried.case.trouble.tls))
    port = int(server.address.rpartition(":")[2])
    tried.account.held = lambda seconds: _hold(tried, port, seconds)
    for rule in tried.case.rules():
        tried.account.inject(**rule)
    return server.url


def _hold(tried: Tried, port: int, seconds: float) -> None:
    """Hold a call up, and do what the trouble says in the meantime."""
    account = tried.account
    account.pending, following = tried.case.trouble.late, account.following
    if tried.case.trouble.kills:
        tried.killed = kill_client(port)
    if account.pending:
        following.wait(LATEST_RUN)
        time.sleep(LATE_EFFECT)
        account.pending = False
    elif not tried.case.trouble.kills:
        time.sleep(seconds)


def _is_over(child: Child, deadline: float) -> bool:
    """Whether a process has ended; one that takes too long is made to."""
    if child.poll() is None and time.monotonic() > deadline:
        child.kill()
        child.wait()
    return child.poll() is not None
