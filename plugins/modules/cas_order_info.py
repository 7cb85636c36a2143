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
  - Listing takes one call for 50 orders. An order is described, which takes another call, only if something is
    requested that the list does not tell.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  order_id:
    description:
      - Return only the order with this ID. Write it in quotes. If the order does not exist, RV(orders) is empty.
      - Mutually exclusive with O(order_ids).
    type: str
  order_ids:
    description:
      - Return only the orders with these IDs, in this sequence and without duplicates. Write the IDs in quotes. The
        other filters apply too.
      - The orders are looked up in the list, which takes one call for 50 orders of the account. Pages after the last
        of them are not read. Only an order that the list does not show is described; lists can lag behind by some
        seconds.
      - Without O(wait_for=issued), and in check mode, orders that do not exist are left out of RV(orders).
      - Mutually exclusive with O(order_id). Cannot be used with O(keyword), with O(include_private_key), or with an
        O(order_type) of certificates.
    type: list
    elements: str
    version_added: 0.3.0
  domains:
    description:
      - Return only orders with exactly these domain names. Names that a CA adds at no charge do not count. These are
        C(www.) before one of the names, and one of the names without its C(www.) or C(*.).
      - With O(order_id) and O(wait_for=issued), the order is assumed to have these names. It is then not looked up in
        the list, unless the service does not tell its status otherwise. The task fails if the certificate does not
        cover the names. Use this for an order that was created a moment ago, because it may be the list alone that
        distinguishes a revoked order from an issued one.
    type: list
    elements: str
  keyword:
    description:
      - Return only orders for which the service finds this text in the domain names or the instance ID.
    type: str
  status:
    description:
      - Return only orders with one of these statuses. See RV(orders[].status) for their meanings.
      - The list does not distinguish V(pending_validation) from V(reviewing). If one of them is given, orders in
        progress are described.
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
      - Return only orders of this product.
    type: str
  expires_within:
    description:
      - Return only orders whose certificate is valid and expires within this number of days (V(30d)) or hours
        (V(720h)).
    type: str
  order_type:
    description:
      - "Which list to read: V(package) for orders from resource plans, V(purchase) for purchased orders,
        V(certificate) for issued and uploaded certificates, V(uploaded) for uploaded certificates only."
      - Entries of the last two have no order ID.
    type: str
    choices: [package, purchase, uploaded, certificate]
    default: package
  include_validation:
    description:
      - Return the DNS records or files to publish for orders in progress. Takes one call for each of them.
    type: bool
    default: false
  include_certificate:
    description:
      - Return the certificates of issued orders. Takes one call for each of them.
    type: bool
    default: false
  include_private_key:
    description:
      - Return the private key that the service created for an order without a CSR, in RV(private_key). Requires
        O(order_id).
      - Set C(no_log) on the task.
    type: bool
    default: false
  wait_for:
    description:
      - V(issued) waits for the certificate of the order in O(order_id), or for the certificates of all orders in
        O(order_ids). Nothing is ordered, whatever happens to an order. The task fails if an order can no longer be
        issued, because it failed, was deleted or was revoked.
      - Many orders are checked by reading the list. Each of them is waited for until it is issued or can no longer be
        issued. If some are not issued by then, or when O(wait_timeout) has passed, the task fails and names them. The
        failed result contains all of them in RV(orders). An ID that does not exist is an error.
      - Of many orders, a few are described at each check, to distinguish V(pending_validation) from V(reviewing) and
        to find out what to publish. With a large number of orders, this information can be half an hour old. Whether
        an order is issued or failed is as current as the list. Certificates are returned with
        O(include_certificate=true).
      - If the module runs on the controller itself, the task shows the progress of the wait. The task can be
        interrupted. The orders stay as they are, and the same task resumes waiting for them.
      - In check mode, the task does not wait.
    type: str
    choices: [none, issued]
    default: none
    version_added: 0.3.0
  wait_timeout:
    description:
      - Number of seconds after which the task stops waiting and fails. The orders stay as they are.
    type: int
    default: 4500
    version_added: 0.3.0
  poll_interval:
    description:
      - Number of seconds between the first two checks. The interval grows to 60 seconds.
    type: float
    default: 5.0
    version_added: 0.3.0
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.info
seealso:
  - module: certops.alicloud.cas_order
    description: Apply for a certificate, or withdraw, delete or revoke an order.
  - module: certops.alicloud.cas_order_renew
    description: Renew a certificate order before it expires.
  - module: certops.alicloud.cas_package_info
    description: Read the quota of resource plans.
