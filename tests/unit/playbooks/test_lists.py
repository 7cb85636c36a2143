# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks for lists of certificates: what they do, and how much of it they print. Real runs of ansible-playbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.site import Site, site

ISSUE, RENEW = "certops.alicloud.issue", "certops.alicloud.renew"
# The most lines that a person has to read of six hosts with eight certificates, all lines of Ansible included.
FIRST_DAY, QUIET_DAY = 120, 20


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


def lines(text: str) -> int:
    return len(text.splitlines())


def test_a_first_day_and_a_quiet_day_of_six_hosts_with_eight_certificates(tmp_path: Path) -> None:
    hosts = {"web1": 2, "web2": 2, "web3": 1, "web4": 1, "web5": 1, "web6": 1}
    with site(tmp_path, list(hosts), days=0) as found:
        for host, number in hosts.items():
            listed(found, host, *names(host, number))
        first = found.book(ISSUE)
        quiet = found.book(RENEW)
        print(first.text, quiet.text)
        assert (first.status, quiet.status) == (0, 0)
        assert lines(first.text) < FIRST_DAY, first.text
        assert lines(quiet.text) < QUIET_DAY, quiet.text
