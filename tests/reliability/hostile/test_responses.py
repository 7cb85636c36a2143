# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks whose responses are changed on their way, and the exchange with a server that sends anything at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import OverRequests, Request, Response
from ansible_collections.certops.alicloud.plugins.modules import (
    alidns_record,
    cas_instance,
    cas_instance_info,
    cas_order,
    cas_order_info,
    cas_order_renew,
    cas_package_info,
)
from tests.reliability.support.figures import Figures

from .raw_server import raw_server
from .responses import INSTANCE, ISSUED, NUMBER, WWW, Change, changed, changes, wire
from .task import CONNECTION, WRONG, Inputs, honest_service, run_task
from .values import draw_examples

pytestmark = pytest.mark.reliability("Hostile input")

SHORT, LONG = 330, 12_500
WIRE_SHORT, WIRE_LONG = 100, 2500
_CAS = {**CONNECTION, "wait_timeout": 60}
_RECORD = {**CONNECTION, "record": f"_dnsauth.{WWW}", "type": "TXT", "value": "x"}
_APPLICATION = {**_CAS, "domains": [WWW], "contact": "Operations"}
TASKS: Mapping[ModuleType, Sequence[dict[str, Any]]] = {
    cas_order: (
        {**_CAS, "domains": [WWW]},
        {**_CAS, "domains": [WWW], "wait_for": "issued"},
        {**_CAS, "order_id": NUMBER, "state": "absent"},
        {**_CAS, "domains": [WWW], "state": "revoked"},
        {**_CAS, "domains": [WWW], "state": "cancelled"},
    ),
    cas_order_renew: ({**_CAS, "domains": [WWW], "force": True}, {**_CAS, "order_id": NUMBER}),
    cas_order_info: (
        {**_CAS, "include_validation": True, "include_certificate": True},
        {**_CAS, "order_id": NUMBER, "include_private_key": True},
        {**_CAS, "order_ids": [NUMBER, "7"], "wait_for": "issued"},
        {**_CAS, "order_type": "uploaded", "include_certificate": True, "expires_within": "999999d"},
    ),
    cas_instance: (
        {**_APPLICATION, "pool": {}},
        {**_APPLICATION, "pool": {"instance_type": "buy"}, "wait_for": "issued", "tags": {"env": "test"}},
        {**_APPLICATION, "instance_id": ISSUED, "auto_reissue": True, "force": True},
        {**_CAS, "pool": {}, "domains": [WWW], "state": "cancelled"},
        {**_CAS, "instance_id": ISSUED, "state": "revoked", "certificate_id": "7"},
        {**_CAS, "instance_id": INSTANCE, "state": "refunded"},
    ),
    cas_instance_info: (
        {**CONNECTION, "include_validation": True, "include_certificate": True, "summary": True},
        {**CONNECTION, "instance_id": INSTANCE, "include_certificate": True},
        {**CONNECTION, "expires_within": "999999d"},
    ),
    cas_package_info: ({**CONNECTION, "product_codes": ["digicert-free-1-free"]},),
    alidns_record: (_RECORD, {**_RECORD, "state": "absent"}),
}
NUMBER_OF_TASKS = sum(map(len, TASKS.values()))


@pytest.mark.parametrize("module", TASKS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_changed_responses(short: bool, seed: int, figures: Figures, module: ModuleType) -> None:
    inputs = Inputs(f"responses to {module.__name__.rpartition('.')[2]}")

    for number, options in enumerate(TASKS[module]):

        def attempt(some: list[Change], options: dict[str, Any] = options) -> None:
            with inputs.judge((options.get("state"), some)):
                run_task(module.main, options, changed(honest_service(), some))

        chosen = st.lists(changes, min_size=1, max_size=3)
        draw_examples((SHORT if short else LONG) // NUMBER_OF_TASKS, seed + number, attempt, chosen)
    inputs.record(figures)


def test_bytes_on_the_wire(short: bool, seed: int, figures: Figures) -> None:
    """The real exchange."""
    inputs, current = Inputs("bytes on the wire"), [b""]
    with raw_server(lambda: current[0]) as url:

        def attempt(response: bytes) -> None:
            current[0] = response
            with inputs.judge(response):
                try:
                    found: object = OverRequests()(Request("POST", url, {}, b""), 20.0)
                except Failure as failure:
                    found = failure
                    if "nothing was sent" in failure.msg:
                        inputs.note(WRONG, f"denied a request that was sent: {response[:80]!r}")
                assert isinstance(found, (Response, Failure))

        draw_examples(WIRE_SHORT if short else WIRE_LONG, seed, attempt, wire)
    inputs.record(figures)
