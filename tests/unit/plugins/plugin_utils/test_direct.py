# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks run in the worker, and that nothing of one of them is left there for the next."""

from __future__ import annotations

import gc
import importlib.util
import inspect
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import executor
from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.module_utils.common import warnings

from ansible_collections.certops.alicloud.plugins.action.cas_order_info import ActionModule
from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.modules import cas_order_info
from ansible_collections.certops.alicloud.plugins.plugin_utils import direct
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.tools.dependencies import COLLECTIONS

try:
    from ansible.module_utils.secrets import mask_secrets
except ImportError:  # ansible-core before 2.22 cuts secrets out of what a module writes

    def mask_secrets(value: str) -> str:
        return value


class Templar:
    """Renders what the tests write, and nothing else."""

    environment = SimpleNamespace()

    def template(self, value: Any, **_rest: Any) -> Any:
        return sys.executable if value == "{{ ansible_playbook_python }}" else value


def action(
    environment: dict[str, str] | None = None,
    transport: str = "local",
    become: object = None,
    async_val: int = 0,
    delegate_to: str | None = None,
    no_log: bool = False,
) -> Any:
    """The action of a task, as Ansible makes it."""
    named = SimpleNamespace(
        action="certops.alicloud.cas_order_info",
        async_val=async_val,
        delegate_to=delegate_to,
        environment=[environment or {}],
        no_log=no_log,
    )
    connection = SimpleNamespace(
        transport=transport, become=become, _shell=SimpleNamespace(env_prefix=lambda **_variables: "")
    )
    return ActionModule(named, connection, None, None, Templar(), None)


def reason(task_vars: dict[str, Any] | None = None, **about: Any) -> str | None:
    found: str | None = action(**about)._reason_to_ship(task_vars or {})
    return found


@pytest.fixture(autouse=True)
def _no_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CERTOPS_ALICLOUD_DIRECT", "ANSIBLE_PYTHON_INTERPRETER"):
        monkeypatch.delenv(name, raising=False)


# Where a task runs.


@pytest.mark.parametrize(
    "task_vars",
    [
        pytest.param({}, id="nothing said"),
        pytest.param({"ansible_python_interpreter": "auto_silent"}, id="a discovered Python"),
        pytest.param({"ansible_python_interpreter": sys.executable}, id="the same Python"),
        pytest.param({"ansible_python_interpreter": "{{ ansible_playbook_python }}"}, id="the same Python by name"),
        pytest.param({"certops_alicloud_direct": True}, id="switched on"),
    ],
)
def test_a_task_on_the_controller_runs_in_the_worker(task_vars: dict[str, Any]) -> None:
    assert reason(task_vars) is None