"""

EXAMPLES = r"""
- name: List the certificates that expire within 30 days
  certops.alicloud.cas_order_info:
    status: [issued, expiring]
    expires_within: 30d
  register: expiring

- name: Report their domain names
  ansible.builtin.debug:
    msg: "{{ expiring.orders | map(attribute='domains') | flatten }}"

- name: Apply for two certificates
  certops.alicloud.cas_order:
    domains: ["{{ item }}"]
  loop: [www.example.com, mail.example.com]
  register: applications

- name: List the orders in progress with what to publish for them
  certops.alicloud.cas_order_info:
    status: [pending_validation]
    include_validation: true
  register: pending

- name: Publish the validation records
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
  loop: "{{ pending.orders | map(attribute='validation') | flatten }}"

- name: Wait until both certificates are issued
  certops.alicloud.cas_order_info:
    order_ids: "{{ applications.results | map(attribute='order.order_id') }}"
    wait_for: issued
  register: issued

- name: Fetch a certificate and the private key that the service created for it
  certops.alicloud.cas_order_info:
    order_id: "{{ issued.orders[0].order_id }}"
    include_certificate: true
    include_private_key: true
  register: pair
  no_log: true

- name: List all orders of the account once
  certops.alicloud.cas_order_info:
  register: account

- name: Apply without listing the orders again
  certops.alicloud.cas_order:
    domains: [ftp.example.com]
    known_orders: "{{ account.known_orders }}"
"""

RETURN = r"""
orders:
  description:
    - The orders that pass all filters. They never contain a private key.
    - On failure, all orders of O(order_ids) as they were last seen, regardless of the filters. The status of an order
      that was never seen is V(unknown).
  type: list
  elements: dict
  returned: success, and on failure if the task was waiting for O(order_ids)
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
total:
  description: Number of orders in RV(orders).
  type: int
  returned: success
  sample: 12
known_orders:
  description:
    - A short list of all orders of the account, for the option O(certops.alicloud.cas_order#module:known_orders) of
      tasks that order.
  type: dict
  returned: success, if all orders were requested, without filters
  version_added: 0.3.0
  contains:
    account:
      description: A hash of the endpoint and the access key ID.
      type: str
      returned: always
      sample: 0c5d3b1ea1f0b6d2
    at:
      description: Time at which the orders were listed, in UTC.
      type: str
      returned: always
      sample: "2026-11-22T12:00:00Z"
    clock_offset:
      description: How many seconds the clock of the service is ahead of that of this machine; null if it is unknown.
      type: int
      returned: always
      sample: 0
    orders:
      description:
        - One line of text for each order, with only what such a task needs. Its form can change.
        - The domain names come last, separated by commas; so the lines of one domain can be selected by a search.
      type: list
      elements: raw
      returned: always
      sample:
        - "98987582437920968|issued|ISSUED|digicert-free-1-free|cas-ivauto-abc123|14700001|\
          1795305600000|1795305600000|1803081600000|www.example.com"
private_key:
  description: The private key that the service created, in PEM format; null if it did not create one.
  type: str
  returned: success with O(include_private_key=true)
  sample: "-----BEGIN PRIVATE KEY-----..."
order:
  description: The order that the task was waiting for, as it was last seen, with the fields of RV(orders[]).
  type: dict
  returned: on failure, if the task was waiting for O(order_id)
  version_added: 0.3.0
order_id:
  description: ID of the order that the failure is about.
  type: str
  returned: on failure, if it is about one order
  sample: "98987582437920968"
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
