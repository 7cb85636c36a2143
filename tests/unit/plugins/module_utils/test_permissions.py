# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of permissions is enough for what each module does, and holds nothing else: seen by the emulator's gate."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils import _permissions as permissions
from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT as ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.info import instance_info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.info import order_info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.packages import package_info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order, ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import PRODUCT as CAS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight_info import read_preflight
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._permissions import PERMISSIONS
from ansible_collections.certops.alicloud.plugins.modules import cas_instance_info, cas_order_info, cas_preflight
from playbooks.files.emulator.core.emulator import ACTIONS, Emulator
from playbooks.files.emulator.core.gate import RAM_CODES
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import chains, client, instance_calls
from tests.support.client import CONTACT, DEFAULTS, FREE, PAID, csr

CREATE, RENEW = "CreateCertificateForPackageRequest", "RenewCertificateOrderForPackageRequest"
WWW = "www.example.com"
ALL = frozenset(action for actions in ACTIONS.values() for action in actions)


class Scene(NamedTuple):
    """An account, and a task that is run on it; the task returns its warnings."""

    account: Emulator
    task: Callable[[], Collection[str]]


Make = Callable[[Path], Scene]


def accepted(account: Emulator) -> None:
    """Issue the one order of an account."""
    account.prove_all()
    for number, each in account.world.orders.items():
        if each.issued is None:
            account.accept(number)


def failed(account: Emulator) -> None:
    """Reject what is with the CA."""
    account.advance(10)
    for number, each in account.world.orders.items():
        if each.issued is None:
            account.reject(number)


# Orders.


def applied(*happenings: Callable[[Emulator], object], **options: Any) -> Emulator:
    """An account with an order, and what happened to it."""
    account = client.emulator(extra_names="none")
    client.order(account, **{"domains": [WWW], **options})
    for happen in happenings:
        happen(account)
    return account


def order(make: Callable[[], Emulator] = client.emulator, **options: Any) -> Make:
    def scene(_path: Path) -> Scene:
        account = make()
        given = {"domains": [WWW], **options}
        if given.pop("by_id", False):
            given = {**given, "order_id": str(next(iter(account.world.orders))), "domains": None}
        return Scene(account, lambda: client.order(account, **given).warnings)

    return scene


def another(account: Emulator, product: str = FREE) -> None:
    """What another machine, with permissions of its own, orders."""
    parameters = {"ProductCode": product, "Domain": WWW, "ValidateType": "DNS"}
    account.call(CREATE, {**parameters, "Username": "Ops", "Phone": "13900000000", "Email": "ops@example.com"})


def at_the_same_moment(_path: Path) -> Scene:
    """Another machine orders right before this task does, and the order of this task has to be withdrawn."""
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)

    def task() -> Collection[str]:
        through = client.before(account, CREATE, lambda: another(account))
        wanted = read_order({"state": "present", **DEFAULTS, "domains": [WWW]})
        return ensure_order(client.client(account, transport=through), wanted).warnings

    return Scene(account, task)


def renewed_at_the_same_moment(action: str, product: str, **options: Any) -> Make:
    def scene(_path: Path) -> Scene:
        account = applied(accepted, product_code=product)
        account.advance((75 if product == FREE else 180) * DAY)
        account.turn(settle_seconds=0.0, record_delay_seconds=0.0)
        given = {
            **DEFAULTS,
            "domains": [WWW],
            "product_code": product,
            "strategy": "auto",
            "wait_for": "none",
            **options,
        }

        def task() -> Collection[str]:
            through = client.before(account, action, lambda: another(account, product))
            return ensure_renewal(client.client(account, transport=through), read_renewal(given)).warnings

        return Scene(account, task)

    return scene


def renewed(product: str, **options: Any) -> Make:
    def scene(_path: Path) -> Scene:
        account = applied(accepted, product_code=product)
        account.advance((75 if product == FREE else 180) * DAY)
        given = {"domains": [WWW], "product_code": product, "wait_for": "none", **options}
        return Scene(account, lambda: client.renew(account, **given).warnings)

    return scene


def told(module: Any, info: Callable[..., Any], make: Callable[[], Emulator], **options: Any) -> Make:
    def scene(_path: Path) -> Scene:
        account = make()
        given = _task.validated(module.OPTIONS, options)

        def task() -> Collection[str]:
            info(lambda: client.client(account), given)
            return ()

        return Scene(account, task)

    return scene


# Instances.


