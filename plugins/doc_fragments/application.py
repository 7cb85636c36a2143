# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that apply for certificates, and the order that they return."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  order_id:
    description:
      - Number of the order. Write it in quotes, because it does not fit a floating point number.
    type: str
  domains:
    description:
      - Names of the certificate. The first one is the common name (CN). International names are turned into punycode.
      - Five at most; either all single names or all wildcards.
      - If a CSR is given too, its names and these must be the same, and its CN must be the first of these.
    type: list
    elements: str
  csr_content:
    description:
      - The certificate signing request (CSR) in PEM. Its key is RSA with 2048 bits or more, or EC.
      - Without a CSR the service makes a private key and keeps it; see
        O(certops.alicloud.cas_order_info#module:include_private_key).
    type: str
  csr_path:
    description:
      - File with the CSR, on the machine where the module runs.
    type: path
  product_code:
    description:
      - Product whose resource plan the order takes a unit from. Codes that this documentation does not know are
        passed on.
      - "Documented codes: V(digicert-free-1-free), V(symantec-free-1-free), V(symantec-dv-1-starter),
        V(symantec-ov-1-personal), V(symantec-ov-w-personal), V(geotrust-dv-1-starter), V(geotrust-dv-w-starter),
        V(geotrust-ov-1-personal), V(geotrust-ov-w-personal), V(globalsign-dv-1-personal),
        V(globalsign-dv-w-advanced), V(globalsign-ov-1-personal), V(globalsign-ov-w-advanced), V(cfca-ov-1-personal),
        V(cfca-ev-w-advanced)."
    type: str
    default: digicert-free-1-free
  validation_method:
    description:
      - "How the domain is proven: by a DNS record or by a file on its web server. A wildcard cannot be proven by
        V(file)."
    type: str
    choices: [dns, file]
    default: dns
  contact:
    description:
      - Applicant. Without it, the service takes the newest contact of the account.
      - When a DV product is ordered for one name, a contact that is given must be complete.
    type: dict
    suboptions:
      name:
        description: Name of the applicant.
        type: str
      phone:
        description: Phone number of the applicant.
        type: str
      email:
        description: E-mail address of the applicant. The CA may write to it.
        type: str
  company_name:
    description:
      - Company, for OV products. It must exist in the account; without it, the service takes the newest one.
    type: str
  tags:
    description:
      - Tags of a new order. At most 20; keys of 1 to 64 characters, values of at most 128.
      - Keys and values must not begin with C(aliyun) or C(acs:) and must not contain C(http://) or C(https://).
    type: dict
  check_quota:
    description:
      - Whether the quota is read before an order, so that one for which no unit is left fails early, in check mode
        too.
      - What is free is deduced from two documented numbers. Switch this off if you know better.
    type: bool
    default: true
  wait_for:
    description:
      - What to wait for after the order exists.
      - V(none) returns at once.
      - V(validation) waits until the service has said which record or file to publish (or needs none any more).
      - V(issued) waits for the certificate.
      - In check mode nothing is waited for.
    type: str
    choices: [none, validation, issued]
    default: validation
  wait_timeout:
    description:
      - Seconds after which the task gives up, counted from its start. The order stays as it is; another run goes on
        waiting.
      - The default is V(4500) for O(wait_for=issued), else V(300).
    type: int
  poll_interval:
    description:
      - Seconds between the first two looks at an order. Pauses grow to 60 seconds, and while calls are throttled they
        grow faster.
    type: float
    default: 5.0
  known_orders:
    description:
      - All orders of the account, from the result RV(certops.alicloud.cas_order_info#module:known_orders), at most an
        hour old. A task then describes the orders that it needs, and does not list the account again.
      - Orders for other names may be removed from its list C(orders) to save space.
      - It is not used when it is from another access key or endpoint, or does not contain O(order_id).
      - Orders that this user placed on this machine since then are known all the same. After an application the
        service is asked for orders for these names that another host placed.
    type: dict
    version_added: 0.2.0
"""
