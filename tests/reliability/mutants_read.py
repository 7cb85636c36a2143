# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each mutant, and what kind of fault it was."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class State(Enum):
    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNTESTED = "reached by no test"
    ODD = "ended otherwise"


class Kind(Enum):
    WORDS = "other words in a text"
    NAME = "another name of a field or a key"
    NONE = "None in place of a value"
    FEWER = "an argument left out"
    NUMBER = "a number that is one higher"
    ARM = "one arm of a condition for good"
    OPERATOR = "another comparison or connection"
    OTHER = "something else"

    def __str__(self) -> str:
        return self.value


_STATES = {0: State.SURVIVED, 1: State.KILLED, 3: State.KILLED, 5: State.UNTESTED, 33: State.UNTESTED}
_TIMED_OUT = (-24, 24, 36, 152, 255)


@dataclass(frozen=True)
class Mutant:
    """``change`` says what was there and what is there now; it and ``kind`` are known of survivors only."""

    name: str
    state: State
    kind: Kind = Kind.OTHER
    change: str = ""


def read_mutants(place: Path) -> list[Mutant]:
    """All mutants of one run."""
    found = []
    for notes in sorted(place.glob("mutants/**/*.py.meta")):
        codes: dict[str, int | None] = json.loads(notes.read_text())["exit_code_by_key"]
        functions = _functions(notes.with_suffix("")) if codes else {}
        found += [_mutant(name, code, functions) for name, code in codes.items()]
    return found


def _mutant(key: str, code: int | None, functions: dict[str, ast.AST]) -> Mutant:
    state = State.TIMED_OUT if code in _TIMED_OUT else _STATES.get(-1 if code is None else code, State.ODD)
    name, own = key.partition("module_utils.")[2], key.rpartition(".")[2]
    if state not in (State.SURVIVED, State.UNTESTED):
        return Mutant(name, state)
    before, after = functions[own.partition("__mutmut_")[0] + "__mutmut_orig"], functions[own]
    return Mutant(name, state, *_told(*_difference(before, after)))


def _functions(file: Path) -> dict[str, ast.AST]:
    """Every function of a file with mutants, by its name: the names of the mutants in it are all different."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return {node.name: node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def _difference(before: Any, after: Any) -> tuple[Any, Any]:
    """The smallest two parts that are different."""
    if type(before) is not type(after) or not isinstance(before, (ast.AST, list)):
        return before, after
    if isinstance(before, list):
        if len(before) != len(after):
            return before, after
        pairs = list(zip(before, after))
    else:
        names = [name for name in before._fields if name != "name" or not isinstance(before, ast.FunctionDef)]
        pairs = [(getattr(before, name, None), getattr(after, name, None)) for name in names]
    changed = [pair for pair in pairs if _text(pair[0]) != _text(pair[1])]
    if len(changed) != 1:
        return before, after
    inner = _difference(*changed[0])
    return inner if all(isinstance(each, ast.AST) for each in inner) else (before, after)


def _text(part: Any) -> str:
    if isinstance(part, list):
        return "[" + ", ".join(map(_text, part)) + "]"
    return ast.dump(part) if isinstance(part, ast.AST) else repr(part)


def _told(before: Any, after: Any) -> tuple[Kind, str]:
    return _kind(before, after), f"{_source(before)} -> {_source(after)}"


def _source(part: Any) -> str:
    text = ast.unparse(part) if isinstance(part, (ast.expr, ast.stmt)) else type(part).__name__
    return " ".join(text.split())[:160]


_OPERATORS = (ast.operator, ast.cmpop, ast.boolop, ast.BoolOp, ast.UnaryOp)


def _kind(before: Any, after: Any) -> Kind:
    if isinstance(before, ast.Call) and isinstance(after, ast.Call):
        return Kind.FEWER
    if isinstance(after, ast.Constant) and after.value is None:
        return Kind.NONE
    if isinstance(before, ast.Constant) and isinstance(before.value, str):
        return Kind.WORDS if " " in before.value.strip() else Kind.NAME
    if isinstance(before, ast.Constant) and not isinstance(before.value, bool):
        return Kind.NUMBER
    if isinstance(after, ast.BoolOp) and isinstance(after.values[-1], ast.Constant):
        return Kind.ARM
    return Kind.OPERATOR if isinstance(before, _OPERATORS) else Kind.OTHER
