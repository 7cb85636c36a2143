# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The product CAS: its API version, and its endpoints on both sites."""

from __future__ import annotations

from .._connection import Service
from .._rpc import regions
from .._rpc.client import Product

PRODUCT = Product(version="2020-04-07", ram_code="yundun-cert", thing="order")
_INTERNATIONAL_SITE = "ap-southeast-1"
_OWN_ENDPOINT = frozenset(
    {
        "ap-northeast-1",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-5",
        "cn-hongkong",
        "eu-central-1",
        "me-east-1",
    }
)


def default_endpoint(region: str) -> str:
    """The public endpoint of a region: its own, or that of its site."""
    if region in _OWN_ENDPOINT:
        return f"cas.{region}.aliyuncs.com"
    return f"cas.{_INTERNATIONAL_SITE}.aliyuncs.com" if region in regions.INTERNATIONAL else "cas.aliyuncs.com"


CAS = Service(PRODUCT, default_endpoint, "ALIBABA_CLOUD_CAS_ENDPOINT")
