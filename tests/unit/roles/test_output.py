# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads of a run of the roles, and what is served after one that fails: real runs of ansible-playbook.

A run has many hosts, and each of them its own trouble, because a run takes long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.runs import (
    IN_VAIN,
    is_back,
    is_one_line_a_host,
    is_renewed,
    sentences,
    user_reloads,
)
from tests.support.site import Site, shown, site

MOST_LINES = 12
# Ansible itself says twice what a task fails with: as an error, and in the result.
BY_ANSIBLE = 2
COMMAND = ["sh", "-c", "echo first line >&2; echo bad line 3 >&2; exit 7"]


def due(found: Site, *hosts: str) -> Mapping[str, str | None]:
    """A certificate of its own on each of these hosts, which becomes due; the fingerprints."""
    for host in hosts or found.hosts:
        found.issue(host)
    found.months_pass()
    return {host: found.installed(host) for host in found.hosts}


def reloads(found: Site, host: str) -> int:
    file = Path(f"{found.store(host)}.reloads")
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_a_renewal_has_few_lines_and_a_day_without_work_one_a_host(tmp_path: Path) -> None:
    with site(tmp_path, ["web1"]) as found:
        before = due(found)
        played = found.play()
        assert (played.status, len(shown(played)) <= MOST_LINES) == (0, True), played.text
        assert "ok: [web1]" in played.text.partition("RUNNING HANDLER")[2]
        assert is_renewed(found, "web1", before)
        assert is_one_line_a_host(found.play(), 1)


def test_a_group_has_few_lines_a_host_and_shows_and_keeps_no_key(tmp_path: Path) -> None:
    """No variable that a later task of the play could show has the key that was copied."""
    tell: dict[str, Any] = {"ansible.builtin.debug": {"msg": "{{ hostvars | to_json }}"}}
    with site(tmp_path, ["web1", "web2"]) as found:
        found.share("pair", *found.hosts)
        first = found.play("-vvv", post_tasks=[tell])
        assert first.status == 0 and "PRIVATE KEY" not in first.text
        found.months_pass()
        before = {host: found.installed(host) for host in found.hosts}
        played = found.play()
        assert played.status == 0, played.text
        assert len(shown(played)) <= MOST_LINES * len(found.hosts), played.text
        assert "skipping" not in played.text and "censored" not in played.text
        assert len({found.installed(host) for host in found.hosts}) == 1
        assert all(is_renewed(found, host, before) for host in found.hosts)
        assert len(found.account.world.orders) == 2
        assert is_one_line_a_host(found.play(), 2)


def test_each_failure_is_told_once_and_the_previous_certificate_is_put_back(tmp_path: Path) -> None:
    names = ["good", "bare", "late", "kept", "forms", "update", "chosen", "command", "stuck", "user", "silent"]
    with site(tmp_path, names) as found:
        user_reloads(found, "user", "silent")
        before = due(found, *(host for host in names if host != "bare"))
        found.hosts["bare"].update(certificate_validation="file", certificate_webroot="/nowhere/at/all")
        connection = found.hosts["late"]["certificate_connection"]
        connection = {**connection, "endpoint": found.stalled}
        found.hosts["late"].update(certificate_wait_timeout=2, certificate_connection=connection)
        found.hosts["kept"].update(certificate_keep="many")
        found.hosts["forms"].update(certificate_forms=[1])
        found.hosts["update"].update(certificate_nsupdate="192.0.2.53")
        found.hosts["chosen"].update(certificate_key_type="DSA")
        found.hosts["command"].update(certificate_services=[{"name": "web", "argv": COMMAND}])
        found.hosts["stuck"].update(certificate_services=IN_VAIN)
        found.hosts["user"].update(refuses=True)
        found.hosts["silent"].update(touched=str(tmp_path / "nothing"))
        done = reloads(found, "user")
        played = found.play()
        told = sentences(played)
        assert played.failed == set(names) - {"good"} == set(told), played.text
        assert "ok: [bare] => (item=bare.example.com: failed)" in played.text, played.text
        assert is_renewed(found, "good", before) and found.installed("bare") is None
        assert all(is_back(found, host, before) for host in names[2:])
        assert reloads(found, "user") == done + 3, "once that failed, and again both tasks, of which the first fails"
    for (said,) in told.values():
        beginning = said[:40]
        alike = sum(each[0].startswith(beginning) for each in told.values())
        assert played.text.count(beginning) <= BY_ANSIBLE * alike, played.text
    _check_sentences({host: said[0] for host, said in told.items()})
    assert "unable to convert" not in str(told) and "non-zero" not in str(told)


