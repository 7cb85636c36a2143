# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that a bench writes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .bars import bars_of_cores, item, to, to_stat
from .figures import Bar, spread
from .measure import COMPARED, TIMES, Measured, OnCore
from .plays import ACM, DIRECT, FLOOR, INSTANCE, PARSED, SDK, SHIPPED, STAT, URI, WHOLE, X509
from .quiet import SSH, Quiet
from .renewals import CONTROLLERS, Day, Fleet, Renewals

# What the tasks of the peers do, in words.
PEERS = {
    FLOOR: "`ansible.builtin.debug`: the floor, a task that does nothing",
    DIRECT: "`cas_order_info`, in the worker: one signed call, one order",
    PARSED: "`cas_order_info`, in the worker, with the certificate: two calls, one certificate parsed",
    INSTANCE: "`cas_instance` with a pool and nothing to do, in the worker: one signed call, one instance",
    SHIPPED: "`cas_order_info`, shipped: the first again, the way Ansible runs modules",
    WHOLE: "`cas_order_info`, shipped, with the certificate: the second again",
    URI: "`ansible.builtin.uri`: one GET at the same server, neither signed nor parsed",
    X509: "`community.crypto.x509_certificate_info`: one file, no network",
    ACM: "`community.aws.acm_certificate_info`: one certificate, at moto",
    SDK: "a module over the official SDK `alibabacloud-cas20200407`: one call, one order",
}

TITLE = """\
<!--
Copyright (c) 2026, Certops contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Performance

What a task of this collection costs, beside tasks that do something like it. `make bench` measures it and writes this
page; nothing on it is written by hand.

Seconds say as much about a machine as about a program, so peers are measured side by side: in one run, on one machine,
in turn (A B C A B C ...). Times are medians of the rounds. Tasks are compared round by round, because the speed of a
machine changes from minute to minute; their ratio is the median of these. All servers are on the same machine: the
emulator of the service that comes with the collection, and moto in the place of AWS. So the time that a real network
takes is in none of the figures.

Two words are needed. **Shipped** is how Ansible runs a module: packed, copied, and started in a Python of its own.
**In the worker** is what this collection does with its modules when they would run on the controller anyway: their code
is called in the process that Ansible has made for the task already. `certops_alicloud_direct: false` switches that off.
"""

CORES_HEAD = "## The oldest and the newest ansible-core\n"
CORES = """\
The limits of tasks, on other releases of ansible-core. The run fails for one of these, too; what is not met is bold.
"""

ITEMS = """\
Milliseconds for one more item of a loop, as the controller sees it: from the end of the first item to the end of the
last, divided by the items between. The spread is how far the middle half of the rounds lies apart. A loop of 1 is the
whole task, with the process that Ansible forks for it.
"""

WHOLE = f"""\
Seconds from the start to the end of an `ansible-playbook` with one task in a loop of {COMPARED}.
"""

LISTS = f"""\
All orders of an account with `cas_order_info`: from the options to the JSON of the result, in a process of its own,
without the start of Python. A page has 50 orders. {TIMES} times one page is what the same client needs for the first
page, as often as the largest account has pages. The emulator of the largest account remembers its answers, so that its
own work is in none of the figures.
"""

QUIET = """\
{hosts} hosts whose certificates are valid, five at a time as Ansible does by default: one `stat`, the module
`certificate`, and the role `certificate`, which calls it. Hosts are this machine, and modules stay in the worker or are
shipped over ssh, to an sshd on this machine. A `stat` is always shipped. All are run in turn, {rounds} times.
"""

DAY = """\
One host whose certificate is due, with the role `certificate`, from the new key to the installed successor, with the
validation in Alibaba Cloud DNS: {tasks} tasks, {lines} lines of output, {calls} calls.
"""

BY_INSTANCE = """\
The same with a certificate from a subscription instance of a pool: {tasks} tasks, {lines} lines of output, {calls}
calls.
"""

FLEET = """\
The playbook `certops.alicloud.renew` on hosts whose certificates are all due. The limit is what the emulator lets pass,
of all operations of the account together; a call that it refuses is not counted. The last line is {controllers}
controllers at once that know nothing of each other, each with its share of the hosts. A `ratio` is the time to what the
calls take at the limit.
"""


def page(measured: Measured, limits: Sequence[Bar], versions: Mapping[str, str]) -> str:
    """Return the page as Markdown."""
    others = cores(measured.cores)
    parts = [
        TITLE,
        "## Limits\n",
        "The run fails when one is not met.\n",
        table(("ratio", "at most", "measured", ""), map(_limit, limits)),
        *([CORES_HEAD, others] if others else []),
        f"## Loops\n\n{ITEMS}",
        _loops(measured),
        f"## Whole playbooks\n\n{WHOLE}",
        table(("task", "seconds"), ((_short(name), f"{value:.2f}") for name, value in measured.whole.items())),
        f"## Lists\n\n{LISTS}",
        _lists(measured),
        "## Hosts with nothing to do\n",
        _quiet(measured.quiet),
        "## Renewals\n",
        _renewals(measured.renewals),
        "## Versions\n",
        table(("what", "version"), versions.items()),
    ]
    return "\n".join(parts)


