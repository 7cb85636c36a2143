# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action of ``certificate`` tells when Ansible cannot work on the host."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.certops.alicloud.plugins.action import certificate


def task(**arguments: Any) -> Any:
    """A task of a playbook, as far as the action asks it."""
    return SimpleNamespace(
        action="certops.alicloud.certificate",
        args={"domains": ["www.example.com"], "validation": "manual", **arguments},
        async_val=0,
        check_mode=False,
        diff=False,
        no_log=False,
    )


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a task whose steps on the host end in ``problem``."""

    def result(problem: Exception, **arguments: Any) -> dict[str, Any]:
        def fails(*_step: Any) -> dict[str, Any]:
            raise problem

        monkeypatch.setattr(certificate.ActionBase, "run", lambda *_args: {})
        monkeypatch.setattr(certificate.ActionModule, "_compute_environment_string", lambda *_args: "")
        monkeypatch.setattr(certificate.ActionModule, "step", fails)
        play_context = SimpleNamespace(remote_addr="web1")
        action: Any = certificate.ActionModule(task(**arguments), None, play_context, None, None, None)
        found: dict[str, Any] = action.run(task_vars={})
        return found

    return result


def test_a_host_that_cannot_be_reached_is_unreachable_and_not_failed(run: Any) -> None:
    found = run(AnsibleConnectionFailure("Failed to connect to the host via ssh: Connection refused"))

    assert found["unreachable"] is True and not found.get("failed")
    assert "Connection refused" in found["msg"] and "bug" not in found["msg"]


def test_what_ansible_cannot_do_on_a_host_is_told_in_a_sentence(run: Any) -> None:
    found = run(AnsibleError("sudo: unknown user nosuchuser\n"))

    assert found["failed"] is True and not found.get("unreachable")
    assert "certops.alicloud.certificate_store_info" in found["msg"]
    assert "unknown user nosuchuser" in found["msg"] and "bug" not in found["msg"]


def test_a_bug_is_still_called_a_bug(run: Any) -> None:
    found = run(ZeroDivisionError("secret"))

    assert "This is a bug" in found["msg"] and "secret" not in found["msg"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"connection": {"acces_key_id": "x"}}, "connection: unknown key 'acces_key_id'; use access_key_id."),
        ({"alidns_connection": {"endpoit": "x"}}, "alidns_connection: unknown key 'endpoit'; use endpoint."),
        ({"nsupdate": {"sever": "192.0.2.53", "server": "192.0.2.53"}}, "nsupdate: unknown key 'sever'; use server."),
        ({"nsupdate": "192.0.2.53"}, "nsupdate: the value is text; give a dictionary."),
        ({"settings": {"key_type": "DSA"}}, "key_type: DSA is not valid; use one of ECC, RSA."),
    ],
)
def test_what_is_wrong_with_an_option_is_told_by_its_name(run: Any, arguments: dict[str, Any], told: str) -> None:
    found = run(AssertionError("nothing is due, and the host is not reached"), **arguments)

    assert found["failed"] is True and found["msg"].startswith(told)


def test_no_secret_is_in_what_is_told_of_an_option(run: Any) -> None:
    found = run(AssertionError(), nsupdate={"server": "192.0.2.53", "port": "hunter2", "key_secret": "hunter2"})

    assert found["msg"].startswith("nsupdate.port: ") and "hunter2" not in found["msg"]
