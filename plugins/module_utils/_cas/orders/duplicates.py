# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two machines ordered the same at the same moment: the younger order gives way to the elder one.

Only an order that this very task made is ever withdrawn, only while it is not issued, and nothing is revoked.
"""

from __future__ import annotations

from datetime import timedelta

from ..._errors import Failure, NotAllowed
from ..._rpc.client import Client
from ..status import IN_FLIGHT, VALID, Status
from .api import describe, list_orders
from .execute import Bought, act
from .lock import forget
from .order import Order
from .select import carries_key, is_alike, keyword
from .steps import cancel, delete
from .wanted import Wanted

# Seconds after an application at which the list is looked at: lists may lag behind.
_LOOKS = (0.0, 8.0, 22.0)
# What was bought longer ago is no twin, but an order that the first list missed.
_SAME_MOMENT = timedelta(hours=1)


class Twins:
    """Looks for an elder twin of an order that this task made. One that it only found is left alone."""

    def __init__(self, client: Client, wanted: Wanted, bought: Bought, deadline: float, warnings: list[str]) -> None:
        self._client, self._wanted, self._deadline, self._warnings = client, wanted, deadline, warnings
        self._mine, self._known = bought.order.order_id, {bought.order.order_id, *bought.beside}
        self._made = client.clock.monotonic()
        self._looks = list(_LOOKS) if bought.is_ours else []

    def settled(self, order: Order) -> Order:
        """The order to go on with: this one, or its elder twin in its place."""
        if order.order_id != self._mine or not self._is_time():
            return order
        elder = self._elder()
        return order if elder is None else self._give_way(order, elder)

    def read(self, client: Client, order: Order, deadline: float | None = None) -> Order | None:
        """As ``describe``, with a look for twins now and then."""
        seen = describe(client, order, deadline)
        return self.settled(seen) if seen else None

    def _is_time(self) -> bool:
        """Whether a look is due; the ones that were missed are not made up for."""
        passed = self._client.clock.monotonic() - self._made
        due = [moment for moment in self._looks if moment <= passed]
        self._looks = self._looks[len(due) :]
        return bool(due)

    def _elder(self) -> Order | None:
        """A live twin that was ordered before; none when the list cannot be had: it is looked at again."""
        try:
            listed = [
                order
                for order in list_orders(self._client, keyword=keyword(self._wanted.domains), deadline=self._deadline)
                if is_alike(self._wanted, order)
            ]
        except Failure:
            return None
        mine = next((order for order in listed if order.order_id == self._mine), None)
        live = [order for order in listed if order.order_id not in self._known and order.status in IN_FLIGHT | VALID]
        elder = [order for order in live if _precedes(order, self._mine, mine)]
        return min(elder, key=lambda order: (order.bought is None, order.bought, int(order.order_id)), default=None)

    def _give_way(self, order: Order, listed: Order) -> Order:
        """Withdraw and delete the own order; keep it when that cannot be done, or when the elder one does not serve."""
        client, wanted = self._client, self._wanted
        try:
            elder = describe(client, listed, self._deadline)
            if elder is None or not carries_key(wanted, elder) or order.status is Status.UNKNOWN:
                return order
            try:
                self._remove(order)
            except NotAllowed:  # it may have been submitted at this very moment
                self._remove(describe(client, order, self._deadline) or order)
            forget(client, wanted, self._mine)
        except Failure as failure:
            self._warnings.append(
                f"Another run ordered the same: order {listed.order_id}, beside order {self._mine} of this task, which "
                f"could not be withdrawn. {failure.msg}"
            )
            return order
        self._warnings.append(
            f"Another run had ordered the same a moment before: order {self._mine} of this task was withdrawn and "
            f"deleted, and order {elder.order_id} taken in its place."
        )
        return elder

    def _remove(self, order: Order) -> None:
        client, wanted, left = self._client, self._wanted, order
        if order.status is not Status.PENDING_APPLICATION:
            left = act(client, wanted, cancel(order), self._deadline) or order
        act(client, wanted, delete(left, "an elder order has the same names"), self._deadline)


def _precedes(order: Order, number: str, mine: Order | None) -> bool:
    """Whether an order was bought before the own one; by number where the list does not tell both moments."""
    if order.bought and mine and mine.bought and order.bought != mine.bought:
        return timedelta() < mine.bought - order.bought < _SAME_MOMENT
    return int(order.order_id) < int(number)
