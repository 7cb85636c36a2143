# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule of the options, kept before anything is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import Strategy
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import Service, Until
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from tests.support.chains import wanted
from tests.support.client import csr

WILD = ["*.example.com"]
SERVER = {"server": "192.0.2.53"}


@pytest.mark.parametrize(
    ("options", "begins", "tells"),
    [
        ({"domains": []}, "domains: ", "the common name first"),
        ({"domains": ["no host name"]}, "domains: ", "no host name"),
        ({"domains": [f"{number}.example.com" for number in range(6)]}, "domains: ", ""),
        ({"domains": [f"{'a' * 60}.example.com"]}, "domains: ", "common name"),
        ({"key_type": "RSA", "key_size": 1024}, "key_size: ", ""),
        ({"domains": ["www.example.com", "*.example.com"]}, "domains: ", ""),
        ({"validation": "file"}, "webroot: ", "port 80"),
        ({"validation": "file", "webroot": ""}, "webroot: ", ""),
        ({"validation": "nsupdate"}, "nsupdate: ", "DNS server"),
        ({"validation": "file", "webroot": "/srv", "domains": WILD}, "validation: ", "wildcard"),
        ({"validation": "tasks", "validation_method": "file", "domains": WILD}, "validation: ", "wildcard"),
        ({"validation": "manual", "validation_method": "file", "domains": WILD}, "validation: ", "wildcard"),
        ({"validation": "file", "webroot": "/srv", "validation_method": "dns"}, "validation_method: ", "dns"),
        ({"validation": "alidns", "validation_method": "file"}, "validation_method: ", "alidns"),
        ({"validation": "nsupdate", "nsupdate": SERVER, "validation_method": "file"}, "validation_method: ", "file"),
        ({"validation": "automatic", "validation_method": "file"}, "validation_method: ", "automatic"),
        ({"validation": "preauthorized", "validation_method": "file"}, "validation_method: ", "preauthorized"),
        ({"validation": "file", "webroot": "www"}, "webroot: 'www' is not an absolute path", ""),
        ({"validation": "nsupdate", "nsupdate": {"server": "localhost"}}, "nsupdate.server: 'localhost' is not an", ""),
        ({"validation": "nsupdate", "nsupdate": {**SERVER, "key_name": "k"}}, "nsupdate.key_secret: ", "secret"),
        ({"validation": "alidns", "dns_alias": "no name"}, "dns_alias: 'no name' is not a valid DNS name", ""),
        ({"resolvers": ["ns.example.com"]}, "resolvers: 'ns.example.com' is not an IP address", ""),
        ({"key_mode": "0644"}, "key_mode: 0644 is not a valid mode", "others must not"),
        ({"key_mode": 640}, "key_mode: '640' is not a valid mode", "in quotes"),
        ({"key_type": "ECC", "key_size": 521}, "key_size: 521 is not a valid size of an ECC key; give 256 or 384.", ""),
        ({"services": ["/etc/reload.yml"]}, "services: '/etc/reload.yml' is not a valid name of a service", "tasks"),
        ({"services": [{"name": "a b", "action": "restart"}]}, "services: 'a b' is not a valid name of a service", ""),
        ({"services": [""]}, "services: ", "give a name"),
        ({"services": [7]}, "services: ", "give a name"),
        ({"services": [{"action": "reload"}]}, "services: ", "name"),
        ({"services": [{"name": " "}]}, "services: ", "name"),
        ({"services": [{"name": "web", "state": "reloaded"}]}, "services: ", "'state'"),
        ({"services": [{"name": "web", "action": "stop"}]}, "services: ", "reload or restart"),
        ({"services": [{"name": "web", "argv": "kill -HUP 1"}]}, "services: ", "list"),
        ({"wait_timeout": 0}, "wait_timeout: ", "above 0"),
        ({"wait_timeout": -5}, "wait_timeout: ", ""),
        ({"poll_interval": 0}, "poll_interval: ", ""),
        ({"poll_interval": "nan"}, "poll_interval: ", ""),
        ({"renew_before": "soon"}, "renew_before: ", "soon"),
        ({"renew_before": "0d"}, "renew_before: ", ""),
        ({"keep": -1}, "keep: ", "0"),
        ({"endpoint_timeout": -1}, "endpoint_timeout: ", "0"),
        ({"endpoint_timeout": "inf"}, "endpoint_timeout: ", ""),
        ({"endpoint_timeout": "nan"}, "endpoint_timeout: ", ""),
        ({"product_code": " "}, "product_code: ", ""),
        ({"tags": {"": "x"}}, "tags: ", ""),
        ({"contact": {"name": "Zhang San"}}, "contact: ", "phone, email"),
    ],
    ids=str,
)
def test_an_option_that_is_not_valid_is_named(options: dict[str, Any], begins: str, tells: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        wanted(**options)
    assert raised.value.msg.startswith(begins)
    assert tells in raised.value.msg


def test_names_that_the_product_does_not_take_are_refused_before_the_host_is_looked_at() -> None:
    with pytest.raises(InvalidOption, match=r"^product_code: digicert-free-1-free is for single names only"):
        wanted(domains=WILD)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "www.example.com"),
        ({"domains": ["WWW.Example.COM."]}, "www.example.com"),
        ({"domains": WILD, "product_code": "geotrust-dv-w-starter"}, "wildcard.example.com"),
        ({"domains": ["bücher.example"]}, "xn--bcher-kva.example"),
        ({"domains": ["xn--bcher-kva.example", "www.example.com"]}, "xn--bcher-kva.example"),
        ({"name": "shop"}, "shop"),
        ({"name": "  "}, "www.example.com"),
        ({"name": ""}, "www.example.com"),
    ],
    ids=str,
)
def test_the_directory_is_named_after_the_first_domain(options: dict[str, Any], name: str) -> None:
    assert wanted(**options).directory["name"] == name


