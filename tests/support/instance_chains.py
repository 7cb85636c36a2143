# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short ways to run the chain with instances as the source, in process."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._x509.private_key import read_private_key
from playbooks.files.emulator.instances.facts import Instance
from playbooks.files.emulator.instances.lifecycle import Phase
from tests.support import chains, client
from tests.support.chains import Shop
from tests.support.client import FREE, PAID
from tests.support.instance_calls import CONTACT, bought

BUY: dict[str, Any] = {"pool": {"instance_type": "buy"}, "contact_ids": [str(CONTACT)]}
TEST: dict[str, Any] = {"pool": {"instance_type": "test"}, "contact_ids": [str(CONTACT)]}
# A certificate is issued as soon as its domains are validated, and they are at once.
AT_ONCE = {"proof": "at_once", "review_seconds": 0.0, "validation_seconds": 0.0}


def named(instance_id: str) -> dict[str, Any]:
    """The option ``instance`` of a task that names one."""
    return {"instance_id": instance_id, "contact_ids": [str(CONTACT)]}


def new_shop(root: Path, *specs: str, **dials: Any) -> Shop:
    """A host without a certificate, and an account with unused instances of these specifications."""
    account = client.emulator({FREE: 9, PAID: 9}, **{"validation_seconds": 0.0, "extra_names": "none", **dials})
    account.world.zones.host("example.com", account.world.now())
    for spec in specs:
        bought(account, spec=spec)
    (root / "host").mkdir(parents=True)
    return Shop(account, root / "host", state=str(root / "state"))


def run(shop: Shop, check: bool = False, **options: Any) -> dict[str, Any]:
    """The results of a task."""
    given = {"source": "instance", "instance": BUY, "validation": "alidns", "wait_timeout": 60, **options}
    outcome = chains.run(shop, check, **{name: value for name, value in given.items() if value is not None})
    found = outcome.public(client.clock(shop.account).now())
    return {**found, "warnings": outcome.warnings, "text": outcome.diff()}


def fails(shop: Shop, **options: Any) -> Failure:
    with pytest.raises(Failure) as raised:
        run(shop, **options)
    return raised.value


def actions(result: dict[str, Any]) -> list[str]:
    return [step["action"] for step in result["plan"]]


def instances(shop: Shop) -> list[Instance]:
    """In the order of their purchase."""
    found: list[Instance] = shop.account.world.present_instances()
    return found


def applications(shop: Shop) -> int:
    """How many were ever sent."""
    return sum(each.application.attempt for each in instances(shop) if each.application)


def waiting(shop: Shop) -> str:
    """The id of the one instance whose application is in progress."""
    world = shop.account.world
    found: list[str] = [each.instance_id for each in instances(shop) if world.instance_phase(each) is Phase.PENDING]
    assert len(found) == 1
    return found[0]


def accept(shop: Shop) -> str:
    """The CA issues what waits for it; returns its id."""
    instance_id = waiting(shop)
    shop.account.happen("accept", instance_id)
    return instance_id


def install(shop: Shop, **options: Any) -> dict[str, Any]:
    """Apply, let the CA issue, and put the certificate in use."""
    run(shop, until="requested", **options)
    accept(shop)
    return run(shop, **options)


def current(shop: Shop) -> int | None:
    link = shop.home / "current"
    return int(os.path.basename(os.readlink(link))) if link.is_symlink() else None


def key(shop: Shop, generation: int) -> str:
    """The hash of the key of a generation."""
    path = shop.home / "generations" / str(generation) / "privkey.pem"
    return str(read_private_key(path.read_text(), "a key"))


def key_of(shop: Shop, instance: Instance) -> str | None:
    """The hash of the key of the newest certificate of an instance; None where the service made the key."""
    newest = instance.newest
    return hashlib.sha256(newest.form.spki).hexdigest() if newest and newest.form.spki else None


def record(shop: Shop) -> dict[str, Any]:
    """What the host has noted of the certificate in use."""
    found: dict[str, Any] = json.loads((shop.home / "current" / "order.json").read_text())
    return found


def calls(shop: Shop) -> list[str]:
    """The calls until now, without those of DNS; none of them is told again."""
    dns = ("AddDomainRecord", "DeleteDomainRecord", "DescribeDomainRecords", "DescribeDomains", "DescribeDomainInfo")
    made = [call.action for call in list(shop.account.calls)]
    shop.account.calls.clear()
    return [action for action in made if action not in dns]
