# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of the chain: options in, steps on the host with their own arguments, the result out."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.certops.alicloud.plugins.action import certificate as action
from ansible_collections.certops.alicloud.plugins.action.certificate import ActionModule, TargetHost
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import Service
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support import chains
from tests.support.chains import WWW, Shop
from tests.support.instance_calls import CONTACT, bought, filled

AT_ONCE: dict[str, Any] = {
    "settle_seconds": 0,
    "record_delay_seconds": 0,
    "review_seconds": 0,
    "proof": "at_once",
    "extra_names": "none",
}
STEPS = {
    "certops.alicloud.certificate_store_info": lambda shop, given: shop.look(given),
    "certops.alicloud.certificate_store": lambda shop, given: shop.change(given),
    "ansible.builtin.service": lambda shop, given: shop.reload(Service(given["name"])) or {},
}


class Told:
    """What the user sees beside results."""

    verbosity = 0

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warning(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    found = Told()
    monkeypatch.setattr(action, "display", found)
    return found


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, told: Told) -> Iterator[Server]:
    for name in [name for name in os.environ if name.startswith(("ALIBABA", "ALICLOUD"))]:
        monkeypatch.delenv(name)
    account = Emulator(World())
    account.turn(**AT_ONCE)
    account.world.zones.host("example.com", account.world.now())
    with Server(account) as running:
        running.account = account  # type: ignore[attr-defined]
        yield running


@pytest.fixture
def shop(server: Server, tmp_path: Path) -> Shop:
    return Shop(server.account, tmp_path)  # type: ignore[attr-defined]


def task(shop: Shop, arguments: dict[str, Any], check: bool = False, diff: bool = False, **about: Any) -> Any:
    """The action of a task, as Ansible makes it, whose steps are done by a shop."""
    named = SimpleNamespace(
        action="certops.alicloud.certificate",
        args=arguments,
        async_val=0,
        check_mode=check,
        diff=diff,
        environment=[about.get("environment", {})],
        no_log=False,
    )
    connection = SimpleNamespace(
        transport="local", become=None, _shell=SimpleNamespace(tmpdir=None, env_prefix=lambda **_v: "")
    )
    made = ActionModule(named, connection, SimpleNamespace(remote_addr="web1"), None, Plain(), None)
    shop.read_only = check

    def step(name: str, given: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(STEPS[name](shop, given))
        except Failure as failure:
            return {"failed": True, "msg": failure.msg, **failure.facts}

    made.step = step
    return made


class Plain:
    """Renders nothing."""

    def template(self, value: Any, **_rest: Any) -> Any:
        return value


def run(shop: Shop, server: Server, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
    keys = Keys()
    connection = {"endpoint": server.url, "access_key_id": keys.access_key_id}
    arguments = {
        **{name: value for name, value in chains.OPTIONS_OF_A_TEST.items() if name != "validation"},
        "directory": str(shop.root),
        "poll_interval": 0.05,
        "wait_timeout": 20,
        "connection": {**connection, "access_key_secret": keys.access_key_secret},
        **options,
    }
    found: dict[str, Any] = task(shop, arguments, check, diff, **options.pop("about", {})).run(task_vars={})
    return found


# The task.


def test_a_task_ends_with_a_served_certificate(shop: Shop, server: Server) -> None:
    result = run(shop, server, diff=True)
    assert not result.get("failed"), result
    assert (result["changed"], result["action"], result["complete"]) == (True, "apply", True)
    assert shop.serving == result["current"]["sha256_fingerprint"]
    assert result["diff"]["before"] == "in use: none\n"
    assert result["msg"].startswith("www.example.com: apply, no certificate is installed; called Create")
    again = run(shop, server, diff=True)
    assert (again["changed"], again["plan"], "diff" in again) == (False, [], False)


def test_a_preview_does_nothing(shop: Shop, server: Server) -> None:
    result = run(shop, server, check=True)
    assert (result["changed"], result["plan"][0]["action"]) == (True, "stage")
    assert not shop.home.exists() and not shop.account.world.orders


def test_settings_win_over_options(shop: Shop, server: Server) -> None:
    result = run(shop, server, until="installed", settings={"until": "staged", "name": "shop"})
    assert [step["action"] for step in result["plan"]] == ["stage"]
    assert (shop.root / "shop").exists()


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        ({"settings": {"dmains": ["a.example"]}}, "settings: unknown key 'dmains'; use domains."),
        ({"settings": {"certificate_domains": ["a.example"]}}, "settings: unknown key 'certificate_domains'; use dom"),
        ({"settings": {"xyz": 1}}, "settings: unknown key 'xyz'; ansible-doc certops.alicloud.certificate lists the"),
        ({"contact": {"mail": "me"}}, "contact: unknown key 'mail'; use email."),
        ({"forms": [{"type": "p12"}]}, "forms.type: p12 is not valid; use one of combined, "),
        ({"forms": [{"type": "der", "passwort": "x"}]}, "forms: unknown key 'passwort'; use password."),
        ({"links": [{"path": "/etc/x.pem"}]}, "links: missing required arguments: file"),
        ({"settings": ["a.example"]}, "settings: give a dictionary"),
        ({"keep": -1}, "keep: "),
        ({"until": "soon"}, "until: soon is not valid; use one of staged, "),
        ({"directory": "relative/path"}, ""),
    ],
)
def test_an_option_that_is_not_valid_is_a_failed_result(
    shop: Shop, server: Server, options: dict[str, Any], begins: str
) -> None:
    result = run(shop, server, **options)
    assert (result["failed"], result["changed"], result["plan"]) == (True, False, [])
    assert result["msg"].startswith(begins)
    assert shop.account.calls == []


