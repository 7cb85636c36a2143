# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains proven for real: a file over HTTP, a record at a DNS server; all on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dns.message
import dns.rcode
import dns.rrset
import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders import validation
from playbooks.files.emulator.orders.responses import FILE_PATH
from tests.support.calls import ask, order, still, type_of
from tests.support.instance_calls import CONTACT, bought, detail, pending


class Web:
    """A web server for every domain: (host, path) -> (status, content)."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], tuple[int, bytes]] = {}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, content = pages.get((self.headers["Host"], self.path), (404, b"nothing"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


class Names:
    """A DNS server over UDP: (name, type) -> texts."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                wire, client = self.socket.recvfrom(4096)
            except OSError:
                return
            self.socket.sendto(self._answer(wire), client)

    def _answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(query)
        texts = self.records.get((name, kind), [])
        if not texts and (name, "CNAME") in self.records:
            kind, texts = "CNAME", self.records[name, "CNAME"]
        if texts:
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, texts))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()


@pytest.fixture
def web() -> Iterator[Web]:
    served = Web()
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.fixture
def names() -> Iterator[Names]:
    served = Names()
    yield served
    served.socket.close()


def field(emulator: Emulator, number: int, name: str) -> str:
    return str(ask(emulator, "DescribeCertificateState", OrderId=number)[name])


def test_a_file_proves_its_domain(web: Web) -> None:
    emulator = still(proof="http", proof_address=web.address)
    number = order(emulator, "www.example.com", ValidateType="FILE")
    place = ("www.example.com", FILE_PATH)
    content = field(emulator, number, "Content").encode()
    assert validation.attempt(emulator) == []
    for wrong in ((200, b"wrong"), (200, content + b"\n"), (404, content), (302, content)):
        web.pages[place] = wrong
        assert validation.attempt(emulator) == []
    assert type_of(emulator, number) == "domain_verify"
    web.pages[place] = (200, content)
    assert validation.attempt(emulator) == [number]
    assert type_of(emulator, number) == "process"
    emulator.advance(2)
    assert type_of(emulator, number) == "certificate"


def test_every_name_needs_its_file(web: Web) -> None:
    emulator = still(proof="http", proof_address=web.address)
    number = order(emulator, "a.example,b.example", ValidateType="FILE")
    content = field(emulator, number, "Content").encode()
    web.pages["a.example", FILE_PATH] = (200, content)
    assert validation.attempt(emulator) == []
    web.pages["b.example", FILE_PATH] = (200, content)
    assert validation.attempt(emulator) == [number]


def test_nobody_listens() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        emulator = still(proof="http", proof_address=f"127.0.0.1:{reserved.getsockname()[1]}")
        order(emulator, ValidateType="FILE")
        assert validation.attempt(emulator) == []


@pytest.mark.parametrize("form", ["full", "bare"])
def test_a_text_record_proves_its_domain(names: Names, form: str) -> None:
    emulator = still(proof="dns", dns_server=names.address, record_form=form)
    number = order(emulator, "*.example.com", "geotrust-dv-w-starter")
    value = field(emulator, number, "RecordValue")
    place = ("_dnsauth.example.com", "TXT")
    assert validation.attempt(emulator) == []
    names.records[place] = ['"wrong"', f'"{value}x"']
    assert validation.attempt(emulator) == []
    names.records[place] = ['"another"', f'"{value[:20]}" "{value[20:]}"']
    assert validation.attempt(emulator) == [number]


def test_an_alias_proves_its_domain(names: Names) -> None:
    emulator = still(proof="dns", dns_server=names.address, record_type="CNAME")
    number = order(emulator, "a.example")
    names.records["_dnsauth.a.example", "CNAME"] = ["elsewhere.example."]
    assert validation.attempt(emulator) == []
    names.records["_dnsauth.a.example", "CNAME"] = [field(emulator, number, "RecordValue") + "."]
    assert validation.attempt(emulator) == [number]


def test_a_record_behind_aliases_proves_its_domain(names: Names) -> None:
    emulator = still(proof="dns", dns_server=names.address)
    number = order(emulator, "a.example")
    names.records["_dnsauth.a.example", "CNAME"] = ["b.example.net."]
    names.records["b.example.net", "CNAME"] = ["c.example.net."]
    assert validation.attempt(emulator) == []
    names.records["c.example.net", "TXT"] = ['"wrong"']
    assert validation.attempt(emulator) == []
    names.records["c.example.net", "TXT"] = [f'"{field(emulator, number, "RecordValue")}"']
    assert validation.attempt(emulator) == [number]


