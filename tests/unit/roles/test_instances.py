# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles with ``certificate_source: instance``: the same tasks as with orders, in real runs with many hosts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from playbooks.files.emulator.instances.facts import Instance
from tests.support.runs import IN_VAIN, is_back, is_one_line_a_host, is_renewed, sentences, user_reloads
from tests.support.site import Site, shown, site

CONTACT = {"contact": "Operations"}
BUY = {"pool": {"instance_type": "buy", "spec": "geo.dv.f"}, **CONTACT}
TEST = {"pool": {"instance_type": "test"}, **CONTACT}
HOSTS = ("plain", "one", "two", "user", "stuck", "test", "moved", "kept")
# These begin with orders, though the group tells of instances.
MOVE = ("moved", "kept")
# Seconds that the CA needs, so that there is something to publish meanwhile.
REVIEW = 2


def moves(found: Site, host: str) -> None:
    """The one line that changes."""
    found.hosts[host]["certificate_source"] = "instance"


def user_publishes(found: Site, host: str) -> Path:
    """Validation by tasks of the user, which write down what they were given."""
    noted = found.root / "published"
    line = "{{ certificate_publish_state }} {{ certificate_publish | map(attribute='record_name') | join(' ') }}"
    tasks = [{"ansible.builtin.shell": {"cmd": f"echo '{line}' >> {noted}"}}]
    (found.root / "publish.yml").write_text(json.dumps(tasks))
    found.hosts[host].update(
        certificate_validation="tasks", certificate_validation_tasks=str(found.root / "publish.yml")
    )
    return noted


def applications(found: Site) -> Counter[str]:
    """How often was applied for each name."""
    made = Counter[str]()
    for instance in used(found):
        made[instance.form.names[0]] += instance.application.attempt if instance.application else 0
    return made


def used(found: Site) -> list[Instance]:
    return [each for each in found.account.world.present_instances() if each.application]


def test_the_same_tasks_take_care_of_instances(tmp_path: Path) -> None:
    """Issue, reissue, roll back, a day without work; a group, the user's tasks, test instances, hosts that move."""
    with site(tmp_path, HOSTS, source="instance", instance=BUY) as found:
        found.account.turn(lifetime_days=90.0, review_seconds=REVIEW)
        found.account.add_instance(spec="geo.dv.f", count=5)
        found.account.add_instance(type="TEST", count=2)
        found.share("pair", "one", "two")
        user_reloads(found, "user")
        noted = user_publishes(found, "user")
        found.hosts["test"]["certificate_instance"] = TEST
        for host in MOVE:
            found.hosts[host]["certificate_source"] = "order"
        _issues(found, noted)
        moves(found, "moved")
        _reissues(found)
        moves(found, "kept")
        _resumes(found)
        _does_nothing(found)


def _issues(found: Site, noted: Path) -> None:
    played = found.play()
    assert played.status == 0, played.text
    assert len(shown(played)) < 12 * len(HOSTS), played.text
    assert found.installed("one") == found.installed("two")
    assert noted.read_text() == "present _dnsauth.user.example.com\nabsent _dnsauth.user.example.com\n"
    assert set(applications(found).values()) == {1} and len(applications(found)) == 5
    assert len(found.account.world.orders) == len(MOVE)
    assert all(found.webs[host].serves() == found.installed(host) for host in HOSTS)


def _reissues(found: Site) -> None:
    """Hosts that cannot put it to use keep the certificate that they have."""
    found.months_pass()
    before = {host: found.installed(host) for host in HOSTS}
    found.hosts["stuck"].update(certificate_services=IN_VAIN)
    found.hosts["user"].update(refuses=True)
    played = found.play()
    told = sentences(played)
    assert played.failed == {"stuck", "user"} == set(told), played.text
    assert "certificate_reload_tasks failed" in told["user"][0] and "does not serve" in told["stuck"][0]
    assert all(is_back(found, host, before) for host in ("stuck", "user"))
    assert all(is_renewed(found, host, before) for host in HOSTS if host not in ("stuck", "user"))
    assert found.installed("one") == found.installed("two")
    twice = {f"{host}.example.com": 2 for host in ("plain", "pair", "user", "stuck", "test")}
    assert applications(found) == {**twice, "moved.example.com": 1}
    # A test instance gives one certificate, others give several.
    assert len(used(found)) == len(twice) + 2
    assert len(found.account.world.orders) == len(MOVE) + 1


def _resumes(found: Site) -> None:
    """What was put back is installed once its server is well, and nothing is applied for again."""
    before = applications(found)
    touch = ["touch", str(found.webs["stuck"].reload)]
    found.hosts["stuck"].update(certificate_services=[{"name": "web", "argv": touch}])
    found.hosts["user"].update(refuses=False)
    again = found.play()
    assert again.status == 0 and applications(found) == before, again.text
    assert all(found.webs[host].serves() == found.installed(host) for host in HOSTS)
    assert all(found.generation(host) == "2" for host in HOSTS)


def _does_nothing(found: Site) -> None:
    """Also on the host that was moved a moment ago: its certificate is kept until it is due."""
    found.account.calls.clear()
    quiet = found.play()
    assert quiet.status == 0 and is_one_line_a_host(quiet, len(HOSTS)), quiet.text
    assert not found.account.calls