INSTANCE: dict[str, Any] = {"source": "instance", "instance": {"pool": {}, "contact_ids": [CONTACT]}}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"instance": {"pool": {}, "pol": 1}}, "instance: unknown key 'pol'; use pool."),
        ({"instance": {"pool": {"typ": "buy"}}}, "instance: pool: unknown key 'typ'; use"),
        (
            {"instance": {"pool": {"instance_type": "free"}}},
            "instance: pool.instance_type: free is not valid; use one of",
        ),
        ({"instance": {"key_algorithm": "SM2", "pool": {}}}, "instance: unknown key 'key_algorithm'"),
        ({"instance": {"tags": {}, "pool": {}}}, "instance: unknown key 'tags'"),
        ({"instance": {"pool": {}, "instance_id": "cas-cn-1"}}, "instance: give instance_id or pool, not both."),
        ({"instance": {"contact_ids": ["1"]}}, "instance: give instance_id, or pool in place of it."),
        (
            {"instance": {"pool": {}, "contact_ids": ["1"], "contact": "x"}},
            "instance: give contact_ids or contact, not b",
        ),
        (
            {"instance": {"pool": {}, "company_id": "1", "company": "x"}},
            "instance: give company_id or company, not both.",
        ),
        ({"instance": {"pool": {}, "contact_ids": []}}, "instance.contact_ids: the list is empty"),
        ({"instance": {"pool": {}, "certificate_name": "n" * 64}}, "instance.certificate_name: give up to 63 ASCII"),
        (
            {"instance": {"instance_id": "cas-ivauto-1"}},
            "instance.instance_id: 'cas-ivauto-1' belongs to a resource plan",
        ),
        ({"instance": "98987582437920968"}, "instance.instance_id: '98987582437920968' looks like the ID of an order"),
        ({"instance": ["cas-cn-1"]}, "instance: give a dictionary with instance_id or pool, or the ID of an instance."),
        ({"instance": {}}, "instance: source: instance needs instance_id or pool in it."),
        ({"instance": None}, "instance: source: instance needs instance_id or pool in it."),
        (
            {"source": None},
            "instance: it is used with source: instance only. Set that, or source: order to leave it unused.",
        ),
        ({"source": "plan"}, "source: plan is not valid; use one of order, instance."),
    ],
)
def test_an_instance_that_is_not_valid_is_told_before_anything_is_looked_at(
    shop: Shop, server: Server, options: dict[str, Any], says: str
) -> None:
    looks = list[object]()
    shop.look = looks.append  # type: ignore[assignment, method-assign]
    given = {name: value for name, value in {**INSTANCE, **options}.items() if value is not None}
    result = run(shop, server, **given)
    assert (result["failed"], result["changed"], result["plan"]) == (True, False, [])
    assert result["msg"].startswith(says)
    assert (shop.account.calls, looks) == ([], [])


