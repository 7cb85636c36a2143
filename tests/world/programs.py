# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of the world: found, installed where that is allowed, or named as missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

# Program -> package of Debian and its kin.
PACKAGES = {
    "dig": "bind9-dnsutils",
    "flock": "util-linux",
    "named": "bind9",
    "nginx": "nginx-light",
    "nsupdate": "bind9-dnsutils",
    "openssl": "openssl",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "sshd": "openssh-server",
}
# Servers that only single tests need, which are skipped without them.
OPTIONAL = {
    "dovecot": ("dovecot-imapd", "dovecot-pop3d"),
    "haproxy": ("haproxy",),
    "mariadbd": ("mariadb-server-core",),
    "postfix": ("postfix",),
    "postgres": ("postgresql",),
    "slapd": ("slapd",),
}
POLICY = Path("/usr/sbin/policy-rc.d")
SAY_NO = "#!/bin/sh\nexit 101\n"
CONFINED = ("named", "nginx")
APPARMOR = Path("/sys/module/apparmor/parameters/enabled")


class Missing(Exception):
    """Something that the world needs is not there."""


def find(name: str) -> str | None:
    """Return the path of a program; servers are often outside of an ordinary user's PATH."""
    versions = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    places = [os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin", *versions]
    return shutil.which(name, path=os.pathsep.join(places))


def provide() -> dict[str, str]:
    """Return the path of each program, installed first where it is missing and root may use apt-get."""
    if os.geteuid() == 0 and find("apt-get"):
        _install_missing()
    missing = [name for name in PACKAGES if not find(name)]
    if missing:
        packages = sorted({PACKAGES[name] for name in missing})
        raise Missing(f"These programs are missing: {', '.join(missing)} (packages {', '.join(packages)}).")
    return {name: str(find(name)) for name in PACKAGES}


def lacks(name: str) -> str | None:
    """Say that a server of single tests is missing, where it cannot be installed with the others."""
    if not find(name) and os.geteuid() == 0 and find("apt-get"):
        _install_missing()
    return None if find(name) else f"The server {name} is missing (packages {', '.join(OPTIONAL[name])})."


@cache
def _install_missing() -> None:
    """Once in a process, and in one go: what single tests need is installed with the rest, if it can be."""
    needed = {package for name, package in PACKAGES.items() if not find(name)}
    wished = {package for name, each in OPTIONAL.items() if not find(name) for package in each}
    if needed or wished:
        try:
            install(sorted(needed | wished))
        except Missing:
            if needed:
                install(sorted(needed))


def unconfined(programs: dict[str, str], directory: Path, apparmor: Path = APPARMOR) -> dict[str, str]:
    """Return the programs with copies of those that AppArmor, which goes by paths, keeps out of the directory."""
    if not apparmor.exists() or apparmor.read_text().strip() != "Y":
        return programs
    directory.mkdir()
    return {**programs, **{name: str(shutil.copy(programs[name], directory / name)) for name in CONFINED}}


def install(packages: list[str]) -> None:
    """Install packages; the services in them are not started."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with services_stay_down():
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            result = subprocess.run(
                ["apt-get", "-qq", *command], env=environment, check=False, capture_output=True, text=True
            )
            if result.returncode:
                raise Missing(f"apt-get {command[0]} failed: {result.stderr.strip()[-500:]}")


@contextmanager
def services_stay_down() -> Iterator[None]:
    """Let no package start its service; what stood in the policy before is put back."""
    before = POLICY.with_name("policy-rc.d.before-certops")
    if POLICY.exists():
        POLICY.rename(before)
    try:
        POLICY.write_text(SAY_NO)
        POLICY.chmod(0o755)
        yield
    finally:
        POLICY.unlink(missing_ok=True)
        if before.exists():
            before.rename(POLICY)
