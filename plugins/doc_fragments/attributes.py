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
    description: Returns what changed, or in check mode would change, when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same options, the second run changes nothing.
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
      - Directory of all certificates on the host, an absolute path. It is made when something is written and it is not
        there.
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
      - The plan is computed from the same reads as in a real run; a client that refuses every writing call is used
        for it.
      - Quota that is used up, an order in the wrong state and a certificate with another key are errors in check mode
        too.
      - What only the service can choose is returned as V((known after apply\)). Nothing is waited for.
  diff_mode:
    support: full
    details:
      - Shows the order before and after in the words of RV(order), without PEM text.
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