def test_text_is_the_id_of_an_instance(shop: Shop, server: Server) -> None:
    instance_id = filled(shop.account, WWW)
    shop.account.call("UpdateInstance", {"InstanceId": instance_id, "ContactIdList.1": str(CONTACT)})
    result = run(shop, server, source="instance", instance=instance_id)
    assert not result.get("failed"), result
    assert (result["instance"]["instance_id"], result["order"], result["complete"]) == (instance_id, None, True)
    assert run(shop, server, source="instance", instance=instance_id)["plan"] == []


def test_the_second_task_of_a_run_waits_for_the_instance_of_the_first(shop: Shop, server: Server) -> None:
    shop.account.turn(proof="control", review_seconds=None)
    bought(shop.account)
    first = run(shop, server, wait=False, certificates=[{"domains": [WWW]}], **INSTANCE)
    [left] = first["left"]
    [instance] = shop.account.world.present_instances()
    assert left == {"number": 1, "label": WWW, "order_id": instance.instance_id}
    shop.account.happen("reject", instance.instance_id, reason="CAA forbids it")
    second = run(shop, server, certificates=[{"domains": [WWW]}], left=[left], **INSTANCE)
    assert "The service says: CAA forbids it." in second["msg"]
    assert shop.account.world.present_instances()[0].application.attempt == 1


# Several certificates.


def test_a_list_has_certificates_of_both_sources(shop: Shop, server: Server) -> None:
    bought(shop.account)
    entries = [{"domains": ["a.example.com"]}, {"domains": ["b.example.com"], **INSTANCE}]
    plain: dict[str, Any] = {"services": [], "endpoints": []}
    result = run(shop, server, domains=None, settings=plain, certificates=entries)
    assert [each["outcome"] for each in result["summary"]] == ["issued", "issued"]
    one, other = result["certificates"]
    assert (one["order"]["status"], "instance" in one) == ("issued", False)
    assert (other["order"], other["instance"]["status"]) == (None, "issued")
    shop.account.calls.clear()
    assert (run(shop, server, domains=None, settings=plain, certificates=entries)["plan"], shop.account.calls) == (
        [],
        [],
    )


def test_certificates_of_a_list_are_done_one_after_the_other_and_one_that_fails_keeps_no_other(
    shop: Shop, server: Server
) -> None:
    entries = [
        {"domains": ["a.example.com"]},
        {"domains": ["b.example.com"], "keep": "x"},
        {"domains": "c.example.com"},
    ]
    plain: dict[str, Any] = {"services": [], "endpoints": []}
    result = run(shop, server, domains=None, settings=plain, certificates=entries)
    assert [each["outcome"] for each in result["summary"]] == ["issued", "failed", "issued"]
    assert result["msg"] == "b.example.com: keep: the value is text; give a whole number."
    assert (result["changed"], result["left"]) == (True, [])
    again = run(shop, server, domains=None, settings=plain, certificates=[entries[0], entries[2]])
    assert (again["changed"], again["plan"], again.get("failed")) == (False, [], None)


def test_what_is_left_of_a_list_is_finished_by_another_task(shop: Shop, server: Server) -> None:
    entries = [{"domains": ["a.example.com"]}, {"domains": ["b.example.com"]}]
    first = run(shop, server, wait=False, certificates=entries)
    assert [each["outcome"] for each in first["summary"]] == ["in progress", "in progress"]
    assert [each["label"] for each in first["left"]] == ["a.example.com", "b.example.com"]
    assert {each["order_id"] for each in first["left"]} == {str(order_id) for order_id in shop.account.world.orders}
    second = run(shop, server, services=[], endpoints=[], certificates=entries, left=first["left"][1:])
    assert [(each["label"], each["outcome"]) for each in second["summary"]] == [("b.example.com", "issued")]
    third = run(shop, server, services=[], endpoints=[], certificates=entries)
    assert [each["outcome"] for each in third["summary"]] == ["issued", "unchanged"]
    assert len(shop.account.world.orders) == 2


