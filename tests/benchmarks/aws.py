# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process in which a stand-in for AWS lives, with one certificate in it.

Usage: python -m tests.benchmarks.aws FOLDER aws
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import boto3  # type: ignore[import-not-found, import-untyped, unused-ignore]
from moto.server import ThreadedMotoServer  # type: ignore[import-not-found, unused-ignore]

from playbooks.files.emulator.__main__ import write_at_once

REGION, KEY = "us-east-1", "rehearsal"


def main(folder: Path, part: str) -> None:
    """Serve until somebody ends it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    acm = boto3.client(
        "acm", REGION, endpoint_url=url, aws_access_key_id="rehearsal", aws_secret_access_key="rehearsal"
    )
    (current,) = (folder / "converged").glob("host0.*/current")
    answer = acm.import_certificate(
        Certificate=(current / "cert.pem").read_bytes(),
        CertificateChain=(current / "chain.pem").read_bytes(),
        PrivateKey=(current / "privkey.pem").read_bytes(),
    )
    # The options of the module that asks for it.
    options = {"endpoint_url": url, "region": REGION, "access_key": KEY, "secret_key": KEY}
    write_at_once(folder / f"{part}.json", json.dumps({**options, "certificate_arn": answer["CertificateArn"]}))
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
