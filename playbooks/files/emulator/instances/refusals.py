# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service says when it says no to a call on instances. All HTTP 400 unless noted; codes were seen."""

from __future__ import annotations

from ..core.refusal import Refusal


def not_found(what: str = "资源不存在") -> Refusal:
    """Code NotFound or HTTP 404: a Terraform provider takes either."""
    return Refusal("NotFound", what, 404)


def status_not_support(why: str, code: str = "OperationDenied.StatusNotSupport") -> Refusal:
    return Refusal(code, f"当前状态不支持该操作: {why}")


def product_not_support(why: str) -> Refusal:
    return Refusal("OperationDenied.ProductNotSupport", why)


def update_protection() -> Refusal:
    return Refusal("InvalidStatus.UpdateProtection", "实例正在处理中")


def delete_protection() -> Refusal:
    return Refusal("InvalidStatus.DeleteProtection", "当前状态的实例不能删除")


def could_not_refund(why: str) -> Refusal:
    return Refusal(f"CouldNotRefund.{why}", "当前实例不能退款")


def product_not_match() -> Refusal:
    return Refusal("DomainAndProductNotMatch", "域名与证书规格不匹配")


def missing_parameter(what: str) -> Refusal:
    """The plain code, seen for a missing contact; what the text says is unconfirmed."""
    return Refusal("MissingParameter", f"{what} is mandatory for this action.")


def insufficient_quota() -> Refusal:
    return Refusal("InsufficientQuota", "余量不足")
