# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option of dynamic updates (RFC 2136)."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  nsupdate:
    description:
      - Name server and key of the dynamic updates. Required when O(validation=nsupdate).
    type: dict
    suboptions:
      server:
        description: IP address of the name server.
        type: str
        required: true
      port:
        description: Port of the name server.
        type: int
        default: 53
      protocol:
        description: Protocol of the updates.
        type: str
        choices: [tcp, udp]
        default: tcp
      zone:
        description: Zone of the records. If not set, the name server is asked for it.
        type: str
      ttl:
        description: Time to live of a record, in seconds.
        type: int
        default: 60
      key_name:
        description: Name of the TSIG key.
        type: str
      key_secret:
        description: Secret of the TSIG key, in base64. Take it from a vault.
        type: str
      key_algorithm:
        description: Algorithm of the TSIG key, from C(hmac-sha1) to C(hmac-sha512), or C(hmac-md5).
        type: str
        default: hmac-sha256
"""
