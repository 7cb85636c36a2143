# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options and notes of the modules that apply for certificates."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  order_id:
    description:
      - ID of the order. Write it in quotes, because it does not fit into a floating point number.
    type: str
  domains:
    description:
      - Domain names of the certificate. The first one is the common name (CN). Internationalized domain names (IDN) are
        converted to A-labels (punycode).
      - At most five names. Either all of them are wildcards, or none is.
      - If a CSR is given too, its names must be the same, and its CN, if it has one, must be the first of these names.
    type: list
    elements: str
  csr_content:
    description:
      - The certificate signing request (CSR) in PEM format. Its key is RSA with 2048 bits or more, or EC. Its common
        name (CN) is the first domain name. A CN can have 64 characters at most; a longer name stands in the SAN alone,
        and such a CSR goes without a CN.
      - Without a CSR, the service creates a private key and stores it; see
        O(certops.alicloud.cas_order_info#module:include_private_key).
      - Mutually exclusive with O(csr_path).
    type: str
  csr_path:
    description:
      - Path of a file with the CSR, on the host on which the module runs.
      - Mutually exclusive with O(csr_content).
    type: path
  product_code:
    description:
      - Product of the order. Its resource plan provides the quota. Codes that are not listed here are accepted too, if
        the account has a resource plan for them.
      - Of the documented codes, those with C(-1-) are for single names and those with C(-w-) for wildcards. Names that
        do not fit are refused before anything is called. V(symantec-dv-1-starter), of which the documents say both,
        takes either.
      - "Documented codes: V(digicert-free-1-free), V(symantec-free-1-free), V(symantec-dv-1-starter),
        V(symantec-ov-1-personal), V(symantec-ov-w-personal), V(geotrust-dv-1-starter), V(geotrust-dv-w-starter),
        V(geotrust-ov-1-personal), V(geotrust-ov-w-personal), V(globalsign-dv-1-personal),
        V(globalsign-dv-w-advanced), V(globalsign-ov-1-personal), V(globalsign-ov-w-advanced), V(cfca-ov-1-personal),
        V(cfca-ev-w-advanced)."
    type: str
    default: digicert-free-1-free
  validation_method:
    description:
      - "How the domain names are validated: by a DNS record, or by a file on the web server. V(file) cannot validate a
        wildcard."
    type: str
    choices: [dns, file]
    default: dns
  contact:
    description:
      - Applicant. By default, the service uses the newest contact of the account.
      - A contact must be complete if it is given for an order of a DV product with one domain name.
    type: dict
    suboptions:
      name:
        description: Name of the applicant.
        type: str
      phone:
        description: Phone number of the applicant.
        type: str
      email:
        description: E-mail address of the applicant. The CA may send messages to it.
        type: str
  company_name:
    description:
      - Company, for OV products. It must exist in the account. By default, the service uses the newest one.
    type: str
  tags:
    description:
      - Tags of a new order. At most 20; keys have 1 to 64 characters, values at most 128.
      - Keys and values must not begin with C(aliyun) or C(acs:), and must not contain C(http://) or C(https://).
    type: dict
  check_quota:
    description:
      - Whether to read the quota before ordering. If no certificate is left, the task then fails early, in check mode
        too.
      - In check mode, what earlier tasks of the same run of Ansible would take is not left. For this, the tasks note
        what they would order, in the directory of the notes (see the notes below). A certificate counts once, however
        many tasks want it. Tasks that run on other hosts than the controller are not counted together.
      - What is left is calculated from two documented numbers; the service does not return it. Use V(false) if the
        result is wrong for the account.
    type: bool
    default: true
  wait_for:
    description:
      - What to wait for once the order exists.
      - V(none) does not wait.
      - V(validation) waits until the service returns the DNS record or file to publish, or does not need it any more.
      - V(issued) waits for the certificate.
      - In check mode, the task does not wait.
    type: str
    choices: [none, validation, issued]
    default: validation
  wait_timeout:
    description:
      - Number of seconds after which the task fails, counted from its start. The order stays as it is, and another run
        resumes waiting for it.
      - The default is V(4500) with O(wait_for=issued), otherwise V(300).
    type: int
  poll_interval:
    description:
      - Number of seconds between the first two checks of an order. The interval grows to 60 seconds, and grows faster
        while calls are throttled.
    type: float
    default: 5.0
  known_orders:
    description:
      - All orders of the account, as returned in RV(certops.alicloud.cas_order_info#module:known_orders). The task then
        does not list the orders of the account, and describes one only where more than the list tells is needed.
      - Orders for other domain names can be removed from its list C(orders) to save space.
      - Ignored if it is older than one hour, if it was returned for another access key or endpoint, or if it does not
        contain O(order_id).
      - Orders that the same user has placed from this host since then are found nevertheless. After an application, the
        service is asked for orders with these domain names that another host has placed.
    type: dict
    version_added: 0.3.0
notes:
  - Tasks of the same user on the same host that order the same certificate wait for each other. The lock, and a note of
    each application, are stored in C($XDG_STATE_HOME/certops.alicloud), by default C(~/.local/state/certops.alicloud).
  - If another host has ordered the same certificate at the same moment, the later of the two orders is withdrawn and
    deleted. The task then returns the earlier order, with a warning.
"""
