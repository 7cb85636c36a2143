# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook that the README, the guides and the plugins show runs against an emulator, in one process of Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.example_stage import Stage
from tests.support.examples import Case, Example, examples
from tests.support.playbooks import CRASHES, Played

BUY: dict[str, Any] = {"type": "BUY", "spec": "geo.dv.f"}
TEST: dict[str, Any] = {"type": "TEST"}
ISSUED = {**BUY, "state": "normal", "domains": ["www.example.com"]}
WWW = ("www.example.com",)
CSR = "{{ certificate_directory | dirname }}/www.example.com.csr"
# What examples need that is not there by default. A protocol or a product that no server here has is previewed.
CASES: dict[str, Case] = {
    "guide_forms 1": Case(after="guide_forms 0"),
    "guide_forms 2": Case(check=True),
    "guide_forms 3": Case(check=True),
    "guide_forms 4": Case(check=True),
    "guide_forms 8": Case(check=True),
    "guide_forms 9": Case(uses="guide_forms 10"),
    "guide_instances 0": Case(orders=WWW, days=62, instances=(ISSUED,)),
    "guide_instances 1": Case(instances=(BUY,)),
    "guide_instances 2": Case(instances=(BUY,)),
    "guide_instances 3": Case(like="list", instances=(BUY,)),
    "guide_instances 4": Case(instances=({**TEST, "count": 3},)),
    "guide_instances 5": Case(after="guide_instances 1"),
    "guide_life_cycle 0": Case(publishes=False),
    "guide_moving 0": Case(publishes=False),
    "guide_moving 1": Case(after="guide_moving 0"),
    "guide_nginx 0": Case(publishes=False),
    "guide_renewal 0": Case(like="list"),
    "guide_renewal 2": Case(after="guide_renewal 0"),
    "guide_renewal 5": Case(orders=WWW),
    "guide_renewal 6": Case(after="guide_renewal 8"),
    "guide_renewal 7": Case(instances=(ISSUED, BUY)),
    "guide_renewal 10": Case(after="guide_renewal 8"),
    "guide_scale 0": Case(publishes=False, variables={"requests": [CSR]}),
    "guide_scale 1": Case(variables={"csr": CSR}),
    "guide_validation 2": Case(check=True),
    "guide_validation 4": Case(publishes=False, uses="guide_validation 5"),
    "guide_validation 6": Case(publishes=False, uses="guide_validation 7"),
    "guide_validation 8": Case(publishes=False),
    "guide_validation 9": Case(publishes=False),
    "role certificate 3": Case(like="handlers"),
    "cas_certificate": Case(orders=WWW, instances=(ISSUED,), ids=("cas-cn-0f950cacd7",)),
    "cas_instance": Case(instances=(BUY, BUY, BUY), ids=("cas-cn-0f950cacd7", "cas-cn-78e35cb85c")),
    "cas_instance_info": Case(instances=(ISSUED, BUY), ids=("cas-cn-0f950cacd7",)),
    "cas_order_renew": Case(orders=WWW, days=62),
    "certificate": Case(check=True, instances=(BUY, BUY), ids=("cas-cn-0f950cacd7",)),
    "certificate_store_info": Case(after="certificate_store"),
    "due": Case(orders=WWW),
}
A_FILE = "it is a file of tasks that another example uses"
NO_PLAYBOOK = "it is no part of a playbook"
OTHER_SERVICE = "it calls a service that this test has no stand-in for"
# Blocks that are not run by themselves, and why.
LEFT_OUT = {
    "CONTRIBUTING 0": NO_PLAYBOOK,
    "guide_credentials 3": OTHER_SERVICE,
    "guide_forms 10": A_FILE,
    "guide_renewal 3": NO_PLAYBOOK,
    "guide_validation 5": A_FILE,
    "guide_validation 7": A_FILE,
}
