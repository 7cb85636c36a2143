# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CNAME at the validation name leads into another zone: the record goes there, is seen there and is removed there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import Server
from ansible_collections.certops.alicloud.plugins.module_utils._dns.lookup import Resolver
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from playbooks.files.emulator.orders import validation
from tests.support import chains, client, emulated_names, named
from tests.support.chains import WWW, Shop

pytest.importorskip("dns.query")

NAME, PLACE = f"_dnsauth.{WWW}", "www.validation.example.net"
SECRET = base64.b64encode(b"s" * 32).decode()
CONFIG = f"""
key "certops" {{ algorithm hmac-sha256; secret "{SECRET}"; }};
zone "example.com" {{ type primary; file "example.com.zone"; }};
zone "example.net" {{ type primary; file "example.net.zone";
  update-policy {{ grant certops name {PLACE}. TXT; }}; }};
"""
DIALS: dict[str, Any] = {"settle_seconds": 0.0, "record_delay_seconds": 0.0, "review_seconds": 0.0, "proof": "dns"}


def shop_of(directory: Path, port: int, **dials: Any) -> Shop:
    """A host whose orders are validated at the name server with this port, whenever the service is asked for one."""
    account = client.emulator(**{**DIALS, "dns_server": f"127.0.0.1:{port}", **dials})

    def look(step: str) -> None:
        if step == "DescribeCertificateState":
            validation.attempt(account)

    resolver = Resolver([Server("127.0.0.1", port)])
    return Shop(account, directory, before=look, resolver=resolver)


@pytest.fixture
def updates(tmp_path: Path) -> Iterator[tuple[Shop, dict[str, Any]]]:
    """BIND with both zones. The key may change the zone behind the CNAME alone."""
    named.zone_file(tmp_path, "example.com", f"{NAME}. CNAME {PLACE}.\nwww A 192.0.2.1\n")
    named.zone_file(tmp_path, "example.net")
    with named.running(tmp_path, CONFIG) as port:
        nsupdate = {"server": "127.0.0.1", "port": port, "key_name": "certops", "key_secret": SECRET}
        options = {"validation": "nsupdate", "nsupdate": nsupdate, "preflight": "true"}
        yield shop_of(tmp_path / "store", port), options


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[tuple[Shop, dict[str, Any]]]:
    """Both zones in the account. The record is written through the API and read at a name server."""
    shop = shop_of(tmp_path / "store", 1)
    for zone in ("example.com", "example.net"):
        shop.account.world.zones.host(zone, shop.account.world.now())
    alias = {"DomainName": "example.com", "RR": "_dnsauth.www", "Type": "CNAME", "Value": PLACE}
    client.client(shop.account, product=chains.ALIDNS).call("AddDomainRecord", alias)
    with emulated_names.serving(shop.account) as port:
        shop.account.turn(dns_server=f"127.0.0.1:{port}")
        shop.resolver = Resolver([Server("127.0.0.1", port)])
        yield shop, {"validation": "alidns", "preflight": "true"}


@pytest.fixture(params=["updates", "hosted"])
def delegated(request: pytest.FixtureRequest) -> tuple[Shop, dict[str, Any]]:
    found: tuple[Shop, dict[str, Any]] = request.getfixturevalue(request.param)
    return found


def values(shop: Shop, name: str) -> list[str]:
    shop.resolver.forget()
    return list(shop.resolver.ask(name, "TXT").values("TXT"))


def test_a_delegated_record_validates_the_domain(delegated: tuple[Shop, dict[str, Any]]) -> None:
    shop, options = delegated
    preview = chains.run(shop, check=True, **options)
    (step,) = [step.public() for step in preview.plan.steps if step.action == "publish"]
    assert (step["record"], step["reason"].startswith(f"validation record {PLACE} proves")) == (PLACE, True)
    assert f"publish the validation record {PLACE}," in preview.facts["msg"]
    assert values(shop, PLACE) == []

    requested = chains.run(shop, until="requested", **options)
    assert requested.facts["msg"].endswith(f"published TXT {PLACE}")
    assert len(values(shop, PLACE)) == 1

    done = chains.run(shop, **options)
    assert (done.facts["current"]["generation"], done.warnings) == (1, [])
    assert values(shop, PLACE) == []
    assert not chains.run(shop, **options).plan.changed


def test_the_wait_tells_where_the_record_is(delegated: tuple[Shop, dict[str, Any]]) -> None:
    shop, options = delegated
    shop.account.turn(proof="control")
    with pytest.raises(Failure) as failed:
        chains.run(shop, wait_timeout=1, **options)
    assert f"TXT {PLACE} was published" in failed.value.msg
    assert NAME not in failed.value.msg
    assert values(shop, PLACE) == []
