# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where instances come from: the shop, which is not part of this API. Built as they are wished for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..core.refusal import Impossible
from ..core.world import World
from ..orders.parameters import read_csr
from .facts import CHINA, SITES, Application, Form, Instance
from .lifecycle import DAY, MONTH, issue
from .specs import BUY, TEST, fits, read_spec

# An hour: long enough for the refusals that follow a purchase.
AGE_DAYS = 1 / 24
STATES = ("inactive", "withdrawn", "pending", "normal", "willExpire", "expired", "refund", "closed")
_DEFAULT_NAME = "www.example.com"
_TEST_SPEC, _BUY_SPEC = "ss.dv.t", "geo.dv.f"


@dataclass(frozen=True)
class Wish:
    """What to add. `full` and `wildcard` None: one name of the spec's kind; `months` None: 3 for TEST, else 12."""

    type: str = ""
    spec: str = ""
    full: int | None = None
    wildcard: int | None = None
    months: float | None = None
    site: str = CHINA
    state: str = "inactive"
    domains: tuple[str, ...] = ()
    csr: str = ""
    auto_reissue: bool = False
    age_days: float | None = None
    issued_days: float = 0
    count: int = 1


def read_wish(wish: Mapping[str, Any]) -> Wish:
    """From JSON; raises Impossible with a sentence."""
    known = {item.name: str(item.type) for item in fields(Wish)}
    for name, value in wish.items():
        if name not in known:
            raise Impossible(f"An instance has no {name}; it has {', '.join(known)}.")
        if not _suits(value, known[name]):
            raise Impossible(f"{name} of an instance does not take {value!r}.")
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in wish.items()}
    return _checked(Wish(**values))


def read_text(text: str) -> dict[str, Any]:
    """`spec=geo.dv.f,count=3,domains=a.example.com+b.example.com` of the command line."""
    kinds = {item.name: str(item.type) for item in fields(Wish)}
    wish: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            raise Impossible(f"{part!r} has to be NAME=VALUE.")
        wish[name] = _value(kinds.get(name, "str"), value)
    return wish


def _value(kind: str, text: str) -> Any:
    try:
        if kind.startswith("tuple"):
            return text.split("+")
        if kind == "bool":
            return {"true": True, "false": False}[text]
        return int(text) if kind.startswith("int") else float(text) if kind.startswith("float") else text
    except (KeyError, ValueError) as error:
        raise Impossible(f"{text!r} is not a value of kind {kind}.") from error


def _suits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "bool"
    if isinstance(value, (list, tuple)):
        return kind.startswith("tuple") and all(isinstance(each, str) for each in value)
    if isinstance(value, (int, float)) and value < 0:
        return False
    wanted: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}
    return isinstance(value, wanted.get(kind.partition(" ")[0], ()))


def _checked(wish: Wish) -> Wish:
    kind = wish.type or (TEST if wish.spec.endswith(".t") else BUY)
    spec = wish.spec or (_TEST_SPEC if kind == TEST else _BUY_SPEC)
    letter = read_spec(spec).kind
    full = wish.full if wish.full is not None else int(letter != "w")
    wildcard = wish.wildcard if wish.wildcard is not None else int(letter in "wm")
    domains = wish.domains or (() if wish.state in ("inactive", "refund") else (_default(full),))
    for text, choices, what in ((kind, (BUY, TEST), "type"), (wish.site, SITES, "site"), (wish.state, STATES, "state")):
        if text not in choices:
            raise Impossible(f"{what} of an instance is one of {', '.join(choices)}.")
    if not fits(domains, full, wildcard, spec):
        raise Impossible(f"{', '.join(domains)} does not fit an instance for {full} names and {wildcard} wildcards.")
    months = wish.months or (3 if kind == TEST else 12)
    return replace(wish, type=kind, spec=spec, full=full, wildcard=wildcard, months=months, domains=domains)


def _default(full: int) -> str:
    return _DEFAULT_NAME if full else "*.example.com"


def add(world: World, wish: Wish) -> list[Instance]:
    return [world.store_instance(_in_state(world, wish, _new(world, wish))) for _each in range(wish.count)]


def _new(world: World, wish: Wish) -> Instance:
    number = len(world.instances) + 1
    # cas-cn-*: docstrings of the official SDK; what those of the other site look like is unconfirmed.
    prefix = "cas-cn-" if wish.site == CHINA else "cas-sg-"
    ages = {"willExpire": (wish.months or 0) * MONTH / DAY - 15, "expired": (wish.months or 0) * MONTH / DAY + 1}
    age = wish.age_days if wish.age_days is not None else max(AGE_DAYS, wish.issued_days, ages.get(wish.state, 0))
    return Instance(
        instance_id=prefix + world.token("bought", number)[:10],
        number=number,
        kind=wish.type,
        spec=wish.spec,
        bought=world.now() - age * DAY,
        months=wish.months or 0,
        full=wish.full or 0,
        wildcard=wish.wildcard or 0,
        site=wish.site,
        auto_reissue=wish.auto_reissue,
    )


def _in_state(world: World, wish: Wish, instance: Instance) -> Instance:
    now = world.now()
    if not wish.domains:
        return replace(instance, refunded=now) if wish.state == "refund" else instance
    instance = replace(instance, form=_form(world, wish))
    if wish.state == "inactive":
        return instance
    # A certificate of an old subscription was issued when it was bought.
    at = instance.bought if wish.state in ("willExpire", "expired") else now - wish.issued_days * DAY
    instance = replace(instance, application=Application(1, instance.form, at, at, at))
    return _ended(world, wish, instance, at)


def _ended(world: World, wish: Wish, instance: Instance, at: float) -> Instance:
    if wish.state == "pending" or instance.application is None:
        return instance
    if wish.state in ("withdrawn", "refund"):
        gone = replace(instance.application, withdrawn=at)
        return replace(instance, application=gone, refunded=at if wish.state == "refund" else None)
    issued = issue(instance, at, world.dials)
    return replace(issued, closed=at) if wish.state == "closed" else issued


def _form(world: World, wish: Wish) -> Form:
    contacts = tuple(each.contact_id for each in world.people.contacts[:1])
    spki = read_csr(wish.csr).spki if wish.csr else b""
    return Form(names=wish.domains, csr=wish.csr, spki=spki, contacts=contacts)
