# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The CA certificates that an endpoint's certificate is verified with. Looked at before anything is sent.

A system's file has more than a hundred, which take longer to parse than all else of a task. The connection over TLS
that needs them does so; before that, a file is only looked into.
"""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Callable
from functools import partial

from .._errors import InvalidOption
from .._host.environment import Variable, first_set
from .._text import quoted

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_LONGEST_LINE = 256

Test = Callable[[str], bool]


def has_certificates(path: str) -> bool:
    """Whether a file looks as if there were some."""
    with open(path, "rb") as file:
        lines = iter(partial(file.readline, _LONGEST_LINE), b"")
        return any(b"-----BEGIN " in line and b"CERTIFICATE-----" in line for line in lines)


def can_be_parsed(path: str) -> bool:
    """Whether TLS can read all of a file."""
    ssl.create_default_context(cafile=path)
    return True


def trust_store(ca_path: str | None, test: Test = has_certificates) -> str | None:
    """The file or directory that the task, the environment or the system names, in this order.

    Raises InvalidOption where a file does not pass the test.
    """
    if ca_path:
        if not _is_store(ca_path, test):
            raise InvalidOption(
                "ca_path",
                f"{quoted(ca_path)} is not a readable PEM file or a directory of CA certificates; nothing was sent.",
            )
        return ca_path
    return _of_variables(_BUNDLES, test) or _of_system(test)


def _of_variables(names: tuple[str, ...], test: Test) -> str | None:
    found = first_set(names)
    if found and not _is_store(found.value, test):
        raise _nothing_there(found)
    return found.value if found else None


def _of_system(test: Test) -> str | None:
    """The system's store; None where the one that requests brings along is needed."""
    paths = ssl.get_default_verify_paths()
    there = _of_variables((paths.openssl_cafile_env,), test) or _of_directories(paths.openssl_capath_env)
    if there or os.path.isfile(paths.openssl_cafile):
        return there or paths.openssl_cafile
    return _first_filled([paths.openssl_capath])


def _of_directories(name: str) -> str | None:
    found = first_set([name])
    places = found.value.split(os.pathsep) if found else []
    if found and not any(map(os.path.isdir, places)):
        raise _nothing_there(found)
    return _first_filled(places)


def _first_filled(places: list[str]) -> str | None:
    return next((place for place in places if os.path.isdir(place) and os.listdir(place)), None)


def _nothing_there(variable: Variable) -> InvalidOption:
    return InvalidOption(
        variable.name,
        f"the environment variable is {quoted(variable.value)}, which is not a readable PEM file or a directory of CA "
        "certificates; nothing was sent. Correct it or unset it, or give ca_path.",
    )


def _is_store(path: str, test: Test) -> bool:
    """Whether it can be read. One that cannot would look like a broken connection later."""
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
        if kind == stat.S_IFDIR:
            os.listdir(path)
        elif kind == stat.S_IFREG:
            return test(path)
        return kind == stat.S_IFDIR  # a pipe or a device may never end
    except (OSError, ValueError):
        return False
