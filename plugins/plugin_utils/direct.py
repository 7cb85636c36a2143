# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module in Ansible's own worker, where it would run on the controller anyway.

Ansible prepares the task and reads the result as it always does. Only the step between them, which packs the module,
starts a Python for it and imports everything again, becomes a call of the module's ``main``.
"""

from __future__ import annotations

import importlib
import inspect
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import (  # type: ignore[attr-defined,unused-ignore]  # a controller has Python 3.11 or newer
    ExitStack,
    chdir,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.release import __version__ as VERSION
from ansible.utils.display import Display

from ansible_collections.certops.alicloud.plugins.module_utils import _task

try:
    from ansible.executor import module_common
    from ansible.module_utils.common import json as module_json
    from ansible.module_utils.common import warnings
except ImportError:  # an ansible-core that has them elsewhere ships its modules
    module_common = module_json = warnings = None

# What no module of the collection can do without. Ansible reads this file before it forks a worker for each task, and
# what is imported here once is not imported there again.
LIBRARIES = ("cryptography.x509", "cryptography.hazmat.primitives.serialization", "requests")
with suppress(Exception):  # the task says what is missing
    for library in LIBRARIES:
        importlib.import_module(library)

VARIABLE = "certops_alicloud_direct"
# Output for people; for all others a wait is silent.
PEOPLE = ("awx_display", "debug", "default", "diy", "minimal", "unixy", "yaml")
DISCOVERED = ("", "auto", "auto_legacy", "auto_silent", "auto_legacy_silent")
# The beginnings of variables that a Python, or a library under it, reads only when it starts.
READ_AT_START = ("PYTHON", "LD_", "DYLD_", "OPENSSL_")
# How arguments and results are written, since ansible-core 2.19.
PROFILE = "legacy" if hasattr(basic, "_ANSIBLE_PROFILE") else None
# The releases of ansible-core that all of this was tried with: see docs/matrix.md.
TRIED = ("2.18", "2.19", "2.20", "2.21", "2.22")
# What is used here and is private to ansible-core: another one may have it otherwise.
PRIVATE = (
    (basic, ("_ANSIBLE_ARGS",)),
    (warnings, ("_global_warnings", "_global_deprecations")),
    (NormalAction, ("_is_pipelining_enabled", "_configure_module", "_low_level_execute_command")),
    (NormalAction, ("_compute_environment_string",)),
)
PRIVATE_WITH_PROFILES = (
    (module_common, ("_BuiltModule",)),
    (module_json, ("Direction", "get_module_encoder")),
    (warnings, ("_internal",)),
)
BUILT = {"b_module_data", "module_style", "shebang", "serialization_profile"}

display = Display()


def _use_once() -> None:
    """Use what takes long the first time alone, so that no worker has to."""
    with suppress(Exception):  # with the first filter and the first test, all are read
        from ansible.plugins.loader import filter_loader, test_loader

        filter_loader.get("ansible.builtin.combine")
        test_loader.get("ansible.builtin.truthy")
    with suppress(Exception):
        from ansible import template

        trusted = getattr(template, "trust_as_template", str)
        template.Templar(loader=None, variables={}).template(trusted("{{ 0 }}"))
    with suppress(Exception):
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        load_der_public_key(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


_use_once()


def fits(version: str) -> bool:
    """Whether this was tried with that ansible-core, and the one that runs has inside what is put to use here."""
    if ".".join(version.split(".")[:2]) not in TRIED:
        return False
    parts = PRIVATE if PROFILE is None else PRIVATE + PRIVATE_WITH_PROFILES
    if not all(hasattr(owner, name) for owner, names in parts for name in names):
        return False
    return PROFILE is None or _is_built_as_ever(inspect.signature(module_common._BuiltModule))


def _is_built_as_ever(signature: inspect.Signature) -> bool:
    """Whether the packed module takes what it is given here, and needs nothing else."""
    needed = {name for name, each in signature.parameters.items() if each.default is each.empty}
    return needed <= BUILT <= set(signature.parameters)


class DirectAction(NormalAction):
    """The normal action but for that one step. ``module`` is the module's ``main``."""

    module: Callable[[], None]
    _direct = False
    _host = ""

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self._host = (task_vars or {}).get("inventory_hostname", "")
        reason = self._reason_to_ship(task_vars or {})
        self._direct = reason is None
        where = "runs in the worker of the controller" if self._direct else f"is shipped, because {reason}"
        display.vvv(f"{self._task.action} {where}")
        return super().run(tmp, task_vars)

    def _reason_to_ship(self, task_vars: Mapping[str, Any]) -> str | None:
        """Why this task takes the usual way, or None when it runs here."""
        if not self._switched_on(task_vars):
            return f"{VARIABLE} is false"
        if not fits(VERSION):
            return "this ansible-core is another one than those that it was tried with"
        if self._connection.transport != "local":
            return f"the connection is {self._connection.transport}"
        if self._connection.become is not None:
            return "of become"
        if self._task.async_val:
            return "of async"
        if constants.DEFAULT_KEEP_REMOTE_FILES:
            return "its files are to be kept"
        return self._other_python(task_vars)

    def _switched_on(self, task_vars: Mapping[str, Any]) -> bool:
        asked = self._templar.template(task_vars.get(VARIABLE))
        name = VARIABLE
        if asked is None:
            name = VARIABLE.upper()
            asked = os.environ.get(name, "").strip() or True
        try:
            return bool(boolean(asked))
        except TypeError:
            raise AnsibleError(f"{name} has to be true or false.") from None

    def _other_python(self, task_vars: Mapping[str, Any]) -> str | None:
        """Why the Python of the controller is not the one that the module would get."""
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        asked = constants.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars)
        python = str(self._templar.template(asked) or "").strip()
        if python not in DISCOVERED and not _is_same_python(python, sys.executable):
            return f"its Python is {python}"
        missing = [name for name in LIBRARIES if name not in sys.modules]
        if missing:
            return f"the controller's Python lacks {missing[0].partition('.')[0]}"
        special = [name for name in environment_of(self) if name.startswith(READ_AT_START)]
        return f"its environment sets {special[0]}" if special else None

    # What Ansible asks on its way, and where the way is shorter.

    def _is_pipelining_enabled(self, *args: Any, **others: Any) -> Any:
        """Nothing is written to a temporary directory."""
        return self._direct or super()._is_pipelining_enabled(*args, **others)

    def _configure_module(self, *args: Any, **others: Any) -> Any:
        """The arguments take the place of the packed module."""
        return self._built(*args, **others) if self._direct else super()._configure_module(*args, **others)

    def _built(self, module_name: str, module_args: Any, task_vars: Any = None) -> Any:
        data, shebang = _written({"ANSIBLE_MODULE_ARGS": module_args}), f"#!{sys.executable}"
        path = sys.modules[self.module.__module__].__file__
        if PROFILE is None:
            return "new", shebang, data, path
        built = module_common._BuiltModule(
            b_module_data=data, module_style="new", shebang=shebang, serialization_profile=PROFILE
        )
        return built, path

    def _low_level_execute_command(self, *args: Any, **others: Any) -> Any:
        """The call takes the place of the process."""
        if not self._direct or others.get("in_data") is None:
            return super()._low_level_execute_command(*args, **others)
        # A process would begin in the directory of the playbook.
        with chdir(self._loader.get_basedir()), _held(vars(_task), tell=teller(self._host, self._task.no_log)):
            out, err = run_here(self.module, others["in_data"], environment_of(self))
        lines = {"stdout_lines": out.splitlines(), "stderr_lines": err.splitlines()}
        return {"rc": 0, "stdout": out, "stderr": err, **lines}


