# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which figure is held against which limit. Pure."""

from __future__ import annotations

from statistics import median

from .figures import Bar, ratio
from .measure import TIMES, Loop, Measured
from .plays import ACM, DIRECT, FLOOR, PARSED, SHIPPED, URI

COMPARED = 20  # the length of the loop whose items are compared


def item(loop: Loop, task: str) -> float:
    """Return the seconds of one item, in the median of the rounds."""
    return median(loop.items[task])


def bars(measured: Measured) -> list[Bar]:
    """Return every limit with its figure."""
    loop, lists, role = measured.loops[COMPARED], measured.lists, measured.role
    direct, uri = item(loop, DIRECT), item(loop, URI)
    around = item(loop, FLOOR) + loop.exchange
    many, pages = lists["client"].seconds, lists["pages"].seconds
    return [
        Bar("`cas_order_info` in the worker, to `ansible.builtin.uri`", 0.06, ratio(direct, uri)),
        Bar("`cas_order_info` in the worker, to `acm_certificate_info`", 0.03, ratio(direct, item(loop, ACM))),
        Bar("the same with the certificate, to `debug` and the bare exchanges", 3, ratio(item(loop, PARSED), around)),
        Bar("`cas_order_info` shipped, to `ansible.builtin.uri`", 1, ratio(item(loop, SHIPPED), uri)),
        Bar(f"a list of 10,000 orders, to {TIMES} times one page", 1.2, ratio(many, pages)),
        Bar("peak memory of the module that lists 10,000 orders", 150, lists["many"].peak, "MiB"),
        Bar("role `certificate` with nothing to do, to a role of as many tasks", 1.3, ratio(role.ours, role.plain)),
    ]
