# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What earlier tasks on this machine did that the service may not show yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..lock import LONGEST_LOOK
from .api import describe, order_in_list, unread
from .lock import Lock
from .select import Seen, W, is_alike

if TYPE_CHECKING:
    from ..._reconcile import ApiRun


def recall(
    run: ApiRun, wanted: W, seen: Seen[W], lock: Lock, observe: Callable[[ApiRun, W], Seen[W]]
) -> Seen[W] | None:
    """What there is once the service shows what tasks of this machine did before; None when they did nothing.

    ``wanted`` is what the task asked for, ``seen`` what was observed before the lock was held.
    """
    ids = {order.order_id for order in seen.alike}
    if not lock.waited and lock.known is None and lock.order_id in (None, *ids):
        return None
    end, wanted = run.clock.monotonic() + lock.lag_left, replace(wanted, known_orders=None)
    while True:
        seen = observe(run, wanted)
        shown = _shown(run, seen, lock)
        if shown or run.clock.monotonic() >= end:
            return shown or seen
        run.clock.sleep(LONGEST_LOOK)


def _shown(run: ApiRun, seen: Seen[W], lock: Lock) -> Seen[W] | None:
    """What was seen, with the order that the note tells of; None when the service does not show it yet."""
    wanted, ids = seen.wanted, {order.order_id for order in seen.alike}
    if lock.known is not None:
        return seen if ids - lock.known else None
    if lock.order_id is None or lock.order_id in ids:
        return seen
    order = describe(run, replace(unread(lock.order_id, wanted.domains), product_code=wanted.product_code))
    if order is None:
        return None
    listed = order_in_list(run, lock.order_id, None)
    # An id of another account may be an order for other names in this one.
    if listed and not is_alike(wanted, listed):
        return seen
    return replace(seen, alike=(*seen.alike, order))
