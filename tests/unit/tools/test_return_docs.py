# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared RETURN documentation is the same in its source and in every module."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.tools.return_docs import COMMAND, FRAGMENTS, MODULES, main

QUOTA = """\
# A licence
---
total:
  description: What was bought.
"""
MODULE = '''\
RETURN = r"""
quota:
  contains:
    # fragment: tests/tools/returns/quota.yml
    old: text
    # end of fragment
    free:
      description: What is left.
"""
'''
WRITTEN = '''\
RETURN = r"""
quota:
  contains:
    # fragment: tests/tools/returns/quota.yml
    total:
      description: What was bought.
    # end of fragment
    free:
      description: What is left.
"""
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection with one module that is out of date."""
    for name, text in ((f"{FRAGMENTS}/quota.yml", QUOTA), (f"{MODULES}/cas_order.py", MODULE)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def module(root: Path) -> Path:
    return root / MODULES / "cas_order.py"


def test_the_modules_of_the_collection_are_up_to_date():
    assert main(["--lint"]) == 0


def test_a_fragment_replaces_what_was_there_and_is_indented(root, capsys):
    assert main([], root) == 0
    assert module(root).read_text() == WRITTEN
    assert capsys.readouterr().out == "plugins/modules/cas_order.py was written\n"


def test_what_is_written_is_yaml_and_stays_as_it_is(root, capsys):
    main([], root)
    (documentation,) = module(root).read_text().split('"""')[1:2]
    assert list(yaml.safe_load(documentation)["quota"]["contains"]) == ["total", "free"]
    capsys.readouterr()
    assert (main([], root), main(["--lint"], root)) == (0, 0)
    assert capsys.readouterr() == ("", "")


def test_lint_names_the_module_and_the_command_and_writes_nothing(root, capsys):
    assert main(["--lint"], root) == 1
    assert module(root).read_text() == MODULE
    said = capsys.readouterr().err
    assert said.startswith(f"plugins/modules/cas_order.py is out of date; write it with: {COMMAND}\n")
    assert "\n-    old: text\n+    total:\n+      description: What was bought.\n" in said


def test_a_change_by_hand_between_the_comments_is_out_of_date(root):
    main([], root)
    module(root).write_text(WRITTEN.replace("What was bought", "Something else"))
    assert main(["--lint"], root) == 1


@pytest.mark.parametrize("arguments", [[], ["--lint"]])
@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("    # end of fragment\n", "", 'each "# fragment: ..." needs'),
        ("    # end of fragment\n", "  # end of fragment\n", 'each "# fragment: ..." needs'),
        ("    # fragment: tests/tools/returns/quota.yml\n", "", 'each "# fragment: ..." needs'),
        ("    old: text\n", "    # fragment: tests/tools/returns/quota.yml\n", 'each "# fragment: ..." needs'),
        ("quota.yml", "other.yml", "there is no tests/tools/returns/other.yml"),
    ],
)
def test_a_comment_that_cannot_be_followed_is_an_error(root, capsys, before, after, problem, arguments):
    wrong = MODULE.replace(before, after)
    module(root).write_text(wrong)
    assert main(arguments, root) == 1
    assert f"plugins/modules/cas_order.py: {problem}" in capsys.readouterr().err
    assert module(root).read_text() == wrong


def test_a_fragment_that_no_module_takes_is_an_error(root, capsys):
    (root / FRAGMENTS / "plan.yml").write_text(QUOTA)
    assert main([], root) == 1
    assert capsys.readouterr().err == "tests/tools/returns/plan.yml: no module takes this fragment; delete it\n"
