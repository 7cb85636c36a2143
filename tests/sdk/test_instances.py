# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own SDK walks the whole life of an instance against the running emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_cas20200407 import models
from alibabacloud_cas20200407.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from Tea.exceptions import TeaException

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances.operations import OPERATIONS
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import KEY, START, csr

STATE = "OperationDenied.StatusNotSupport"


class Rehearsal:
    """A running emulator whose clock moves when told, and the vendor's client for one of its endpoints."""

    def __init__(self, emulator: Emulator, address: str) -> None:
        self.emulator = emulator
        self.client = self.at(address)

    def at(self, address: str) -> Client:
        keys = self.emulator.keys
        config = Config(access_key_id=keys.access_key_id, access_key_secret=keys.access_key_secret)
        config.endpoint, config.protocol = address, "http"
        return Client(config)

    def buy(self, **wish: object) -> str:
        return self.emulator.add_instance(**wish)[0].instance_id

    # The operations that every test needs.

    def detail(self, instance_id: str) -> Any:
        return self.client.get_instance_detail(models.GetInstanceDetailRequest(instance_id=instance_id)).body

    def update(self, instance_id: str, **fields: Any) -> None:
        self.client.update_instance(models.UpdateInstanceRequest(instance_id=instance_id, **fields))

    def apply(self, instance_id: str) -> None:
        self.client.apply_certificate(models.ApplyCertificateRequest(instance_id=instance_id))

    def cancel(self, instance_id: str) -> None:
        wish = models.CancelPendingCertificateRequest(instance_id=instance_id)
        self.client.cancel_pending_certificate(wish)

    def refund(self, instance_id: str) -> None:
        self.client.refund_instance(models.RefundInstanceRequest(instance_id=instance_id))

    def delete(self, instance_id: str) -> None:
        self.client.delete_instance(models.DeleteInstanceRequest(instance_id=instance_id, client_token="once"))

    def task(self, instance_id: str) -> tuple[str, str]:
        body = self.client.get_task_attribute(models.GetTaskAttributeRequest(task_id=instance_id)).body
        return body.task_status, body.task_message

    def contact(self) -> int:
        wish = models.ListContactRequest(keyword="Operations")
        return int(self.client.list_contact(wish).body.contact_list[0].contact_id)

    def fill(self, instance_id: str, key: Any = KEY) -> None:
        self.update(
            instance_id,
            domain="www.example.com",
            generate_csr_method="upload",
            csr=csr("www.example.com", key=key),
            validation_method="DNS",
            contact_id_list=[self.contact()],
        )

    def download(self, number: int) -> Any:
        wish = models.GetUserCertificateDetailRequest(cert_id=number, cert_filter=False)
        return self.client.get_user_certificate_detail(wish).body


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    emulator = Emulator(World(base=START, frozen=True))
    with Server(emulator) as server:
        yield Rehearsal(emulator, server.address)


def code_of(error: pytest.ExceptionInfo[TeaException]) -> str:
    return str(error.value.code)


def issued(rehearsal: Rehearsal, **wish: object) -> str:
    instance_id = rehearsal.buy(**wish)
    rehearsal.fill(instance_id)
    rehearsal.apply(instance_id)
    rehearsal.emulator.happen("accept", instance_id)
    return instance_id


def test_apply_withdraw_refuse_and_issue(rehearsal: Rehearsal) -> None:
    instance_id = rehearsal.buy()
    rehearsal.fill(instance_id)
    rehearsal.apply(instance_id)
    with pytest.raises(ClientException) as early:
        rehearsal.cancel(instance_id)
    assert (code_of(early), early.value.status_code) == (STATE, 400)
    assert rehearsal.detail(instance_id).domain_validation_list == []
    assert rehearsal.task(instance_id) == ("processing", "")
    rehearsal.emulator.advance(4)
    (record,) = rehearsal.detail(instance_id).domain_validation_list
    assert (record.root_domain, record.validation_key, record.validation_type) == ("example.com", "_dnsauth.www", "TXT")
    assert rehearsal.task(instance_id) == ("success", "")

    rehearsal.cancel(instance_id)
    assert rehearsal.detail(instance_id).status == "pending"
    rehearsal.emulator.advance(3)
    state = rehearsal.detail(instance_id)
    assert (state.status, state.certificate_id, state.domain_validation_list) == ("normal", None, [])

    rehearsal.apply(instance_id)
    rehearsal.emulator.happen("reject", instance_id, reason="CAA record forbids")
    state = rehearsal.detail(instance_id)
    assert (state.status, state.certificate_id, state.pending_result) == ("inactive", None, "CAA record forbids")

    rehearsal.apply(instance_id)
    rehearsal.emulator.advance(2)
    assert rehearsal.detail(instance_id).domain_validation_list[0].validation_value != record.validation_value
    rehearsal.emulator.happen("accept", instance_id)
    state = rehearsal.detail(instance_id)
    assert (state.status, state.certificate_status, state.pending_result) == ("normal", "issued", "issued")
    body = rehearsal.download(state.certificate_id)
    leaf, above = x509.load_pem_x509_certificates(body.cert.encode())
    leaf.verify_directly_issued_by(above)
    assert leaf.public_key() == KEY.public_key()
    assert (body.key, body.instance_id) == ("", instance_id)


