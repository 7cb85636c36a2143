#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_order_renew
short_description: Renew a certificate order before it expires
description:
  - Finds the certificate that expires last among the orders with the same domain names and the same product, and
    orders its successor when it is due.
  - A successor that is in progress already, or issued and expires later, is found and returned, no matter who ordered
    it. Running the task twice therefore renews once.
  - A first certificate is not ordered, unless O(allow_first_order=true). If no certificate for the domain names and
    the product was issued before, and no order for them is in progress, the task fails.
  - A certificate that was revoked is due at once, whatever its dates say, like one that has expired. Its successor is a
    new order. An order that was placed later and is valid counts as its successor.
  - A CSR is used for the successor, usually with a new key.
  - O(validation_method), O(contact) and O(company_name) apply only if a new order is created. If the service creates
    the new order from the old one, it keeps those of the old order.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  order_id:
    description:
      - ID of the order to renew, in quotes. The successor gets its domain names and its product. Without it,
        O(domains) and O(product_code) select the order.
      - A name that the CA added to the order is one of its names. To order the successor without it, give O(domains)
        or a CSR too.
  renew_before:
    description:
      - "When the certificate is due: a number of days before it expires (V(30d)), of hours (V(720h)), a share of its
        lifetime (V(33%)), or V(expiring): as soon as the service calls the order expiring, about 30 days
        before it expires."
      - With V(expiring), a certificate of which less than a tenth of the lifetime is left is due whatever the service
        calls its order.
      - A window that is not shorter than the lifetime would renew in every run. A third of the lifetime is used
        instead, and a warning says so.
      - The task fails, and orders nothing, if a successor would be due at once, because every run would order another
        one. This is so if the certificate was due already when its order was bought (for example a reissue that keeps
        the old expiry date), until a third of its time is left; and if it is due by the clock of this machine, but not
        by that of the service, where the two differ by more than an hour. The clock of the service is the one that
        counts.
    type: str
    default: 33%
  strategy:
    description:
      - "V(renew): the service creates the new order from the old one. This is possible only while the status of the
        old order is V(expiring), and not for free products. The new order may have to be submitted in the console;
        the task then fails with the ID of the order and says so, and the next run resumes with it."
      - "V(reorder): a new order for the same domain names."
      - "V(auto): V(renew) while the status of the order is V(expiring) and its product is not a free one
        (C(*-free-*)), otherwise V(reorder). If a product could be renewed by the service later, RV(reason) says so and
        from when on; see V(expiring) of O(renew_before)."
    type: str
    choices: [auto, renew, reorder]
    default: auto
  force:
    description:
      - Renew even if the certificate is not due, or if a successor would be due at once. With O(order_id), this applies
        to that order only, so that a successor that exists already is not renewed in turn.
    type: bool
    default: false
  allow_first_order:
    description:
      - Whether to order a certificate even if there is nothing to renew, because none was issued before. Otherwise that
        is an error, and M(certops.alicloud.cas_order) orders the first one.
    type: bool
    default: false
    version_added: 0.3.0
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.application
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.change
attributes:
  idempotent:
    support: partial
    details:
      - With O(force=true) and without O(order_id), each run orders another certificate once the previous successor is
        issued.
seealso:
  - module: certops.alicloud.cas_order
    description: Apply for a certificate, or withdraw, delete or revoke an order.
  - module: certops.alicloud.cas_order_info
    description: List certificate orders, describe one, or wait for them.
"""

EXAMPLES = r"""
- name: Predict whether the certificate would be renewed (nothing is ordered)
  certops.alicloud.cas_order_renew:
    domains: [www.example.com]
  check_mode: true
  register: prediction

- name: Report the reason
  ansible.builtin.debug:
    msg: "{{ prediction.reason }}"

- name: Create a new private key
  community.crypto.openssl_privatekey:
    path: /etc/ssl/private/www.example.com.new.key

- name: Create a CSR for the new key
  community.crypto.openssl_csr:
    path: /etc/ssl/www.example.com.new.csr
    privatekey_path: /etc/ssl/private/www.example.com.new.key
    common_name: www.example.com

- name: Renew the certificate during its last 30 days, with the new key
  certops.alicloud.cas_order_renew:
    csr_path: /etc/ssl/www.example.com.new.csr
    renew_before: 30d
  register: renewal

- name: Publish the validation record of the new order
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
  loop: "{{ renewal.order.validation }}"

- name: Wait for the new certificate
  certops.alicloud.cas_order:
    order_id: "{{ renewal.order.order_id }}"
    csr_path: /etc/ssl/www.example.com.new.csr
    wait_for: issued
  when: renewal is changed
  register: issued
"""

RETURN = r"""
due:
  description: Whether the certificate is due, by its date or by O(force), or because its successor is in progress.
  type: bool
  returned: success
  sample: true
reason:
  description: Why the certificate is due, or why it is not.
  type: str
  returned: success
  sample: 12 of 90 days left, window opens at 29.7
strategy:
  description: How the successor is ordered, or would be.
  type: str
  returned: success
  sample: reorder
