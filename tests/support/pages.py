# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages of documentation show as code."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path


def blocks(page: Path, language: str) -> Iterator[str]:
    """What a page shows in a language."""
    text = page.read_text("utf-8")
    if page.suffix == ".md":
        yield from map(textwrap.dedent, re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))
    for _indent, found in re.findall(rf"^( *)\.\. code-block:: {language}\n\n((?:\1 +\S.*\n|\n)+)", text, re.MULTILINE):
        yield textwrap.dedent(found)
