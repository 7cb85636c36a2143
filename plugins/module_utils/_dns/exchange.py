# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""One DNS message to one server, and its response. Whatever dnspython or the system reports becomes a Problem."""

from __future__ import annotations

import errno
from enum import Enum
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from .._errors import Failure, InvalidOption, MissingLibrary
from .._text import quoted
from .reach import has_no_ipv6_to

if TYPE_CHECKING:
    from dns.message import Message

DNS_PORT = 53
_OLDEST = (2, 2)


class Server(NamedTuple):
    """Where a name server listens."""

    address: str
    port: int = DNS_PORT

    def __str__(self) -> str:
        return self.address if self.port == DNS_PORT else f"{self.address} port {self.port}"


class Problem(Enum):
    """Why there is no response that can be used; the value completes "the name server ..."."""

    TIMEOUT = "does not respond"
    CLOSED = "refuses the connection"
    UNREACHABLE = "cannot be reached from this machine"
    BROKEN = "sends a response that cannot be read"
    BAD_KEY = "does not know the key (BADKEY)"
    BAD_SIGNATURE = "has another secret for the key (BADSIG)"
    BAD_TIME = "has a clock that differs by more than five minutes (BADTIME)"
    TOO_LONG = "cannot be asked for a name of this length"
    NOT_SIGNED = "sends a response that is not signed with the key"


# Nothing came at all.
SILENT = frozenset({Problem.TIMEOUT, Problem.CLOSED, Problem.UNREACHABLE})


class NoExchange(Exception):
    """The message had no response that can be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def load() -> None:
    """Import dnspython, whose parts every function here uses. Raises MissingLibrary, or Failure for an old version."""
    try:
        import dns.dnssec
        import dns.flags
        import dns.message
        import dns.query
        import dns.tsig
        import dns.update
        import dns.version
    except ImportError:
        raise MissingLibrary("dnspython") from None
    if (dns.version.MAJOR, dns.version.MINOR) < _OLDEST:
        raise Failure(f"The Python package dnspython is too old ({dns.version.version}); install 2.2 or later.")


def read_server(text: str, option: str) -> Server:
    """``192.0.2.53``, ``192.0.2.53:5353``, ``2001:db8::53`` or ``[2001:db8::53]:5353``. Raises InvalidOption."""
    given = text.strip()
    host, colon, port = given.rpartition(":")
    if not colon or ("[" not in host and ":" in host):
        host, port = given, str(DNS_PORT)
    if given.startswith("[") and given.endswith("]"):
        host, port = given, str(DNS_PORT)
    try:
        address = str(ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host))
    except ValueError:
        raise InvalidOption(
            option, f"{quoted(text)} is not an IP address; give one such as 192.0.2.53, with a port 192.0.2.53:5353."
        ) from None
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise InvalidOption(option, f"{quoted(text)} has a port that is not a number from 1 to 65535.")
    return Server(address, int(port))


def is_loopback(address: str) -> bool:
    """Whether an address is one of this machine alone; what is not an address is none."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def exchange(message: Message, server: Server, timeout: float, tcp: bool = False) -> Message:
    """The response to a message; over TCP also when it does not fit into UDP. Raises NoExchange."""
    import dns.exception
    import dns.query

    try:
        if tcp:
            response = dns.query.tcp(message, server.address, timeout, server.port)
        else:
            response, _tcp = dns.query.udp_with_fallback(message, server.address, timeout, server.port)
    except (OSError, EOFError, ValueError, dns.exception.DNSException) as error:
        problem = _problem(error)
        no_way = problem is Problem.TIMEOUT and has_no_ipv6_to(server.address)
        raise NoExchange(Problem.UNREACHABLE if no_way else problem) from None
    # An error can come unsigned from a server that does not get as far as the key.
    if message.keyring and not response.had_tsig and not response.rcode():
        raise NoExchange(Problem.NOT_SIGNED)
    return response


def _problem(error: Exception) -> Problem:
    import dns.exception
    import dns.message
    import dns.tsig

    signatures: tuple[tuple[tuple[type[Exception], ...], Problem], ...] = (
        ((dns.exception.Timeout, TimeoutError), Problem.TIMEOUT),
        ((ConnectionRefusedError,), Problem.CLOSED),
        ((ConnectionError,), Problem.BROKEN),
        ((OSError,), Problem.UNREACHABLE),
        ((dns.tsig.PeerBadKey,), Problem.BAD_KEY),
        ((dns.tsig.PeerBadSignature,), Problem.BAD_SIGNATURE),
        ((dns.tsig.PeerBadTime, dns.tsig.BadTime), Problem.BAD_TIME),
        ((dns.tsig.BadSignature, dns.tsig.BadKey, dns.message.UnknownTSIGKey), Problem.NOT_SIGNED),
    )
    if isinstance(error, OSError) and error.errno == errno.ETIMEDOUT:
        return Problem.TIMEOUT
    return next((problem for kinds, problem in signatures if isinstance(error, kinds)), Problem.BROKEN)
