# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases: which server a task calls, in what way, what it must say, and which servers must receive nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.world import World

from .servers import HERE, Certificates, Listener, NoTls, listening

MOVED = (301, 302, 307, 308)
ELSEWHERE = (
    "http://cas.aliyuncs.com", "http://192.0.2.1", "HTTP://CAS.ALIYUNCS.COM:80", "http://127.0.0.1.example.com",
    "http://localhost.example.com", "http://0.0.0.0", "http://[2001:db8::1]", "http://localhost@cas.aliyuncs.com",
    "http://2130706433",
)  # fmt: skip
SKEW = 2.0  # hours
# What modules are asked for that write.
_MOVED: dict[str, Any] = {"domains": ["moved.example.com"], "poll_interval": 0.5, "wait_timeout": 6}
WRITES: Mapping[str, Mapping[str, Any]] = {
    "cas_order": _MOVED,
    "cas_instance": {**_MOVED, "pool": {}, "contact": "Operations"},
}
# The call of each that must not be repeated.
ONCE = {"cas_order": "CreateCertificateForPackageRequest", "cas_instance": "ApplyCertificate"}


@dataclass(frozen=True)
class Case:
    """One call. `says`: words of its message, none for a call that succeeds; `untrusted` must get no signed request."""

    name: str
    endpoint: str
    says: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    untrusted: Sequence[Listener] = ()
    module: str = "cas_order_info"

    def as_json(self) -> dict[str, Any]:
        keys = Keys()
        pair = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
        given = {"endpoint": self.endpoint, "max_attempts": 1, "request_timeout": 20, **pair, **self.options}
        more = WRITES.get(self.module, {})
        # There is no proxy, unless the case has one.
        none = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "no_proxy"), "")
        return {"options": {**given, **more}, "environment": {**none, **self.environment}}


class Servers:
    """Makes servers that live as long as a stack."""

    def __init__(self, directory: Path, stack: contextlib.ExitStack) -> None:
        self.stack, self.certificates = stack, Certificates(directory)
        self.listeners: list[Listener] = []

    def open(self, respond: Any = None, **more: Any) -> Listener:
        listener = self.stack.enter_context(listening(Listener(respond, **more)))
        self.listeners.append(listener)
        return listener

    @property
    def trusted(self) -> dict[str, str]:
        return {"ca_path": str(self.certificates.ca_path)}


def account(**dials: Any) -> Emulator:
    return Emulator(World(dials=Dials(**dials)))


def cases(servers: Servers) -> list[Case]:
    """All of them."""
    return [
        *certificate_cases(servers),
        *redirect_cases(servers),
        *plain_cases(servers),
        *proxy_cases(servers),
        *clock_cases(servers),
    ]


def certificate_cases(servers: Servers) -> list[Case]:
    made = servers.certificates
    not_accepted = ("was not accepted", "nothing was sent", "ca_path")
    other = {"ca_path": str(made.other_path)}
    kinds: dict[str, tuple[Any, Mapping[str, Any], tuple[str, ...]]] = {
        "unknown CA": (made.of(), {}, not_accepted),
        "another CA": (made.of(), other, not_accepted),
        "wrong host name": (made.of("other.example"), servers.trusted, not_accepted),
        "expired": (made.of(now=1.4e9), servers.trusted, (*not_accepted, "expired")),
        "not yet valid": (made.of(now=4e9), servers.trusted, not_accepted),
        "self-signed": (made.self_signed(), {}, not_accepted),
        "self-signed beside a CA": (made.self_signed(), servers.trusted, not_accepted),
        "old TLS": (made.old_tls(), servers.trusted, ("does not support TLS 1.2 or later", "nothing was sent")),
        "old TLS not verified": (
            made.old_tls(),
            {"validate_certs": False},
            ("does not support TLS 1.2 or later", "nothing was sent"),
        ),
    }
    found = []
    for name, (context, options, says) in kinds.items():
        server = servers.open(tls=context)
        found.append(Case(name, server.url, says, options, untrusted=[server]))
    bare = servers.open(handler=NoTls)
    found.append(Case("no TLS", bare.url.replace("http:", "https:"), ("TLS connection",), untrusted=[bare]))
    good = servers.open(account().handle, tls=made.of())
    instances = Case("instances over good TLS", good.url, options=servers.trusted, module="cas_instance_info")
    return [*found, Case("good TLS", good.url, options=servers.trusted), instances]


