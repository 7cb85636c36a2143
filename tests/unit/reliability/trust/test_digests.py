# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each use of a weak digest is seen in a source."""

from __future__ import annotations

import pytest

from tests.reliability.trust.digests import uses


@pytest.mark.parametrize(
    "text",
    [
        "hashlib.md5(b'')", "hashlib.new('SHA1')", "from hashlib import sha1", "hashes.SHA1()", "hashes.MD5",
        "hmac.new(b'', b'', 'sha1')", "hmac.new(b'', digestmod='md5')", "from x import hashes; hashes.SHA1",
    ],
)  # fmt: skip
def test_a_weak_digest_is_seen(text: str) -> None:
    assert list(uses(text))


def test_a_strong_digest_is_no_weak_one() -> None:
    assert list(uses("hashlib.sha256(b''); hashes.SHA384(); hashlib.new('sha512'); from hashlib import sha224")) == []
