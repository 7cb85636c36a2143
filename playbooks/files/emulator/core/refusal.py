# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service says when it says no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """An error response: code, text, HTTP status, extra headers and extra members of the envelope."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


class Impossible(ValueError):
    """A control call asked for something that cannot be; the text is a sentence for its author."""


def missing(name: str) -> Refusal:
    """A required parameter is not there. Public list of common gateway errors: Missing<Name>; confirmed."""
    return Refusal(f"Missing{name}", f"{name} is mandatory for this action.")


def invalid(name: str, why: str) -> Refusal:
    """A parameter that cannot be used. Gateway errors: InvalidParameter*; which suffix is unconfirmed."""
    return Refusal(f"InvalidParameter.{name}", f"The specified parameter {name} is not valid: {why}.")


# Codes and statuses below: old Chinese pages of the order operations; official, but old.


def no_order(code: str) -> Refusal:
    return Refusal(code, "订单不存在", 404)


def wrong_state(code: str, why: str) -> Refusal:
    return Refusal(code, f"订单状态错误: {why}", 403)


def delete_fail(why: str) -> Refusal:
    return Refusal("DeleteFail", f"删除失败: {why}", 403)


def no_quota(code: str) -> Refusal:
    return Refusal(code, "套餐余量不足", 404 if code.startswith("NotR") else 400)


def no_package(product: str) -> Refusal:
    return Refusal("NotFoundPackage", f"找不到套餐 {product}", 404)
