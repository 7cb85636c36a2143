# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-test gets all that it installs from the package index."""

from __future__ import annotations

from pathlib import Path

from tests.tools.dependencies import take_releases

COMMIT = "dill @ https://github.com/owner/dill/archive/2308ffb0.zip#sha256=0901"


def test_a_package_out_of_a_repository_is_taken_from_the_index(tmp_path: Path) -> None:
    cached, installed = tmp_path / "cached", tmp_path / "installed"
    installed.mkdir()
    cached.write_text(f"astroid==4.0.4\n{COMMIT}\nisort==9.0.1\n")
    (installed / "sanity.pylint.txt").hardlink_to(cached)
    (installed / "sanity.pep8.txt").write_text("pycodestyle==2.14.0\n")
    take_releases(installed)
    assert (installed / "sanity.pylint.txt").read_text() == "astroid==4.0.4\ndill\nisort==9.0.1\n"
    assert (installed / "sanity.pep8.txt").read_text() == "pycodestyle==2.14.0\n"
    assert COMMIT in cached.read_text(), "the cache of the installer stays as it is"
