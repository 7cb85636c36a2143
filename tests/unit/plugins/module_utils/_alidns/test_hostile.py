# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and answers that nobody honest gives: a record ends with a sentence, and never outside of its zone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._alidns import api
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import read_record
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.reconcile import ensure_record
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.record import Zone, from_entry
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response
from tests.support.client import DNS_DEFAULTS, client, emulator

patient = settings(max_examples=80, deadline=None, derandomize=True)
ACCOUNT = emulator()
ZONE = Zone("example.com", "example.com")
HUGE = "9" * 5000
texts = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from([HUGE, "{{ 1 }}", "\ud800", "a\0b", "*", "@", "www", "TXT", "ENABLE", "example.com", "例子.com"]),
)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.just(10**400), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
entries = st.dictionaries(
    st.sampled_from(["DomainName", "RecordId", "RR", "Type", "Value", "TTL", "Line", "Status", "Locked"]), values
)


def asked(content: Callable[[Request], Any]) -> Any:
    def exchange(request: Request, _timeout: float) -> Response:
        return Response(200, {}, json.dumps(content(request)).encode())

    return client(ACCOUNT, product=PRODUCT, transport=exchange)


@pytest.mark.parametrize(
    "box", [7, [], "text", None, {"Record": 7}, {"Record": "text"}, {"Record": [7, None]}], ids=repr
)
@pytest.mark.parametrize("total", [HUGE, -1, [1], None], ids=["huge", "negative", "list", "null"])
def test_a_list_that_is_none_is_empty(box: Any, total: Any) -> None:
    assert api.records(asked(lambda _request: {"DomainRecords": box, "TotalCount": total}), ZONE, "example.com") == []


def test_a_list_without_end_is_ended() -> None:
    page = [{"RecordId": "7", "RR": "@", "Type": "TXT", "Value": "x"}]
    endless = asked(lambda _request: {"DomainRecords": {"Record": page}, "TotalCount": 10**17})
    with pytest.raises(Failure, match="list does not end"):
        api.records(endless, ZONE, "example.com")


@pytest.mark.parametrize("value", ["a\ud800b", "a\0b", "a\nb"])
def test_a_value_that_cannot_be_sent_is_refused(value: str) -> None:
    with pytest.raises(InvalidOption, match=r"^value: "):
        read_record({**DNS_DEFAULTS, "record": "www.example.com", "value": value})


def test_a_time_to_live_of_thousands_of_digits_is_not_told() -> None:
    assert from_entry({"TTL": HUGE}).ttl is None
    assert from_entry({"TTL": "600"}).ttl == 600


@pytest.mark.slow
@patient
@given(st.lists(entries, max_size=3), st.lists(entries, max_size=3), values, st.sampled_from(["present", "absent"]))
def test_a_record_ends_with_a_sentence_and_in_its_zone(
    domains: list[Any], records: list[Any], total: Any, state: str
) -> None:
    sent: list[str] = []

    def content(request: Request) -> Any:
        sent.append(request.url)
        hosted = [*domains, {"DomainName": "example.com"}]
        return {"Domains": {"Domain": hosted}, "DomainRecords": {"Record": records}, "TotalCount": total}

    asks = read_record({**DNS_DEFAULTS, "record": "_dnsauth.www.example.com", "value": "v", "state": state})
    try:
        outcome = ensure_record(asked(content), asks)
    except Failure as failure:
        assert len(failure.msg) < 5000
    else:
        assert json.dumps(outcome.public(ACCOUNT.world.now()))  # type: ignore[arg-type]
    assert all("DomainName=example.com" in url for url in sent if "RR=" in url and "RecordId=" not in url)


@patient
@given(texts, texts, st.sampled_from(["A", "AAAA", "CAA", "CNAME", "NS", "SRV", "TXT"]), st.integers(), texts)
def test_options_make_a_record_below_a_domain_or_a_sentence(
    record: str, value: str, kind: str, ttl: int, line: str
) -> None:
    for domain in (None, "example.com", value):
        given_ = {"record": record, "value": value, "type": kind, "ttl": ttl, "line": line, "domain": domain}
        try:
            found = read_record({**DNS_DEFAULTS, **given_})
        except InvalidOption as refused:
            assert refused.msg.isprintable()
        else:
            assert found.domain is None or found.name == found.domain or found.name.endswith(f".{found.domain}")