def redirect_cases(servers: Servers) -> list[Case]:
    """Redirects to plain http and to another server, of a look and of an order."""
    plain_, secure = servers.open(), servers.open(tls=servers.certificates.of())
    found = []
    for status in MOVED:
        for target in (plain_, secure):
            where = "http" if target is plain_ else "https"
            reply = Reply(status, {"Location": f"{target.url}/", "Content-Type": "text/html"}, b"<html>moved</html>")
            mover = servers.open(lambda *_request, reply=reply: reply, tls=servers.certificates.of())
            says = (f"HTTP {status}", "is not a JSON object of the service", "the endpoint belongs to another server")
            name = f"{status} to {where}"
            found.append(Case(name, mover.url, says, servers.trusted, untrusted=[target]))
    return [*found, *redirected_orders(servers, plain_)]


def redirected_orders(servers: Servers, target: Listener) -> list[Case]:
    """The account serves every call, but redirects applications to another server."""
    found = []
    for module, status in product(ONCE, MOVED[1:3]):
        emulator = account()
        emulator.add_instance()
        emulator.inject(kind="redirect", action=ONCE[module], status=status, location=f"{target.url}/", times=0)
        server = servers.open(emulator.handle, tls=servers.certificates.of())
        says = (f"{ONCE[module]} may or may not have happened", f"HTTP {status}")
        name = f"{module} {status}"
        found.append(Case(name, server.url, says, servers.trusted, untrusted=[target], module=module))
    return found


def plain_cases(servers: Servers) -> list[Case]:
    """Plain http to others: a proxy would receive it, if anything were sent at all."""
    proxy = servers.open()
    through = {"http_proxy": proxy.url, "https_proxy": proxy.url}
    says = ("endpoint: ",)
    found = [Case(f"plain {url}", url, says, environment=through, untrusted=[proxy]) for url in ELSEWHERE]
    server = servers.open(account().handle)
    # A name that is never resolved stands for a proxy elsewhere.
    far = {"http_proxy": "http://proxy.invalid:3128"}
    refused = ("A proxy is set", "nothing was sent", "no_proxy")
    found.append(Case("plain through a proxy", server.url, refused, environment=far, untrusted=[server]))
    other = servers.open(account().handle)
    found.append(Case("plain past a proxy", other.url, environment={**far, "no_proxy": HERE}))
    return found


def proxy_cases(servers: Servers) -> list[Case]:
    """Tunnels: what a proxy carries must be unreadable, and one that opens it must get nothing."""
    good = servers.open(account().handle, tls=servers.certificates.of())
    carrier = servers.open(tunnel=good.place)
    found = [Case("tunnel", good.url, options=servers.trusted, environment={"https_proxy": carrier.url})]
    found.append(Case("any proxy", good.url, options=servers.trusted, environment={"all_proxy": carrier.url}))
    refuser = servers.open()
    says = ("The proxy refused the connection", "nothing was sent")
    far = "https://cas.invalid"
    found.append(Case("tunnel refused", far, says, environment={"https_proxy": refuser.url}, untrusted=[refuser]))
    closed = {"https_proxy": "http://127.0.0.1:1"}
    found.append(Case("no proxy there", far, ("could not be reached", "nothing was sent"), environment=closed))
    # It shows a certificate of its own for every name, as some proxies do.
    opener = servers.open(tls=servers.certificates.self_signed())
    between = servers.open(tunnel=opener.place)
    not_accepted = ("was not accepted", "nothing was sent")
    opened = {"https_proxy": between.url}
    found.append(Case("opened tunnel", far, not_accepted, servers.trusted, opened, untrusted=[opener, between]))
    return found


def clock_cases(servers: Servers) -> list[Case]:
    """The service's clock is two hours ahead, or behind; its headers tell that, nothing, or another time."""
    found = []
    for name, hours in (("ahead", SKEW), ("behind", -SKEW)):
        emulator = account(clock_offset_seconds=hours * 3600)
        told = servers.open(emulator.handle, hours=hours)
        found.append(Case(f"clock {name}", told.url))
        silent = servers.open(emulator.handle, hours=None)
        says = ("the clocks disagree", "this machine's says 20", "the service's is not known", "Set the clock")
        found.append(Case(f"clock {name} and silent", silent.url, says))
        wrong = servers.open(emulator.handle, hours=-hours)
        both = ("the clocks disagree", "this machine's says 20", "the service's 20", "Set the clock")
        found.append(Case(f"clock {name} and wrong", wrong.url, both))
    return found