@pytest.mark.parametrize(
    ("options", "method", "ours"),
    [
        ({"validation": "alidns"}, "dns", True),
        ({"validation": "nsupdate", "nsupdate": SERVER}, "dns", True),
        ({"validation": "file", "webroot": "/srv"}, "file", True),
        ({"validation": "automatic"}, "dns", False),
        ({"validation": "preauthorized"}, "dns", False),
        ({"validation": "tasks"}, "dns", False),
        ({"validation": "tasks", "validation_method": "file"}, "file", False),
        ({"validation": "manual"}, "dns", False),
        ({"validation": "manual", "validation_method": "file"}, "file", False),
    ],
    ids=str,
)
def test_the_way_of_publishing_decides_the_method(options: dict[str, Any], method: str, ours: bool) -> None:
    validation = wanted(**options).validation
    assert (validation.method, validation.is_ours) == (method, ours)
    assert wanted(**options).order(csr("www.example.com")).application.validation_method == method


def test_a_service_is_a_name_or_more() -> None:
    given = ["web", {"name": "db", "action": "restart"}, {"name": "own", "argv": ["kill", "-HUP", 1]}]
    assert wanted(services=given).services == (
        Service("web"),
        Service("db", "restart"),
        Service("own", "reload", ("kill", "-HUP", "1")),
    )


def test_what_a_service_with_a_command_is_called_is_free() -> None:
    assert wanted(services=[{"name": "the proxy", "argv": ["kill"]}]).services == (
        Service("the proxy", "reload", ("kill",)),
    )


@pytest.mark.parametrize("key", [("ECC", None), ("ECC", 256), ("ECC", 384), ("RSA", None), ("RSA", 4096)], ids=str)
def test_keys_that_can_be_asked_for(key: tuple[str, int | None]) -> None:
    assert wanted(key_type=key[0], key_size=key[1]).options["key_size"] == key[1]


def test_endpoints_are_called_by_their_addresses() -> None:
    assert wanted(endpoints=["a:443", {"address": "b:25", "starttls": "smtp"}]).endpoints == ("a:443", "b:25")
    assert wanted(endpoints=None).endpoints == ()


@pytest.mark.parametrize("until", Until)
def test_a_task_does_all_that_comes_before_its_end(until: Until) -> None:
    assert [other for other in Until if until.covers(other)] == list(Until)[: list(Until).index(until) + 1]


@pytest.mark.parametrize("force", [True, False])
def test_a_renewal_is_held_against_the_service(force: bool) -> None:
    renewal = wanted(force=force, renew_strategy="reorder", renew_before="20d").renewal(csr("www.example.com"), "77")
    assert (renewal.due_on_host, renewal.force, renewal.order_id) == (True, force, "77")
    assert (renewal.strategy, str(renewal.renew_before)) == (Strategy.REORDER, "20d")


def test_a_lost_key_is_replaced_only_when_it_is_said() -> None:
    assert not wanted().order(csr("www.example.com")).reorder_on_key_mismatch
    assert wanted(replace_lost_key=True).order(csr("www.example.com")).reorder_on_key_mismatch


def test_the_service_is_waited_for_no_longer_than_it_needs_to_say_what_to_publish() -> None:
    assert wanted(wait_timeout=4500).order(csr("www.example.com")).waiting.timeout == 300
    assert wanted(wait_timeout=20).order(csr("www.example.com")).waiting.timeout == 20


def test_secrets_do_not_show_in_what_is_wanted() -> None:
    text = repr(
        wanted(
            validation="nsupdate", nsupdate={**SERVER, "key_name": "k", "key_secret": "hush"}, connection={"x": "hush"}
        )
    )
    assert "hush" not in text


@pytest.mark.parametrize(("validation", "ours"), [("alidns", True), ("manual", False), ("tasks", False)])
def test_what_the_chain_asks_of_the_modules_that_order(validation: str, ours: bool) -> None:
    """Its own option says whether a first order is allowed: where a host has a certificate, what follows is not one."""
    asked = wanted(validation=validation, allow_first_order=False)
    renewal = asked.renewal(csr("www.example.com"), "7")
    assert (renewal.allow_first_order, renewal.due_on_host, renewal.revoked_on_host) == (True, True, False)
    assert renewal.waiting.publishes is asked.order(csr("www.example.com")).waiting.publishes is ours
