# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of ``cas_order_info`` ask for."""

from __future__ import annotations

from typing import Any

LIST, DESCRIBE, DETAIL = "ListUserCertificateOrder", "DescribeCertificateState", "GetUserCertificateDetail"
DEFAULTS: dict[str, Any] = {
    "order_id": None,
    "order_ids": None,
    "domains": None,
    "keyword": None,
    "status": None,
    "product_code": None,
    "expires_within": None,
    "order_type": "package",
    "include_validation": False,
    "include_certificate": False,
    "include_private_key": False,
    "wait_for": "none",
    "wait_timeout": 4500,
    "poll_interval": 5.0,
}
