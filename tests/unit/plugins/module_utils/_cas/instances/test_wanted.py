# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule that options of ``cas_instance`` must keep before anything is called."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.argspec import OPTIONS, RULES
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.wanted import (
    NOBODY,
    InstanceWanted,
    People,
    Pool,
    State,
    instance_identifier,
    read_instance_options,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.options import WaitFor, Waiting
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._x509.renewal_window import Window
from tests.support.client import INSTANCE_DEFAULTS, csr

WWW = "www.example.com"


def asked(**options: Any) -> InstanceWanted:
    given = {"instance_id": "cas-cn-1", "domains": [WWW], **options}
    return read_instance_options(
        {**INSTANCE_DEFAULTS, **{key: each for key, each in given.items() if each is not None}}
    )


def refused(**options: Any) -> str:
    with pytest.raises(InvalidOption) as caught:
        asked(**options)
    assert "\n" not in caught.value.msg
    return str(caught.value.msg)


def from_pool(**options: Any) -> str:
    return refused(**{"instance_id": None, "pool": {}, **options})


def test_the_least_that_can_be_asked_for() -> None:
    least = asked()
    assert (least.instance_id, least.pool, least.state) == ("cas-cn-1", None, State.PRESENT)
    assert (least.domains, least.csr, least.validation_method) == ((WWW,), None, "dns")
    assert least.waiting == Waiting(WaitFor.VALIDATION, 4500, 5)
    assert (least.people, least.tags, least.purge_tags, least.auto_reissue) == (NOBODY, None, False, None)
    assert (least.renew_before, least.reuse_hosted, least.force) == (Window(None, 0.33), True, False)
    assert least.region == "cn-hangzhou"


def test_all_that_can_be_asked_for() -> None:
    most = asked(
        domains=["WWW.Example.com.", "bücher.example.com", WWW],
        key_algorithm="ECC_256",
        validation_method="file",
        contact_ids=[2604551, " 7 "],
        company="Example Ltd.",
        certificate_name="web",
        tags={"b": 1, "a": True},
        purge_tags=True,
        auto_reissue=False,
        reuse_hosted=False,
        renew_before="30d",
        force=True,
        on_key_mismatch="reorder",
        region="ap-southeast-1",
        wait_for="issued",
        wait_timeout=60,
        poll_interval=2.5,
    )
    assert most.domains == (WWW, "xn--bcher-kva.example.com")
    assert most.people == People(frozenset({"2604551", "7"}), None, None, "Example Ltd.")
    assert most.tags == (("a", "true"), ("b", "1"))
    assert (most.renew_before.span, most.reissue_on_key_mismatch) == (timedelta(days=30), True)
    assert most.waiting == Waiting(WaitFor.ISSUED, 60, 2.5)
    assert (most.region, most.auto_reissue, most.reuse_hosted, most.force) == ("ap-southeast-1", False, False, True)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("cas-ivauto-1", "belongs to a resource plan; use cas_order. Give the ID of a subscription instance."),
        ("cas-upload-1", "is an uploaded certificate. Give the ID of a subscription instance."),
        ("98987582437920968", "looks like the ID of an order; the ID of an instance begins with cas-."),
        (98987582437920968, "looks like the ID of an order"),
        ("", "is not a valid id"),
        ("cas cn 1", "is not a valid id"),
        ("../x", "is not a valid id"),
        ("c" * 65, "is not a valid id"),
        ("9.89e+16", "is not a valid id"),
    ],
    ids=repr,
)
def test_what_is_no_id_of_an_instance_is_refused(value: Any, said: str) -> None:
    message = refused(instance_id=value)
    assert message.startswith("instance_id: ")
    assert said in message


def test_a_private_key_in_place_of_an_id_is_not_shown() -> None:
    assert "MIIE" not in refused(instance_id="-----BEGIN PRIVATE KEY-----MIIE")


@pytest.mark.parametrize("value", ["cas-cn-0000v8", " cas-sg-1 ", "Instance_7"])
def test_ids_are_opaque(value: str) -> None:
    assert instance_identifier(value) == value.strip()


def test_a_pool_of_nothing_is_every_instance() -> None:
    assert asked(instance_id=None, pool={}).pool == Pool()
    assert str(Pool()) == "pool"
    assert str(Pool("test", None, "ss.dv.t")) == "pool (instance_type test, spec ss.dv.t)"


@pytest.mark.parametrize("state", ["revoked", "refunded"])
def test_a_pool_is_not_revoked_or_refunded(state: str) -> None:
    more = {"certificate_id": "7"} if state == "revoked" else {}
    assert from_pool(state=state, **more) == f"pool: state: {state} needs the ID of the instance in instance_id."


@pytest.mark.parametrize("state", ["present", "configured", "cancelled"])
def test_a_pool_needs_names(state: str) -> None:
    assert from_pool(state=state, domains=None).startswith("domains: give the names, or a CSR")


def test_an_application_needs_names() -> None:
    assert refused(domains=None).startswith("domains: give the names to apply for")
    assert asked(domains=None, state="configured").domains == ()
    assert asked(domains=None, csr_content=csr(WWW)).domains == (WWW,)


def test_a_revocation_names_the_certificate_and_nothing_else_does() -> None:
    assert refused(state="revoked").startswith("certificate_id: state: revoked needs the ID of the certificate")
    assert refused(certificate_id="7") == "certificate_id: it is used with state: revoked only."
    assert asked(state="revoked", certificate_id=21500001).certificate_id == "21500001"
    assert refused(state="revoked", certificate_id="a b").startswith("certificate_id: ")