def test_the_results_of_a_list_repeat_no_secret_of_an_entry(shop: Shop, server: Server) -> None:
    forms = [{"type": "pkcs12", "password": "hidden away"}]
    entries = [{"domains": ["a.example.com"], "forms": forms}, {"domains": ["b.example.com"], "webroot": "x"}]
    result = run(shop, server, wait=False, validation="file", webroot=str(shop.root), certificates=entries)
    assert result["failed"] and [each["number"] for each in result["left"]] == [1]
    assert "hidden away" not in str(result)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"certificates": [{"domains": ["a.example"]}, {"domains": ["a.example", "b.example"]}]}, "same directory"),
        ({"certificates": [{"domains": ["a.example"]}, "b.example"]}, "certificates: give a list; each entry is "),
        ({"certificates": {"domains": ["a.example"]}}, "certificates: give a list; each entry is "),
        ({"certificates": "a.example"}, "certificates: give a list; each entry is "),
        ({"certificates": [], "settings": {"dmains": []}}, "settings: unknown key 'dmains'; use domains."),
        (
            {"certificates": [{"domains": ["a.example"]}], "left": [{"number": 2, "order_id": None}]},
            "left: give the re",
        ),
        ({"certificates": [{"domains": ["a.example"]}], "left": [{"number": 1}]}, "left: give the result left of a t"),
    ],
)
def test_a_list_that_is_not_valid_is_refused_before_anything_is_done(
    shop: Shop, server: Server, options: dict[str, Any], said: str
) -> None:
    result = run(shop, server, **options)
    assert (result["failed"], result["changed"], result["reasons"]) == (True, False, [result["msg"]])
    assert said in result["msg"]
    assert shop.account.calls == [] and not shop.home.exists()


def test_an_entry_is_not_a_list_of_its_own(shop: Shop, server: Server) -> None:
    result = run(shop, server, certificates=[{"domains": ["a.example"], "certificates": []}])
    assert result["msg"] == "a.example: certificates: certificates is an option of the task, not of a certificate."
    result = run(shop, server, certificates=[{"domains": ["a.example"], "dmains": []}])
    assert result["msg"] == "a.example: certificates: unknown key 'dmains'; use domains."


def test_a_list_on_an_unreachable_host_ends_at_once(
    shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def unreachable(options: object) -> None:
        asked.append(options)
        raise AnsibleConnectionFailure("no route to host")

    monkeypatch.setattr(shop, "look", unreachable)
    result = run(shop, server, certificates=[{"domains": ["a.example.com"]}, {"domains": ["b.example.com"]}])
    assert (result["unreachable"], len(asked)) == (True, 1)


def test_what_was_done_before_a_host_became_unreachable_is_told(
    shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = shop.look

    def looked(options: Any) -> Any:
        if options["name"] == "b.example.com":
            raise AnsibleConnectionFailure("no route to host")
        return look(options)

    monkeypatch.setattr(shop, "look", looked)
    entries = [{"domains": [f"{name}.example.com"]} for name in "ab"]
    result = run(shop, server, services=[], endpoints=[], certificates=entries)
    assert (result["unreachable"], result["changed"], result["failed"]) == (True, True, False)
    assert "install" in [step["action"] for step in result["plan"]]
    assert [each["outcome"] for each in result["summary"]] == ["issued"] and "no route to host" in result["msg"]


def test_the_diffs_of_a_list_are_shown(shop: Shop, server: Server) -> None:
    result = run(shop, server, check=True, diff=True, certificates=[{"domains": ["a.example.com"]}])
    assert [each["before"] for each in result["diff"]] == ["in use: none\n"]
    assert result["complete"] is True


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"domains": "www.example.com"}, ["www.example.com"]),
        ({"services": "nginx"}, ["nginx"]),
        ({"endpoints": "127.0.0.1:443"}, ["127.0.0.1:443"]),
        ({"resolvers": "192.0.2.53"}, ["192.0.2.53"]),
        ({"links": "/etc/ssl/www.pem"}, "links: an entry is text; give a dictionary."),
        ({"forms": "combined"}, "forms: an entry is text; give a dictionary."),
        ({"links": {"path": "/etc/ssl/www.pem"}}, "links: the value is a dictionary; give a list."),
        ({"forms": {"type": "combined"}}, "forms: the value is a dictionary; give a list."),
        ({"services": {"name": "nginx"}}, "services: the value is a dictionary; give a list."),
    ],
)
def test_text_where_a_list_is_meant_is_one_entry(options: dict[str, Any], kept: Any) -> None:
    (option,) = options
    if isinstance(kept, list):
        assert action._options({"domains": ["a.example"], **options})[option] == kept
    else:
        with pytest.raises(Failure) as refused:
            action._options({"domains": ["a.example"], **options})
        assert refused.value.msg == kept


