# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One word for one thing: public names are explained on the glossary page, and retired words are used nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/docsite/rst/glossary.rst"
PRODUCT = ("plugins", "roles", "playbooks")
TEXTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "changelogs", "docs/docsite", *PRODUCT)
EMULATOR = "playbooks/files/emulator"
ROLE_PREFIX = "certificate_"

# Names that mean here what they mean everywhere, or whose own documentation says it all.
PLAIN = """
    A AAAA CAA CNAME DV ECC ECC_256 EV NS OV RSA RSA_2048 RSA_3072 RSA_4096 SM2 SRV TXT access_key_id
    access_key_secret account address assume_role_arn assume_role_duration assume_role_session_name at ca_path
    check_mode code company_name contact content dns domain email fail false file group host http_status issuer key
    key_algorithm key_mode key_name key_secret key_size key_type keyword line max_attempts method mode msg name none
    not_after not_before now owner password path phone port private_key problem profile programs protocol record
    record_id record_type record_value region request_id request_timeout rr security_token serial_number server
    service source state tags tcp true ttl type udp url validate_certs value zone
"""
# Retired names of options, results, states and variables; of files of Python; of classes. Each with its successor.
NAMES = """
    listed: known_orders, listing: known_orders, folder: directory, proven: verified, unproven: not verified,
    hosts_share: share_group, first_order: allow_first_order, again: force
"""
FILES = """
    shelf: _host/lockfile, pace: _rpc/rate_limit, broken: _rpc/network_errors, pages: _rpc/paging, answer: _rpc/fields,
    words: _cas/options, change: reconcile, perform: execute, claim: lock, twins: duplicates, fleet: many, look: read,
    listing: snapshot, inventory: info, due: renewal_window, names: hostnames, pki: csr, check: verify, service: api,
    proof: validation, served: probe, trouble: os_errors, layout: model
"""
CLASSES = """
    Forbidden: NotAllowed, NotReached: StateNotReached, TimeUp: DeadlineExceeded, Unclear: OutcomeUnknown,
    NoAnswer: NoResponse, Refused: ApiError, Unsendable: InvalidRequest, BadInput: InvalidOption,
    Unfit: InvalidCertificate, Bought: Created
"""
# Words that are not used, and what to write instead. A space stands for white space, line breaks included.
PROSE = {
    r"(its|whose|latest|later) end|end is near|certificates? (that )?ends?": "expires, expiry; a task: when it ends",
    r"answer(s|ed|ing)?": "response, respond",
    r"folders?": "directory",
    r"go(es|ing|ne)? on|went on": "resume, continue",
    r"under way": "in progress",
    r"anew": "again, new",
    r"elder|younger": "earlier, later",
    r"twins?": "duplicate",
    r"shelf": "lock file",
    r"good certificates?|(?-i:Have (an?|all|the))": "a valid certificate; ensure a certificate is installed",
    r"(an?|its|own|their|takes?|taking|took|keeps?) turns?": "lock, wait for the lock, one after the other",
    r"(?<!there\s)(is|are|was|were) no(?! longer| more)": "is not a ..., is not valid",
    r"makes? no sense": "is not valid; use ...",
    r"no word of": "unknown key",
    r"nobody|somebody|whoever|theirs": "is not checked, is unknown; the user, the operator, the CA, the other host",
    r"international names?|into punycode": "internationalized domain names (IDN) are converted to A-labels (punycode)",
    r"head of an?|has a head": "response headers",
    r"speaks? (no|only)": "does not support, supports only",
    r"fault of the collection": "unexpected error; this is a bug in certops.alicloud",
    r"units?": "certificate of the quota on first use, then quota",
    r"hung": "the lock expired",
    r"proofs?": "validation record, validation file; validation for the act",
    r"(un)?proven": "validated (a domain), verified (a generation)",
    r"(?-i:NotReached|TimeUp|NoAnswer|BadInput|Unsendable|Unfit)": "the exception's new name",
    r"(?<!_)(rpc|cas|store)/\w*": "_rpc/, _cas/, _store/",
    r"- name: (Say|Look|See|Go on|Hear)": "Report, Read, Check, Resume: what the task does to the system",
}
# ... except here, each with its reason.
ALLOWED = {
    r"""["`{]proof["`:]|proof=\w+""": "a dial of the emulator, whose names outside people use",
    r"\.answer\b": "the part of a DNS message, as dnspython calls it",
    r"unit tests?|make unit|tests/unit|ansible-test units|tests: unit": "tests of single functions",
}
# ... and here in the emulator alone.
ALLOWED_THERE = {
    r"dials\.proof\b|proof: str = dial": "the same dial in its code",
    r"\.proven\b|\bproven(=|: float)": "a fact of orders and instances, which control calls return by this name",
}


def pairs(table: str) -> dict[str, str]:
    return {old.strip(): new for old, _colon, new in (each.partition(": ") for each in table.split(","))}


def files(*places: str) -> dict[str, str]:
    """The text of each file of our own, by its path."""
    found = [file for place in places for file in (ROOT / place, *sorted((ROOT / place).rglob("*")))]
    known = [file for file in found if file.suffix in {".j2", ".md", ".py", ".rst", ".yaml", ".yml"}]
    return {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in known}


