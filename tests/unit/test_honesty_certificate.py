# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``certificate`` says in check mode is what happens: on every host and account that a few events can lead to.

Breadth first from a host and an account without anything, every event is applied to every world that is not known yet:
service, store on disk, DNS and endpoint together. In each world the task is rehearsed, done and rehearsed again, for
each ``until``; and it is killed at every step and call.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate.steps import Chain
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import Until
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._text import KNOWN_AFTER_APPLY
from ansible_collections.certops.alicloud.plugins.module_utils._x509 import certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.private_key import read_private_key
from playbooks.files.emulator.core.refusal import Impossible, Refusal
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import chains, client
from tests.support.chains import Killed, Shop
from tests.support.client import FREE, PAID
from tests.support.instance_calls import CONTACT, bought
from tests.support.reading import read_nothing_twice
from tests.support.walked import INSTANCES, ORDERS, Source

# So many events more than half a minute allows; each of them takes four times as long.
DEEPER = int(os.environ.get("HONESTY_DEEPER", "0"))
# Directories are made and removed by the ten thousand, which a disk makes slow.
MEMORY, ROOM = Path("/dev/shm"), 10**9
# The step of a plan that each thing done belongs to; what is not here is part of another step.
STEPS = {
    "staged": "stage",
    "complete": "store",
    "current": "install",
    "reload": "reload",
    "verified": "verify",
    **{action: action for action in (*ORDERS.calls, *INSTANCES.calls)},
}
PUBLISHING = ("AddDomainRecord", "write_file")


@dataclass
class World:
    """A host and an account, and the events that led to them."""

    shop: Shop
    path: tuple[str, ...] = ()
    done: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return " > ".join(self.path) or "the beginning"


@dataclass(frozen=True)
class Setting:
    """What all worlds of a walk share: the options of the task, the places of the copies, the source."""

    options: Mapping[str, Any]
    directory: Path
    source: Source
    numbers: Iterator[int] = field(default_factory=count)
    runs: list[str] = field(default_factory=list)

    def run(self, shop: Shop, until: str, check: bool = False) -> Outcome[Chain] | Failure:
        options = {"validation": "alidns", "wait_timeout": 60, **self.options, "until": until}
        if options["validation"] == "file":
            options["webroot"] = str(shop.root / "web")
        self.runs.append(until)
        try:
            return chains.run(shop, check, **options)
        except Failure as failure:
            return failure

    def fork(self, world: World, *event: str) -> World:
        return World(world.shop.fork(self.directory / str(next(self.numbers))), (*world.path, *event))


# What is there.


@cache
def key_hash(pem: str) -> str:
    return read_private_key(pem, "a key")


def keys(shop: Shop) -> dict[int, str]:
    """The hash of the key of each generation."""
    found = {}
    for path in shop.home.glob("generations/*/privkey.pem"):
        found[int(path.parent.name)] = key_hash(path.read_text())
    return found


def is_staged(shop: Shop) -> bool:
    return any(not (path / "fullchain.pem").exists() for path in shop.home.glob("generations/*"))


def identity(source: Source, shop: Shop) -> Hashable:
    """Equal for worlds that cannot be told apart from now on, whatever their keys, ids and serials."""
    account, labels = shop.account, {}
    for number, key in sorted(keys(shop).items()):
        labels.setdefault(key, f"key {number}")
    there = source.there(account, labels)
    ranks = {each: rank for rank, each in enumerate(source.ids(account))}
    serving = shop.serving
    if serving:
        serving = next((f"{number}" for number in keys(shop) if serving == fingerprint(shop, number)), "another")
    faults = tuple(rule.kind for rule in account.faults.rules)
    return there, files(shop, labels, ranks), faults, (shop.reloads, shop.stuck, serving), len(shop.published())


def fingerprint(shop: Shop, number: int) -> str | None:
    path = shop.home / "generations" / str(number) / "cert.pem"
    return certificate.read_certificate(path.read_text()).sha256_fingerprint if path.exists() else None


