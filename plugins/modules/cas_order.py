#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_order
short_description: Apply for a certificate, or withdraw, delete or revoke an order
description:
  - Makes sure that a certificate order of Alibaba Cloud Certificate Management Service (CAS) exists, or that it does
    not.
  - An order costs a unit of a resource plan. The module looks for one with the same names and the same product first,
    and applies only when there is none that serves. An application is never sent twice, whatever happens to its
    response.
  - Nothing but O(state=revoked) ever revokes a certificate.
  - One of O(domains), a CSR and O(order_id) says which order is meant. To apply, names are needed; an O(order_id) gives
    them too while its order is in the account.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  state:
    description:
      - "V(present): an order for the names and the product is under way or issued. A refused one is deleted and made
        anew. With a CSR, an issued certificate must carry its key; see O(on_key_mismatch)."
      - "V(cancelled): no application is under way. The order stays, and so does its unit of the quota."
      - "V(absent): the order is withdrawn and deleted, and its unit comes back. An issued order is an error."
      - "V(revoked): the certificate is revoked for good. The unit comes back within 30 calendar days of its issue."
    type: str
    choices: [present, cancelled, absent, revoked]
    default: present
  order_id:
    description:
      - Number of the order. Write it in quotes, because it does not fit a floating point number.
      - Without it, the order with the same set of names and the same product is meant; one that is under way comes
        before one that is issued, and that before a refused one. Two that are under way are an error.
      - With O(state=present), an order that is over or does not exist any more is passed over, and names and product
        decide. An order that serves takes one call; whether its certificate was revoked is then known only if the
        service says so when it describes the order.
      - If O(domains) or a CSR are given too, their names must be those of the order.
  on_key_mismatch:
    description:
      - What to do when the issued certificate does not carry the key of the CSR.
      - V(fail) ends the task with an error.
      - V(reorder) applies for a new certificate; the old one stays good.
    type: str
    choices: [fail, reorder]
    default: fail
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.application
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.change
seealso:
  - module: certops.alicloud.cas_order_renew
  - module: certops.alicloud.cas_order_info
  - module: certops.alicloud.cas_package_info
  - module: community.crypto.openssl_csr_pipe
"""

EXAMPLES = r"""
- name: Apply for a certificate and learn which record to publish
  certops.alicloud.cas_order:
    csr_path: /etc/ssl/www.example.com.csr
  register: application

- name: Publish the record, with a module of your DNS provider
  ansible.builtin.debug:
    msg: "{{ item.record_type }} {{ item.record_name }} {{ item.record_value }}"
  loop: "{{ application.order.validation }}"

- name: Wait for the certificate
  certops.alicloud.cas_order:
    order_id: "{{ application.order.order_id }}"
    csr_path: /etc/ssl/www.example.com.csr
    wait_for: issued
  register: issued

- name: Write certificate and chain
  ansible.builtin.copy:
    content: "{{ issued.order.certificate.fullchain }}"
    dest: /etc/ssl/www.example.com.pem
    mode: "0644"

- name: Withdraw an application that is not wanted any more, and get its unit back
  certops.alicloud.cas_order:
    domains: [old.example.com]
    state: absent

- name: Revoke a certificate whose key was lost
  certops.alicloud.cas_order:
    order_id: "98987582437920968"
    state: revoked
"""

RETURN = r"""
order:
  description:
    - The order at the end of the task, in check mode as it is expected to be; null when there is none.
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
refund:
  description: Whether this task brings the unit back, by the rule of 30 calendar days; false when it revokes nothing.
  type: bool
  returned: with O(state=revoked)
  sample: true
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
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS

OPTIONS = {
    "state": {"type": "str", "choices": ["present", "cancelled", "absent", "revoked"], "default": "present"},
    "on_key_mismatch": {"type": "str", "choices": ["fail", "reorder"], "default": "fail"},
}


def main() -> None:
    options = {**argspec.OPTIONS, **OPTIONS}
    _task.change(CAS, options, read_order, ensure_order, argspec.RULES)


if __name__ == "__main__":
    main()
