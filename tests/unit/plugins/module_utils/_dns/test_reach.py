# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPv6 that ends at the walls of a network does not lead to the Internet."""

from __future__ import annotations

import socket

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns.reach import has_no_ipv6_to

FAR = "2606:4700::1111"


class Probe:
    """A socket that would send from one address, or from none."""

    def __init__(self, source: str | None) -> None:
        self.source = source

    def __call__(self, *args: object) -> Probe:
        return self

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *args: object) -> None:
        """Nothing is open."""

    def connect(self, address: object) -> None:
        if self.source is None:
            raise OSError("Network is unreachable")

    def getsockname(self) -> tuple[str, int, int, int]:
        return str(self.source), 1, 0, 0


@pytest.mark.parametrize(
    ("source", "address", "no_way"),
    [
        ("2001:470::2", FAR, False),
        ("fd00::2", FAR, True),
        ("fe80::2%eth0", FAR, True),
        (None, FAR, True),
        ("fd00::2", "fd00::3", False),
        (None, "::1", False),
        (None, "fe80::3%eth0", False),
        (None, "192.0.2.1", False),
    ],
)
def test_from_where_to_where(monkeypatch: pytest.MonkeyPatch, source: str | None, address: str, no_way: bool) -> None:
    monkeypatch.setattr(socket, "socket", Probe(source))
    assert has_no_ipv6_to(address) is no_way
