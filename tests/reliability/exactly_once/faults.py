# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Seconds that a task waits for one response, that a silent service takes, and that a task may take in all.
REQUEST_TIMEOUT, SILENCE, TIMEOUT = 3.0, 4.5, 18
# Where the fault makes the task wait to its end, or where it has to outwait a slow list.
SHORT_TIMEOUT, LONG_TIMEOUT = 9, 45


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a call. ``first`` is the fault of that call, ``then`` of all that follow in the same run.

    A killed task is killed while the call is held up. ``late``: the call is carried out after the next run has begun.
    """

    name: str
    first: Mapping[str, Any]
    then: Mapping[str, Any] | None = None
    kills: bool = False
    late: bool = False
    tls: bool = False
    only_writes: bool = False
    timeout: int = TIMEOUT


def _slow(**more: Any) -> dict[str, Any]:
    return {"kind": "slow", "seconds": SILENCE, **more}


NONE = Fault("nothing but slow lists", {})
_BEFORE, _LATE = {"effect": False}, {"effect_first": False}
FAULTS = (
    Fault("request lost", {"kind": "request_lost"}),
    Fault("response lost", {"kind": "answer_lost"}),
    Fault("500 before the effect", {"kind": "error_before"}),
    Fault("503 after the effect", {"kind": "error_after", "code": "ServiceUnavailable"}),
    Fault("HTML before the effect", {"kind": "html"}),
    Fault("HTML after the effect", {"kind": "html", "effect": True, "status": 200}, only_writes=True),
    Fault("garbage before the effect", {"kind": "garbage_json", **_BEFORE}, only_writes=True),
    Fault("garbage after the effect", {"kind": "garbage_json"}),
    Fault("throttled", {"kind": "throttled", "retry_after_ms": 200}),
    Fault("hang without an effect", _slow(**_BEFORE)),
    Fault("hang after the effect", _slow(), only_writes=True),
    Fault("hang, then the effect", _slow(**_LATE), only_writes=True),
    Fault("hang, the effect in the next run", _slow(**_LATE), late=True, only_writes=True, timeout=SHORT_TIMEOUT),
    Fault("connection cut in the response", {"kind": "cut"}),
    Fault("TLS cut in the response", {"kind": "cut"}, tls=True),
    Fault("killed before the effect", _slow(**_BEFORE), kills=True),
    Fault("killed after the effect", _slow(), kills=True, only_writes=True),
    Fault("killed, the effect in the next run", _slow(**_LATE), kills=True, late=True, only_writes=True),
    Fault(
        "outage from then on",
        {"kind": "answer_lost"},
        {"kind": "request_lost", "times": 0},
        timeout=SHORT_TIMEOUT,
    ),
    Fault("silence from then on", _slow(), _slow(**_BEFORE, times=0), timeout=SHORT_TIMEOUT),
)
# After these a task that made something has to look for it in a list. What is carried out late and then listed late is
# left out: no task waits that long.
DOUBTFUL = (
    "response lost",
    "503 after the effect",
    "hang after the effect",
    "connection cut in the response",
    "killed after the effect",
    "outage from then on",
)
# Seconds that lists and descriptions lag behind, and the timeout of the task.
LAGS = ((3.0, 0.0, TIMEOUT), (8.0, 3.0, TIMEOUT), (20.0, 0.0, TIMEOUT), (20.0, 5.0, LONG_TIMEOUT))
