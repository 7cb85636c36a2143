# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has: the tarball, an empty home, and the commands of the README and of the guides. Real runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.support.pages import blocks
from tests.support.playbooks import environment
from tests.tools.dependencies import ROOT
from tests.tools.workspace import build

PROGRAMS = Path(sys.prefix, "bin")
# The session `installed` tries the tarball that it has built.
BUILT = os.environ.get("CERTOPS_TARBALL")
NEEDED = {"meta", "playbooks", "plugins", "roles"}
# Dials of a rehearsal that is waited for.
QUICK = {"settle_seconds": 0.1, "record_delay_seconds": 0.1, "review_seconds": 0.1}


@dataclass
class User:
    """Somebody who has installed the collection, and nothing else."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, status: int = 0) -> str:
        environ = {**environment(self.home, ANSIBLE_NOCOLOR="1"), **self.variables}
        environ["ANSIBLE_COLLECTIONS_PATH"] = str(self.home / "collections")
        found = subprocess.run(command, cwd=self.home, env=environ, capture_output=True, text=True, check=False)
        assert found.returncode == status, found.stdout + found.stderr
        return found.stdout + found.stderr

    def play(self, *arguments: str, status: int = 0) -> str:
        return self.run("ansible-playbook", *arguments, status=status)

    def write(self, name: str, content: Any) -> None:
        (self.home / name).write_text(content if isinstance(content, str) else json.dumps(content))

    def list_certificates(self, inventory: str, domains: list[str], *more: dict[str, Any]) -> None:
        """A host that is this machine, with a list of one certificate and what others have of their own."""
        entry: dict[str, Any] = {
            "domains": domains,
            "validation": "manual",
            "directory": str(self.home / "store"),
            "poll_interval": 0.2,
        }
        entry.update(owner=str(os.geteuid()), group=str(os.getegid()))
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
        entries = [entry, *({**entry, **own} for own in more)]
        self.write(inventory, {"web": {"hosts": {"web1": {"certificates": entries}}, "vars": local}})

    def rehearse(self, **variables: Any) -> None:
        """Start the emulator, and export what it prints."""
        printed = self.play(
            "certops.alicloud.rehearse", "-e", json.dumps({f"rehearse_{n}": v for n, v in variables.items()})
        )
        (file,) = re.findall(r"Run this in your shell: \. ([^\s\"]+)", printed)
        written = re.findall(r"export (\w+)=(\S+)", Path(file).read_text())
        assert dict(written) == dict(re.findall(r"export (\w+)=([^\s\"]+)", printed))
        self.variables.update(written)


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed tarball, without the folders that a collection may not need at run time."""
    directory = tmp_path_factory.mktemp("installed")
    galaxy = [f"{PROGRAMS}/ansible-galaxy", "collection", "install", "--offline", "--collections-path", str(directory)]
    # Where this collection is found already, ansible-galaxy installs nothing.
    kept = {**os.environ, "HOME": str(directory), "ANSIBLE_COLLECTIONS_PATH": str(directory)}
    kept["ANSIBLE_HOME"] = str(directory / "ansible")
    subprocess.run([*galaxy, BUILT or str(build(directory))], check=True, stdout=subprocess.DEVNULL, env=kept)
    for each in (directory / "ansible_collections" / "certops" / "alicloud").iterdir():
        if each.is_dir() and each.name not in NEEDED:
            shutil.rmtree(each)
    return directory


@contextmanager
def installed(collections: Path, home: Path) -> Iterator[User]:
    (home / "collections").symlink_to(collections)
    found = User(home)
    yield found
    if found.variables:
        found.play("certops.alicloud.rehearse", "-e", "rehearse_state=stopped")