def environment_of(action: Any) -> dict[str, str]:
    """The variables that the task of an action sets."""
    environment: dict[str, Any] = {}
    action._compute_environment_string(environment)
    return {str(name): str(value) for name, value in environment.items()}


@lru_cache
def _is_same_python(one: str, other: str) -> bool:
    """Whether two paths are one interpreter in one environment: ``bin/python`` and ``bin/python3.13`` are."""
    paths = [os.path.normpath(path) for path in (one, other)]
    # A virtual environment is known by the directory, the interpreter by the file behind the link.
    return len({(os.path.dirname(path), os.path.realpath(path)) for path in paths}) == 1


def teller(host: str, is_secret: bool) -> Callable[[str, bool], None]:
    """Shows the progress of a wait, beside the output and not in it."""

    def tell(line: str, detail: bool) -> None:
        people = constants.DEFAULT_STDOUT_CALLBACK.rpartition(".")[2] in PEOPLE
        if people and not is_secret and (display.verbosity or not detail):
            display.display(f"[{host}] {line}", stderr=True)

    return tell


def _written(arguments: Mapping[str, Any]) -> bytes:
    """Arguments as a process would be given them: what the module gets is never Ansible's own object."""
    if PROFILE is None:
        text = json.dumps(arguments, cls=module_json.AnsibleJSONEncoder, vault_to_text=True)
    else:
        direction = module_json.Direction.CONTROLLER_TO_MODULE
        text = json.dumps(arguments, cls=module_json.get_module_encoder(PROFILE, direction))
    return text.encode()


def run_here(main: Callable[[], None], arguments: bytes, environment: Mapping[str, str]) -> tuple[str, str]:
    """Run a module's ``main`` on written arguments; return what it wrote to standard output and to standard error.

    Everything is put back afterwards, however it ends.
    """
    out, err = io.StringIO(), io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(variables(environment))
        stack.enter_context(_held(vars(basic), _ANSIBLE_ARGS=arguments))
        for name in ("_global_warnings", "_global_deprecations"):
            stack.enter_context(_held(vars(warnings), **{name: type(getattr(warnings, name))()}))
        if PROFILE is not None:
            stack.enter_context(_held(vars(basic), _ANSIBLE_PROFILE=PROFILE))
            # Warnings belong into the result, as on a target.
            stack.enter_context(_held(vars(warnings), _internal=SimpleNamespace(is_controller=False)))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        stack.enter_context(suppress(SystemExit))  # how every module ends
        main()
    return out.getvalue(), err.getvalue()


@contextmanager
def variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        if os.environ != before:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def _held(namespace: dict[str, Any], **values: Any) -> Iterator[None]:
    """Give names other values for a while."""
    before = {name: namespace[name] for name in values}
    namespace.update(values)
    try:
        yield
    finally:
        namespace.update(before)
