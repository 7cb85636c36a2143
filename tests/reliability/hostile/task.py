# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks in this process against services that a test makes up, and what is wrong with how they end."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any
from unittest.mock import patch

from ansible_collections.certops.alicloud.plugins.module_utils import _connection, _task
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import OverRequests, Request, Response
from ansible_collections.certops.alicloud.plugins.plugin_utils.direct import run_here
from tests.reliability.support.figures import Figures
from tests.support import client

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
CONNECTION = {"access_key_id": "testid", "access_key_secret": "testsecret", "endpoint": "http://127.0.0.1:9"}
# Calls of one task, after which it counts as one without end. A list alone may have 1000 pages, read three times.
MOST_CALLS = 20_000
# Sleeps, after which time flies: a task may really be asked to wait for thirty years.
MOST_SLEEPS, LEAP = 2000, 1e8
# Seconds of real time for one input, on however slow a machine.
WATCHDOG = 120
CRASHED, ENDLESS = "tracebacks", "tasks that did not end"
OUTSIDE = "files and records outside of where they belong"
TEMPLATES = "texts taken for templates"
WRONG = "wrong sets installed, sent requests denied, disks changed by a failure"

Service = Callable[[Request], Response]


class Endless(BaseException):
    """A task that does not come to its end."""


class Crash(Exception):
    """A task that ended with an unexpected error, or with no result."""


@dataclass
class Inputs:
    """The inputs of one kind, and what they led to other than a result or a message."""

    kind: str
    tried: int = 0
    problems: dict[str, list[str]] = field(
        default_factory=lambda: {what: [] for what in (CRASHED, ENDLESS, OUTSIDE, TEMPLATES, WRONG)}
    )
    broke_ansible: int = 0

    @contextmanager
    def judge(self, what: object) -> Iterator[None]:
        """Count one input, and note what it leads to."""
        self.tried += 1
        try:
            with _time_limit():
                yield
        except Endless:
            self.note(ENDLESS, what)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a library may raise what is no Exception
            if _is_of_ansible(error.__traceback__):
                self.broke_ansible += 1
                return
            place = error if isinstance(error, Crash) else _place(error.__traceback__)
            self.note(CRASHED, f"{type(error).__name__} {place} for {_shortly(what)}")

    def note(self, problem: str, what: object) -> None:
        self.problems[problem].append(f"{self.kind}: {_shortly(what)}")

    def record(self, figures: Figures) -> None:
        """Record what was tried, and assert that there are no problems."""
        figures.tried("inputs tried", self.tried)
        figures.row(("input", "tried"), self.kind, f"{self.tried:,}")
        figures.record("options that broke Ansible's own check of them", self.broke_ansible)
        for problem, found in self.problems.items():
            figures.none(problem, found)


def _is_of_ansible(trace: TracebackType | None) -> bool:
    """Whether Ansible broke on options, which it checks before a module sees them."""
    names = []
    while trace:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    return "_module" in names


def _shortly(what: object) -> str:
    text = what if isinstance(what, str) and what.isprintable() else ascii(what)
    return text if len(text) < 300 else f"{text[:200]} ... {text[-90:]}"


@contextmanager
def _time_limit() -> Iterator[None]:
    """A generous limit of real time."""

    def end(number: int, frame: FrameType | None) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, WATCHDOG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Time:
    """A clock on which no sleep takes real time."""

    def __init__(self) -> None:
        self.seconds, self.sleeps = 0.0, 0

    def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        self.seconds += seconds + (LEAP if self.sleeps > MOST_SLEEPS else 0.0)

    def clock(self) -> Clock:
        return Clock(lambda: NOON + timedelta(seconds=self.seconds), lambda: self.seconds, self.sleep, lambda: 0.5)


class _FakeTransport:
    """The real transport, but for the exchange."""

    def __init__(self, service: Service, time: _Time, *where: Any) -> None:
        self.close = OverRequests(*where).close
        self._service, self._time, self._calls = service, time, 0

    def __call__(self, request: Request, timeout: float) -> Response:
        self._calls += 1
        self._time.seconds += 0.1
        if self._calls > MOST_CALLS:
            raise Endless
        return self._service(request)


def run_task(main: Callable[[], None], options: Mapping[str, Any], service: Service, check: bool = False) -> Any:
    """The result of a module, from its options as Ansible writes them to its result as Ansible reads it."""
    time, crashes = _Time(), list[str]()
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check}}).encode()

    def format_tb(trace: TracebackType) -> list[str]:
        crashes.append(_place(trace))
        return []

    with (
        patch.object(_connection, "OverRequests", partial(_FakeTransport, service, time)),
        patch.object(_connection, "Client", partial(Client, clock=time.clock())),
        patch.object(_task.traceback, "format_tb", format_tb),
    ):
        out, _err = run_here(main, arguments, {})
    if crashes:
        raise Crash(crashes[0])
    result = json.loads(out.strip().splitlines()[-1])
    if "msg" not in result and "changed" not in result:
        raise Crash("no result")
    return result


def _place(trace: TracebackType | None) -> str:
    """Where an error was raised."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


def honest_service() -> Service:
    """An account in which everything is as the documents say."""
    account = client.emulator(checked=False, settle_seconds=0, record_delay_seconds=0, validation_seconds=0)
    account.world.zones.host("example.com", account.world.now())
    account.add_instance(count=3)
    account.add_instance(state="normal", domains=["old.example.com"], issued_days=150, age_days=150)
    exchange = client.transport(account)

    def respond(request: Request) -> Response:
        url = f"https://cas.example/{request.url.rpartition('/')[2]}"
        return exchange(Request(request.method, url, request.headers, request.body), 30.0)

    return respond
