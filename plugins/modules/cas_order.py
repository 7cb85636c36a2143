#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_order
short_description: Apply for a certificate, or withdraw, delete or revoke an order
description:
  - Ensures that a certificate order of Alibaba Cloud Certificate Management Service (CAS) exists, or that it does
    not.
  - A new order takes a certificate of the quota of a resource plan. The module first looks for an order with the same
    domain names and the same product, and applies only if there is none that can be used. An application is never
    sent twice, even if its response is lost.
  - A certificate is revoked only with O(state=revoked).
  - The order is selected by O(order_id), by O(domains), or by the names in a CSR. Domain names are needed to apply;
    with O(order_id), they are taken from that order while it is in the account.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  state:
    description:
      - "V(present): an order for the domain names and the product is in progress or issued. A failed order is deleted
        and replaced by a new one. If a CSR is given, the issued certificate must match its key; see
        O(on_key_mismatch)."
      - "V(cancelled): an application in progress is withdrawn. The order remains, and still counts against the quota.
        It is an error if the order is issued."
      - "V(absent): an order in progress is withdrawn and deleted, and a failed order is deleted. The quota is
        returned. It is an error if the order is issued."
      - "V(revoked): the certificate is revoked permanently. The quota is returned if this happens within 28 to 30
        calendar days of its issue; documents of the service name both numbers. It is an error if the order is in
        progress or failed."
      - An order that is expired, revoked or inactive is treated like no order.
    type: str
    choices: [present, cancelled, absent, revoked]
    default: present
  order_id:
    description:
      - ID of the order. Write it in quotes, because it does not fit into a floating point number.
      - Without it, an order with the same set of domain names and the same product is selected (see O(domains)). An
        order in progress takes precedence over an issued one, and an issued one over a failed one. It is an error if
        more than one such order is in progress.
      - With O(state=present), an order that is expired, revoked, inactive or does not exist any more is skipped, and
        an order is selected by domain names and product. If the order can be used, one call is enough. Whether its
        certificate was revoked is then known only if the service says so when it describes the order.
      - If O(domains) or a CSR are given too, their names must be those of the order.
  on_key_mismatch:
    description:
      - What to do if the issued certificate does not match the key of the CSR.
      - V(fail) ends the task with an error.
      - V(reorder) applies for a new certificate. The old one remains valid.
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
    description: Renew a certificate order before it expires.
  - module: certops.alicloud.cas_order_info
    description: List certificate orders, describe one, or wait for them.
  - module: certops.alicloud.cas_package_info
    description: Read the quota of resource plans.
  - module: certops.alicloud.alidns_record
    description: Publish a validation record in Alibaba Cloud DNS.
  - module: community.crypto.openssl_csr_pipe
    description: Create the CSR.
"""

EXAMPLES = r"""
- name: Create a private key
  community.crypto.openssl_privatekey:
    path: /etc/ssl/private/www.example.com.key

- name: Create a CSR
  community.crypto.openssl_csr:
    path: /etc/ssl/www.example.com.csr
    privatekey_path: /etc/ssl/private/www.example.com.key
    common_name: www.example.com

- name: Apply for a certificate
  certops.alicloud.cas_order:
    csr_path: /etc/ssl/www.example.com.csr
  register: application

- name: Publish the validation record
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
  loop: "{{ application.order.validation }}"

- name: Wait for the certificate
  certops.alicloud.cas_order:
    order_id: "{{ application.order.order_id }}"
    csr_path: /etc/ssl/www.example.com.csr
    wait_for: issued
  register: issued

- name: Write the certificate and its chain
  ansible.builtin.copy:
    content: "{{ issued.order.certificate.fullchain }}"
    dest: /etc/ssl/www.example.com.pem
    mode: "0644"

- name: Predict whether an order would be created (nothing is ordered)
  certops.alicloud.cas_order:
    domains: [new.example.com]
  check_mode: true
  register: prediction

- name: Report the predicted calls and their reasons
  ansible.builtin.debug:
    var: prediction.plan

- name: Withdraw and delete an application that is not needed any more
  certops.alicloud.cas_order:
    domains: [old.example.com]
    state: absent

- name: Revoke a certificate whose private key was compromised
  certops.alicloud.cas_order:
    order_id: "98987582437920968"
    state: revoked
"""

RETURN = r"""
order:
  description:
    - The order at the end of the task, in check mode as it is expected to be; null if there is none.
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
      sample: CreateCertificateForPackageRequest
    order_id:
      description: ID of the order that the step acts on; null for a new order.
      type: str
      returned: always
      sample: null
    reason:
      description: Why the step is needed.
      type: str
      returned: always
      sample: no live order for www.example.com with digicert-free-1-free
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
refund:
  description:
    - Whether the revocation should return the quota, counted with 30 calendar days. Documents of the service say 28
      days in one place and 30 in another.
    - V(false) if nothing is revoked.
  type: bool
  returned: success with O(state=revoked)
  sample: true
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
