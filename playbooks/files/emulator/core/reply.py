# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses as values: a reply, or none at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .refusal import Refusal

JSON_TYPE = "application/json;charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """An HTTP response."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)


class Lost(Exception):
    """No whole response: the connection broke. `partial` is a reply of which only half of the body gets through."""

    def __init__(self, before_effect: bool, partial: Reply | None = None) -> None:
        super().__init__("the request was lost" if before_effect else "the response was lost")
        self.before_effect = before_effect
        self.partial = partial


def success(fields: Mapping[str, Any], request_id: str) -> Reply:
    headers = {"Content-Type": JSON_TYPE, "x-acs-request-id": request_id}
    return Reply(200, headers, _dump({**fields, "RequestId": request_id}))


def failure(refusal: Refusal, request_id: str, host: str) -> Reply:
    """The error envelope: members as the official SDK reads them."""
    envelope = {
        "RequestId": request_id,
        "HostId": host,
        "Code": refusal.code,
        "Message": refusal.message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={refusal.code}&product=cas",
        **refusal.extra,
    }
    headers = {"Content-Type": JSON_TYPE, "x-acs-request-id": request_id, **refusal.headers}
    return Reply(refusal.status, headers, _dump(envelope))


def plain_json(status: int, value: object) -> Reply:
    """A response of the control door."""
    return Reply(status, {"Content-Type": JSON_TYPE}, _dump(value))


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