def instance(make: Callable[[Emulator], str] = instance_calls.bought, **options: Any) -> Make:
    def scene(_path: Path) -> Scene:
        account = client.emulator(extra_names="none")
        made = make(account)
        given = {"instance_id": made, **options}
        if "pool" in given:
            del given["instance_id"]
        if "certificate_id" in given:
            given["certificate_id"] = given["certificate_id"](account, made)
        return Scene(account, lambda: client.instance(account, **given).warnings)

    return scene


def earlier(account: Emulator, instance_id: str) -> str:
    """The first certificate of an instance, which has another one since."""
    first = str(instance_calls.detail(account, instance_id)["CertificateId"])
    instance_calls.ask(account, instance_calls.APPLY, InstanceId=instance_id)
    account.advance(4)
    account.happen("accept", instance_id)
    return first


def tagged(account: Emulator) -> str:
    made = instance_calls.issued(account)
    client.instance(account, instance_id=made, domains=[WWW], tags={"a": "b"})
    return made


def listed_instances() -> Emulator:
    account = client.emulator(extra_names="none")
    instance_calls.issued(account)
    instance_calls.pending(account, "other.example.com")
    return account


NAMED: dict[str, Any] = {"domains": [WWW], "contact": "Operations", "company": "Example Ltd."}


# Records.


def record(there: bool = False, **options: Any) -> Make:
    def scene(_path: Path) -> Scene:
        account = client.emulator()
        account.world.zones.host("example.com", account.world.now())
        given = {"record": f"_dnsauth.{WWW}", "value": "x"}
        if there:
            client.record(account, **given)
        return Scene(account, lambda: client.record(account, **{**given, **options}).warnings)

    return scene


def preflight(_path: Path) -> Scene:
    account = client.emulator()
    account.world.zones.host("example.com", account.world.now())
    options = _task.validated(cas_preflight.OPTIONS, {"domains": [WWW]})

    def task() -> Collection[str]:
        wanted = read_preflight(options, lambda: client.client(account, product=ALIDNS))
        assert wanted.provider_zone and wanted.provider_zone(f"_dnsauth.{WWW}") == "example.com"
        return ()

    return Scene(account, task)


# The chain.


def chain(
    days: float = 0, product: str = FREE, beside: str = "", after: str = "", until: str = "installed", **options: Any
) -> Make:
    """A first certificate, or, some days later, its renewal.

    Another machine may order before a call of ``beside``. ``after``: an earlier task ended with an application that was
    rejected, or that is ``requested``.
    """

    def scene(path: Path) -> Scene:
        by_control = options.get("validation") == "alidns"
        account = client.emulator(proof="control" if by_control else "at_once", extra_names="none")
        account.world.zones.host("example.com", account.world.now())
        if options.get("source") == "instance":
            account.turn(validation_seconds=0.0, review_seconds=0.0)
            instance_calls.bought(account, spec="geo.dv.f")
        shop = chains.Shop(account, path / str(next(_NUMBERS)))
        shop.root.mkdir()
        given = {"domains": [WWW], "product_code": product, **options}
        if days:
            chains.run(shop, **given)
            account.advance(days * DAY)
        if after:
            account.turn(proof="control")
            chains.run(shop, **given, until="requested")
        if after == "rejected":
            failed(account)
        todo = [beside]

        def before(step: str) -> None:
            if step in todo:
                todo.clear()
                account.turn(settle_seconds=0.0, record_delay_seconds=0.0)
                another(account, product)

        shop.before = before
        shop.after = lambda step: accepted(account) if by_control and step in PUBLISHED else None
        return Scene(account, lambda: chains.run(shop, **given, until=until).warnings)

    return scene


PUBLISHED = ("AddDomainRecord", "DescribeSubDomainRecords")
_NUMBERS = itertools.count()


