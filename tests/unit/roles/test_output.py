# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads of a run of the roles, and what is served after one that fails: real runs of ansible-playbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.support.playbooks import Played
from tests.support.site import Site, shown, site

MOST_LINES = 12
# Ansible itself says what a task fails with twice: as an error, and in the result.
BY_ANSIBLE = 2


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, ["web1", "web2"]) as found:
        yield found


@pytest.fixture
def group(pair: Site) -> Site:
    pair.share()
    return pair


def sentences(played: Played, host: str) -> list[str]:
    """What a host failed with for good."""
    return re.findall(rf'^fatal: \[{host}\]: FAILED! => {{"changed": false, "msg": "(.*)"}}$', played.text, re.MULTILINE)


def installed_once(found: Site) -> dict[str, str | None]:
    """A certificate on each host, which becomes due; the fingerprints."""
    played = found.play()
    assert played.status == 0, played.text
    found.months_pass()
    return {host: found.installed(host) for host in found.hosts}


def stop_reloads(found: Site, host: str) -> None:
    """The reload ends well, but changes nothing."""
    found.hosts[host]["certificate_services"] = [{"name": "web", "argv": ["true"]}]


def user_reloads(found: Site, *failing: str) -> None:
    """Reloads by tasks of the user, which fail on some hosts once a second certificate is there."""
    tasks = [
        {
            "name": "Refuse",
            "ansible.builtin.command": {"argv": ["sh", "-c", "echo first >&2; echo syntax error >&2; exit 3"]},
            "when": f"inventory_hostname in {list(failing)} and ('generations/2' in lookup('ansible.builtin.pipe', 'readlink "
            "{{ certificate_directory }}/*/current'))",
        },
        {
            "name": "Reload",
            "ansible.builtin.command": {"argv": ["sh", "-c", "echo x >> {{ certificate_directory }}.reloads; touch {{ touched }}"]},
        },
    ]
    import json

    (found.root / "reload.yml").write_text(json.dumps(tasks))
    for name, host in found.hosts.items():
        host["touched"] = str(found.webs[name].reload)
        host["certificate_services"] = []
        host["certificate_reload_tasks"] = str(found.root / "reload.yml")


# Good days.


def test_a_day_without_work_is_one_line_a_host(pair: Site) -> None:
    pair.play()
    again = [line for line in shown(pair.play()) if line.startswith(("ok", "changed", "skipping"))]
    assert len(again) == 2
    assert all("nothing to do" in line for line in again)


def test_a_renewal_has_few_lines_and_runs_the_handler(pair: Site) -> None:
    before = installed_once(pair)
    played = pair.play("--limit", "web1")
    assert (played.status, len(shown(played)) <= MOST_LINES) == (0, True), played.text
    assert "ok: [web1]" in played.text.partition("RUNNING HANDLER")[2]
    assert pair.webs["web1"].serves() == pair.installed("web1") != before["web1"]


def test_a_group_that_renews_has_few_lines_a_host_and_one_order(group: Site) -> None:
    before = installed_once(group)
    played = group.play()
    assert played.status == 0, played.text
    assert len(shown(played)) <= MOST_LINES * len(group.hosts), played.text
    assert "skipping" not in played.text and "censored" not in played.text
    after = {group.installed(host) for host in group.hosts}
    assert len(after) == 1 and not after & set(before.values())
    assert {web.serves() for web in group.webs.values()} == after
    assert len(group.account.world.orders) == 2
    again = [line for line in shown(group.play()) if line.startswith(("ok", "changed", "skipping"))]
    assert len(again) == 2 and all("nothing to do" in line for line in again)


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_no_key_is_shown_or_kept(group: Site, strategy: str) -> None:
    """Neither in the output, nor in a variable that a later task of the play could show."""
    tell: dict[str, Any] = {"ansible.builtin.debug": {"msg": "{{ hostvars | to_json }}"}}
    played = group.play("-vvv", strategy=strategy, post_tasks=[tell])
    assert played.status == 0, played.text
    assert group.installed("web1") == group.installed("web2")
    assert "PRIVATE KEY" not in played.text


# Failures.


def test_a_failure_is_told_once_with_the_state_and_what_to_do(pair: Site) -> None:
    before = installed_once(pair)
    pair.account.turn(proof="control")
    for host in pair.hosts.values():
        host["certificate_wait_timeout"] = 2
    pair.hosts["web2"]["certificate_keep"] = -1
    played = pair.play()
    (late,), (wrong,) = sentences(played, "web1"), sentences(played, "web2")
    assert re.search(r"^The domain was not validated after 2 s .*Run the task again", late)
    assert late.count("is valid until") == late.count("Run") == 1
    assert wrong == "keep: give the number of old generations to keep, 0 or above."
    for said in (late, wrong):
        assert played.text.count(said[:60]) == BY_ANSIBLE, played.text
    assert "rescued=0" in played.text and "rescued=1" not in played.text
    assert before == {host: pair.installed(host) for host in pair.hosts}


