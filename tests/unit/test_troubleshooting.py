# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page on troubleshooting has every sentence that a failure can begin with, and no other."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Kind
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.error_codes import meaning
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.service_errors import kind_of
from tests.support import failures
from tests.support.failures import Site, begins, sites, told_elsewhere
from tests.tools.dependencies import ROOT

PAGE = ROOT / "docs/docsite/rst/guide_troubleshooting.rst"
CODES, WARNINGS = "Codes of the service", "Warnings"
# What a message says that names the cure itself: one that is about an option needs no entry then.
CURE = re.compile(
    r"\b(give|use|set|leave|correct|install|needs?|must|create|make|remove|specify|copy|choose|move|check|shorten|keep"
    r"|convert|decrypt|decode|add|quotes)\b",
    re.IGNORECASE,
)
OF_OPTIONS = ("plugins/action/certificate.py", "plugins/module_utils/_task.py")
MU = "plugins/module_utils/"
# Places that say nothing first: what they add follows what another failure, a check or Ansible says.
PASSED_ON = {
    ("plugins/action/certificate.py", "..."),
    ("plugins/action/certificate.py", "...: ..."),
    ("plugins/filter/certificates.py", "certops.alicloud.due: ..."),
    ("plugins/lookup/cas_certificate.py", "certops.alicloud.cas_certificate: ..."),
    (f"{MU}_cas/application.py", "...: ...: ..."),
    (f"{MU}_cas/instances/looks.py", "..."),
    (f"{MU}_certificate/checks.py", "..."),
    (f"{MU}_certificate/from_instances.py", "..."),
    (f"{MU}_certificate/observe.py", "..."),
    (f"{MU}_certificate/preflight.py", "..."),
    (f"{MU}_certificate/reconcile.py", "..."),
    (f"{MU}_certificate/texts.py", "..."),
    (f"{MU}_certificate/wanted.py", "...: ..."),
    (f"{MU}_certificate/wanted.py", "instance....: ..."),
    (f"{MU}_reconcile.py", "..."),
    (f"{MU}_rpc/client.py", "... at ...: ..."),
    (f"{MU}_store/forms.py", "forms: ...: ..."),
    (f"{MU}_store/source.py", "..._path: ..."),
    (f"{MU}_store/source.py", "..._path: ...: ..."),
    (f"{MU}_store/staging.py", "...: ..."),
    (f"{MU}_task.py", "..."),
    (f"{MU}_task.py", "...: ..."),
    ("roles/certificate/vars/main.yml", "There was no generation to put back, so the new certificate is in use."),
}
# What the failure of a certificate ends with; the failure before it begins the message.
ENDINGS = ("No certificate is in use.", "Generation ... stays in use;")


@cache
def groups() -> dict[str, list[list[str]]]:
    """The entries of the page by their headings; an entry has one beginning or more."""
    parts = re.split(r"^(.+)\n-{3,}\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    headings, texts = parts[1::2], parts[2::2]
    terms = [re.findall(r"^(``.+``)\n {4}\S", text, re.MULTILINE) for text in texts]
    return {name: [re.findall(r"``(.+?)``", term) for term in found] for name, found in zip(headings, terms)}


def entries() -> list[str]:
    return [each for name, found in groups().items() if name not in (CODES, WARNINGS) for each in chain(*found)]


@cache
def all_sites() -> list[Site]:
    return [*sites(), *told_elsewhere()]


def is_explained(site: Site, known: list[str]) -> bool:
    file = site.place.partition(":")[0]
    says_it = site.kind == "InvalidOption" or file in OF_OPTIONS
    rest = site.text.lstrip(". ")
    return (
        any(begins(entry, site.text) for entry in known)
        or (says_it and CURE.search(site.text) is not None)
        or (file, site.text) in PASSED_ON
        or (file.endswith("_certificate/texts.py") and rest.startswith(ENDINGS))
    )


def test_every_sentence_that_a_failure_begins_with_is_on_the_page() -> None:
    known = entries()
    missing = [f"{each.place}: {each.text}" for each in all_sites() if not is_explained(each, known)]
    assert not missing, "Add an entry for each of these to guide_troubleshooting.rst:\n" + "\n".join(missing)


def test_every_entry_is_of_a_sentence_that_there_is() -> None:
    assert len(all_sites()) > 400 and len(entries()) > 200
    stale = [entry for entry in entries() if not any(begins(entry, each.text) for each in all_sites())]
    assert not stale, "No failure begins like this any more:\n" + "\n".join(stale)
    passed = {(each.place.partition(":")[0], each.text) for each in all_sites()}
    assert passed >= PASSED_ON, PASSED_ON - passed


def test_a_group_is_sorted_by_the_words_that_are_always_the_same() -> None:
    for name, found in groups().items():
        first = [_fixed(terms[0]) for terms in found]
        assert found and first == sorted(first), name
    assert len(entries()) == len(set(entries()))


def _fixed(entry: str) -> tuple[str, str]:
    return re.sub(r"^(\.\.\.|[A-Z]{4,})\W*", "", entry).lower(), entry


def test_every_code_and_every_warning_is_one_that_there_is() -> None:
    codes = [each.replace(".*", ".OverTime") for each in chain(*groups()[CODES])]
    assert len(codes) > 6
    for code in codes:
        assert meaning(code) or kind_of(code, 400) is not Kind.OTHER, code
    code = "".join(path.read_text("utf-8") for path in (ROOT / MU).rglob("*.py"))
    assert all(each in code for each in chain(*groups()[WARNINGS])), groups()[WARNINGS]


RAISES = """
from ._errors import {name} as Failed, NotAllowed, InvalidOption
HINT = "Look at the moon."

def why(tired: bool) -> str:
    return "The sheep sleep." if tired else "The sheep run."

def count(sheep, tired):
    if sheep > 3:
        raise NotAllowed(f"{{sheep.named}} cannot be counted, because {{sheep}} sleeps. {{HINT}}")
    raise InvalidOption("sheep", f"{{sheep!r}} is black.") if tired else NotAllowed(why(tired) + " Wait.")
"""


def test_a_new_failure_without_an_entry_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ROOT / "plugins/module_utils/_errors.py"
    (tmp_path / "_errors.py").write_text(file.read_text())
    (tmp_path / "sheep.py").write_text(RAISES.format(name="Failure"))
    monkeypatch.setattr(failures, "PLUGINS", tmp_path)
    monkeypatch.setattr(failures, "ROOT", tmp_path)
    found = sites()
    assert {each.text for each in found} == {
        "... cannot be counted, because ... sleeps. Look at the moon.",
        "sheep: ... is black.",
        "The sheep sleep. Wait.",
        "The sheep run. Wait.",
    }
    assert not [each for each in found if is_explained(each, entries())]
    assert all(is_explained(each, ["The sheep", "Dolly cannot be counted", "OPTION: ... is black."]) for each in found)
