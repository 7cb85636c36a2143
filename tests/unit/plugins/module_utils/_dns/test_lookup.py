# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking names up, with name servers that are values: who is asked, what is followed, and where."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns import lookup
from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import NoExchange, Problem, Server
from ansible_collections.certops.alicloud.plugins.module_utils._dns.lookup import Resolver, follow, read_resolvers
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    MissingLibrary,
    NoResponse,
)

message = pytest.importorskip("dns.message")
rrset = pytest.importorskip("dns.rrset")
rcode = pytest.importorskip("dns.rcode")

ONE, TWO = Server("192.0.2.1"), Server("192.0.2.2")
NAME = "_dnsauth.www.example.com"


class Net:
    """Name servers by address; each has CNAME records, or a problem, or a response code."""

    def __init__(self, **servers: object) -> None:
        self.servers = {address.replace("_", "."): said for address, said in servers.items()}
        self.asked: list[Server] = []

    def exchange(self, query: object, server: Server, timeout: float, tcp: bool = False) -> object:
        self.asked.append(server)
        said = self.servers.get("x" + server.address, {})
        if isinstance(said, Problem):
            raise NoExchange(said)
        response = message.make_response(query)
        if isinstance(said, str):
            response.set_rcode(rcode.from_text(said))
        elif isinstance(said, Mapping):
            name = query.question[0].name.to_text(omit_final_dot=True)  # type: ignore[attr-defined]
            wildcard = "*." + name.partition(".")[2]
            target = said.get(name, said.get(wildcard))
            if target:
                response.answer.append(rrset.from_text(name + ".", 60, "IN", "CNAME", target + "."))
        return response


def net(monkeypatch: pytest.MonkeyPatch, **servers: object) -> Net:
    made = Net(**servers)
    monkeypatch.setattr(lookup, "exchange", made.exchange)
    return made


def test_a_name_without_a_cname_is_its_own_end(monkeypatch: pytest.MonkeyPatch) -> None:
    net(monkeypatch, x192_0_2_1={})
    assert follow("_DNSAUTH.www.example.com.", Resolver([ONE])) == NAME


def test_cnames_are_followed_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    net(monkeypatch, x192_0_2_1={NAME: "a.example.net", "a.example.net": "b.example.org"})
    assert follow(NAME, Resolver([ONE])) == "b.example.org"


def test_a_wildcard_does_not_lead_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    net(monkeypatch, x192_0_2_1={"*.www.example.com": "a.example.net"})
    assert follow(NAME, Resolver([ONE])) == NAME


def test_circles_and_long_chains_end(monkeypatch: pytest.MonkeyPatch) -> None:
    net(monkeypatch, x192_0_2_1={NAME: "a.example.net", "a.example.net": NAME})
    with pytest.raises(Failure, match=rf"^{NAME}: its CNAMEs lead in a circle \({NAME} -> a\.example\.net -> {NAME}\)"):
        follow(NAME, Resolver([ONE]))
    chain = {f"c{number}.example.net": f"c{number + 1}.example.net" for number in range(20)}
    net(monkeypatch, x192_0_2_1={NAME: "c0.example.net", **chain})
    with pytest.raises(Failure, match="more than 10 CNAMEs follow one another"):
        follow(NAME, Resolver([ONE]))


def test_the_next_resolver_is_asked_when_one_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    for first in (Problem.TIMEOUT, Problem.CLOSED, "SERVFAIL", "REFUSED"):
        world = net(monkeypatch, x192_0_2_1=first, x192_0_2_2={NAME: "a.example.net"})
        assert follow(NAME, Resolver([ONE, TWO])) == "a.example.net"
        assert {ONE, TWO} == set(world.asked)


@pytest.mark.parametrize(
    ("said", "words"), [(Problem.TIMEOUT, "does not respond"), ("SERVFAIL", "responds with SERVFAIL")]
)
def test_what_no_resolver_can_tell_is_unknown(monkeypatch: pytest.MonkeyPatch, said: object, words: str) -> None:
    net(monkeypatch, x192_0_2_1=said)
    with pytest.raises(NoResponse, match=rf"^resolvers: whether {NAME} is a CNAME is unknown: .* 192\.0\.2\.1 {words}"):
        follow(NAME, Resolver([ONE]))


def test_nothing_is_asked_twice_until_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    world = net(monkeypatch, x192_0_2_1={})
    resolver = Resolver([ONE])
    for _number in range(3):
        resolver.ask("example.com", "A")
    assert len(world.asked) == 1
    resolver.forget()
    resolver.ask("example.com", "A")
    assert len(world.asked) == 2


def test_a_silent_name_server_is_not_asked_again_but_a_resolver_is(monkeypatch: pytest.MonkeyPatch) -> None:
    world = net(monkeypatch, x192_0_2_1=Problem.TIMEOUT, x192_0_2_2=Problem.TIMEOUT)
    resolver = Resolver([ONE])
    for name in ("a.example.com", "b.example.com"):
        assert resolver.ask_at("192.0.2.2", name, "A").problem is Problem.TIMEOUT
        assert resolver.ask(name, "A").problem is Problem.TIMEOUT
    assert (world.asked.count(TWO), world.asked.count(ONE)) == (2, 4)


@pytest.mark.parametrize(
    ("resolvers", "address", "port"),
    [
        ([Server("192.0.2.1", 5353)], "192.0.2.2", 53),
        ([Server("192.0.2.1"), Server("192.0.2.2", 5353)], "192.0.2.2", 5353),
        ([Server("127.0.0.1", 5353)], "127.0.0.9", 5353),
        ([Server("127.0.0.1", 5353)], "192.0.2.2", 53),
        ([Server("192.0.2.1", 5353)], "127.0.0.9", 53),
    ],
)
def test_the_port_of_a_name_server(
    monkeypatch: pytest.MonkeyPatch, resolvers: list[Server], address: str, port: int
) -> None:
    world = net(monkeypatch)
    Resolver(resolvers).ask_at(address, "example.com", "SOA")
    assert world.asked == [Server(address, port)]


def test_a_name_that_no_query_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    world = net(monkeypatch)
    for name in (".".join(["a" * 60] * 5), "b" * 64 + ".example.com"):
        assert Resolver([ONE]).ask(name, "A").problem is Problem.TOO_LONG
    assert world.asked == []


def test_given_resolvers_and_those_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_resolvers([" 192.0.2.1 ", "", "[2001:db8::1]:54"]).servers == (ONE, Server("2001:db8::1", 54))

    class System:
        nameservers = ("192.0.2.2",)

    monkeypatch.setattr("dns.resolver.Resolver", System)
    assert read_resolvers(None).servers == (TWO,)
    monkeypatch.setattr(System, "nameservers", ())
    with pytest.raises(InvalidOption, match=r"^resolvers: this machine has no resolver"):
        read_resolvers([])


def test_without_dnspython(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "dns" or name.startswith("dns.")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingLibrary, match="dnspython"):
        read_resolvers(["192.0.2.1"])


def test_with_an_old_dnspython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns.version.MINOR", 1)
    with pytest.raises(Failure, match=r"^The Python package dnspython is too old \([\d.]+\); install 2\.2 or later\.$"):
        read_resolvers(["192.0.2.1"])