def files(shop: Shop, labels: Mapping[str, str], ranks: Mapping[str, int]) -> Hashable:
    """The files of the host; what is different in each run is named by what it belongs to."""
    found = []
    for path, content in shop.picture().items():
        name = os.path.basename(path)
        if name == "privkey.pem":
            content = labels[key_hash(content)]
        elif name == "order.json":
            content = re.sub(r"\d{10,}|cas-[\w-]+", lambda each: str(ranks.get(each[0], "gone")), content)
            content = re.sub(r'"(record_value|content|stored|subscription_end)": "[^"]*"', r'"\1"', content)
        elif name.endswith((".pem", ".csr", ".txt")):
            content = ""
        found.append((path, content))
    return tuple(found)


# What can happen.


def events(source: Source, shop: Shop) -> Iterator[tuple[str, Callable[[Shop], object]]]:
    """All that can happen next to the host, to the account and around them, beside the task itself."""
    for name, event in source.events(shop.account):
        yield name, lambda it, event=event: event(it.account)
    yield "a month passes", lambda it: it.account.advance(31 * DAY)
    if not shop.account.faults.rules:
        for kind in ("answer_lost", "request_lost"):
            yield f"{kind} of an application", lambda it, kind=kind: lose(source, it, kind)
    if (shop.home / "current").exists():
        yield "the reload breaks, or is repaired", lambda it: setattr(it, "reloads", not it.reloads)
        yield "the server is stuck, or is repaired", lambda it: setattr(it, "stuck", not it.stuck)
        yield "another certificate is served", lambda it: setattr(it, "serving", "00:11")


def lose(source: Source, shop: Shop, kind: str) -> None:
    for action in source.applications:
        shop.account.inject(kind=kind, action=action)


def neighbours(setting: Setting, world: World) -> Iterator[World]:
    """The worlds that one event leads to; the task is checked on the way."""
    done: list[list[str]] = []
    for until in Until:
        if until is Until.STAGED and is_staged(world.shop):
            continue  # nothing is done
        after = check_honesty(setting, world, until)
        if after.done not in done:
            done.append(after.done)
            yield after
    yield from killed(setting, world, len(after.done))
    for name, event in events(setting.source, world.shop):
        after = setting.fork(world, name)
        with suppress(Impossible, Refusal):
            event(after.shop)
            yield after


def killed(setting: Setting, world: World, most: int) -> Iterator[World]:
    """The worlds that a task leaves that is killed before each of its changes."""
    for point in range(1, most):
        after = setting.fork(world, f"killed at change {point + 1}")
        after.shop.before = kill_at(point)
        with pytest.raises(Killed):
            setting.run(after.shop, "installed")
        after.shop.before = chains.ignore
        check_costs(setting.source, world, after)
        yield after


def kill_at(point: int) -> Callable[[str], None]:
    """Kill a task at the change with this number, from 0; nothing is done after it."""
    seen: list[str] = []

    def before(step: str) -> None:
        if is_change(step) or len(seen) > point:
            seen.append(step)
        if len(seen) > point:
            raise Killed(step)

    return before


def is_change(step: str) -> bool:
    return not step.startswith(("Describe", "List", "Get"))


def walk(setting: Setting, first: Shop, depth: int) -> tuple[int, int]:
    """Check every world within ``depth`` events of the first one, each once; return how many there are, and runs."""
    known = {identity(setting.source, first)}
    frontier = [World(first)]
    for left in range(depth, -1, -1):
        following = []
        for world in frontier:
            for after in neighbours(setting, world):
                seen = identity(setting.source, after.shop) if left else None
                if seen and seen not in known:
                    known.add(seen)
                    following.append(after)
                else:
                    shutil.rmtree(after.shop.root)
            shutil.rmtree(world.shop.root)
        frontier = following
    return len(known), len(setting.runs)


# What must be.


