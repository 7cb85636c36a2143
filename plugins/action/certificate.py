# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of one certificate: calls of the API and of DNS in Ansible's worker, all else by modules on the host."""

from __future__ import annotations

import os
import shlex
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from difflib import get_close_matches
from functools import partial
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.certops.alicloud.plugins.action import certificate_store, certificate_store_info
from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.argspec import (
    INSTANCE,
    ON_THE_HOST,
    OPTIONS,
)
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.observe import Actors
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.options import (
    joined_instance,
    read_certificate_options,
)
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.publish import by_place
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.reconcile import ensure_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.revocation import Lists
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.several import (
    cut_short,
    label,
    refuse_same_directory,
    refused,
    together,
)
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import CertificateWanted, Service
from ansible_collections.certops.alicloud.plugins.module_utils._connection import Service as Product
from ansible_collections.certops.alicloud.plugins.module_utils._dns.lookup import Resolver, read_resolvers
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._host.environment import state_directory
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._text import one_line, quoted, unknown_key
from ansible_collections.certops.alicloud.plugins.plugin_utils.direct import environment_of, teller, variables

LOOK, CHANGE = "certops.alicloud.certificate_store_info", "certops.alicloud.certificate_store"
# Imported here once, and not in the worker of each task.
OWN: dict[str, Callable[..., Any]] = {LOOK: certificate_store_info.ActionModule, CHANGE: certificate_store.ActionModule}
# What the steps on the host may tell Ansible beside their results.
PASSED_ON = ("ansible_facts", "deprecations")
LISTED = "ansible-doc certops.alicloud.certificate lists the options."
# Options that hold options of certificates, or choose among these.
_OF_TASKS = ("settings", "certificates", "left")
NOTHING_IN_USE = "No certificate is in use."
# A sentence of a failed step, by its arguments and its result.
Tell = Callable[[Mapping[str, Any], Mapping[str, Any]], str]

display = Display()


