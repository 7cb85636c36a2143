# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether this machine has IPv6 to the Internet: without it, silence says nothing about the other side."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, IPv6Network

_UNIQUE_LOCAL = IPv6Network("fc00::/7")


def has_no_ipv6_to(address: str) -> bool:
    """Whether an IPv6 address of the Internet would be asked from one that is only valid inside, or from none."""
    if ":" not in address or _is_inside(address):
        return False
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 53))  # sends nothing
            return _is_inside(probe.getsockname()[0])
    except OSError:
        return True


def _is_inside(address: str) -> bool:
    ip = IPv6Address(address.partition("%")[0])
    return ip in _UNIQUE_LOCAL or ip.is_link_local or ip.is_loopback or ip.is_site_local
