# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong, and whenever the machine stops: what is in use stays usable, and a repeat puts all right."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._store import staging, write
from tests.support.certificates import GOOD, ORDER, OTHER, WWW, Shop, key_pem, new_key
from tests.support.stores import STEPS, put_key

OPERATIONS = ("open", "write", "fsync", "rename", "replace", "symlink", "mkdir", "chmod", "fchmod", "unlink", "rmdir")
NEW_KEY = key_pem(new_key()).encode()
STEP_NAMES = [f"{at}-{step['state']}" for at, step in enumerate(STEPS)]


@pytest.fixture(scope="module", autouse=True)
def one_key() -> Iterator[None]:
    """Keys and signatures are random; stores can be compared where each is made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "make_key", lambda *_kind: NEW_KEY)
        patch.setattr(staging, "make_csr", cache(staging.make_csr))
        yield


class Counter:
    """Lets the first calls of an operation through, and has its own way with one."""

    def __init__(self, original: Callable[..., Any], at: int, fail: Callable[[], None]) -> None:
        self.original, self.left, self.fail = original, at, fail

    def __call__(self, *args: Any, **how: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            self.fail()
        return self.original(*args, **how)

    @property
    def hit(self) -> bool:
        return self.left <= 0


@contextmanager
def failing(operation: str, at: int, fail: Callable[[], None]) -> Iterator[Counter]:
    with pytest.MonkeyPatch.context() as patch:
        counter = Counter(getattr(os, operation), at, fail)
        patch.setattr(os, operation, counter)
        yield counter


def no_space() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def shop_before(directory: Path, at: int) -> Shop:
    """A store to which all steps before this one happened."""
    shop = Shop(directory)
    for step in STEPS[:at]:
        put_key(shop, step)
        shop.act(**step)
    put_key(shop, STEPS[at])
    shop.directory.mkdir(exist_ok=True)
    return shop


@dataclass(frozen=True)
class Chapter:
    """A step, the store before it and after it, and what is in use then."""

    step: dict[str, Any]
    before: Shop
    after: dict[str, Any]
    used: tuple[int | None, int | None]

    def copies(self, directory: Path) -> Iterator[tuple[int, Shop]]:
        """The store before it as often as it is needed, with the number of the call that goes wrong in it."""
        for nth in range(1, 40):
            shutil.copytree(self.before.directory, directory / str(nth), symlinks=True)
            yield nth, Shop(directory / str(nth))
        raise AssertionError("the operation never came to an end")


@pytest.fixture(scope="module", params=range(len(STEPS)), ids=STEP_NAMES)
def chapter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Chapter:
    directory = tmp_path_factory.mktemp("chapter")
    before, after = (shop_before(directory / name, request.param) for name in ("before", "after"))
    after.act(**STEPS[request.param])
    return Chapter(STEPS[request.param], before, after.picture(), (in_use(before), in_use(after)))


def in_use(shop: Shop) -> int | None:
    """The generation in use, after everything in it was found to belong together."""
    current = shop.look()["current"]
    return current["generation"] if current else None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_full_disk_harms_nothing(tmp_path: Path, chapter: Chapter, operation: str) -> None:
    for nth, shop in chapter.copies(tmp_path):
        problem = None
        with failing(operation, nth, no_space) as counter:
            try:
                shop.act(**chapter.step)
            except Failure as failure:
                problem = failure
        assert in_use(shop) == chapter.used[0 if problem else 1]
        if problem:
            assert "no space left; the set in use was not changed." in problem.msg or "cannot be read" in problem.msg
            assert str(shop.directory) in problem.msg
            # What cannot be removed stays where nobody looks at it, and goes the next time.
            assert chapter.step["state"] == "verified" or shop.leftovers() == []
        shop.act(**chapter.step)
        assert shop.leftovers() == []
        assert shop.picture() == chapter.after
        if not counter.hit:
            return


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_machine_that_stops_harms_nothing(tmp_path: Path, chapter: Chapter, operation: str) -> None:
    for nth, shop in chapter.copies(tmp_path):
        stopped = run_and_stop(shop, chapter.step, operation, nth)
        assert in_use(shop) in chapter.used
        shop.act(**chapter.step)
        assert shop.leftovers() == []
        assert shop.picture() == chapter.after
        if not stopped:
            return


def run_and_stop(shop: Shop, step: dict[str, Any], operation: str, nth: int) -> bool:
    """The step in a process of its own, which ends without a word before the n-th call of the operation."""
    child = os.fork()
    if child == 0:
        try:
            with failing(operation, nth, lambda: os._exit(9)):
                shop.act(**step)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


def test_a_key_is_nobody_elses_from_its_first_byte(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, original = [], os.write

    def watched(opened: int, data: bytes) -> int:
        seen.append(stat.S_IMODE(os.fstat(opened).st_mode))
        return original(opened, data[:50])

    old = os.umask(0)
    try:
        monkeypatch.setattr(os, "write", watched)
        shop.use(key_mode="0640")
        shop.act("staged", domains=list(WWW), keep_key=True, key_mode="0640")
    finally:
        os.umask(old)
    assert len(seen) > 20
    assert set(seen) == {0o600}
    assert (shop.generation_path(2) / "privkey.pem").read_text() == GOOD.key


def test_nothing_gets_its_name_before_it_is_on_the_disk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[int] = set()
    named: list[str] = []

    def watched(original: Callable[..., None]) -> Callable[[str, str], None]:
        def rename(source: str, target: str) -> None:
            if not os.path.islink(source):
                inside = [source, *(str(path) for path in Path(source).rglob("*"))]
                assert {os.stat(path).st_ino for path in inside} <= synced
            named.append(os.path.basename(target))
            original(source, target)

        return rename

    monkeypatch.setattr(os, "fsync", lambda opened: synced.add(os.fstat(opened).st_ino))
    monkeypatch.setattr(os, "rename", watched(os.rename))
    monkeypatch.setattr(os, "replace", watched(os.replace))
    for step in STEPS[:9]:
        put_key(shop, step)
        shop.act(**step)
    assert named == [
        *("1", "order.json", "chain.pem", "cert.pem", "order.json", "fullchain.pem", "unverified", "current"),
        *("2", "chain.pem", "cert.pem", "fullchain.pem", "3", "unverified", "current"),
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no space left; the set in use was not changed."),
        (errno.EDQUOT, "no space left; the set in use was not changed."),
        (errno.EROFS, "the file system is read-only; the set in use was not changed."),
        (errno.EACCES, "permission denied; the set in use was not changed. Run the task as a user who may write there"),
        (errno.EIO, "Input/output error; the set in use was not changed."),
    ],
)
def test_each_trouble_has_its_words(shop: Shop, code: int, words: str) -> None:
    shop.use()

    def fail() -> None:
        raise OSError(code, os.strerror(code))

    with failing("fsync", 1, fail), pytest.raises(Failure) as caught:
        shop.bring(OTHER)
    assert caught.value.msg.startswith(f"{shop.generation_path(2)} cannot be written: {words}")


def test_an_owner_that_may_not_be_given_is_explained(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.use(OTHER)

    def refuse(*_args: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    for act in (lambda: shop.bring(owner="0"), lambda: shop.act("staged", domains=list(WWW), keep_key=True, owner="0")):
        with pytest.raises(Failure) as caught:
            act()
        assert caught.value.msg == (
            f"{shop.generation_path(2)}/privkey.pem: its owner, group or mode may not be set by this user; "
            "the set in use was not changed. Use become, or set owner and group to those of the user that runs "
            "the task."
        )
        assert not shop.generation_path(2).exists()
        assert shop.leftovers() == []
    with pytest.raises(Failure, match=f"^{shop.generation_path(1)}/privkey.pem: its owner"):
        shop.act("complete", generation=1, domains=list(WWW), fullchain=OTHER.fullchain, owner="12345")


def test_a_file_in_the_way_is_named(shop: Shop) -> None:
    shop.directory.write_text("a file")
    for check in (True, False):
        with pytest.raises(Failure, match=f"^{shop.directory}.*: a part of the path is not a directory"):
            shop.act("staged", check=check, domains=list(WWW))


def test_a_directory_that_cannot_be_written_shows_in_check_mode(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.use()
    number = shop.stage()
    monkeypatch.setattr(os, "access", lambda *_args: False)
    for names in (list(WWW), ["new.example.com"]):
        with pytest.raises(Failure, match="permission denied"):
            shop.act("staged", check=True, domains=names)
    with pytest.raises(Failure, match="permission denied"):
        shop.act("ordered", check=True, generation=number, order=ORDER)
    assert not shop.act("verified", check=True, generation=1)["changed"]


def test_a_system_that_shows_nothing_at_all_ends_the_task(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the root directory: there is not a directory above it to try."""
    for name in ("lexists", "isdir"):
        monkeypatch.setattr(os.path, name, lambda path: False)
    place = write.Place(str(shop.directory), "www")
    for act in (lambda: shop.act("staged", domains=list(WWW)), shop.bring, lambda: write.make_directories(place)):
        with pytest.raises(Failure, match="cannot be written"):
            act()


