# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks for lists of certificates: what they do, and how much of it they print, in real runs."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.support.runs import listed, names, told
from tests.support.site import site

ISSUE, RENEW = "certops.alicloud.issue", "certops.alicloud.renew"
# The most lines that a person has to read of six hosts with eight certificates, all lines of Ansible included.
FIRST_DAY, QUIET_DAY = 120, 20
# Ansible itself says twice what a task fails with: as an error, and in the result.
BY_ANSIBLE = 2


def test_a_first_day_and_a_quiet_day_of_six_hosts_with_eight_certificates(tmp_path: Path) -> None:
    hosts = {"web1": 2, "web2": 2, "web3": 1, "web4": 1, "web5": 1, "web6": 1}
    with site(tmp_path, list(hosts), days=0) as found:
        for host, number in hosts.items():
            listed(found, host, *names(host, number))
        nothing = found.book(RENEW)
        assert nothing.status == 0 and not found.account.world.orders
        preview = found.book(ISSUE, "--check")
        assert preview.status == 0 and not found.account.world.orders
        assert len(told(preview, "would be issued: ")) == 1 and "skipping" not in preview.text, preview.text
        first = found.book(ISSUE)
        assert first.status == 0 and len(first.text.splitlines()) < FIRST_DAY, first.text
        assert len(found.account.world.orders) == 8
        (issued,), (expires,) = told(first, "issued: "), told(first, "expires next: ")
        assert all(issued.count(f"({host})") == number for host, number in hosts.items())
        assert "in 89 days" in expires and "skipping" not in first.text
        calls = len(found.account.calls)
        for book in (RENEW, ISSUE):
            quiet = found.book(book)
            assert quiet.status == 0 and len(quiet.text.splitlines()) < QUIET_DAY, quiet.text
            assert all(len(told(quiet, f"ok: [{host}]")) == 1 for host in hosts)
        assert len(found.account.calls) == calls


HANDLERS = [
    {
        "name": "Count",
        "ansible.builtin.command": {"argv": ["sh", "-c", "echo {{ inventory_hostname }} >> {{ counted }}"]},
    },
    {"ansible.builtin.command": {"argv": ["true"]}, "listen": "certops certificate changed"},
]


def test_what_fails_is_told_once_and_keeps_no_other_certificate_from_being_issued(tmp_path: Path) -> None:
    """Hosts without a list, down, with two entries for one directory, and with an entry that fails."""
    (tmp_path / "handlers.yml").write_text(json.dumps(HANDLERS))
    more = {
        "certificates_handlers": str(tmp_path / "handlers.yml"),
        "certificates_serial": 4,
        "counted": f"{tmp_path}/n",
    }
    more["certificates_hosts"] = "all:!other"
    with site(tmp_path, ["bare", "dead", "empty", "flap", "some", "other"], days=0) as found:
        flap = [["www.flap.example.com"], ["www.flap.example.com", "flap.example.com"], ["WWW.Flap.example.com."]]
        listed(found, "flap", *({"domains": each} for each in flap))
        listed(
            found,
            "some",
            {"domains": ["bad.example.com"], "keep": "many"},
            {"domains": "some.example.com", "key_type": "ECC"},
        )
        listed(found, "other", *names("other", 1))
        found.hosts["bare"], found.hosts["empty"] = {}, {"certificates": None}
        listed(found, "dead", *names("dead", 1))
        found.hosts["dead"].update(ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=1)
        found.hosts["some"]["certificates_common"]["key_type"] = "RSA"
        found.hosts["some"]["certificate_key_type"] = "RSA"
        played = found.book(ISSUE, "-e", json.dumps(more))
        assert played.status and (played.failed, played.ended) == ({"flap", "some"}, set(found.hosts) - {"other"})
        assert len(found.account.world.orders) == 1, played.text
        assert "unreachable: dead" in played.text and played.text.count("Summarize") == 2
        for host in ("bare", "empty"):
            assert told(played, f"[{host}]") == [f"ok: [{host}] => (item=no certificates are listed for this host)"]
        assert (tmp_path / "n").read_text() == "some\n"
        key = (found.store("some") / "some.example.com" / "current" / "privkey.pem").read_bytes()
        assert isinstance(load_pem_private_key(key, None), EllipticCurvePrivateKey)
        reason = "bad.example.com: keep: the value is text; give a whole number."
        same = (
            "the entry for www.flap.example.com and the entry for www.flap.example.com, flap.example.com have the same"
        )
        for sentence in (reason, same):
            assert 1 <= played.text.count(sentence) <= BY_ANSIBLE, played.text
        assert "failed: bad.example.com (some)" in played.text and "issued: some.example.com (some)" in played.text
        assert "expires next: some.example.com (some), in 89 days" in played.text
        assert not found.store("flap").exists()
        left = found.book(RENEW, "--limit", "other,bare", "-e", json.dumps(more))
        assert (left.status, left.ended) == (0, {"bare"}), left.text
