# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The quota of a resource plan, and the rule that an order needs a certificate of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._errors import NotAllowed
from ..._rpc.fields import whole
from .product_codes import nearest


@dataclass(frozen=True)
class Quota:
    """The certificates of one product: bought, applied with, issued."""

    product_code: str
    total: int = 0
    used: int = 0
    issued: int = 0

    @property
    def free(self) -> int:
        """Certificates that an application can still take.

        A deduction: the documents name both numbers, none says that the difference is what is left.
        """
        return max(0, self.total - self.used)

    def public(self, planned: int = 0) -> dict[str, Any]:
        """As ``cas_order`` shows it; in check mode beside what earlier tasks of the run would take."""
        free = max(0, self.free - planned)
        shown = {"product_code": self.product_code, "total": self.total, "used": self.used, "free": free}
        return {**shown, "planned": planned} if planned else shown


def from_response(product_code: str, response: Mapping[str, Any]) -> Quota:
    """The quota in a response of DescribePackageState; absent numbers are zero."""

    total, used, issued = (whole(response.get(name)) or 0 for name in ("TotalCount", "UsedCount", "IssuedCount"))
    return Quota(product_code, total, used, issued)


def require_free(quota: Quota, returned: int = 0, planned: int = 0) -> None:
    """Refuse an order that no certificate of the quota is left for.

    ``returned`` of them come back before; in check mode, earlier tasks of the run would take the ``planned`` ones.
    """
    if quota.free + returned - planned >= 1:
        return
    facts = quota.public(planned)
    if quota.total == 0:
        raise NotAllowed(_unknown_plan(quota.product_code), quota=facts)
    earlier = f", {planned} more by this run's earlier orders" if planned else ""
    raise NotAllowed(
        f"No certificate of the quota for {quota.product_code} is left ({quota.used} of {quota.total} used{earlier}). "
        "Nothing was ordered. Check product_code, and whether the access key belongs to the account that has the "
        "plan. To order anyway, set check_quota: false.",
        quota=facts,
    )


def _unknown_plan(code: str) -> str:
    """The account has no plan of a product: it was never bought, or its code is misspelled."""
    from ..._rpc.service_errors import MOVED  # most orders are not refused

    meant = nearest(code)
    hint = f"The code is not a documented one; is {meant} meant? " if meant else ""
    moved = "" if meant else f"{MOVED} "
    return (
        f"product_code: the account has no resource plan for {code}, so no certificate is left. Nothing was ordered. "
        f"{hint}cas_package_info lists the plans of the account; check whether the access key belongs to the account "
        f"that has the plan. {moved}To order anyway, set check_quota: false."
    )
