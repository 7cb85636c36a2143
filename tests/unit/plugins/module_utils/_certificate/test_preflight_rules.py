# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of preflight as functions of values: what cannot be planted at a name server, and what is skipped."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import preflight_rules as rules
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight import failures, warnings
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight_rules import Check
from ansible_collections.certops.alicloud.plugins.module_utils._dns.caa import CaaSet, Property
from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import Problem, Server
from ansible_collections.certops.alicloud.plugins.module_utils._dns.fetch import Fetched
from ansible_collections.certops.alicloud.plugins.module_utils._dns.lookup import Record, Response
from ansible_collections.certops.alicloud.plugins.module_utils._dns.zones import Zone

NAME = "example.com"
FOUR, SIX = "192.0.2.1", "2001:db8::1"


def soa(address: str = FOUR, serial: int = 1) -> Response:
    record = Record(NAME, "SOA", f"ns1.{NAME}. hostmaster.{NAME}. {serial} 3600 600 86400 1")
    return Response(Server(address), rcode="NOERROR", authoritative=True, records=(record,))


def silent(address: str, problem: Problem = Problem.TIMEOUT) -> Response:
    return Response(Server(address), problem)


def zone(*responses: Response, **more: Any) -> Zone:
    servers = {f"ns{number}.{NAME}": each for number, each in enumerate(responses, 1)}
    values: dict[str, Any] = {
        "resolved": None,
        "delegated": frozenset(servers),
        "listed": frozenset(servers),
        "addresses": {server: (each.server.address,) for server, each in servers.items()},
        "responses": {(server, each.server.address): each for server, each in servers.items()},
    }
    return Zone(NAME, **{**values, **more})


def test_a_firewall_around_this_machine_is_not_a_fault_of_the_zone() -> None:
    assert rules.authoritative(zone(silent(FOUR), silent("192.0.2.2")), {}).result == "skipped"
    broken = zone(silent(FOUR), resolved=Response(Server("192.0.2.53"), rcode="SERVFAIL"))
    assert rules.authoritative(broken, {}).result == "failed"


def test_a_machine_without_ipv6_cannot_tell() -> None:
    assert rules.authoritative(zone(soa(), silent(SIX, Problem.UNREACHABLE)), {}).result == "ok"
    assert rules.authoritative(zone(soa(), silent(SIX)), {}).result == "warning"
    assert rules.authoritative(zone(silent(SIX, Problem.UNREACHABLE)), {}).result == "skipped"


@pytest.mark.parametrize("problem", [Problem.TIMEOUT, Problem.CLOSED, Problem.UNREACHABLE])
def test_a_dead_name_server_beside_a_good_one_is_a_warning(problem: Problem) -> None:
    other = "192.0.2.2"
    found = rules.authoritative(zone(soa(), silent(other, problem)), {})
    assert (found.result, f"ns2.example.com (192.0.2.2) {problem.value}. Repair it" in found.detail) == (
        "warning",
        True,
    )
    lame = Response(Server("192.0.2.3"), rcode="REFUSED")
    assert rules.authoritative(zone(soa(), silent(other, problem), lame), {}).result == "failed"
    broken = silent("192.0.2.3", Problem.BROKEN)
    assert rules.authoritative(zone(soa(), broken), {}).result == "failed"
    assert rules.authoritative(zone(silent(FOUR), lame), {}).result == "failed"


def test_a_name_server_that_is_silent_about_one_type() -> None:
    there = Response(Server("192.0.2.2"), rcode="NOERROR")
    one = {(FOUR, NAME, "CAA"): silent(FOUR)}
    servers = zone(soa(), soa("192.0.2.2"))
    assert rules.authoritative(servers, {**one, ("192.0.2.2", NAME, "CAA"): there}).result == "warning"
    assert rules.authoritative(servers, {**one, ("192.0.2.2", NAME, "TXT"): there}).result == "failed"


def test_a_record_is_seen_at_every_name_server_that_responds() -> None:
    there = Response(Server(FOUR), rcode="NOERROR", records=(Record(NAME, "TXT", "v"),))
    behind = Response(Server("192.0.2.3"), rcode="NOERROR")
    dead = silent("192.0.2.2")
    assert rules.visible(NAME, "v", "TXT", {FOUR: there, "192.0.2.2": dead}).result == "ok"
    found = rules.visible(NAME, "v", "TXT", {FOUR: there, "192.0.2.2": dead, "192.0.2.3": behind})
    assert (found.result, "not visible at 192.0.2.3." in found.detail) == ("failed", True)
    assert rules.visible(NAME, "v", "TXT", {"192.0.2.2": dead}).result == "skipped"


def test_a_server_that_fails_only_for_one_type() -> None:
    others = {(FOUR, NAME, "CAA"): Response(Server(FOUR), rcode="SERVFAIL")}
    assert rules.authoritative(zone(soa()), others) == (
        "failed",
        "zone example.com: 192.0.2.1 responds with SERVFAIL to CAA example.com. Repair it, or remove it from the "
        "delegation.",
    )


