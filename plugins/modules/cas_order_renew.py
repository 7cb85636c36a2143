#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_order_renew
short_description: Give a certificate whose end is near its successor
description:
  - Looks at the certificate with the latest end among the orders with the same names and the same product, and orders
    its successor when it is due.
  - A successor that is under way already, or issued with a later end, is found and returned, whoever ordered it. So
    running the task twice renews once.
  - A CSR is for the successor, usually with a new key. O(validation_method), O(contact) and O(company_name) count
    where a fresh order is made; the service takes over the old ones when it makes the new order out of the old.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  order_id:
    description:
      - Number of the order to renew, in quotes; its names and its product are those of the successor. Without it,
        O(domains) and O(product_code) decide.
  renew_before:
    description:
      - "When the certificate is due: days before its end (V(30d)), hours (V(720h)), or a share of its lifetime
        (V(33%))."
      - A window that is not shorter than the lifetime is an error, because every run would renew.
    type: str
    default: 33%
  strategy:
    description:
      - "V(renew): the service makes the new order out of the old one. Possible only while the old one is C(expiring),
        and not for free products. The new order may wait for somebody to submit it in the console; the task then
        fails with its number and says so, and the next run goes on with it."
      - "V(reorder): a fresh order for the same names."
      - "V(auto): V(renew) while the order is C(expiring) and its product is not a free one (C(*-free-*)), else
        V(reorder)."
    type: str
    choices: [auto, renew, reorder]
    default: auto
  force:
    description:
      - Renew whatever the date says. With O(order_id) this holds for that order only, so a successor that is there
        already is not renewed in its turn.
    type: bool
    default: false
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
      - With O(force=true) and without O(order_id), every run after the successor is issued orders another one.
seealso:
  - module: certops.alicloud.cas_order
  - module: certops.alicloud.cas_order_info
"""

EXAMPLES = r"""
- name: Would it be renewed, and why? (nothing is ordered)
  certops.alicloud.cas_order_renew:
    domains: [www.example.com]
  check_mode: true
  register: forecast

- name: Say it
  ansible.builtin.debug:
    msg: "{{ forecast.reason }}"

- name: Renew with a new key in the last 30 days
  certops.alicloud.cas_order_renew:
    csr_path: /etc/ssl/new/www.example.com.csr
    renew_before: 30d
    wait_for: issued
  register: renewal
"""

RETURN = r"""
due:
  description: Whether the certificate is due, by the date or by O(force), or because its successor is under way.
  type: bool
  returned: success
  sample: true
reason:
  description: Why it is due, or why it is not.
  type: str
  returned: success
  sample: 12 of 90 days left, window opens at 29.7
strategy:
  description: How the successor is ordered, or would be.
  type: str
  returned: success
  sample: reorder
previous_order_id:
  description: Order that is followed by RV(order); null when there is none, and when nothing is due.
  type: str
  returned: success
  sample: "98987582437920968"