def test_where_no_certificate_is_in_use_a_failure_says_so(pair: Site) -> None:
    pair.account.turn(denied=["CreateCertificateForPackageRequest"])
    played = pair.play()
    (said,) = sentences(played, "web1")
    assert said.count("No certificate is in use.") == 1


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("certificate_keep", "many", "keep: the value is text; give a whole number."),
        ("certificate_forms", [1], "forms: an entry is"),
        ("certificate_nsupdate", "192.0.2.53", "nsupdate: the value is text; give a dictionary."),
        ("certificate_key_type", "DSA", "key_type: DSA is not valid; use one of ECC, RSA."),
    ],
)
def test_a_wrong_option_is_told_by_its_name(pair: Site, variable: str, value: object, said: str) -> None:
    pair.hosts["web1"][variable] = value
    played = pair.play("--limit", "web1")
    (found,) = sentences(played, "web1")
    assert found.startswith(said) and "unable to convert" not in played.text


def test_a_reload_that_fails_names_service_command_and_what_it_said(pair: Site) -> None:
    before = installed_once(pair)
    argv = ["sh", "-c", "echo first line >&2; echo bad line 3 >&2; exit 7"]
    pair.hosts["web1"]["certificate_services"] = [{"name": "web", "argv": argv}]
    (said,) = sentences(pair.play("--limit", "web1"), "web1")
    for part in ("services: web could not be reloaded", "return code 7", "bad line 3", "Generation 1 was put back", "valid until"):
        assert said.count(part) >= 1, said
    assert "first line" not in said.replace(argv[2], "") and "non-zero" not in said
    assert pair.installed("web1") == before["web1"] == pair.webs["web1"].serves()


# What is put back.


def test_an_endpoint_that_does_not_serve_gets_the_previous_certificate_back(pair: Site) -> None:
    before = installed_once(pair)
    stop_reloads(pair, "web1")
    played = pair.play()
    (said,) = sentences(played, "web1")
    assert "does not serve" in said and said.count("Generation 1 was put back") == 1 and "valid until" in said
    assert (pair.generation("web1"), pair.webs["web1"].serves()) == ("1", before["web1"])
    assert pair.webs["web2"].serves() == pair.installed("web2") != before["web2"]


@pytest.mark.parametrize("fatal", [False, True])
def test_tasks_of_the_user_that_fail_put_the_previous_certificate_back(pair: Site, fatal: bool) -> None:
    """The other host keeps its new certificate, though the play ends."""
    user_reloads(pair, "web1")
    before = installed_once(pair)
    reloads = pair.root / "store" / "web1.reloads"
    done = reloads.read_text()
    played = pair.play(any_errors_fatal=fatal)
    (said,) = sentences(played, "web1")
    assert said.startswith("certificate_reload_tasks failed with return code 3: syntax error. Generation 1 was put back;")
    assert said.count("valid until") == said.count("The next run") == 1
    assert (pair.generation("web1"), pair.webs["web1"].serves()) == ("1", before["web1"])
    assert reloads.read_text() == done + "x\n", "it is reloaded again"
    assert pair.generation("web2") == "2"
    orders = len(pair.account.world.orders)
    user_reloads(pair)
    assert pair.play().status == 0
    assert [web.serves() for web in pair.webs.values()] == [pair.installed(host) for host in pair.hosts]
    assert (pair.generation("web1"), len(pair.account.world.orders)) == ("2", orders)


def test_tasks_of_the_user_that_change_nothing_are_told_with_what_is_served(pair: Site) -> None:
    user_reloads(pair)
    before = installed_once(pair)
    (pair.root / "reload.yml").write_text('[{"ansible.builtin.meta": "noop"}]')
    (said,) = sentences(pair.play("--limit", "web1"), "web1")
    assert "does not serve" in said and said.count("put back") == 1 and said.count("The next run") == 1
    assert (pair.generation("web1"), pair.webs["web1"].serves()) == ("1", before["web1"])


@pytest.mark.parametrize("by", ["user", "endpoint"])
def test_a_group_puts_back_too(group: Site, by: str) -> None:
    """What the leader could not put to use is not copied; what a follower could not is put back there alone."""
    if by == "user":
        user_reloads(group, "web1", "web2")
    before = installed_once(group)
    if by == "endpoint":
        for host in group.hosts:
            stop_reloads(group, host)
    played = group.play()
    assert len(played.failed) >= 1
    for host in group.hosts:
        assert (group.generation(host), group.webs[host].serves()) == ("1", before[host])
    for host in played.failed:
        assert len(sentences(played, host)) == 1


@pytest.mark.parametrize("by", ["user", "endpoint"])
def test_a_follower_that_fails_keeps_its_certificate_and_the_leader_its_new_one(group: Site, by: str) -> None:
    if by == "user":
        user_reloads(group)
    before = installed_once(group)
    first = group.play("--check")
    leader = re.search(r"^changed: \[(web\d)\]", first.text, re.MULTILINE)
    assert leader, first.text
    other = ({"web1", "web2"} - {leader[1]}).pop()
    if by == "user":
        user_reloads(group, other)
    else:
        stop_reloads(group, other)
    played = group.play()
    assert played.failed == {other}
    assert (group.generation(other), group.webs[other].serves()) == ("1", before[other])
    assert group.webs[leader[1]].serves() == group.installed(leader[1]) != before[other]