def documents(text: str) -> Iterator[tuple[str, Any]]:
    """The YAML in a Python file: DOCUMENTATION, RETURN and the parts of a doc fragment."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            name = ast.unparse(node.targets[0])
            if name.isupper() and name != "EXAMPLES":
                yield name, yaml.safe_load(node.value.value)


def names_in(fields: Mapping[str, Any] | None) -> Iterator[str]:
    """The names and choices of options, or the names of results, nested ones included."""
    for name, field in (fields or {}).items():
        yield from (str(name), *map(str, field.get("choices", [])))
        for nested in ("suboptions", "options", "contains"):
            yield from names_in(field.get(nested))


def role_variables() -> dict[str, Any]:
    """The variables that the roles have beside the options of the module ``certificate``."""
    found = re.findall(r"^\| `(\w+)` \|", (ROOT / "roles/certificate/README.md").read_text("utf-8"), re.MULTILINE)
    assert found
    return {name: {} for name in found}


def public_names() -> set[str]:
    texts = files("plugins/modules", "plugins/doc_fragments").values()
    parts = [part for text in texts for part in documents(text) if isinstance(part[1], dict)]
    fields = [document if name == "RETURN" else document.get("options") for name, document in parts]
    fields.append({name.removeprefix(ROLE_PREFIX): field for name, field in role_variables().items()})
    return {name for each in fields for name in names_in(each)}


def explained() -> set[str]:
    """The terms of the page: what stands in code markup above an indented line."""
    lines = re.findall(r"^(``.+)\n    \S", (ROOT / PAGE).read_text("utf-8"), re.MULTILINE)
    return {term for line in lines for term in re.findall("``(.+?)``", line)}


def class_names(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        names = [getattr(node, field, None) for field in ("name", "attr", "id")]
        yield from (name for name in names if isinstance(name, str))


def retired(found: Iterable[tuple[str, str]], table: str) -> list[str]:
    """``place: old -> new`` for each pair of place and name whose name is retired."""
    new = pairs(table)
    return sorted({f"{place}: {name} -> {new[name]}" for place, name in found if name in new})


def faults(text: str, path: str) -> Iterator[str]:
    """Each word that is not used, with its line and what to write instead."""
    for allowed in (*ALLOWED, *(ALLOWED_THERE if path.startswith(EMULATOR) else ())):
        text = re.sub(allowed, lambda match: "_" * len(match[0]), text)
    for old, new in PROSE.items():
        for match in re.finditer(rf"(?<!\w)({old})(?!\w)".replace(" ", r"[\s#]+"), text, re.IGNORECASE):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {' '.join(match[0].split())!r}, write instead: {new}"


def require_none(found: Iterable[str], what: str) -> None:
    lines = list(found)
    if lines:
        pytest.fail("\n".join([what, *lines]), pytrace=False)


def test_every_public_name_is_explained() -> None:
    unknown = public_names() - explained() - set(PLAIN.split())
    require_none(sorted(unknown), f"explain in {PAGE}, or add to PLAIN:")


def test_every_explained_name_is_public() -> None:
    values = {value for text in files("plugins/modules").values() for value in re.findall(r"V\((\w+)", text)}
    plain = set(PLAIN.split())
    require_none(sorted(explained() - public_names() - values), f"{PAGE} explains what has another name now:")
    require_none(sorted(plain - public_names() | plain & explained()), "remove from PLAIN:")


def test_no_retired_name() -> None:
    require_none(retired([("an option, a result or a state", name) for name in public_names()], NAMES), "retired:")
    strangers = sorted(name for name in role_variables() if not name.startswith(ROLE_PREFIX))
    require_none(strangers, f"role variables without {ROLE_PREFIX}:")


def test_no_retired_file_or_class() -> None:
    texts = files(*PRODUCT)
    modules = {path: text for path, text in texts.items() if path.endswith(".py")}
    require_none(retired([(path, Path(path).stem.lstrip("_")) for path in modules], FILES), "retired file names:")
    classes = [(path, name) for path, text in modules.items() for name in class_names(text)]
    require_none(retired(classes, CLASSES), "retired class names:")


@pytest.mark.parametrize("place", TEXTS)
def test_no_word_that_is_not_used(place: str) -> None:
    require_none([fault for path, text in files(place).items() for fault in faults(text, path)], f"words in {place}:")


def test_a_fault_is_found() -> None:
    bad = "- name: Say it\nThe order goes\n# on; this is no file, and the proof of an elder one makes no sense."
    found = " ".join(sorted(fault.split(", ")[0] for fault in faults(bad, "p")))
    assert found == "p:1: '- name: Say' p:2: 'goes # on' p:3: 'elder' p:3: 'is no' p:3: 'makes no sense' p:3: 'proof'"
    assert list(faults("There is no order. It is no longer valid. Run the unit tests with `proof=http`.", "page")) == []
    assert [*faults("dials.proof", "plugins/x.py")] and not [*faults("dials.proof", f"{EMULATOR}/core/x.py")]
    assert retired([("cas_order", "listed"), ("cas_order", "state")], NAMES) == ["cas_order: listed -> known_orders"]
