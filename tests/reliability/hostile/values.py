# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that no honest user or service writes, as hypothesis draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

HUGE = "9" * 5000
NAMES = (
    *(
        "www.example.com",
        "*.example.com",
        "bücher.example.com",
        "例子.com",
        "\u0440\u0430\u0443\u0440\u0430l.com",
        "xn--a",
    ),
    "a" * 64 + ".com",
)
TEXTS = (
    *("", " ", "0", "-1", "1e999", "NaN", "true", "null", HUGE, "\0", "a\0b", "a\nb\r\n", "\x1b[2J\x1b]0;x\x07"),
    *("\ud800", "\udfff\ud800", "\u202emoc.elpmaxe", "مثال.إختبار", "a" * 300, "a" * 100_000, "." * 5000, "*." * 100),
    *("ä" * 70 + ".com", "{{ 7 * 7 }}", "{{ lookup('pipe', 'touch {}') }}", "{% for x in range(10**9) %}{% endfor %}"),
    *(
        "$(touch x); `touch x` | touch x",
        "'; DROP TABLE orders; --",
        "../../../etc/passwd",
        "/dev/zero",
        "%00%2e%2e%2f",
    ),
    *("http://127.0.0.1:1/", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"),
    "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----",
    "-----BEGIN CERTIFICATE REQUEST-----\n" * 2000,
    *("\U0001f4a9" * 100, "e\u0301" * 50, "https://[::1", "99999999999999", "2026-13-45", "33%", "999999d"),
)
texts: st.SearchStrategy[str] = st.one_of(
    st.sampled_from(TEXTS), st.sampled_from(NAMES), st.text(st.characters(), max_size=20)
)
numbers: st.SearchStrategy[Any] = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from([0, -1, 1, 10**30, 10**400, -(10**400), 253402300799999, 2**31, 2**63, 1e308, 5e-324]),
)
plain: st.SearchStrategy[Any] = st.one_of(st.none(), st.booleans(), numbers, texts)


def _deep(depth: int) -> Any:
    found: Any = 7
    for level in range(depth):
        found = [found] if level % 2 else {"a": found}
    return found


values: st.SearchStrategy[Any] = st.one_of(
    plain,
    plain,
    st.lists(plain, max_size=3),
    st.dictionaries(texts, plain, max_size=3),
    st.lists(st.dictionaries(texts, st.lists(plain, max_size=2), max_size=2), max_size=2),
    st.builds(_deep, st.sampled_from([5, 50, 300])),
)


def draw_examples(count: int, seed_number: int, test: Callable[..., None], *strategies: st.SearchStrategy[Any]) -> None:
    """Call ``test`` with so many drawn examples, the same ones for the same seed."""
    checks = list(HealthCheck)
    how = settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=checks
    )

    def drawn(parts: tuple[Any, ...]) -> None:
        test(*parts)

    how(seed(seed_number)(given(st.tuples(*strategies))(drawn)))()
