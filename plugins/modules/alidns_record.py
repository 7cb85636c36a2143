#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alidns_record
short_description: Add, change or remove a DNS record in Alibaba Cloud DNS
description:
  - Makes sure that a record with one value exists in Alibaba Cloud DNS, or that it does not.
  - Several values under one name live side by side. Only the value that is named is added, changed or removed; the
    others are left alone.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  state:
    description:
      - "V(present): the record exists, is enabled, and has the TTL."
      - "V(absent): no record of this name, type and line has the value, whatever its TTL."
    type: str
    choices: [present, absent]
    default: present
  domain:
    description:
      - Domain whose zone the record lies in. A sub-domain that is hosted on its own is a domain of its own.
      - Without it, the domains of the account are listed, and the one with the longest suffix of O(record) is taken.
        With it, this call is saved, and the permission for it is not needed.
    type: str
  record:
    description:
      - Full name of the record, such as V(_dnsauth.www.example.com).
      - With O(domain), it can also be relative to it; V(@) is O(domain) itself. A name that ends in O(domain) or in a
        dot is always a full one.
      - The first label can be V(*). International names are turned into punycode.
    type: str
    required: true
  type:
    description:
      - Type of the record. MX records are left out, because they need a priority.
    type: str
    choices: [A, AAAA, CAA, CNAME, NS, SRV, TXT]
    required: true
  value:
    description:
      - Value of the record. White space around it is left out.
    type: str
    required: true
  ttl:
    description:
      - Seconds that resolvers may keep the record. Free editions of Alibaba Cloud DNS take 600 or more.
      - With O(state=absent) it does not matter.
    type: int
    default: 600
  line:
    description:
      - Code of the resolution line. A value on another line is another record.
    type: str
    default: default
attributes:
  check_mode:
    details:
      - The plan is computed from the same reads as in a real run; a client that refuses every writing call is used
        for it.
      - Records that are disabled, locked or in the way are errors in check mode too. What only the service knows, such
        as the smallest TTL of the domain's edition, is not foreseen.
  diff_mode:
    support: full
    details:
      - Shows the record before and after in the words of RV(record).
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.alidns
notes:
  - A disabled record with the wanted value is an error, because it would not be served. Enable it in the console, or
    remove it with O(state=absent) first.
  - A CNAME and most other records exclude each other under one name and line. A record that is in the way is an error
    and is left alone.
seealso:
  - module: certops.alicloud.cas_order
  - module: community.general.nsupdate
"""

EXAMPLES = r"""
- name: Apply for a certificate and learn which record to publish
  certops.alicloud.cas_order:
    csr_path: /etc/ssl/www.example.com.csr
  register: application

- name: Publish the record
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
  loop: "{{ application.order.validation }}"

- name: Wait for the certificate
  certops.alicloud.cas_order:
    csr_path: /etc/ssl/www.example.com.csr
    wait_for: issued

- name: Remove the record again; other values under this name stay
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
    state: absent
  loop: "{{ application.order.validation }}"

- name: Point the domain itself at a server, without a look at the account's domains
  certops.alicloud.alidns_record:
    domain: example.com
    record: "@"
    type: A
    value: 192.0.2.10
    ttl: 3600
"""

RETURN = r"""
record:
  description: The record at the end of the task, in check mode as it is expected to be; null when there is none.
  type: dict
  returned: always
  contains:
    domain:
      description: Domain whose zone it lies in.
      type: str
      returned: always
      sample: example.com
    record:
      description: Its full name.
      type: str
      returned: always
      sample: _dnsauth.www.example.com
    rr:
      description: Its name relative to the domain; V(@) for the domain itself.
      type: str
      returned: always
      sample: _dnsauth.www
    type:
      description: Its type.
      type: str
      returned: always
      sample: TXT
    value:
      description: Its value.
      type: str
      returned: always
      sample: 20261122000000abcdef
    ttl:
      description: Seconds that resolvers may keep it.
      type: int
      returned: always
      sample: 600
    line:
      description: Code of its resolution line.
      type: str
      returned: always
      sample: default
    record_id:
      description: The service's number of it, always as text. V((known after apply\)) in a prediction.
      type: str
      returned: always
      sample: "17543850369424384"
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
      sample: AddDomainRecord
    record_id:
      description: Record it acts on; null for a new one.
      type: str
      returned: always
      sample: null
    reason:
      description: Why.
      type: str
      returned: always
      sample: no TXT _dnsauth.www.example.com with this value
code:
  description: The service's error code.
  type: str
  returned: on failure, when the service gave one
  sample: DomainRecordConflict
request_id:
  description: The service's number of the request that failed.
  type: str
  returned: on failure, when the service gave one
  sample: 3B1F0C5E-0000-4000-8000-000000000001
http_status:
  description: HTTP status of the response that failed.
  type: int
  returned: on failure, when there was a response
  sample: 400
action:
  description: Operation that failed.
  type: str
  returned: on failure of a call
  sample: AddDomainRecord
outcome:
  description:
    - V(unknown) when a call may or may not have been carried out. Running the task again is safe.
  type: str
  returned: on failure, when nobody can tell
  sample: unknown
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import OPTIONS, read_record
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.reconcile import ensure_record


def main() -> None:
    _task.change(ALIDNS, OPTIONS, read_record, ensure_record)


if __name__ == "__main__":
    main()