def test_without_a_wait_the_task_says_that_it_is_not_complete(shop: Shop, server: Server) -> None:
    shop.account.turn(proof="control")
    result = run(shop, server, wait=False)
    assert (result["complete"], result["order"]["status"]) == (False, "pending_validation")
    assert result["publish"][0]["record_name"] == "_dnsauth.www.example.com"
    assert run(shop, server, check=True, wait=False)["complete"] is True


def test_a_failure_has_its_facts_and_no_traceback(shop: Shop, server: Server) -> None:
    shop.account.turn(denied=["CreateCertificateForPackageRequest"])
    result = run(shop, server)
    assert (result["failed"], result["changed"]) == (True, True)
    assert [step["action"] for step in result["plan"]] == ["stage"]
    assert result["action"] == "CreateCertificateForPackageRequest" and "request_id" in result
    assert "Traceback" not in str(result)


def test_an_unexpected_error_is_called_a_bug(shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "look", lambda options: {})
    result = run(shop, server)
    assert result["failed"] and "This is a bug in certops.alicloud" in result["msg"]


def test_an_unreachable_host_is_unreachable_for_ansible_too(
    shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(options: object) -> None:
        raise AnsibleConnectionFailure("no route to host")

    monkeypatch.setattr(shop, "look", unreachable)
    result = run(shop, server)
    assert (result["unreachable"], result["failed"]) == (True, False)
    assert result["msg"].endswith("no route to host")


def test_the_progress_of_the_wait_names_the_record_where_it_is(
    shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.account.turn(proof="control")
    shop.account.world.zones.host("example.net", shop.account.world.now())
    shown: list[str] = []
    monkeypatch.setattr(action, "teller", lambda host, is_secret: lambda line, detail: shown.append(line))
    result = run(shop, server, validation="alidns", dns_alias="v.example.net", wait_timeout=2)
    assert "TXT v.example.net was published" in result["msg"]
    assert any("Publishing TXT v.example.net with the value" in line for line in shown), shown
    assert not any("To publish" in line for line in shown), shown
    assert "_dnsauth" not in "".join([*shown, result["msg"]])


def test_the_progress_tells_others_what_to_publish(shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.account.turn(proof="control")
    shown: list[str] = []
    monkeypatch.setattr(action, "teller", lambda host, is_secret: lambda line, detail: shown.append(line))
    result = run(shop, server, validation="manual", wait_timeout=2)
    assert "Publish TXT _dnsauth.www.example.com with the value" in result["msg"]
    assert any("To publish: TXT _dnsauth.www.example.com with the value" in line for line in shown), shown


def test_warnings_are_shown_once(shop: Shop, server: Server, told: Told) -> None:
    run(shop, server, check=True, validation="file", webroot="/nowhere/at/all")
    assert len([text for text in told.warnings if "/nowhere/at/all" in text]) == 1


def test_warnings_of_a_task_that_fails_are_shown_too(shop: Shop, server: Server, told: Told) -> None:
    shop.account.turn(proof="control", denied=["DescribePackageState"])
    result = run(shop, server, validation="manual", wait_timeout=1)
    assert result["failed"]
    assert len([text for text in told.warnings if "The quota was not checked" in text]) == 1, told.warnings


# The list of revoked certificates.


def revoke(shop: Shop) -> None:
    numbers = map(str, shop.account.world.orders)
    shop.account.call("CancelCertificateForPackageRequest", {"OrderId": max(numbers)})


def test_a_revoked_certificate_is_replaced(shop: Shop, server: Server, own_notes: Path, told: Told) -> None:
    shop.account.turn(crl_hours=24)
    old = run(shop, server)["current"]["serial_number"]
    revoke(shop)
    foreseen = run(shop, server, check=True)
    assert (foreseen["action"], foreseen["revoked"]) == ("renew", True)
    assert f"renew, the certificate in use, {old}, is revoked since" in foreseen["msg"]
    assert run(shop, server)["current"]["generation"] == 2
    assert run(shop, server)["action"] == "nothing"
    assert shop.account.lists_served == 1, "the list is fetched once for all tasks"
    assert told.warnings == [] and list(own_notes.glob("crl-*.json"))


def test_check_revocation_switches_it_off(shop: Shop, server: Server, own_notes: Path) -> None:
    shop.account.turn(crl_hours=24)
    run(shop, server)
    revoke(shop)
    result = run(shop, server, check_revocation=False)
    assert (result["action"], result["revoked"], shop.account.lists_served) == ("nothing", None, 0)
    assert not list(own_notes.glob("crl-*"))


def test_a_list_elsewhere_is_not_asked_for_with_an_emulator(
    shop: Shop, server: Server, own_notes: Path, told: Told
) -> None:
    shop.account.turn(crl_hours=24)
    shop.account.world.address = "http://crl.example.com"
    run(shop, server)
    result = run(shop, server)
    assert (result["action"], result["revoked"]) == ("nothing", None)
    (warning,) = told.warnings
    assert "only this machine is asked with an emulator" in warning


# The connections.


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"endpoint": "http://127.0.0.1:1", "profile": "p"}, True),
        ({"endpoint": "cas.aliyuncs.com", "profile": "p"}, False),
        ({"profile": "p"}, False),
    ],
)
def test_dns_has_another_endpoint_but_for_an_emulator(given: dict[str, Any], kept: bool) -> None:
    found = action._without_own_endpoint(given)
    assert found["profile"] == "p"
    assert ("endpoint" in found) is kept


