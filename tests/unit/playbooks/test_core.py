# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ansible-core that nobody has tried yet ships the modules as Ansible does, and nobody is alarmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support.playbooks import environment, run_plays, write_inventory

FREE = "digicert-free-1-free"
TASKS = [
    {
        "name": "Read the quota",
        "certops.alicloud.cas_package_info": {"product_codes": [FREE]},
        "register": "read",
    },
    {"ansible.builtin.assert": {"that": ["read.packages[0].total == 7"], "quiet": True}},
]
PLAY = {"name": "Read", "hosts": "all", "gather_facts": False, "tasks": TASKS}
# Every Python reads this file when it starts.
OF_ANOTHER_VERSION = "import ansible.release\nansible.release.__version__ = '2.99.0'\n"
REASON = "is shipped, because this ansible-core is another one than those that it was tried with"


@pytest.mark.parametrize("verbosity", [(), ("-vvv",)], ids=["quiet", "verbose"])
def test_an_unknown_ansible_core_ships_without_a_warning(verbosity: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "sitecustomize.py").write_text(OF_ANOTHER_VERSION)
    write_inventory(tmp_path, {"web1": {}})
    with Server(Emulator(World(quota={FREE: 7}))) as server:
        around = environment(
            tmp_path,
            PYTHONPATH=str(tmp_path / "patch"),
            ALIBABA_CLOUD_CAS_ENDPOINT=server.url,
            ALIBABA_CLOUD_ACCESS_KEY_ID=Keys.access_key_id,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET=Keys.access_key_secret,
        )
        run = run_plays(tmp_path, "unknown", [PLAY], around, verbosity)
    assert run.status == 0, run.text
    assert "[WARNING]" not in run.text and "[DEPRECATION" not in run.text, run.text
    assert (REASON in run.text) is bool(verbosity)
