# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CAA by the letter of RFC 8659, without a name server."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns.caa import CaaSet, Property, forbids, relevant_set
from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import Problem, Server
from ansible_collections.certops.alicloud.plugins.module_utils._dns.lookup import Record, Response

SERVER = Server("192.0.2.53")
CA = ("ca.example", "other-name.ca.example")


def told(records: Mapping[str, str | Response], level: str) -> Response:
    """What a name server says of one level: a CAA record, another response, or nothing."""
    found = records.get(level)
    if isinstance(found, Response):
        return found
    return Response(SERVER, rcode="NOERROR", records=(Record(level, "CAA", found),) if found else ())


def test_the_first_set_on_the_way_up_counts() -> None:
    records = {"example.com": '0 issue "ca.example"', "com": '0 issue ";"'}
    found = relevant_set("a.b.example.com", lambda level: told(records, level))
    assert found == CaaSet("example.com", (Property(0, "issue", "ca.example"),))
    assert relevant_set("www.example.net", lambda level: told(records, level)) == CaaSet("")


def test_a_set_behind_a_cname_counts_for_the_name() -> None:
    behind = Response(
        SERVER,
        rcode="NOERROR",
        records=(Record("www.example.com", "CNAME", "t.example.net"), Record("t.example.net", "CAA", '128 TBS "a b"')),
    )
    found = relevant_set("www.example.com", lambda level: told({"www.example.com": behind}, level))
    assert found == CaaSet("www.example.com", (Property(128, "tbs", "a b"),))


def test_a_level_that_cannot_be_read_is_not_passed_over() -> None:
    for broken in (Response(SERVER, rcode="SERVFAIL", recursive=True), Response(SERVER, Problem.TIMEOUT)):
        records: dict[str, str | Response] = {"example.com": broken, "com": '0 issue "ca.example"'}
        found = relevant_set("www.example.com", lambda level, known=records: told(known, level))  # type: ignore[misc]
        assert found == CaaSet("example.com", unknown=broken)


def test_a_server_that_looks_nothing_up_says_nothing_of_other_zones() -> None:
    closed = Response(SERVER, rcode="REFUSED")
    assert relevant_set("example.com", lambda level: told({"com": closed}, level)) == CaaSet("")
    assert relevant_set("example.com", lambda level: told({"example.com": closed}, level)).unknown == closed


@pytest.mark.parametrize(
    ("records", "wildcard", "reason"),
    [
        ([], False, None),
        (["0 iodef mailto:a@b.example"], False, None),
        (["0 issue ca.example"], False, None),
        (["0 issue other-name.ca.example"], True, None),
        (["0 issue CA.example ; account=1; x=y"], False, None),
        (["0 issue ;"], False, "issue allows no CA"),
        (["0 issue"], False, "issue allows no CA"),
        (["0 issue ; ca.example"], False, "issue allows no CA"),
        (["0 issue b.example", "0 issue a.example"], False, "issue allows only a.example, b.example"),
        (["0 issue b.example", "0 issue ca.example"], False, None),
        (["0 issue sub.ca.example"], False, "issue allows only sub.ca.example"),
        (["0 issuewild ;"], False, None),
        (["0 issuewild ;"], True, "issuewild allows no CA"),
        (["0 issue ;", "0 issuewild ca.example"], True, None),
        (["0 issue ca.example", "0 issuewild b.example"], True, "issuewild allows only b.example"),
        (["0 issue b.example"], True, "issue allows only b.example"),
        (["128 issue ca.example"], False, None),
        (["1 tbs x", "0 issue ca.example"], False, None),
        (["128 tbs x", "0 issue ca.example"], False, "the property 'tbs', which no CA knows, is marked as critical"),
        (["129 tbs x"], True, "the property 'tbs', which no CA knows, is marked as critical"),
    ],
)
def test_which_sets_forbid(records: list[str], wildcard: bool, reason: str | None) -> None:
    properties = []
    for each in records:
        flags, tag, value = [*each.split(" ", 2), ""][:3]
        properties.append(Property(int(flags), tag, value))
    assert forbids(properties, wildcard, CA) == reason
