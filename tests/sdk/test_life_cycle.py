# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own SDK walks the whole life of an order against the running emulator."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_cas20200407 import models
from alibabacloud_cas20200407.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException, ThrottlingException
from alibabacloud_tea_openapi.models import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from Tea.exceptions import TeaException

from playbooks.files.emulator.orders.operations import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
FREE, PAID = "digicert-free-1-free", "geotrust-dv-1-starter"
CONTACT = {"username": "张三 & Zoë+", "phone": "13900000000", "email": "ops+cas@example.com"}
KEY = ec.generate_private_key(ec.SECP256R1())


class Rehearsal:
    """A running emulator: the vendor's client on one side, the control door on the other."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self._control = ready["control_url"]
        self.address = str(ready["url"]).partition("://")[2]
        self.ready = ready
        self.client = self.client_with(ready["access_key_secret"])

    def client_with(self, secret: str, token: str | None = None) -> Client:
        config = Config(access_key_id=self.ready["access_key_id"], access_key_secret=secret, security_token=token)
        config.endpoint, config.protocol = self.address, "http"
        return Client(config)

    def control(self, name: str, **wish: object) -> Any:
        data = json.dumps(wish).encode() if name not in ("state", "calls") else None
        with urllib.request.urlopen(f"{self._control}/{name}", data, timeout=100) as answer:
            return json.load(answer)

    # The operations that every test needs.

    def create(self, domain: str, product: str = FREE) -> int:
        wish = models.CreateCertificateForPackageRequestRequest(
            domain=domain, product_code=product, validate_type="DNS", **CONTACT
        )
        return int(self.client.create_certificate_for_package_request(wish).body.order_id)

    def state(self, order_id: int) -> Any:
        wish = models.DescribeCertificateStateRequest(order_id=order_id)
        return self.client.describe_certificate_state(wish).body

    def used(self, product: str = FREE) -> int:
        wish = models.DescribePackageStateRequest(product_code=product)
        return int(self.client.describe_package_state(wish).body.used_count)

    def listed(self, **wish: object) -> Any:
        return self.client.list_user_certificate_order(models.ListUserCertificateOrderRequest(**wish)).body

    def withdraw(self, order_id: int) -> None:
        self.client.cancel_order_request(models.CancelOrderRequestRequest(order_id=order_id))

    def delete(self, order_id: int) -> None:
        self.client.delete_certificate_request(models.DeleteCertificateRequestRequest(order_id=order_id))

    def revoke(self, order_id: int) -> None:
        wish = models.CancelCertificateForPackageRequestRequest(order_id=order_id)
        self.client.cancel_certificate_for_package_request(wish)

    def renew(self, order_id: int, csr: str) -> int:
        wish = models.RenewCertificateOrderForPackageRequestRequest(order_id=order_id, csr=csr)
        return int(self.client.renew_certificate_order_for_package_request(wish).body.order_id)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    file = tmp_path_factory.mktemp("emulator") / "ready.json"
    command = [sys.executable, "-m", "playbooks.files.emulator", "--ready-file", str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 200
            while not file.exists():
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.02)
            yield Rehearsal(json.loads(file.read_text()))
        finally:
            process.terminate()


@pytest.fixture
def rehearsal(started: Rehearsal) -> Rehearsal:
    """The one emulator, emptied and with its dials as at the start."""
    started.control("reset")
    started.control("dials", **{**started.ready["dials"], "settle_seconds": 0, "record_delay_seconds": 0})
    return started


def request(common: str) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    built = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(KEY, hashes.SHA256())
    return built.public_bytes(Encoding.PEM).decode()


def code_of(error: pytest.ExceptionInfo[TeaException]) -> str:
    return str(error.value.code)


def root_of(rehearsal: Rehearsal) -> x509.Certificate:
    return x509.load_pem_x509_certificate(Path(rehearsal.ready["ca_file"]).read_bytes())


def apply(rehearsal: Rehearsal) -> int:
    """An application with an own CSR, text of all kinds in it."""
    kind = models.CreateCertificateWithCsrRequestRequest
    tags = [models.CreateCertificateWithCsrRequestRequestTags(key="env", value="生产 ~*")]
    wish = kind(csr=request("www.example.com"), product_code=FREE, validate_type="DNS", tags=tags, **CONTACT)
    return int(rehearsal.client.create_certificate_with_csr_request(wish).body.order_id)


def test_from_application_to_deletion_and_back(rehearsal: Rehearsal) -> None:
    assert rehearsal.used() == 0
    first = apply(rehearsal)
    (seen,) = rehearsal.control("state")["orders"]
    assert seen["contact"] == {"Username": CONTACT["username"], "Phone": CONTACT["phone"], "Email": CONTACT["email"]}
    assert seen["tags"] == {"env": "生产 ~*"}
    state = rehearsal.state(first)
    assert (state.type, state.record_domain, state.record_type) == ("domain_verify", "_dnsauth.www.example.com", "TXT")
    assert rehearsal.used() == 1
    rehearsal.withdraw(first)
    assert (rehearsal.state(first).type, rehearsal.used()) == ("payed", 1)
    rehearsal.delete(first)
    assert rehearsal.used() == 0
    with pytest.raises(TeaException) as gone:
        rehearsal.state(first)
    assert code_of(gone) == "NotFoundOrder"
    second = apply(rehearsal)
    assert second != first
    assert rehearsal.state(second).record_value != state.record_value


def test_from_proof_to_revocation(rehearsal: Rehearsal) -> None:
    number = apply(rehearsal)
    rehearsal.control("prove", order_id=str(number))
    assert rehearsal.state(number).type == "process"
    rehearsal.control("accept", order_id=str(number))
    state = rehearsal.state(number)
    assert (state.type, state.private_key) == ("certificate", None)
    leaf, above = x509.load_pem_x509_certificates(state.certificate.encode())
    assert leaf.public_key() == KEY.public_key()
    leaf.verify_directly_issued_by(above)
    above.verify_directly_issued_by(root_of(rehearsal))

    detail = models.GetUserCertificateDetailRequest(cert_id=int(state.cert_id), cert_filter=False)
    body = rehearsal.client.get_user_certificate_detail(detail).body
    assert (body.cert, body.key, body.order_id) == (state.certificate, "", number)
    detail.cert_filter = True
    assert rehearsal.client.get_user_certificate_detail(detail).body.cert is None

    assert rehearsal.used() == 1
    rehearsal.revoke(number)
    assert rehearsal.used() == 0
    assert [entry.status for entry in rehearsal.listed(order_type="CPACK").certificate_order_list] == ["REVOKED"]


def test_a_key_made_by_the_service(rehearsal: Rehearsal) -> None:
    wish = models.CreateCertificateRequestRequest(
        domain="a.example.com", product_code=FREE, validate_type="FILE", **CONTACT
    )
    number = rehearsal.client.create_certificate_request(wish).body.order_id
    state = rehearsal.state(number)
    assert (state.domain, state.uri) == ("a.example.com", "/.well-known/pki-validation/fileauth.txt")
    assert state.content
    rehearsal.control("accept", order_id=number)
    assert rehearsal.state(number).private_key.startswith("-----BEGIN")


def test_all_pages(rehearsal: Rehearsal) -> None:
    made = {rehearsal.create(f"{number}.example.com") for number in range(7)}
    pages = [rehearsal.listed(order_type="CPACK", current_page=page, show_size=3) for page in (1, 2, 3, 4)]
    assert [len(page.certificate_order_list) for page in pages] == [3, 3, 1, 0]
    assert {entry.order_id for page in pages for entry in page.certificate_order_list} == made
    assert {page.total_count for page in pages} == {7}


def test_certificates_are_listed(rehearsal: Rehearsal) -> None:
    number = rehearsal.create("a.example.com")
    rehearsal.control("accept", order_id=number)
    (order,) = rehearsal.listed(order_type="CPACK", keyword="a.example.com").certificate_order_list
    (certificate,) = rehearsal.listed(order_type="CERT").certificate_order_list
    assert (order.order_id, order.status, certificate.instance_id) == (number, "ISSUED", order.instance_id)
    assert str(certificate.certificate_id) == rehearsal.state(number).cert_id


@pytest.mark.parametrize(("dial", "later"), [("moves", "domain_verify"), ("stays", "payed")])
def test_renewal(rehearsal: Rehearsal, dial: str, later: str) -> None:
    rehearsal.control("dials", renewal=dial)
    old = rehearsal.create("www.example.com", PAID)
    rehearsal.control("accept", order_id=old)
    with pytest.raises(TeaException) as early:
        rehearsal.renew(old, request("www.example.com"))
    assert code_of(early) == "OrderStateError"
    rehearsal.control("advance", days=170)
    assert rehearsal.listed(status="WILLEXPIRED").certificate_order_list[0].order_id == old
    new = rehearsal.renew(old, request("www.example.com"))
    assert new != old
    assert rehearsal.state(new).type == later
    if later == "payed":
        rehearsal.control("submit", order_id=new)
    rehearsal.control("accept", order_id=new)
    leaf = x509.load_pem_x509_certificates(rehearsal.state(new).certificate.encode())[0]
    assert leaf.public_key() == KEY.public_key()
    assert (rehearsal.state(old).type, rehearsal.used(PAID)) == ("certificate", 2)


def test_errors_surface_with_their_codes(rehearsal: Rehearsal) -> None:
    number = rehearsal.create("a.example.com")
    with pytest.raises(ClientException) as refused:
        rehearsal.delete(number)
    assert (code_of(refused), refused.value.status_code) == ("OrderStateError", 403)
    with pytest.raises(ClientException) as unknown:
        rehearsal.used("nobody-dv-1-x")
    assert (code_of(unknown), unknown.value.status_code) == ("NotFoundPackage", 404)
    rehearsal.control("dials", denied="CancelOrderRequest")
    with pytest.raises(ClientException) as denied:
        rehearsal.withdraw(number)
    assert denied.value.access_denied_detail["AuthAction"] == "yundun-cert:CancelOrderRequest"


def test_throttling_surfaces_with_its_wait(rehearsal: Rehearsal) -> None:
    rehearsal.control("fault", kind="throttled", retry_after_ms=1500)
    with pytest.raises(ThrottlingException) as throttled:
        rehearsal.used()
    assert (code_of(throttled), throttled.value.retry_after) == ("Throttling.User", 1500)


def test_wrong_and_temporary_credentials(rehearsal: Rehearsal) -> None:
    wish = models.DescribePackageStateRequest(product_code=FREE)
    with pytest.raises(TeaException) as wrong:
        rehearsal.client_with("wrong").describe_package_state(wish)
    assert code_of(wrong) == "SignatureDoesNotMatch"
    rehearsal.control("dials", security_tokens=["CAIS+token/=="], expired_tokens=["old"])
    secret = rehearsal.ready["access_key_secret"]
    assert rehearsal.client_with(secret, "CAIS+token/==").describe_package_state(wish).body.total_count == 20
    with pytest.raises(TeaException) as expired:
        rehearsal.client_with(secret, "old").describe_package_state(wish)
    assert code_of(expired) == "InvalidSecurityToken.Expired"


def test_every_operation_is_walked() -> None:
    """A new operation without a walk is noticed."""
    text = Path(__file__).read_text(encoding="utf-8")
    methods = {name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") for name in OPERATIONS}
    assert [name for name, method in methods.items() if f"client.{method}(" not in text] == []
