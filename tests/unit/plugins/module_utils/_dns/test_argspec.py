# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of dynamic updates ask for, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns.argspec import Nsupdate, read_nsupdate
from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import Server, read_server
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption

SECRET = "c2VjcmV0"


def test_what_is_asked_for() -> None:
    assert read_nsupdate({"server": "192.0.2.53"}) == Nsupdate(Server("192.0.2.53", 53))
    whole = {
        "server": " 2001:DB8::53 ",
        "port": "5353",
        "protocol": "udp",
        "zone": "Bücher.example.",
        "ttl": 300,
        "key_name": "Certops.",
        "key_secret": SECRET,
        "key_algorithm": "HMAC-SHA512",
    }
    assert read_nsupdate(whole) == Nsupdate(
        Server("2001:db8::53", 5353), "udp", "xn--bcher-kva.example", 300, "certops", SECRET, "hmac-sha512"
    )


def test_empty_values_are_unset() -> None:
    empty = {"server": "192.0.2.53", "port": "", "zone": None, "key_name": "", "key_secret": None}
    assert read_nsupdate(empty) == Nsupdate(Server("192.0.2.53"))


def test_md5_has_two_spellings() -> None:
    for spelling in ("hmac-md5", "HMAC-MD5.SIG-ALG.REG.INT"):
        assert read_nsupdate({"server": "192.0.2.53", "key_algorithm": spelling}).key_algorithm == "hmac-md5"


def test_the_secret_is_not_in_the_text_of_the_value() -> None:
    wanted = read_nsupdate({"server": "192.0.2.53", "key_name": "k", "key_secret": SECRET})
    assert SECRET not in repr(wanted)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"server": None}, r"nsupdate\.server: give the IP address"),
        (
            {"server": "ns1.example.com"},
            r"nsupdate\.server: 'ns1\.example\.com' is not an IP address; give the address",
        ),
        ({"port": 0}, r"nsupdate\.port: '0' is not valid"),
        ({"port": "x"}, r"nsupdate\.port: 'x' is not valid; give a number from 1 to 65535"),
        ({"port": True}, r"nsupdate\.port: 'True' is not valid"),
        ({"ttl": -1}, r"nsupdate\.ttl: '-1' is not valid"),
        ({"protocol": "tls"}, r"nsupdate\.protocol: 'tls' is not valid; use one of tcp, udp"),
        ({"zone": "a b"}, r"nsupdate\.zone: 'a b' is not a valid DNS name"),
        ({"key_name": "k"}, r"nsupdate\.key_secret: give the secret"),
        ({"key_secret": SECRET}, r"nsupdate\.key_name: give the name"),
        ({"key_name": "k", "key_secret": SECRET + "\n"}, r"nsupdate\.key_secret: it contains a line end"),
        ({"key_name": "k", "key_secret": SECRET + "\n" + SECRET}, r"nsupdate\.key_secret: it contains a line end"),
        ({"key_name": "k", "key_secret": "geheim!"}, r"nsupdate\.key_secret: it is not valid base64"),
        ({"key_name": "k", "key_secret": "é"}, r"nsupdate\.key_secret: it is not valid base64"),
        ({"key_algorithm": "sha256"}, r"nsupdate\.key_algorithm: 'sha256' is not valid; use one of hmac-sha256"),
        ({"key": "k"}, r"nsupdate\.key: this key is not valid; the keys of nsupdate are server, port"),
    ],
)
def test_what_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidOption, match="^" + sentence) as refused:
        read_nsupdate({"server": "192.0.2.53", **options})
    assert SECRET not in refused.value.msg
    assert "geheim" not in refused.value.msg


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", Server("192.0.2.53")),
        ("192.0.2.53:5353", Server("192.0.2.53", 5353)),
        ("2001:db8::53", Server("2001:db8::53")),
        ("[2001:db8::53]", Server("2001:db8::53")),
        (" [2001:db8::53]:5353", Server("2001:db8::53", 5353)),
    ],
)
def test_name_servers(text: str, server: Server) -> None:
    assert read_server(text, "resolvers") == server
    assert str(Server("192.0.2.53", 5353)) == "192.0.2.53 port 5353"
    assert str(Server("192.0.2.53")) == "192.0.2.53"


@pytest.mark.parametrize(
    "text", ["", "ns1.example.com", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:99999", "[::1", "::1]:5"]
)
def test_what_is_not_a_name_server(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^resolvers: "):
        read_server(text, "resolvers")
