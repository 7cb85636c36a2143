# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases as real tasks, both ways; and keys that expire in the middle of a wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from playbooks.files.emulator.__main__ import write_at_once
from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.log import Logged
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.world import World
from tests.support.playbooks import Play, environment, run_plays, write_inventory

from .cases import Case, Servers

OLD, NEW = "the-first-token", "the-second-token"
# Calls with the first token before it expires, and calls in all after which the certificate is issued.
EXPIRES, ISSUED = 3, 7
Result = dict[str, Any]


def run_cases(directory: Path, way: str, cases: Sequence[Case]) -> dict[str, Result]:
    """Run each case as a task; return what each returned."""
    results: dict[str, Result] = {}
    for module in dict.fromkeys(case.module for case in cases):
        chosen = {case.name: case.as_json() for case in cases if case.module == module}
        task = {
            "name": "Call",
            f"certops.alicloud.{module}": {},
            "args": "{{ cases[item].options }}",
            "environment": "{{ cases[item].environment }}",
            "loop": list(chosen),
        }
        found = run_tasks(directory, module, way, [task] if chosen else [], {"cases": chosen})
        results |= {each["item"]: each for one in found for each in one["results"]}
    return results


def run_tasks(
    directory: Path,
    name: str,
    way: str,
    tasks: Sequence[Mapping[str, Any]],
    variables: Mapping[str, Any],
    **more: str,
) -> list[Result]:
    """Run tasks, whether they succeed or not; return what each returned."""
    name = f"{name}-{way}"
    write_inventory(directory, {"plain": {}})
    given, kept = directory / f"{name}.vars.json", directory / f"{name}.results.json"
    given.write_text(json.dumps(variables))
    names = [f"result_{number}" for number in range(len(tasks))]
    registered = [{**task, "register": each, "ignore_errors": True} for task, each in zip(tasks, names)]
    content = f"{{{{ [{', '.join(names)}] | to_json }}}}"
    keep = {"name": "Keep", "ansible.builtin.copy": {"content": content, "dest": str(kept), "mode": "0600"}}
    play: Play = {"name": name, "hosts": "plain", "gather_facts": False, "tasks": [*registered, keep]}
    direct = str(way == "direct").lower()
    around = environment(directory, CERTOPS_ALICLOUD_DIRECT=direct, ANSIBLE_PIPELINING="1", **more)
    done = run_plays(directory, name, [play], around, ["-e", f"@{given}"])
    assert not done.status and kept.exists(), f"{name}: {done.text[-2000:]}"
    results: list[Result] = json.loads(kept.read_text())
    return results


class Session:
    """An account whose token expires while a task waits; `renew` is called at that moment."""

    def __init__(self, servers: Servers, renew: Callable[[], None]) -> None:
        dials = Dials(security_tokens=(OLD,), settle_seconds=0, record_delay_seconds=0, review_seconds=0)
        self.emulator = Emulator(World(dials=dials))
        order = {"ProductCode": "digicert-free-1-free", "Domain": "session.example.com", "ValidateType": "DNS"}
        contact = {"Username": "Ops", "Phone": "13900000000", "Email": "ops@example.com"}
        made = self.emulator.call("CreateCertificateForPackageRequest", {**order, **contact})
        self.order_id = str(made["OrderId"])
        self.emulator.on_call = self._count
        self._renew, self._calls = renew, 0
        self.url = servers.open(self.emulator.handle).url

    def _count(self, _entry: Logged) -> None:
        self._calls += 1
        if self._calls == EXPIRES:
            self._renew()
            self.emulator.turn(security_tokens=(NEW,), expired_tokens=(OLD,))
        if self._calls == ISSUED:
            self.emulator.accept(self.order_id)

    @property
    def refused(self) -> int:
        """How often the expired token was used."""
        return sum(entry.code == "InvalidSecurityToken.Expired" for entry in self.emulator.calls)

    def wait(self, **more: Any) -> Result:
        """The task that waits for it."""
        options = {"endpoint": self.url, "order_id": self.order_id, "wait_for": "issued", "poll_interval": 0.2}
        options |= {"wait_timeout": 600, "max_attempts": 2, **more}
        return {"name": "Wait", "certops.alicloud.cas_order_info": options}


def wait_with_expiring_keys(directory: Path, servers: Servers, way: str) -> dict[str, tuple[Session, Result]]:
    """Three waits: with new keys from a credentials URI, with new ones in the CLI's file, and with no new ones."""
    sessions = {
        "credentials URI": by_uri(servers, NEW),
        "CLI file": by_file(directory, servers),
        "no new keys": by_uri(servers, OLD),
    }
    results = run_tasks(directory, "keys", way, [task for _session, task in sessions.values()], {})
    return {name: (session, result) for (name, (session, _task)), result in zip(sessions.items(), results)}


def by_uri(servers: Servers, later: str) -> tuple[Session, Result]:
    """Keys from a credentials URI, which gives another token, or the same one, when the first expires."""
    current = {"token": OLD}

    def give(*_request: Any) -> Reply:
        return Reply(200, {"Content-Type": "application/json"}, json.dumps(_keys(current["token"])).encode())

    issuer, session = servers.open(give), Session(servers, lambda: current.update(token=later))
    return session, {**session.wait(), "environment": {"ALIBABA_CLOUD_CREDENTIALS_URI": f"{issuer.url}/keys"}}


def _keys(token: str) -> dict[str, str]:
    keys = Keys()
    return {
        "Code": "Success",
        "AccessKeyId": keys.access_key_id,
        "AccessKeySecret": keys.access_key_secret,
        "SecurityToken": token,
        "Expiration": "2099-01-01T00:00:00Z",
    }


def by_file(directory: Path, servers: Servers) -> tuple[Session, Result]:
    """Keys from the CLI's file, which is written again when the first token expires."""
    environment(directory)  # makes the home
    file = directory / "home" / ".aliyun" / "config.json"
    file.parent.mkdir(exist_ok=True)

    def write(token: str) -> None:
        keys = Keys()
        pair = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
        profile = {"name": "session", "mode": "StsToken", "sts_token": token, **pair}
        write_at_once(file, json.dumps({"current": "", "profiles": [profile]}))

    write(OLD)
    session = Session(servers, lambda: write(NEW))
    return session, session.wait(profile="session")
