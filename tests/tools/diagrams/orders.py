# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk through the life of an order, in the words of the collection."""

from __future__ import annotations

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders.lifecycle import PAYED, Order
from plugins.module_utils._cas.status import DESCRIBED, LISTED, Status

from .walk import START, Event, Kind, Transition, walk

NONE = "no order"
AT_THE_CA, VALID = ("pending_validation", "reviewing"), ("issued", "expiring")
# Where all of a group have something in common, it is drawn once.
GROUPS = (AT_THE_CA, VALID)
# No task removes an order by a revocation: what the service says of that contradicts itself.
DIALS = Dials(renewal="stays", cancel_payed=False)
PRODUCT = "geotrust-dv-1-starter"
APPLY, RENEW = "CreateCertificateForPackageRequest", "RenewCertificateOrderForPackageRequest"
# The calls, what the CA does, and what a user does in the console, by the names of the emulator.
CALLS = {
    "CancelOrderRequest": "withdraw",
    "DeleteCertificateRequest": "delete",
    "CancelCertificateForPackageRequest": "revoke",
}
CA = {"prove": "validated", "accept": "issued", "reject": "refused"}
CONSOLE = {"submit": "submit in the console"}
# Two more ways to apply.
LEFT_OUT = {"CreateCertificateRequest", "CreateCertificateWithCsrRequest"}


def transitions() -> set[Transition]:
    account = Emulator(World(base=START, frozen=True, dials=DIALS), checked=False)
    return walk(account, Kind(status, _events(), lambda each: each.world.fingerprint()))


def status(account: Emulator) -> str:
    """The status as a task reports it: the word of the list, refined by a description."""
    orders = account.world.present()
    if not orders:
        return NONE
    listed = LISTED[account.world.status_word(orders[-1])]
    refined = DESCRIBED[account.world.type_word(orders[-1])] if listed is Status.PENDING_VALIDATION else listed
    return refined.value


def _events() -> dict[str, Event]:
    return {
        "apply": _apply,
        **{label: _calls(action) for action, label in CALLS.items()},
        **{label: _decides(event) for event, label in CA.items()},
        **dict.fromkeys(CONSOLE.values(), _submit),
        "renew (a new order)": _renew,
    }


def _one(account: Emulator) -> Order:
    orders = account.world.present()
    if not orders:
        raise Impossible("There is no order.")
    return orders[-1]


def _apply(account: Emulator) -> None:
    if account.world.present():
        raise Impossible("There is an order.")
    account.call(APPLY, {"Domain": "www.example.com", "ProductCode": PRODUCT})


def _renew(account: Emulator) -> None:
    """The old order stays as it is, and the walk follows the new one."""
    old = _one(account).number
    account.call(RENEW, {"OrderId": str(old)})
    del account.world.orders[old]


def _calls(action: str) -> Event:
    return lambda account: account.call(action, {"OrderId": str(_one(account).number)})


def _decides(event: str) -> Event:
    """The CA decides on what has reached it, and issues what it has validated: the control calls would not mind."""

    def happen(account: Emulator) -> None:
        order = _one(account)
        if account.world.phase(order) in PAYED or (event == "accept" and order.proven is None):
            raise Impossible("The CA does not come to that yet.")
        getattr(account, event)(order.number)

    return happen


def _submit(account: Emulator) -> None:
    """Until the service has taken it up, which an application does by itself."""
    account.submit(_one(account).number)
    account.advance(account.world.dials.settle_seconds)
