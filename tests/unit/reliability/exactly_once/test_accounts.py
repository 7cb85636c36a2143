# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the client of an account is killed."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys

from tests.reliability.exactly_once.accounts import kill_client


def test_the_client_of_a_port_is_killed_and_no_other_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        script = f"import socket; mine = socket.create_connection(('127.0.0.1', {port})); mine.recv(1)"
        other = "import sys; sys.stdin.read()"
        with (
            subprocess.Popen([sys.executable, "-c", script]) as child,
            subprocess.Popen([sys.executable, "-c", other], stdin=subprocess.PIPE) as bystander,
            contextlib.closing(listener.accept()[0]),
        ):
            assert kill_client(port)
            assert child.wait(100) == -9
            assert not kill_client(port)
            assert bystander.poll() is None
            bystander.kill()
