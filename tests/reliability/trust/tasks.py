# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of trust as real tasks, both ways; and keys that run out in the middle of a wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.emulator.__main__ import write_at_once
from tests.emulator.core.dials import Dials
from tests.emulator.core.emulator import Emulator, Logged
from tests.emulator.core.gate import Keys
from tests.emulator.core.reply import Reply
from tests.emulator.core.world import World

from .playbooks import Play, inventory, play, surroundings
from .trust_cases import Case, Places

OLD, NEW = "the-first-token", "the-second-token"
# Calls with the first token before it runs out, and calls in all after which the certificate is issued.
RUNS_OUT, ISSUED = 3, 7
Result = dict[str, Any]


def ask(folder: Path, name: str, direct: bool, cases: Sequence[Case]) -> dict[str, Result]:
    """Run each case as a task; return what each returned."""
    results: dict[str, Result] = {}
    for module in ("cas_order_info", "cas_order"):
        chosen = {case.name: case.as_json() for case in cases if case.write == (module == "cas_order")}
        if chosen:
            told = run(folder, f"{name}-{module}", direct, [_loop(module, list(chosen))], {"cases": chosen})
            results |= {each["item"]: each for each in told["results"]}
    return results


def _loop(module: str, names: list[str]) -> dict[str, Any]:
    return {
        "name": "Call",
        f"certops.alicloud.{module}": {},
        "args": "{{ cases[item].options }}",
        "environment": "{{ cases[item].environment }}",
        "loop": names,
        "register": "told",
        "ignore_errors": True,
    }


def run(
    folder: Path,
    name: str,
    direct: bool,
    tasks: list[dict[str, Any]],
    words: dict[str, Any],
    more: Mapping[str, str] | None = None,
) -> Result:
    """Run tasks that register `told`, and return it."""
    (folder / "inventory.json").write_text(json.dumps(inventory({"plain": {}})))
    given, told = folder / f"{name}.vars.json", folder / f"{name}.told.json"
    given.write_text(json.dumps(words))
    keep = {"content": "{{ told | to_json }}", "dest": str(told), "mode": "0600"}
    tasks = [*tasks, {"name": "Keep", "ansible.builtin.copy": keep}]
    book: Play = {"name": name, "hosts": "plain", "gather_facts": False, "tasks": tasks}
    environment = surroundings(
        folder, CERTOPS_ALICLOUD_DIRECT=str(direct).lower(), ANSIBLE_PIPELINING="1", **(more or {})
    )
    done = play(folder, name, [book], environment, ["-e", f"@{given}"])
    if done.status or not told.exists():
        raise RuntimeError(f"{name} did not end well: {done.text[-2000:]}")
    result: Result = json.loads(told.read_text())
    return result


class Session:
    """An account whose token runs out while somebody waits; `renew` is called in that moment."""

    def __init__(self, places: Places, renew: Callable[[], None]) -> None:
        dials = Dials(security_tokens=(OLD,), settle_seconds=0, record_delay_seconds=0, review_seconds=0)
        self.emulator = Emulator(World(dials=dials))
        order = {"ProductCode": "digicert-free-1-free", "Domain": "session.example.com", "ValidateType": "DNS"}
        contact = {"Username": "Ops", "Phone": "13900000000", "Email": "ops@example.com"}
        made = self.emulator.call("CreateCertificateForPackageRequest", {**order, **contact})
        self.order_id = str(made["OrderId"])
        self.emulator.on_call = self._count
        self._renew, self._calls = renew, 0
        self.url = places.open(self.emulator.handle).url

    def _count(self, _entry: Logged) -> None:
        self._calls += 1
        if self._calls == RUNS_OUT:
            self._renew()
            self.emulator.turn(security_tokens=(NEW,), expired_tokens=(OLD,))
        if self._calls == ISSUED:
            self.emulator.accept(self.order_id)

    @property
    def refused(self) -> int:
        """How often the token that had run out was used."""
        return sum(entry.code == "InvalidSecurityToken.Expired" for entry in self.emulator.calls)

    def wait(self, **words: Any) -> dict[str, Any]:
        """The task that waits for it."""
        asked = {"endpoint": self.url, "order_id": self.order_id, "wait_for": "issued", "poll_interval": 0.2}
        return {
            "name": "Wait",
            "certops.alicloud.cas_order_info": {**asked, "wait_timeout": 600, "max_attempts": 2, **words},
            "register": "told",
            "ignore_errors": True,
        }


def keys_run_out(folder: Path, places: Places, direct: bool) -> dict[str, tuple[Session, Result]]:
    """Three waits: with new keys from a credentials URI, with new ones in the CLI's file, and with no new ones."""
    sessions = {
        "credentials URI": by_address(places, NEW),
        "CLI file": by_file(folder, places),
        "no new keys": by_address(places, OLD),
    }
    tasks = [{**task, "register": f"told_{number}"} for number, (_session, task) in enumerate(sessions.values())]
    told = [f"{{{{ told_{number} }}}}" for number in range(len(tasks))]
    gathered = {"name": "Gather", "ansible.builtin.set_fact": {"told": {"results": told}}}
    name = f"keys-{'direct' if direct else 'shipped'}"
    results = run(folder, name, direct, [*tasks, gathered], {})["results"]
    return {name: (session, result) for (name, (session, _task)), result in zip(sessions.items(), results)}


def by_address(places: Places, later: str) -> tuple[Session, dict[str, Any]]:
    """Keys from a credentials URI, which gives another token, or the same one, when the first runs out."""
    current = {"token": OLD}

    def give(*_request: Any) -> Reply:
        return Reply(200, {"Content-Type": "application/json"}, json.dumps(_keys(current["token"])).encode())

    issuer, session = places.open(give), Session(places, lambda: current.update(token=later))
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


def by_file(folder: Path, places: Places) -> tuple[Session, dict[str, Any]]:
    """Keys from the CLI's file, which is written anew when the first token runs out."""
    surroundings(folder)
    file = folder / "home" / ".aliyun" / "config.json"
    file.parent.mkdir(exist_ok=True)

    def write(token: str) -> None:
        keys = Keys()
        pair = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
        profile = {"name": "session", "mode": "StsToken", "sts_token": token, **pair}
        write_at_once(file, json.dumps({"current": "", "profiles": [profile]}))

    write(OLD)
    session = Session(places, lambda: write(NEW))
    return session, session.wait(profile="session")
