# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page says of mutants. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .mutants_read import Kind, Mutant, State
from .report import Figure, at_least, count, none_of, table

TITLE = "Faults made on purpose"
LEAST = 85.0
METHOD = """\
mutmut makes small faults in `plugins/module_utils/rpc` (the protocol) and `plugins/module_utils/cas` (orders and what
is planned for them), one at a time: another operator, another number, a text changed, an argument left out, None in
place of a value. For each of these mutants the unit tests of the same folder run that reach its function. A mutant dies
when one of them fails, or when they take far longer than before. One that no test reaches counts as a survivor."""
NOT_PROMISED = (
    "Only what is inside of plain functions and methods is mutated: not module constants, class bodies, properties and "
    "other decorated functions.",
    "Tests that take seconds and those that make up their values are left out, as are all tests outside of the folder: "
    "some survivors are killed by integration tests.",
)

Found = Mapping[str, Sequence[Mutant]]
_WHY = {
    Kind.WORDS: "Tests ask for the words that a reader needs, not for each word of a sentence.",
    Kind.NAME: "A name that nothing but a message shows, or that is asked for in more than one spelling.",
    Kind.NONE: "A value that only narrows a search, limits a wait or explains, where the result is the same without.",
    Kind.FEWER: "As with None: most are arguments whose default does as well in what is tried.",
    Kind.NUMBER: "Sizes of pieces and limits of length, where one more makes no difference that matters.",
    Kind.ARM: "An arm that saves a call or a word, with the same result.",
    Kind.OPERATOR: "The two differ only at a moment or in a state that the code around it rules out.",
    Kind.OTHER: "Various.",
}


def figures(found: Found) -> list[Figure]:
    everything = [mutant for mutants in found.values() for mutant in mutants]
    states = Counter(mutant.state for mutant in everything)
    return [
        count("Mutants made", len(everything)),
        count("Killed", states[State.KILLED]),
        count("Timed out", states[State.TIMED_OUT]),
        count("Survived", states[State.SURVIVED]),
        count("Reached by no test", states[State.UNTESTED]),
        none_of("Ended in another way", states[State.ODD]),
        at_least("Share that died", share(everything), LEAST, "%"),
    ]


def share(mutants: Sequence[Mutant]) -> float:
    """The dead among all, in percent."""
    dead = [mutant for mutant in mutants if mutant.state in (State.KILLED, State.TIMED_OUT)]
    return 100 * len(dead) / max(1, len(mutants))


def details(found: Found) -> str:
    why = "What the survivors are, and why they stay (a run lists each of them in `tests/output/survivors.txt`):"
    return f"{_by_folder(found)}\n\n{why}\n\n{_by_kind(found)}"


def _by_folder(found: Found) -> str:
    rows = []
    for name, mutants in found.items():
        states = Counter(mutant.state for mutant in mutants)
        rows.append((f"`{name}`", len(mutants), *(states[state] for state in State), f"{share(mutants):.1f}%"))
    return table(("folder", "mutants", *(state.value for state in State), "share that died"), rows)


def _by_kind(found: Found) -> str:
    alive = (State.SURVIVED, State.UNTESTED)
    kinds = Counter(mutant.kind for mutants in found.values() for mutant in mutants if mutant.state in alive)
    return table(
        ("what was changed", "survivors", "why"), [(kind, number, _WHY[kind]) for kind, number in kinds.most_common()]
    )
