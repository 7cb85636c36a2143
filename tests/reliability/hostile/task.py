# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks in this process against services that a test makes up: how they end, and whether that is an end at all."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from conftest import name_the_collection

name_the_collection()

from ansible_collections.certops.alicloud.plugins.module_utils import _connection as connection  # noqa: E402
from ansible_collections.certops.alicloud.plugins.module_utils import _task as task  # noqa: E402
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock  # noqa: E402
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client  # noqa: E402
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import OverRequests, Request, Response  # noqa: E402
from ansible_collections.certops.alicloud.plugins.plugin_utils.direct import run_here  # noqa: E402

__all__ = ["OverRequests", "Request", "Response", "connection"]

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
KEYS = {"access_key_id": "testid", "access_key_secret": "testsecret", "endpoint": "http://127.0.0.1:9"}
# Calls of one task, after which it counts as one without end. A list alone may have 1000 pages, read three times.
MOST_CALLS = 20_000
# Sleeps, after which time flies: somebody may really want to wait for thirty years.
PATIENCE, LEAP = 2000, 1e8
# Seconds of real time for one input, on however slow a machine.
WATCHDOG = 120

Service = Callable[[Request], Response]


class Endless(BaseException):
    """A task that does not come to its end."""


@dataclass
class Tally:
    """What was tried, by kind, and what went wrong."""

    tried: Counter[str] = field(default_factory=Counter)
    tracebacks: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    peaks: dict[str, float] = field(default_factory=dict)
    broke_ansible: int = 0

    @contextmanager
    def judging(self, kind: str, what: object) -> Iterator[None]:
        """Count one input, and what it leads to other than a result or a sentence."""
        self.tried[kind] += 1
        try:
            with _watched():
                yield
        except Endless:
            self.hangs.append(f"{kind}: {shortly(what)}")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a library may raise what is no Exception
            if isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM:
                raise
            if _is_of_ansible(error):
                self.broke_ansible += 1
                return
            place = error if isinstance(error, Fault) else _place(error.__traceback__)
            self.tracebacks.append(f"{kind}: {type(error).__name__} {place} for {shortly(what)}")


def _is_of_ansible(error: BaseException) -> bool:
    """Whether Ansible broke on options, which it checks before a module sees them."""
    trace, names = error.__traceback__, []
    while trace:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    return "_module" in names


def shortly(what: object) -> str:
    text = ascii(what)
    return text if len(text) < 300 else f"{text[:200]} ... {text[-90:]}"


@contextmanager
def _watched() -> Iterator[None]:
    """A generous limit of real time."""

    def bark(number: int, frame: FrameType | None) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, WATCHDOG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Fault(Exception):
    """A task that ended with a fault of the collection, or with no result."""


class _Time:
    """A clock that nobody has to wait for."""

    def __init__(self) -> None:
        self.seconds, self.sleeps = 0.0, 0

    def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        self.seconds += seconds + (LEAP if self.sleeps > PATIENCE else 0.0)

    def clock(self) -> Clock:
        return Clock(lambda: NOON + timedelta(seconds=self.seconds), lambda: self.seconds, self.sleep, lambda: 0.5)


class _Pretended:
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
    time = _Time()
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check}}).encode()
    faults: list[str] = []
    with (
        patch.object(connection, "OverRequests", partial(_Pretended, service, time)),
        patch.object(connection, "Client", partial(Client, clock=time.clock())),
        patch.object(task.traceback, "format_tb", partial(_noted, faults)),
    ):
        out, _err = run_here(main, arguments, {})
    if faults:
        raise Fault(faults[0])
    result = json.loads(out.strip().splitlines()[-1])
    if "msg" not in result and "changed" not in result:
        raise Fault("no result")
    return result


def _noted(faults: list[str], trace: Any) -> list[str]:
    faults.append(_place(trace))
    return []


def _place(trace: Any) -> str:
    """Where a fault was raised."""
    while trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


@contextmanager
def home(folder: Path) -> Iterator[None]:
    """A home of its own, and nothing else that a task would look for in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("ALI", "ANSIBLE", "XDG"))}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith(("_proxy", "_bundle"))}
    own = {"HOME": str(folder), "TMPDIR": str(folder), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    with patch.dict(os.environ, {**kept, **own}, clear=True):
        yield