@pytest.mark.parametrize(
    ("options", "asks"),
    [
        ({"connection": {"endpoint": "http://127.0.0.1:1"}}, False),
        ({"connection": {"endpoint": "http://127.0.0.1:1"}, "resolvers": ["192.0.2.53"]}, True),
        ({"connection": {}}, True),
        ({"connection": {}, "preflight": "false"}, False),
    ],
)
def test_whom_the_checks_ask(server: Server, options: dict[str, Any], asks: bool) -> None:
    pytest.importorskip("dns")
    asked = {"preflight": "true", "resolvers": None, **options}
    assert (action._resolver(asked) is not None) is asks


# The host.


class Recorded:
    """An action that notes its steps and returns what it is told."""

    def __init__(self, **results: dict[str, Any]) -> None:
        self.results, self.steps = results, list[tuple[str, dict[str, Any]]]()

    def step(self, name: str, given: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        self.steps.append((name, given))
        return self.results.get(name.rpartition(".")[2], {})


def host(**results: dict[str, Any]) -> tuple[TargetHost, list[tuple[str, dict[str, Any]]]]:
    recorded = Recorded(**results)
    return TargetHost(recorded, {}), recorded.steps  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("service", "module", "given"),
    [
        (Service("web"), "service", {"name": "web", "state": "reloaded"}),
        (Service("web", "restart"), "service", {"name": "web", "state": "restarted"}),
        (Service("web", "reload", ("kill", "-HUP", "1")), "command", {"argv": ["kill", "-HUP", "1"]}),
    ],
)
def test_a_service_is_reloaded_by_its_module_or_its_command(
    service: Service, module: str, given: dict[str, Any]
) -> None:
    target, steps = host()
    target.reload(service)
    assert steps == [(f"ansible.builtin.{module}", given)]


