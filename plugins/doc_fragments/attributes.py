# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode, diff mode and idempotency mean for the modules."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what would change, without changing anything.
    support: full
  diff_mode:
    description: Returns what has changed, or in check mode would change, if run in diff mode.
  idempotent:
    description: If the module is run twice in a row with the same options and not in check mode, the second run changes
      nothing.
    support: full
"""

    # For the modules of each service.
    CAS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/certops.alicloud.cas) or C(group/certops.alicloud.alicloud) in C(module_defaults).
    support: full
    membership:
      - certops.alicloud.cas
      - certops.alicloud.alicloud
"""
    ALIDNS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/certops.alicloud.alidns) or C(group/certops.alicloud.alicloud) in C(module_defaults).
    support: full
    membership:
      - certops.alicloud.alidns
      - certops.alicloud.alicloud
"""

    # For the modules of the certificate store: what both of them ask first.
    STORE = r"""
options:
  directory:
    description:
      - Directory of all certificates on the host, as an absolute path. If it does not exist, it is created when
        something is written.
    type: path
    required: true
  name:
    description:
      - Name of the certificate, and of its directory below O(directory).
    type: str
    required: true
"""

    # For modules that change an order.
    CHANGE = r"""
options: {}
attributes:
  check_mode:
    details:
      - The plan is computed from the same reads as in a normal run. The client refuses every call that writes.
      - An exhausted quota, an order with the wrong status and a certificate with another key are errors in check mode
        too.
      - What only the service can choose is returned as V((known after apply\)). The task does not wait.
  diff_mode:
    support: full
    details:
      - Shows the order before and after, with the fields of RV(order) and without PEM text.
"""

    # For modules that only read.
    INFO = r"""
options: {}
attributes:
  check_mode:
    details:
      - This module only reads.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
"""
