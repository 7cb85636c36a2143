# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of trust: whom a task calls, in what way, what it must say, and who must hear nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.emulator.core.dials import Dials
from tests.emulator.core.emulator import Emulator
from tests.emulator.core.gate import Keys
from tests.emulator.core.reply import Reply
from tests.emulator.core.world import World

from .trust_servers import HERE, Certificates, Deaf, Listener, listening

MOVED = (301, 302, 307, 308)
ELSEWHERE = (
    "http://cas.aliyuncs.com", "http://192.0.2.1", "HTTP://CAS.ALIYUNCS.COM:80", "http://127.0.0.1.example.com",
    "http://localhost.example.com", "http://0.0.0.0", "http://[2001:db8::1]", "http://localhost@cas.aliyuncs.com",
    "http://2130706433",
)  # fmt: skip
SKEW = 2.0  # hours


@dataclass(frozen=True)
class Case:
    """One call. `says` are words of its message, none for a call that succeeds.

    `deaf` must get no signed request, and `once` no more than the one that it answers.
    """

    name: str
    endpoint: str
    says: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    deaf: Sequence[Listener] = ()
    write: bool = False

    def as_json(self) -> dict[str, Any]:
        keys = Keys()
        pair = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
        given = {"endpoint": self.endpoint, "max_attempts": 1, "request_timeout": 20, **pair, **self.options}
        more = {"domains": ["moved.example.com"], "poll_interval": 0.5, "wait_timeout": 6} if self.write else {}
        # Nobody's proxy is in between, unless the case has one.
        none = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "no_proxy"), "")
        return {"options": {**given, **more}, "environment": {**none, **self.environment}}


