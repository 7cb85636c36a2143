# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dials of certificate instances: part of all dials."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.dial import dial

REFUSED = "域名验证失败"


@dataclass(frozen=True)
class InstanceDials:
    """Defaults are what was seen or what official texts say; the other values are what clients have to bear."""

    # Times.
    validation_seconds: float = dial(2.0, "seconds of pending before an instance's validation list is filled")
    status_lag_seconds: float = dial(0.0, "seconds until an application shows: it is only queued at first")
    withdrawable_seconds: float = dial(2.0, "seconds after that in which a withdrawal is still refused")
    withdrawal_seconds: float = dial(3.0, "seconds until CancelPendingCertificate takes effect")
    validation_list_seconds: float = dial(0.0, "seconds the validation list stays after an application has ended")
    update_protection_seconds: float = dial(
        0.0, "seconds after a purchase, and after the end of an application, in which UpdateInstance is refused"
    )
    refund_refused_seconds: float = dial(5.0, "seconds after a purchase in which RefundInstance is refused")
    refund_seconds: float = dial(3.0, "seconds until a refund has landed; DeleteInstance is refused until then")
    refund_days: float = dial(7.0, "days after a purchase in which RefundInstance is taken")
    term_expiring_days: float = dial(30.0, "days before the end of a subscription at which it is willExpire")
    term_from: str = dial("issue", "a subscription begins with", "issue", "order")
    cut_to_term: bool = dial(False, "a certificate expires with the subscription at the latest")

    # The life.
    update_submits: bool = dial(False, "UpdateInstance submits by itself once the application is complete")
    after_withdrawal: str = dial("normal", "Status of a never issued instance after a withdrawal", "normal", "inactive")
    after_refusal: str = dial("inactive", "Status of a never issued instance after a refusal", "normal", "inactive")
    refusal_text: str = dial(REFUSED, "PendingResult of a refused application; may be empty")
    ca_refuses: bool = dial(False, "the CA refuses after its review, where it would issue by itself")
    submission_failure: str = dial("", "when set, each submission fails with this TaskMessage")
    failed_stays_pending: bool = dial(False, "an instance whose submission failed stays pending")
    reissue: str = dial("buy", "issued instances that can be applied for again", "buy", "all", "none")
    reissue_error_code: str = dial("OperationDenied.StatusNotSupport", "code of a second application that is refused")
    zone_validation: bool = dial(False, "names in a zone of the account are validated without a record")
    contact_needed: bool = dial(True, "an application without contact is refused; else the account's is taken")
    hosting: str = dial("control", "who lets hosting reissue: control host, or time as well", "control", "time")
    managed_quota: int = dial(2, "automatic renewals that were bought; each reissue by hosting takes one")
    hosting_unbought: str = dial("refused", "AutoReissue=enable without managed quota left", "refused", "taken")
    refund_issued: str = dial("never", "refund of an instance that had a certificate", "never", "revoked")
    older_certificates: bool = dial(True, "ListCertificates keeps the earlier certificates of an instance")
    separate_sites: bool = dial(True, "an endpoint shows the instances and certificates of its own site only")

    # Forms of responses.
    instance_ids: str = dial("number", "how ids of certificates, contacts and companies are written", "number", "text")
    instance_times: str = dial("ms", "times are given in milliseconds, seconds, or tenths of them", "ms", "s", "long")
    response_year: str = dial("2026", "2025: without the fields that came later", "2026", "2025")
    empty_lists: str = dial("empty", "lists without entries", "empty", "null", "absent")
    unset_result: str = dial("none", "PendingResult before the first application and after a withdrawal; may be empty")
    contact_order: str = dial("reversed", "contacts come back", "reversed", "kept")
    masked_contacts: bool = dial(True, "e-mail, telephone and identity card of contacts are masked")
    province: str = dial("replaced", "Province and City that were sent are", "replaced", "kept")
    company_hidden: bool = dial(True, "CompanyId is not told until there is an application")
    validation_key: str = dial(
        "relative", "ValidationKey: relative to RootDomain, a full name, or the validated name itself", "relative",
        "full", "name",
    )  # fmt: skip
    http_type: str = dial("HTTP", "ValidationType of a file", "HTTP", "FILE")
    standing_cname: bool = dial(False, "Cname is filled: one record for all later validations")
    added_names: str = dial("brand", "names added to a certificate: those of the brand, or none", "brand", "none")
    list_serial: bool = dial(False, "ListCertificates tells Serial")
    serial_form: str = dial("padded", "serial numbers: upper case with a leading zero, or neither", "padded", "plain")
    fingerprint_form: str = dial("plain", "FingerPrint: hexadecimal digits, or with colons", "plain", "colons")
    instance_page_size: int = dial(100, "entries in a page of instances or certificates at most")
