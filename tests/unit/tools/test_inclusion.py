# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Ansible community package, certified content and this project demand of files: see docs/inclusion.md."""

from __future__ import annotations

import functools
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.certops.alicloud.plugins.plugin_utils.direct import TRIED
from tests.tools.dependencies import ROOT
from tests.tools.execution_environment import differences, requirements
from tests.tools.matrix import CORES
from tests.tools.sbom import CHECKSUMS
from tests.tools.workspace import project_files

# Folders of plugins/ that ansible-core, the community package and certified content know and that this collection uses.
PLUGIN_FOLDERS = {"action", "doc_fragments", "filter", "lookup", "module_utils", "modules", "plugin_utils", "test"}
# Of these tags, Galaxy and certified content want at least one.
CATEGORIES = {
    *("application", "cloud", "database", "eda", "infrastructure", "linux", "monitoring", "networking", "security"),
    *("storage", "tools", "windows"),
}
HEADINGS = {
    *("Communication", "Content", "Contributing", "Installation", "License", "Limits", "More information", "Releases"),
    *("Requirements", "Support", "Testing", "Use cases"),
}
# Bytes; the whole tarball may have 20 MB.
LARGEST_FILE = 500_000
SEMANTIC = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
KEYWORDS_WITHOUT_FQCN = {"block", "rescue", "always", "hosts", "roles", "tasks", "import_playbook"}


def read(name: str) -> str:
    """Return the text of a file."""
    return (ROOT / name).read_text(encoding="utf-8")


def load(name: str) -> Any:
    """Return the content of a YAML file."""
    return yaml.safe_load(read(name))


def modules() -> list[Path]:
    """Return the modules."""
    return sorted((ROOT / "plugins" / "modules").glob("*.py"))


