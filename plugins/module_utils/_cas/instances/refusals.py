# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What the collection refuses to do with an instance, and the sentence for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..._errors import NotAllowed
from ..._text import one_line, utc_text
from ..._x509.hostnames import uncovered
from ..status import PENDING, RUNNING, Status, Subscription
from .instance import counts, lower
from .select import carries_key, is_elsewhere

if TYPE_CHECKING:
    from .instance import Instance
    from .select import Seen, Stock
    from .wanted import InstanceWanted

_DONE = "Nothing was done."
# Days before a subscription ends in which a warning says so.
_WEEKS = 30


def refuse_unknown(instance: Instance) -> None:
    """No plan acts on what this collection does not know."""
    if instance.status is Status.UNKNOWN:
        word = one_line(instance.unknown_word or "nothing", 80)
        raise NotAllowed(
            f"{instance.named} is in a state unknown to this collection (the service calls it {word}). {_DONE} Look at "
            "it in the console.",
            instance_id=instance.instance_id,
        )


def refuse_elsewhere(wanted: InstanceWanted, instance: Instance) -> None:
    """An id that belongs to other names was mistaken, most likely: their next certificate would be lost."""
    if is_elsewhere(wanted, instance) and not wanted.force:
        raise NotAllowed(
            f"instance_id: {instance.named} has none of the names that were asked for ({wanted.named}). {_DONE} Check "
            "the ID. Only to use it for these names from now on, set force: true.",
            instance_id=instance.instance_id,
        )


def refuse_misfit(wanted: InstanceWanted, instance: Instance) -> None:
    """Names that the instance cannot hold are refused by the service after it was asked."""
    single, wildcard = counts(wanted.domains)
    held = (instance.single_names, instance.wildcard_names)
    if any(there is not None and wants > there for wants, there in zip((single, wildcard), held)):
        raise NotAllowed(
            f"domains: {_are(single, wildcard)}, and instance {instance.instance_id} ({instance.spec}) holds "
            f"{instance.holds}. {_DONE} Give other domains, or an instance that holds them.",
            instance_id=instance.instance_id,
        )


def _are(single: int, wildcard: int) -> str:
    names = [f"{single} single name{'s' * (single != 1)}"] if single else []
    return " and ".join([*names, *([f"{wildcard} wildcard{'s' * (wildcard != 1)}"] if wildcard else [])]) + (
        " were given" if single + wildcard > 1 else " was given"
    )


def none_serves(wanted: InstanceWanted, stock: Stock, there: tuple[str, ...], used: str = "") -> NotAllowed:
    """No instance of the pool serves these names, and none can be taken.

    ``there`` says what each unused one holds, ``used`` why the one that is for these names does not serve any more.
    """
    if stock.planned and stock.unused:
        left = f"the {stock.planned} that would fit are taken by this run's earlier tasks"
    elif stock.unused:
        left = f"{_are(*counts(wanted.domains))}, and its unused instances hold {'; '.join(there)}"
    else:
        left = "none of its instances is unused"
    found = used or f"no instance is for {wanted.named} already"
    return NotAllowed(
        f"pool: {found}, and {left}. {_DONE} Instances are bought in the console; cas_instance_info lists those that "
        "the account has. Check pool, region and the access key.",
        quota=stock.public(False),
    )


def refuse_two_in_flight(wanted: InstanceWanted, found: Sequence[Instance]) -> None:
    """Of two applications for the same names, the user says which one is to be withdrawn."""
    if len(found) > 1:
        ids = ", ".join(sorted(each.instance_id for each in found))
        raise NotAllowed(
            f"pool: {len(found)} instances have an application in progress for {wanted.named} ({ids}). {_DONE} Give "
            "instance_id, the one to withdraw."
        )


