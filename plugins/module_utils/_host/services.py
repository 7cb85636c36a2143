# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether a service can be reloaded on this machine: asked of systemd, or read from its init script."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from .._text import one_line, quoted

# Where systemd says that it runs the machine (sd_booted).
_SYSTEMD = "/run/systemd/system"
# Scripts that say by themselves what they know, and those to which a framework may add it.
_SCRIPTS, _FRAMEWORK = ("/etc/init.d", "/usr/local/etc/rc.d"), "/etc/rc.d"
_NAME = re.compile(r"\w[\w@:.\\-]{0,199}", re.ASCII)
_LARGEST = 256 * 1024
_PATIENCE = 15.0
_WAY_OUT = "Use the action restart, or a task of your own for the reload."


def reload_problem(name: str) -> str | None:
    """Why a service cannot be reloaded, as a sentence; None where it can, or where that is unknown."""
    if not is_service_name(name):
        return f"{quoted(name)} is not a valid name of a service."
    script = _script(name.removesuffix(".service"))
    if os.path.isdir(_SYSTEMD):
        known = _by_systemd(name)
        if known.get("LoadState") != "not-found" or script is None:
            return _systemd_problem(name, known)
    if script is None:
        return f"there is no service {name} on this host: neither systemd nor an init script provides it."
    return _script_problem(name, script)


def is_service_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text))


def _by_systemd(name: str) -> Mapping[str, str]:
    """What systemd says of a service; nothing where it cannot be asked."""
    import subprocess  # a day on which nothing is due needs none

    call = ["systemctl", "show", "--property=LoadState,CanReload", "--", name]
    try:
        # Ansible's own run_command waits for as long as it takes.
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            call, capture_output=True, timeout=_PATIENCE, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return {key: value for key, _is, value in (line.partition("=") for line in lines)}


def _systemd_problem(name: str, known: Mapping[str, str]) -> str | None:
    state = known.get("LoadState")
    if state == "not-found":
        return f"there is no service {name} on this host: systemd does not know it."
    if state in ("masked", "error", "bad-setting"):
        return f"{name} cannot be reloaded: systemd calls it {one_line(state)} (systemctl status {name})."
    if known.get("CanReload") == "no":
        return f"{name} cannot be reloaded: systemd knows no ExecReload for it. {_WAY_OUT}"
    return None


def _script(name: str) -> str | None:
    paths = [f"{directory}/{name}" for directory in (*_SCRIPTS, _FRAMEWORK)]
    return next((path for path in paths if os.path.isfile(path)), None)


def _script_problem(name: str, path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(_LARGEST)
    except OSError:
        return None
    commands = re.sub(r"(?m)^\s*#.*$", "", text)
    # A script that knows force-reload only refuses a reload.
    if path.startswith(_FRAMEWORK) or re.search(r"(?<![A-Za-z-])reload", commands):
        return None
    return f"{name} cannot be reloaded: its init script {path} does not know reload. {_WAY_OUT}"
