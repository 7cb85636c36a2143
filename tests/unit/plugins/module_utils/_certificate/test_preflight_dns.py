# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Obstacles planted at real name servers are each named once; what only looks like one raises no alarm."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import dns._features
import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight import (
    Check,
    Fetch,
    PreflightWanted,
    Published,
    look,
    wait_visible,
)
from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import Server
from ansible_collections.certops.alicloud.plugins.module_utils._dns.fetch import Fetched, fetch_validation
from ansible_collections.certops.alicloud.plugins.module_utils._dns.lookup import Resolver
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NoCredentials, NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from tests.support import name_servers
from tests.support.name_servers import (
    BROKEN,
    CAA_DROPPED,
    DAY,
    DEAD,
    EDNS_DROPPED,
    INNER,
    LAME,
    NO_CAA,
    NO_TCP,
    OLD,
    ONE,
    RESOLVER,
    SIX,
    SLOW,
    TCP_ONLY,
    TWO,
    UNSURE,
    Zone,
)

pytest.importorskip("dns.query")

# Seconds; where a name server is dead, they are waited for.
SITE = "127.83.0.21"
TIMEOUT, DEAD_TIMEOUT = 20.0, 4.0
SILENT = {DEAD, EDNS_DROPPED, CAA_DROPPED}
NO_IPV6 = "This machine has no IPv6, not even with itself."
FILE = {"validation_method": "file"}
MONTH = ("-e", f"now+{30 * DAY}")
WWW = "@ A 192.0.2.1\nwww A 192.0.2.2\n"
# The validation record's name as a zone of its own, whose file is below.
CUT = "".join(f"_dnsauth.www NS ns{n}._dnsauth.www\nns{n}._dnsauth.www A 127.83.0.1{n}\n" for n in (1, 2))
COPY = (
    "$TTL 60\n@ SOA ns1 hostmaster 1 3600 600 86400 1\n@ NS ns1\n@ NS ns2\nns1 A 127.83.0.11\nns2 A 127.83.0.12\n" + WWW
)
LAME_CUT = f"_dnsauth.www NS ns._dnsauth.www\nns._dnsauth.www A {LAME}\n"
SITE_CUT = "".join(f"www NS ns{n}.www\nns{n}.www A 127.83.0.1{n}\n" for n in (1, 2))
LONG = "x" * 255 + "y" * 45
TWO_STRINGS = f'"{"x" * 255}" "{"y" * 45}"'
GOOD = '@ CAA 0 issue "digicert.com"\n'
OTHER = '@ CAA 0 issue "letsencrypt.org"\n'


def into(zone: str) -> Any:
    return lambda record: zone


def refused(failure: type[Exception], *words: str) -> Any:
    def provider(record: str) -> str:
        raise failure(*words)

    return provider


class Case(NamedTuple):
    """A zone, what is wanted of it, and the check and the words that name what is planted."""

    zone: Zone | None
    check: str = ""
    words: str = ""
    wanted: dict[str, Any] = {}  # noqa: RUF012
    domain: str = "www.{}"
    resolver: str = RESOLVER


def caa(records: str, words: str, domain: str = "www.{}", **wanted: Any) -> Case:
    return Case(Zone("", WWW + records), "caa", words, wanted, domain)


def fine(records: str = "", domain: str = "www.{}", zone: dict[str, Any] | None = None, **wanted: Any) -> Case:
    return Case(Zone("", WWW + records, **(zone or {})), wanted=wanted, domain=domain)


def plant(check: str, words: str, records: str = "", wanted: dict[str, Any] | None = None, **zone: Any) -> Case:
    return Case(Zone("", WWW + records, **zone), check, words, wanted or {})