def test_a_key_is_not_begun_where_its_certificate_will_not_fit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    number = shop.stage()
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=500, f_frsize=4096, f_flag=0))
    assert shop.act("staged", domains=list(WWW))["generation"] == number
    with pytest.raises(Failure, match="no space left"):
        shop.act("staged", domains=["other.example.com"])
    assert not shop.generation_path(number + 1).exists()


def test_links_in_the_store_are_not_followed(shop: Shop, tmp_path: Path) -> None:
    """Not by a write, not by a mode, not by a removal."""
    number = shop.stage(key=None)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    (outside / "file").chmod(0o666)
    for name in ("order.json", ".left.tmp"):
        (shop.generation_path(number) / name).symlink_to(outside / "file")
    (shop.path / "generations" / ".9.tmp").symlink_to(outside)
    (shop.generation_path(number) / "request.csr").unlink()
    (shop.generation_path(number) / "order.json").unlink()
    (shop.generation_path(number) / "order.json").symlink_to(tmp_path / "nowhere")
    shop.act("staged", domains=list(WWW))
    assert shop.leftovers() == []
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_text() == "mine"
    (shop.generation_path(7)).symlink_to(outside)
    assert shop.bring() == 8
    shop.act("current", generation=8)
    shop.act("verified", generation=8)
    assert (shop.generation_path(7)).is_symlink()
    assert (outside / "file").read_text() == "mine"


