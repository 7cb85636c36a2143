# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of a call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .reply import Reply


@dataclass(frozen=True)
class Logged:
    """One call as it ended for its caller; status 0 and the fault's kind as code when nothing arrived."""

    action: str
    code: str
    status: int
    order_id: str | None
    at: str
    write: bool
    fault: str | None
    instance_id: str | None = None


def members(reply: Reply | None) -> dict[str, Any]:
    """The members of a JSON object; none of anything else."""
    if reply is None or not reply.body.startswith(b"{"):
        return {}
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def instance_of(parameters: Mapping[str, str]) -> str | None:
    """The instance that a call is about; GetTaskAttribute names it otherwise."""
    return parameters.get("InstanceId") or parameters.get("TaskId") or parameters.get("ResourceId.1")
