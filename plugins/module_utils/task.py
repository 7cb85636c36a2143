# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that knows Ansible: options in, the job done, the result out."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Protocol

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from .alidns import service as alidns_service
from .alidns import wanted as alidns_wanted
from .cas import service as cas_service
from .cas import wanted as cas_wanted
from .rpc.client import Client, Product, Tell, endpoint_url, tell_nobody
from .rpc.credentials import find_source
from .rpc.errors import BadInput, Failure, MissingLibrary, quoted
from .rpc.transport import over_requests

_LARGEST_CSR = 1024 * 1024

# Who hears how a wait goes on: set by whoever runs modules in a process of its own, where somebody listens.
tell: Tell = tell_nobody


def _environment(*names: str) -> tuple[Any, list[str]]:
    return env_fallback, list(names)


KEY_VARIABLES = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY", "ALICLOUD_ACCESS_KEY_ID")
TOKEN_VARIABLES = ("ALIBABA_CLOUD_SECURITY_TOKEN", "ALICLOUD_SECURITY_TOKEN")

CONNECTION: dict[str, Any] = {
    "access_key_id": {
        "type": "str",
        "aliases": ["access_key", "alicloud_access_key"],
        "fallback": _environment(*KEY_VARIABLES),
    },
    "access_key_secret": {
        "type": "str",
        "no_log": True,
        "aliases": ["secret_key", "alicloud_secret_key"],
        "fallback": _environment(
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECRET_ACCESS_KEY"
        ),
    },
    "security_token": {
        "type": "str",
        "no_log": True,
        "aliases": ["alicloud_security_token"],
        "fallback": _environment(*TOKEN_VARIABLES),
    },
    "profile": {"type": "str", "fallback": _environment("ALIBABA_CLOUD_PROFILE", "ALICLOUD_PROFILE")},
    "region": {
        "type": "str",
        "default": "cn-hangzhou",
        "aliases": ["region_id", "alicloud_region"],
        "fallback": _environment("ALIBABA_CLOUD_REGION_ID", "ALICLOUD_REGION", "ALICLOUD_REGION_ID"),
    },
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "request_timeout": {"type": "float", "default": 30.0},
    "max_attempts": {"type": "int", "default": 6},
}

# Options of the modules that order.
APPLICATION: dict[str, Any] = {
    "order_id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    # A CSR is no secret; what is given in its place by mistake may be one.
    "csr_content": {"type": "str", "no_log": True},
    "csr_path": {"type": "path"},
    "product_code": {"type": "str", "default": "digicert-free-1-free"},
    "validation_method": {"type": "str", "choices": ["dns", "file"], "default": "dns"},
    "contact": {
        "type": "dict",
        "options": {"name": {"type": "str"}, "phone": {"type": "str"}, "email": {"type": "str"}},
    },
    "company_name": {"type": "str"},
    "tags": {"type": "dict"},
    "check_quota": {"type": "bool", "default": True},
    "wait_for": {"type": "str", "choices": ["none", "validation", "issued"], "default": "validation"},
    "wait_timeout": {"type": "int"},
    "poll_interval": {"type": "float", "default": 5.0},
}
APPLICATION_RULES: dict[str, Any] = {"mutually_exclusive": [("csr_content", "csr_path")]}


@dataclass(frozen=True)
class Service:
    """A product as its modules meet it.

    ``options`` and ``rules`` are those of every module that may change something, ``read`` turns them into what is
    wanted and raises BadInput.
    """

    product: Product
    default_endpoint: Callable[[str], str]
    endpoint_variable: str
    read: Callable[[Mapping[str, Any]], Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)

    @property
    def connection(self) -> dict[str, Any]:
        return {**CONNECTION, "endpoint": {"type": "str", "fallback": _environment(self.endpoint_variable)}}


def _application(options: Mapping[str, Any]) -> cas_wanted.Wanted:
    return cas_wanted.wanted({**options, **_csr_text(options["csr_path"])})


CAS = Service(
    cas_service.PRODUCT,
    cas_service.default_endpoint,
    "ALIBABA_CLOUD_CAS_ENDPOINT",
    _application,
    APPLICATION,
    APPLICATION_RULES,
)
ALIDNS = Service(
    alidns_service.PRODUCT,
    alidns_service.default_endpoint,
    "ALIBABA_CLOUD_ALIDNS_ENDPOINT",
    alidns_wanted.wanted,
)


