# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What ``cas_package_info`` returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..._text import code
from .api import quota
from .product_codes import PRODUCTS

if TYPE_CHECKING:
    from ..._rpc.client import Client


def package_info(connect: Callable[[], Client], options: Mapping[str, Any]) -> dict[str, Any]:
    """The result of ``cas_package_info``."""
    codes = dict.fromkeys(code(each, "product_codes") for each in options["product_codes"] or PRODUCTS)
    client = connect()
    return {
        "packages": [{**each.public(), "issued": each.issued} for each in (quota(client, code_) for code_ in codes)]
    }
