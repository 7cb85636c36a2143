# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks that the README and the guides show: Ansible reads every one as it is; test_examples.py runs them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.support.certificates import ABOVE, INTERMEDIATE, key_pem, new_key, pem
from tests.support.pages import blocks
from tests.support.playbooks import environment, run_book, write_inventory
from tests.tools.dependencies import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("roles/*/README.md"), *ROOT.glob("docs/docsite/rst/guide_*.rst")]
# Of a collection that is not there.
FOREIGN = "community.general."


def known(shown: Any) -> Any:
    """The same, without the arguments of modules that are not there."""
    if isinstance(shown, list):
        return [known(each) for each in shown]
    if not isinstance(shown, dict):
        return shown
    foreign = {name: "ansible.builtin.debug" for name in shown if str(name).startswith(FOREIGN)}
    return {foreign.get(name, name): {} if name in foreign else known(value) for name, value in shown.items()}


def playbooks() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Plays as they are shown, and tasks in a play of their own."""
    for page in PAGES:
        for number, text in enumerate(blocks(page, "yaml")):
            shown = known(yaml.safe_load(text))
            if isinstance(shown, list) and all(isinstance(each, dict) for each in shown):
                is_play = any({"hosts", "ansible.builtin.import_playbook"} & set(each) for each in shown)
                yield (
                    f"{page.parent.name}_{page.stem}_{number}.yml",
                    shown if is_play else [{"hosts": "all", "tasks": shown}],
                )


def test_ansible_reads_every_playbook_that_is_shown(tmp_path: Path) -> None:
    """One file after the other in one process."""
    written = []
    for name, plays in playbooks():
        (tmp_path / name).write_text(json.dumps(plays))
        written.append(name)
    assert len(written) > 20 and len(set(written)) == len(written), written
    write_inventory(tmp_path, {"web1": {}}, web=["web1"])
    command = ["ansible-playbook", "-i", "inventory.json", "--syntax-check", *written]
    found = subprocess.run(
        command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.count("playbook: ") == len(written)


def lineage(live: Path, *names: str, days: float = 60) -> None:
    """What certbot has of a certificate: links to an archive."""
    key, start = new_key(), datetime.now(timezone.utc) - timedelta(days=10)
    leaf = INTERMEDIATE.sign(names[0], key, names, start=start, days=days)
    archive = live.parent / "archive" / names[0]
    for directory in (archive, live / names[0]):
        directory.mkdir(parents=True)
    for name, content in (("privkey", key_pem(key)), ("fullchain", pem(leaf, ABOVE))):
        (archive / f"{name}1.pem").write_text(content)
        (live / names[0] / f"{name}.pem").symlink_to(f"../../archive/{names[0]}/{name}1.pem")


def test_the_import_of_what_certbot_has_runs_in_check_mode_and_tells_why_it_refuses(tmp_path: Path) -> None:
    live, store = tmp_path / "live", tmp_path / "store"
    lineage(live, "www.example.com")
    lineage(live, "blog.example.com", "www.blog.example.com")
    lineage(live, "old.example.com", days=9)
    (text,) = [
        each for each in blocks(ROOT / "docs/docsite/rst/guide_moving.rst", "yaml") if "private_key_path" in each
    ]
    (tmp_path / "import.yml").write_text(text.replace("/etc/ssl/certops", str(store)))
    write_inventory(tmp_path, {"web1": {"ansible_become": False, "live": str(live)}}, web=["web1"])
    run = partial(run_book, tmp_path, environment=environment(tmp_path, ANSIBLE_NOCOLOR="1"))
    more = ["-e", json.dumps({"live": str(live)})]
    preview = run(name="preview", book="import.yml", arguments=[*more, "--check"])
    assert (preview.status, store.exists()) == (0, False), preview.text
    done = run(name="done", book="import.yml", arguments=more)
    assert (done.status, done.text.count("changed: [web1] => (item=")) == (0, 2), done.text
    assert (store / "blog.example.com/current/privkey.pem").read_bytes() == (
        live / "blog.example.com/privkey.pem"
    ).read_bytes()
    sites = [{"name": name, "domains": [name]} for name in ("old.example.com", "www.example.com", "gone.example.com")]
    refused = run(name="refused", book="import.yml", arguments=[*more, "-e", json.dumps({"sites": sites}), "-v"])
    assert refused.status == 2 and "censored" not in refused.text and "PRIVATE KEY" not in refused.text
    assert f"fullchain_path: {live}/old.example.com/fullchain.pem: " in refused.text and "expired" in refused.text
    assert f"fullchain_path: {live}/gone.example.com/fullchain.pem is missing." in refused.text
    assert "ok: [web1] => (item=www.example.com)" in refused.text
