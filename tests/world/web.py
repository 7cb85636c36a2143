# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real nginx on a target: proofs over HTTP, certificates over TLS, and a script that reloads it."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .children import Child, free_port, start, start_listening

CONFIG = """\
daemon off;
{user}
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  server_tokens off;
  client_body_temp_path {directory}/temporary;
  proxy_temp_path {directory}/temporary;
  fastcgi_temp_path {directory}/temporary;
  uwsgi_temp_path {directory}/temporary;
  scgi_temp_path {directory}/temporary;
  ssl_session_cache off;
  ssl_session_tickets off;
  server {{ listen {http}; root {directory}/www/$host; }}
  server {{
    listen {https} ssl default_server;
    ssl_certificate {directory}/standin.pem;
    ssl_certificate_key {directory}/standin.key;
    return 200 "a stand-in\\n";
  }}
  include {directory}/servers.conf;
}}
"""

# What the web server's role and `systemctl reload nginx` do elsewhere: a server block for each certificate, a test
# of the configuration, the signal.
RELOAD = """\
#!/bin/sh
set -eu
cd {directory}
exec 9>reload.lock
flock 9
for chain in certificates/*/current/fullchain.pem; do
  [ -e "$chain" ] || continue
  set="{directory}/${{chain%/fullchain.pem}}"
  name=$({openssl} x509 -in "$chain" -noout -subject -nameopt multiline | sed -n 's/.*commonName *= //p')
  echo "server {{"
  echo "  listen {https} ssl; server_name $name; return 200 \\"$name\\";"
  echo "  ssl_certificate $set/fullchain.pem; ssl_certificate_key $set/privkey.pem;"
  echo "}}"
done >servers.new
mv servers.new servers.conf
{nginx} -t -q -c {directory}/nginx.conf -e {directory}/error.log
kill -HUP "$(cat nginx.pid)"
"""

INIT = Path("/etc/init.d")
SERVICE = """\
#!/bin/sh
case "$1" in
  reload) exec {reload} ;;
  status) echo "{name} is running" ;;
  *) exit 3 ;;
esac
"""


def start_web(programs: dict[str, str], directory: Path, address: str) -> tuple[Child, dict[str, str]]:
    """Start an nginx with a self-signed stand-in; return it, where it listens and where it looks."""
    for name in ("certificates", "temporary", "www"):
        (directory / name).mkdir(parents=True)
    write_standin(directory)
    (directory / "servers.conf").touch()
    web: dict[str, str] = {}
    log, config = directory / "nginx.log", directory / "nginx.conf"

    def attempt() -> tuple[Child, list[tuple[str, int]]]:
        ports = free_port(address), free_port(address)
        web.update(http=f"{address}:{ports[0]}", https=f"{address}:{ports[1]}")
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(CONFIG.format(directory=directory, user=user, **web))
        command = [programs["nginx"], "-c", str(config), "-e", str(directory / "error.log")]
        return start(command, log), [(address, port) for port in ports]

    child = start_listening(f"The web server at {address}", attempt, log)
    write_script(directory / "reload", RELOAD.format(directory=directory, https=web["https"], **programs))
    return child, {
        **web,
        "certificates": f"{directory}/certificates",
        "directory": str(directory),
        "pid_file": f"{directory}/nginx.pid",
        "reload": f"{directory}/reload",
        "www": f"{directory}/www",
    }


def write_script(path: Path, text: str) -> None:
    """Write a program."""
    path.write_text(text)
    path.chmod(0o755)


def write_service(name: str, web: dict[str, str]) -> str:
    """Write a start script that can reload this nginx; return the name of the service."""
    write_script(INIT / name, SERVICE.format(name=name, **web))
    return name


def write_standin(directory: Path) -> None:
    """Write a self-signed certificate, as users have it before their first one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    (directory / "standin.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(directory / "standin.key", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(secret)
