# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The failures of the chain: what happened, in which state things are, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import Failure, NotAllowed, StateNotReached
from .._text import shown

if TYPE_CHECKING:
    from .observe import Look
    from .source import Thing
    from .wanted import CertificateWanted, Service

_AT_SERVERS = "at every name server of the zone"


class Words(NamedTuple):
    """How sentences speak of a source: what is sent, what has the certificate then, and that nothing was sent."""

    sent: str
    holder: str
    has_it: str
    nothing: str
    does_nothing: str


_WORDS = {
    "order": Words("order", "order", "was issued, but its certificate", "Nothing was ordered.", "orders nothing"),
    "instance": Words(
        "application",
        "instance",
        "has another certificate, which",
        "Nothing was applied for.",
        "applies for nothing",
    ),
}
# By what is wrong with an issued certificate (``problem`` of certificate_store): what to do about it.
_ADVICE = {
    "not_yet_valid": "Set the clock of the host, or run again after that moment.",
    "expired": "Check the clock of the host.",
    "chain": "Look at the certificate in the console, and report this if it is complete there.",
    "names": "Compare domains with the names of the {holder} in the console.",
    "key": "",
    "unreadable": "Look at the certificate in the console.",
}

SEVERAL_NAMES = (
    "domains: several names in one order: how the service tells what validates each of them is not confirmed, so "
    "validation may need a manual step; one order per name avoids it."
)


def words(wanted: CertificateWanted) -> Words:
    return _WORDS[wanted.options["source"]]


def with_options(text: str, within: Collection[str]) -> str:
    """What is told of an option that stands within ``instance`` here."""
    return ("instance." if text.partition(":")[0].partition(".")[0] in within else "") + text


def named(entry: Mapping[str, Any]) -> str:
    """How sentences call what is published."""
    if entry["method"] == "file":
        return f"file {shown(str(entry['url']))}"
    return f"{entry['record_type']} {shown(str(entry['record_name'] or entry['raw_record_name']))}"


def all_named(entries: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(map(named, entries)))


def in_use(look: Look) -> str:
    """What serves meanwhile, and until when."""
    if not look.current:
        return "No certificate is in use."
    current = look.current
    until = "it expired at" if current["days_left"] < 0 else "it is valid until"
    return f"Generation {current['generation']} stays in use; {until} {current['not_after']}."


def revoked(current: Mapping[str, Any], since: str | None) -> str:
    return f"the certificate in use, {current['serial_number']}, is revoked since {since}, as the CRL of its CA says"


def another_key(asked: tuple[str, int], has: tuple[str | None, int | None], rotates: bool) -> str:
    """The end of a reason: nothing is ordered for a key alone."""
    there = " ".join(map(str, filter(None, has))) or "of another type"
    if not rotates:
        return f"; the key stays {there}, not {asked[0]} {asked[1]}, because rotate_key is false"
    return f"; the key is {there} until the next renewal makes one of {asked[0]} {asked[1]}"


def abandoned(other: Mapping[str, Any]) -> str:
    """An order that is in progress for names that are not wanted any more."""
    return (
        f"domains: generation {other['generation']} waits for {_source(other)} for "
        f"{', '.join(other['domains'])}, which are not the domains of this certificate now, so it is not resumed. To "
        "resume it, set domains to these again; if it is not wanted, cancel it in the console."
    )


def other_source(source: str, staged: Mapping[str, Any]) -> list[str]:
    """What is in progress at the source that the certificate came from before."""
    if not (staged.get("order_id") or staged.get("instance_id")):
        return []
    return [
        f"source: generation {staged['generation']} waited for {_source(staged)}, which is not resumed with source: "
        f"{source}. To resume it, set source as it was; if it is not wanted, cancel it in the console."
    ]


def _source(ids: Mapping[str, Any]) -> str:
    """The order or the instance with this id."""
    return f"order {ids['order_id']}" if ids.get("order_id") else f"instance {ids.get('instance_id')}"


def order_failed(wanted: CertificateWanted, failure: Failure) -> Failure:
    """A failed application. An order for another key is told with every cause that costs nothing first."""
    if failure.facts.get("key_mismatch"):
        failure.msg = _other_key(wanted, failure.facts)
    return ordered_elsewhere(wanted, failure)


def ordered_elsewhere(wanted: CertificateWanted, failure: Failure) -> Failure:
    """Another host, or another directory of this one, has just ordered for the same domains."""
    if failure.facts.pop("other_key", False):
        failure.msg = (
            f"{failure.msg} Hosts that serve the same domains share one certificate: set share_group to a group of "
            f"them. {words(wanted).nothing}"
        )
    return failure


def _other_key(wanted: CertificateWanted, facts: Mapping[str, Any]) -> str:
    source, where = _source(facts), f"{wanted.options['directory']}/{wanted.name}"
    if facts.get("order_id"):
        was, ordered = "was issued for", "ordered"
        last = (
            "Only if the key is lost, replace_lost_key: true orders a new one, which uses one certificate of the quota."
        )
    else:
        was, ordered = "has a certificate for", "applied for"
        last = (
            "Only if the key is lost, or the service made it, replace_lost_key: true applies for a certificate with a "
            "new key."
        )
    return (
        f"{source[:1].upper()}{source[1:]} for {wanted.named} {was} a key that is not in {where} on this host. "
        f"{words(wanted).nothing} Check whether the key lies in another directory or under another name on this host, "
        f"or whether another host {ordered} this certificate (then share it with share_group). {last}"
    )