def cores(measured: Mapping[str, OnCore]) -> str:
    """Return the section of the oldest and the newest ansible-core; nothing where neither was run."""
    found = bars_of_cores(measured)
    if not found:
        return ""
    rows = [
        (
            each[0].name,
            _with_unit(each[0], f"{each[0].limit:g}"),
            *(_with_unit(bar, number(bar.value) if bar.met else f"**{number(bar.value)}**") for bar in each),
        )
        for each in zip(*found.values())
    ]
    return f"{CORES}\n{table(('ratio', 'at most', *found), rows)}"


def with_cores(text: str, measured: Mapping[str, OnCore]) -> str:
    """Return the page with this section as it was measured now, in the place of an older one."""
    before, loops, rest = text.partition("## Loops\n")
    return f"{before.partition(CORES_HEAD)[0]}{CORES_HEAD}\n{cores(measured)}\n{loops}{rest}"


def _short(name: str) -> str:
    """A peer without what it does."""
    return PEERS[name].partition(": ")[0]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; all columns but the first are numbers."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, marks, *rows))


def _limit(limit: Bar) -> tuple[str, ...]:
    verdict = "met" if limit.met else "**not met**"
    return limit.name, _with_unit(limit, f"{limit.limit:g}"), _with_unit(limit, number(limit.value)), verdict


def _with_unit(limit: Bar, figure: str) -> str:
    return f"{figure} {limit.unit}" if limit.unit else figure


def number(value: float) -> str:
    """Return a number with the digits that mean something."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def _loops(measured: Measured) -> str:
    lengths = sorted(measured.loops)
    head = ("task", *(f"loop of {length}" for length in lengths), "spread", f"to `uri`, loop of {COMPARED}")
    loop = measured.loops[COMPARED]
    rows = [
        (
            words,
            *(_milliseconds(measured, length, task) for length in lengths),
            *((f"{spread(loop.items[task]):.0%}", number(to(loop, task, URI))) if task in loop.items else ("", "")),
        )
        for task, words in PEERS.items()
    ]
    bare = [f"{measured.loops[length].exchange * 1000:.1f}" for length in lengths]
    rows.append(("the two calls with the certificate and nothing else, by a script", *bare, "", ""))
    return table(head, rows)


def _milliseconds(measured: Measured, length: int, task: str) -> str:
    """One item's time; nothing where a peer was left out."""
    loop = measured.loops[length]
    return f"{item(loop, task) * 1000:.1f}" if task in loop.items else ""


def _lists(measured: Measured) -> str:
    lists = measured.lists
    rows = [
        (f"{listed.orders:,}", f"{listed.seconds:.2f}", f"{listed.peak:.0f}")
        for listed in (lists["one"], lists["hundred"], lists["many"])
    ]
    rows.append((f"{TIMES} times one page", f"{lists['pages'].seconds:.2f}", f"{lists['pages'].peak:.0f}"))
    rows.append(("10,000, the client alone", f"{lists['client'].seconds:.2f}", f"{lists['client'].peak:.0f}"))
    return table(("orders", "seconds", "peak memory, MiB"), rows)


def _quiet(quiet: Quiet) -> str:
    rows = [
        (f"{name}, {way}", number(quiet.seconds(name, way)), number(to_stat(quiet, name, way)))
        for name, way in quiet.rounds
    ]
    text = QUIET.format(hosts=quiet.hosts, rounds=len(quiet.rounds[STAT, SSH]))
    return f"{text}\n{table(('what', 'seconds for each host', 'to `stat`'), rows)}"


def _renewals(renewals: Renewals) -> str:
    day, rate = renewals.day, renewals.rate
    one, other = _day(DAY, day), _day(BY_INSTANCE, renewals.by_instance)
    rows = [
        _fleet("no limit", renewals.fleet, ""),
        _fleet(f"{rate:g} calls a second", renewals.paced, number(renewals.paced.to_limit(rate))),
        _fleet(f"the same, {CONTROLLERS} controllers", renewals.apart, number(renewals.apart.to_limit(rate))),
    ]
    fleets = table(("limit", "hosts", "seconds", "calls for each host", "ratio"), rows)
    calls = table(("operation, for one host", "calls"), _counted(day))
    more = table(("operation, for one host", "calls"), _counted(renewals.by_instance))
    return f"{one}\n{calls}\n{other}\n{more}\n{FLEET.format(controllers=CONTROLLERS)}\n{fleets}"


def _day(text: str, day: Day) -> str:
    return text.format(tasks=day.tasks, lines=day.lines, calls=sum(day.calls.values()))


def _counted(day: Day) -> Iterable[tuple[str, str]]:
    return ((name, str(count)) for name, count in day.calls.items())


def _fleet(limit: str, fleet: Fleet, share: str) -> tuple[str, ...]:
    return limit, str(fleet.hosts), number(fleet.seconds), number(fleet.calls_each), share