def test_reissue_with_a_new_key(rehearsal: Rehearsal) -> None:
    instance_id = issued(rehearsal)
    old = rehearsal.detail(instance_id)
    rehearsal.emulator.advance(100 * DAY)
    key = ec.generate_private_key(ec.SECP256R1())
    rehearsal.fill(instance_id, key)
    rehearsal.apply(instance_id)
    state = rehearsal.detail(instance_id)
    assert (state.status, state.certificate_status, state.certificate_id) == ("pending", "issued", old.certificate_id)
    rehearsal.emulator.happen("accept", instance_id)
    new = rehearsal.detail(instance_id)
    assert new.certificate_id != old.certificate_id
    leaf = x509.load_pem_x509_certificates(rehearsal.download(new.certificate_id).cert.encode())[0]
    assert leaf.public_key() == key.public_key()
    listed = rehearsal.client.list_certificates(models.ListCertificatesRequest(instance_id=instance_id)).body
    assert [entry.certificate_id for entry in listed.certificate_list] == [
        str(new.certificate_id), str(old.certificate_id),
    ]  # fmt: skip
    assert listed.certificate_list[0].serial is None
    wish = models.GetCertificateDetailRequest(certificate_id=new.certificate_id)
    body = rehearsal.client.get_certificate_detail(wish).body
    assert int(body.serial, 16) == leaf.serial_number
    assert (body.exist_private_key, body.common_name) == (False, "www.example.com")


def test_certificates_in_the_list_of_the_first_generation(rehearsal: Rehearsal) -> None:
    instance_id = issued(rehearsal)
    wish = models.ListUserCertificateOrderRequest(order_type="CERT")
    (entry,) = rehearsal.client.list_user_certificate_order(wish).body.certificate_order_list
    assert (entry.instance_id, entry.certificate_id) == (instance_id, rehearsal.detail(instance_id).certificate_id)


def test_a_test_instance_is_good_for_one_certificate(rehearsal: Rehearsal) -> None:
    instance_id = issued(rehearsal, type="TEST")
    with pytest.raises(ClientException) as used_up:
        rehearsal.apply(instance_id)
    assert code_of(used_up) == STATE


def test_hosting(rehearsal: Rehearsal) -> None:
    instance_id = issued(rehearsal)
    rehearsal.update(instance_id, auto_reissue="enable")
    old = rehearsal.detail(instance_id)
    assert old.auto_reissue == "enable"
    rehearsal.emulator.happen("host", instance_id)
    assert rehearsal.detail(instance_id).certificate_id != old.certificate_id
    wish = models.GetInstanceSummaryRequest(instance_type="BUY")
    body = rehearsal.client.get_instance_summary(wish).body
    assert (body.total_count, body.inactive_count, body.auto_reissue_count) == (1, 0, 1)


