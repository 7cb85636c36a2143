# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets: an sshd each, on a loopback address of its own."""

from __future__ import annotations

import getpass
import os
import subprocess
from pathlib import Path

from .children import PATIENCE, Child, NotStarted, free_port, start, start_listening

ADDRESSES = {"web1": "127.0.0.2", "web2": "127.0.0.3"}

SERVER = """\
ListenAddress {address}:{port}
HostKey {directory}/{name}.key
AuthorizedKeysFile {directory}/user.key.pub
AuthenticationMethods publickey
PermitRootLogin yes
PidFile none
StrictModes no
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 100
MaxSessions 100
SetEnv HOME={directory}/home
Subsystem sftp internal-sftp
"""

CLIENT = """\
Host {name}
  HostName {address}
  Port {port}
  HostKeyAlias {name}

"""

CLIENT_FOR_ALL = """\
Host *
  User {user}
  IdentityFile {directory}/user.key
  IdentitiesOnly yes
  UserKnownHostsFile {directory}/known_hosts
  StrictHostKeyChecking yes
  ControlMaster auto
  ControlPath {directory}/%C
  ControlPersist 60
  LogLevel ERROR
"""


def start_machines(programs: dict[str, str], directory: Path) -> dict[str, dict[str, object]]:
    """Start one sshd for each target; return where they are. The file client.conf is for ssh -F.

    Their home is empty: the shell would read the user's own startup files before each module.
    """
    (directory / "home").mkdir(parents=True)
    for name in ("user", *ADDRESSES):
        command = [programs["ssh-keygen"], "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", f"{directory}/{name}.key"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    make_separation_directory()
    machines = {name: start_machine(programs, directory, name) for name in ADDRESSES}
    known = [f"{name} {(directory / f'{name}.key.pub').read_text()}" for name in ADDRESSES]
    (directory / "known_hosts").write_text("".join(known))
    config = [CLIENT.format(name=name, **machine) for name, machine in machines.items()]
    (directory / "client.conf").write_text(
        "".join([*config, CLIENT_FOR_ALL.format(user=getpass.getuser(), directory=directory)])
    )
    for name in ADDRESSES:
        check_login(programs, directory, name)
    return machines


def make_separation_directory() -> None:
    """The sshd of root wants this directory, which the service's start script makes otherwise."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def start_machine(programs: dict[str, str], directory: Path, name: str) -> dict[str, object]:
    """Start one sshd."""
    machine: dict[str, object] = {}
    log, config = directory / f"{name}.log", directory / f"{name}.conf"

    def attempt() -> tuple[Child, list[tuple[str, int]]]:
        port = free_port(ADDRESSES[name])
        machine.update(address=ADDRESSES[name], port=port)
        config.write_text(SERVER.format(directory=directory, name=name, **machine))
        return start([programs["sshd"], "-D", "-e", "-f", str(config)], log), [(ADDRESSES[name], port)]

    start_listening(f"The sshd of {name}", attempt, log)
    return machine


def check_login(programs: dict[str, str], directory: Path, name: str) -> None:
    """Log in once; the connection stays open for those who come after."""
    command = [programs["ssh"], "-F", str(directory / "client.conf"), name, "true"]
    result = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=PATIENCE)
    if result.returncode:
        log = (directory / f"{name}.log").read_text(errors="replace").strip()
        raise NotStarted(f"Nobody can log in at {name}: {log[-500:]}")
