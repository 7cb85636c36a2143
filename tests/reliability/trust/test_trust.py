# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trust: whom the collection sends something to, whom it believes, and with which keys and digests."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.world.children import adopt_orphans, end_all

from .report import Figure, Part, Run, at_least, count, none_of
from .trust_cases import Case, Places, cases
from .trust_digests import ATTEMPTS, at_work, in_sources, refusal_works
from .trust_servers import can_be_reached
from .trust_tasks import Result, Session, ask, keys_run_out

# These are shipped in the short version too.
MAIN = ("unknown CA", "wrong host name", "old TLS", "302 to https", "plain through a proxy", "tunnel")
READABLE = (b"x-acs", b"Authorization", b"Signature", b"ACS3-HMAC", b"ListUserCertificateOrder")


@dataclass
class Found:
    """What came of all cases."""

    tried: int = 0
    sent: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    carried: int = 0
    waits: int = 0
    renewed: list[str] = field(default_factory=list)
    worked: int = 0
    digests: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        return [*self.sent, *self.unclear, *self.renewed, *self.digests]


def run(run: Run) -> Part:
    """Try every case, both ways."""
    adopt_orphans()
    found = Found()
    with contextlib.ExitStack() as stack:
        stack.callback(end_all)
        places = Places(run.folder, stack)
        listed = cases(places)
        for direct in (True, False):
            way = "direct" if direct else "shipped"
            chosen = listed if direct or not run.short else [case for case in listed if case.name in MAIN]
            run.tell(f"{len(chosen)} cases, {way}")
            before = [listener.seen.signed for listener in places.listeners]
            results = ask(run.folder, way, direct, chosen)
            judge(found, way, chosen, results, dict(zip(map(id, places.listeners), before)))
            if direct or not run.short:
                run.tell(f"keys that run out, {way}")
                renew(found, run.folder, places, direct)
                run.tell(f"digests, {way}")
                digest(found, run.folder, places, direct)
        deaf = {id(each): each for case in listed for each in case.deaf}
        reached = sum(map(can_be_reached, deaf.values()))
        read = [listener for listener in places.listeners if any(word in listener.seen.carried for word in READABLE)]
    found.sent += [f"a proxy could read what it carried ({listener.url})" for listener in read]
    return part(run, found, len(deaf), reached, sum(len(each.seen.carried) for each in places.listeners))


def judge(found: Found, way: str, chosen: Sequence[Case], results: dict[str, Result], before: dict[int, int]) -> None:
    """Hold what each task said, and what each server heard, against the case."""
    for case in chosen:
        found.tried += 1
        label, result = f"{case.name}, {way}", results.get(case.name, {})
        heard = [each for each in case.deaf if each.seen.signed > before[id(each)]]
        if heard:
            found.sent.append(f"{label}: {len(heard)} servers got a signed request")
        wrong = complaint(case, result)
        if wrong:
            found.unclear.append(f"{label}: {wrong}")


def complaint(case: Case, result: Result) -> str:
    """What is wrong with the sentence of a task, if anything."""
    said = str(result.get("msg", ""))
    if bool(result.get("failed", True)) != bool(case.says):
        return f"it {'succeeded' if case.says else 'failed'}: {said}"
    missing = [word for word in case.says if word not in said]
    if missing:
        return f"it does not say {missing}: {said}"
    return f"it shows an address with parameters: {said}" if "=" in said.replace("'", "").partition("?")[2] else ""


def renew(found: Found, folder: Path, places: Places, direct: bool) -> None:
    """Keys that run out in the middle of a wait: twice there are new ones, once there are none."""
    way = "direct" if direct else "shipped"
    for name, (session, result) in keys_run_out(folder, places, direct).items():
        found.waits += 1
        good = _says_so(session, result) if name == "no new keys" else _goes_on(session, result)
        if not good:
            found.renewed.append(f"{name}, {way}: refused {session.refused} times: {result.get('msg')}")


def _goes_on(session: Session, result: Result) -> bool:
    return not result.get("failed") and session.refused == 1


def _says_so(session: Session, result: Result) -> bool:
    said = str(result.get("msg", ""))
    return bool(result.get("failed")) and "the security token is invalid or expired" in said and session.refused > 0


def digest(found: Found, folder: Path, places: Places, direct: bool) -> None:
    worked, bad, used = at_work(folder, places, direct)
    found.worked += worked
    found.digests += [*bad, *used]


def part(run: Run, found: Found, deaf: int, reached: int, carried: int) -> Part:
    """The figures."""
    read, named = in_sources()
    refused = refusal_works(run.folder)
    found.digests += named
    figures: list[Figure] = [
        count("cases tried (each as a task; both ways)", found.tried),
        none_of("cases in which something was sent that should not have been", len(found.sent)),
        none_of("cases without a clear sentence, or with another end than they should have", len(found.unclear)),
        at_least(f"servers and proxies, of {deaf}, that count a request when there is one", reached, deaf),
        count("bytes that proxies carried, none of them readable", carried),
        count("waits in the middle of which the keys ran out", found.waits),
        none_of("waits that did not go on with new keys, or did not say that there are none", len(found.renewed)),
        count("sources and tasks files searched for MD5 and SHA-1", read),
        count("tasks that did their work where MD5 and SHA-1 raise", found.worked),
        none_of("uses of MD5 or SHA-1, or tasks that failed without them", len(found.digests)),
        at_least(f"planted uses, of {len(ATTEMPTS)}, that were refused", refused, len(ATTEMPTS)),
    ]
    return Part("Trust", METHOD, figures, limits=LIMITS, problems=found.problems)


METHOD = """\
Real tasks call servers on loopback that deserve no trust: certificates of an unknown CA, of another host, too old, too
young and self-signed; no TLS newer than 1.1, or none at all; redirects (301, 302, 307, 308) to plain http and to
another server, for a look and in the middle of an order; plain http to anywhere but this machine. Proxies carry
tunnels, refuse them, or open them with a certificate of their own. Every server counts what arrives, and a client that
trusts everybody shows afterwards that it does. Clocks are two hours apart, and the service tells its time, or none, or
a wrong one. Session tokens run out in the middle of a wait, with new ones from a credentials URI or from the CLI's
file, and with none. Every module does its work where MD5 and SHA-1 raise.
"""
LIMITS = (
    "A CA that the machine trusts is trusted for every name; certificates are not looked up in revocation lists.",
    "`validate_certs: false` is believed: whoever sets it talks to anybody.",
    "A name such as localhost is taken for this machine, whatever it resolves to.",
    "MD5 and SHA-1 are watched in Python and in cryptography's interface. What OpenSSL does by itself, the other "
    "collections that the roles use, and Ansible are not; and nothing ran with a certified module.",
    "Redirects are told apart from answers by being no JSON of the service; the server named as endpoint does get the "
    "signed request.",
)
