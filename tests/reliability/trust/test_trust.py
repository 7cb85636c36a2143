# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trust: to whom the collection sends something, whom it trusts, and with which keys and digests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.support.figures import Figures

from .cases import Case, Servers, cases
from .digests import ATTEMPTS, in_sources, refused_attempts, work_without_weak_digests
from .servers import can_be_reached
from .tasks import Result, run_cases, wait_with_expiring_keys

pytestmark = pytest.mark.reliability("Trust")

# These are shipped in the short version too.
MAIN = ("unknown CA", "wrong host name", "old TLS", "302 to https", "plain through a proxy", "tunnel")
READABLE = (b"x-acs", b"Authorization", b"Signature", b"ACS3-HMAC", b"ListUserCertificateOrder", b"ListInstances")
BOTH_WAYS = ("direct", pytest.param("shipped", marks=pytest.mark.long))


@pytest.fixture(scope="module")
def servers(directory: Path) -> Iterator[Servers]:
    with contextlib.ExitStack() as stack:
        yield Servers(directory, stack)


@pytest.fixture(scope="module")
def every_case(servers: Servers) -> list[Case]:
    return cases(servers)


@pytest.mark.parametrize("way", ["direct", "shipped"])
def test_nothing_is_sent_to_servers_without_trust(
    directory: Path, short: bool, figures: Figures, servers: Servers, every_case: list[Case], way: str
) -> None:
    chosen = [case for case in every_case if case.name in MAIN or way == "direct" or not short]
    before = {id(listener): listener.received.signed for listener in servers.listeners}
    carried_before = sum(len(listener.received.carried) for listener in servers.listeners)
    results = run_cases(directory, way, chosen)
    figures.tried("cases tried (each as a task; both ways)", len(chosen))
    sent = [
        f"{case.name}, {way}: {server.url} got a signed request"
        for case in chosen
        for server in case.untrusted
        if server.received.signed > before[id(server)]
    ]
    figures.none("cases in which something was sent that should not have been", sent)
    wrong = [f"{case.name}, {way}: {_complaint(case, results.get(case.name, {}))}" for case in chosen]
    unclear = [line for line in wrong if not line.endswith(": ")]
    figures.none("cases without a clear message, or with another end than they should have", unclear)
    carried = sum(len(listener.received.carried) for listener in servers.listeners)
    figures.tried("bytes that proxies carried", carried - carried_before)
    read = [each.url for each in servers.listeners if any(word in each.received.carried for word in READABLE)]
    figures.none("proxies that could read what they carried", read)


def _complaint(case: Case, result: Result) -> str:
    """What is wrong with the message of a task, if anything."""
    message = str(result.get("msg", ""))
    if bool(result.get("failed", True)) != bool(case.says):
        return f"it {'succeeded' if case.says else 'failed'}: {message}"
    missing = [words for words in case.says if words not in message]
    if missing:
        return f"it does not say {missing}: {message}"
    has_parameters = "=" in message.replace("'", "").partition("?")[2]
    return f"it shows an address with parameters: {message}" if has_parameters else ""


def test_servers_count_requests(figures: Figures, every_case: list[Case]) -> None:
    untrusted = {id(server): server for case in every_case for server in case.untrusted}
    what = f"servers and proxies, of {len(untrusted)}, that count a request when there is one"
    figures.at_least(what, sum(map(can_be_reached, untrusted.values())), len(untrusted))


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_waits_resume_with_new_keys(directory: Path, figures: Figures, servers: Servers, way: str) -> None:
    waits = wait_with_expiring_keys(directory, servers, way)
    wrong = []
    for name, (session, result) in waits.items():
        said, failed = str(result.get("msg", "")), bool(result.get("failed"))
        if name == "no new keys":
            good = failed and "the security token is invalid or expired" in said and session.refused > 0
        else:
            good = not failed and session.refused == 1
        wrong += [] if good else [f"{name}, {way}: refused {session.refused} times: {said}"]
    figures.tried("waits in the middle of which the keys expired", len(waits))
    figures.none("waits that did not resume with new keys, or did not say that there are none", wrong)


def test_no_source_names_a_weak_digest(figures: Figures) -> None:
    read, named = in_sources()
    figures.tried("sources and task files searched for MD5 and SHA-1", read)
    figures.none("uses of MD5 or SHA-1", named)


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_modules_work_without_weak_digests(directory: Path, figures: Figures, servers: Servers, way: str) -> None:
    results, used = work_without_weak_digests(directory, servers, way)
    figures.tried("tasks that ran where MD5 and SHA-1 raise", len(results))
    figures.none("uses of MD5 or SHA-1", used)
    failed = [str(result.get("msg")) for result in results if result.get("failed")]
    figures.none("tasks that failed there", failed)


def test_planted_uses_are_refused(directory: Path, figures: Figures) -> None:
    what = f"planted uses, of {len(ATTEMPTS)}, that were refused"
    figures.at_least(what, refused_attempts(directory), len(ATTEMPTS))
