# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks/demo.yml against an emulator, a web root and a TLS port of its own; leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The first order is made in the emulator's past, so that its certificate is due today.
CLOCK = "--clock=-62d"
_PATIENCE = 15.0


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A handshake without a certificate to show, or a client that is gone, is no news."""


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    """Let a server serve as long as the block lasts; gives ``host:port``."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def web_server(directory: Path) -> ThreadingHTTPServer:
    """Serves a directory over HTTP on a free loopback port."""
    directory.mkdir()
    return _Server(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))


def tls_server(directory: Path, certificate: Path) -> ThreadingHTTPServer:
    """Serve a directory over TLS on a free loopback port; like a real server it loads the certificate on ``SIGHUP``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def load(number: int, frame: FrameType | None) -> None:
        context.load_cert_chain(certificate / "fullchain.pem", certificate / "privkey.pem")

    signal.signal(signal.SIGHUP, load)
    server = _Server(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


@contextmanager
def child(arguments: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block: asked first, then made to."""
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def emulator(directory: Path, proof_address: str) -> Iterator[dict[str, Any]]:
    """The emulator, proving domains at the web server; gives its addresses and keys."""
    ready = directory / "emulator.json"
    dials = ["--dial=proof=http", f"--dial=proof_address={proof_address}"]
    command = [
        sys.executable,
        "-m",
        "playbooks.files.emulator",
        CLOCK,
        *dials,
        f"--ready-file={ready}",
        f"--with-pid={os.getpid()}",
    ]
    with child(command) as process:
        deadline = time.monotonic() + _PATIENCE
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The emulator did not start.")
            time.sleep(0.05)
        yield json.loads(ready.read_text())


def play(directory: Path, service: dict[str, Any], endpoint: str) -> int:
    """Run the playbook; returns its exit code."""
    environment = {
        **os.environ,
        "ANSIBLE_HOME": str(directory / "ansible"),
        "TMPDIR": str(directory),
        "XDG_STATE_HOME": str(directory / "state"),
        "ANSIBLE_NOCOWS": "1",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "ALIBABA_CLOUD_CAS_ENDPOINT": service["url"],
        "ALIBABA_CLOUD_ACCESS_KEY_ID": service["access_key_id"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": service["access_key_secret"],
    }
    variables = {
        "demo_name": "www.example.com",
        "demo_directory": str(directory / "certificates"),
        "demo_webroot": str(directory / "webroot"),
        "demo_report": str(directory / "report.txt"),
        "demo_control": service["control_url"],
        "demo_endpoint": endpoint,
        "demo_server": os.getpid(),
    }
    command = ["ansible-playbook", "certops.alicloud.demo", f"--extra-vars={json.dumps(variables)}"]
    with child(command, environment) as process:
        return process.wait()


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory(prefix="certops-demo-") as name:
        directory = Path(name)
        web = web_server(directory / "webroot")
        tls = tls_server(directory / "webroot", directory / "certificates" / "www.example.com" / "current")
        with serving(web) as address, serving(tls) as endpoint, emulator(directory, address) as service:
            code = play(directory, service, endpoint)
        if code == 0:
            print((directory / "report.txt").read_text(), end="")
            print("\nThe playbook that did this: playbooks/demo.yml")
        return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
