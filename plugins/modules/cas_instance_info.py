#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_instance_info
short_description: List certificate instances, or describe one
description:
  - Reads the certificate instances of an Alibaba Cloud account (Certificate Management Service, CAS), which are
    subscriptions in which certificates follow one another. It changes nothing.
  - All pages of the list are read.
  - Only instances at the endpoint of O(region) are shown. Orders of resource plans, the first generation of the
    service, are listed by M(certops.alicloud.cas_order_info).
version_added: 0.3.0
author:
  - Certops contributors (@certops)
options:
  instance_id:
    description:
      - ID of the instance to describe. Without it, instances are listed.
    type: str
  domains:
    description:
      - Only instances whose application or certificate is for just these names. Names that a CA adds at no charge do
        not count.
    type: list
    elements: str
  status:
    description:
      - Only instances with one of these values of RV(instances[].status).
    type: list
    elements: str
    choices: [pending_validation, failed, inactive, issued, expiring, expired, revoked, unknown]
  certificate_status:
    description:
      - Only instances with one of these values of RV(instances[].certificate_status).
    type: list
    elements: str
    choices: [issued, expiring, expired, revoked, unknown]
  instance_type:
    description:
      - Only paid instances (V(buy)), or free and test ones (V(test)).
    type: str
    choices: [buy, test]
  brand:
    description:
      - Only instances of this brand. Upper and lower case, spaces and hyphens do not matter.
    type: str
  certificate_type:
    description:
      - Only instances whose certificates are of this type.
    type: str
    choices: [DV, OV, EV]
  expires_within:
    description:
      - Only instances whose newest certificate is valid and expires within this time, for example V(30d) or V(720h).
    type: str
  unused:
    description:
      - V(true) for instances that never had a certificate or an application, and for which no names were filled in;
        V(false) for all others.
    type: bool
  include_validation:
    description:
      - Whether to read what is to be published for the validation. One more call for each instance with an application
        in progress, unless O(instance_id) is given.
    type: bool
    default: false
  include_certificate:
    description:
      - Whether to read the newest certificate of each instance. One more call for each that was not read before.
    type: bool
    default: false
  summary:
    description:
      - Whether to return RV(summary), which takes one more call.
    type: bool
    default: false
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.info
seealso:
  - ref: ansible_collections.certops.alicloud.docsite.guide_instances
    description: Which generation an account has, subscriptions, hosting, free test instances, and how to move.
  - module: certops.alicloud.cas_instance
    description: Apply for certificates of an instance.
  - module: certops.alicloud.cas_order_info
    description: List the orders of resource plans.
"""

EXAMPLES = r"""
- name: List the unused instances
  certops.alicloud.cas_instance_info:
    unused: true
  register: stock

- name: List the certificates that expire within 30 days
  certops.alicloud.cas_instance_info:
    expires_within: 30d
  register: soon

- name: Report them
  ansible.builtin.debug:
    msg: "{{ item.domains | join(', ') }}: {{ item.days_left }} days left"
  loop: "{{ soon.instances }}"
  loop_control:
    label: "{{ item.instance_id }}"

- name: Read the newest certificate of an instance
  certops.alicloud.cas_instance_info:
    instance_id: cas-cn-0f950cacd7
    include_certificate: true
  register: found

- name: Read how many certificates and automatic reissues are left
  certops.alicloud.cas_instance_info:
    unused: true
    summary: true
  register: counts