def test_values_of_validations_come_and_go() -> None:
    def told(*values: str) -> Response:
        return Response(Server(FOUR), rcode="NOERROR", records=tuple(Record(NAME, "TXT", value) for value in values))

    others = {(FOUR, NAME, "TXT"): told("a"), ("192.0.2.2", NAME, "TXT"): told("b")}
    assert rules.authoritative(zone(soa(), soa("192.0.2.2")), others).result == "ok"


def test_a_resolver_that_does_not_get_through() -> None:
    stuck = zone(soa(), resolved=Response(Server("192.0.2.53"), rcode="SERVFAIL"))
    assert rules.delegation(stuck, NAME, named_elsewhere=False) == (
        "failed",
        "zone example.com: the resolver 192.0.2.53 responds with SERVFAIL, although its name servers respond. Check "
        "the delegation and the resolver.",
    )
    assert rules.delegation(stuck, NAME, named_elsewhere=True).result == "ok"


def test_a_resolver_with_another_caa_set() -> None:
    def told(*records: Record) -> Response:
        return Response(Server(FOUR), rcode="NOERROR", authoritative=True, records=records)

    one, other = Record(NAME, "CAA", '0 issue "a"'), Record(NAME, "CAA", '0 issue "b"')
    alias = Record(NAME, "CNAME", "t.example.net")
    for seen, public, result in (
        (told(other), told(one), "warning"),
        (told(), told(one), "warning"),
        (told(one), told(one), "ok"),
        (told(alias, one), told(alias), "ok"),
        (silent("192.0.2.53"), told(one), "ok"),
    ):
        others = {(FOUR, NAME, "CAA"): public}
        assert rules.resolver_view(zone(soa()), others, {NAME: seen}).result == result


def test_no_resolver_tells_of_a_zone() -> None:
    nothing = Zone("", silent("192.0.2.53"), frozenset(), frozenset(), {}, {})
    assert rules.delegation(nothing, NAME, False) == (
        "failed",
        "the zone of example.com cannot be found: the name server 192.0.2.53 does not respond. Check resolvers and the "
        "domain.",
    )


@pytest.mark.parametrize(
    ("product", "identifier"),
    [
        ("digicert-free-1-free", "digicert.com"),
        ("symantec-dv-1-starter", "digicert.com"),
        ("geotrust-ov-w-personal", "digicert.com"),
        ("Alibaba", "digicert.com"),
        ("globalsign-dv-w-advanced", "globalsign.com"),
        ("cfca-ev-w-advanced", "cfca.com.cn"),
    ],
)
def test_the_ca_of_each_product(product: str, identifier: str) -> None:
    for allowed, result in ((identifier, "ok"), ("letsencrypt.org", "warning")):
        seen = CaaSet(NAME, (Property(0, "issue", allowed),))
        assert rules.caa(seen, NAME, False, product, strict=False).result == result


def test_a_set_that_cannot_be_read_is_a_warning_or_strict() -> None:
    seen = CaaSet("com", unknown=silent("192.0.2.53"))
    assert rules.caa(seen, NAME, False, "digicert", strict=False) == (
        "warning",
        "the CAA records of com cannot be read: 192.0.2.53 does not respond.",
    )
    assert rules.caa(seen, NAME, False, "digicert", strict=True).result == "failed"


def test_a_critical_property_is_removed_and_not_outvoted() -> None:
    seen = CaaSet(NAME, (Property(128, "tbs", "x"),))
    assert rules.caa(seen, NAME, False, "digicert", strict=True) == (
        "failed",
        "CAA of example.com: the property 'tbs', which no CA knows, is marked as critical. Remove it.",
    )


def test_files() -> None:
    assert rules.http("www.example.com", []).result == "failed"
    assert rules.http("www.example.com", [Fetched(FOUR)]).result == "ok"
    assert rules.http("www.example.com", [Fetched(FOUR), Fetched(SIX, unreachable=True)]).result == "ok"
    assert rules.http("www.example.com", [Fetched(SIX, unreachable=True)]).result == "skipped"
    assert rules.http("www.example.com", [Fetched(FOUR), Fetched(SIX, "does not respond on port 80")]) == (
        "failed",
        "http://www.example.com: 2001:db8::1 does not respond on port 80. The CA fetches the file from every address.",
    )


def test_foreign_text_is_shown_on_one_line() -> None:
    verdict = rules.foreign_values("_dnsauth.example.com", ["a\nb" + "c" * 200, *"defgh"], automatic=False)
    assert "\n" not in verdict.detail
    assert len(verdict.detail) < 300


def test_without_a_name_server_nothing_is_said() -> None:
    assert rules.visible("_dnsauth.example.com", "v", "TXT", {}).result == "skipped"


def test_the_sentences() -> None:
    checks = [Check(NAME, "caa", "warning", "w."), Check(NAME, "zone", "failed", "f."), Check(NAME, "txt", "ok", "o.")]
    assert failures(checks) == ["preflight: example.com: zone: f."]
    assert warnings(checks) == ["preflight: example.com: caa: w."]
    assert checks[0].public() == {"domain": NAME, "check": "caa", "result": "warning", "detail": "w."}
