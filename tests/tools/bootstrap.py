# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environment in which everything else runs. Needs nothing but Python.

Usage: python3 -m tests.tools.bootstrap DIRECTORY
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)

TOO_OLD = """\
This project's tools need Python 3.11 or later, and {python} is {version}.
Name another interpreter: make PYTHON=python3.12 ...
"""

NO_VENV = """\
{python} can make no virtual environment: it lacks ensurepip, and virtualenv is not installed either.
On Debian and Ubuntu: apt-get install python3-venv
Elsewhere: install the virtualenv package, or name another interpreter: make PYTHON=python3.12 ...
"""


def creator() -> list[str]:
    """Return the arguments of Python that make an environment with pip in it, or stop with advice."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return ["-m", "venv", "--clear"]
    if importlib.util.find_spec("virtualenv"):
        return ["-m", "virtualenv", "--clear", "--quiet"]
    sys.exit(NO_VENV.format(python=sys.executable))


def main(directory: Path) -> None:
    """Make the environment."""
    if sys.version_info < OLDEST:
        sys.exit(TOO_OLD.format(python=sys.executable, version=sys.version.split()[0]))
    subprocess.run([sys.executable, *creator(), str(directory)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
