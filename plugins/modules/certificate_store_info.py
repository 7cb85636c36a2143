#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_store_info
short_description: Look at an installed certificate and say what is due
description:
  - Looks at the certificate store of one certificate on the host, on request at what an endpoint serves, and says what
    has to be done so that a good certificate is in use, and why.
  - Runs on the host that has the certificate, and needs no access to Alibaba Cloud.
  - A certificate lies in C(directory/name/generations/n); the link C(directory/name/current) points to the generation
    that is in use. The services read C(privkey.pem) and C(fullchain.pem), or C(cert.pem) and C(chain.pem), below it.
version_added: 0.2.0
author:
  - Certops contributors (@certops)
requirements:
  - cryptography >= 38
options:
  domains:
    description:
      - Names that the certificate should be for. International names are turned into punycode.
    type: list
    elements: str
    required: true
  product_code:
    description:
      - Product that the certificate should be of. A certificate of another product is not renewed, but applied for
        anew, once it is due.
    type: str
    default: digicert-free-1-free
  renew_before:
    description:
      - "When the certificate is due: days before its end (V(30d)), hours (V(720h)), or a share of its lifetime
        (V(33%))."
      - A window that is not shorter than the lifetime is an error, because every run would renew.
    type: str
    default: 33%
  endpoint:
    description:
      - Where the certificate is served, as V(host:port) or V([address]:port). Every address that the host name stands
        for is asked, as seen from this host. Nothing is verified; the certificate is only compared.
      - V(localhost) often stands for an IPv4 and an IPv6 address. Give V(127.0.0.1) where only this one is listened at.
      - The name that is asked for (SNI) is the endpoint's host if the certificate is for it, else the first single
        name of the certificate, else C(www) below its first wildcard.
    type: str
  endpoint_timeout:
    description:
      - Look again until every address serves the certificate in use, for so many seconds at most. V(0) looks once.
    type: float
    default: 0
extends_documentation_fragment:
  - certops.alicloud.attributes
  - certops.alicloud.attributes.store
  - certops.alicloud.attributes.info
notes:
  - Reading the private key needs its owner's rights, usually C(become). Only its public half is compared; nothing of it
    is returned.
  - Dates are judged by the clock of the host where the module runs.
seealso:
  - module: certops.alicloud.certificate_store
  - module: certops.alicloud.cas_order_renew
"""

EXAMPLES = r"""
- name: What has to be done for the certificate?
  certops.alicloud.certificate_store_info:
    directory: /etc/ssl/certops
    name: www.example.com
    domains: [www.example.com]
    endpoint: 127.0.0.1:443
  become: true
  register: store

- name: Say it
  ansible.builtin.debug:
    msg: "{{ store.action }}: {{ store.reason }}"

- name: Fail unless the installed certificate is served within 15 seconds
  certops.alicloud.certificate_store_info:
    directory: /etc/ssl/certops
    name: www.example.com
    domains: [www.example.com]
    endpoint: www.example.com:443
    endpoint_timeout: 15
  become: true
  register: look
  failed_when: look is failed or not look.serves_current
"""

RETURN = r"""
domains:
  description: The wanted names, lower case, in punycode.
  type: list
  elements: str
  returned: success
  sample: [www.example.com]
check_mode:
  description: Whether the task ran in check mode. A role cannot see by itself that C(check_mode) was set on its
    inclusion.
  type: bool
  returned: always
  sample: false
directory:
  description: Directory of the certificate.
  type: str
  returned: success
  sample: /etc/ssl/certops/www.example.com
current:
  description: The certificate in use; null when there is none.
  type: dict
  returned: success
  contains:
    generation:
      description: Number of its generation.
      type: int
      returned: always
      sample: 3
    directory:
      description: Directory of its generation.
      type: str
      returned: always
      sample: /etc/ssl/certops/www.example.com/generations/3
    order_id:
      description: Order that it came from; null when none is recorded.
      type: str
      returned: always
      sample: "98987582437920968"
    domains:
      description: Names of the order; without a record, the names in the certificate.
      type: list
      elements: str
      returned: always
      sample: [www.example.com]
    product_code:
      description: Product of the order; null when none is recorded.
      type: str
      returned: always
      sample: digicert-free-1-free
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
      description: Whole days until its end.
      type: int
      returned: always
      sample: 71
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
    verified:
      description: Whether the reload after it was put in use was seen to work.
      type: bool
      returned: always
      sample: true