previous_order_id:
  description:
    - ID of the order whose successor is RV(order), even if it has expired or was revoked.
    - Null if there is none, and if nothing is due.
  type: str
  returned: success
  sample: "98987582437920968"
order:
  description:
    - The successor, in check mode as it is expected to be. If nothing is due, the order whose certificate is valid.
    - If waiting for the order failed, the order as it was last seen.
    - It never contains the private key that the service created.
  type: dict
  returned: success, and on failure if the task was waiting for the order
  contains:
    # fragment: tests/tools/returns/order.yml
    order_id:
      description:
        - ID of the order, always as a string.
        - V((known after apply\)) in check mode, if the order does not exist yet.
      type: str
      returned: always
      sample: "98987582437920968"
    instance_id:
      description: ID of the instance of the resource plan; null if the service did not return it.
      type: str
      returned: always
      sample: cas-ivauto-abc123
    certificate_id:
      description: ID of the certificate, as a string; null before the certificate is issued.
      type: str
      returned: always
      sample: "14700001"
    status:
      description:
        - "V(pending_application): the order has not been submitted to the CA."
        - "V(pending_validation): the CA waits for the validation record or file."
        - "V(reviewing): the CA reviews the application."
        - "V(failed): the CA refused the application."
        - "V(issued): the certificate is issued."
        - "V(expiring): the certificate is issued and expires soon; the service decides when that begins."
        - "V(expired): the certificate has expired."
        - "V(revoked): the certificate was revoked."
        - "V(inactive): the order was not activated."
        - "V(unknown): the service returned no status, or one that the collection does not know."
        - V((known after apply\)) in check mode, if the order would be created and not waited for.
      type: str
      returned: always
      sample: pending_validation
    service_status:
      description: Status as the service spells it; null if the service did not return one.
      type: str
      returned: always
      sample: domain_verify
    domains:
      description: Domain names of the order, in lower case and as A-labels (punycode).
      type: list
      elements: str
      returned: always
      sample: [www.example.com]
    product_code:
      description: Product of the order; null if the service did not return it, as for an order selected by its ID.
      type: str
      returned: always
      sample: digicert-free-1-free
    not_before:
      description: Time from which the certificate is valid, in UTC; null if the service did not say.
      type: str
      returned: always
      sample: "2026-11-22T00:00:00Z"
      version_added: 0.3.0
    not_after:
      description:
        - Time at which the certificate expires, in UTC, by the list of orders or by the certificate.
        - Null if the service did not say, as before the certificate is issued.
      type: str
      returned: always
      sample: "2027-02-20T00:00:00Z"
      version_added: 0.3.0
    days_left:
      description:
        - Whole days until the certificate expires, by the clock of the host on which the module runs; negative once it
          has expired.
        - At most V(0) if it was revoked, whatever its dates say. Null if the service did not say when it expires.
      type: int
      returned: always
      sample: 90
      version_added: 0.3.0
    validation_method:
      description: V(dns), V(file) or null.
      type: str
      returned: always
      sample: dns
    # end of fragment
    # fragment: tests/tools/returns/validation.yml
    validation:
      description:
        - DNS records or files to publish for the validation of the domain names.
        - Empty if there is nothing to validate, and until the service returns what to publish.
      type: list
      elements: dict
      returned: always
      contains:
        method:
          description: V(dns) or V(file).
          type: str
          returned: always
          sample: dns
        domain:
          description: Domain name that is validated; null if the response does not tell which of several it is.
          type: str
          returned: always
          sample: www.example.com
        record_name:
          description: Full name of the DNS record; null if the response does not tell it clearly.
          type: str
          returned: if the method is V(dns)
          sample: _dnsauth.www.example.com
        record_type:
          description: Type of the DNS record.
          type: str
          returned: if the method is V(dns)
          sample: TXT
        record_value:
          description: Value of the DNS record.
          type: str
          returned: if the method is V(dns)
          sample: 20261122000000abcdef
        raw_record_name:
          description: Name of the DNS record as the service returned it.
          type: str
          returned: if the method is V(dns)
          sample: _dnsauth
        path:
          description: Path of the file on the web server.
          type: str
          returned: if the method is V(file)
          sample: /.well-known/pki-validation/fileauth.txt
        content:
          description: Content of the file. Serve it byte for byte and without redirects.
          type: str
          returned: if the method is V(file)
          sample: 20261122000000abcdef
        url:
          description: URL from which the file is requested.
          type: str
          returned: if the method is V(file)
          sample: http://www.example.com/.well-known/pki-validation/fileauth.txt
    # end of fragment
    # fragment: tests/tools/returns/certificate.yml
    certificate:
      description: The certificate; null before it is issued, and where it was not requested.
      type: dict
      returned: always
      contains:
        fullchain:
          description: Certificate and chain in PEM format, the certificate first, in order and without duplicates.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        leaf:
          description: The certificate alone, in PEM format.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        chain:
          description: The certificates that follow the leaf, in PEM format.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        serial_number:
          description: Serial number in hexadecimal.
          type: str
          returned: always
          sample: "4f:2a:90:01"
        sha256_fingerprint:
          description: SHA-256 fingerprint of the certificate.
          type: str
          returned: always
          sample: "74:A7:6F:9C:2F:ED:61:0C:33:A0:51:4E:0A:61:E7:28:EB:8A:C3:73:78:D8:11:46:DA:1D:48:0F:87:FE:88:24"
        public_key_sha256:
          description: SHA-256 hash of the public key (DER encoding of SubjectPublicKeyInfo) in hexadecimal.
          type: str
          returned: always
          sample: b242c6ff31d7204be69f2ed721aca5bfb306a875ede567525e22c51df8c9049e
        domains:
          description: Domain names in the certificate. The CA can add names that were not requested.
          type: list
          elements: str
          returned: always
          sample: [www.example.com, example.com]
        issuer:
          description: Distinguished name of the issuer.
          type: str
          returned: always
          sample: CN=Encryption Everywhere DV TLS CA - G2,O=DigiCert Inc,C=US
        not_before:
          description: Time from which the certificate is valid, in UTC.
          type: str
          returned: always
          sample: "2026-11-22T00:00:00Z"
        not_after:
          description: Time at which the certificate expires, in UTC.
          type: str
          returned: always
          sample: "2027-02-20T00:00:00Z"
        days_left:
          description: Whole days until the certificate expires, by the clock of the host on which the module runs.
          type: int
          returned: always
          sample: 90
    # end of fragment