class Places:
    """Makes servers that live as long as a stack."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.stack, self.certificates = stack, Certificates(folder)
        self.listeners: list[Listener] = []

    def open(self, answer: Any = None, **more: Any) -> Listener:
        listener = self.stack.enter_context(listening(Listener(answer, **more)))
        self.listeners.append(listener)
        return listener

    @property
    def trusted(self) -> dict[str, str]:
        return {"ca_path": str(self.certificates.ca_path)}


def account(**dials: Any) -> Emulator:
    return Emulator(World(dials=Dials(**dials)))


def cases(places: Places) -> list[Case]:
    """All of them."""
    return [*certificates(places), *moved(places), *plain(places), *proxies(places), *clocks(places)]


def certificates(places: Places) -> list[Case]:
    made = places.certificates
    untrusted = ("was not accepted", "nothing was sent", "ca_path")
    other = {"ca_path": str(made.other_path)}
    kinds: dict[str, tuple[Any, Mapping[str, Any], tuple[str, ...]]] = {
        "unknown CA": (made.of(), {}, untrusted),
        "another CA": (made.of(), other, untrusted),
        "wrong host name": (made.of("other.example"), places.trusted, untrusted),
        "expired": (made.of(now=1.4e9), places.trusted, (*untrusted, "expired")),
        "not yet good": (made.of(now=4e9), places.trusted, untrusted),
        "self-signed": (made.self_signed(), {}, untrusted),
        "self-signed beside a CA": (made.self_signed(), places.trusted, untrusted),
        "old TLS": (made.old(), places.trusted, ("no TLS from 1.2 on", "nothing was sent")),
        "old TLS not verified": (made.old(), {"validate_certs": False}, ("no TLS from 1.2 on", "nothing was sent")),
    }
    found = []
    for name, (context, options, says) in kinds.items():
        server = places.open(tls=context)
        found.append(Case(name, server.url, says, options, deaf=[server]))
    bare = places.open(handler=Deaf)
    found.append(Case("no TLS", bare.url.replace("http:", "https:"), ("TLS connection",), deaf=[bare]))
    good = places.open(account().handle, tls=made.of())
    return [*found, Case("good TLS", good.url, options=places.trusted)]


def moved(places: Places) -> list[Case]:
    """Redirects to plain http and to another server, of a look and of an order."""
    plain_, secure = places.open(), places.open(tls=places.certificates.of())
    found = []
    for status in MOVED:
        for target in (plain_, secure):
            where = "http" if target is plain_ else "https"
            reply = Reply(status, {"Location": f"{target.url}/", "Content-Type": "text/html"}, b"<html>moved</html>")
            mover = places.open(lambda *_request, reply=reply: reply, tls=places.certificates.of())
            says = (f"HTTP {status}", "is no JSON object of the service", "the endpoint is another server's")
            name = f"{status} to {where}"
            found.append(Case(name, mover.url, says, places.trusted, deaf=[target]))
    return [*found, *moved_orders(places, plain_)]


def moved_orders(places: Places, target: Listener) -> list[Case]:
    """The account answers what is asked, and sends those who order elsewhere."""
    found = []
    for status in MOVED[1:3]:
        emulator = account()
        order = "CreateCertificateForPackageRequest"
        emulator.inject(kind="redirect", action=order, status=status, location=f"{target.url}/", times=0)
        server = places.open(emulator.handle, tls=places.certificates.of())
        says = (f"{order} may or may not have happened", f"HTTP {status}")
        found.append(Case(f"order {status}", server.url, says, places.trusted, deaf=[target], write=True))
    return found


def plain(places: Places) -> list[Case]:
    """Plain http to others: a proxy would hear it, if anything were sent at all."""
    ear = places.open()
    heard = {"http_proxy": ear.url, "https_proxy": ear.url}
    says = ("endpoint: ",)
    found = [Case(f"plain {url}", url, says, environment=heard, deaf=[ear]) for url in ELSEWHERE]
    server = places.open(account().handle)
    # A name that is never looked up stands for a proxy elsewhere.
    far = {"http_proxy": "http://proxy.invalid:3128"}
    listener = ("A proxy is set", "nothing was sent", "no_proxy")
    found.append(Case("plain through a proxy", server.url, listener, environment=far, deaf=[server]))
    other = places.open(account().handle)
    found.append(Case("plain past a proxy", other.url, environment={**far, "no_proxy": HERE}))
    return found


def proxies(places: Places) -> list[Case]:
    """Tunnels: what a proxy carries must be unreadable, and one that opens it must get nothing."""
    good = places.open(account().handle, tls=places.certificates.of())
    carrier = places.open(tunnel=good.place)
    found = [Case("tunnel", good.url, options=places.trusted, environment={"https_proxy": carrier.url})]
    found.append(Case("any proxy", good.url, options=places.trusted, environment={"all_proxy": carrier.url}))
    refuser = places.open()
    says = ("The proxy refused the connection", "nothing was sent")
    far = "https://cas.invalid"
    found.append(Case("tunnel refused", far, says, environment={"https_proxy": refuser.url}, deaf=[refuser]))
    nobody = {"https_proxy": "http://127.0.0.1:1"}
    found.append(Case("no proxy there", far, ("could not be reached", "nothing was sent"), environment=nobody))
    # It shows a certificate of its own for every name, as some proxies do.
    opener = places.open(tls=places.certificates.self_signed())
    between = places.open(tunnel=opener.place)
    untrusted = ("was not accepted", "nothing was sent")
    opened = {"https_proxy": between.url}
    found.append(Case("opened tunnel", far, untrusted, places.trusted, opened, deaf=[opener, between]))
    return found


def clocks(places: Places) -> list[Case]:
    """The service's clock is two hours ahead, or behind; it says so, or nothing, or it says something else."""
    found = []
    for name, hours in (("ahead", SKEW), ("behind", -SKEW)):
        emulator = account(clock_offset_seconds=hours * 3600)
        told = places.open(emulator.handle, hours=hours)
        found.append(Case(f"clock {name}", told.url))
        silent = places.open(emulator.handle, hours=None)
        says = ("the clocks disagree", "this machine's says 20", "the service's is not known", "Set the clock")
        found.append(Case(f"clock {name} and silent", silent.url, says))
        wrong = places.open(emulator.handle, hours=-hours)
        both = ("the clocks disagree", "this machine's says 20", "the service's 20", "Set the clock")
        found.append(Case(f"clock {name} and wrong", wrong.url, both))
    return found