def key_staged(wanted: CertificateWanted, generation: int) -> Failure:
    """Hosting has reissued the certificate for the key in use, beside a key for the next one."""
    return NotAllowed(
        f"Hosting has reissued the certificate for {wanted.named} for the key in use, but generation {generation} has "
        "another key, for which nothing is in progress. To install what hosting issued, remove "
        f"{wanted.options['directory']}/{wanted.name}/generations/{generation} and run the task again."
    )


def not_issued(wanted: CertificateWanted, order: Thing, failure: Failure, look: Look) -> Failure:
    """The wait ended without a certificate."""
    if failure.facts.get("key_mismatch"):
        return order_failed(wanted, failure)
    again = "" if "Run the task again" in failure.msg else _again(wanted)
    waits = failure.facts.get("order") or failure.facts.get("instance") or {}
    if wanted.validation.is_ours and waits.get("status") == "pending_validation" and waits.get("validation"):
        failure.msg = _not_validated(wanted, order, waits["validation"], look)
        return failure.add(**order.ids)
    failure.msg = f"{_ended(failure.msg)} {in_use(look)} {again}".strip()
    return failure.add(**order.ids)


def _not_validated(wanted: CertificateWanted, order: Thing, entries: Sequence[Mapping[str, Any]], look: Look) -> str:
    """What the task published is removed when this is read; whether the CA could see it is the question."""
    by_file = wanted.validation.method == "file"
    where = "at every address of the domain, on port 80, without a redirect" if by_file else _AT_SERVERS
    return (
        f"The domain was not validated after {wanted.timeout:g} s ({order.named}, pending_validation). "
        f"{all_named(entries)} was published for it until now. Check that the CA can see it: {where}. {in_use(look)} "
        f"Run the task again to resume waiting; it publishes it again, and {words(wanted).does_nothing}."
    )


def _again(wanted: CertificateWanted) -> str:
    return f"Run again when this is corrected; the next run resumes this {words(wanted).sent}."


def gone(wanted: CertificateWanted, named: str, look: Look, **ids: str) -> Failure:
    """What is to be waited for is not there any more, or its application has ended."""
    return StateNotReached(
        f"order_id: {named} for {wanted.named} gives no certificate any more. {in_use(look)} The next run without "
        "order_id applies again.",
        **ids,
    )


def not_installed(wanted: CertificateWanted, order: Thing, failure: Failure, look: Look) -> Failure:
    """The issued certificate was not taken by the host."""
    if failure.facts.get("key_mismatch"):
        failure.add(**order.ids)
        return order_failed(wanted, failure)
    reason = _ended(failure.msg.removeprefix("fullchain: "))
    reason = reason[:1].upper() + reason[1:]
    sent, holder, has_it, *_rest = words(wanted)
    advice = _ADVICE.get(str(failure.facts.get("problem")), "").format(holder=holder)
    failure.msg = (
        f"{order.named} {has_it} was not installed. {reason} {in_use(look)} {advice} "
        f"The next run fetches this certificate again, without another {sent}."
    ).replace("  ", " ")
    return failure.add(**order.ids)


def reload_failed(service: Service, failure: Failure) -> Failure:
    failure.msg = f"services: {service.name} could not be {service.action}ed. {_ended(failure.msg)}"
    return failure


def not_served(wanted: CertificateWanted, look: Look) -> Failure:
    current = look.current or {}
    seen = [
        f"{each['address']} serves {each['serial_number']}"
        if each["serial_number"]
        else f"{each['address']}: {each['problem']}"
        for each in look.served or ()
        if each["sha256_fingerprint"] != current.get("sha256_fingerprint")
    ]
    return StateNotReached(
        f"{', '.join(wanted.endpoints)} does not serve {current.get('serial_number')} after the reload; "
        f"{'; '.join(seen)}."
    )


class Back(NamedTuple):
    """What came of putting the ``previous`` generation back: a ``problem``, or which reloads ``failed`` then."""

    previous: int | None
    problem: Failure | None = None
    failed: Sequence[Failure] = ()


def rolled_back(wanted: CertificateWanted, failure: Failure, generation: int, back: Back) -> Failure:
    """What became of a certificate that was installed, but could not be put to use."""
    previous, problem, failed = back
    if previous is None:
        after = f"There was no generation to put back; generation {generation} is in use."
    elif problem:
        after = f"Putting generation {previous} back failed, too: {_ended(problem.msg)}"
    else:
        after = f"Generation {previous} was put back; the new certificate is in generation {generation}."
    same = "The same happened after that."
    again = (same if each.msg == failure.msg else f"After that, {each.msg}" for each in failed)
    parts = [
        failure.msg,
        after,
        *again,
        f"The next run tries again, without another {words(wanted).sent}.",
    ]
    failure.msg = " ".join(map(_ended, parts))
    return failure


def _ended(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else text + "."
