#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_package_info
short_description: Read how many units of the resource plans are left
description:
  - Reads for each product how many units were bought, how many are in use and how many an application can still take.
version_added: 0.1.0
author:
  - Certops contributors (@certops)
options:
  product_codes:
    description:
      - Products to read, a call for each. The default is all documented ones.
    type: list
    elements: str
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.info
seealso:
  - module: certops.alicloud.cas_order
  - module: certops.alicloud.cas_order_info
"""

EXAMPLES = r"""
- name: How many free certificates are left?
  certops.alicloud.cas_package_info:
    product_codes: [digicert-free-1-free]
  register: plans

- name: Say it
  ansible.builtin.debug:
    msg: "{{ plans.packages[0].free }} of {{ plans.packages[0].total }} left"
"""

RETURN = r"""
packages:
  description: The units of each product. A product that was never bought has zeros.
  type: list
  elements: dict
  returned: success
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
      description: Units that applications hold, issued or not.
      type: int
      returned: always
      sample: 3
    issued:
      description: Certificates that were issued.
      type: int
      returned: always
      sample: 2
    free:
      description: Units that an application can still take. A deduction from RV(packages[].total) and
        RV(packages[].used).
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
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import packages
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS

OPTIONS = {"product_codes": {"type": "list", "elements": "str"}}


def main() -> None:
    _task.ask(CAS, OPTIONS, packages.package_info)


if __name__ == "__main__":
    main()
