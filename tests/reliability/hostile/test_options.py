# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile input: options, requests, certificates and answers that nobody honest gives."""

from __future__ import annotations

from collections.abc import Callable

from .hostile_answers import try_answers, try_wire
from .hostile_memory import LIMIT, try_memory
from .hostile_options import try_options
from .hostile_plays import try_plays
from .hostile_sets import try_requests, try_sets
from .hostile_task import Tally, home
from .report import Figure, Part, Run, at_most, count, none_of, table

METHOD = """
Whoever can write an option, a signing request or an answer of the service can write anything at all. Texts of every
script and of none, halves of characters, numbers of thousands of digits, templates, commands, pipes and devices take
the place of the options of all modules, one to three at a time. Signing requests and certificates are damaged in
bits, bytes and parts, or are whole and strange: all kinds of keys, one of 16,384 bits, 10,000 names, names of
addresses and mailboxes. Of sets of a certificate, its chain and its key it is known from how they were made which
ones may be taken in. Fields, bodies and heads of answers are replaced, and the bytes of the exchange itself. Modules
run in this process, from their options in JSON to their result, with a clock that nobody has to wait for; what stands
for much more than it is, such as 300 MB in a packed answer or pages without end, meets modules in processes of their
own, whose memory is looked at. The role `certificate` runs in plays, in the worker and shipped, with a service that
names paths and records outside of where they belong, hides templates and commands in every text, and gives
certificates of others.

A task has to end with a result or with a sentence. The same seed draws the same input.
"""
LIMITS = (
    "A service that sends one byte at a time, each before `request_timeout` is over, or that never stops to say "
    "`100 Continue`, holds a task. Ansible's own `timeout` ends it.",
    "Ansible checks options before a module sees them. On some it breaks itself, with a traceback of its own, and a "
    "number of a million digits keeps it busy for minutes.",
    "A service that is asked where to put a file may name any file below `/.well-known/pki-validation/` and "
    "`/.well-known/acme-challenge/`, and `fileauth.txt` anywhere, also one that is there already.",
    "A service that lists tens of thousands of orders whose fields are all as long as they can be needs more memory.",
    "What is drawn by chance is a sample.",
)
STEPS: tuple[Callable[[Run, Tally], None], ...] = (
    try_options,
    try_requests,
    try_sets,
    try_answers,
    try_wire,
    try_memory,
    try_plays,
)


def run(run: Run) -> Part:
    tally = Tally()
    with home(run.folder):
        for step in STEPS:
            before = tally.tried.total()
            step(run, tally)
            run.tell(f"{step.__name__}: {tally.tried.total() - before:,} inputs")
    kinds = table(("input", "tried"), [(kind, f"{number:,}") for kind, number in tally.tried.items()])
    peaks = table(
        ("a module process of its own", "most memory"), [(name, f"{peak:.0f} MB") for name, peak in tally.peaks.items()]
    )
    problems = [*tally.tracebacks, *tally.hangs, *tally.wrong, *tally.outside, *tally.templates]
    return Part("Hostile input", METHOD, figures(tally), f"{kinds}\n\n{peaks}", LIMITS, problems)


def figures(tally: Tally) -> list[Figure]:
    return [
        count("inputs tried", tally.tried.total()),
        none_of("tracebacks", len(tally.tracebacks)),
        none_of("tasks without an end", len(tally.hangs)),
        at_most("most memory of a module process", max(tally.peaks.values(), default=0.0), LIMIT, " MB"),
        none_of("files and records outside of where they belong", len(tally.outside)),
        none_of("texts taken for templates", len(tally.templates)),
        none_of("wrong sets taken in, sent requests denied, disks changed by a failure", len(tally.wrong)),
        count("options that broke Ansible's own check of them", tally.broke_ansible),
    ]