plan:
  # fragment: tests/tools/returns/plan.yml
  description:
    - The steps that the task carried out; in check mode, the steps that it would carry out.
    - RV(ignore:changed) is V(true) exactly when this list is not empty.
    - If the task fails, only the steps that were carried out, or that may have been carried out.
  type: list
  elements: dict
  returned: always
  # end of fragment
  contains:
    action:
      description: API operation of the step.
      type: str
      returned: always
      sample: RenewCertificateOrderForPackageRequest
    order_id:
      description: ID of the order that the step acts on; null for a new order.
      type: str
      returned: always
      sample: "98987582437920968"
    reason:
      description: Why the step is needed.
      type: str
      returned: always
      sample: 12 of 199 days left, window opens at 65.6
quota:
  description: Quota of the product before the order was created.
  type: dict
  returned: if an order is created and the quota could be read; on failure, if no certificate is left
  contains:
    # fragment: tests/tools/returns/quota.yml
    product_code:
      description: Product of the resource plan.
      type: str
      returned: always
      sample: digicert-free-1-free
    total:
      description: Number of certificates that were bought.
      type: int
      returned: always
      sample: 20
    used:
      description: Number of certificates that applications have taken, issued or not.
      type: int
      returned: always
      sample: 3
    free:
      description:
        - Number of certificates that an application can still take.
        - It is calculated as the total minus what is used; the service does not return it.
      type: int
      returned: always
      sample: 17
    # end of fragment
    planned:
      description:
        - How many certificates of the quota earlier tasks of the same check mode run would take, on all hosts and in
          all loops together. They are taken off RV(quota.free).
      type: int
      returned: in check mode, if there are any
      sample: 1
      version_added: 0.3.0
# fragment: tests/tools/returns/failure.yml
code:
  description: Error code that the service returned.
  type: str
  returned: on failure, if the service returned one
  sample: Forbidden.RAM
request_id:
  description: ID that the service gave to the failed request.
  type: str
  returned: on failure, if the service returned one
  sample: 3B1F0C5E-0000-4000-8000-000000000001
http_status:
  description: HTTP status code of the failed request.
  type: int
  returned: on failure, if there was a response
  sample: 403
action:
  description: API operation that failed, such as C(ListUserCertificateOrder) or C(AddDomainRecord).
  type: str
  returned: on failure of an API call
# end of fragment
# fragment: tests/tools/returns/failure_change.yml
outcome:
  description:
    - V(unknown) if a call may or may not have been carried out.
    - The task can be run again safely. It reads the current state before it changes anything.
  type: str
  returned: on failure, if the outcome of a call is unknown
  sample: unknown
# end of fragment
# fragment: tests/tools/returns/failure_order.yml
order_id:
  description: ID of the order that the failure is about.
  type: str
  returned: on failure, if it is about one order
  sample: "98987582437920968"
key_mismatch:
  description: V(true) if the issued certificate does not match the key of the CSR.
  type: bool
  returned: on failure, if the keys do not match
  sample: true
  version_added: 0.3.0
# end of fragment
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import argspec
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS

OPTIONS = {
    "renew_before": {"type": "str", "default": "33%"},
    "strategy": {"type": "str", "choices": ["auto", "renew", "reorder"], "default": "auto"},
    "force": {"type": "bool", "default": False},
    "allow_first_order": {"type": "bool", "default": False},
}


def main() -> None:
    options = {**argspec.OPTIONS, **OPTIONS}
    _task.change(CAS, options, read_renewal, ensure_renewal, argspec.RULES)


if __name__ == "__main__":
    main()
