# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on loopback that read a certificate from files, for tests; each is one function to its configuration."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.world import programs
from tests.world.children import Child, free_port, start, start_listening, until
from tests.world.web import write_standin

ADDRESS = "127.0.0.1"
# A reload that is not seen in the log after so many seconds is asked for again.
SECONDS, ATTEMPTS = 10.0, 12


class Files(NamedTuple):
    """What a server reads."""

    key: Path
    chain: Path
    combined: Path
    key_fullchain: Path


# The command that starts a server in the foreground, after its configuration is written.
Configure = Callable[[Path, list[int], Files], list[str]]


class Kind(NamedTuple):
    """A server: its program, its configuration, the signal that reloads it (None: it is restarted).

    ``ready`` is what its log says when it has started or reloaded, where it hears no signal before.
    """

    program: str
    configure: Configure
    reload: int | None
    starttls: tuple[str | None, ...] = (None,)
    ready: str = ""


@dataclass
class RealServer:
    """A server of a kind below a directory; ``ports`` has one for each of its protocols."""

    kind: Kind
    directory: Path
    ports: list[int] = field(default_factory=list)
    child: Child | None = None

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        found = [
            {"address": f"{ADDRESS}:{port}", "starttls": each} for port, each in zip(self.ports, self.kind.starttls)
        ]
        return [{key: value for key, value in each.items() if value} for each in found]

    @property
    def standin(self) -> Files:
        """A certificate that is not ours."""
        files = Files(*(self.directory / f"standin.{end}" for end in ("key", "pem", "combined", "key_fullchain")))
        if not files.key.exists():
            write_standin(self.directory)
            files.combined.write_bytes(files.chain.read_bytes() + files.key.read_bytes())
            files.key_fullchain.write_bytes(files.key.read_bytes() + files.chain.read_bytes())
        return files

    def serve(self, files: Files) -> None:
        """Start with these files, or reload with them."""
        log = self.directory / "log"
        earlier = len(log.read_bytes()) if log.exists() else 0
        said = self.kind.ready.encode()

        def ready() -> bool:
            """What was logged before does not count."""
            return said in log.read_bytes()[earlier:]

        if self.child is not None and self.kind.reload is not None:
            self.kind.configure(self.directory, self.ports, files)
            # A signal that comes while the last one is being followed is lost.
            for _number in range(ATTEMPTS):
                self.child.send_signal(self.kind.reload)
                if not said or until(lambda: ready() and self._serves(files), self.child, SECONDS):
                    return
            raise AssertionError(log.read_text(errors="replace"))
        self.end()

        def attempt() -> tuple[Child, list[tuple[str, int]]]:
            command = self.kind.configure(self.directory, self.ports, files)
            return start(command, log), [(ADDRESS, port) for port in self.ports]

        self.child = start_listening(f"The server {self.kind.program}", attempt, log)
        assert until(ready, self.child), log.read_text(errors="replace")

    def _serves(self, files: Files) -> bool:
        try:
            served = ssl.get_server_certificate((ADDRESS, self.ports[0]), timeout=SECONDS)
        except OSError:
            return False
        return "".join(served.split()) in "".join(files.chain.read_text().split())

    def restart(self, files: Files) -> None:
        """Start again, so that no process is left that serves other files."""
        self.end()
        self.serve(files)

    def end(self) -> None:
        if self.child is not None:
            self.child.terminate()
            self.child.wait(60)
            self.child = None


@contextmanager
def stopped(kind: Kind) -> Iterator[RealServer]:
    """A server that is not started yet, in a directory that its own user can enter."""
    with tempfile.TemporaryDirectory(prefix="certops-server.") as name:
        directory = Path(name)
        directory.chmod(0o755)
        server = RealServer(kind, directory, [free_port(ADDRESS) for _each in kind.starttls])
        try:
            yield server
        finally:
            server.end()


def _program(name: str) -> str:
    return str(programs.find(name))


def nginx(directory: Path, ports: list[int], files: Files) -> list[str]:
    """Two ports, the second without TLS 1.3; both demand a certificate of their clients."""
    shared = f"ssl_certificate {files.chain}; ssl_certificate_key {files.key}; ssl_verify_client on; "
    shared += f"ssl_client_certificate {files.chain};"
    servers = "".join(
        f"server {{ listen {ADDRESS}:{port} ssl; ssl_protocols {protocols}; {shared} }}\n"
        for port, protocols in zip(ports, ("TLSv1.2 TLSv1.3", "TLSv1.2"))
    )
    return nginx_with(directory, servers)


def nginx_with(directory: Path, servers: str) -> list[str]:
    """An nginx with these server blocks."""
    paths = " ".join(
        f"{kind}_temp_path {directory}/temporary;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(
        f"daemon off; {user} worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/error.log;\n"
        f"events {{ worker_connections 64; }}\nhttp {{ access_log off; {paths}\n{servers}}}\n"
    )
    (directory / "temporary").mkdir(exist_ok=True)
    return [
        _nginx(directory / "nginx-program"),
        "-c",
        str(directory / "nginx.conf"),
        "-e",
        str(directory / "error.log"),
    ]


def _nginx(copies: Path) -> str:
    """The program, or the copy of it that AppArmor lets read the directory."""
    if copies.exists():
        return str(copies / "nginx")
    return programs.unconfined({name: _program(name) for name in programs.CONFINED}, copies)["nginx"]