@pytest.fixture
def user(collections: Path, tmp_path: Path) -> Iterator[User]:
    with installed(collections, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def rehearsing(collections: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """A user whose rehearsal has dials of its own."""
    with installed(collections, tmp_path_factory.mktemp("rehearsing")) as found:
        found.rehearse(dials=QUICK)
        yield found


def test_all_that_the_readme_lists_runs_from_the_tarball_against_the_rehearsal(user: User) -> None:
    user.rehearse()
    assert len(user.variables) == 4
    instance = {"pool": {"instance_type": "buy"}, "contact": "Operations"}
    shop = {"domains": ["shop.example.com"], "source": "instance", "instance": instance}
    user.list_certificates("inventory", ["www.example.com"], shop)
    first = next(blocks(ROOT / "README.md", "yaml"))
    user.write("site.yml", first)
    # What this machine has in the default directory does not count.
    elsewhere = ("-e", f"certificate_directory={user.home}/none")
    preview = user.play("-i", "inventory", "site.yml", "--check", "--diff", *elsewhere)
    assert "call CreateCertificateWithCsrRequest (uses 1 of 20 left)" in preview, preview
    issued = user.play("-i", "inventory", "certops.alicloud.issue")
    assert "issued: www.example.com (web1); shop.example.com (web1)" in issued
    assert "nothing to do" in user.play("-i", "inventory", "certops.alicloud.renew")
    # As the rehearsal prints it.
    renewed = user.play("-i", "inventory", "certops.alicloud.renew", "-e", "certificate_force=true")
    assert "renewed: www.example.com (web1); shop.example.com (web1)" in renewed
    demo = user.play("certops.alicloud.demo")
    (report,) = re.findall(r'"msg": "(.*/report.txt)"', demo)
    assert re.search(r"revoked +demo-\w+.example.com", Path(report).read_text())
    shutil.rmtree(Path(report).parent)


@pytest.mark.long
def test_the_guide_to_the_first_certificate_runs_with_an_order_and_with_an_instance(user: User) -> None:
    """Its inventory, its playbooks and its preview; the host is this machine, whose nginx is left alone."""
    page = ROOT / "docs/docsite/rst/guide_first_certificate.rst"
    (inventory,) = blocks(page, "ini")
    order, instance = (each for each in blocks(page, "yaml") if "hosts: web" in each)
    user.rehearse(dials=QUICK)
    user.write("inventory", inventory)
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
    own = {**here, "certificate_owner": str(os.geteuid()), "certificate_group": str(os.getegid())}
    own["certificate_services"] = [{"name": "nginx", "argv": ["true"]}]
    previews = []
    for name, book in (("order", order), ("instance", instance)):
        user.write("site.yml", book)
        more = ("-e", json.dumps({**own, "certificate_directory": str(user.home / name)}))
        previews.append(" ".join(user.play("-i", "inventory", "site.yml", "--check", "--diff", *more).split()))
        assert not (user.home / name).exists()
        assert "installed generation 1, reloaded nginx" in user.play("-i", "inventory", "site.yml", *more)
        assert (user.home / name / "www.example.com/current/privkey.pem").exists()
        assert "nothing to do" in user.play("-i", "inventory", "site.yml", *more)
    (shown,) = (each for each in blocks(page, "text") if "--- before" in each)
    assert " ".join(shown.split()) in previews[0]
    assert re.search(r"call ApplyCertificate \(takes cas-\S+, 1 of 2 unused that fit\)", previews[1])


def test_no_clone_is_in_reach(user: User) -> None:
    """All that Ansible finds is the tarball, in an empty home; only programs may be where a clone has them."""
    listed = json.loads(user.run("ansible-galaxy", "collection", "list", "--format", "json"))
    # ansible-core lists a part of its own.
    others = {place: set(found) - {"ansible._protomatter"} for place, found in listed.items()}
    assert [(Path(place).parent.resolve(), found) for place, found in others.items() if found] == [
        ((user.home / "collections").resolve(), {"certops.alicloud"})
    ]
    variables = [line for line in user.run("env").splitlines() if not line.startswith(("PATH=", "_="))]
    assert [line for line in variables if str(ROOT) in line] == []


def test_a_rehearsal_that_cannot_start_says_why_at_once(user: User) -> None:
    said = user.play("certops.alicloud.rehearse", "-e", json.dumps({"rehearse_dials": {"proof": "dns"}}), status=2)
    assert "The emulator did not start. Dial proof=dns needs the dial dns_server." in said


@pytest.mark.long
def test_a_dial_leaves_the_others_as_they_are(rehearsing: User) -> None:
    """Without a dial for it, domains are still validated at once, and no order waits for ever."""
    with urlopen(f"{rehearsing.variables['ALIBABA_CLOUD_CAS_ENDPOINT']}/_control/state", timeout=10) as response:
        dials = json.load(response)["dials"]
    assert dials.items() >= {**QUICK, "proof": "at_once"}.items()


def test_the_demo_does_nothing_to_a_real_account(user: User) -> None:
    said = user.play("certops.alicloud.demo", status=2)
    assert "is not the address of an emulator. Run certops.alicloud.rehearse" in said
    assert "ok=0" in said


CRON = re.compile(r"^ +17 3 \* \* \*  (.+)$", re.MULTILINE)


@pytest.mark.long
def test_the_line_of_cron_finds_the_keys_and_renews(rehearsing: User) -> None:
    """The files and the command line of the guide, with the environment that cron gives them."""
    page = ROOT / "docs/docsite/rst/guide_renewal.rst"
    script, credentials = (
        next(each for each in blocks(page, "sh") if name in each) for name in ("# renew.sh", "# credentials")
    )
    (line,) = CRON.findall(page.read_text())
    site = rehearsing.home / "site"
    site.mkdir()
    rehearsing.list_certificates("site/inventory", ["www.example.com"])
    rehearsing.write("site/certificates.yml", {"certificates_hosts": "web"})
    rehearsing.write("site/renew.sh", script.replace("$HOME/.local/bin", str(PROGRAMS)))
    assert [each.split("=")[0] for each in re.findall(r"export (\S+)", credentials)] == list(rehearsing.variables)[2:]
    rehearsing.write(
        "site/credentials", "".join(f"export {name}={value}\n" for name, value in rehearsing.variables.items())
    )
    (site / "credentials").chmod(0o600)
    (site / "renew.sh").chmod(0o755)
    (rehearsing.home / "home").mkdir(exist_ok=True)
    cron = ["env", "-i", f"HOME={rehearsing.home}", "PATH=/usr/bin:/bin", "/bin/sh", "-c", line]
    # The collection is where ansible-galaxy puts it.
    (rehearsing.home / ".ansible").mkdir()
    (rehearsing.home / ".ansible/collections").symlink_to(rehearsing.home / "collections")
    assert rehearsing.run(*cron) == ""
    assert (
        "the certificate is left alone" in (site / "renew.log").read_text()
        or "skipped, because" in (site / "renew.log").read_text()
    )
    assert "issued: www.example.com" in rehearsing.play("-i", "site/inventory", "certops.alicloud.issue")
    rehearsing.write("site/certificates.yml", {"certificates_hosts": "web", "certificate_force": True})
    assert rehearsing.run(*cron) == ""
    assert "renewed: www.example.com (web1)" in (site / "renew.log").read_text()
    rehearsing.write("site/credentials", "")
    assert "access_key" in rehearsing.run(*cron, status=1)
