#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_order_info
short_description: List certificate orders, describe one, or wait for them
description:
  - Lists the certificate orders of an account, all pages of them, or describes one order.
  - Listing takes one call for 50 orders. An order is described, which is another call, only when something is asked
    for that the list does not tell.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  order_id:
    description:
      - Describe this order only. Write the number in quotes. An order that does not exist is an empty RV(orders).
      - Mutually exclusive with O(order_ids).
    type: str
  order_ids:
    description:
      - Only these orders, in this order, each once. Write the numbers in quotes. The other filters count for them too.
      - They are found in the list, which takes one call for 50 orders of the account, and pages after the last of them
        are not read. Only an order that the list does not show is described; lists lag behind for some seconds.
      - Without O(wait_for=issued), and in check mode, orders that do not exist are left out of RV(orders).
      - Mutually exclusive with O(order_id). Does not go with O(keyword), with O(include_private_key), or with an
        O(order_type) of certificates.
    type: list
    elements: str
    version_added: 0.2.0
  domains:
    description:
      - Only orders with exactly this set of names.
      - With O(order_id) and O(wait_for=issued), the order is taken to have these names, and the list is not read for
        it unless the service does not tell its status otherwise. Its certificate has to cover them; otherwise the task
        fails. It is for an order that was made a moment ago, because it may be the list alone that tells a revoked
        order from an issued one.
    type: list
    elements: str
  keyword:
    description:
      - Only orders in whose names or instance the service finds this text.
    type: str
  status:
    description:
      - Only orders with one of these statuses.
      - The list does not tell V(pending_validation) from V(reviewing); with one of them here, orders under way are
        described.
    type: list
    elements: str
    choices:
      - pending_application
      - pending_validation
      - reviewing
      - failed
      - issued
      - expiring
      - expired
      - revoked
      - inactive
      - unknown
  product_code:
    description:
      - Only orders of this product.
    type: str
  expires_within:
    description:
      - Only orders whose certificate is still good and ends within this time, in days (V(30d)) or hours (V(720h)).
    type: str
  order_type:
    description:
      - "Which list: V(package) has orders from resource plans, V(purchase) bought ones, V(certificate) issued and
        uploaded certificates, V(uploaded) only those."
      - Entries of the last two have no order number.
    type: str
    choices: [package, purchase, uploaded, certificate]
    default: package
  include_validation:
    description:
      - Say for orders under way what is to be published. Takes a call for each of them.
    type: bool
    default: false
  include_certificate:
    description:
      - Return the certificates of issued orders. Takes a call for each of them.
    type: bool
    default: false
  include_private_key:
    description:
      - Return the private key that the service made for an order without a CSR of its own, in RV(private_key). Needs
        O(order_id).
      - Use C(no_log) on the task.
    type: bool
    default: false
  wait_for:
    description:
      - V(issued) waits for the certificate of the order in O(order_id), or for those of all orders in O(order_ids).
        Whatever becomes of an order, nothing is ordered. An order that is refused or withdrawn ends the task with an
        error.
      - Many orders are looked at by reading the list, and each is waited for until it is issued or cannot be any more.
        If some are not issued then, or when O(wait_timeout) is over, the task fails and names them, and the failed
        result has all of them in RV(orders). A number that does not exist is an error.
      - Of many orders, a few are described at each look, to tell V(pending_validation) from V(reviewing) and what is to
        be published; in a large fleet this can be half an hour old. What is issued or refused is as new as the list.
        Certificates are returned with O(include_certificate=true).
      - Where the module runs on the controller itself, the task shows how the wait goes on. It can be interrupted; the
        orders stay as they are, and the same task goes on with them.
      - In check mode nothing is waited for.
    type: str
    choices: [none, issued]
    default: none
    version_added: 0.2.0
  wait_timeout:
    description:
      - Seconds after which the task gives up waiting. The orders stay as they are.
    type: int
    default: 4500
    version_added: 0.2.0
  poll_interval:
    description:
      - Seconds between the first two looks. Pauses grow to 60 seconds.
    type: float
    default: 5.0
    version_added: 0.2.0
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.info
seealso:
  - module: certops.alicloud.cas_order
  - module: certops.alicloud.cas_package_info
"""

EXAMPLES = r"""
- name: What is due within 30 days?
  certops.alicloud.cas_order_info:
    status: [issued, expiring]
    expires_within: 30d
  register: due

- name: Name it
  ansible.builtin.debug:
    msg: "{{ due.orders | map(attribute='domains') | flatten }}"

- name: Which records are still to be published?
  certops.alicloud.cas_order_info:
    status: [pending_validation]
    include_validation: true
  register: open

- name: Wait for the certificate of an order
  certops.alicloud.cas_order_info:
    order_id: "98987582437920968"
    wait_for: issued
  register: issued

- name: Wait for many orders at once
  certops.alicloud.cas_order_info:
    order_ids: "{{ applied.results | map(attribute='order.order_id') }}"
    wait_for: issued
  register: fleet

- name: Fetch a key that the service made
  certops.alicloud.cas_order_info:
    order_id: "98987582437920968"
    include_certificate: true
    include_private_key: true
  register: pair
  no_log: true
"""

RETURN = r"""
orders:
  description:
    - The orders that pass all filters. They never contain a private key.
    - In a failed result, all orders of O(order_ids) as they were seen last, whatever the filters; one that was never
      seen has the status V(unknown).
  type: list
  elements: dict
  returned: success, and when a wait for O(order_ids) failed
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
total:
  description: How many there are.
  type: int
  returned: success
  sample: 12
known_orders:
  description:
    - The orders in short, for the option O(certops.alicloud.cas_order#module:known_orders) of tasks that order.
  type: dict
  returned: success, when all orders were asked for, without filters
  contains:
    account:
      description: Stands for the endpoint and the access key, without telling them.
      type: str
      returned: always
      sample: 0c5d3b1ea1f0b6d2
    at:
      description: Time of the list.
      type: str
      returned: always
      sample: "2026-11-22T12:00:00Z"
    orders:
      description: The orders, each with only the fields that such a task needs.
      type: list
      elements: dict
      returned: always
private_key:
  description: The private key that the service made, in PEM; null when it made none.
  type: str
  returned: with O(include_private_key=true)
  sample: "-----BEGIN PRIVATE KEY-----..."
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
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status

OPTIONS = {
    "order_id": {"type": "str"},
    "order_ids": {"type": "list", "elements": "str"},
    "domains": {"type": "list", "elements": "str"},
    "keyword": {"type": "str", "no_log": False},
    "status": {
        "type": "list",
        "elements": "str",
        "choices": [status.value for status in Status if status is not Status.DECIDED_LATER],
    },
    "product_code": {"type": "str"},
    "expires_within": {"type": "str"},
    "order_type": {
        "type": "str",
        "choices": ["package", "purchase", "uploaded", "certificate"],
        "default": "package",
    },
    "include_validation": {"type": "bool", "default": False},
    "include_certificate": {"type": "bool", "default": False},
    "include_private_key": {"type": "bool", "default": False},
    "wait_for": {"type": "str", "choices": ["none", "issued"], "default": "none"},
    "wait_timeout": {"type": "int", "default": 4500},
    "poll_interval": {"type": "float", "default": 5.0},
}


def main() -> None:
    _task.ask(CAS, OPTIONS, info.order_info)


if __name__ == "__main__":
    main()