def test_a_key_file_that_is_a_link_keeps_what_it_points_to(shop: Shop, tmp_path: Path) -> None:
    shop.use()
    real = tmp_path / "real.pem"
    path = shop.generation_path(1) / "privkey.pem"
    path.rename(real)
    path.symlink_to(real)
    with pytest.raises(Failure, match="it is a symbolic link, which is not followed"):
        shop.act("complete", generation=1, domains=list(WWW), fullchain=GOOD.fullchain, key_mode="0640")
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_generations_that_are_a_link_are_refused(shop: Shop, tmp_path: Path) -> None:
    shop.path.mkdir(parents=True)
    (shop.path / "generations").symlink_to(tmp_path)
    with pytest.raises(Failure, match=r"generations is not a directory"):
        shop.bring()
    assert not (tmp_path / "1").exists()


def test_a_directory_that_cannot_be_synced_is_no_failure(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems do it for files only."""
    original = os.fsync

    def partly(opened: int) -> None:
        if stat.S_ISDIR(os.fstat(opened).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        original(opened)

    monkeypatch.setattr(os, "fsync", partly)
    assert shop.use() == 1


def test_a_directory_that_another_task_makes_at_the_same_moment_is_used(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hosts that are one machine, or cron beside a person, make the same parents."""
    original, made = os.mkdir, []

    def too_late(path: str, mode: int = 0o777) -> None:
        if os.path.basename(path) in (shop.path.name, "generations"):
            original(path, mode)
            made.append(path)
        original(path, mode)

    monkeypatch.setattr(os, "mkdir", too_late)
    assert shop.use() == 1 and len(made) == 2


def test_values_with_a_key_in_them_do_not_show_it(shop: Shop) -> None:
    step = write.CreateGeneration(1, (("privkey.pem", b"SECRET"),), write.Access())
    assert "SECRET" not in repr(step)
    assert "SECRET" not in repr(write.WriteFile(1, "privkey.pem", b"SECRET", write.Access()))


def test_no_part_of_a_plan_shows_a_key(shop: Shop) -> None:
    done = shop.act("complete", domains=list(WWW), fullchain=GOOD.fullchain, private_key=GOOD.key)
    assert "PRIVATE" not in json.dumps(done["plan"])


def test_a_failure_tells_the_steps_that_were_carried_out(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    number = shop.bring()
    original = os.replace

    def refuse(source: str, target: str) -> None:
        if str(target).endswith("current"):
            raise PermissionError(errno.EACCES, "")
        original(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(Failure) as caught:
        shop.act("current", generation=number)
    assert caught.value.facts["changed"]
    assert [step["action"] for step in caught.value.facts["plan"]] == ["write_file"]


def test_a_refused_step_changes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_names: object, **_more: object) -> None:
        raise PermissionError(errno.EACCES, "")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(Failure) as caught:
        shop.bring()
    assert caught.value.facts == {"changed": False, "plan": []}
