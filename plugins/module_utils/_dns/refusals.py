# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What keeps a dynamic update from being made, each with its sentence. Pure."""

from __future__ import annotations

from typing import NamedTuple

from .._errors import Failure, NoResponse, NotAllowed, NotSent
from .._text import one_line
from .argspec import OPTION, Nsupdate
from .exchange import Problem


class Target(NamedTuple):
    """A record in a zone of a server."""

    nsupdate: Nsupdate
    zone: str
    name: str
    type: str

    @property
    def record(self) -> str:
        return f"{self.type} {self.name}"


def in_the_way(target: Target) -> NotAllowed:
    if target.type == "CNAME":
        return NotAllowed(
            f"{OPTION}: {target.name} has other records, and a CNAME cannot stand beside them. Remove them."
        )
    return NotAllowed(
        f"{OPTION}: {target.name} is a CNAME, and {target.record} cannot stand beside it. Remove the CNAME, or publish "
        "the record at the name that it leads to."
    )


def not_exchanged(nsupdate: Nsupdate, problem: Problem) -> Failure:
    server = nsupdate.server
    key = f"{nsupdate.key_name} ({nsupdate.key_algorithm})"
    if problem is Problem.BAD_KEY:
        return Failure(
            f"{OPTION}.key_name: the name server {server} does not know the key {key} (BADKEY). Correct key_name or "
            "key_algorithm, or add the key to its configuration."
        )
    if problem is Problem.BAD_SIGNATURE:
        return Failure(
            f"{OPTION}.key_secret: the name server {server} has another secret for the key {key} (BADSIG). Copy the "
            "secret from its key file again."
        )
    if problem is Problem.BAD_TIME:
        return Failure(
            f"{OPTION}.server: the clocks of the name server {server} and of this machine differ by more than five "
            "minutes (BADTIME). Correct the one that is wrong."
        )
    return _not_reached(nsupdate, problem)


def _not_reached(nsupdate: Nsupdate, problem: Problem) -> Failure:
    where = f"{OPTION}.server: the name server {nsupdate.server}"
    if problem is Problem.TIMEOUT:
        return NoResponse(
            f"{where} does not respond to {nsupdate.protocol.upper()} within {nsupdate.timeout:g} seconds. Check "
            "server, port and the firewalls between."
        )
    if problem in (Problem.CLOSED, Problem.UNREACHABLE):
        return NotSent(f"{where} {problem.value}. Check server and port, and that it is running.")
    return NoResponse(f"{where} {problem.value}. Check that it is a name server, and that the key is its own.")


def require_read(target: Target, rcode: str) -> None:
    """A query was understood, whether there is a record or not."""
    if rcode in ("NOERROR", "NXDOMAIN"):
        return
    raise Failure(
        f"{OPTION}.server: the name server {target.nsupdate.server} does not tell about {target.name} "
        f"({one_line(rcode, 20)}). It has no zone {target.zone}, cannot serve it, or does not let this key query it."
    )


def require_written(target: Target, rcode: str) -> None:
    """An update was accepted."""
    if rcode == "NOERROR":
        return
    server, zone = target.nsupdate.server, target.zone
    sentences = {
        "REFUSED": f"{OPTION}.key_name: the name server {server} refuses the record {target.record} to the key "
        f"{target.nsupdate.key_name or '(none is given)'} (REFUSED). Allow it in the update policy of the zone {zone}; "
        "the log of the name server has the reason.",
        "NOTAUTH": f"{OPTION}.zone: the name server {server} does not have the zone {zone} (NOTAUTH). Correct zone, or "
        "give the name server that has it.",
        "NOTZONE": f"{OPTION}.zone: {target.name} does not lie in the zone {zone} (NOTZONE). Correct zone.",
        "SERVFAIL": f"{OPTION}.server: the name server {server} cannot carry out the update of the zone {zone} "
        "(SERVFAIL). Often it cannot write the journal of the zone; its log has the reason.",
        "NOTIMP": f"{OPTION}.server: the name server {server} does not support dynamic updates (NOTIMP).",
    }
    other = (
        f"{OPTION}.server: the name server {server} does not accept {target.record} ({one_line(rcode, 20)}); its log "
        "has the reason."
    )
    raise Failure(sentences.get(rcode, other))