def haproxy(directory: Path, ports: list[int], files: Files) -> list[str]:
    (directory / "haproxy.cfg").write_text(
        "global\n  ssl-default-bind-options ssl-min-ver TLSv1.2\n  tune.ssl.default-dh-param 2048\n"
        "defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n"
        f"frontend web\n  bind {ADDRESS}:{ports[0]} ssl crt {files.combined}\n  http-request return status 200\n"
    )
    return [_program("haproxy"), "-W", "-f", str(directory / "haproxy.cfg")]


def postfix(directory: Path, ports: list[int], files: Files) -> list[str]:
    """Two ports, the first with two files, the second with one that has both."""
    settings: Mapping[str, object] = {
        "compatibility_level": "3.6",
        "queue_directory": directory / "queue",
        "data_directory": directory / "data",
        "inet_interfaces": ADDRESS,
        "inet_protocols": "ipv4",
        "myhostname": "mail.example.com",
        "mydestination": "",
        "alias_maps": "",
        "smtpd_tls_security_level": "may",
        "smtpd_tls_chain_files": f"{files.key}, {files.chain}",
    }
    (directory / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    services = f"{ADDRESS}:{ports[0]} inet n - n - - smtpd\n{ADDRESS}:{ports[1]} inet n - n - - smtpd\n"
    services += f"  -o smtpd_tls_chain_files={files.key_fullchain}\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
    services += "anvil unix - - n - 1 anvil\nrewrite unix - - n - - trivial-rewrite\n"
    services += "proxymap unix - - n - - proxymap\n"
    (directory / "master.cf").write_text(services)
    for name in ("queue/active", "queue/incoming", "queue/private", "queue/public", "queue/pid", "data"):
        (directory / name).mkdir(parents=True, exist_ok=True)
        shutil.chown(directory / name, "root" if name.endswith("pid") else "postfix")
    return ["/usr/lib/postfix/sbin/master", "-c", str(directory), "-d"]


def dovecot(directory: Path, ports: list[int], files: Files) -> list[str]:
    services = "".join(
        f"service {name}-login {{\n  inet_listener {name} {{\n    address = {ADDRESS}\n    port = {port}\n  }}\n"
        f"  inet_listener {name}s {{\n    port = 0\n  }}\n}}\n"
        for name, port in zip(("imap", "pop3"), ports)
    )
    (directory / "dovecot.conf").write_text(
        f"protocols = imap pop3\nbase_dir = {directory}/run\nstate_dir = {directory}/state\n"
        f"log_path = {directory}/dovecot.log\nssl = yes\nssl_cert = <{files.chain}\nssl_key = <{files.key}\n"
        f"ssl_dh =\npassdb {{\n  driver = static\n  args = nopassword=y\n}}\n{services}"
    )
    return [_program("dovecot"), "-F", "-c", str(directory / "dovecot.conf")]


def slapd(directory: Path, ports: list[int], files: Files) -> list[str]:
    (directory / "slapd.conf").write_text(
        f"pidfile {directory}/slapd.pid\nTLSCertificateFile {files.chain}\nTLSCertificateKeyFile {files.key}\n"
    )
    return [_program("slapd"), "-f", str(directory / "slapd.conf"), "-h", f"ldap://{ADDRESS}:{ports[0]}", "-d", "0"]


def mariadb(directory: Path, ports: list[int], files: Files) -> list[str]:
    """A server without accounts and tables: TLS comes before them."""
    (directory / "data").mkdir(exist_ok=True)
    options = {
        "datadir": directory / "data",
        "socket": directory / "socket",
        "bind-address": ADDRESS,
        "port": ports[0],
        "ssl-cert": files.chain,
        "ssl-key": files.key,
        "default-storage-engine": "Aria",
        **({"user": "root"} if os.geteuid() == 0 else {}),
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [_program("mariadbd"), "--no-defaults", "--skip-grant-tables", "--skip-innodb", *given]


def postgres(directory: Path, ports: list[int], files: Files) -> list[str]:
    """A server that does not run as root, and takes only a key that it owns or that root's group lets it read."""
    data, program = directory / "data", _program("postgres")
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if not data.exists():
        data.mkdir(mode=0o700)
        if as_user:
            shutil.chown(data, "postgres", "postgres")
        initdb = Path(program).resolve().with_name("initdb")
        subprocess.run([*as_user, initdb, "--no-sync", "--pgdata", data], check=True, capture_output=True)
    key = directory / "postgres.key"
    key.touch(0o640)
    shutil.copyfile(files.key, key)
    if as_user:
        shutil.chown(key, group="postgres")
    settings = {
        "listen_addresses": ADDRESS,
        "port": ports[0],
        "unix_socket_directories": "",
        "ssl": "on",
        "ssl_cert_file": files.chain,
        "ssl_key_file": key,
    }
    written = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    (data / "postgresql.auto.conf").write_text(written)
    return [*as_user, program, "-D", str(data)]


KINDS = {
    "nginx": Kind("nginx", nginx, signal.SIGHUP, (None, None)),
    "haproxy": Kind("haproxy", haproxy, signal.SIGUSR2, ready="Loading success"),
    "postfix": Kind("postfix", postfix, signal.SIGHUP, ("smtp", "smtp")),
    "dovecot": Kind("dovecot", dovecot, signal.SIGHUP, ("imap", "pop3")),
    "slapd": Kind("slapd", slapd, None, ("ldap",)),
    "mariadb": Kind("mariadbd", mariadb, None, ("mysql",)),
    "postgres": Kind("postgres", postgres, signal.SIGHUP, ("postgres",)),
}