def test_revocation_and_refunds(rehearsal: Rehearsal) -> None:
    instance_id, unused = issued(rehearsal), rehearsal.buy()
    number = rehearsal.detail(instance_id).certificate_id
    wish = models.RevokeCertificateRequest(instance_id=instance_id, certificate_id=number)
    rehearsal.client.revoke_certificate(wish)
    state = rehearsal.detail(instance_id)
    assert (state.status, state.certificate_status) == ("normal", "revoked")
    with pytest.raises(ClientException) as kept:
        rehearsal.refund(instance_id)
    assert code_of(kept) == "CouldNotRefund.NotSupport"
    rehearsal.refund(unused)
    with pytest.raises(ClientException) as early:
        rehearsal.delete(unused)
    assert code_of(early) == "InvalidStatus.DeleteProtection"
    rehearsal.emulator.advance(3)
    assert rehearsal.detail(unused).status == "refund"
    rehearsal.delete(unused)
    with pytest.raises(ClientException) as gone:
        rehearsal.detail(unused)
    assert (code_of(gone), gone.value.status_code) == ("NotFound", 404)


def test_all_pages_of_instances(rehearsal: Rehearsal) -> None:
    made = {each.instance_id for each in rehearsal.emulator.add_instance(type="TEST", count=7)}
    rehearsal.buy()
    pages = [
        rehearsal.client.list_instances(
            models.ListInstancesRequest(instance_type="TEST", status="inactive", current_page=page, show_size=3)
        ).body
        for page in (1, 2, 3, 4)
    ]
    assert [len(page.instance_list) for page in pages] == [3, 3, 1, 0]
    assert {entry.instance_id for page in pages for entry in page.instance_list} == made
    assert {page.total_count for page in pages} == {7}


def test_fields_and_tags_on_the_wire(rehearsal: Rehearsal) -> None:
    """Lists are flattened by the client; empty ones are not sent at all."""
    instance_id = rehearsal.buy()
    tags = [models.UpdateInstanceRequestTags(tag_key="env", tag_value="生产 ~*")]
    contacts = [2604551, 2604552]
    rehearsal.update(instance_id, domain="www.example.com", contact_id_list=contacts, tags=tags, company_id=1350001)
    rehearsal.update(instance_id, contact_id_list=[], tags=[], certificate_name="")
    state = rehearsal.detail(instance_id)
    assert state.contact_id_list == contacts[::-1]
    assert [(tag.tag_key, tag.tag_value) for tag in state.tags] == [("env", "生产 ~*")]
    place = {"region_id": "cn-hangzhou", "resource_type": "instance", "resource_id": [instance_id]}
    tag = models.TagResourcesRequestTag(key="note", value="")
    rehearsal.client.tag_resources(models.TagResourcesRequest(tag=[tag], **place))
    rehearsal.client.untag_resources(models.UntagResourcesRequest(tag_key=["env"], all=False, **place))
    body = rehearsal.client.list_tag_resources(models.ListTagResourcesRequest(**place)).body
    assert [(each.tag_key, each.tag_value) for each in body.tag_resources.tag_resource] == [("note", "")]


def test_contacts_and_companies(rehearsal: Rehearsal) -> None:
    number = rehearsal.contact()
    body = rehearsal.client.get_contact(models.GetContactRequest(contact_id=number)).body
    assert (body.name, body.email, body.mobile) == ("Operations", "ope****s@example.com", "133******78")
    (company,) = rehearsal.client.list_companies(models.ListCompaniesRequest()).body.company_list
    assert company.company_name == "Example Ltd."


def test_odd_forms_do_not_stop_the_client(rehearsal: Rehearsal) -> None:
    instance_id = issued(rehearsal)
    odd = {"instance_ids": "text", "instance_times": "long", "response_year": "2025", "empty_lists": "null"}
    rehearsal.emulator.turn(**odd, empty_as="null")
    state = rehearsal.detail(instance_id)
    assert isinstance(state.certificate_id, str)
    assert (state.domain_validation_list, state.version_type) == ([], None)


def test_the_other_endpoint_shows_its_own(rehearsal: Rehearsal) -> None:
    here, there = rehearsal.buy(), rehearsal.buy(site="international")
    with Server(rehearsal.emulator, site="international") as server:
        clients = (rehearsal.client, rehearsal.at(server.address))
        seen = [client.list_instances(models.ListInstancesRequest()).body.instance_list for client in clients]
    assert [[entry.instance_id for entry in entries] for entries in seen] == [[here], [there]]


def test_every_operation_is_walked() -> None:
    """A new operation without a walk is noticed."""
    text = Path(__file__).read_text(encoding="utf-8")
    methods = {name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") for name in OPERATIONS}
    assert [name for name, method in methods.items() if f"client.{method}(" not in text] == []