staged:
  description: The newest generation above the current one that waits for a certificate for exactly these names; null
    when there is none.
  type: dict
  returned: success
  contains:
    generation:
      description: Its number.
      type: int
      returned: always
      sample: 4
    directory:
      description: Its directory.
      type: str
      returned: always
      sample: /etc/ssl/certops/www.example.com/generations/4
    key:
      description: Whether it has its private key.
      type: bool
      returned: always
      sample: true
    csr:
      description: Whether it has its signing request.
      type: bool
      returned: always
      sample: true
    order_id:
      description: Order that is recorded for it; null when there is none.
      type: str
      returned: always
      sample: "98987582437920969"
    renews:
      description: Order that this order follows; null when it follows none.
      type: str
      returned: always
      sample: "98987582437920968"
    validation:
      description: What was to be published for the order, as in the result of M(certops.alicloud.cas_order).
      type: list
      elements: dict
      returned: always
      sample: []
ready:
  description:
    - The newest complete generation above the current one that can be used for the names; null when there is none.
      While the current one is for other names, older ones count, too.
  type: dict
  returned: success
  contains:
    generation:
      description: Its number.
      type: int
      returned: always
      sample: 4
    directory:
      description: Its directory.
      type: str
      returned: always
      sample: /etc/ssl/certops/www.example.com/generations/4
    not_after:
      description: Last moment its certificate is good for, UTC.
      type: str
      returned: always
      sample: "2027-05-20T00:00:00Z"
    sha256_fingerprint:
      description: SHA-256 of its certificate.
      type: str
      returned: always
      sample: "74:A7:6F:9C:2F:ED:61:0C:33:A0:51:4E:0A:61:E7:28:EB:8A:C3:73:78:D8:11:46:DA:1D:48:0F:87:FE:88:24"
served:
  description: What each address of O(endpoint) serves; null without O(endpoint).
  type: list
  elements: dict
  returned: success
  contains:
    address:
      description: The address.
      type: str
      returned: always
      sample: 127.0.0.1
    serial_number:
      description: Serial number of the certificate; null when none was shown.
      type: str
      returned: always
      sample: "4f:2a:90:01"
    sha256_fingerprint:
      description: SHA-256 of the certificate; null when none was shown.
      type: str
      returned: always
      sample: "74:A7:6F:9C:2F:ED:61:0C:33:A0:51:4E:0A:61:E7:28:EB:8A:C3:73:78:D8:11:46:DA:1D:48:0F:87:FE:88:24"
    problem:
      description: Why no certificate was shown; null when one was.
      type: str
      returned: always
      sample: null
serves_current:
  description:
    - Whether every address serves the certificate in use; null without O(endpoint) or without a certificate in use.
    - An address to which there is no way from this host, such as an IPv6 address on a host without IPv6, does not
      count unless there is no other.
  type: bool
  returned: success
  sample: true
served_generation:
  description: Generation whose certificate every address serves; null when there is none.
  type: int
  returned: success
  sample: 3
action:
  description:
    - "V(install): a complete generation waits for being put in use."
    - "V(apply): a certificate has to be ordered, or an order under way has to be gone on with."
    - "V(renew): the certificate in use is due, and its order is known."
    - "V(reload): the certificate in use is good, but the services were not seen to have it."
    - "V(nothing): all is well."
  type: str
  returned: success
  sample: nothing
reason:
  description: Why.
  type: str
  returned: success
  sample: 71.2 of 90 days left, window opens at 29.7; the served certificate is the installed one
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._store import info

OPTIONS = {
    "directory": {"type": "path", "required": True},
    "name": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str", "required": True},
    "product_code": {"type": "str", "default": "digicert-free-1-free"},
    "renew_before": {"type": "str", "default": "33%"},
    "endpoint": {"type": "str"},
    "endpoint_timeout": {"type": "float", "default": 0.0},
}


def main() -> None:
    _task.local(OPTIONS, info.report)


if __name__ == "__main__":
    main()