@pytest.mark.parametrize(
    ("service", "result", "says"),
    [
        (
            Service("web", "reload", ("reload", "-t", "a b")),
            {"msg": "non-zero return code", "rc": 7, "stderr": "first\nlast\n", "stdout": "out"},
            "The command reload -t 'a b' ended with return code 7; the last line of its standard error is: last",
        ),
        (
            Service("web", "reload", ("reload",)),
            {"msg": "non-zero return code", "rc": 1, "stderr": ""},
            "The command reload ended with return code 1; it wrote no error",
        ),
        (
            Service("web", "reload", ("reload",)),
            {"msg": "[Errno 2] No such file\nor directory", "rc": 2},
            "The command reload could not be run. Ansible said: [Errno 2] No such file or directory",
        ),
        (
            Service("web", "restart"),
            {"msg": "Unable to restart\nservice", "stderr": "x"},
            "Ansible could not bring web to the state restarted; it said: Unable to restart service: x",
        ),
    ],
)
def test_a_reload_that_fails_is_told_in_words(service: Service, result: dict[str, Any], says: str) -> None:
    target, _steps = host(**{"command" if service.argv else "service": {"failed": True, **result}})
    with pytest.raises(Failure) as raised:
        target.reload(service)
    assert raised.value.msg == says


CURRENT = {"generation": 1, "not_after": "2027-01-01T00:00:00Z", "days_left": 3}


@pytest.mark.parametrize(
    ("current", "said", "says"),
    [
        (CURRENT, "It broke.", "It broke. The certificate in use is valid until 2027-01-01T00:00:00Z."),
        (
            {**CURRENT, "days_left": -1},
            "It broke.",
            "It broke. The certificate in use expired at 2027-01-01T00:00:00Z.",
        ),
        (CURRENT, "Until 2027-01-01T00:00:00Z.", "Until 2027-01-01T00:00:00Z."),
        (None, "It broke.", "It broke. No certificate is in use."),
        (None, "No certificate is in use.", "No certificate is in use."),
    ],
)
def test_a_failure_tells_once_until_when_what_is_in_use_is_valid(current: Any, said: str, says: str) -> None:
    target, steps = host(certificate_store_info={"current": current})
    assert target.with_state(said) == said and steps == []
    target.look({"directory": "/etc"})
    assert target.with_state(said) == says
    target.change({"state": "current"})
    assert target.with_state(said) == says
    assert [name for name, _given in steps].count("certops.alicloud.certificate_store_info") == 2


def test_the_certificate_of_another_host_is_stored_before_anything_is_decided(
    shop: Shop, server: Server, tmp_path: Path
) -> None:
    run(shop, server)
    asked = {"directory": str(shop.root), "name": WWW, "domains": [WWW], "requirements": {}}
    files = shop.look({**asked, "include_private_key": True})["files"]
    other = Shop(server.account, tmp_path / "other")  # type: ignore[attr-defined]
    other.root.mkdir()
    orders = len(shop.account.world.orders)
    result = run(other, server, may_order=False, copied=files)
    assert not result.get("failed"), result
    assert other.serving == shop.serving and len(shop.account.world.orders) == orders
    assert result["changed"] and [step["action"] for step in result["plan"]][-3:] == ["install", "reload", "verify"]
    assert len(result["plan"]) > 3
    assert "PRIVATE KEY" not in str(result)


def test_a_certificate_of_an_instance_is_copied_with_where_it_comes_from(
    shop: Shop, server: Server, tmp_path: Path
) -> None:
    bought(shop.account)
    first = run(shop, server, **INSTANCE)
    asked = {"directory": str(shop.root), "name": WWW, "domains": [WWW], "requirements": {}}
    files = shop.look({**asked, "include_private_key": True})["files"]
    other = Shop(server.account, tmp_path / "other")  # type: ignore[attr-defined]
    other.root.mkdir()
    result = run(other, server, may_order=False, copied=files, **INSTANCE)
    assert not result.get("failed"), result
    assert (other.serving, result["current"]["instance_id"]) == (shop.serving, first["instance"]["instance_id"])
    assert result["current"]["subscription_end"] == first["current"]["subscription_end"]
    assert run(other, server, may_order=False, copied=files, **INSTANCE)["plan"] == []


