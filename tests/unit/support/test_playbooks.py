# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from the output of ansible-playbook."""

from __future__ import annotations

from tests.support.playbooks import Played


def test_the_recap_tells_who_failed() -> None:
    line = "{} : ok=3    changed=1    unreachable=0    failed={}    skipped=0"
    text = "\n".join(["PLAY RECAP ***", line.format("a     ", 0), line.format("b     ", 1)])
    assert Played(2, text).failed == {"b"}
    assert Played(2, text).ended == {"a", "b"}