order:
  description:
    - The successor, in check mode as it is expected to be; when nothing is due, the order whose certificate is good.
    - The private key that the service made is never in it.
  type: dict
  returned: always
  contains:
    order_id:
      description: Number of the order, always as text. V((known after apply\)) in a prediction.
      type: str
      returned: always
      sample: "98987582437920968"
    instance_id:
      description: Instance of the resource plan; null when the service did not say.
      type: str
      returned: always
      sample: cas-ivauto-abc123
    certificate_id:
      description: Number of the certificate; null before it is issued.
      type: str
      returned: always
      sample: "14700001"
    status:
      description:
        - "One of V(pending_application), V(pending_validation), V(reviewing), V(failed), V(issued), V(expiring),
          V(expired), V(revoked), V(inactive), V(unknown)."
      type: str
      returned: always
      sample: pending_validation
    service_status:
      description: The service's own word for the status.
      type: str
      returned: always
      sample: domain_verify
    domains:
      description: Names of the order, lower case, in punycode.
      type: list
      elements: str
      returned: always
      sample: [www.example.com]
    product_code:
      description: Product of the order; null when the service did not say, as for an order that was picked by number.
      type: str
      returned: always
      sample: digicert-free-1-free
    validation_method:
      description: V(dns), V(file) or null.
      type: str
      returned: always
      sample: dns
    validation:
      description: What to publish; empty when there is nothing to prove, and while the service has not said it yet.
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
          description: Name that is proven; null when the service's response does not tell which of several it is.
          type: str
          returned: always
          sample: www.example.com
        record_name:
          description: Full name of the record; null when the service's response does not tell it.
          type: str
          returned: with method V(dns)
          sample: _dnsauth.www.example.com
        record_type:
          description: Type of the record.
          type: str
          returned: with method V(dns)
          sample: TXT
        record_value:
          description: Value of the record.
          type: str
          returned: with method V(dns)
          sample: 20261122000000abcdef
        raw_record_name:
          description: Name of the record as the service gave it.
          type: str
          returned: with method V(dns)
          sample: _dnsauth
        path:
          description: Path of the file on the web server.
          type: str
          returned: with method V(file)
          sample: /.well-known/pki-validation/fileauth.txt
        content:
          description: Content of the file, to be served byte for byte and without redirects.
          type: str
          returned: with method V(file)
          sample: 20261122000000abcdef
        url:
          description: Where the file will be looked for.
          type: str
          returned: with method V(file)
          sample: http://www.example.com/.well-known/pki-validation/fileauth.txt
    certificate:
      description: The certificate; null before it is issued and where it was not asked for.
      type: dict
      returned: always
      contains:
        fullchain:
          description: Leaf and chain in PEM, leaf first, ordered, every block once.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        leaf:
          description: The certificate itself in PEM.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        chain:
          description: What follows the leaf, in PEM.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        serial_number:
          description: Serial number in hexadecimal.
          type: str
          returned: always
          sample: "4f:2a:90:01"
        sha256_fingerprint:
          description: SHA-256 of the certificate.
          type: str
          returned: always
          sample: "74:A7:6F:9C:2F:ED:61:0C:33:A0:51:4E:0A:61:E7:28:EB:8A:C3:73:78:D8:11:46:DA:1D:48:0F:87:FE:88:24"
        public_key_sha256:
          description: SHA-256 of the public key (DER of SubjectPublicKeyInfo) in hexadecimal.
          type: str
          returned: always
          sample: b242c6ff31d7204be69f2ed721aca5bfb306a875ede567525e22c51df8c9049e
        domains:
          description: Names in the certificate. They can be more than were asked for.
          type: list
          elements: str
          returned: always
          sample: [www.example.com, example.com]
        issuer:
          description: Who signed it.
          type: str
          returned: always
          sample: CN=Encryption Everywhere DV TLS CA - G2,O=DigiCert Inc,C=US
        not_before:
          description: First moment it is good for, UTC.
          type: str
          returned: always
          sample: "2026-11-22T00:00:00Z"
        not_after:
          description: Last moment it is good for, UTC.
          type: str
          returned: always
          sample: "2027-02-20T00:00:00Z"
        days_left:
          description: Whole days until its end, by the clock of the machine where the module runs.
          type: int
          returned: always
          sample: 90
plan:
  description: The calls that were made, or in check mode would be made. The task is changed exactly when there are
    any.
  type: list
  elements: dict
  returned: always
  contains:
    action:
      description: Operation of the API.
      type: str
      returned: always
      sample: CreateCertificateForPackageRequest
    order_id:
      description: Order it acts on; null for a new one.
      type: str
      returned: always
      sample: null
    reason:
      description: Why.
      type: str
      returned: always
      sample: no live order for www.example.com with digicert-free-1-free
quota:
  description: Units of the product before the order was made.
  type: dict
  returned: when an order is made and the quota could be read
  contains:
    product_code:
      description: The product.
      type: str
      returned: always
      sample: digicert-free-1-free
    total:
      description: Units that were bought.
      type: int
      returned: always
      sample: 20
    used:
      description: Units that applications hold.
      type: int
      returned: always
      sample: 3
    free:
      description: Units that an application can still take.
      type: int
      returned: always
      sample: 17
code:
  description: The service's error code.
  type: str
  returned: on failure, when the service gave one
  sample: NotRemainCount
request_id:
  description: The service's number of the request that failed.
  type: str
  returned: on failure, when the service gave one
  sample: 3B1F0C5E-0000-4000-8000-000000000001
http_status:
  description: HTTP status of the response that failed.
  type: int
  returned: on failure, when there was a response
  sample: 404
action:
  description: Operation that failed.
  type: str
  returned: on failure of a call
  sample: CreateCertificateForPackageRequest
key_mismatch:
  description: Whether the issued certificate carries another key than the CSR.
  type: bool
  returned: on failure, when it does
  sample: true
outcome:
  description:
    - V(unknown) when a call may or may not have been carried out. Running the task again is safe.
  type: str
  returned: on failure, when nobody can tell
  sample: unknown
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
}


def main() -> None:
    options = {**argspec.OPTIONS, **OPTIONS}
    _task.change(CAS, options, read_renewal, ensure_renewal, argspec.RULES)


if __name__ == "__main__":
    main()
