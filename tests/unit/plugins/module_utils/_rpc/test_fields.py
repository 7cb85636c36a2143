# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the service: numbers and moments, whatever their type, and nothing else."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._rpc.fields import moment, whole


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        (0, 0),
        ("0", 0),
        (10**18 - 1, 10**18 - 1),
        ("9" * 18, 10**18 - 1),
        (10**18, None),
        ("1" + "0" * 18, None),
        (-1, None),
        ("-1", None),
        ("", None),
        ("a", None),
        ("٣", None),
        (1.0, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_comes_as_such_or_as_text(value: object, number: int | None) -> None:
    assert whole(value) == number


NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
MILLISECONDS = 1795348800000


@pytest.mark.parametrize(
    ("value", "when"),
    [
        (MILLISECONDS, NOON),
        (str(MILLISECONDS), NOON),
        (f" {MILLISECONDS} ", NOON),
        (MILLISECONDS + 250, NOON.replace(microsecond=250_000)),
        (0, datetime(1970, 1, 1, tzinfo=timezone.utc)),
        ("0", datetime(1970, 1, 1, tzinfo=timezone.utc)),
        (10**17, None),
        (10**30, None),
        (-1, None),
        ("-1", None),
        (1.795e12, None),
        ("1.795e12", None),
        ("2026-11-22", None),
        (True, None),
        ("", None),
        (None, None),
        ([MILLISECONDS], None),
    ],
)
def test_a_moment_comes_in_milliseconds(value: object, when: datetime | None) -> None:
    assert moment(value) == when
