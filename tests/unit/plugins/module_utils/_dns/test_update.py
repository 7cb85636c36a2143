# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dynamic updates at a real name server: one value comes or goes, and each refusal has its sentence."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns.argspec import Nsupdate
from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import Server
from ansible_collections.certops.alicloud.plugins.module_utils._dns.update import check, publish, remove
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    MissingLibrary,
    NoResponse,
    NotAllowed,
    NotSent,
)
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from tests.support import named
from tests.world.children import free_port

dns_query = pytest.importorskip("dns.query")
dns_message = pytest.importorskip("dns.message")

SECRET = base64.b64encode(b"s" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()
NAME = "_dnsauth.example.com"
CLOCK = Clock(sleep=lambda seconds: None)
CONFIG = f"""
key "certops" {{ algorithm hmac-sha256; secret "{SECRET}"; }};
key "stranger" {{ algorithm hmac-sha256; secret "{OTHER}"; }};
zone "example.com" {{ type primary; file "example.com.zone"; allow-update {{ key certops; }}; }};
zone "below.example.com" {{ type primary; file "below.example.com.zone"; allow-update {{ key certops; }}; }};
zone "example.net" {{ type primary; file "example.net.zone";
  update-policy {{ grant certops name _dnsauth.example.net. TXT; }}; }};
zone "example.edu" {{ type primary; file "example.edu.zone"; }};
zone "unwritable.example" {{ type primary; file "gone/unwritable.zone"; allow-update {{ key certops; }}; }};
"""
RECORDS = """\
_dnsauth.alias CNAME elsewhere.example.net.
below NS ns.below
ns.below A 127.0.0.1
outside NS ns.outside
ns.outside A 127.0.0.9
www A 192.0.2.1
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nsupdate]:
    directory = tmp_path_factory.mktemp("named")
    named.zone_file(directory, "example.com", RECORDS)
    for zone in ("below.example.com", "example.net", "example.edu"):
        named.zone_file(directory, zone)
    with named.running(directory, CONFIG) as port:
        yield Nsupdate(Server(named.ADDRESS, port), key_name="certops", key_secret=SECRET)


def records(server: Nsupdate, name: str = NAME, kind: str = "TXT") -> list[str]:
    query = dns_message.make_query(name, kind, flags=0)
    response = dns_query.tcp(query, server.server.address, 5, server.server.port)
    return sorted(rdata.to_text().strip('"') for rrset in response.answer for rdata in rrset)


def test_two_values_stand_side_by_side(server: Nsupdate) -> None:
    assert [publish(server, NAME, "TXT", value) for value in ("one", "two", "two")] == [True, True, False]
    assert records(server) == ["one", "two"]
    assert [remove(server, NAME, "TXT", value) for value in ("one", "one", "three")] == [True, False, False]
    assert records(server) == ["two"]
    assert remove(server, NAME, "TXT", "two")
    assert records(server) == []


def test_a_cname_is_published_and_removed(server: Nsupdate) -> None:
    name = "_abc.www.example.com"
    assert publish(server, name, "CNAME", "target.example.net.")
    assert not publish(server, name, "CNAME", "Target.example.net")
    assert records(server, name, "CNAME") == ["target.example.net."]
    with pytest.raises(NotAllowed, match=r"^nsupdate: _abc\.www\.example\.com is a CNAME, and TXT "):
        publish(server, name, "TXT", "v")
    assert not remove(server, name, "TXT", "v")
    assert remove(server, name, "CNAME", "target.example.net")
    assert records(server, name, "CNAME") == []


def test_a_cname_replaces_nothing(server: Nsupdate) -> None:
    with pytest.raises(NotAllowed, match=r"^nsupdate: www\.example\.com has other records, and a CNAME cannot"):
        publish(server, "www.example.com", "CNAME", "target.example.net")
    assert records(server, "www.example.com", "A") == ["192.0.2.1"]


def test_long_values_and_odd_bytes_are_found_again(server: Nsupdate) -> None:
    for value in ("x" * 300, 'quote " and \\ and é'):
        assert publish(server, NAME, "TXT", value)
        assert not publish(server, NAME, "TXT", value)
        assert remove(server, NAME, "TXT", value)
    assert records(server) == []


def test_names_are_folded_and_zones_may_be_given(server: Nsupdate) -> None:
    given = replace(server, zone="example.com", protocol="udp", ttl=7)
    assert publish(given, "_DNSAUTH.Bücher.example.com.", "TXT", "v")
    assert records(server, "_dnsauth.xn--bcher-kva.example.com") == ["v"]
    assert remove(given, "_dnsauth.xn--bcher-kva.example.com", "TXT", "v")


def test_the_deepest_zone_of_the_server_takes_the_record(server: Nsupdate) -> None:
    assert check(server, "_dnsauth.below.example.com", CLOCK) == "below.example.com"
    assert check(server, "_dnsauth.a.b.example.com", CLOCK) == "example.com"


def test_a_check_changes_nothing(server: Nsupdate) -> None:
    before = records(server, "example.com", "SOA")
    assert check(server, NAME, CLOCK) == "example.com"
    assert records(server, "example.com", "SOA") == before
    assert records(server) == []


def test_a_cname_in_the_way_is_known_before_there_is_a_value(server: Nsupdate) -> None:
    with pytest.raises(NotAllowed, match=r"^nsupdate: _dnsauth\.alias\.example\.com is a CNAME, and TXT "):
        check(server, "_dnsauth.alias.example.com", CLOCK)


def test_the_policy_for_one_name_is_known_before_there_is_a_value(server: Nsupdate) -> None:
    assert check(server, "_dnsauth.example.net", CLOCK) == "example.net"
    with pytest.raises(
        Failure, match=r"^nsupdate\.key_name: .* refuses the record TXT _dnsauth\.www\.example\.net to "
    ):
        check(server, "_dnsauth.www.example.net", CLOCK)


REFUSALS = {
    "another key": (
        {"key_name": "wrong"},
        NAME,
        r"nsupdate\.key_name: the name server 127.0.0.1 port \d+ does not know the key wrong \(hmac-sha256\)",
    ),
    "another algorithm": ({"key_algorithm": "hmac-sha512"}, NAME, r"nsupdate\.key_name: .* \(hmac-sha512\) \(BADKEY\)"),
    "another secret": ({"key_secret": OTHER}, NAME, r"nsupdate\.key_secret: .* another secret .* certops .*BADSIG"),
    "a key without rights": (
        {"key_name": "stranger", "key_secret": OTHER},
        NAME,
        r"nsupdate\.key_name: .* refuses the record TXT _dnsauth\.example\.com to the key stranger \(REFUSED\)",
    ),
    "no key": ({"key_name": None, "key_secret": None}, NAME, r".* to the key \(none is given\) \(REFUSED\)"),
    "a closed zone": ({}, "_dnsauth.example.edu", r"nsupdate\.key_name: .* update policy of the zone example\.edu"),
    "no such zone": ({}, "_dnsauth.example.org", r"nsupdate\.zone: .* has no zone that _dnsauth\.example\.org lies in"),
    "a zone elsewhere": (
        {},
        "_dnsauth.outside.example.com",
        r"nsupdate\.zone: _dnsauth\.outside\.example\.com lies in the zone outside\.example\.com, so that",
    ),
    "a zone too high": (
        {"zone": "example.com"},
        "_dnsauth.below.example.com",
        r"nsupdate\.zone: .* lies in the zone below\.example\.com, so that a record in example\.com is not seen",
    ),
    "another zone given": (
        {"zone": "example.net"},
        NAME,
        r"nsupdate\.zone: _dnsauth\.example\.com does not lie in the",
    ),
    "a zone given that is not there": (
        {"zone": "www.example.com"},
        "_dnsauth.www.example.com",
        r"nsupdate\.zone: .* does not have the zone www\.example\.com \(NOTAUTH\)",
    ),
    "a zone that is not loaded": (
        {"zone": "unwritable.example"},
        "_dnsauth.unwritable.example",
        r"nsupdate\.server: .* cannot (carry out|serve)",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_refusal_has_its_sentence(server: Nsupdate, case: str) -> None:
    changes, name, sentence = REFUSALS[case]
    with pytest.raises(Failure, match="^" + sentence) as refused:
        check(replace(server, **changes), name, CLOCK)  # type: ignore[arg-type]
    assert SECRET not in refused.value.msg
    assert OTHER not in refused.value.msg


@pytest.mark.parametrize("case", [case for case in REFUSALS if "elsewhere" not in case and "too high" not in case])
def test_what_a_check_finds_an_update_finds_too(server: Nsupdate, case: str) -> None:
    changes, name, _sentence = REFUSALS[case]
    with pytest.raises(Failure, match=r"^nsupdate\."):
        publish(replace(server, **changes), name, "TXT", "v", CLOCK)  # type: ignore[arg-type]


def test_a_server_that_is_down(server: Nsupdate) -> None:
    down = replace(server, server=Server("127.0.0.1", free_port("127.0.0.1")), zone="example.com", timeout=0.2)
    with pytest.raises(
        NotSent, match=r"^nsupdate\.server: the name server 127.0.0.1 port \d+ refuses the connection\."
    ):
        publish(down, NAME, "TXT", "v", CLOCK)
    with pytest.raises(NoResponse, match=r"does not respond to UDP within 0\.2 seconds\. Check server, port"):
        publish(replace(down, protocol="udp"), NAME, "TXT", "v", CLOCK)


def test_a_clock_that_is_wrong(server: Nsupdate, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    now = time.time
    monkeypatch.setattr("dns.message.time.time", lambda: now() - 3600)
    with pytest.raises(Failure, match=r"^nsupdate\.server: the clocks of the name server .* \(BADTIME\)"):
        check(server, NAME, CLOCK)


def test_a_lost_response_is_made_up_for(server: Nsupdate) -> None:
    """A proxy that forwards the first update and keeps its response to itself."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        seen: list[bytes] = []
        threading.Thread(target=_proxy, args=(door, server.server, seen), daemon=True).start()
        nsupdate = replace(server, server=Server(*door.getsockname()), zone="example.com", timeout=1.0)
        pauses: list[float] = []
        clock = Clock(sleep=pauses.append)
        assert publish(nsupdate, NAME, "TXT", "lost", clock)
    assert pauses == [1.0]
    assert len([message for message in seen if message[4] >> 3 & 15 == 5]) == 2
    assert records(server) == ["lost"]
    assert remove(server, NAME, "TXT", "lost")


def _proxy(door: socket.socket, server: Server, seen: list[bytes]) -> None:
    while True:
        try:
            client, _address = door.accept()
        except OSError:
            return
        with client, socket.create_connection(server) as behind:
            message = client.recv(65_535)
            behind.sendall(message)
            response = behind.recv(65_535)
            first_update = message[4] >> 3 & 15 == 5 and not any(each[4] >> 3 & 15 == 5 for each in seen)
            seen.append(message)
            if not first_update:
                client.sendall(response)


def test_a_record_of_another_name_is_not_a_value() -> None:
    with pytest.raises(InvalidOption, match=r"^record_name: 'a b' is not a valid DNS name"):
        publish(Nsupdate(Server("127.0.0.1")), "a b", "TXT", "v")


def test_without_dnspython(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "dns", None)
    monkeypatch.setitem(sys.modules, "dns.message", None)
    for function in (publish, remove):
        with pytest.raises(MissingLibrary, match="dnspython"):
            function(Nsupdate(Server("127.0.0.1")), NAME, "TXT", "v")
    with pytest.raises(MissingLibrary, match="dnspython"):
        check(Nsupdate(Server("127.0.0.1")), NAME)
