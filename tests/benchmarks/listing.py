# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists all orders of an account, in a process of its own, and says how long it took and how much memory it needed.

Usage: python -m tests.benchmarks.listing module|client|pages URL TIMES
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.api import list_orders
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._connection import find_source
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import OverRequests

PAGE = 50


def by_module(url: str, _times: int) -> int:
    """The module as Ansible runs it: arguments in, JSON out."""
    from ansible.module_utils import basic

    from ansible_collections.certops.alicloud.plugins.modules.cas_order_info import main

    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": {"endpoint": url}}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main()
    return int(json.loads(printed.getvalue())["total"])


def by_client(url: str, _times: int) -> int:
    """All pages, as the module's result needs them."""
    now = datetime.now(timezone.utc)
    return len([order.public(now) for order in list_orders(_client(url))])


def by_page(url: str, times: int) -> int:
    """One page, so many times."""
    client, now, count = _client(url), datetime.now(timezone.utc), 0
    for _time in range(times):
        count += len([order.public(now) for order in itertools.islice(list_orders(client), PAGE)])
    return count


def _client(url: str) -> Client:
    keys = (os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])
    return Client(PRODUCT, url, find_source(*keys, None, None), OverRequests())


def peak_memory() -> float:
    """The most memory that this process had, in MiB. What getrusage says has the parent's memory in it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found, "this system does not tell how much memory a process had"
    return int(found[1]) / 1024


WAYS: dict[str, Callable[[str, int], int]] = {"module": by_module, "client": by_client, "pages": by_page}


def main(way: str, url: str, times: int) -> None:
    """Measure, and print."""
    start = time.perf_counter()
    orders = WAYS[way](url, times)
    seconds = time.perf_counter() - start
    print(json.dumps({"orders": orders, "seconds": seconds, "peak": peak_memory()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
