# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX makes of the credential type in docs/awx: the environment of a job."""

from __future__ import annotations

from typing import Any

import yaml  # type: ignore[import-untyped,unused-ignore]
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.tools.dependencies import ROOT


def credential_type() -> tuple[dict[str, Any], dict[str, Any]]:
    """Input and injector configuration."""
    found = [yaml.safe_load((ROOT / f"docs/awx/{name}.yml").read_text("utf-8")) for name in ("input", "injector")]
    return found[0], found[1]


def injected(**inputs: str) -> dict[str, str]:
    """The variables of a job whose credential has these inputs; AWX renders them in a sandbox like this one."""
    sandbox = ImmutableSandboxedEnvironment()
    return {name: sandbox.from_string(text).render(**inputs) for name, text in credential_type()[1]["env"].items()}