def _check_sentences(told: Mapping[str, str]) -> None:
    """What happened, in which state things are, until when the certificate in use is valid, what to do; each once."""
    assert told["kept"] == "keep: the value is text; give a whole number."
    assert told["update"] == "nsupdate: the value is text; give a dictionary."
    assert told["forms"].startswith("forms: an entry is a whole number; give ")
    assert told["chosen"] == "key_type: DSA is not valid; use one of ECC, RSA."
    assert told["bare"].count("Nothing was ordered.") == told["bare"].count("No certificate is in use.") == 1
    assert re.match(r"The domain was not validated after 2 s .*Run the task again", told["late"])
    assert told["command"].startswith("services: web could not be reloaded. The command sh -c ")
    assert "return code 7" in told["command"] and "standard error is: bad line 3." in told["command"]
    assert "does not serve" in told["stuck"] and "does not serve" in told["silent"]
    assert told["user"].startswith("certificate_reload_tasks failed with return code 3: syntax error. ")
    for host in ("late", "command", "stuck", "user", "silent"):
        assert told[host].count("valid until") == len(re.findall("Run the task again|The next run", told[host])) == 1
    for host in ("command", "stuck", "user", "silent"):
        assert told[host].count("Generation 1 was put back") == 1


def test_reload_tasks_that_are_not_there_fail_the_run(tmp_path: Path) -> None:
    """Ansible treats a file that cannot be included as the end of the play for the host, and not as a failed task."""
    with site(tmp_path, ["web1"], days=0) as found:
        missing = tmp_path / "missing.yml"
        found.hosts["web1"].update(certificate_services=[], certificate_reload_tasks=str(missing))
        played = found.play()
        assert played.status == 2, played.text
        (said,) = sentences(played)["web1"]
    assert said.startswith(f"certificate_reload_tasks: there is no file {missing}. There was no generation to put back")


def test_a_play_that_ends_for_another_host_rolls_nothing_back_and_the_next_run_reloads(tmp_path: Path) -> None:
    with site(tmp_path, ["web1", "web2"]) as found:
        user_reloads(found, *found.hosts)
        before = due(found)
        found.hosts["web1"]["refuses"] = True
        played = found.play(any_errors_fatal=True)
        assert list(sentences(played)) == ["web1"]
        assert is_back(found, "web1", before) and found.generation("web2") == "2"
        orders = len(found.account.world.orders)
        found.hosts["web1"]["refuses"] = False
        again = found.play()
        assert again.status == 0, again.text
        assert all(is_renewed(found, host, before) for host in found.hosts)
        assert len(found.account.world.orders) == orders


@pytest.mark.long
@pytest.mark.parametrize("failing", [("asked2", "deaf1"), ("stuck2", "refusing1")], ids="-".join)
def test_a_group_puts_back_too(tmp_path: Path, failing: Sequence[str]) -> None:
    """What the leader could not put to use is not copied; what another host could not is put back there alone.

    On one of the two hosts of each group, tasks of the user refuse to reload, or a reload changes nothing.
    """
    groups = {host[:-1]: (f"{host[:-1]}1", f"{host[:-1]}2") for host in failing}
    with site(tmp_path, [host for hosts in groups.values() for host in hosts]) as found:
        for name, hosts in groups.items():
            found.share(name, *hosts)
        by_user = [host for host in found.hosts if host.startswith(("asked", "refusing"))]
        user_reloads(found, *by_user)
        assert found.play().status == 0
        found.months_pass()
        before = {host: found.installed(host) for host in found.hosts}
        for host in failing:
            change = {"refuses": True} if host in by_user else {"certificate_services": IN_VAIN}
            found.hosts[host].update(change)
        played = found.play()
        told = sentences(played)
        assert played.failed == set(told) == set(failing), played.text
        for host, (said,) in told.items():
            assert said.count("Generation 1 was put back") == said.count("valid until") == 1, said
            assert is_back(found, host, before), host
        for first, last in groups.values():
            # The first host of a group leads, where all have the same certificate.
            if first in failing:
                assert is_back(found, last, before), last
            else:
                assert is_renewed(found, first, before), first
