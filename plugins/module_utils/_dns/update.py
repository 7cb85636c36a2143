# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Dynamic updates (RFC 2136) signed with TSIG: one value of a record is added or removed, all others stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import InvalidOption, NotAllowed
from .._host.clock import Clock
from .argspec import OPTION, Nsupdate
from .exchange import load
from .rdata import same_value, to_rdata
from .record_names import record_name
from .refusals import Target, in_the_way, require_read, require_written
from .signed import absolute, ask, deeper_zone, is_type, owner, rcode_of, send_update, zone_of

if TYPE_CHECKING:
    from dns.rdata import Rdata


def publish(nsupdate: Nsupdate, name: str, type: str, value: str, clock: Clock | None = None) -> bool:
    """Ensure that the value is there; return whether that took an update. Raises Failure."""
    load()
    import dns.update

    target, wanted = _target(nsupdate, name, type), to_rdata(type, value)
    if _stored(target, wanted):
        return False
    update = dns.update.UpdateMessage(absolute(target.zone))
    # A server passes over in silence what would stand beside a CNAME.
    update.absent(absolute(target.name), *([] if type == "CNAME" else ["CNAME"]))
    update.add(absolute(target.name), nsupdate.ttl, wanted)
    rcode = send_update(nsupdate, update, clock or Clock())
    if rcode in ("YXRRSET", "YXDOMAIN"):
        raise in_the_way(target)
    require_written(target, rcode)
    return True


def remove(nsupdate: Nsupdate, name: str, type: str, value: str, clock: Clock | None = None) -> bool:
    """Ensure that the value is not there; return whether that took an update. Raises Failure."""
    load()
    import dns.update

    target = _target(nsupdate, name, type)
    try:
        stored = _stored(target, to_rdata(type, value))
    except NotAllowed:  # a CNAME is there, so that the record is not
        return False
    if stored is None:
        return False
    update = dns.update.UpdateMessage(absolute(target.zone))
    update.delete(absolute(target.name), stored)
    require_written(target, send_update(nsupdate, update, clock or Clock()))
    return True


def is_there(nsupdate: Nsupdate, name: str, type: str, value: str) -> bool:
    """Whether the server has the value. Raises Failure."""
    return _stored(_target(nsupdate, name, type), to_rdata(type, value)) is not None


def check(nsupdate: Nsupdate, name: str, clock: Clock | None = None) -> str:
    """Return the zone of the validation record of a name, after all that can be known before there is a value.

    The update removes a value that no record has, so that nothing changes. Raises Failure.
    """
    load()
    import dns.update

    clock, target = clock or Clock(), _target(nsupdate, name, "TXT")
    probe = to_rdata("TXT", f"certops-preflight-{clock.nonce()}")
    update = dns.update.UpdateMessage(absolute(target.zone))
    update.delete(absolute(target.name), probe)
    require_written(target, send_update(nsupdate, update, clock))
    deeper = deeper_zone(nsupdate, target.zone, target.name)
    if deeper:
        raise InvalidOption(
            f"{OPTION}.zone",
            f"{target.name} lies in the zone {deeper}, so that a record in {target.zone} is not seen; give {deeper}.",
        )
    _stored(target, probe)  # a CNAME is in the way
    return target.zone


def _target(nsupdate: Nsupdate, name: str, type: str) -> Target:
    full = record_name(name, "record_name")
    return Target(nsupdate, zone_of(nsupdate, full), full, type)


def _stored(target: Target, wanted: Rdata) -> Rdata | None:
    """The value as the server has it: text can be cut into strings in more than one way."""
    response = ask(target.nsupdate, target.name, target.type)
    require_read(target, rcode_of(response))
    for rrset in response.answer:
        if owner(rrset) == target.name and is_type(rrset, target.type):
            return next((rdata for rdata in rrset if same_value(rdata, wanted)), None)
        if owner(rrset) == target.name and is_type(rrset, "CNAME"):
            raise in_the_way(target)
    return None
