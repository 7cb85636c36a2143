# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All operations of the second generation by name."""

from __future__ import annotations

from . import api, certificates, contacts, tags
from .api import Operation

READS: dict[str, Operation] = {
    "ListInstances": api.list_instances,
    "GetInstanceDetail": api.instance_detail,
    "GetInstanceSummary": api.summary,
    "GetTaskAttribute": api.task_attribute,
    "ListCertificates": certificates.list_certificates,
    "GetCertificateDetail": certificates.certificate_detail,
    "GetUserCertificateDetail": certificates.user_certificate_detail,
    "ListUserCertificateOrder": certificates.list_orders,
    "ListContact": contacts.list_contacts,
    "GetContact": contacts.get_contact,
    "ListCompanies": contacts.list_companies,
    "ListTagResources": tags.list_tags,
}
WRITES: dict[str, Operation] = {
    "UpdateInstance": api.update,
    "ApplyCertificate": api.apply,
    "CancelPendingCertificate": api.withdraw,
    "RevokeCertificate": api.revoke,
    "RefundInstance": api.refund,
    "DeleteInstance": api.delete,
    "TagResources": tags.tag,
    "UntagResources": tags.untag,
}
OPERATIONS: dict[str, Operation] = {**READS, **WRITES}