def check_honesty(setting: Setting, world: World, until: Until) -> World:
    """Rehearse, do, rehearse again. Return the world after it."""
    shop, about = world.shop, f"{world} > until {until.value}"
    picture, before, begun = shop.picture(), shop.account.world.fingerprint(), shop.account.world.now()
    shop.account.calls.clear()
    foreseen = setting.run(shop, until.value, check=True)
    assert not client.writes(shop.account), about
    # A rehearsal waits until the service must show what a killed task has noted; that alone makes a world older.
    has_waited = shop.account.world.now() > begun
    assert shop.picture() == picture and (has_waited or shop.account.world.fingerprint() == before), about
    done = setting.fork(world, f"until {until.value}")
    done.shop.before = lambda step: done.done.append(step) if is_change(step) else None
    was = setting.run(done.shop, until.value)
    done.shop.before = chains.ignore
    check_costs(setting.source, world, done)
    if isinstance(foreseen, Failure):
        assert isinstance(was, Failure), (about, foreseen.msg)
        assert (was.msg, done.done) == (foreseen.msg, []), about
        return done
    planned = [step.action for step in foreseen.plan.steps]
    if until.covers(Until.ISSUED):
        assert done.shop.published() == [], about
    if isinstance(was, Failure):
        check_failure(setting.source, world, done, was)
        sent = [step["action"] for step in was.facts["plan"]]
        assert sent == planned[: len(sent)], (about, sent, planned)
    else:
        optional = ["publish"] if not setting.source.in_progress(done.shop.account) else []
        optional += ["ApplyCertificate"] if done.shop.account.world.dials.update_submits else []
        assert [each for each in steps(done.done) if each not in optional] == [
            each for each in planned if each not in optional
        ], (about, done.done, planned)
        check_success(setting, done, (foreseen, was), until)
    return done


def steps(done: list[str]) -> list[str]:
    """The steps of a plan that these changes belong to."""
    found: list[str] = []
    for each in done:
        step = "publish" if each in PUBLISHING else STEPS.get(each)
        if step and found[-1:] != [step]:
            found.append(step)
    return found


def check_success(setting: Setting, done: World, outcomes: tuple[Outcome[Chain], Outcome[Chain]], until: Until) -> None:
    foreseen, was = outcomes
    about = str(done)
    assert shown(foreseen) == shown(was), about
    acted = not setting.source.in_progress(done.shop.account)
    for side in ("before", "after"):
        expected, text = lines(foreseen, side, acted), lines(was, side, acted)
        pattern = re.escape(expected).replace(re.escape(KNOWN_AFTER_APPLY), ".*")
        assert re.fullmatch(pattern, text), (about, expected, text)
    again = setting.run(done.shop, until.value, check=True)
    # A certificate that became due before it was installed is installed first; its successor may not be possible.
    installs_first = was.plan.facts["action"] in ("install", "reload")
    if installs_first and (isinstance(again, Failure) or again.plan.facts["action"] == "renew"):
        return
    assert isinstance(again, Outcome), (about, again.msg)
    assert shown(again) == [], about
    assert again.diff()["before"].splitlines()[0] == was.diff()["after"].splitlines()[0], about
    assert again.plan.facts["action"] == "nothing" or not until.covers(Until.INSTALLED), about


def lines(outcome: Outcome[Chain], side: str, acted: bool) -> str:
    """A diff; without what a CA changes that acts in the meantime."""
    of_the_order = ("order:", "instance:", "published:") if acted else ()
    return "\n".join(line for line in outcome.diff()[side].splitlines() if not line.startswith(of_the_order))


def shown(outcome: Outcome[Chain]) -> list[Mapping[str, Any]]:
    return [step.public() for step in outcome.plan.steps]


def check_failure(source: Source, world: World, done: World, was: Failure) -> None:
    """A task fails where it said that it would succeed only for what nobody can know before."""
    shop = done.shop
    excused = bool(world.shop.account.faults.rules) or not shop.reloads or shop.stuck
    assert excused or source.in_progress(shop.account) or source.failed(shop.account), (str(done), was.msg)


def check_costs(source: Source, before: World, after: World) -> None:
    """Nothing is ordered beside what is in progress or is valid for long, no key is lost, nothing is revoked."""
    first, last = before.shop.account, after.shop.account
    needless = source.in_progress(first) + source.good(first)
    assert source.made(last) - source.made(first) <= (0 if needless else 1), str(after)
    assert source.in_progress(last) <= 1, str(after)
    assert source.revokes not in client.writes(last), str(after)
    assert source.keys(last) <= set(keys(after.shop).values()), str(after)


# The walks.


