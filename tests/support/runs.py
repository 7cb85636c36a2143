# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the roles and of the playbooks change on the hosts of a site, and what they read of a run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.support.playbooks import Played
from tests.support.site import Site, shown

# A service whose reload succeeds and changes nothing.
IN_VAIN = [{"name": "web", "argv": ["true"]}]


def sentences(played: Played) -> dict[str, list[str]]:
    """What each host failed with for good."""
    told: dict[str, list[str]] = {}
    pattern = r'^fatal: \[(\w+)\]: FAILED! => {"changed": false, "msg": "(.*)"}$'
    for host, said in re.findall(pattern, played.text, re.MULTILINE):
        told.setdefault(host, []).append(said)
    return told


def is_one_line_a_host(played: Played, hosts: int) -> bool:
    lines = [line for line in shown(played) if not line.startswith(("TASK", "included"))]
    return len(lines) == hosts and all("nothing to do" in line for line in lines)


def user_reloads(found: Site, *names: str) -> None:
    """Reloads by tasks of the user on these hosts; they count, and fail once a second certificate is in use."""
    count = "echo x >> {{ certificate_directory }}.reloads"
    refuse = (
        "echo first >&2; readlink {{ certificate_directory }}/*/current | grep -q 2 || exit 0; "
        "echo syntax error >&2; exit 3"
    )
    tasks = [
        {"ansible.builtin.command": {"argv": ["sh", "-c", f"{count}; {refuse}"]}, "when": "refuses"},
        {"ansible.builtin.command": {"argv": ["sh", "-c", f"{count}; touch {{{{ touched }}}}"]}},
    ]
    (found.root / "reload.yml").write_text(json.dumps(tasks))
    for name in names:
        found.hosts[name].update(
            touched=str(found.webs[name].reload),
            refuses=False,
            certificate_services=[],
            certificate_reload_tasks=str(found.root / "reload.yml"),
        )


def is_back(found: Site, host: str, before: Mapping[str, str | None]) -> bool:
    """The previous certificate is in use, and a client is shown it."""
    return found.generation(host) == "1" and found.webs[host].serves() == found.installed(host) == before[host]


def is_renewed(found: Site, host: str, before: Mapping[str, str | None]) -> bool:
    return found.generation(host) == "2" and found.webs[host].serves() == found.installed(host) != before[host]


def listed(found: Site, host: str, *entries: Mapping[str, Any]) -> None:
    """Certificates of a host by a list, in place of the variables of the role; what they share is taken from these."""
    variables = found.hosts[host]
    common = {name.removeprefix("certificate_"): variables.pop(name) for name in list(variables)}
    endpoints, connection = common.pop("endpoints"), common.pop("connection")
    del common["domains"]
    # The server shows one of them.
    shown = {"endpoints": [{**endpoints[0], "server_name": entries[0]["domains"][0]}]} if len(entries) == 1 else {}
    variables.update(
        certificates=[dict(each) for each in entries],
        certificates_common={**common, **shown},
        certificate_connection=connection,
    )


def names(host: str, number: int) -> list[dict[str, Any]]:
    return [{"domains": [f"{host}-{each}.example.com"]} for each in range(number)]


def told(played: Played, word: str) -> list[str]:
    return [line for line in played.text.splitlines() if word in line]