def document(file: Path, name: str) -> str:
    """Return the DOCUMENTATION, EXAMPLES or RETURN of a module."""
    found = re.search(rf'^{name} = r"""\n(.*?)^"""$', file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found, f"{file.name} has no {name}"
    return found[1]


def workflows() -> dict[str, Any]:
    """Return the workflows by the names of their files."""
    found = {file.name: yaml.safe_load(file.read_text()) for file in (ROOT / ".github" / "workflows").glob("*.yml")}
    assert found
    return found


def workflow_steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each step of the workflows, with the name of the file."""
    for name, workflow in workflows().items():
        for job in workflow["jobs"].values():
            yield from ((name, step) for step in job["steps"])


@pytest.mark.parametrize(
    "name",
    [
        ".github/CODEOWNERS",
        ".github/pull_request_template.md",
        "CHANGELOG.md",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "REUSE.toml",
        "SECURITY.md",
        "changelogs/config.yaml",
        "docs/docsite/links.yml",
        "meta/execution-environment.yml",
        "meta/runtime.yml",
        "noxfile.py",
    ],
)
def test_files_that_are_looked_for_are_there(name: str) -> None:
    assert Path(name) in project_files()
    assert read(name).strip()


def test_the_licence_is_the_one_that_files_name() -> None:
    assert read("LICENSE") == read("LICENSES/GPL-3.0-or-later.txt")
    galaxy = load("galaxy.yml")
    assert galaxy["license"] == ["GPL-3.0-or-later"]
    assert "license_file" not in galaxy


def test_galaxy_is_told_what_it_asks_for() -> None:
    galaxy = load("galaxy.yml")
    assert SEMANTIC.fullmatch(galaxy["version"])
    assert galaxy["readme"] == "README.md"
    assert galaxy["authors"]
    assert len(galaxy["description"]) > 20
    assert set(galaxy["tags"]) & CATEGORIES
    assert all(re.fullmatch("[a-z0-9]+", tag) for tag in galaxy["tags"])
    assert len(galaxy["tags"]) <= 20
    assert galaxy["dependencies"] == {}
    assert all(galaxy[key].startswith("https://") for key in ("repository", "documentation", "homepage", "issues"))


def test_no_file_is_binary_or_large_or_a_link() -> None:
    """Reading as UTF-8 fails for what is not text."""
    for file in project_files():
        status = (ROOT / file).lstat()
        assert stat.S_ISREG(status.st_mode), f"{file} is no regular file"
        assert status.st_size < LARGEST_FILE, f"{file} is large"
        assert "\0" not in read(str(file)), f"{file} is binary"


def test_only_scripts_can_be_executed() -> None:
    executable = {str(file) for file in project_files() if (ROOT / file).stat().st_mode & 0o111}
    assert executable == {".ci/run"}


def test_folders_of_plugins_are_known() -> None:
    used = {file.parts[1] for file in project_files() if file.parts[0] == "plugins"}
    assert "modules" in used
    assert used <= PLUGIN_FOLDERS


@pytest.mark.parametrize("file", modules(), ids=lambda file: file.stem)
def test_names_of_modules_say_whether_they_change_something(file: Path) -> None:
    """A module that only reads ends in _info, changes nothing in check mode, and has no state to read."""
    assert re.fullmatch("[a-z][a-z0-9_]*", file.stem)
    documentation = yaml.safe_load(document(file, "DOCUMENTATION"))
    assert documentation["module"] == file.stem
    choices = documentation.get("options", {}).get("state", {}).get("choices", ())
    assert not {"list", "query", "get", "read", "info"} & set(choices)
    if file.stem.endswith("_info"):
        assert "certops.alicloud.attributes.info" in documentation["extends_documentation_fragment"]
        assert "state" not in documentation["options"]


@pytest.mark.parametrize("file", modules(), ids=lambda file: file.stem)
def test_examples_name_modules_in_full(file: Path) -> None:
    tasks = list(walk_tasks(yaml.safe_load(document(file, "EXAMPLES"))))
    assert tasks
    assert any(f"certops.alicloud.{file.stem}" in task for task in tasks)
    for task in tasks:
        assert any(key.count(".") >= 2 for key in task) or KEYWORDS_WITHOUT_FQCN & set(task), f"no full name in {task}"


def walk_tasks(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return all tasks and plays of a list, those in blocks and plays too."""
    for item in items:
        yield item
        for key in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers"):
            yield from walk_tasks(item.get(key, []))


def lowest() -> str:
    """Return the lowest ansible-core that is supported, such as 2.18."""
    found = re.fullmatch(r">=(\d+\.\d+)\.0", load("meta/runtime.yml")["requires_ansible"])
    assert found, "requires_ansible has a lower bound alone, which is the first release of a series"
    return found[1]


def test_the_lowest_version_is_the_same_everywhere() -> None:
    assert f"ansible-core {lowest()} or later" in read("README.md")
    roles = [load(str(file)) for file in project_files() if file.match("roles/*/meta/main.yml")]
    assert roles
    assert {role["galaxy_info"]["min_ansible_version"] for role in roles} == {lowest()}
    jobs = workflows()["ci.yml"]["jobs"]
    sanity = jobs["sanity"]["strategy"]["matrix"]["core"]
    assert (sanity[0], sanity[-1]) == (lowest(), "devel")
    assert sanity[:-1] == [f"2.{minor}" for minor in range(int(lowest()[2:]), int(lowest()[2:]) + len(sanity) - 1)]
    ends = [(entry["core"], entry["python"]) for entry in jobs["matrix"]["strategy"]["matrix"]["include"]]
    assert ends[:-1] == [(core, python) for core, pythons in CORES.items() for python in pythons]
    assert ends[-1][0] == "devel"
    assert list(CORES) == list(TRIED) == sanity[:-1]
    assert f"tested with {sanity[0]} to {sanity[-2]}" in read("README.md")


def test_the_lowest_python_is_the_same_everywhere() -> None:
    assert load("tests/config.yml")["modules"]["python_requires"] == ">=3.9"
    assert read("README.md").count("Python 3.9 or later") == 2
    assert 'target-version = "py39"' in read("pyproject.toml")


def test_the_readme_has_the_sections_that_readers_look_for() -> None:
    assert set(re.findall(r"^## (.+)$", read("README.md"), re.MULTILINE)) >= HEADINGS


def test_links_of_the_readme_work_on_every_site() -> None:
    """Galaxy and Automation Hub show the page without the repository around it."""
    links = LINK.findall(read("README.md"))
    assert links
    assert [link for link in links if not link.startswith("https://")] == []


def test_the_readme_leaves_pip_to_those_who_use_it() -> None:
    """Ansible comes with the platform, and packages of Python with the execution environment."""
    assert "pip install" not in read("README.md")


def test_the_readme_says_what_a_version_promises() -> None:
    promise = read("README.md").partition("## Releases")[2]
    assert all(word in promise for word in ("semver.org", "major release", "six months", "CHANGELOG.md", "Roadmap"))
    assert {"--upgrade", f"certops.alicloud:=={load('galaxy.yml')['version']}"} <= set(read("README.md").split())


def test_the_readme_says_how_support_is_asked_for() -> None:
    assert "**Create issue**" in read("README.md").partition("## Support")[2]


def test_contributors_sign_nothing() -> None:
    assert "nothing has to be signed" in " ".join(read("CONTRIBUTING.md").split())
    assert not [file for file in project_files() if re.search(r"\bcla\b", file.name, re.IGNORECASE)]


def test_no_sanity_test_is_ignored() -> None:
    assert not [file for file in project_files() if file.match("tests/sanity/*")]


def test_no_rule_of_ansible_lint_is_skipped() -> None:
    settings = load(".ansible-lint")
    assert set(settings) == {"profile", "offline", "exclude_paths"}
    assert settings["profile"] == "production"
    assert not {"plugins/", "roles/", "playbooks/", "extensions/", "meta/"} & set(settings["exclude_paths"])
    content = [str(file) for file in project_files() if file.parts[0] in {"roles", "playbooks", "extensions"}]
    assert content
    assert [file for file in content if "noqa" in read(file)] == []


def test_links_of_the_documentation_are_the_ones_of_galaxy() -> None:
    links, galaxy = load("docs/docsite/links.yml"), load("galaxy.yml")
    assert galaxy["repository"] == f"https://github.com/{links['edit_on_github']['repository']}"
    assert links["communication"]["forums"]


def test_execution_environments_get_what_modules_import() -> None:
    wanted = requirements(read("meta/ee-requirements.txt"))
    assert {re.split("[>=]", line)[0] for line in wanted} == {"cryptography", "dnspython", "requests"}
    assert all(re.fullmatch(r"[a-z]+(>=[\d.]+)?", line) for line in wanted)
    assert load("meta/execution-environment.yml")["dependencies"] == {"python": "meta/ee-requirements.txt"}


def test_other_requirements_of_execution_environments_are_told() -> None:
    found = {"python": ["requests  # from collection certops.alicloud"], "system": []}
    assert differences(found, ["requests"]) == []
    assert differences(found, ["dnspython"]) == ["Python packages: ['requests'], and not ['dnspython']"]
    assert differences({"python": [], "system": ["gcc"]}, []) == ["system packages: ['gcc'], and not none"]


def test_tools_have_exact_versions() -> None:
    for file in (ROOT / "tests" / "requirements").glob("*.txt"):
        lines = requirements(file.read_text())
        packages = [line for line in lines if not line.startswith("-")]
        assert packages
        assert [line for line in packages if "==" not in line] == (["ansible-core"] if file.name == "build.txt" else [])


def test_actions_of_workflows_are_named_by_commit() -> None:
    used = [step["uses"] for _name, step in workflow_steps() if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)] == []


