# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether the certificate in use is revoked, by the list of its CA (CRL).

A list is fetched once for all hosts, and again on the next day: what it says is noted where tasks of this machine
leave notes for each other. A task that finds the note neither fetches nor verifies anything.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import Failure
from .._host.lockfile import acquire, read_note
from .._text import shown, utc_text

if TYPE_CHECKING:
    from .._host.clock import Clock
    from .._reconcile import Run
    from .observe import Actors

# Less than a day: a task that runs daily fetches at each run, whatever takes how long.
_KEPT = timedelta(hours=20)
# How long a list that cannot be had is not asked for again: the hosts of one run do not all wait for it.
_MISSED = timedelta(hours=1)
# Looks for the note of another task which fetches the same list, seconds between two, and how long its lock lasts.
_LOOKS, _PAUSE, _LOCKED = 80, 0.25, 60.0
# A certificate names the same list at several addresses.
_MOST_ADDRESSES = 2


@dataclass(frozen=True)
class Lists:
    """Where lists come from, and where they are noted; None is nowhere. ``fetch`` raises Failure."""

    directory: str | None
    fetch: Callable[[str], bytes]


class Revocation(NamedTuple):
    """``revoked`` is None where that is unknown, and ``problem`` says why."""

    revoked: bool | None
    since: str | None = None
    problem: str | None = None


UNKNOWN = Revocation(None)


@dataclass(frozen=True)
class _Asked:
    """One list: its addresses, the certificate of the CA that signs it, and where it is noted."""

    urls: Sequence[str]
    issuer: str
    lists: Lists
    clock: Clock

    @property
    def note(self) -> str | None:
        if self.lists.directory is None:
            return None
        about = "\n".join([*self.urls, self.issuer])
        return os.path.join(self.lists.directory, f"crl-{hashlib.sha256(about.encode()).hexdigest()[:32]}")


def find_revocation(run: Run[Actors], current: Mapping[str, Any] | None) -> Revocation:
    """What the list says of the certificate in use; at most a warning where it says nothing."""
    lists = run.actor.lists
    urls = (current or {}).get("crl_urls")
    if lists is None or not current or not urls:
        return UNKNOWN
    asked = _Asked(urls[:_MOST_ADDRESSES], current["issuer_certificate"], lists, run.clock)
    known, is_new = _known(asked)
    found = _look_up(known, int(current["serial_number"].replace(":", ""), 16), run.clock)
    if is_new and found.problem:
        run.warnings.append(
            f"check_revocation: the list of revoked certificates at {shown(urls[0])} cannot be used: {found.problem}. "
            "Whether certificates of this CA are revoked is unknown, which changes nothing else; check_revocation: "
            "false leaves this out."
        )
    return found


def _look_up(known: Mapping[str, Any], serial: int, clock: Clock) -> Revocation:
    if not known.get("next_update", 0) > clock.now().timestamp():
        return Revocation(None, problem=str(known.get("problem") or "it is out of date"))
    _before, is_there, after = str(known.get("revoked", "")).partition(f"\n{serial:x} ")
    return Revocation(True, after.partition("\n")[0]) if is_there else Revocation(False)


def _known(asked: _Asked) -> tuple[Mapping[str, Any], bool]:
    """What is known of a list, and whether it was asked for just now."""
    path = asked.note
    if path is None:
        return _fetched(asked, {}), True
    note = read_note(path)
    if _is_fresh(note, asked.clock):
        return note, False
    try:
        return _locked(asked, path)
    except OSError:
        return _fetched(asked, {}), True  # nothing can be noted here


def _locked(asked: _Asked, path: str) -> tuple[Mapping[str, Any], bool]:
    """The same, by the one task that fetches it; the others wait for its note."""
    for _look in range(_LOOKS):
        now = asked.clock.now().timestamp()
        held = acquire(path, now, now + _LOCKED)
        if held:
            with held:
                note = held.read()
                if _is_fresh(note, asked.clock):
                    return note, False
                note = _fetched(asked, note)
                held.write(note, lasting=False)
                return note, True
        asked.clock.sleep(_PAUSE)
    return read_note(path), False


def _is_fresh(note: Mapping[str, Any], clock: Clock) -> bool:
    """Neither too old, nor of a clock that was ahead."""
    now = clock.now()
    with suppress(TypeError):
        return bool(now.timestamp() < note.get("ask_after", 0) <= (now + _KEPT).timestamp())
    return False


def _fetched(asked: _Asked, before: Mapping[str, Any]) -> dict[str, Any]:
    """The list as a note. One that cannot be had leaves what was known, with the reason."""
    from .._x509.crl import read_crl  # once a day

    now, problem = asked.clock.now(), ""
    for url in asked.urls:
        try:
            found = read_crl(asked.lists.fetch(url), asked.issuer, now)
        except Failure as failure:
            problem = problem or failure.msg.rstrip(".")
            continue
        lines = [f"{serial:x} {utc_text(since)}" for serial, since in found.revoked.items()]
        return {
            "next_update": found.next_update.timestamp(),
            "ask_after": min(found.next_update, now + _KEPT).timestamp(),
            "revoked": "\n".join(["", *lines, ""]),
        }
    return {**before, "problem": problem, "ask_after": (now + _MISSED).timestamp()}
