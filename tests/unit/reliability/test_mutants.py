# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of mutants is read from what mutmut leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reliability.mutants_read import Kind, Mutant, State, read_mutants
from tests.reliability.mutants_words import details, figures, share

BODY = 'return call(name, 5) if late < 3 and name else open("a file", mode="x")'


def read(folder: Path, changed: str, code: int | None) -> Mutant:
    place = folder / "mutants" / "plugins" / "module_utils" / "rpc"
    place.mkdir(parents=True, exist_ok=True)
    functions = (("x_f__mutmut_orig", BODY), ("x_f__mutmut_1", changed))
    text = "".join(f"def {name}(name, late):\n    {body}\n" for name, body in functions)
    (place / "file.py").write_text(text)
    codes = {"exit_code_by_key": {"plugins.module_utils.rpc.file.x_f__mutmut_1": code}}
    (place / "file.py.meta").write_text(json.dumps(codes))
    (found,) = read_mutants(folder)
    return found


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('"a file"', '"XXa fileXX"', Kind.WORDS),
        ('"x"', '"X"', Kind.NAME),
        ("call(name, 5)", "call(None, 5)", Kind.NONE),
        ("call(name, 5)", "call(name, )", Kind.FEWER),
        ("< 3", "< 4", Kind.NUMBER),
        ("late < 3 and name", "(late < 3 and name) or True", Kind.ARM),
        ("<", "<=", Kind.OPERATOR),
        ("and", "or", Kind.OPERATOR),
        ("late < 3 and name", "late < 3 or name and late", Kind.OPERATOR),
    ],
)
def test_the_kind_of_a_survivor(tmp_path: Path, old: str, new: str, kind: Kind) -> None:
    found = read(tmp_path, BODY.replace(old, new), 0)
    assert (found.name, found.state, found.kind) == ("rpc.file.x_f__mutmut_1", State.SURVIVED, kind)
    assert " -> " in found.change


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (1, State.KILLED),
        (3, State.KILLED),
        (0, State.SURVIVED),
        (33, State.UNTESTED),
        (36, State.TIMED_OUT),
        (-24, State.TIMED_OUT),
        (None, State.ODD),
        (-11, State.ODD),
    ],
)
def test_how_it_ended(tmp_path: Path, code: int | None, state: State) -> None:
    assert read(tmp_path, BODY.replace("5", "6"), code).state is state


def test_what_no_test_reaches_counts_as_alive() -> None:
    states = (State.KILLED, State.KILLED, State.TIMED_OUT, State.SURVIVED, State.UNTESTED)
    mutants = [Mutant(f"rpc.file.{number}", state) for number, state in enumerate(states)]
    assert share(mutants) == 60
    found = {each.what: each for each in figures({"rpc": mutants})}
    assert (found["Share that died"].found, found["Share that died"].met) == ("60%", False)
    assert "| `rpc` | 5 | 2 | 1 | 1 | 1 | 0 | 60.0% |" in details({"rpc": mutants})
