#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_package_info
short_description: Read the quota of resource plans
description:
  - Returns for each product how many certificates of the quota were bought, how many are used, how many are issued,
    and how many an application can still take.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  product_codes:
    description:
      - Products whose quota is read, with one call for each. By default, these are all products that
        O(certops.alicloud.cas_order#module:product_code) documents.
    type: list
    elements: str
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.info
seealso:
  - module: certops.alicloud.cas_order
    description: Apply for a certificate, or withdraw, delete or revoke an order.
  - module: certops.alicloud.cas_order_info
    description: List certificate orders, describe one, or wait for them.
"""

EXAMPLES = r"""
- name: Read the quota of free certificates
  certops.alicloud.cas_package_info:
    product_codes: [digicert-free-1-free]
  register: quota

- name: Report how many certificates are left
  ansible.builtin.debug:
    msg: "{{ quota.packages[0].free }} of {{ quota.packages[0].total }} left"
"""

RETURN = r"""
packages:
  description: The quota of each product. All numbers of a product that was never bought are V(0).
  type: list
  elements: dict
  returned: success
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
    issued:
      description: Number of certificates that were issued.
      type: int
      returned: always
      sample: 2
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
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import packages
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS

OPTIONS = {"product_codes": {"type": "list", "elements": "str"}}


def main() -> None:
    _task.ask(CAS, OPTIONS, packages.package_info)


if __name__ == "__main__":
    main()