def used_up(instance: Instance, why: str) -> str:
    """Why an instance that needs another certificate cannot give one."""
    since = f" since {utc_text(instance.subscription_end)}" if instance.subscription_end else ""
    ends = (
        f"its subscription is {instance.subscription.value}{since}"
        if instance.subscription not in RUNNING
        else "a free test instance is good for one"
    )
    return f"{instance.named} needs another certificate ({why}), but {ends}"


def refuse_subscription_over(instance: Instance, why: str) -> None:
    """An application that the subscription does not allow any more."""
    if instance.subscription not in RUNNING:
        raise NotAllowed(
            f"{used_up(instance, why)}. Nothing was applied for. Buy another instance in the console, and give its ID, "
            "or a pool that it belongs to.",
            instance_id=instance.instance_id,
            subscription_over=True,
        )


def refuse_used_test(seen: Seen, instance: Instance, why: str) -> None:
    """A free test instance is good for one certificate; whether the service knows another rule is not known."""
    if not instance.is_free_test or instance.certificate_id is None:
        return
    left = seen.summary.unused if seen.summary else None
    stock = f" {left} unused test instance{'s are' if left != 1 else ' is'} left." if left is not None else ""
    raise NotAllowed(
        f"{used_up(instance, why)}. Nothing was applied for.{stock} Give another instance_id, or pool with "
        "instance_type: test in place of it, which takes the next one.",
        instance_id=instance.instance_id,
        quota=None if left is None else {"unused": left},
    )


def refuse_no_contact(seen: Seen, instance: Instance) -> None:
    """An application needs a contact, and one that the instance has is used again."""
    if not (seen.contact_ids or instance.form.contact_ids):
        raise NotAllowed(
            f"contact_ids: {instance.named} has no contact yet, and an application needs one. {_DONE} Give "
            "contact_ids, or contact, the exact name of a contact of the account.",
            instance_id=instance.instance_id,
        )


def refuse_no_domains(seen: Seen, instance: Instance) -> None:
    """A form is sent as a whole, and one without names is not."""
    wanted = seen.wanted
    asked = {"key_algorithm": wanted.key_algorithm, "contact_ids": seen.contact_ids, "company_id": seen.company_id}
    given = [option for option, value in asked.items() if value is not None]
    if given and not wanted.domains and not instance.form.domains:
        raise NotAllowed(
            f"domains: {instance.named} has no domains yet, and {', '.join(given)} is sent together with them. {_DONE} "
            "Give domains.",
            instance_id=instance.instance_id,
        )


def refuse_no_company(seen: Seen, instance: Instance) -> None:
    """OV and EV certificates are issued to a company."""
    if instance.certificate_type in ("OV", "EV") and not (seen.company_id or instance.form.company_id):
        raise NotAllowed(
            f"company_id: {instance.named} is for {instance.certificate_type} certificates, which are issued to a "
            f"company. {_DONE} Give company_id, or company, the exact name of a company of the account.",
            instance_id=instance.instance_id,
        )


def refuse_in_progress(wanted: InstanceWanted, instance: Instance) -> None:
    """An application in progress that would give another certificate than the one that is asked for."""
    form = instance.form
    if form.domains and uncovered(wanted.domains, form.domains):
        what = f"other names ({', '.join(form.domains)})"
    elif wanted.csr and form.public_key_sha256 not in (None, wanted.csr.public_key_sha256):
        what = "another key than that of the CSR"
    elif wanted.csr and form.makes_key:
        what = "a key that the service makes, and not for the CSR"
    else:
        return
    raise NotAllowed(
        f"Instance {instance.instance_id} has an application in progress for {what}. {_DONE} Wait until it has ended, "
        "or withdraw it with cas_instance and state: cancelled.",
        instance_id=instance.instance_id,
        other_key=what.startswith("another key"),
    )


