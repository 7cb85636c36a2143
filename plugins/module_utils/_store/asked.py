# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What both modules of a store ask for: the place, the names, the forms and links beside the certificate."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._errors import InvalidOption
from .._text import quoted, quoted_path
from .._x509.hostnames import host_names
from .model import Place

if TYPE_CHECKING:
    from .forms import Form
    from .links import Link


def place(options: Mapping[str, Any]) -> Place:
    directory, name = options["directory"], options["name"]
    if not os.path.isabs(directory) or not _is_path(directory):
        raise InvalidOption("directory", f"{quoted_path(directory)} is not an absolute path.")
    if not name or name in (".", "..") or "/" in name or not name.isprintable():
        raise InvalidOption("name", f"{quoted(name)} cannot be the name of a directory; give one without a slash.")
    return Place(os.path.normpath(directory), name)


def _is_path(text: str) -> bool:
    """Whether the system can take it for a path; what lies there is another question."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def wanted_names(values: list[str] | None) -> tuple[str, ...]:
    if not values:
        raise InvalidOption("domains", "give the names that the certificate is for.")
    return host_names(values)


def extras(options: Mapping[str, Any]) -> tuple[list[Form], list[Link]]:
    """The forms and links that a task asks for."""
    if not options["forms"] and not options["links"]:
        return [], []
    from .access import form_access
    from .forms import read_forms
    from .links import read_links

    forms = read_forms(options["forms"], options, form_access)
    return forms, read_links(options["links"], [form.name for form in forms])
