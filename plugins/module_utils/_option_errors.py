# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What Ansible says of options that are not valid, as sentences that begin with the option. Pure."""

from __future__ import annotations

import re

from ._text import unknown_key

# How Ansible words that a value is of another type, or is none of the choices.
_WRONG_TYPE = (
    r"(?P<entry>Elements value for option|argument) '(?P<name>[^']+)'(?: found in '(?P<before>[^']+)')? is of type "
    r"(?:<class ')?(?P<had>\w+)(?:'>)?(?: found in '(?P<after>[^']+)'\.)? "
    r"and we were unable to convert to (?P<wanted>\w+)"
)
_WRONG_CHOICE = (
    r"value of (?P<name>\S+) must be one of: (?P<choices>.+), got: (?P<had>.+?)(?: found in (?P<within>.+))?$"
)
_MISSING = r"(?P<what>missing required arguments: .+) found in (?P<within>.+)$"
_UNKNOWN = r"(?P<names>.+?)\. Supported parameters include: (?P<known>.+)\.$"
_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "a dictionary",
    "path": "a path",
    "raw": "any value",
    "NoneType": "empty",
}


def of_unknown_keys(problem: str) -> str:
    """What Ansible says of keys that it does not know: the first of them, in the option that holds it."""
    found = re.match(_UNKNOWN, problem)
    if not found:
        return f"unknown key {problem}"
    within, dot, key = found["names"].split(", ")[0].rpartition(".")
    known = [name.split(" (")[0] for name in found["known"].split(", ")]
    return f"{within}{dot and ': '}{unknown_key(key, known)}"


def in_our_words(problem: str) -> str:
    """What Ansible says of a value, beginning with the option, and without the value where the type is wrong."""
    found = re.search(_WRONG_TYPE, problem)
    if found:
        within = found["before"] or found["after"]
        option = f"{within}.{found['name']}" if within else found["name"]
        entry = "an entry" if found["entry"].startswith("Elements") else "the value"
        return f"{option}: {entry} is {_TYPES.get(found['had'], found['had'])}; give {_TYPES[found['wanted']]}."
    found = re.search(_WRONG_CHOICE, problem)
    if found:
        option = f"{found['within']}.{found['name']}" if found["within"] else found["name"]
        return f"{option}: {found['had']} is not valid; use one of {found['choices']}."
    found = re.match(_MISSING, problem)
    return f"{found['within']}: {found['what']}" if found else problem