def refuse_wrong_certificate(wanted: InstanceWanted, instance: Instance) -> None:
    """The newest certificate must carry the CSR's key and cover the names asked for."""
    if not carries_key(wanted, instance):
        raise NotAllowed(
            f"The certificate of {lower(instance)} was issued for another key than that of the CSR; nothing was "
            "applied for. The CSR may be an old one, or of another host or directory: look there for the key, and use "
            "its CSR. Only if that key is lost: on_key_mismatch: reorder applies for a certificate for the new key.",
            instance_id=instance.instance_id,
            key_mismatch=True,
        )
    missing = uncovered(wanted.domains, instance.certificate_domains) if instance.certificate_domains else []
    if missing:
        raise NotAllowed(
            f"The certificate of {lower(instance)} was issued without {', '.join(missing)}, which was asked "
            "for; compare the spelling of the names with those of the instance.",
            instance_id=instance.instance_id,
        )


def refuse_hosting(seen: Seen) -> None:
    """Hosting takes one of a quota for each renewal, which is bought apart."""
    summary = seen.summary
    if summary is not None and summary.auto_reissues == 0:
        raise NotAllowed(
            "auto_reissue: the account has no quota for hosting left (managed quota), so the service could not renew "
            f"by itself. {_DONE} Buy some in the console, or leave auto_reissue out.",
            quota={"auto_reissues": 0},
        )


def refuse_refund(instance: Instance) -> None:
    """Only what never had a certificate can be given back."""
    if instance.certificate_id is not None:
        raise NotAllowed(
            f"state: refunded is for instances that never had a certificate, and {lower(instance)} had "
            f"certificate {instance.certificate_id}. {_DONE} It is not revoked in order to be refunded, either.",
            instance_id=instance.instance_id,
        )
    if instance.service_status == PENDING:
        raise NotAllowed(
            f"state: refunded: {instance.named} has an application in progress. {_DONE} Withdraw it first, with "
            "state: cancelled.",
            instance_id=instance.instance_id,
        )
    if instance.subscription not in (*RUNNING, Subscription.REFUNDED):
        raise NotAllowed(
            f"state: refunded: the subscription of {lower(instance)} is {instance.subscription.value}. {_DONE}",
            instance_id=instance.instance_id,
        )


def subscription_warning(instance: Instance, now: datetime, opens: datetime | None) -> str | None:
    """A warning when the subscription ends before the next certificate can be applied for; in its last weeks."""
    end, not_after = instance.subscription_end, instance.not_after
    if end is None or opens is None or not_after is None:
        return None
    if instance.subscription in RUNNING and opens <= end:
        return None
    if instance.subscription is Subscription.ACTIVE and not _is_near(end, now):
        return None
    return _ends_before(lower(instance), (end, not_after, opens), now)


def noted_subscription_warning(named: str, dates: tuple[datetime, datetime, datetime], now: datetime) -> str | None:
    """The same for a certificate in use, by what its host has noted: when the subscription ends, the certificate
    expires, and its window opens."""
    end, _not_after, opens = dates
    return _ends_before(named, dates, now) if end < opens and _is_near(end, now) else None


def _is_near(end: datetime, now: datetime) -> bool:
    return (end - now).days < _WEEKS


def _ends_before(named: str, dates: tuple[datetime, datetime, datetime], now: datetime) -> str:
    end, not_after, opens = dates
    return (
        f"The subscription of {named} {'ended' if end <= now else 'ends'} on {end.date()}, before its next certificate "
        f"is applied for, from {opens.date()} on. The certificate stays valid until {not_after.date()}. Buy another "
        "instance in the console before, and give its ID."
    )


def unchangeable(instance: Instance) -> str:
    """A warning that the service takes no other settings any more."""
    return (
        f"certificate_name and auto_reissue stay as they are: the subscription of {lower(instance)} is "
        f"{instance.subscription.value}."
    )


def unread(instance: Instance) -> str:
    """A warning that the key of a certificate is not known."""
    return (
        f"The service does not give the certificate of {lower(instance)}, so whether it has the key of the CSR "
        "is unknown."
    )
