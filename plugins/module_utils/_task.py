# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The only file that knows Ansible: options in, the job done, the result out."""

from __future__ import annotations

import atexit
import gc
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import AnsibleFallbackNotFound
from ansible.module_utils.errors import NoLogError, UnsupportedError

from ._host.archive import IS_SHIPPED  # before the others of ours, which it lets be compiled once

# isort: split
from ._errors import Failure, MissingLibrary
from ._host.environment import first_set

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:  # ansible-core before 2.22, where no_log of the task hides what a module returns

    def register_secrets(values: Iterable[str]) -> None:
        pass


if TYPE_CHECKING:
    # Described and not imported: Ansible ships whatever a file imports, here, too.
    Tell = Callable[[str, bool], None]

    class Client(Protocol):
        """What a job calls a service with."""

        @property
        def clock(self) -> Any:
            """What time it is."""

        def close(self) -> None:
            """End its connections."""

    AnyClient = TypeVar("AnyClient", bound=Client)
    Connected_co = TypeVar("Connected_co", bound=Client, covariant=True)

    class Service(Protocol[Connected_co]):
        """A product as its modules reach it."""

        @property
        def options(self) -> dict[str, Any]:
            """The options of a connection."""

        def connect(self, params: Mapping[str, Any], read_only: bool, tell: Tell | None = None) -> Connected_co:
            """Make a client."""

    class Outcome(Protocol):
        """What a job did, or in check mode would do."""

        @property
        def warnings(self) -> list[str]:
            """What the user has to be told."""

        def public(self, now: datetime) -> dict[str, Any]:
            """The result of the task."""

        def diff(self) -> dict[str, str]:
            """What changed, for people."""


# A process that ends need not be searched for garbage first: a twentieth of a shipped task. As much goes into searches
# while it begins, of which there are few when many more objects may be made between them.
atexit.register(gc.freeze)
if IS_SHIPPED:
    gc.set_threshold(100_000)

# Receives the progress of a wait: set by code that runs modules in its own process and shows it.
tell: Tell | None = None


def change(
    service: Service[AnyClient],
    options: Mapping[str, Any],
    read: Callable[[Mapping[str, Any]], Any],
    job: Callable[[AnyClient, Any], Outcome],
    rules: Mapping[str, Any] | None = None,
) -> None:
    """Run a module that may change something: ``read`` turns its options into what is wanted, ``job`` brings it about.

    ``options`` are an option table, ``rules`` what AnsibleModule takes beside one.
    """
    module = _module({**service.options, **options}, rules)

    def work() -> dict[str, Any]:
        asked = read(module.params)
        with closing(service.connect(module.params, module.check_mode, tell)) as client:
            return _result(module, job(client, asked), client.clock.now())

    _run(module, work, plan=[])


def ask(
    service: Service[AnyClient],
    options: Mapping[str, Any],
    job: Callable[[Callable[[], AnyClient], Mapping[str, Any]], dict[str, Any]],
) -> None:
    """Run a module that only reads. ``job`` gets a way to make the client and the options, and returns the result."""
    module = _module({**service.options, **options})

    def work() -> dict[str, Any]:
        with ExitStack() as stack:

            def connect() -> AnyClient:
                return stack.enter_context(closing(service.connect(module.params, module.check_mode, tell)))

            return {"changed": False, **job(connect, module.params)}

    _run(module, work)


def local(
    options: Mapping[str, Any],
    job: Callable[[Mapping[str, Any], bool], Outcome],
    rules: Mapping[str, Any] | None = None,
    **always: Any,
) -> None:
    """Run a module that works on the machine itself. ``job`` gets the options, and whether it may only predict.

    ``always`` is in a failed result too.
    """
    module = _module(options, rules)

    def work() -> dict[str, Any]:
        return _result(module, job(module.params, module.check_mode), datetime.now(timezone.utc))

    _run(module, work, **always)


def action_only(options: Mapping[str, Any]) -> None:
    """Run a module whose work is done by the action of its name: only its options are known here."""
    _module(options).fail_json(msg="This module runs on the controller only; call it by its full name in a task.")


def validated(options: Mapping[str, Any], values: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """The values of an option table, defaults filled in, for code that runs without a module. Raises Failure.

    ``within`` is the option that holds the values, if one does.
    """
    found = ArgumentSpecValidator(_table(options)).validate(dict(values))
    # What cannot be searched for secrets is told again, with the name of its option.
    for problem in sorted(found.errors, key=lambda each: isinstance(each, NoLogError)):
        from ._option_errors import in_our_words, of_unknown_keys  # mostly there is no problem

        told = of_unknown_keys(str(problem)) if isinstance(problem, UnsupportedError) else in_our_words(str(problem))
        for secret in getattr(found, "_no_log_values", ()):
            told = told.replace(secret, "********")
        raise Failure(f"{within}: {told}" if within else told)
    return dict(found.validated_parameters)


def failed(problem: Exception) -> dict[str, Any]:
    """The result of a task that an exception ended."""
    if isinstance(problem, MissingLibrary):
        return {"msg": missing_required_lib(problem.library)}
    if isinstance(problem, Failure):
        return {"msg": problem.msg, **problem.facts}
    # Neither the text of the exception nor the values in it are shown: they may be secrets.
    return {
        "msg": f"Unexpected error ({type(problem).__name__}). This is a bug in certops.alicloud; please report it.",
        "exception": "".join(traceback.format_tb(problem.__traceback__)),
    }


def _module(options: Mapping[str, Any], rules: Mapping[str, Any] | None = None) -> AnsibleModule:
    return AnsibleModule(_table(options), supports_check_mode=True, **(rules or {}))


def _table(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as Ansible takes them: ``variables`` become a fallback."""
    table = {
        name: {key: value for key, value in option.items() if key != "variables"} for name, option in options.items()
    }
    for name, option in options.items():
        if "variables" in option:
            table[name]["fallback"] = (_from_environment, list(option["variables"]))
    return table


def _from_environment(*names: str) -> str:
    """The fallback of an option. Ansible's own takes a variable that is set and empty for a value."""
    found = first_set(names)
    if found is None:
        raise AnsibleFallbackNotFound
    return found.value


def _run(module: AnsibleModule, work: Callable[[], dict[str, Any]], **always: Any) -> None:
    """Do the work and end the module; ``always`` is in a failed result too, unless the failure says it better."""
    result: dict[str, Any] = {}
    try:
        done = work()
        register_secrets(_private_keys(done))
        module.exit_json(**done)
    except Exception as problem:
        result = failed(problem)
        for warning in problem.warnings if isinstance(problem, Failure) else ():
            module.warn(warning)
    module.fail_json(**{**always, **result})


def _private_keys(result: Mapping[str, Any]) -> Iterator[str]:
    """The private keys that were asked for: the playbook gets them, and Ansible shows them nowhere.

    No other secret is in a result: registered, it would be sent along with one. Options register themselves.
    """
    for name, value in result.items():
        if isinstance(value, Mapping):
            yield from _private_keys(value)
        elif name == "private_key" and value:
            yield value


def _result(module: AnsibleModule, outcome: Outcome, now: datetime) -> dict[str, Any]:
    for warning in outcome.warnings:
        module.warn(warning)
    result, diff = outcome.public(now), outcome.diff()
    return {**result, "diff": diff} if module._diff and diff else result
