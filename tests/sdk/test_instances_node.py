# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second client of the vendor, in another language, walks the same life of an instance.

Needs node, and @alicloud/cas20200407 in a directory that NODE_PATH names:
``npm install --prefix DIRECTORY @alicloud/cas20200407``, then ``NODE_PATH=DIRECTORY/node_modules``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support.calls import KEY, START, csr

SCRIPT = Path(__file__).with_name("instances.js")
PACKAGE = "@alicloud/cas20200407"


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if not found:
        pytest.skip("There is no node on this machine.")
    looked = subprocess.run(
        [found, "-e", f"require.resolve('{PACKAGE}')"], capture_output=True, timeout=60, check=False
    )
    if looked.returncode:
        pytest.skip(f"Node.js does not find {PACKAGE}: NODE_PATH has to name a node_modules directory that holds it.")
    return found


def walk(node: str, address: str, emulator: Emulator, new_key: Any) -> dict[str, Any]:
    keys = emulator.keys
    requests = csr("www.example.com"), csr("www.example.com", key=new_key)
    command = [node, str(SCRIPT), address, keys.access_key_id, keys.access_key_secret, *requests]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    seen: dict[str, Any] = json.loads(ended.stdout)
    return seen


def leaf(text: str) -> x509.Certificate:
    return x509.load_pem_x509_certificates(text.encode())[0]


def test_a_whole_life(node: str) -> None:
    emulator, new_key = Emulator(World(base=START, frozen=True)), ec.generate_private_key(ec.SECP256R1())
    with Server(emulator) as server:
        seen = walk(node, server.address, emulator, new_key)
    assert seen["early"] == "OperationDenied.StatusNotSupport"
    assert seen["pending"] == ["pending", None, "pending", [["example.com", "_dnsauth.www", "TXT"]]]
    assert seen["task"] == "success"
    assert seen["withdrawn"] == ["normal", None, "none", []]
    assert seen["refused"] == ["inactive", None, "CAA record forbids", []]
    numbers = [seen[step][1] for step in ("issued", "reissued", "hosted")]
    assert numbers == sorted(set(numbers))
    assert [seen[step][0] for step in ("issued", "reissued", "hosted")] == ["normal"] * 3
    assert leaf(seen["first"]).public_key() == KEY.public_key()
    assert leaf(seen["second"]).public_key() == new_key.public_key()
    assert seen["certificates"] == ["revoked", "issued", "issued"]
    assert seen["kept"] == "CouldNotRefund.NotSupport"
    assert seen["tags"] == [["note", ""]]
    assert (seen["gone"], seen["left"], seen["summary"]) == ("NotFound", 1, 1)
