# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup ``cas_certificate``: a chain by order, by instance and by name, from a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.certops.alicloud.plugins.lookup.cas_certificate import LookupModule
from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support import client
from tests.support.instance_calls import issued

SINGLE, WILDCARD = "geotrust-dv-1-starter", "geotrust-dv-w-starter"
WWW, SHOP = "www.example.com", "shop.example.com"


@pytest.fixture
def account() -> Emulator:
    return Emulator(World(quota={SINGLE: 5, WILDCARD: 5}, dials=Dials(settle_seconds=0.0, extra_names="none")))


@pytest.fixture
def where(account: Emulator) -> Iterator[dict[str, Any]]:
    with Server(account) as server:
        yield {
            "endpoint": server.url,
            "access_key_id": account.keys.access_key_id,
            "access_key_secret": account.keys.access_key_secret,
            "max_attempts": 1,
        }


def order(account: Emulator, name: str, number: int = 0) -> str:
    """The number of an issued order."""
    product = WILDCARD if name.startswith("*") else SINGLE
    form = {"ProductCode": product, "Domain": name, "Csr": client.csr(name, number=number), "ValidateType": "DNS"}
    done = account.call("CreateCertificateForPackageRequest", form)
    account.accept(int(done["OrderId"]))
    return str(done["OrderId"])


def names_in(chain: str) -> list[str]:
    from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate

    return list(read_certificate(chain).domains)


def look(terms: list[Any], where: dict[str, Any], **options: Any) -> list[str]:
    return LookupModule().run(terms, {}, **where, **options)


def test_by_order(account: Emulator, where: dict[str, Any]) -> None:
    [chain] = look([], where, order_id=order(account, WWW))
    assert names_in(chain) == [WWW]
    assert chain.count("BEGIN CERTIFICATE") == 2
    assert "PRIVATE KEY" not in chain


def test_by_instance(account: Emulator, where: dict[str, Any]) -> None:
    [chain] = look([], where, instance_id=issued(account, SHOP))
    assert SHOP in names_in(chain)


def test_by_names_one_chain_each(account: Emulator, where: dict[str, Any]) -> None:
    order(account, WWW)
    issued(account, SHOP)
    assert [names_in(chain)[0] for chain in look([SHOP, WWW], where)] == [SHOP, WWW]


def test_of_two_certificates_the_one_that_expires_last(account: Emulator, where: dict[str, Any]) -> None:
    order(account, WWW)
    account.advance(86400.0)
    later = order(account, WWW, number=1)
    assert look([WWW], where) == look([], where, order_id=later)


def test_a_wildcard_covers_a_name(account: Emulator, where: dict[str, Any]) -> None:
    order(account, "*.example.com")
    assert names_in(look([WWW], where)[0]) == ["*.example.com"]


@pytest.mark.parametrize(
    ("terms", "options", "said"),
    [
        ([], {}, "give domain names, or order_id, or instance_id"),
        ([WWW], {"order_id": "1"}, "give domain names, or order_id, or instance_id"),
        (["no name"], {}, "is not a valid host name"),
        (["none.example.com"], {}, "No certificate of this account is valid and covers 'none.example.com'"),
        ([], {"order_id": "cas-cn-1"}, "is the id of an instance"),
        ([], {"order_id": "99"}, "Order 99 does not exist"),
        ([], {"instance_id": "cas-cn-none"}, "Instance cas-cn-none does not exist"),
        ([], {"order": "99"}, "unknown key"),
        ([WWW], {"region": "mars"}, "'mars' is not a valid region"),
    ],
)
def test_failures_are_sentences(where: dict[str, Any], terms: list[str], options: dict[str, str], said: str) -> None:
    if "region" in options:
        where.pop("endpoint")
    with pytest.raises(AnsibleError) as caught:
        look(terms, where, **options)
    assert str(caught.value).startswith("certops.alicloud.cas_certificate: ")
    assert said.replace("valid region", "known region") in str(caught.value)
    assert where["access_key_secret"] not in str(caught.value)
