# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write RETURN documentation that several modules share into these modules.

Each shared part is a file in tests/tools/returns. A module takes one with two comments; what stands between them is
replaced by the content of the file, indented like the comments:

    # fragment: tests/tools/returns/quota.yml
    total:
      description: ...
    # end of fragment

Usage: python -m tests.tools.return_docs [--lint]

With --lint nothing is written. Modules that are out of date are reported with a diff, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from tests.tools.dependencies import ROOT

MODULES, FRAGMENTS = "plugins/modules", "tests/tools/returns"
COMMAND = "python -m tests.tools.return_docs"
# The comment that begins a fragment (its indentation, the file), what stands there now, the comment that ends it.
_PLACE = re.compile(r"^( *)# fragment: (\S+)\n(?:(?! *# fragment: ).*\n)*?\1# end of fragment$", re.MULTILINE)


class WrongComment(Exception):
    """A comment of a module that cannot be followed."""


def updated(source: str, root: Path) -> str:
    """The source of a module with the current content of its fragments. Raises WrongComment."""
    written, places = _PLACE.subn(lambda place: _filled(place, root), source)
    if {source.count("# fragment: "), source.count("# end of fragment")} != {places}:
        raise WrongComment('each "# fragment: ..." needs an "# end of fragment" with the same indentation')
    return written


def _filled(place: re.Match[str], root: Path) -> str:
    indent, name = place.groups()
    path = root / name
    if not path.is_file():
        raise WrongComment(f"there is no {name}")
    text = path.read_text(encoding="utf-8").partition("---\n")[2]  # the licence stands above
    return textwrap.indent(f"# fragment: {name}\n{text}# end of fragment", indent)


def unused(root: Path, modules: Sequence[Path]) -> list[str]:
    """The files of fragments that no module takes."""
    taken = {place.group(2) for module in modules for place in _PLACE.finditer(module.read_text(encoding="utf-8"))}
    return sorted({f"{FRAGMENTS}/{path.name}" for path in (root / FRAGMENTS).glob("*.yml")} - taken)


def outdated(name: str, before: str, after: str) -> str:
    """The report of a module whose fragments have changed."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, "with its fragments", n=1, lineterm="")
    return "\n".join([f"{name} is out of date; write it with: {COMMAND}", *lines])


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the modules, or check them; return an exit status."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write shared RETURN documentation into the modules.")
    parser.add_argument("--lint", action="store_true", help="write nothing; report modules that are out of date")
    lint, modules = parser.parse_args(arguments).lint, sorted((root / MODULES).glob("*.py"))
    problems = [f"{name}: no module takes this fragment; delete it" for name in unused(root, modules)]
    for module in modules:
        name, before = f"{MODULES}/{module.name}", module.read_text(encoding="utf-8")
        try:
            after = updated(before, root)
        except WrongComment as wrong:
            problems.append(f"{name}: {wrong}")
            continue
        if after != before and lint:
            problems.append(outdated(name, before, after))
        elif after != before:
            module.write_text(after, encoding="utf-8")
            print(f"{name} was written")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
