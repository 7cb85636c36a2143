# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inspection of a store sees what must not be."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509

from tests.reliability.disk.counts import LOST, MISMATCHED, MODES, STRANGE, WITHOUT
from tests.reliability.disk.inspection import Entry, in_use, judge, snapshot
from tests.support.certificates import INTERMEDIATE, ROOT, WWW, key_pem, new_key, pem

KEY = Entry(stat.S_IFREG, 0o600, b"-----BEGIN PRIVATE KEY-----")
DIRECTORY = Entry(stat.S_IFDIR, 0o755)
OLD = {
    "www": DIRECTORY,
    "www/1": DIRECTORY,
    "www/1/privkey.pem": KEY,
    "www/1/cert.pem": Entry(stat.S_IFREG, 0o644, b"1"),
}
NEW = {"www": DIRECTORY, "www/2": DIRECTORY, "www/2/privkey.pem": replace(KEY, mode=0o640)}


def kinds(now: dict[str, Entry]) -> list[str]:
    return [kind for kind, _words in judge(now, OLD, NEW)]


def test_as_before_as_after_and_both_are_fine() -> None:
    for now in (OLD, NEW, {**OLD, **NEW}, {**NEW, "www/.1.tmp": DIRECTORY, "www/.1.tmp/privkey.pem": KEY}):
        assert kinds(now) == []


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        ({**OLD, "www/1/privkey.pem": replace(KEY, content=b"-----BEGIN PRIVATE KEY----- other")}, LOST),
        ({name: entry for name, entry in OLD.items() if name != "www/1/privkey.pem"}, STRANGE),
        ({"www/1": DIRECTORY}, LOST),
        ({**OLD, "www/other": DIRECTORY}, STRANGE),
        ({**NEW, "www/2/.privkey.pem.0.tmp": replace(KEY, mode=0o644)}, MODES),
        ({**NEW, "www/2/privkey.pem": replace(KEY, mode=0o660)}, MODES),
    ],
    ids=["another key", "piece by piece", "what stays", "what no task made", "open meanwhile", "open"],
)
def test_what_must_not_be_is_seen(now: dict[str, Entry], kind: str) -> None:
    assert kind in kinds(now)


def test_a_set_in_use_is_loaded_as_a_server_does(tmp_path: Path) -> None:
    start = datetime.now(timezone.utc) - timedelta(days=1)
    root, above = (
        ROOT.sign(name, key.key, ca=True, start=start) for name, key in (("Root", ROOT), ("Intermediate", INTERMEDIATE))
    )
    store, key = tmp_path / "www", new_key()
    (store / "1").mkdir(parents=True)

    def put(leaf: x509.Certificate) -> list[str]:
        files = {
            "privkey.pem": key_pem(key),
            "cert.pem": pem(leaf),
            "chain.pem": pem(above),
            "fullchain.pem": pem(leaf, above),
        }
        for name, text in files.items():
            (store / "1" / name).write_text(text)
        return [kind for kind, _words in in_use(store, root, tmp_path)]

    good = INTERMEDIATE.sign(WWW[0], key, WWW, start=start)
    assert put(good) == [WITHOUT]
    (store / "current").symlink_to("1")
    assert put(good) == []
    assert put(INTERMEDIATE.sign(WWW[0], new_key(), WWW, start=start)) == [MISMATCHED]
    assert put(INTERMEDIATE.sign(WWW[0], key, WWW, start=start, days=0.5)) == [MISMATCHED]
    assert put(ROOT.sign(WWW[0], key, WWW, start=start)) == [MISMATCHED]
    (store / "1" / "privkey.pem").unlink()
    assert [kind for kind, _words in in_use(store, root, tmp_path)] == [WITHOUT]
    assert {"www", "www/1", "www/current"} <= snapshot(tmp_path).keys()
