# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dial as a field of a data class, and how its values are read."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from .refusal import Impossible

# Calls per second and account; notes in the official Go SDK, confirmed for these.
DOCUMENTED_LIMITS = (
    ("CancelCertificateForPackageRequest", 10.0),
    ("CancelOrderRequest", 100.0),
    ("GetUserCertificateDetail", 100.0),
    ("ListTagResources", 10.0),
    ("ListUserCertificateOrder", 10.0),
    ("TagResources", 10.0),
    ("UntagResources", 10.0),
)

Limits = tuple[tuple[str, float], ...]


def dial(default: Any, meaning: str, *choices: str) -> Any:
    return field(default=default, metadata={"meaning": meaning, "choices": choices})  # pylint: disable=invalid-field-call


def read_value(name: str, kind: str, choices: tuple[str, ...], value: object) -> Any:
    try:
        result = _READERS[kind](value)
    except (TypeError, ValueError) as error:
        raise Impossible(f"Dial {name} does not take {value!r}.") from error
    if isinstance(result, (int, float)) and result < _LEAST.get(name, 0):
        raise Impossible(f"Dial {name} does not take {value!r}: too small.")
    if choices and result not in choices:
        raise Impossible(f"Dial {name} takes {', '.join(choices)}, not {value!r}.")
    return result


_LEAST = {
    "page_size": 1,
    "instance_page_size": 1,
    "account_rate": 0.01,
    "proof_interval_seconds": 0.01,
    "clock_offset_seconds": -math.inf,
    "shuffle": -math.inf,
}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError(value)
    return int(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _truth(value: object) -> bool:
    words: dict[object, bool] = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in words:
        raise ValueError(value)
    return words[value.lower()]


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip() and word != "none")
    if isinstance(value, (list, tuple)):
        return tuple(_text(word) for word in value)
    raise TypeError(value)


def _limits(value: object) -> Limits:
    if value in ("off", "none", "", None):
        return ()
    if value == "documented":
        return DOCUMENTED_LIMITS
    if isinstance(value, str):
        value = json.loads(value) if value.startswith("{") else dict(pair.split(":") for pair in value.split(","))
    if not isinstance(value, Mapping):
        raise TypeError(value)
    limits = tuple(sorted((_text(action), _number(rate)) for action, rate in value.items()))
    if any(rate <= 0 for _action, rate in limits):
        raise ValueError(value)
    return limits


def _or_none(read: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: None if value is None or value == "none" else read(value)


_READERS: dict[str, Callable[[object], Any]] = {
    "float": _number,
    "float | None": _or_none(_number),
    "int": _whole,
    "int | None": _or_none(_whole),
    "str": _text,
    "bool": _truth,
    "tuple[str, ...]": _words,
    "tuple[tuple[str, float], ...]": _limits,
}
