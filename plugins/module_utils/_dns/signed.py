# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Queries and updates that are signed with the key of the updates (TSIG), and the zone in which a name lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import Failure, InvalidOption, NoResponse, NotSent
from .._host.clock import Clock
from .argspec import OPTION, Nsupdate
from .exchange import NoExchange, exchange
from .record_names import lies_in, upwards
from .refusals import not_exchanged

if TYPE_CHECKING:
    from dns.message import Message
    from dns.name import Name
    from dns.rrset import RRset
    from dns.update import UpdateMessage

# Seconds before the second and the third attempt: adding or removing one value twice is the same as once.
_PAUSES = (1.0, 2.0)


def zone_of(nsupdate: Nsupdate, name: str) -> str:
    """The zone that is given, or the one in which the server says that a name lies. Raises Failure."""
    if nsupdate.zone is None:
        return _zone_by_server(nsupdate, name)
    if not lies_in(name, nsupdate.zone):
        raise InvalidOption(
            f"{OPTION}.zone", f"{name} does not lie in the zone {nsupdate.zone}; give the zone that it lies in."
        )
    return nsupdate.zone


def deeper_zone(nsupdate: Nsupdate, zone: str, name: str) -> str | None:
    """The zone below the given one that the name lies in, as far as the server knows of one."""
    response = ask(nsupdate, name, "SOA")
    cuts = [rrset for rrset in (*response.answer, *response.authority) if is_type(rrset, "SOA") or is_type(rrset, "NS")]
    return next((cut for cut in map(owner, cuts) if cut != zone and lies_in(cut, zone) and lies_in(name, cut)), None)


def ask(nsupdate: Nsupdate, name: str, type: str) -> Message:
    """The server's own data: it is not asked to look elsewhere. Raises Failure."""
    import dns.flags
    import dns.message

    return _exchange(nsupdate, dns.message.make_query(absolute(name), type, flags=dns.flags.Flag(0)))


def send_update(nsupdate: Nsupdate, update: UpdateMessage, clock: Clock) -> str:
    """The response code of an update, after more attempts where no response came. Raises Failure."""
    for pause in _PAUSES:
        try:
            return rcode_of(_exchange(nsupdate, update))
        except (NoResponse, NotSent):
            clock.sleep(pause)
    return rcode_of(_exchange(nsupdate, update))


def _zone_by_server(nsupdate: Nsupdate, name: str) -> str:
    rcode = ""
    for place in upwards(name):
        response = ask(nsupdate, place, "SOA")
        rcode = rcode_of(response)
        if rcode not in ("NOERROR", "NXDOMAIN"):
            break
        zones = [owner(rrset) for rrset in (*response.answer, *response.authority) if is_type(rrset, "SOA")]
        if any(lies_in(place, zone) for zone in zones):
            return next(zone for zone in zones if lies_in(place, zone))
    raise Failure(
        f"{OPTION}.zone: the name server {nsupdate.server} has no zone that {name} lies in ({rcode}). "
        f"Give the name server that has it as {OPTION}.server, or give the zone."
    )


def _exchange(nsupdate: Nsupdate, message: Message) -> Message:
    _sign(nsupdate, message)
    try:
        return exchange(message, nsupdate.server, nsupdate.timeout, tcp=nsupdate.protocol == "tcp")
    except NoExchange as error:
        raise not_exchanged(nsupdate, error.problem) from None


def _sign(nsupdate: Nsupdate, message: Message) -> None:
    import dns.tsig

    if nsupdate.key_name and nsupdate.key_secret:
        md5 = nsupdate.key_algorithm == "hmac-md5"
        algorithm = dns.tsig.HMAC_MD5 if md5 else absolute(nsupdate.key_algorithm)
        message.use_tsig(dns.tsig.Key(absolute(nsupdate.key_name), nsupdate.key_secret, algorithm))


# dnspython's values as ours.


def absolute(name: str) -> Name:
    import dns.name

    return dns.name.from_text(name)


def owner(rrset: RRset) -> str:
    return rrset.name.to_text(omit_final_dot=True).lower()


def is_type(rrset: RRset, type: str) -> bool:
    import dns.rdatatype

    return rrset.rdtype == dns.rdatatype.from_text(type)


def rcode_of(response: Message) -> str:
    import dns.rcode

    return dns.rcode.to_text(response.rcode())