@pytest.mark.parametrize("algorithm", ["SM2", "ECC_256"])
def test_a_key_algorithm_is_not_for_a_csr(algorithm: str) -> None:
    said = refused(key_algorithm=algorithm, csr_content=csr(WWW))
    assert said.startswith("key_algorithm: ")
    assert ("SM2" in said) is (algorithm == "SM2")


def test_names_of_the_csr_and_of_the_task_have_to_agree() -> None:
    assert refused(csr_content=csr("a.example.com")).startswith("domains: the first name is www.example.com")
    assert "do not agree" in refused(domains=[WWW, "b.example.com"], csr_content=csr(WWW))
    assert refused(csr_content="").startswith("csr_content: ")


def test_a_csr_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "request.pem").write_text(csr(WWW))
    assert asked(csr_path=str(tmp_path / "request.pem")).csr
    assert refused(csr_path=str(tmp_path / "none.pem")).startswith("csr_path: ")


def test_a_common_name_is_not_the_wildcard_beside_single_names() -> None:
    said = refused(domains=None, csr_content=csr("*.example.com", "example.com"))
    assert said == (
        "csr_content: the CN is the wildcard *.example.com; beside single names, the CN has to be one of them."
    )
    assert asked(domains=None, csr_content=csr("example.com", "*.example.com")).domains[0] == "example.com"
    said = refused(domains=["*.example.com", "example.com"], csr_content=csr("*.example.com", "example.com"))
    assert "the CN is the wildcard" in said
    assert asked(domains=["*.example.com", "example.com"]).domains[0] == "*.example.com"


def test_a_wildcard_is_not_validated_by_file() -> None:
    said = refused(domains=["*.example.com"], validation_method="file")
    assert said == "validation_method: a wildcard cannot be validated by file; use dns."


@pytest.mark.parametrize("star", ["", "*."])
def test_more_names_than_any_instance_holds_are_refused(star: str) -> None:
    many = [f"{star}{number}.example.com" for number in range(151)]
    assert refused(domains=many) == "domains: 151 names were given; an instance holds 150 of a kind at most."
    assert len(asked(domains=many[:150]).domains) == 150


def test_singles_and_wildcards_are_counted_apart() -> None:
    both = [f"{star}{number}.example.com" for number in range(150) for star in ("", "*.")]
    assert len(asked(domains=both).domains) == 300


@pytest.mark.parametrize("domains", [["localhost"], ["a b.example.com"], ["10.0.0.1"], ["*.*.example.com"]], ids=str)
def test_what_is_no_name_is_refused(domains: list[str]) -> None:
    assert refused(domains=domains).startswith("domains: ")


@pytest.mark.parametrize("ids", [[], [None], [""], ["a b"], [["7"]]], ids=repr)
def test_contact_ids_are_ids(ids: list[Any]) -> None:
    assert refused(contact_ids=ids).startswith("contact_ids: ")


@pytest.mark.parametrize("option", ["contact", "company", "certificate_name"])
def test_names_are_one_line(option: str) -> None:
    assert refused(**{option: "a\nb"}).startswith(f"{option}: ")


@pytest.mark.parametrize("option", ["brand", "spec"])
def test_a_pool_is_described_in_one_line(option: str) -> None:
    assert from_pool(pool={option: "a\nb"}).startswith(f"pool.{option}: ")


@pytest.mark.parametrize("name", ["x" * 64, "证书", "wéb"])
def test_a_name_that_cannot_be_deployed_is_refused(name: str) -> None:
    assert refused(certificate_name=name).startswith("certificate_name: give up to 63 ASCII characters")
    assert asked(certificate_name="x" * 63).certificate_name


def test_tags_keep_the_rules_of_the_service() -> None:
    assert refused(tags={f"k{number}": "" for number in range(21)}).startswith("tags: 21 tags were given")
    assert refused(tags={"acs:x": "1"}).startswith("tags: ")
    assert refused(purge_tags=True).startswith("purge_tags: give tags")
    assert asked(tags={}, purge_tags=True).tags == ()


@pytest.mark.parametrize(("option", "value"), [("wait_timeout", 0), ("poll_interval", -1.0), ("renew_before", "soon")])
def test_waits_and_windows_are_checked(option: str, value: Any) -> None:
    assert refused(**{option: value}).startswith(f"{option}: ")


@pytest.mark.parametrize("value", [{"instances": []}, {"account": "x", "instances": ["{"], "at": "now"}, {"a": 1}])
def test_a_snapshot_is_checked(value: dict[str, Any]) -> None:
    assert from_pool(known_instances=value).startswith("known_instances: ")


def test_options_that_exclude_one_another_are_written_down() -> None:
    assert {"instance_id", "pool"} == set(RULES["required_one_of"][0])
    named = {name for pair in RULES["mutually_exclusive"] for name in pair}
    assert named <= OPTIONS.keys()
    assert OPTIONS["wait_timeout"]["default"] == 4500


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.sampled_from(["instance_id", "domains", "contact_ids", "certificate_name", "tags", "pool", "company"]),
        st.one_of(st.none(), st.text(max_size=8), st.lists(st.text(max_size=4), max_size=3), st.just({})),
    )
)
def test_options_are_read_or_refused_by_name(options: dict[str, Any]) -> None:
    kinds = {"domains": list, "contact_ids": list, "tags": dict, "pool": dict}
    fitting = {key: each for key, each in options.items() if each is None or isinstance(each, kinds.get(key, str))}
    try:
        asked(**fitting)
    except InvalidOption as invalid:
        assert invalid.msg.partition(": ")[0].partition(".")[0] in OPTIONS