@pytest.mark.parametrize(
    ("about", "task_vars", "expected"),
    [
        ({}, {"certops_alicloud_direct": "no"}, "certops_alicloud_direct is false"),
        ({"transport": "ssh"}, {}, "the connection is ssh"),
        ({"become": object()}, {}, "of become"),
        ({"async_val": 10}, {}, "of async"),
        ({}, {"ansible_python_interpreter": "/opt/python"}, "its Python is /opt/python"),
        ({"environment": {"PYTHONPATH": "/opt"}}, {}, "its environment sets PYTHONPATH"),
        ({"environment": {"LD_PRELOAD": "/opt"}}, {}, "its environment sets LD_PRELOAD"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_any_other_task_is_shipped(about: dict[str, Any], task_vars: dict[str, Any], expected: str) -> None:
    assert reason(task_vars, **about) == expected


def test_a_delegated_task_goes_by_the_python_of_the_host_that_it_runs_on() -> None:
    other = {"ansible_python_interpreter": "/opt/python"}
    assert reason({**other, "ansible_delegated_vars": {"localhost": {}}}, delegate_to="localhost") is None
    assert reason({"ansible_delegated_vars": {"localhost": other}}, delegate_to="localhost") == (
        "its Python is /opt/python"
    )


def test_another_spelling_of_the_same_interpreter_stays_in_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, here, elsewhere = tmp_path / "real" / "python", tmp_path / "venv" / "bin", tmp_path / "other" / "bin"
    for directory in (real.parent, here, elsewhere):
        directory.mkdir(parents=True)
    real.touch()
    for name in ("python", "python3", "python3.11"):
        (here / name).symlink_to(real if name == "python3.11" else "python3.11")
    (elsewhere / "python").symlink_to(real)
    monkeypatch.setattr(sys, "executable", str(here / "python3.11"))
    assert reason({"ansible_python_interpreter": str(here / "python")}) is None
    assert reason({"ansible_python_interpreter": f"{here}/../bin/python3"}) is None
    another = str(elsewhere / "python")
    assert reason({"ansible_python_interpreter": another}) == f"its Python is {another}"


def test_files_that_are_to_be_kept_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct.constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    assert reason() == "its files are to be kept"


ANOTHER = "this ansible-core is another one than those that it was tried with"


def test_an_ansible_that_was_never_tried_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "VERSION", "2.99.0.dev0")
    assert reason() == ANOTHER


@pytest.mark.parametrize("version", ["2.18.19", "2.19.14", "2.20.0b1", "2.21.5", "2.22.0rc1", "2.22.0.dev0"])
def test_candidates_are_tried_with_their_release(version: str) -> None:
    assert direct.fits(version)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (basic, "_ANSIBLE_ARGS"),
        (warnings, "_global_warnings"),
        (warnings, "_global_deprecations"),
        (direct.NormalAction.__mro__[1], "_configure_module"),
        (direct.NormalAction.__mro__[1], "_compute_environment_string"),
        *([(direct.module_common, "_BuiltModule"), (warnings, "_internal")] if direct.PROFILE else []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_ansible_that_lacks_a_private_part_ships(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(owner, name)
    assert reason() == ANOTHER


@pytest.mark.parametrize(
    ("built", "fits"),
    [
        (lambda *, b_module_data, module_style, shebang, serialization_profile: None, True),
        (lambda *, b_module_data, module_style, shebang, serialization_profile, more=None: None, True),
        (lambda *, b_module_data, module_style, shebang, serialization_profile, more: None, False),
        (lambda *, b_module_data, module_style, shebang: None, False),
    ],
    ids=["the same", "can be given more", "must be given more", "takes less"],
)
def test_an_ansible_that_packs_a_module_otherwise_ships(built: Any, fits: bool) -> None:
    assert direct._is_built_as_ever(inspect.signature(built)) is fits


def test_parts_that_are_somewhere_else_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when the file is read: a collection that cannot be loaded would end every task."""
    monkeypatch.setitem(sys.modules, "ansible.executor.module_common", None)
    monkeypatch.delattr(executor, "module_common", raising=False)
    found = importlib.util.spec_from_file_location("direct_elsewhere", direct.__file__)
    assert found and found.loader
    elsewhere = importlib.util.module_from_spec(found)
    found.loader.exec_module(elsewhere)
    assert not elsewhere.fits(direct.VERSION)


def test_an_action_that_ships_leaves_the_way_to_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever another ansible-core gives to its own functions reaches them."""
    base, given = direct.NormalAction.__mro__[1], []
    monkeypatch.setattr(base, "_configure_module", lambda self, *args, **others: given.append((args, others)))
    action()._configure_module("name", new="option")
    assert given == [(("name",), {"new": "option"})]


def test_a_controller_without_the_libraries_lets_another_python_have_a_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cryptography.x509")
    assert reason() == "the controller's Python lacks cryptography"


# What the process has that reads the file, and what a template adds to it.
READS = f"""
import json, sys
from {direct.__name__} import fits
names = [*sys.modules]
from ansible import template
from jinja2.lexer import _lexer_cache
prepared = len(_lexer_cache)
text = getattr(template, "trust_as_template", str)("{{{{ a }}}}")
assert template.Templar(loader=None, variables={{"a": "x"}}).template(text) == "x"
print(json.dumps([names, prepared, len(_lexer_cache)]))
"""


def test_what_every_worker_needs_is_read_before_there_is_one() -> None:
    """A worker is forked from the process that reads this file, and reads again whatever is not there yet."""
    # Where the collection is, in a clone and in the copy that ansible-test works on.
    places = [*sys.path, str(COLLECTIONS.parent), *map(str, Path(direct.__file__).parents)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    done = subprocess.run([sys.executable, "-c", READS], env=environment, check=True, capture_output=True, text=True)
    names, prepared, in_the_end = json.loads(done.stdout)
    assert 0 < prepared == in_the_end
    for kind in ("filter", "test"):
        assert [name for name in names if name.startswith(f"ansible.plugins.{kind}.") and "core" in name], kind
    assert {"requests", "cryptography.x509", "cryptography.hazmat.primitives.serialization"} <= set(names)


def test_the_environment_is_a_switch_and_the_variable_a_stronger_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTOPS_ALICLOUD_DIRECT", "false")
    assert reason() == "certops_alicloud_direct is false"
    assert reason({"certops_alicloud_direct": True}) is None


def test_a_switch_that_is_neither_on_nor_off_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleError, match=r"^certops_alicloud_direct has to be true or false"):
        reason({"certops_alicloud_direct": "perhaps"})
    monkeypatch.setenv("CERTOPS_ALICLOUD_DIRECT", "perhaps")
    with pytest.raises(AnsibleError, match=r"^CERTOPS_ALICLOUD_DIRECT has to be true or false"):
        reason()


# What a module finds, and leaves.


def run(main: Any, options: dict[str, Any] | None = None, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a module as a task; return its result."""
    arguments = {"ANSIBLE_MODULE_ARGS": {"_ansible_version": "2.19.0", **(options or {})}}
    text, _complaints = direct.run_here(main, direct._written(arguments), environment or {})
    result: dict[str, Any] = json.loads(text)
    return result


def held() -> tuple[Any, ...]:
    """Everything that a module could change for those after it."""
    return (
        dict(os.environ),
        (sys.stdout, sys.stderr),
        basic._ANSIBLE_ARGS,
        getattr(basic, "_ANSIBLE_PROFILE", None),
        dict.fromkeys(warnings._global_warnings),
        dict.fromkeys(warnings._global_deprecations),
        getattr(warnings, "_internal", None),
        _task.tell,
    )


def ask(**facts: Any) -> Any:
    """A module with one option, a secret one and a warning."""

    def main() -> None:
        module = basic.AnsibleModule(
            {
                "name": {"type": "str", "fallback": (basic.env_fallback, ["CERTOPS_NAME"])},
                "secret": {"type": "str", "no_log": True},
            }
        )
        module.warn("look out")
        module.exit_json(name=module.params["name"], echo=module.params["secret"], **facts)

    return main


def test_the_result_is_what_the_module_says() -> None:
    before = held()
    result = run(ask(changed=True), {"name": "www", "secret": "hush-hush"})
    assert (result["changed"], result["name"]) == (True, "www")
    assert result["warnings"]
    assert "hush-hush" not in mask_secrets(json.dumps(result))
    assert held() == before


def test_the_variables_of_the_task_count_for_the_task_alone() -> None:
    before = held()
    assert run(ask(), environment={"CERTOPS_NAME": "from outside"})["name"] == "from outside"
    assert run(ask())["name"] is None
    assert held() == before


def test_a_warning_is_not_repeated_by_the_next_task() -> None:
    run(ask())
    assert len(run(ask())["warnings"]) == 1


def test_what_a_library_complains_of_is_no_part_of_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        sys.stderr.write("InsecureRequestWarning\n")
        sys.stdout.write("{}\n")

    assert direct.run_here(main, b"", {}) == ("{}\n", "InsecureRequestWarning\n")
    assert capsys.readouterr() == ("", "")


def test_bad_input_is_a_result_and_no_end_of_the_worker() -> None:
    result = run(ask(), {"nmae": "www"})
    assert result["failed"] is True
    assert "nmae" in result["msg"]


@pytest.mark.parametrize("end", [RuntimeError, KeyboardInterrupt, TimeoutError])
def test_whatever_ends_a_module_leaves_nothing_behind(end: type[BaseException]) -> None:
    def main() -> None:
        os.environ["CERTOPS_LEFT"] = "behind"
        warnings.warn("never seen")
        raise end

    before = held()
    with pytest.raises(end):
        run(main)
    assert held() == before


def test_a_module_that_reads_its_options_gets_copies() -> None:
    given = {"names": ["a"]}
    arguments = {"ANSIBLE_MODULE_ARGS": given}

    def main() -> None:
        json.loads(basic._ANSIBLE_ARGS)["ANSIBLE_MODULE_ARGS"]["names"].append("b")
        sys.exit(0)

    assert direct.run_here(main, direct._written(arguments), {}) == ("", "")
    assert given == {"names": ["a"]}


# Secrets that are returned.

KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----\n"


def answer() -> None:
    """A module that was asked for two private keys, and returns a certificate with them."""
    result = {"private_key": KEY, "files": {"private_key": "another", "fullchain": "public"}, "key": None}
    _task.local({}, lambda _options, _check: SimpleNamespace(warnings=[], public=lambda _now: result, diff=dict))


def test_private_keys_that_are_returned_are_registered_as_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[str] = []
    monkeypatch.setattr(_task, "register_secrets", registered.extend)
    assert run(answer)["private_key"] == KEY
    assert registered == [KEY, "another"]


def test_ansible_hides_registered_keys_and_the_playbook_gets_them() -> None:
    secrets = pytest.importorskip("ansible.module_utils.secrets", reason="it came with ansible-core 2.22")
    result = run(answer)
    assert result["files"] == {"private_key": "another", "fullchain": "public"}
    assert {KEY.strip(), "another"} <= set(result["_ansible_new_secrets"])
    assert secrets.mask_secrets(f"is it {KEY.strip()}?") == "is it $REDACTED$?"


# What a wait says.


@pytest.mark.parametrize(
    ("callback", "verbosity", "no_log", "heard"),
    [
        ("default", 0, False, ["line"]),
        ("ansible.builtin.default", 1, False, ["line", "detail"]),
        ("json", 1, False, []),
        ("community.general.null", 0, False, []),
        ("default", 1, True, []),
    ],
)
def test_a_wait_is_shown_to_people_only(
    callback: str, verbosity: int, no_log: bool, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, dict[str, Any]]] = []
    display = SimpleNamespace(verbosity=verbosity, display=lambda text, **how: shown.append((text, how)))
    monkeypatch.setattr(direct, "display", display)
    monkeypatch.setattr(direct.constants, "DEFAULT_STDOUT_CALLBACK", callback)
    tell = direct.teller("web1", no_log)
    tell("line", False)
    tell("detail", True)
    assert shown == [(f"[web1] {text}", {"stderr": True}) for text in heard]


def test_every_action_runs_the_module_of_its_name() -> None:
    root = Path(direct.__file__).parents[1]
    names = sorted(file.stem for file in (root / "action").glob("*.py"))
    assert names == sorted(file.stem for file in (root / "modules").glob("*.py"))
    for name in [name for name in names if name != "certificate"]:
        loaded = __import__(f"{direct.__package__.rpartition('.')[0]}.action.{name}", fromlist=["ActionModule"])
        assert loaded.ActionModule.module.__module__.endswith(f".plugins.modules.{name}")


@pytest.mark.parametrize("secret", [Keys.access_key_secret, "another"], ids=["answered", "refused"])
def test_no_connection_outlives_its_task(secret: str) -> None:
    """Not even one that a failure, or its traceback, still holds."""
    options = {"access_key_id": Keys.access_key_id, "access_key_secret": secret}
    with Server(Emulator(World())) as server:
        gc.disable()
        try:
            results = [run(cas_order_info.main, {**options, "endpoint": server.url}) for _round in range(5)]
            still_open = [each for each in gc.get_objects() if isinstance(each, socket.socket) and to(each, server)]
        finally:
            gc.enable()
    assert [result.get("code") for result in results] == [None if secret != "another" else "SignatureDoesNotMatch"] * 5
    assert still_open == []


def to(sock: socket.socket, server: Server) -> bool:
    """Whether a socket is a client's end at a server."""
    try:
        return sock.fileno() >= 0 and f":{sock.getpeername()[1]}" in server.url
    except OSError:
        return False
