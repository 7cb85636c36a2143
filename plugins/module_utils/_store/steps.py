# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The changes of a store, the store after each of them, and the steps of a plan that they make. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Union

from .._plan import Repeat, Step, Target
from .forms import FormFile
from .model import CURRENT, KEY, MARK, Access, Generation, KeyFile, Store


@dataclass(frozen=True)
class CreateGeneration:
    """A whole generation: it appears at once, or not at all."""

    number: int
    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    access: Access
    forms: tuple[FormFile, ...] = ()
    action = "create_generation"

    def after(self, store: Store) -> Store:
        key = dict(self.files).get(KEY)
        names = frozenset([*(name for name, _text in self.files), *(form.name for form in self.forms)])
        return store.having(Generation(self.number, names, _key_file(None, key or b"", self.access)))

    def reason(self, store: Store) -> str:
        return f"generation {self.number} does not exist"


@dataclass(frozen=True)
class WriteFile:
    """One file of a generation. Everyone may read it where it has no ``access``."""

    number: int
    name: str
    data: bytes = field(repr=False)
    access: Access | None = None
    action = "write_file"

    def after(self, store: Store) -> Store:
        there = store.get(self.number) or Generation(self.number)
        key = _key_file(there.key, self.data, self.access or Access()) if self.name == KEY else there.key
        return store.having(there._replace(files=there.files | {self.name}, key=key))

    def reason(self, store: Store) -> str:
        if self.name == MARK:
            return f"generation {self.number} is not verified yet"
        there = store.get(self.number)
        return f"{self.name} {'has other content' if there and self.name in there.files else 'does not exist'}"


@dataclass(frozen=True)
class SetAccess:
    """Owner, group and mode of a key, or of a form."""

    number: int
    access: Access
    name: str = KEY
    action = "set_access"

    def after(self, store: Store) -> Store:
        there = store.get(self.number) or Generation(self.number)
        key = _key_file(there.key, None, self.access) if self.name == KEY else there.key
        return store.having(there._replace(key=key))

    def reason(self, store: Store) -> str:
        return f"{self.name} has another owner, group or mode"


@dataclass(frozen=True)
class Activate:
    """Put a generation in use."""

    number: int
    action = "activate"

    def after(self, store: Store) -> Store:
        return store._replace(current=self.number)

    def reason(self, store: Store) -> str:
        return f"{CURRENT} is generation {store.current}" if store.current else "no generation is in use"


@dataclass(frozen=True)
class RemoveFile:
    """One file of a generation, removed."""

    number: int
    name: str
    action = "remove_file"

    def after(self, store: Store) -> Store:
        there = store.get(self.number) or Generation(self.number)
        return store.having(there._replace(files=there.files - {self.name}))

    def reason(self, store: Store) -> str:
        return f"generation {self.number} is verified, or no longer in use"


@dataclass(frozen=True)
class RemoveGeneration:
    """A whole generation, removed."""

    number: int
    action = "remove_generation"

    def after(self, store: Store) -> Store:
        left = tuple(each for each in store.generations if each.number != self.number)
        return store._replace(generations=left)

    def reason(self, store: Store) -> str:
        return f"generation {self.number} is older than those to keep"


@dataclass(frozen=True)
class PlaceLink:
    """A link from a fixed path to a file of the generation in use."""

    number: int
    path: str
    target: str
    why: str
    action = "link"

    def after(self, store: Store) -> Store:
        return store._replace(links=tuple(sorted({*store.links, self.path})))

    def reason(self, store: Store) -> str:
        return self.why


Change = Union[CreateGeneration, WriteFile, SetAccess, Activate, PlaceLink, RemoveFile, RemoveGeneration]


def steps(before: Store, changes: Iterable[Change]) -> tuple[Step[Store], ...]:
    """The changes as steps, each with the store that it leaves. All are safe to repeat: a look decides what is left."""
    found, store = [], before
    for change in changes:
        leaves, target = change.after(store), Target("generation", change.number)
        found.append(Step(change.action, change.reason(store), target, leaves, Repeat.SAFE, {"change": change}))
        store = leaves
    return tuple(found)


def obsolete(store: Store, keep: int) -> list[Generation]:
    """What may go once the current generation is verified: nothing at or above it, nor the last ``keep`` below."""
    below = [each for each in store.newest_first() if each.number < (store.current or 0)]
    kept = [each for each in below if each.complete][:keep]
    return [each for each in below if each not in kept]


def _key_file(before: KeyFile | None, data: bytes | None, access: Access) -> KeyFile:
    old = before or KeyFile(0, access.mode)
    size = old.size if data is None else len(data)
    uid = old.uid if access.uid is None else access.uid
    return KeyFile(size, access.mode, uid, old.gid if access.gid is None else access.gid)