class Outcome(Protocol):
    """What a job did, or in check mode would do."""

    @property
    def warnings(self) -> list[str]: ...

    def public(self, now: datetime) -> dict[str, Any]: ...

    def diff(self) -> dict[str, str]: ...


def change(service: Service, options: Mapping[str, Any], job: Callable[[Client, Any], Outcome]) -> None:
    """Run a module that may change something: ``options`` are its own beside the service's, ``job`` does the work."""
    module = AnsibleModule(
        {**service.connection, **service.options, **options}, supports_check_mode=True, **service.rules
    )

    def work() -> dict[str, Any]:
        asked = service.read(module.params)
        client = _client(module, service)
        return _result(module, job(client, asked), client.clock.now())

    _run(module, work, plan=[])


def ask(
    service: Service,
    options: Mapping[str, Any],
    job: Callable[[Callable[[], Client], Mapping[str, Any]], dict[str, Any]],
) -> None:
    """Run a module that only reads. ``job`` gets a way to make the client and the options, and returns the result."""
    module = AnsibleModule({**service.connection, **options}, supports_check_mode=True)
    _run(module, lambda: {"changed": False, **job(lambda: _client(module, service), module.params)})


def local(
    options: Mapping[str, Any],
    job: Callable[[Mapping[str, Any], bool], Outcome],
    rules: Mapping[str, Any] | None = None,
) -> None:
    """Run a module that works on the machine itself. ``job`` gets the options, and whether it may only predict."""
    module = AnsibleModule(dict(options), supports_check_mode=True, **(rules or {}))

    def work() -> dict[str, Any]:
        return _result(module, job(module.params, module.check_mode), datetime.now(timezone.utc))

    _run(module, work)


def _run(module: AnsibleModule, work: Callable[[], dict[str, Any]], **always: Any) -> None:
    """Do the work and end the module; ``always`` is in a failed result too, unless the failure says it better."""
    problem: dict[str, Any] = {}
    try:
        module.exit_json(**work())
    except MissingLibrary as missing:
        problem = {"msg": missing_required_lib(missing.library)}
    except Failure as failure:
        problem = {"msg": failure.msg, **failure.facts}
    except Exception as fault:
        # Neither the text of the exception nor the values in it are shown: they may be somebody's secret.
        where = "".join(traceback.format_tb(fault.__traceback__))
        problem = {
            "msg": f"This is a fault of the collection ({type(fault).__name__}); please report it.",
            "exception": where,
        }
    module.fail_json(**{**always, **problem})


def _client(module: AnsibleModule, service: Service) -> Client:
    """The client of one task. In check mode it cannot write."""
    params = module.params
    if not 0 < params["request_timeout"] < float("inf"):
        raise BadInput("request_timeout", "give a number of seconds above 0.")
    if params["max_attempts"] < 1:
        raise BadInput("max_attempts", "give 1 or more.")
    if not re.fullmatch(r"[a-z0-9-]+", params["region"]):
        raise BadInput("region", f"{quoted(params['region'])} is no region; give one such as cn-hangzhou.")
    return Client(
        service.product,
        endpoint_url(params["endpoint"] or service.default_endpoint(params["region"])),
        find_source(params["access_key_id"], params["access_key_secret"], _token(params), params["profile"]),
        over_requests(params["validate_certs"], params["ca_path"]),
        read_only=module.check_mode,
        max_attempts=params["max_attempts"],
        timeout=params["request_timeout"],
        tell=tell,
    )


def _token(params: Mapping[str, Any]) -> str | None:
    """The token that belongs to the key: the environment's goes with the environment's key, not with another one."""
    strange = _first_set(KEY_VARIABLES) not in (None, params["access_key_id"])
    token: str | None = params["security_token"]
    return None if strange and token == _first_set(TOKEN_VARIABLES) else token


def _first_set(names: Sequence[str]) -> str | None:
    return next((os.environ[name] for name in names if name in os.environ), None)


def _csr_text(path: str | None) -> dict[str, str]:
    """The content of ``csr_path``, as the option that it stands for."""
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8") as file:
            return {"csr_path": file.read(_LARGEST_CSR)}
    except OSError as error:
        raise BadInput("csr_path", f"the file cannot be read ({error.strerror}).") from None
    except ValueError:
        raise BadInput("csr_path", "the file is no text; give a CSR in PEM.") from None


def _result(module: AnsibleModule, outcome: Outcome, now: datetime) -> dict[str, Any]:
    for warning in outcome.warnings:
        module.warn(warning)
    result, diff = outcome.public(now), outcome.diff()
    return {**result, "diff": diff} if module._diff and diff else result