SCENES: dict[tuple[str, str], tuple[Make, ...]] = {
    ("alidns_record", "present"): (record(), record(there=True, ttl=900)),
    ("alidns_record", "absent"): (record(there=True, state="absent"),),
    ("cas_instance", "present"): (
        instance(pool={}, **NAMED, tags={"a": "b"}, wait_for="none"),
        instance(tagged, **NAMED, tags={}, purge_tags=True, auto_reissue=True, wait_for="issued"),
    ),
    ("cas_instance", "configured"): (
        instance(pool={}, state="configured", **NAMED, tags={"a": "b"}),
        instance(tagged, state="configured", **NAMED, auto_reissue=True, tags={}, purge_tags=True),
    ),
    ("cas_instance", "cancelled"): (
        instance(instance_calls.pending, state="cancelled"),
        instance(instance_calls.pending, state="cancelled", pool={}, domains=[WWW]),
    ),
    ("cas_instance", "revoked"): (instance(instance_calls.issued, state="revoked", certificate_id=earlier),),
    ("cas_instance", "refunded"): (instance(state="refunded"),),
    ("cas_instance_info", "list"): (told(cas_instance_info, instance_info, listed_instances, include_validation=True),),
    ("cas_instance_info", "certificate"): (
        told(cas_instance_info, instance_info, listed_instances, include_certificate=True, include_validation=True),
    ),
    ("cas_instance_info", "summary"): (
        told(cas_instance_info, instance_info, listed_instances, summary=True, include_validation=True),
    ),
    ("cas_order", "present"): (
        order(domains=[WWW, "example.com"]),
        order(csr_content=csr(WWW), contact=CONTACT),
        order(contact=CONTACT),
        order(partial(applied, failed)),
        at_the_same_moment,
    ),
    ("cas_order", "cancelled"): (order(applied, state="cancelled"),),
    ("cas_order", "absent"): (order(applied, state="absent"),),
    ("cas_order", "revoked"): (order(partial(applied, accepted), state="revoked", by_id=True),),
    ("cas_order_info", "list"): (told(cas_order_info, order_info, applied, include_validation=True),),
    ("cas_order_info", "certificate"): (
        told(cas_order_info, order_info, applied, include_validation=True),
        told(
            cas_order_info,
            order_info,
            partial(applied, accepted),
            order_type="certificate",
            include_certificate=True,
        ),
    ),
    ("cas_order_renew", "renew"): (renewed(PAID, strategy="renew"), renewed_at_the_same_moment(RENEW, PAID)),
    ("cas_order_renew", "reorder"): (
        renewed(FREE),
        renewed_at_the_same_moment(CREATE, FREE),
        renewed(FREE, contact=CONTACT),
        renewed(FREE, contact=CONTACT, csr_content=csr(WWW)),
    ),
    ("cas_package_info", "list"): (
        lambda _path: (
            lambda account: Scene(
                account,
                lambda: package_info(lambda: client.client(account), {"product_codes": [FREE]}) and (),  # type: ignore[func-returns-value,return-value]
            )
        )(client.emulator()),
    ),
    ("cas_preflight", "alidns"): (preflight,),
    ("certificate", "order"): (
        chain(),
        chain(contact=CONTACT),
        chain(beside=CREATE, until="requested"),
        chain(after="rejected", until="requested"),
    ),
    ("certificate", "renew"): (
        chain(days=180, product=PAID),
        chain(days=75),
        chain(days=75, contact=CONTACT),
        chain(days=75, beside=CREATE, until="requested"),
        chain(days=75, after="rejected", until="requested"),
    ),
    ("certificate", "alidns"): (chain(validation="alidns"), chain(validation="alidns", after="requested")),
    ("certificate", "instance"): (
        chain(
            source="instance",
            instance={"pool": {}, "contact": "Operations", "company": "Example Ltd.", "auto_reissue": True},
            tags={"a": "b"},
        ),
    ),
}
# It tells why a submission failed: a task without it says less.
SAYS_LESS = "yundun-cert:GetTaskAttribute"
# A use that stands beside another one.
BESIDE = {("certificate", "alidns"): ("certificate", "order")}


def granted_to(use: tuple[str, str]) -> frozenset[str]:
    found = PERMISSIONS[use[0]][use[1]]
    return found | granted_to(BESIDE[use]) if use in BESIDE else found


def run(make: Make, path: Path, granted: Collection[str]) -> str:
    """The warnings of a task with these permissions and no others. Raises Failure."""
    scene = make(path)
    operations = {each.partition(":")[2] for each in granted}
    scene.account.turn(denied=tuple(sorted(ALL - operations)))
    return " ".join(scene.task())


def said_by(make: Make, path: Path, granted: Collection[str]) -> str:
    """All that it says, also if it fails."""
    try:
        return run(make, path, granted)
    except Failure as failure:
        return failure.msg


@pytest.mark.parametrize("use", SCENES, ids="-".join)
def test_what_is_granted_is_enough(use: tuple[str, str], tmp_path: Path) -> None:
    for make in SCENES[use]:
        assert "Grant `" not in run(make, tmp_path, granted_to(use))


