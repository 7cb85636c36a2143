#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alidns_record
short_description: Add, change or remove a DNS record in Alibaba Cloud DNS
description:
  - Ensures that a DNS record with one value exists in Alibaba Cloud DNS, or that it does not.
  - One name can have several values. Only the given value is added, changed or removed; all other values stay as they
    are.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  state:
    description:
      - "V(present): the record exists, is enabled, and has the TTL."
      - "V(absent): no record with this name, type and line has the value, whatever its TTL is."
    type: str
    choices: [present, absent]
    default: present
  domain:
    description:
      - Domain whose zone contains the record. A subdomain that is hosted as a zone of its own is a domain of its own.
      - Without it, the domains of the account are listed, and the one that is the longest suffix of O(record) is
        used. With it, the task does not make this call and does not need the permission for it.
    type: str
  record:
    description:
      - Full name of the record, such as V(_dnsauth.www.example.com).
      - If O(domain) is given, the name can also be relative to it; V(@) is O(domain) itself. A name that ends in
        O(domain) or in a dot is always a full name.
      - The first label can be V(*). Internationalized domain names (IDN) are converted to A-labels (punycode).
    type: str
    required: true
  type:
    description:
      - Type of the record. MX records are not supported, because they need a priority.
    type: str
    choices: [A, AAAA, CAA, CNAME, NS, SRV, TXT]
    required: true
  value:
    description:
      - Value of the record. White space around it is removed.
      - Values are compared as DNS does. Dot and case of names, and quotes of TXT and CAA values do not make another
        value.
    type: str
    required: true
  ttl:
    description:
      - Time to live (TTL) of the record in seconds. Free editions of Alibaba Cloud DNS accept 600 or more.
      - Ignored with O(state=absent).
    type: int
    default: 600
  line:
    description:
      - Code of the resolution line. The same value on another line is another record.
    type: str
    default: default
attributes:
  check_mode:
    details:
      - The plan is computed from the same reads as in a normal run. The client refuses every call that writes.
      - Disabled, locked and conflicting records are errors in check mode too. What only the service knows, such as
        the smallest TTL of the domain's edition, is not predicted.
  diff_mode:
    support: full
    details:
      - Shows the record before and after, with the fields of RV(record).
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.alidns
notes:
  - It is an error if a record with the value exists but is disabled, because it would not be served. Enable it in the
    console, or remove it with O(state=absent) first.
  - A CNAME record and most other records exclude each other under the same name and line. A conflicting record is an
    error and is not changed.
seealso:
  - module: certops.alicloud.cas_order
    description: Apply for a certificate; the result contains the validation record to publish.
  - module: community.general.nsupdate
    description: Publish a record in a DNS server that accepts dynamic updates.
"""

EXAMPLES = r"""
- name: Apply for a certificate
  certops.alicloud.cas_order:
    domains: [www.example.com]
  register: application

- name: Publish the validation record
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
  loop: "{{ application.order.validation }}"

- name: Wait for the certificate
  certops.alicloud.cas_order:
    domains: [www.example.com]
    wait_for: issued

- name: Remove the validation record (other values of this name stay)
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
    state: absent
  loop: "{{ application.order.validation }}"

- name: Add an address record for the domain itself, without listing the domains of the account
  certops.alicloud.alidns_record:
    domain: example.com
    record: "@"
    type: A
    value: 192.0.2.10
    ttl: 3600
"""

RETURN = r"""
record:
  description: The record at the end of the task, in check mode as it is expected to be; null if there is none.
  type: dict
  returned: success
  contains:
    domain:
      description: Domain whose zone contains the record.
      type: str
      returned: always
      sample: example.com
    record:
      description: Full name of the record.
      type: str
      returned: always
      sample: _dnsauth.www.example.com
    rr:
      description: Name of the record relative to the domain; V(@) for the domain itself.
      type: str
      returned: always
      sample: _dnsauth.www
    type:
      description: Type of the record.
      type: str
      returned: always
      sample: TXT
    value:
      description: Value of the record.
      type: str
      returned: always
      sample: 20261122000000abcdef
    ttl:
      description: TTL of the record in seconds; null if the service did not return it.
      type: int
      returned: always
      sample: 600
    line:
      description: Code of the resolution line.
      type: str
      returned: always
      sample: default
    record_id:
      description:
        - ID of the record, always as a string.
        - V((known after apply\)) in check mode, if the record does not exist yet.
      type: str
      returned: always
      sample: "17543850369424384"
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
      sample: AddDomainRecord
    record_id:
      description: ID of the record that the step acts on; null for a new record.
      type: str
      returned: always
      sample: null
    reason:
      description: Why the step is needed.
      type: str
      returned: always
      sample: no TXT _dnsauth.www.example.com with this value
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
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import OPTIONS, read_record
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.reconcile import ensure_record


def main() -> None:
    _task.change(ALIDNS, OPTIONS, read_record, ensure_record)


if __name__ == "__main__":
    main()