def test_only_a_tag_publishes() -> None:
    secret = {name for name, step in workflow_steps() if "secrets." in str(step)}
    assert secret == {"release.yml"}
    release = workflows()["release.yml"]
    assert set(release["on"]) == {"push"}
    assert set(release["on"]["push"]) == {"tags"}
    assert release["jobs"]["publish"]["environment"]
    assert not [step for step in release["jobs"]["build"]["steps"] if "secrets." in str(step)]


def test_a_release_has_checksums_and_an_attestation() -> None:
    steps = str([step for name, step in workflow_steps() if name == "release.yml"])
    assert all(word in steps for word in ("sha256sum --check SHA256SUMS", "actions/attest-build-provenance@"))
    published = next(step["run"] for name, step in workflow_steps() if "gh release create" in step.get("run", ""))
    assert all(f"release/{name}" in published for name in ("*.tar.gz", "*.cdx.json", CHECKSUMS))


def test_changes_and_time_start_the_tests() -> None:
    starts = workflows()["ci.yml"]["on"]
    assert "pull_request" in starts
    assert "main" in starts["push"]["branches"]
    assert [entry["cron"].split()[2:4] for entry in starts["schedule"]] == [["*", "*"]], "at least once a week"


def test_each_pull_request_builds_the_site() -> None:
    site = workflows()["docs.yml"]
    assert "pull_request" in site["on"]
    assert [step for step in site["jobs"]["site"]["steps"] if step.get("run") == "make docs"]
    assert site["permissions"] == {} and site["jobs"]["site"]["permissions"] == {"contents": "read"}