def test_aliases_in_a_circle_prove_nothing(names: Names) -> None:
    emulator = still(proof="dns", dns_server=names.address)
    order(emulator, "a.example")
    names.records["_dnsauth.a.example", "CNAME"] = ["b.example."]
    names.records["b.example", "CNAME"] = ["_dnsauth.a.example."]
    assert validation.attempt(emulator) == []


def test_a_hosted_record_behind_an_alias_proves_its_domain() -> None:
    emulator = still(proof="alidns")
    for domain in ("a.example", "example.net"):
        emulator.world.zones.host(domain, emulator.world.now())
    number = order(emulator, "a.example")
    alias = {"DomainName": "a.example", "RR": "_dnsauth", "Type": "CNAME", "Value": "v.example.net"}
    emulator.call("AddDomainRecord", alias)
    assert validation.attempt(emulator) == []
    value = field(emulator, number, "RecordValue")
    emulator.call("AddDomainRecord", {"DomainName": "example.net", "RR": "v", "Type": "TXT", "Value": value})
    assert validation.attempt(emulator) == [number]


def test_a_file_proves_an_instance(web: Web) -> None:
    emulator = still(proof="http", proof_address=web.address)
    instance_id = bought(emulator)
    form = {"Domain": "www.example.com", "ValidationMethod": "HTTP", "ContactIdList.1": CONTACT}
    ask(emulator, "UpdateInstance", InstanceId=instance_id, **form)
    ask(emulator, "ApplyCertificate", InstanceId=instance_id)
    emulator.advance(2)
    (entry,) = detail(emulator, instance_id)["DomainValidationList"]
    assert validation.attempt(emulator) == []
    web.pages["www.example.com", entry["ValidationKey"]] = (200, entry["ValidationValue"].encode())
    assert validation.attempt(emulator) == [instance_id]


def test_records_prove_an_instance(names: Names) -> None:
    emulator = still(proof="dns", dns_server=names.address)
    instance_id = pending(emulator, "a.example.com,example.com", full=2)
    for entry in detail(emulator, instance_id)["DomainValidationList"]:
        assert validation.attempt(emulator) == []
        host = f"{entry['ValidationKey']}.{entry['RootDomain']}"
        names.records[host, "TXT"] = [f'"{entry["ValidationValue"]}"']
    assert validation.attempt(emulator) == [instance_id]


def test_a_standing_alias_proves_an_instance(names: Names) -> None:
    emulator = still(proof="dns", dns_server=names.address, standing_cname=True)
    instance_id = pending(emulator)
    (entry,) = detail(emulator, instance_id)["DomainValidationList"]
    place = ("_dnsauth.www.example.com", "CNAME")
    names.records[place] = ["elsewhere.invalid."]
    assert validation.attempt(emulator) == []
    names.records[place] = [f"{entry['Cname']}."]
    assert validation.attempt(emulator) == [instance_id]


def test_each_proof_leaves_the_other_method_alone(web: Web, names: Names) -> None:
    emulator = still(proof="dns", dns_server=names.address, proof_address=web.address)
    number = order(emulator, "a.example", ValidateType="FILE")
    web.pages["a.example", FILE_PATH] = (200, field(emulator, number, "Content").encode())
    assert validation.attempt(emulator) == []
    emulator.turn(proof="http")
    assert validation.attempt(emulator) == [number]


def test_a_record_that_nobody_was_told_proves_nothing(names: Names) -> None:
    emulator = still(proof="dns", dns_server=names.address, record_delay_seconds=60)
    order(emulator, "a.example")
    assert validation.waiting(emulator.world) == []


def test_an_order_withdrawn_during_the_look_stays_withdrawn(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = still(proof="dns", dns_server=names.address)
    number = order(emulator, "a.example")

    def withdraw(*_look: object) -> bool:
        ask(emulator, "CancelOrderRequest", OrderId=number)
        return True

    monkeypatch.setattr(validation, "record_there", withdraw)
    assert validation.attempt(emulator) == []
    assert type_of(emulator, number) == "payed"


def test_the_prover_looks_by_itself(web: Web) -> None:
    emulator = still(proof="http", proof_address=web.address, proof_interval_seconds=0.02)
    prover = validation.Prover(emulator)
    number = order(emulator, "a.example", ValidateType="FILE")
    web.pages["a.example", FILE_PATH] = (200, field(emulator, number, "Content").encode())
    deadline = time.monotonic() + 60
    while type_of(emulator, number) != "process" and time.monotonic() < deadline:
        time.sleep(0.02)
    prover.close()
    assert type_of(emulator, number) == "process"