OBSTACLES = {
    # CAA, with the vectors of RFC 8659
    "caa-other": caa(
        OTHER, r'CAA of (?P<z>\S+): issue allows only letsencrypt\.org\. Add \S+ CAA 0 issue "digicert\.com"'
    ),
    "caa-none": caa('@ CAA 0 issue ";"\n', "issue allows no CA"),
    "caa-empty": caa('@ CAA 0 issue ""\n', "issue allows no CA"),
    "caa-parameters-only": caa('@ CAA 0 issue "; policy=ev"\n', "issue allows no CA"),
    "caa-malformed": caa('@ CAA 0 issue "%%%%%"\n', "issue allows only %%%%%"),
    "caa-two-others": caa(OTHER + '@ CAA 0 issue "pki.goog"\n', r"only letsencrypt\.org, pki\.goog"),
    "caa-climbs": caa(OTHER, "issue allows only", "a.b.c.{}"),
    "caa-nearer-wins": caa(GOOD + 'www CAA 0 issue "letsencrypt.org"\n', r"CAA of www\.\S+: issue allows only"),
    "caa-wildcard-none": caa(GOOD + '@ CAA 0 issuewild ";"\n', "issuewild allows no CA", "*.{}"),
    "caa-wildcard-other": caa(GOOD + '@ CAA 0 issuewild "pki.goog"\n', "issuewild allows only", "*.{}"),
    "caa-wildcard-by-issue": caa(OTHER, "issue allows only", "*.{}"),
    "caa-critical": caa('@ CAA 128 tbs "Unknown"\n', "the property 'tbs', which no CA knows, is marked as critical"),
    "caa-critical-beside-good": caa(GOOD + '@ CAA 128 future "x"\n', "the property 'future'"),
    "caa-upper-case": caa('@ CAA 0 ISSUE "letsencrypt.org"\n', "issue allows only"),
    "caa-behind-cname": caa('www2 CNAME t\nt CAA 0 issue "pki.goog"\nt A 192.0.2.3\n', "issue allows only", "www2.{}"),
    "caa-behind-two": caa('c CNAME d\nd CNAME t\nt CAA 0 issue "pki.goog"\n', r"only pki\.goog", "c.{}"),
    "caa-another-product": caa(GOOD, r'Add \S+ CAA 0 issue "globalsign\.com"', product_code="globalsign-dv-1-personal"),
    "caa-subdomain-of-ca": caa('@ CAA 0 issue "x.digicert.com"\n', r"only x\.digicert\.com"),
    # Delegation
    "not-delegated": Case(None, "delegation", "is not delegated: example has no name servers for it"),
    "glue-missing": plant("delegation", r"without an address: ns1", delegation="{z}. NS ns1.{z}.\n"),
    "server-without-address": plant(
        "delegation",
        r"without an address: nowhere\.example",
        "@ NS nowhere.example.\n",
        delegation="{z}. NS ns1.{z}.\nns1.{z}. A 127.83.0.11\n{z}. NS ns2.{z}.\nns2.{z}. A 127.83.0.12\n"
        "{z}. NS nowhere.example.\n",
    ),
    "server-is-a-cname": plant(
        "delegation",
        r"that is a CNAME: alias\.plain\.example",
        servers=(ONE,),
        records="@ NS alias.plain.example.\n",
        delegation="{z}. NS ns1.{z}.\nns1.{z}. A 127.83.0.11\n{z}. NS alias.plain.example.\n",
    ),
    "parent-names-fewer": plant(
        "delegation",
        r"the parent names ns1\.\S+, the zone itself ns1",
        delegation="{z}. NS ns1.{z}.\nns1.{z}. A 127.83.0.11\n",
    ),
    "parent-names-more": plant(
        "delegation",
        r"the parent names ns1\.\S+, ns2\.\S+, old\.",
        "old A 127.83.0.12\n",
        delegation="{z}. NS ns1.{z}.\nns1.{z}. A 127.83.0.11\n{z}. NS ns2.{z}.\nns2.{z}. A 127.83.0.12\n"
        "{z}. NS old.{z}.\nold.{z}. A 127.83.0.12\n",
    ),
    # Authoritative servers
    "one-lame": plant(
        "authoritative", r"ns2\.\S+ \(127\.83\.0\.13\) does not serve the zone \(REFUSED\)", servers=(ONE, LAME)
    ),
    "all-lame": plant("authoritative", "does not serve the zone", servers=(LAME,)),
    "one-broken": plant("authoritative", r"ns2\.\S+ \(127\.83\.0\.14\) responds with SERVFAIL", servers=(ONE, BROKEN)),
    "all-broken": plant("authoritative", "responds with SERVFAIL", servers=(BROKEN,)),
    "one-dead": plant("authoritative", r"ns2\.\S+ \(127\.83\.0\.15\) does not respond", servers=(ONE, DEAD)),
    "all-dead": plant("authoritative", r"ns1\.\S+ \(127\.83\.0\.15\) does not respond", servers=(DEAD,)),
    "zone-below-lame": plant(
        "authoritative",
        r"zone sub\.\S+: ns\.sub\.\S+ \(127\.83\.0\.13\) does not serve the zone",
        "sub NS ns.sub\nns.sub A 127.83.0.13\n",
    )._replace(domain="www.sub.{}"),
    "third-lame": plant("authoritative", r"ns3\.\S+ \(127\.83\.0\.13\)", servers=(ONE, TWO, LAME)),
    "serials-differ": plant("authoritative", r"the serial numbers differ \(1, 2\)", serials=(2, 1)),
    "caa-differs": plant(
        "authoritative", r"different values of CAA www\.", 'www CAA 0 issue "digicert.com"\n', second=WWW
    ),
    "old-glue": plant(
        "authoritative",
        r"ns2\.\S+ \(127\.83\.0\.13\) does not serve",
        delegation="{z}. NS ns1.{z}.\nns1.{z}. A 127.83.0.11\n{z}. NS ns2.{z}.\nns2.{z}. A 127.83.0.13\n",
    ),
    # DNSSEC
    "expired": plant(
        "dnssec",
        r"127\.83\.0\.11: the signature of the SOA record of \S+ expired on",
        signed=("-s", "now-864000", "-e", "now-60"),
    ),
    "expires-soon": plant("dnssec", r"the signature of the SOA record of \S+ expires on", signed=("-e", f"now+{DAY}")),
    "not-yet-valid": plant("dnssec", "is not valid before", signed=("-s", f"now+{DAY}", "-e", f"now+{9 * DAY}")),
    "ds-without-key": plant("dnssec", "the parent has a DS record, but the zone has no DNSKEY", other_ds=True),
    "another-ds": plant("dnssec", "no DNSKEY of the zone matches a DS record", signed=MONTH, other_ds=True),
    "changed-after-signing": plant(
        "dnssec",
        "is not by a key of the zone",
        signed=MONTH,
        change_after_signing=lambda text: text.replace("hostmaster", "somebody"),
    ),
    "secondary-expired": plant(
        "dnssec", r"127\.83\.0\.12: the signature", signed=MONTH, second_signed=("-s", "now-864000", "-e", "now-60")
    ),
    "secondary-unsigned": plant(
        "dnssec", "127.83.0.12: the SOA record of .* is not signed", signed=MONTH, second_signed=None
    ),
    # Another view
    "inner-view": Case(
        Zone(
            "",
            WWW,
            inner="$TTL 60\n@ SOA inner root 1 3600 600 86400 1\n@ NS ns.{z}.\nns A 127.83.0.101\nwww A 10.0.0.1\n",
        ),
        "resolver",
        r"the resolver 127\.83\.0\.101 port \d+ has a zone of its own",
        resolver=INNER,
    ),
    "inner-view-alike": Case(
        Zone(
            "",
            WWW,
            inner="$TTL 60\n@ SOA ns1 hostmaster 1 3600 600 86400 1\n@ NS ns1\n@ NS ns2\n"
            "ns1 A 127.83.0.11\nns2 A 127.83.0.12\n" + 'www CAA 0 issue "digicert.com"\n',
        ),
        "resolver",
        r"has a zone of its own|shows other CAA records of www\.",
        resolver=INNER,
    ),
    # CNAME at the validation name
    "cname-circle": plant("cname", "lead in a circle", "_dnsauth.www CNAME x\nx CNAME _dnsauth.www\n"),
    "cname-too-long": plant(
        "cname", "more than 10 CNAMEs", "_dnsauth.www CNAME c0\n" + "".join(f"c{n} CNAME c{n + 1}\n" for n in range(12))
    ),
    "cname-elsewhere": plant(
        "cname", r"leads to other\.\S+\. Add", "_dnsauth.www CNAME other\n", {"dns_alias": "v.plain.example"}
    ),
    "cname-missing": plant(
        "cname", r"is not a CNAME\. Add \S+ CNAME v\.plain\.example", "", {"dns_alias": "v.plain.example"}
    ),
    "cname-dangling": plant("delegation", r"v\.gone\.example is not delegated", "_dnsauth.www CNAME v.gone.example.\n"),
    "authorization-lost": plant("cname", "has no CNAME, so that", "", {"validation": "preauthorized"}),
    # The provider's zone
    "zone-too-high": plant(
        "zone", "which the settings write to|but DNS has it in", "", {"provider_zone": into("example")}
    ),
    "zone-too-deep": plant("zone", "but DNS has it in the zone", "", {"provider_zone": into("www.{z}")}),
    "zone-elsewhere": plant(
        "zone", r"does not lie in the zone other\.example", "", {"provider_zone": into("other.example")}
    ),
    "zone-above-the-cut": plant("zone", "would not be seen", CUT, {"provider_zone": into("{z}")}),
    "zone-not-there": plant(
        "zone", "lies in no domain", "", {"provider_zone": refused(NotAllowed, "lies in no domain")}
    ),
    # Values that are there
    "stale-value": plant("txt", "has TXT values already .'2025abc'.; remove", '_dnsauth.www TXT "2025abc"\n'),
    "foreign-value": plant(
        "txt", "the service deletes them", '_dnsauth.www TXT "not ours"\n', {"validation": "automatic"}
    ),
    # Wildcards
    "hidden-by-record": plant("wildcard", "gets 192.0.2.80 from a wildcard", "* A 192.0.2.80\n")._replace(
        domain="shop.{}"
    ),
    "hidden-cname": plant("wildcard", "from a wildcard record", "* CNAME www\n")._replace(domain="shop.{}"),
    # Files
    "file-moved": plant("http", "redirects to https://", "moved A 127.83.0.21\n", FILE)._replace(domain="moved.{}"),
    "file-at-one-address": plant(
        "http", r"127\.83\.0\.22 refuses connections", "f A 127.83.0.21\nf A 127.83.0.22\n", FILE
    )._replace(domain="f.{}"),
    # More of CAA
    "caa-all-flags": caa(GOOD + '@ CAA 255 tbs "x"\n', "the property 'tbs', which no CA knows, is marked as critical"),
    "caa-critical-for-wildcards": caa(GOOD + '@ CAA 128 future "x"\n', "the property 'future'", "*.{}"),
    "caa-other-in-blanks": caa('@ CAA 0 issue "  PKI.Goog ; a=b "\n', r"issue allows only pki\.goog\. Add"),
    "caa-only-blanks": caa('@ CAA 0 issue "   "\n', "issue allows no CA"),
    "caa-parameters-without-end": caa('@ CAA 0 issue "digicert.com validationmethods=dns-01"\n', "issue allows only"),
    "caa-behind-cname-elsewhere": caa(
        "c CNAME forbids.plain.example.\n", r"CAA of c\.\S+: issue allows only pki\.goog", "c.{}"
    ),
    "caa-behind-dname": caa('old DNAME new\na.new CAA 0 issue "pki.goog"\n', "issue allows only", "a.old.{}"),
    "caa-of-a-wildcard": caa('* CAA 0 issue "pki.goog"\n', r"CAA of shop\.\S+: issue allows only", "shop.{}"),
    "caa-tampered": plant(
        "dnssec",
        r"does not accept the signatures of www\.\S+ CAA",
        'www CAA 0 issue "letsencrypt.org"\n',
        signed=MONTH,
        change_after_signing=lambda text: text.replace("letsencrypt.org", "digicert.com"),
    ),
    "dnskey-signature-expired": plant(
        "dnssec",
        "the signature of the DNSKEY record of .* expired on",
        signed=("-s", "now-864000", "-e", f"now+{30 * DAY}", "-X", "now-60"),
    ),
    # Name servers with habits
    "address-of-a-server-is-old": plant(
        "authoritative",
        r"ns2\.\S+ \(127\.83\.0\.15\) does not respond",
        servers=(ONE, DEAD),
        delegation="{z}. NS ns1.{z}.\nns1.{z}. A 127.83.0.11\n{z}. NS ns2.{z}.\nns2.{z}. A 127.83.0.12\n",
    ),
    "truncated-without-tcp": plant("authoritative", r"ns2\.\S+ \(127\.83\.0\.32\) sends", servers=(ONE, NO_TCP)),
    "edns-dropped": plant(
        "authoritative", r"ns2\.\S+ \(127\.83\.0\.34\) does not respond", servers=(ONE, EDNS_DROPPED)
    ),
    "caa-not-implemented": plant(
        "authoritative", r"127\.83\.0\.35 responds with NOTIMP to CAA www\.", servers=(ONE, NO_CAA)
    ),
    "caa-dropped": plant("authoritative", r"127\.83\.0\.36 does not respond to CAA www\.", servers=(ONE, CAA_DROPPED)),
    "not-authoritative": plant(
        "authoritative", r"ns2\.\S+ \(127\.83\.0\.37\) does not serve the zone \(not auth", servers=(ONE, UNSURE)
    ),
    "validation-zone-lame": plant("cname", r"_dnsauth\.www\.\S+ is a CNAME is unknown", LAME_CUT),
    "resolver-refuses": plant("delegation", r"the name server 127\.83\.0\.13 port \d+ responds with REFUSED")._replace(
        resolver=LAME
    ),
    # More values and files
    "stale-long-value": plant("txt", r"has TXT values already \('x+", f"_dnsauth.www TXT {TWO_STRINGS}\n"),
    "stale-behind-a-cname": plant("txt", r"stale\.plain\.example has TXT", "_dnsauth.www CNAME stale.plain.example.\n"),
    "file-at-ipv6": plant("http", "::1 refuses connections", f"f A 127.83.0.21\nf AAAA {SIX}\n", FILE)._replace(
        domain="f.{}"
    ),
    "file-without-address": Case(Zone("", WWW), "http", "has no address", {"validation_method": "file"}, "none.{}"),
}
HEALTHY = {
    "plain": fine(),
    "caa-good": fine(GOOD),
    "caa-only-iodef": fine('@ CAA 0 iodef "mailto:a@b.example"\n'),
    "caa-only-issuewild": fine('@ CAA 0 issuewild ";"\n'),
    "caa-rfc8657": fine('@ CAA 0 issue "digicert.com; validationmethods=dns-01; accounturi=https://a.example/1"\n'),
    "caa-blanks": fine('@ CAA 0 issue "  DigiCert.com  ;x=y"\n'),
    "caa-upper-tag": fine('@ CAA 0 ISSUE "digicert.com"\n'),
    "caa-critical-known": fine('@ CAA 128 issue "digicert.com"\n'),
    "caa-unknown-not-critical": fine(GOOD + '@ CAA 0 tbs "x"\n'),
    "caa-one-of-two": fine(GOOD + OTHER),
    "caa-nearer-good": fine(OTHER + 'www CAA 0 issue "digicert.com"\n'),
    "caa-wild-good": fine('@ CAA 0 issue ";"\n@ CAA 0 issuewild "digicert.com"\n', "*.{}"),
    "caa-wild-by-issue": fine(GOOD, "*.{}"),
    "caa-cname-good": fine(OTHER + 'c CNAME t\nt CAA 0 issue "digicert.com"\n', "c.{}"),
    "caa-parent-of-target": fine(GOOD + 'c CNAME a.t\nt CAA 0 issue ";"\na.t A 192.0.2.4\n', "c.{}"),
    "caa-geotrust": fine(GOOD, product_code="geotrust-dv-w-starter"),
    "caa-symantec": fine('@ CAA 0 issue "symantec.com"\n', product_code="symantec-ov-1-personal"),
    "caa-globalsign": fine('@ CAA 0 issue "globalsign.com"\n', product_code="globalsign-dv-1-personal"),
    "caa-unknown-product": fine(OTHER, product_code="example-dv-1"),
    "caa-issuemail": fine(GOOD + '@ CAA 128 issuemail ";"\n'),
    "apex": fine(domain="{}"),
    "deep": fine(domain="a.b.c.{}"),
    "name-is-not-there": fine(domain="nothing.{}"),
    "one-server": fine(zone={"servers": (ONE,)}),
    "two-names-one-address": fine(zone={"servers": (ONE, ONE)}),
    "signed": fine(zone={"signed": MONTH}),
    "signed-nsec3": fine(zone={"signed": ("-3", "-", *MONTH)}),
    "signed-island": fine(zone={"signed": MONTH, "ds": False}),
    "signed-two-weeks": fine(zone={"signed": ("-e", f"now+{14 * DAY}")}),
    "signed-caa": fine(GOOD, zone={"signed": MONTH}),
    "signed-wildcard-beside": fine("* A 192.0.2.80\n", zone={"signed": MONTH}),
    "glue-elsewhere": fine(
        zone={"delegation": "{z}. NS ns1.{z}.\nns1.{z}. A 127.83.0.11\n{z}. NS ns2.{z}.\nns2.{z}. A 127.83.0.12\n"}
    ),
    "inner-forwards": fine()._replace(resolver=INNER),
    "cname-into-zone": fine("_dnsauth.www CNAME v.plain.example.\n", provider_zone=into("plain.example")),
    "cname-in-zone": fine("_dnsauth.www CNAME v\n", dns_alias="v.{z}"),
    "cname-wildcard": fine("* CNAME www\n"),
    "cname-chain": fine("_dnsauth.www CNAME c1\nc1 CNAME c2\nc2 CNAME v.plain.example.\n"),
    "authorized": fine("_dnsauth.www CNAME v.plain.example.\n", validation="preauthorized"),
    "zone-below-the-cut": fine(CUT, provider_zone=into("_dnsauth.www.{z}")),
    "provider-zone": fine(provider_zone=into("{z}")),
    "no-account": fine(provider_zone=refused(NoCredentials, "none")),
    "own-value": fine('_dnsauth.www TXT "ours"\n', values=("ours",)),
    "txt-of-a-wildcard": fine('* TXT "v=spf1 -all"\n', domain="www.{}"),
    "txt-beside": fine('_dnsauth TXT "of the apex"\nwww TXT "site"\n'),
    "wildcard-beside-record": fine("* A 192.0.2.80\n"),
    "wildcard-same-address": fine("* A 192.0.2.2\n"),
    "wildcard-everywhere": fine("* A 192.0.2.2\n*.www A 192.0.2.2\n"),
    "wildcard-order": fine("* A 192.0.2.80\n", "*.{}"),
    "record-below": fine("* A 192.0.2.80\n_other.shop TXT x\n", "shop.{}"),
    "file": fine("f A 127.83.0.21\n", "f.{}", **FILE),
    "file-behind-a-cname": fine("f A 127.83.0.21\nc CNAME f\n", "c.{}", **FILE),
    "caa-critical-iodef": fine(GOOD + '@ CAA 128 iodef "mailto:a@b.example"\n'),
    "caa-tab": fine('@ CAA 0 issue "\\009digicert.com\\009; x=y"\n'),
    "caa-empty-beside-good": fine('@ CAA 0 issue ";"\n' + GOOD),
    "caa-of-a-wildcard": fine('* CAA 0 issue "digicert.com"\n' + "@ CAA 0 issue pki.goog\n", "shop.{}"),
    "caa-cname-elsewhere": fine("c CNAME allows.plain.example.\n" + OTHER, "c.{}"),
    "caa-wildcard-record-beside": fine('* CAA 0 issue "pki.goog"\n'),
    "signed-opt-out": fine("sub NS ns1\n", zone={"signed": ("-3", "-", "-A", *MONTH)}),
    "signed-standby-ds": fine(zone={"signed": MONTH, "standby_ds": True}),
    "signed-sha-384": fine(zone={"signed": MONTH, "ds_digest": "SHA-384"}),
    "signed-cname": fine("c CNAME www\n", "c.{}", {"signed": MONTH}),
    "upper-case-servers": fine(
        zone={"delegation": "{z}. NS NS1.{z}.\nNS1.{z}. A 127.83.0.11\n{z}. NS Ns2.{z}.\nNs2.{z}. A 127.83.0.12\n"}
    ),
    "servers-elsewhere": Case(
        Zone(
            "",
            f"{WWW}@ NS ns1.plain.example.\n@ NS ns3.plain.example.\n",
            servers=(),
            delegation="{z}. NS ns1.plain.example.\n{z}. NS ns3.plain.example.\n",
        )
    ),
    "server-with-ipv6-alone": fine(zone={"servers": (SIX,)}),
    "truncated-with-tcp": fine(zone={"servers": (ONE, TCP_ONLY)}),
    "no-edns": fine(zone={"servers": (ONE, OLD)}),
    "no-edns-anywhere": fine(zone={"servers": (OLD,)}),
    "slow-server": fine(zone={"servers": (ONE, SLOW)}),
    "inner-copy": Case(Zone("", WWW, inner=COPY), resolver=INNER),
    "empty-non-terminal": fine("x.ent A 192.0.2.9\n", "ent.{}"),
    "dname": fine("old DNAME new\na.new A 192.0.2.9\n", "a.old.{}"),
    "cname-in-upper-case": fine("_dnsauth.www CNAME V.Plain.EXAMPLE.\n", dns_alias="v.plain.example"),
    "site-below-the-cut": fine(SITE_CUT, provider_zone=into("www.{z}")),
    "own-long-value": fine(f"_dnsauth.www TXT {TWO_STRINGS}\n", values=(LONG,)),
    "long-values-beside": fine(f"www TXT {TWO_STRINGS}\n" + f'www TXT {TWO_STRINGS[:-2]}z"\n'),
    "automatic-own-value": fine("_dnsauth.www TXT ours\n", values=("ours",), validation="automatic"),
}
NAMES = {
    **{f"bad-{name}": case for name, case in OBSTACLES.items()},
    **{f"good-{name}": case for name, case in HEALTHY.items()},
}