"""

RETURN = r"""
instances:
  description: The instances that pass all filters; empty if there is none.
  type: list
  elements: dict
  returned: success
  contains:
    # fragment: tests/tools/returns/instance.yml
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
      sample: cas-cn-0f950cacd7
    instance_type:
      description: V(buy) for a paid instance, V(test) for a free or test one; null if the service did not return it.
      type: str
      returned: always
      sample: buy
    brand:
      description: Brand of the certificates, as the service spells it.
      type: str
      returned: always
      sample: GeoTrust
    spec:
      description: "Specification as the service spells it: brand, grade and kind, with C(m) for more than one name."
      type: str
      returned: always
      sample: geo.dv.f
    certificate_type:
      description: V(DV), V(OV) or V(EV).
      type: str
      returned: always
      sample: DV
    single_names:
      description: How many single names a certificate of the instance can have.
      type: int
      returned: always
      sample: 1
    wildcard_names:
      description: How many wildcards a certificate of the instance can have.
      type: int
      returned: always
      sample: 0
    status:
      description:
        - The status of the application while one is in progress, otherwise that of the newest certificate, in the words
          that orders have.
        - "V(pending_validation): an application is in progress. An earlier certificate is still valid meanwhile; see
          RV(ignore:certificate_status)."
        - "V(failed): the CA refused the application, and the instance has no certificate."
        - "V(issued): the newest certificate is valid."
        - "V(expiring): the newest certificate expires soon; the service decides when that begins."
        - "V(expired): the newest certificate has expired."
        - "V(revoked): the newest certificate was revoked."
        - "V(inactive): the instance never had a certificate, and no application is in progress; it is unused, or an
          application was withdrawn."
        - "V(unknown): the service returned no status, or one that the collection does not know."
        - V((known after apply\)) in check mode, if an application would be sent and not waited for.
      type: str
      returned: always
      sample: issued
    service_status:
      description: Status of the instance as the service spells it; null if the service did not return one.
      type: str
      returned: always
      sample: normal
    subscription_status:
      description:
        - How far the subscription is, in which certificates follow one another. It is not the status of a certificate.
        - "V(active): it is running; V(expiring): it ends soon, in the words of the service; V(expired): it is over;
          V(refunded): it was returned; V(closed): the service has shut it down; V(unknown): the service returned a word
          that the collection does not know."
        - V((known after apply\)) in check mode, if an application would be sent for a subscription that ends soon.
        - A subscription that is over gives no more certificates; buy another instance. A certificate that it gave
          remains valid.
      type: str
      returned: always
      sample: active
    subscription_end:
      description: Time at which the subscription ends, in UTC; null if the service did not say.
      type: str
      returned: always
      sample: "2027-11-22T00:00:00Z"
    domains:
      description: Domain names of the application, or of the certificate, in lower case and as A-labels (punycode).
      type: list
      elements: str
      returned: always
      sample: [www.example.com]
    key_algorithm:
      description: Algorithm of keys that the service makes, as the service spells it; null if it did not return one.
      type: str
      returned: always
      sample: RSA_2048
    contact_ids:
      description: IDs of the contacts of the application; empty in lists, which do not have them.
      type: list
      elements: str
      returned: always
      sample: ["2604551"]
    company_id:
      description: ID of the company of the application; null in lists, and if the service did not return it.
      type: str
      returned: always
      sample: "1350001"
    certificate_name:
      description: Name of the certificates; null if there is none, or if the service did not return it.
      type: str
      returned: always
      sample: www
    auto_reissue:
      description: Whether the service reissues the certificate by itself (hosting); null if the service did not say.
      type: bool
      returned: always
      sample: false
    tags:
      description: Tags of the instance; empty if the service did not return any, as in lists.
      type: dict
      returned: always
      sample: {env: production}
    refusal:
      description:
        - Why the last application was refused, in the service's own words, which are often Chinese; null if it was not.
        - A submission that failed before the CA saw it is told here only by the task that waited for it.
      type: str
      returned: always
      sample: CAA records do not allow the CA
    certificate_id:
      description:
        - ID of the newest certificate, as a string; null before the first one is issued. A reissue gives another one.
        - V((known after apply\)) in check mode, if another certificate would be waited for.
      type: str
      returned: always
      sample: "21501002"
    certificate_status:
      description: V(issued), V(expiring), V(expired), V(revoked), V(unknown), or null before the first certificate.
      type: str
      returned: always
      sample: issued
    not_before:
      description: Time from which the newest certificate is valid, in UTC; null if the service did not say.
      type: str
      returned: always
      sample: "2026-11-22T00:00:00Z"
      version_added: 0.3.0
    not_after:
      description: Time at which the newest certificate expires, in UTC; null if the service did not say.
      type: str
      returned: always
      sample: "2027-06-09T12:00:00Z"
    days_left:
      description:
        - Whole days until the newest certificate expires, by the clock of the host on which the module runs.
        - Negative once it has expired, at most V(0) if it was revoked, null if the service did not say when it expires.
      type: int
      returned: always
      sample: 199
    validation_method:
      description: V(dns) or V(file); null in lists, and before anything was filled in.
      type: str
      returned: always
      sample: dns
    standing_validation:
      description:
        - CNAME records that are published once and validate the names in every later application, if the service offers
          them.
      type: list
      elements: dict
      returned: always
      contains:
        record_name:
          description: Full name of the record.
          type: str
          returned: always
          sample: _dnsauth.www.example.com
        record_type:
          description: Always V(CNAME).
          type: str
          returned: always
          sample: CNAME
        record_value:
          description: Name that the record points to.
          type: str
          returned: always
          sample: 0a1b2c.validation.example.com
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
  description: Number of instances in RV(instances).
  type: int
  returned: success
  sample: 12
