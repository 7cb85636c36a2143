# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that change a store, and what a store is after them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Union

from .model import KEY, Access, Generation, KeyFile, Store


@dataclass(frozen=True)
class Build:
    """Make a whole generation: it appears at once, or not at all."""

    number: int
    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    access: Access

    def after(self, store: Store) -> Store:
        key = dict(self.files).get(KEY)
        names = frozenset(name for name, _text in self.files)
        return store.having(Generation(self.number, names, _key_file(None, key or b"", self.access)))


@dataclass(frozen=True)
class Write:
    """Put one file into a generation."""

    number: int
    name: str
    data: bytes = field(repr=False)
    access: Access

    def after(self, store: Store) -> Store:
        there = store.get(self.number) or Generation(self.number)
        key = _key_file(there.key, self.data, self.access) if self.name == KEY else there.key
        return store.having(replace(there, files=there.files | {self.name}, key=key))


@dataclass(frozen=True)
class Allow:
    """Give the key its owner, group and mode."""

    number: int
    access: Access

    def after(self, store: Store) -> Store:
        there = store.get(self.number) or Generation(self.number)
        return store.having(replace(there, key=_key_file(there.key, None, self.access)))


@dataclass(frozen=True)
class Swap:
    """Put a generation in use."""

    number: int

    def after(self, store: Store) -> Store:
        return replace(store, current=self.number)


@dataclass(frozen=True)
class Drop:
    """Remove one file of a generation."""

    number: int
    name: str

    def after(self, store: Store) -> Store:
        there = store.get(self.number) or Generation(self.number)
        return store.having(replace(there, files=there.files - {self.name}))


@dataclass(frozen=True)
class Remove:
    """Remove a whole generation."""

    number: int

    def after(self, store: Store) -> Store:
        left = tuple(each for each in store.generations if each.number != self.number)
        return replace(store, generations=left)


Step = Union[Build, Write, Allow, Swap, Drop, Remove]


@dataclass(frozen=True)
class Plan:
    """The steps from the store that is there to the wanted one, for one generation."""

    before: Store
    number: int
    steps: tuple[Step, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def after(self) -> Store:
        return reduce(lambda store, step: step.after(store), self.steps, self.before)


def obsolete(store: Store, keep: int) -> list[Generation]:
    """What may go once the current generation is verified: nothing at or above it, and not the last ``keep`` below."""
    below = [each for each in store.newest_first() if each.number < (store.current or 0)]
    kept = [each for each in below if each.complete][:keep]
    return [each for each in below if each not in kept]


def _key_file(before: KeyFile | None, data: bytes | None, access: Access) -> KeyFile:
    old = before or KeyFile(0, access.mode)
    size = old.size if data is None else len(data)
    uid = old.uid if access.uid is None else access.uid
    return KeyFile(size, access.mode, uid, old.gid if access.gid is None else access.gid)
