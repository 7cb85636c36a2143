# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which orders or instances need another certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.certops.alicloud.plugins.module_utils._cas.renewals import due
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure


def filtered(things: Iterable[Mapping[str, Any]], renew_before: str = "33%") -> list[Mapping[str, Any]]:
    """Those that are due, the one that expires first in front."""
    try:
        return due(things, renew_before, datetime.now(timezone.utc))
    except Failure as failure:
        raise AnsibleFilterError(f"certops.alicloud.due: {failure.msg}") from None


class FilterModule:
    """The filters of this collection."""

    def filters(self) -> dict[str, Any]:
        return {"due": filtered}
