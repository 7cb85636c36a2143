# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with a task: it is killed, a call or its response is lost, a step on the host or its disk fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from tests.support.chains import Killed, Shop

from .workflows import watch


@dataclass(frozen=True)
class Point:
    """The n-th step or call of a task, and its name; steps on the host have no capital letter."""

    number: int
    name: str

    @property
    def is_call(self) -> bool:
        return self.name[0].isupper()


@dataclass(frozen=True)
class Disturbance:
    """``begin`` disturbs the next task of a shop, ``end`` lets the following ones go undisturbed."""

    name: str
    begin: Callable[[Shop, Point], None]
    loses: bool = False

    def end(self, shop: Shop) -> None:
        shop.account.faults.rules.clear()
        watch(shop)


def _at(shop: Shop, when: str, point: Point, deed: Callable[[], None], lasts: bool = False) -> None:
    """Do something before or after a step of the next task; when it ``lasts``, before and after all that follow."""
    seen: list[str] = []

    def disturb(moment: str, step: str) -> None:
        if moment == "before":
            seen.append(step)
        here = len(seen) == point.number and moment == when
        if here or (lasts and (len(seen) > point.number or (len(seen) == point.number and when == "before"))):
            deed()

    watch(shop, disturb)


def _die() -> None:
    raise Killed()


def _fail() -> None:
    raise Failure("The connection to the host was lost.")


def killed(when: str, shop: Shop, point: Point) -> None:
    _at(shop, when, point, _die, lasts=True)


def fails(when: str, shop: Shop, point: Point) -> None:
    _at(shop, when, point, _fail)


def faulty(rule: dict[str, Any], shop: Shop, point: Point) -> None:
    """A call goes wrong; the emulator takes the rule with the call."""
    _at(shop, "before", point, lambda: shop.account.inject(action=point.name, **rule))


def outage(shop: Shop, point: Point) -> None:
    _at(shop, "before", point, lambda: shop.account.inject(kind="request_lost", times=0))


KILLS = tuple(Disturbance(f"killed {when} it", partial(killed, when)) for when in ("before", "after"))
FAULTS = (
    Disturbance("request lost", partial(faulty, {"kind": "request_lost"}), loses=True),
    Disturbance("response lost", partial(faulty, {"kind": "answer_lost"}), loses=True),
    Disturbance("503 after the effect", partial(faulty, {"kind": "error_after", "code": "ServiceUnavailable"}), True),
    Disturbance("garbage after the effect", partial(faulty, {"kind": "garbage_json"}), loses=True),
    Disturbance("connection cut in the response", partial(faulty, {"kind": "cut"}), loses=True),
    Disturbance("throttled", partial(faulty, {"kind": "throttled", "retry_after_ms": 200})),
    Disturbance("refused", partial(faulty, {"kind": "code", "code": "Forbidden.RAM"})),
    Disturbance("outage from then on", outage, loses=True),
)
ON_THE_HOST = tuple(Disturbance(f"fails {when} its effect", partial(fails, when)) for when in ("before", "after"))

# What writes to a disk.
WRITING = ("mkdir", "write", "fsync", "rename", "replace", "symlink", "fchmod")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)


@contextmanager
def disk(shop: Shop, disturb: Callable[[str], None]) -> Iterator[None]:
    """Tell every call of the system that writes to the disk of the host, before it is made."""
    kept, steps = {name: getattr(os, name) for name in WRITING}, [""]
    watch(shop, lambda when, step: steps.append(step if when == "before" else ""))

    def told(name: str) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if steps[-1][:1].islower():
                disturb(name)
            return kept[name](*args, **more)

        return call

    try:
        for name in WRITING:
            setattr(os, name, told(name))
        yield
    finally:
        for name, call in kept.items():
            setattr(os, name, call)
        watch(shop)


def failing(number: int, error: int, lasts: bool) -> Callable[[str], None]:
    """Let the call with this number fail, from 1; when it ``lasts``, those after it, too."""
    seen: list[str] = []

    def disturb(name: str) -> None:
        seen.append(name)
        if len(seen) == number or (lasts and len(seen) > number):
            raise OSError(error, os.strerror(error))

    return disturb


def points(steps: Sequence[str]) -> list[Point]:
    return [Point(number, name) for number, name in enumerate(steps, 1)]
