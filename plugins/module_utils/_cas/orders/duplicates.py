# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Two machines ordered the same at the same moment: the later duplicate is withdrawn and deleted.

Only an order that this very task made is ever withdrawn, only while it is not issued, and nothing is revoked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ..._errors import Failure, NotAllowed
from ..options import WaitFor
from ..status import IN_FLIGHT, VALID, Status
from .api import describe, list_orders
from .execute import change_order, describe_new
from .lock import forget
from .select import Seen, W, carries_key, keyword, matching, purchase
from .steps import cancel, delete

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from .order import Order
    from .wanted import Wanted

# Seconds after an application at which the list is read for duplicates: lists may lag behind.
LOOKS = (0.0, 8.0, 22.0)
# What was bought longer ago is not a duplicate, but an order that the first list missed.
_SAME_MOMENT = timedelta(hours=1)


def resolve_duplicate(run: ApiRun, seen: Seen[W], order: Order) -> Order:
    """The order to continue with: the own one, or an earlier one for the same names in its place.

    ``order`` is one that this task made; ``seen`` has those that were there before.
    """
    earlier = _earlier(seen, order, _listed(run, seen.wanted))
    return order if earlier is None else _give_way(run, seen.wanted, order, earlier)


def resolve_new(run: ApiRun, seen: Seen[W], new: Order) -> Order:
    """As ``resolve_duplicate``, for an order that was made just now and was not described yet.

    It is described when that tells more than the list: one that is not submitted yet has nothing to publish.
    """
    listed = _listed(run, seen.wanted)
    mine, earlier = _own(listed, new), _earlier(seen, new, listed)
    order = replace(new, status=mine.status, instance_id=mine.instance_id, bought=mine.bought) if mine else new
    if earlier:
        order = _give_way(run, seen.wanted, order, earlier)
    is_waited_for = seen.wanted.waiting.wait_for is not WaitFor.NONE
    if order.service_status or (mine and order.status is Status.PENDING_APPLICATION and is_waited_for):
        return order
    return describe_new(run, order)


def _listed(run: ApiRun, wanted: Wanted) -> list[Order]:
    """The orders for the same as the list shows them; none when it cannot be read: it is read again."""
    try:
        return matching(wanted, list_orders(run, keyword=keyword(wanted.domains)))
    except Failure:
        return []


def _own(listed: list[Order], order: Order) -> Order | None:
    return next((each for each in listed if each.order_id == order.order_id), None)


def _earlier(seen: Seen[W], order: Order, listed: list[Order]) -> Order | None:
    """A live order for the same that was bought before."""
    known = {order.order_id, *(each.order_id for each in seen.alike)}
    mine = _own(listed, order)
    live = [each for each in listed if each.order_id not in known and each.status in IN_FLIGHT | VALID]
    earlier = [each for each in live if _is_for_the_same(each, mine) and _precedes(each, order.order_id, mine)]
    return min(earlier, key=lambda each: (each.bought is None, purchase(each)), default=None)


def _is_for_the_same(order: Order, mine: Order | None) -> bool:
    """Whether more names than the own order has are those that a CA adds: it adds them to both, or when it issues."""
    return not order.has_more_names or order.status in VALID or bool(mine and mine.has_more_names)


def _precedes(order: Order, own_id: str, mine: Order | None) -> bool:
    """Whether an order was bought before the own one; by id where the list does not tell both moments."""
    if order.bought and mine and mine.bought and order.bought != mine.bought:
        return timedelta() < mine.bought - order.bought < _SAME_MOMENT
    return (len(order.order_id), order.order_id) < (len(own_id), own_id)


def _give_way(run: ApiRun, wanted: Wanted, order: Order, listed: Order) -> Order:
    """Withdraw and delete the own order; keep it when that cannot be done, or when the earlier one does not serve."""
    try:
        earlier = describe(run, listed)
        if earlier is None or not carries_key(wanted, earlier) or order.status is Status.UNKNOWN:
            return order
        try:
            _remove(run, wanted, order)
        except NotAllowed:  # it may have been submitted at this very moment
            _remove(run, wanted, describe(run, order) or order)
        forget(run, wanted, order.order_id)
    except Failure as failure:
        run.warnings.append(
            f"Another run ordered the same certificate: order {listed.order_id}, beside order {order.order_id} of "
            "this task, which "
            f"could not be withdrawn. {failure.msg}"
        )
        return order
    run.warnings.append(
        f"Another run had ordered the same certificate a moment before: order {order.order_id} of this task was "
        "withdrawn and "
        f"deleted, and order {earlier.order_id} is used in its place."
    )
    return earlier


def _remove(run: ApiRun, wanted: Wanted, order: Order) -> None:
    left = order
    if order.status is not Status.PENDING_APPLICATION:
        left = change_order(run, wanted, cancel(order)) or order
    change_order(run, wanted, delete(left, "an earlier order has the same names"))