def test_updates_are_proposed() -> None:
    updates = {each["package-ecosystem"]: each["directory"] for each in load(".github/dependabot.yml")["updates"]}
    assert updates == {"github-actions": "/", "pip": "/tests/requirements"}


def test_workflows_call_verbs_that_exist() -> None:
    commands = "\n".join(step["run"] for _name, step in workflow_steps() if "run" in step)
    verbs = set(re.findall(r"\bmake ([a-z-]+)", commands))
    assert verbs >= {"build", "lint", "matrix", "setup"}
    assert verbs <= set(re.findall(r"^([a-z]+):.*##", read("Makefile"), re.MULTILINE))
    sessions = set(re.findall(r"--session ([a-z-]+)$", commands, re.MULTILINE))
    assert sessions == {"installed"} <= known_sessions()


def test_the_guide_for_contributors_names_sessions_that_exist() -> None:
    named = set(re.findall(r"nox -s ([a-z-]+)", read("CONTRIBUTING.md")))
    assert named >= {"installed", "integration", "sanity"}
    assert named <= known_sessions()


SESSION = re.compile(r"`nox -s ([a-z-]+)`")
TEST = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")


def rows() -> list[list[str]]:
    """Return the rows of the tables in docs/inclusion.md that name a check."""
    lines = [line for line in read("docs/inclusion.md").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[-1] not in ("check", "what to do")]


def test_every_demand_names_a_check_that_exists() -> None:
    """A row of three cells says what is demanded, what this project does, and which check can fail."""
    checked = [row[2] for row in rows() if len(row) == 3]
    assert len(checked) > 40
    for check in checked:
        sessions, tests = SESSION.findall(check), TEST.findall(check)
        assert sessions or tests, f"no check in: {check}"
        assert not set(sessions) - known_sessions(), check
        for file, function in tests:
            assert f"def {function or 'test_'}" in read(f"tests/unit/{file}"), f"no {function} in {file}"


@functools.cache
def known_sessions() -> frozenset[str]:
    """Return the names of the sessions, as nox lists them."""
    # Its JSON has those alone that run by default.
    command = [sys.executable, "-m", "nox", "--no-color", "--list"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return frozenset(re.findall(r"^[*-] ([a-z0-9.-]+)", listed, re.MULTILINE))