@pytest.mark.parametrize(
    ("use", "permission"),
    [(use, each) for use in SCENES for each in sorted(PERMISSIONS[use[0]][use[1]] - {SAYS_LESS})],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_without_one_of_them_the_task_names_it(use: tuple[str, str], permission: str, tmp_path: Path) -> None:
    left = granted_to(use) - {permission}
    said = [said_by(make, tmp_path, left) for make in SCENES[use]]
    assert any(f"Grant `{permission}`" in each for each in said), said


@pytest.mark.parametrize("use", [use for use in SCENES if SAYS_LESS in PERMISSIONS[use[0]][use[1]]], ids="-".join)
def test_a_task_that_may_not_ask_why_a_submission_failed_is_carried_out(use: tuple[str, str], tmp_path: Path) -> None:
    for make in SCENES[use]:
        assert "Grant `" not in run(make, tmp_path, granted_to(use) - {SAYS_LESS})


def test_every_row_of_the_table_has_a_scene() -> None:
    rows = {(module, use) for module, row in PERMISSIONS.items() for use in row}
    assert set(SCENES) == rows


def test_the_products_are_called_as_in_permission_errors() -> None:
    codes = {each.partition(":")[0] for row in PERMISSIONS.values() for granted in row.values() for each in granted}
    assert codes == {CAS.ram_code, ALIDNS.ram_code} == set(RAM_CODES.values())


def test_every_module_that_calls_the_service_is_in_the_table() -> None:
    root = Path(__file__).resolve().parents[4] / "plugins/modules"
    callers = {file.stem for file in root.glob("*.py") if "certops.alicloud.connection" in file.read_text()}
    assert callers | {"certificate"} == set(PERMISSIONS)


# What the playbook asks for.


@pytest.mark.parametrize(
    ("modules", "states", "chosen"),
    [
        (["cas_order_info"], [], {"cas_order_info": ["list", "certificate"]}),
        ("certops.alicloud.cas_package_info", [], {"cas_package_info": ["list"]}),
        (["cas_order"], [], {"cas_order": ["present", "cancelled", "absent"]}),
        (["certops.alicloud.issue"], [], {"certificate": ["order", "renew", "instance", "alidns"]}),
        ({"renew": ["renew"], "certificate": ["alidns"]}, [], {"certificate": ["renew", "alidns"]}),
        (["cas_order", "cas_instance"], ["revoked"], {"cas_order": ["revoked"], "cas_instance": ["revoked"]}),
        (["cas_order", "alidns_record"], ["cancelled"], {"cas_order": ["cancelled"], "alidns_record": []}),
        (
            {"cas_order": ["absent"], "cas_instance": []},
            [],
            {"cas_order": ["absent"], "cas_instance": ["present", "configured", "cancelled"]},
        ),
    ],
)
def test_nothing_is_revoked_unless_it_is_asked_for(
    modules: Any, states: list[str], chosen: dict[str, list[str]]
) -> None:
    assert permissions.choose(modules, states) == chosen
    granted = permissions.policy(chosen)["Statement"][0]["Action"]
    revokes = {
        "yundun-cert:CancelCertificateForPackageRequest",
        "yundun-cert:RevokeCertificate",
        "yundun-cert:RefundInstance",
    }
    assert bool(revokes & set(granted)) == ("revoked" in states)
    assert granted == sorted(set(granted)) != []


@pytest.mark.parametrize(
    ("modules", "states", "problem"),
    [
        (["cas_ordr"], [], "ram_policy_modules: 'cas_ordr' is unknown; use cas_order."),
        (["cas_order"], ["presnt"], "ram_policy_states: 'presnt' is unknown; use present."),
        (
            {"cas_order": ["list"]},
            [],
            "ram_policy_modules.cas_order: 'list' is unknown; use absent, cancelled, present, revoked.",
        ),
        ([], [], "ram_policy_modules: nothing was chosen"),
        (["alidns_record"], ["revoked"], "ram_policy_states: 'revoked' is unknown"),
    ],
)
def test_what_is_unknown_is_named(
    modules: Any, states: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert permissions.main(json.dumps({"modules": modules, "states": states})) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(problem)


def test_the_policy_is_one_that_ram_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert permissions.main(json.dumps({"modules": {"certificate": ["order", "alidns"]}})) == 0
    found = json.loads(capsys.readouterr().out)
    (statement,) = found.pop("Statement")
    assert found == {"Version": "1"}
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
    assert "alidns:AddDomainRecord" in statement["Action"] and "yundun-cert:CancelOrderRequest" in statement["Action"]