def has_room(directory: Path) -> bool:
    return os.access(directory, os.W_OK) and shutil.disk_usage(directory).free > ROOM


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the worlds are: in memory if it has room. Nothing there need outlive the machine or is read twice."""
    monkeypatch.setattr(os, "fsync", lambda _opened: None)
    read_nothing_twice(monkeypatch)
    with TemporaryDirectory(prefix="certops-", dir=MEMORY if has_room(MEMORY) else tmp_path) as found:
        yield Path(found)


PACE = {
    **{"settle_seconds": 0.0, "record_delay_seconds": 0.0, "review_seconds": 0.0, "extra_names": "none"},
    **{"validation_seconds": 0.0, "withdrawable_seconds": 0.0, "withdrawal_seconds": 0.0, "added_names": "none"},
}


def world_without_anything(directory: Path, product: str, notes: bool = False, **dials: Any) -> Shop:
    # Without the gate: its clock is the first world's, and the worlds part.
    account = client.emulator({product: 9}, checked=False, **{**PACE, "lifetime_days": 45.0, **dials})
    account.world.zones.host("example.com", account.world.now())
    root = directory / "first"
    (root / "web").mkdir(parents=True)
    state = directory / "notes"
    state.mkdir()
    return Shop(account, root, state=str(state) if notes else None)


ADDING = {"proof": "at_once", "complimentary_names": True}
# What tasks of the machine noted is known to later ones for some minutes.
NOTING = {"proof": "at_once", "notes": True}
# What is revoked is seen in the list of the CA.
LISTING = {"proof": "at_once", "crl_hours": 24.0}


@pytest.mark.parametrize(
    ("product", "depth", "options", "dials"),
    [
        pytest.param(FREE, 2, {}, {}, id="ordered again"),
        pytest.param(FREE, 3, {}, {"proof": "at_once"}, id="validated at once"),
        pytest.param(PAID, 3, {}, {"proof": "at_once"}, id="renewed by the service"),
        pytest.param(FREE, 2, {"validation": "file"}, {}, id="validated by file"),
        pytest.param(FREE, 2, {"validation": "manual"}, ADDING, id="with a name that the CA adds"),
        pytest.param(PAID, 2, {}, NOTING, id="with notes of the machine"),
        pytest.param(FREE, 2, {}, LISTING, id="revoked by the list"),
    ],
)
def test_prediction_comes_true(
    directory: Path,
    product: str,
    depth: int,
    options: dict[str, Any],
    dials: dict[str, Any],
    record_property: Callable[[str, object], None],
) -> None:
    setting = Setting({"product_code": product, **options}, directory, ORDERS)
    walked, runs = walk(setting, world_without_anything(directory, product, **dials), depth + DEEPER)
    record_property("worlds", walked)
    print(f"{walked} worlds, {runs} tasks")
    assert walked > 15


def instance(**pool: str) -> dict[str, Any]:
    return {"source": "instance", "instance": {"pool": pool, "contact_ids": [str(CONTACT)]}}


KEPT = {**instance(instance_type="buy"), "rotate_key": False}
SUBMITTING = {"update_submits": True}


@pytest.mark.parametrize(
    ("spec", "depth", "options", "dials"),
    [
        pytest.param("geo.dv.f", 2, instance(instance_type="buy"), {}, id="reissued"),
        pytest.param("geo.dv.f", 2, instance(instance_type="buy"), {"proof": "at_once"}, id="issued at once"),
        pytest.param("geo.dv.f", 2, KEPT, NOTING, id="with the same key, with notes"),
        pytest.param("geo.dv.f", 2, instance(), SUBMITTING, id="submitted by the update"),
        pytest.param("ss.dv.t", 2, instance(instance_type="test"), {}, id="test instances"),
    ],
)
def test_prediction_comes_true_with_instances(
    directory: Path,
    spec: str,
    depth: int,
    options: dict[str, Any],
    dials: dict[str, Any],
    record_property: Callable[[str, object], None],
) -> None:
    first = world_without_anything(directory, FREE, **dials)
    for _each in range(2):
        bought(first.account, spec=spec)
    walked, runs = walk(Setting(options, directory, INSTANCES), first, depth + DEEPER)
    record_property("worlds", walked)
    print(f"{walked} worlds, {runs} tasks")
    assert walked > 15
