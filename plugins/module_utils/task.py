# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that knows Ansible: options in, the job done, the result out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from .cas.change import Outcome
from .cas.service import PRODUCT, default_endpoint
from .cas.step import diff_text
from .cas.wanted import Wanted, wanted
from .rpc.client import Client, endpoint_url
from .rpc.credentials import find_source
from .rpc.errors import BadInput, Failure, MissingLibrary
from .rpc.transport import over_requests

_LARGEST_CSR = 1024 * 1024


def _environment(*names: str) -> tuple[Any, list[str]]:
    return env_fallback, list(names)


CONNECTION: dict[str, Any] = {
    "access_key_id": {
        "type": "str",
        "aliases": ["access_key", "alicloud_access_key"],
        "fallback": _environment("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY", "ALICLOUD_ACCESS_KEY_ID"),
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
        "fallback": _environment("ALIBABA_CLOUD_SECURITY_TOKEN", "ALICLOUD_SECURITY_TOKEN"),
    },
    "profile": {"type": "str", "fallback": _environment("ALIBABA_CLOUD_PROFILE", "ALICLOUD_PROFILE")},
    "region": {
        "type": "str",
        "default": "cn-hangzhou",
        "aliases": ["region_id", "alicloud_region"],
        "fallback": _environment("ALIBABA_CLOUD_REGION_ID", "ALICLOUD_REGION", "ALICLOUD_REGION_ID"),
    },
    "endpoint": {"type": "str", "fallback": _environment("ALIBABA_CLOUD_CAS_ENDPOINT")},
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


def change(options: Mapping[str, Any], job: Callable[[Client, Wanted], Outcome]) -> None:
    """Run a module that may change something: ``options`` are its own beside those above, ``job`` does the work."""
    module = AnsibleModule({**CONNECTION, **APPLICATION, **options}, supports_check_mode=True, **APPLICATION_RULES)

    def work() -> dict[str, Any]:
        asked = wanted({**module.params, **_csr_text(module.params["csr_path"])})
        client = _client(module)
        return _result(module, client, job(client, asked))

    _run(module, work)


def ask(options: Mapping[str, Any], job: Callable[[Callable[[], Client], Mapping[str, Any]], dict[str, Any]]) -> None:
    """Run a module that only reads. ``job`` gets a way to make the client and the options, and returns the result."""
    module = AnsibleModule({**CONNECTION, **options}, supports_check_mode=True)
    _run(module, lambda: {"changed": False, **job(lambda: _client(module), module.params)})


def _run(module: AnsibleModule, work: Callable[[], dict[str, Any]]) -> None:
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
    module.fail_json(**problem)


def _client(module: AnsibleModule) -> Client:
    """The client of one task. In check mode it cannot write."""
    params = module.params
    if params["request_timeout"] <= 0:
        raise BadInput("request_timeout", "give a number of seconds above 0.")
    if params["max_attempts"] < 1:
        raise BadInput("max_attempts", "give 1 or more.")
    return Client(
        PRODUCT,
        endpoint_url(params["endpoint"] or default_endpoint(params["region"])),
        find_source(params["access_key_id"], params["access_key_secret"], params["security_token"], params["profile"]),
        over_requests(params["validate_certs"], params["ca_path"]),
        read_only=module.check_mode,
        max_attempts=params["max_attempts"],
        timeout=params["request_timeout"],
    )


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


def _result(module: AnsibleModule, client: Client, outcome: Outcome) -> dict[str, Any]:
    plan, now = outcome.plan, client.clock.now()
    for warning in outcome.warnings:
        module.warn(warning)
    result = {
        "changed": plan.changed,
        "plan": [step.public() for step in plan.steps],
        "order": outcome.order.public(now) if outcome.order else None,
        **plan.facts,
    }
    if outcome.quota:
        result["quota"] = outcome.quota.public()
    if module._diff:
        after = outcome.order if plan.changed else plan.before
        result["diff"] = {"before": diff_text(plan.before), "after": diff_text(after)}
    return result