summary:
  description: Counts of the account. A number that the service did not return is null.
  type: dict
  returned: success with O(summary=true)
  contains:
    total:
      description: Number of instances, of O(instance_type) if that is given.
      type: int
      returned: always
      sample: 12
    unused:
      description: Number of instances that are not used yet.
      type: int
      returned: always
      sample: 4
    expiring:
      description: Number of instances whose subscription ends soon.
      type: int
      returned: always
      sample: 1
    certificates:
      description: Number of certificates that are left, as the service counts them.
      type: int
      returned: always
      sample: 4
    auto_reissues:
      description: Number of automatic reissues (hosting) that are left.
      type: int
      returned: always
      sample: 2
known_instances:
  description:
    - A short list of all instances of the account, for the option
      O(certops.alicloud.cas_instance#module:known_instances).
  type: dict
  returned: success, if all instances were requested, without filters
  contains:
    account:
      description: A hash of the endpoint and the access key ID.
      type: str
      returned: always
      sample: 0c5d3b1ea1f0b6d2
    at:
      description: Time at which the instances were listed, in UTC.
      type: str
      returned: always
      sample: "2026-11-22T12:00:00Z"
    clock_offset:
      description: How many seconds the clock of the service is ahead of that of this machine; null if it is unknown.
      type: int
      returned: always
      sample: 0
    instances:
      description: One line of text for each instance, with only what such a task needs. Its form can change.
      type: list
      elements: str
      returned: always
# fragment: tests/tools/returns/failure_instance.yml
instance_id:
  description: ID of the instance that the failure is about.
  type: str
  returned: on failure, if it is about one instance
  sample: cas-cn-0f950cacd7
# end of fragment
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
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.info import instance_info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS

_CERTIFICATE = ["issued", "expiring", "expired", "revoked", "unknown"]
OPTIONS = {
    "instance_id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    "status": {
        "type": "list",
        "elements": "str",
        "choices": ["pending_validation", "failed", "inactive", *_CERTIFICATE],
    },
    "certificate_status": {"type": "list", "elements": "str", "choices": _CERTIFICATE},
    "instance_type": {"type": "str", "choices": ["buy", "test"]},
    "brand": {"type": "str"},
    "certificate_type": {"type": "str", "choices": ["DV", "OV", "EV"]},
    "expires_within": {"type": "str"},
    "unused": {"type": "bool"},
    "include_validation": {"type": "bool", "default": False},
    "include_certificate": {"type": "bool", "default": False},
    "summary": {"type": "bool", "default": False},
}


def main() -> None:
    _task.ask(CAS, OPTIONS, instance_info)


if __name__ == "__main__":
    main()
