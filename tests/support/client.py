# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our client against the emulator, without sockets and without waiting: sleeping moves the world's clock."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT as ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import read_record
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.reconcile import ensure_record
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.record import Record
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import Instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.reconcile import ensure_instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.wanted import read_instance_options
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order, ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._connection import find_source
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NoResponse
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response, Transport
from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.reply import Lost
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders.ca import Authority

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
FREE, PAID = "digicert-free-1-free", "geotrust-dv-1-starter"
CONTACT = {"name": "Zhāng San", "phone": "13900000000", "email": "ops@example.com"}
DEFAULTS: dict[str, Any] = {
    "state": "present",
    "product_code": FREE,
    "validation_method": "dns",
    "check_quota": True,
    "wait_for": "validation",
    "poll_interval": 5.0,
}
INSTANCE_DEFAULTS: dict[str, Any] = {
    "validation_method": "dns",
    "renew_before": "33%",
    "wait_for": "validation",
    "wait_timeout": 4500,
    "poll_interval": 5.0,
}
DNS_DEFAULTS: dict[str, Any] = {
    "state": "present",
    "domain": None,
    "type": "TXT",
    "ttl": 600,
    "line": "default",
}
_AUTHORITY = Authority()
_NONCES = itertools.count()


def emulator(quota: Mapping[str, int] | None = None, checked: bool = True, **dials: Any) -> Emulator:
    """An empty account whose clock stands at NOON."""
    world = World(
        authority=_AUTHORITY,
        dials=Dials(**dials),
        quota=dict(quota or {FREE: 20, PAID: 4}),
        base=NOON.timestamp(),
        frozen=True,
        seed="rehearsal",
    )

    def sleep(seconds: float) -> None:
        account.advance(seconds)

    account = Emulator(world, checked=checked, wall=lambda: world_time(account), sleep=sleep)
    return account


def world_time(account: Emulator) -> float:
    return account.world.now()


def clock(account: Emulator, chance: float = 0.5) -> Clock:
    return Clock(
        now=lambda: datetime.fromtimestamp(world_time(account), timezone.utc),
        monotonic=lambda: world_time(account),
        sleep=account.advance,
        chance=lambda: chance,
        nonce=lambda: f"{next(_NONCES):032x}",
    )


def transport(account: Emulator) -> Transport:
    def exchange(request: Request, timeout: float) -> Response:
        target = request.url[request.url.index("/", len("https://")) :]
        try:
            reply = account.handle(request.method, target, request.headers, request.body)
        except Lost:
            raise NoResponse("The connection broke before the response was complete.") from None
        return Response(reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.body)

    return exchange


def edited(account: Emulator, action: str, change: Callable[[dict[str, Any]], None]) -> Transport:
    """The service, with the answers to one operation changed on their way."""
    exchange = transport(account)

    def altered(request: Request, timeout: float) -> Response:
        response = exchange(request, timeout)
        content = json.loads(response.body)
        if request.headers["x-acs-action"] == action:
            change(content)
        return Response(response.status, response.headers, json.dumps(content).encode())

    return altered


def before(account: Emulator, action: str, deed: Callable[[], object], skip: int = 0) -> Transport:
    """The service, where something happens once, right before a call of an operation arrives."""
    exchange = transport(account)
    left = [skip]

    def meddled(request: Request, timeout: float) -> Response:
        if request.headers["x-acs-action"] == action:
            left[0] -= 1
            if left[0] == -1:
                deed()
        return exchange(request, timeout)

    return meddled


def timed(account: Emulator, log: list[tuple[str, float]], through: Transport | None = None) -> Transport:
    """The service, with a log of what is called when, in seconds from now."""
    exchange, begun = through or transport(account), world_time(account)

    def noted(request: Request, timeout: float) -> Response:
        log.append((request.headers["x-acs-action"], round(world_time(account) - begun, 3)))
        return exchange(request, timeout)

    return noted


_DIGITS, _LETTERS = "0123456789", "zyxw_VUTBA"


def lettered(number: object) -> str:
    """An id that is no number. As text, such ids have the opposite order of their numbers."""
    return "id-" + str(number).translate(str.maketrans(_DIGITS, _LETTERS))


def lettering(account: Emulator) -> Transport:
    """The service, if the ids of its orders were no numbers; for an emulator that does not check signatures."""
    exchange = transport(account)

    def number(word: str) -> str:
        return word[3:].translate(str.maketrans(_LETTERS, _DIGITS)) if word.startswith("id-") else word

    def altered(request: Request, timeout: float) -> Response:
        address, _mark, query = request.url.partition("?")
        params = [(name, number(value) if name == "OrderId" else value) for name, value in parse_qsl(query, True)]
        response = exchange(request._replace(url=f"{address}?{urlencode(params)}"), timeout)
        content = json.loads(response.body)
        for entry in (content, *content.get("CertificateOrderList", [])):
            if entry.get("OrderId"):
                entry["OrderId"] = lettered(entry["OrderId"])
        return response._replace(body=json.dumps(content).encode())

    return altered


def client(account: Emulator, read_only: bool = False, **more: Any) -> Client:
    keys = Keys()
    return Client(
        more.pop("product", PRODUCT),
        "https://cas.example",
        find_source(keys.access_key_id, keys.access_key_secret),
        more.pop("transport", None) or transport(account),
        read_only=read_only,
        clock=more.pop("clock", None) or clock(account),
        **more,
    )


def order(account: Emulator, check: bool = False, **options: Any) -> Outcome[Order]:
    """Run what ``cas_order`` runs."""
    return ensure_order(client(account, check), read_order({"state": "present", **DEFAULTS, **options}))


def renew(account: Emulator, check: bool = False, **options: Any) -> Outcome[Order]:
    """Run what ``cas_order_renew`` runs."""
    return ensure_renewal(client(account, check), read_renewal({**DEFAULTS, "strategy": "auto", **options}))


def instance(
    account: Emulator, check: bool = False, through: Client | None = None, **options: Any
) -> Outcome[Instance]:
    """Run what ``cas_instance`` runs."""
    wanted = read_instance_options({**INSTANCE_DEFAULTS, **options})
    return ensure_instance(through or client(account, check), wanted)


def record(
    account: Emulator, check: bool = False, transport: Transport | None = None, **options: Any
) -> Outcome[Record]:
    """Run what ``alidns_record`` runs."""
    wanted = read_record({**DNS_DEFAULTS, **options})
    return ensure_record(client(account, check, product=ALIDNS, transport=transport), wanted)


def writes(account: Emulator) -> list[str]:
    return [call.action for call in account.calls if call.write]


def reads(account: Emulator) -> list[str]:
    return [call.action for call in account.calls if not call.write]


@cache
def key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def csr(*names: str, number: int = 0) -> str:
    """A CSR in PEM with the first name as CN; another ``number`` is another key."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
    return builder.sign(key(number), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
