# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier tasks on this machine did that the service may not show yet."""

from __future__ import annotations

from dataclasses import replace

from ..._rpc.client import Client
from .api import describe, order_in_list, unread
from .lock import _LONGEST_LOOK, Claim
from .observe import Observe
from .select import Seen, is_alike
from .wanted import Wanted


def recall(
    client: Client, asked: Wanted, observe: Observe, wanted: Wanted, seen: Seen, claim: Claim
) -> tuple[Wanted, Seen] | None:
    """What there is once the service shows what tasks of this machine did before; None when they did nothing.

    ``asked`` is what the task asks for, ``wanted`` and ``seen`` what was observed before the claim was held.
    """
    numbers = {order.order_id for order in seen.alike}
    if not claim.waited and claim.known is None and claim.order_id in (None, *numbers):
        return None
    end, asked = client.clock.monotonic() + claim.lag_left, replace(asked, known_orders=None)
    while True:
        wanted, seen = observe(client, asked)
        shown = _shown(client, wanted, seen, claim)
        if shown or client.clock.monotonic() >= end:
            return wanted, shown or seen
        client.clock.sleep(_LONGEST_LOOK)


def _shown(client: Client, wanted: Wanted, seen: Seen, claim: Claim) -> Seen | None:
    """What was seen, with the order that the note tells of; None when the service does not show it yet."""
    numbers = {order.order_id for order in seen.alike}
    if claim.known is not None:
        return seen if numbers - claim.known else None
    if claim.order_id is None or claim.order_id in numbers:
        return seen
    order = describe(client, replace(unread(claim.order_id, wanted.domains), product_code=wanted.product_code))
    if order is None:
        return None
    listed = order_in_list(client, claim.order_id, None)
    # A number of another account may be somebody else's order in this one.
    if listed and not is_alike(wanted, listed):
        return seen
    return replace(seen, alike=(*seen.alike, order))
