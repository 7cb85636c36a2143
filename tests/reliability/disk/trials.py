# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One try: a task is disturbed, what it left is looked at, and the task is repeated with nothing in its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .disk_chapters import NAME, Book, Chapter
from .disk_look import Trouble, in_use, judge, picture, temporary, wrong_modes
from .disk_task import HUNG, Ended, run_task
from .disk_words import ENDLESS, FALSE, LEFT, LOOKS, NOT_CONVERGED, REPEATS, UNTOLD, WITHOUT

_SHOWN = 40


@dataclass
class Tally:
    """What was counted, and the first troubles in words."""

    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    def note(self, where: str, troubles: Iterable[Trouble]) -> None:
        for kind, words in troubles:
            self.counts[kind] += 1
            if len(self.troubles) < _SHOWN:
                self.troubles.append(f"{where}: {kind}: {words}")


Disturbed = Callable[[Mapping[str, Any]], Ended]


def nothing() -> None:
    pass


@dataclass(frozen=True)
class Bench:
    """Where stores are disturbed: ``folder`` gets a fresh one for each try."""

    folder: Path
    book: Book
    tally: Tally
    scratch: Path

    def attempt(
        self,
        chapter: Chapter,
        what: str,
        disturbed: Disturbed,
        mend: Callable[[], None] = nothing,
        tidy: bool = True,
    ) -> Ended:
        """Disturb a task on the store that lies ready, look, mend, repeat. ``tidy``: it can remove what it made."""
        where = f"{chapter.name}, {what}"
        ended = disturbed(chapter.on(self.folder))
        self.look(chapter, where)
        self.tally.note(where, self._said(chapter, ended, tidy))
        mend()
        self._repeat(chapter, where)
        return ended

    def look(self, chapter: Chapter, where: str) -> None:
        """At everything, between two calls of the system."""
        self.tally.counts[LOOKS] += 1
        self.tally.note(where, judge(picture(self.folder), chapter.before, chapter.after))
        self.tally.note(where, self._unusable(chapter))

    def glance(self, chapter: Chapter, where: str) -> None:
        """At what a server loads and at the keys, while the task runs."""
        self.tally.counts[LOOKS] += 1
        self.tally.note(where, self._unusable(chapter))
        self.tally.note(where, wrong_modes(picture(self.folder), chapter.before, chapter.after))

    def _unusable(self, chapter: Chapter) -> list[Trouble]:
        found = in_use(self.folder / NAME, self.book.root, self.scratch)
        return [each for each in found if chapter.in_use or each[0] != WITHOUT]

    def _said(self, chapter: Chapter, ended: Ended, tidy: bool) -> list[Trouble]:
        if ended.killed or ended.lame:
            return []
        if ended.status == HUNG:
            return [(ENDLESS, "it was ended")]
        now = picture(self.folder)
        if ended.good:
            return [] if now == chapter.after else [(FALSE, "it is not as it is without trouble")]
        if ended.status != 1 or "fault of the collection" in ended.words or not ended.result.get("msg"):
            return [(UNTOLD, ended.words)]
        # What prune cannot remove stays where nobody looks at it, and goes the next time.
        left = [path for path in now if temporary(path)]
        return [(LEFT, path) for path in left if tidy and chapter.name != "prune"]

    def _repeat(self, chapter: Chapter, where: str) -> None:
        again = run_task(chapter.on(self.folder))
        self.tally.counts[REPEATS] += 1
        now = picture(self.folder)
        if not again.good:
            self.tally.note(where, [(NOT_CONVERGED, again.words)])
        elif now != chapter.after:
            other = sorted(path for path in {*now, *chapter.after} if now.get(path) != chapter.after.get(path))
            self.tally.note(where, [(NOT_CONVERGED, ", ".join(other))])
        self.tally.note(f"{where}, repeated", self._unusable(chapter))