class ActionModule(ActionBase):
    """The only place where the chain meets Ansible. Settings of a play do not reach the steps on the host."""

    _supports_check_mode = True
    _name = ""
    _supports_async = False
    _requires_connection = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._name = str((task_vars or {}).get("inventory_hostname", ""))
        given, environment = self._task.args, environment_of(self)
        # Few tasks set any, and to put all of them back takes time.
        with variables(environment) if environment else nullcontext():
            one = given.get("certificates") is None
            return {**result, **(self._one(given, task_vars or {}) if one else self._several(given, task_vars or {}))}

    def _several(self, given: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """One after the other; what fails does not keep the others from being done."""
        try:
            tasks = _entries(given)
            refuse_same_directory(_readable(tasks.values()))
        except Failure as problem:
            return refused(_task.failed(problem), self._name)
        results = []
        for number, each in tasks.items():
            result = self._one(each, task_vars)
            if result.get("unreachable"):
                return cut_short(results, result, self._name)
            results.append({**result, "number": number, "label": label(each["certificates"][0].get("domains"), number)})
        return together(results, self._name)

    def _one(self, given: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        host = TargetHost(self, task_vars)
        try:
            result = self._ensured(host, given)
        except AnsibleError:
            raise  # of the task itself, which Ansible tells
        except Exception as problem:
            told = _task.failed(problem)
            result = {"failed": "unreachable" not in told, "changed": False, "plan": [], **told}
            if isinstance(problem, Failure):
                _show(problem.warnings)
                if "unreachable" not in told:
                    result["msg"] = host.with_state(result["msg"])
        if host.copied:
            result.update(changed=True, plan=[*host.copied, *result["plan"]])
        return {**host.told, **result}

    def _ensured(self, host: TargetHost, given: Mapping[str, Any]) -> dict[str, Any]:
        options = _options(given)
        _task.validated(ON_THE_HOST, {name: options[name] for name in ON_THE_HOST if options[name]})
        asked = options["until"]
        if not (options["wait"] or self._task.check_mode) and asked in ("issued", "installed"):
            options["until"] = "requested"
        wanted = read_certificate_options(options)
        options["connection"], options["alidns_connection"] = _connections(options)
        actors = Actors(
            host=host,
            clock=Clock(),
            read_only=self._task.check_mode,
            connect=lambda: self._client(CAS, "connection", options, lambda line: by_place(actors, line)),
            connect_alidns=lambda: self._client(ALIDNS, "alidns_connection", options),
            find_resolver=lambda: _resolver(options),
            lists=_lists(options),
        )
        host.copy({**wanted.place, **wanted.access}, options["copied"])
        with closing(actors):
            outcome = ensure_certificate(actors, wanted)
        _show(outcome.warnings)
        shown = {"diff": outcome.diff()} if self._task.diff and outcome.plan.changed else {}
        public = outcome.public(actors.clock.now())
        return {**public, "complete": public["action"] == "nothing" or asked == options["until"], **shown}

    def _client(
        self, product: Product, option: str, options: Mapping[str, Any], worded: Callable[[str], str] = str
    ) -> Client:
        """The progress of a short wait is not shown: what it was for is in the sentence of the task."""
        show = teller(self._name, self._task.no_log)
        tell = (lambda line, detail: show(worded(line), detail)) if options["wait"] else None
        values = _task.validated(product.options, options[option] or {}, option)
        return product.connect(values, self._task.check_mode, tell)

    def step(self, name: str, arguments: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run a module or an action on the host of this task, with these arguments and no others."""
        task = self._task.copy(exclude_parent=True)
        task._parent = self._task._parent
        task.action, task.args, task.module_defaults = name, dict(arguments), []
        found: dict[str, Any] = self._action_of(name)(
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        ).run(task_vars=task_vars)
        return found

    def _action_of(self, name: str) -> Callable[..., Any]:
        """What runs a module: an action of its name, or the one that ships modules."""
        if name in OWN:
            return OWN[name]
        loader = self._shared_loader_obj.action_loader
        return partial(loader.get, name if loader.has_plugin(name) else "ansible.legacy.normal")


class TargetHost:
    """The host of the task, through Ansible's connection; ``told`` is what its modules told Ansible."""

    def __init__(self, action: ActionModule, task_vars: dict[str, Any]) -> None:
        self._action, self._task_vars = action, task_vars
        self.told: dict[str, Any] = {}
        self.copied: list[Mapping[str, Any]] = []
        # How the host was looked at last, and what was in use then; None once that may have changed.
        self._looked: Mapping[str, Any] | None = None
        self._current: Mapping[str, Any] | None = None

    def look(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self._done(LOOK, options)
        self._looked, self._current = options, found.get("current") or {}
        return found

    def change(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        if options.get("state") == "current":
            self._current = None
        return self._done(CHANGE, options)

    def copy(self, place: Mapping[str, Any], files: Mapping[str, Any] | None) -> None:
        """Store the certificate of another host as a generation of this one."""
        if files:
            self.copied = list(self.change({**place, "state": "complete", **files}).get("plan", ()))

    def with_state(self, said: str) -> str:
        """What is told of a failure, and until when the certificate in use is valid, unless that is in it."""
        if self._current is None and self._looked is not None:
            with suppress(Failure):
                self.look({**self._looked, "endpoints": []})
        if self._current is None:
            return said
        if not self._current:
            return said if NOTHING_IN_USE in said else f"{said} {NOTHING_IN_USE}"
        end = self._current["not_after"]
        ends = "expired at" if self._current["days_left"] < 0 else "is valid until"
        return said if end in said else f"{said} The certificate in use {ends} {end}."

    def reload(self, service: Service) -> None:
        if service.argv:
            self._done("ansible.builtin.command", {"argv": list(service.argv)}, _of_command)
        else:
            self._done("ansible.builtin.service", {"name": service.name, "state": f"{service.action}ed"}, _of_service)

    def write_file(self, path: str, content: str) -> None:
        directory = {"path": os.path.dirname(path), "state": "directory", "mode": "0755"}
        self._done("ansible.builtin.file", directory)
        self._done("ansible.builtin.copy", {"content": content, "dest": path, "mode": "0644"})

    def remove_file(self, path: str) -> None:
        self._done("ansible.builtin.file", {"path": path, "state": "absent"})

    def has_file(self, path: str, content: str) -> bool:
        try:
            found = self._done("ansible.builtin.slurp", {"src": path})
        except Failure:
            return False
        return b64decode(found["content"]) == content.encode()

    def _done(self, name: str, arguments: Mapping[str, Any], tell: Tell | None = None) -> Mapping[str, Any]:
        """The result of a step. Raises Failure with its sentence; ``tell`` words that of a module of Ansible."""
        given = {key: value for key, value in arguments.items() if value is not None}
        try:
            result = self._action.step(name, given, self._task_vars)
        except AnsibleConnectionFailure as problem:
            raise Failure(f"Ansible cannot work on the host: {one_line(problem, 600)}", unreachable=True) from None
        except AnsibleError as problem:
            raise Failure(f"{name} could not run on the host. Ansible said: {one_line(problem, 600)}") from None
        for key in PASSED_ON:
            if result.get(key):
                self.told.setdefault(key, result[key])
        if result.get("failed") or result.get("unreachable"):
            raise _failure(tell(arguments, result) if tell else _said(result), result)
        return {**result, "warnings": [_text_of(warning) for warning in result.get("warnings") or ()]}


def _text_of(warning: Any) -> str:
    """A warning of a step; newer versions of Ansible have an object for it."""
    return str(getattr(getattr(warning, "event", None), "msg", warning))


def _show(warnings: Iterable[str]) -> None:
    for warning in warnings:
        display.warning(warning)


def _failure(said: str, result: Mapping[str, Any]) -> Failure:
    """A failed step as a failure of the chain."""
    facts = {name: result[name] for name in ("problem", "key_mismatch", "unreachable") if name in result}
    return Failure(said, **facts)


def _said(result: Mapping[str, Any]) -> str:
    """What a step said, with what the program said, if one ran."""
    said = [str(result.get("msg") or "no reason was given"), one_line(result.get("stderr"), 600)]
    return ": ".join(part for part in dict.fromkeys(said) if part)


def _of_command(arguments: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    command = one_line(shlex.join(arguments["argv"]), 200)
    if result.get("msg") != "non-zero return code":
        return f"The command {command} could not be run. Ansible said: {one_line(result.get('msg'), 600)}"
    lines = str(result.get("stderr") or "").strip().splitlines()
    last = f"the last line of its standard error is: {one_line(lines[-1])}" if lines else "it wrote no error"
    return f"The command {command} ended with return code {result.get('rc')}; {last}"


def _of_service(arguments: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    said = one_line(_said(result), 600)
    return f"Ansible could not bring {arguments['name']} to the state {arguments['state']}; it said: {said}"


def _options(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a certificate, defaults filled in; those of an entry win."""
    given = {name: value for name, value in arguments.items() if name not in _OF_TASKS}
    [entry] = arguments.get("certificates") or [{}]
    common, own = _inner(arguments.get("settings"), "settings"), _inner(entry, "certificates")
    inner = {**common, **own, **joined_instance(common, own)}
    asked = {**given, **inner}
    options = _task.validated(OPTIONS, asked)
    # What a group has in common may tell of instances, and a host say that it orders.
    is_unused = asked.get("source") == "order"
    return {**options, "instance": None if is_unused else _instance(options["instance"])}


def _instance(given: Any) -> dict[str, Any] | None:
    """The option ``instance``; text is short for the ID of one."""
    if given is None or given == {}:
        return None
    if isinstance(given, str):
        return _task.validated(INSTANCE, {"instance_id": given}, "instance")
    if not isinstance(given, Mapping):
        raise Failure("instance: give a dictionary with instance_id or pool, or the ID of an instance.")
    return _task.validated(INSTANCE, given, "instance")


def _inner(given: Any, option: str) -> Mapping[str, Any]:
    """The options of a certificate that are given as a dictionary; they win over those of the task."""
    if not isinstance(given or {}, Mapping):
        raise Failure(f"{option}: give a dictionary of options.")
    for key in given or {}:
        if key in _OF_TASKS:
            raise Failure(f"{option}: {key} is an option of the task, not of a certificate.")
        if key not in OPTIONS:
            raise Failure(f"{option}: {_unknown(str(key))}")
    return given or {}


def _entries(given: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """The options of a task for each certificate of its list, by their numbers; of those that are left, if given."""
    entries = given["certificates"]
    _inner(given.get("settings"), "settings")
    if not isinstance(entries, Sequence) or not all(isinstance(each, Mapping) for each in entries):
        raise Failure("certificates: give a list; each entry is a dictionary of options, such as domains.")
    tasks = {number: {**given, "certificates": [each]} for number, each in enumerate(entries, 1)}
    if given.get("left") is None:
        return tasks
    try:
        return {each["number"]: {**tasks[each["number"]], "order_id": each["order_id"]} for each in given["left"]}
    except (KeyError, TypeError):
        raise Failure("left: give the result left of a task with the same certificates.") from None


def _readable(tasks: Iterable[Mapping[str, Any]]) -> Iterator[CertificateWanted]:
    """The certificates that are wanted. What is wrong with the options of another one is told when its time comes."""
    for each in tasks:
        with suppress(Failure):
            yield read_certificate_options(_options(each))


def _unknown(key: str) -> str:
    plain = key.removeprefix("certificate_")  # as the variables of the role are called
    near = [plain] if plain in OPTIONS else get_close_matches(plain, OPTIONS, 1)
    return unknown_key(key, near) if near else f"unknown key {quoted(key)}; {LISTED}"


def _connections(options: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """How to reach the API, and the API of DNS. What is wrong with them is told though nothing is due."""
    for option, product in (("connection", CAS), ("alidns_connection", ALIDNS)):
        if options[option]:
            _task.validated(product.options, options[option], option)
    connection, alidns = options["connection"] or {}, options["alidns_connection"]
    return connection, _without_own_endpoint(connection) if alidns is None else alidns


def _lists(options: Mapping[str, Any]) -> Lists | None:
    """Where lists of revoked certificates come from. With an emulator on this machine, from nowhere else."""

    def fetch(url: str) -> bytes:
        from ansible_collections.certops.alicloud.plugins.module_utils._certificate.crl_fetch import fetch_list

        return fetch_list(url, _is_emulated(options))

    return Lists(state_directory(), fetch) if options["check_revocation"] else None


def _is_emulated(options: Mapping[str, Any]) -> bool:
    connection = _task.validated(CAS.options, options["connection"] or {}, "connection")
    return str(connection["endpoint"] or "").startswith("http://")


def _resolver(options: Mapping[str, Any]) -> Resolver | None:
    """Whom the checks ask. With an emulator on this machine, the names of the world are not asked for."""
    if options["preflight"] == "false" or (_is_emulated(options) and not options["resolvers"]):
        return None
    return read_resolvers(options["resolvers"])


def _without_own_endpoint(connection: Mapping[str, Any]) -> Mapping[str, Any]:
    """The connection for DNS: the endpoint is another one, but for an emulator on this machine, which serves both."""
    if str(connection.get("endpoint") or "").startswith("http://"):
        return connection
    return {name: value for name, value in connection.items() if name != "endpoint"}