def test_a_validation_file_is_written_looked_at_and_removed() -> None:
    target, steps = host(slurp={"content": b64encode(b"2026").decode()})
    target.write_file("/srv/.well-known/x.txt", "2026")
    assert steps[0] == (
        "ansible.builtin.file",
        {"path": "/srv/.well-known", "state": "directory", "mode": "0755"},
    )
    assert steps[1] == (
        "ansible.builtin.copy",
        {"content": "2026", "dest": "/srv/.well-known/x.txt", "mode": "0644"},
    )
    assert target.has_file("/srv/x.txt", "2026")
    assert not target.has_file("/srv/x.txt", "2027")
    target.remove_file("/srv/x.txt")
    assert steps[-1] == ("ansible.builtin.file", {"path": "/srv/x.txt", "state": "absent"})


def test_a_file_that_is_not_there_is_not_published() -> None:
    target, _steps = host(slurp={"failed": True, "msg": "file not found"})
    assert not target.has_file("/srv/x.txt", "2026")


def test_an_option_without_a_value_is_not_given() -> None:
    target, steps = host()
    target.change({"state": "staged", "key_size": None})
    target.look({"endpoints": [], "forms": None})
    assert [given for _name, given in steps] == [{"state": "staged"}, {"endpoints": []}]


@pytest.mark.parametrize(
    ("result", "says"),
    [
        ({"failed": True, "msg": "It broke."}, "It broke."),
        ({"failed": True, "msg": "non-zero return code", "stderr": "bad line\n"}, "non-zero return code: bad line"),
        ({"unreachable": True, "msg": "no route"}, "no route"),
        ({"failed": True}, "no reason was given"),
    ],
)
def test_a_failed_step_is_a_failure_with_its_sentence(result: dict[str, Any], says: str) -> None:
    target, _steps = host(certificate_store={**result, "problem": "chain", "plan": ["x"], "secret": "s"})
    with pytest.raises(Failure) as raised:
        target.change({"state": "complete"})
    unreachable = {"unreachable": True} if "unreachable" in result else {}
    assert (raised.value.msg, raised.value.facts) == (says, {"problem": "chain", **unreachable})


def test_what_a_step_discovers_is_passed_on_and_what_it_warns_of_is_text() -> None:
    facts = {"discovered_interpreter_python": "/usr/bin/python3"}
    warning = SimpleNamespace(event=SimpleNamespace(msg="as an object"))
    target, _steps = host(
        certificate_store_info={"ansible_facts": facts, "warnings": ["as text", warning], "deprecations": []}
    )
    assert target.look({})["warnings"] == ["as text", "as an object"]
    assert target.told == {"ansible_facts": facts}


def test_the_steps_of_a_play_do_not_reach_the_steps_of_the_task(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """``module_defaults`` of the task are those of its module, and of no other one."""
    made: list[Any] = []

    class Inner:
        def __init__(self, task: Any, **_rest: Any) -> None:
            made.append(task)

        def run(self, task_vars: Any) -> dict[str, Any]:
            return {"changed": False}

    class Named(SimpleNamespace):
        def copy(self, exclude_parent: bool) -> Any:
            return type(self)(**vars(self))

    outer = task(shop, {"domains": [WWW]})
    outer._task = Named(action="certificate", args={"domains": [WWW]}, module_defaults=[{"x": 1}], _parent="block")
    del outer.step
    monkeypatch.setattr(outer, "_action_of", lambda name: Inner)
    outer.step("certops.alicloud.certificate_store", {"state": "staged"}, {})
    (inner,) = made
    assert (inner.action, inner.args) == ("certops.alicloud.certificate_store", {"state": "staged"})
    assert (inner.module_defaults, inner._parent) == ([], "block")
    assert outer._task.args == {"domains": [WWW]}
