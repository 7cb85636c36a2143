# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trace shows when others could read a key."""

from __future__ import annotations

import pytest

from tests.reliability.secrets.trace import read_trace

MADE = 'openat(AT_FDCWD</tmp>, "{path}", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, {mode}) = 4<{path}>'
KEY = 'write(4<{path}>, "-----BEGIN PRIVATE KEY-----\\nMIG"..., 241) = 241'


@pytest.mark.parametrize(
    ("lines", "bad"),
    [
        ([MADE.format(path="/k", mode="0600"), KEY.format(path="/k")], set()),
        ([MADE.format(path="/k", mode="0644"), KEY.format(path="/k")], {"/k"}),
        ([MADE.format(path="/k", mode="0600"), KEY.format(path="/k"), "fchmod(4</k>, 0644) = 0"], {"/k"}),
        ([MADE.format(path="/k", mode="0600"), KEY.format(path="/k"), 'chmod("/k", 0640) = 0'], {"/k"}),
        ([MADE.format(path="/k", mode="0666"), "fchmod(4</k>, 0600) = 0", KEY.format(path="/k")], set()),
    ],
)
def test_a_trace_tells_when_others_could_read_a_key(lines: list[str], bad: set[str]) -> None:
    trace = read_trace("\n".join(f"77 {line}" for line in [*lines, 'execve("/bin/sh", ["sh", "-c"], 0x1) = 0']))
    assert trace.keys == {"/k"}
    assert trace.open_keys == bad
    assert len(trace.lines) == 1
