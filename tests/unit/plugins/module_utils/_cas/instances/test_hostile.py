# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that no service gives: each task ends with a result or a sentence, soon, and never with a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.info import instance_info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import diff_text
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.read import read_instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.validation import read_validation_list
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response
from tests.support.client import NOON, client, csr, emulator
from tests.support.instance_tasks import WWW, run

patient = settings(max_examples=60, deadline=None, derandomize=True)
HUGE = "9" * 5000
texts = st.one_of(
    st.text(st.characters(), max_size=20),
    st.sampled_from([HUGE, "{{ 7 * 7 }}", "\ud800", "\u202eevil", "a\0b", "-----BEGIN A-----", "0", "-1", csr(WWW)]),
    st.sampled_from(["normal", "pending", "inactive", "issued", "expired", "enable", "upload", "BUY", "TEST", WWW]),
)
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, 17326613180000, 253402300799999, 1e308]))
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
ENTRY = (
    "InstanceId", "InstanceType", "Spec", "Brand", "CertificateType", "Status", "CertificateStatus", "PendingResult",
    "Domain", "CertificateDomain", "CertificateName", "AutoReissue", "CertificateId", "FullDomainCount",
    "WildcardDomainCount", "CertificateNotBefore", "CertificateNotAfter", "InstanceEndTime", "OrderStartTime",
    "GenerateCsrMethod", "Csr", "KeyAlgorithm", "ValidationMethod", "ContactIdList", "CompanyId", "Tags",
    "DomainValidationList",
)  # fmt: skip
entries = st.dictionaries(st.sampled_from(ENTRY), values)
KEYS = ("Domain", "RootDomain", "ValidationType", "ValidationKey", "ValidationValue", "CnameKey", "Cname")
FIELDS: dict[str, tuple[str, ...]] = {
    "GetInstanceDetail": ENTRY,
    "ListInstances": ("InstanceList", "TotalCount"),
    "ListCertificates": ("CertificateList", "TotalCount"),
    "GetTaskAttribute": ("TaskStatus", "TaskMessage"),
    "GetUserCertificateDetail": ("Cert", "Key", "InstanceId"),
    "GetInstanceSummary": ("TotalCount", "InactiveCount", "AutoReissueCount"),
    "ListContact": ("ContactList", "TotalCount"),
}


def saying(content: Callable[[str], Any]) -> Callable[[Request, float], Response]:
    return lambda request, _timeout: Response(200, {}, json.dumps(content(request.headers["x-acs-action"])).encode())


@patient
@given(entries)
def test_an_entry_is_an_instance_whatever_is_in_it(entry: dict[str, Any]) -> None:
    instance = read_instance(json.loads(json.dumps(entry)))
    assert json.dumps(instance.public(NOON), allow_nan=False)
    assert len(instance.named) < 50_000
    assert diff_text(instance).endswith("\n")
    assert (instance.is_unused, instance.holds, instance.refusal) is not None


@patient
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), values), max_size=3))
def test_what_is_to_be_published_is_at_its_place_or_not_told(listed: list[dict[str, Any]]) -> None:
    try:
        for found in read_validation_list(json.loads(json.dumps(listed))):
            shown = found.public()
            assert shown.get("record_name") is None or shown["record_name"].isascii()
            assert ".." not in shown.get("path", "").split("/")
    except Failure as failure:
        assert failure.msg.isprintable()


@pytest.mark.parametrize("listed", [None, 7, "x", {"a": 1}, [None], [[]], [{"Domain": 7}]], ids=repr)
def test_a_list_that_is_none_is_nothing_to_publish(listed: Any) -> None:
    assert read_validation_list(listed) == ()


@pytest.mark.parametrize("key", ["/etc/passwd", "../../x", "http://evil.example/a/b", "/.well-known/../x"])
def test_a_file_elsewhere_is_refused(key: str) -> None:
    entry = {"Domain": WWW, "ValidationType": "HTTP", "ValidationKey": key, "ValidationValue": "x"}
    with pytest.raises(Failure, match="not a place for a validation file"):
        read_validation_list([entry])


@pytest.mark.parametrize(
    ("key", "root"), [("_dnsauth.other", "example.net"), ("mail", "example.com"), ("_dmarc.mail", "example.com")]
)
def test_a_record_at_a_neighbour_is_not_named(key: str, root: str) -> None:
    entry = {"Domain": WWW, "RootDomain": root, "ValidationKey": key, "ValidationValue": "x", "ValidationType": "TXT"}
    (found,) = read_validation_list([entry])
    assert found.public()["record_name"] is None


@pytest.mark.slow
@patient
@given(st.data())
def test_a_task_ends_with_a_result_or_a_sentence(data: st.DataObject) -> None:
    """Every field of every response, missing or of any type."""
    said: dict[str, Any] = {
        action: data.draw(st.dictionaries(st.sampled_from(names), values)) for action, names in FIELDS.items()
    }
    if data.draw(st.booleans()):
        said["ListInstances"]["InstanceList"] = data.draw(st.lists(entries, max_size=3))
    if data.draw(st.booleans()):
        said["GetInstanceDetail"]["Status"] = data.draw(st.sampled_from(["inactive", "pending", "normal"]))
    account = emulator()
    for options in (
        {"instance_id": "cas-cn-1", "csr_content": csr(WWW), "auto_reissue": True, "tags": {"a": "b"}},
        {"instance_id": "cas-cn-1", "wait_for": "issued", "contact": "Security", "contact_ids": None},
        {"instance_id": "cas-cn-1", "state": "cancelled"},
        {"instance_id": "cas-cn-1", "state": "refunded"},
        {"instance_id": "cas-cn-1", "state": "revoked", "certificate_id": "7"},
        {"pool": {"brand": "x"}},
        {"pool": {}, "state": "configured"},
    ):
        through = client(account, transport=saying(lambda action: said.get(action, {})))
        try:
            done = run(account, through=through, wait_timeout=20, **options)
        except Failure as failure:
            assert len(failure.msg) < 50_000
        else:
            assert isinstance(done, Outcome)
            assert json.dumps(done.public(NOON))


@pytest.mark.slow
@patient
@given(st.data())
def test_a_question_ends_with_an_answer_or_a_sentence(data: st.DataObject) -> None:
    said: dict[str, Any] = {"ListInstances": {"InstanceList": data.draw(st.lists(entries, max_size=3))}}
    for action, names in FIELDS.items():
        said.setdefault(action, data.draw(st.dictionaries(st.sampled_from(names), values)))
    options: dict[str, Any] = {
        **dict.fromkeys(("instance_id", "domains", "status", "certificate_status", "instance_type", "brand")),
        **dict.fromkeys(("certificate_type", "expires_within", "unused")),
        **dict.fromkeys(("include_validation", "include_certificate", "summary"), True),
    }
    strange = client(emulator(), transport=saying(lambda action: said.get(action, {})))
    for more in ({}, {"instance_id": "cas-cn-1"}, {"unused": False, "domains": [WWW]}):
        try:
            found = instance_info(lambda: strange, {**options, **more})
        except Failure as failure:
            assert len(failure.msg) < 50_000
        else:
            assert json.dumps(found)