def placed(key: str, case: Case) -> Zone | None:
    """The zone under its own name, which stands for {z} in its texts."""
    if case.zone is None:
        return None
    name = f"{key}.example"
    delegation, inner = (text and text.replace("{z}", name) for text in (case.zone.delegation, case.zone.inner))
    return case.zone.__class__(**{**case.zone.__dict__, "name": name, "delegation": delegation, "inner": inner})


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    zones = [zone for key, case in NAMES.items() if (zone := placed(key, case))]
    plain = WWW + "alias CNAME ns1\nns3 A 127.83.0.12\n" + 'stale TXT "old"\n'
    plain += 'forbids CAA 0 issue "pki.goog"\nallows CAA 0 issue "digicert.com"\n'
    zones.append(Zone("plain.example", plain))
    cuts = ("_dnsauth.www.bad-zone-above-the-cut.example", "_dnsauth.www.good-zone-below-the-cut.example")
    cuts += ("www.good-site-below-the-cut.example",)
    zones += [Zone(cut, delegation="") for cut in cuts]
    with name_servers.running(tmp_path_factory.mktemp("names"), zones) as number:
        yield number


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        moved = self.headers["Host"].startswith("moved.")
        self.send_response(301 if moved else 404)
        if moved:
            self.send_header("Location", f"https://{self.headers['Host']}{self.path}")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web() -> Iterator[Fetch]:
    """A fetch from a web server that has another port than 80."""
    with HTTPServer((SITE, 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def fetch(url: str, content: str | None, addresses: Iterable[str]) -> list[Fetched]:
            parts = urlsplit(url)
            return fetch_validation(f"http://{parts.netloc}:{server.server_port}{parts.path}", content, addresses)

        yield fetch
        server.shutdown()


def alarms(key: str, port: int, fetch: Fetch) -> list[Check]:
    case, name = NAMES[key], f"{key}.example"
    wanted = dict(case.wanted)
    if "provider_zone" in wanted and not key.endswith(("-not-there", "-account")):
        zone = wanted["provider_zone"]("").replace("{z}", name)
        wanted["provider_zone"] = into(zone)
    if "dns_alias" in wanted:
        wanted["dns_alias"] = wanted["dns_alias"].replace("{z}", name)
    timeout = DEAD_TIMEOUT if case.zone and SILENT.intersection(case.zone.servers) else TIMEOUT
    resolver = Resolver([Server(case.resolver, port)], timeout)
    checks = look(PreflightWanted((case.domain.format(name),), **wanted), resolver, fetch=fetch)
    assert {check.result for check in checks} <= {"ok", "warning", "failed", "skipped"}
    return [check for check in checks if check.result in ("warning", "failed")]


@pytest.mark.parametrize("key", OBSTACLES)
def test_each_obstacle_is_named_once(key: str, port: int, web: Fetch) -> None:
    if "ipv6" in key and not name_servers.has_ipv6():
        pytest.skip(NO_IPV6)
    found = alarms(f"bad-{key}", port, web)
    assert [check.check for check in found] == [OBSTACLES[key].check], found
    words = OBSTACLES[key].words
    if key == "changed-after-signing" and not dns._features.have("dnssec"):
        # dnspython checks no signature with a cryptography that is older than it wants: the resolver alone is believed.
        words = "does not accept the signatures"
    assert re.search(words, found[0].detail), found


@pytest.mark.parametrize("key", HEALTHY)
def test_what_only_looks_like_an_obstacle_raises_no_alarm(key: str, port: int, web: Fetch) -> None:
    if "ipv6" in key and not name_servers.has_ipv6():
        pytest.skip(NO_IPV6)
    assert alarms(f"good-{key}", port, web) == []


def test_the_tables_are_long_enough() -> None:
    assert min(len(OBSTACLES), len(HEALTHY)) >= 75
    assert len(NAMES) == len(OBSTACLES) + len(HEALTHY)


def test_a_strict_run_refuses_by_caa_alone(port: int) -> None:
    resolver = Resolver([Server(RESOLVER, port)], TIMEOUT)
    for key, strict, result in (("caa-other", True, "failed"), ("caa-other", False, "warning")):
        checks = look(PreflightWanted((f"www.bad-{key}.example",), strict=strict), resolver)
        assert [check.result for check in checks if check.check == "caa"] == [result]


def test_one_dead_name_server_stops_no_order(port: int) -> None:
    for key, result in (("one-dead", "warning"), ("all-dead", "failed"), ("one-lame", "failed")):
        resolver = Resolver([Server(RESOLVER, port)], DEAD_TIMEOUT)
        checks = look(PreflightWanted((f"www.bad-{key}.example",)), resolver)
        assert [check.result for check in checks if check.check == "authoritative"] == [result], key


def test_a_shared_zone_is_told_once(port: int) -> None:
    resolver = Resolver([Server(RESOLVER, port)], TIMEOUT)
    zone = "bad-one-lame.example"
    checks = look(PreflightWanted((f"www.{zone}", f"*.{zone}", zone)), resolver)
    assert [check.domain for check in checks if check.result == "failed"] == [f"www.{zone}"]
    assert [check.domain for check in checks if check.check == "caa"] == [f"www.{zone}", f"*.{zone}", zone]


@pytest.mark.slow
def test_what_was_published_is_waited_for_at_every_server(port: int) -> None:
    resolver = Resolver([Server(RESOLVER, port)], TIMEOUT)
    there = Published("www", "_dnsauth.www.bad-stale-value.example", "TXT", "2025abc")
    assert wait_visible(there, resolver, 0)[1:3] == ("visible", "ok")
    behind = Published("www", "www.bad-caa-differs.example", "CAA", '0 issue "digicert.com"')
    now, pauses = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        now[0] += seconds
        pauses.append(seconds)

    check = wait_visible(behind, resolver, 20, Clock(monotonic=lambda: now[0], sleep=sleep))
    assert (check.result, pauses) == ("failed", [1.0, 2.0, 4.0, 8.0, 5.0])
    assert check.detail.startswith("CAA www.bad-caa-differs.example is not visible at 127.83.0.12.")
