# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set that another program has left on the host is put in use, in one task."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from tests.support.certificates import GOOD, OTHER, WWW, Set, Shop, new_set


@pytest.fixture
def left(tmp_path: Path) -> Callable[[Set], dict[str, Any]]:
    """The files as certbot leaves them: links to an archive."""

    def leave(what: Set) -> dict[str, Any]:
        paths = {}
        for name, content in (("fullchain", what.fullchain), ("private_key", what.key)):
            archived, live = tmp_path / f"{name}1.pem", tmp_path / f"{name}.pem"
            archived.write_text(content)
            live.unlink(missing_ok=True)
            live.symlink_to(archived.name)
            paths[f"{name}_path"] = str(live)
        return {"domains": list(WWW), **paths}

    return leave


Left = Callable[[Set], dict[str, Any]]


def test_a_set_of_another_program_is_put_in_use_in_one_task(shop: Shop, left: Left) -> None:
    given = left(GOOD)
    foreseen = shop.act("current", check=True, **given)
    assert not shop.directory.exists()
    done = shop.act("current", **given)
    assert [step["action"] for step in done["plan"]] == ["create_generation", "write_file", "activate"]
    assert (foreseen["plan"], foreseen["changed"]) == (done["plan"], True)
    assert shop.look()["current"]["generation"] == done["generation"] == 1
    assert (shop.generation_path(1) / "privkey.pem").read_text() == GOOD.key
    assert shop.act("current", **given)["changed"] is False


def test_it_is_not_verified_until_it_is_reloaded(shop: Shop, left: Left) -> None:
    shop.act("current", **left(GOOD))
    assert shop.look()["action"] == "reload"


def test_forms_and_links_come_with_it(shop: Shop, left: Left, tmp_path: Path) -> None:
    link = {"path": str(tmp_path / "haproxy.pem"), "file": "combined.pem"}
    shop.act("current", forms=[{"type": "combined"}], links=[link], **left(GOOD))
    assert GOOD.key in (tmp_path / "haproxy.pem").read_text()


def test_it_can_also_be_stored_alone(shop: Shop, left: Left) -> None:
    assert shop.act("complete", **left(GOOD))["generation"] == 1
    assert shop.look()["current"] is None
    assert [step["action"] for step in shop.act("current", **left(GOOD))["plan"]] == ["write_file", "activate"]


def test_an_import_that_runs_again_replaces_no_certificate_that_is_valid_longer(shop: Shop, left: Left) -> None:
    shop.act("current", **left(GOOD))
    longer = new_set(days=400)
    shop.use(longer, keep=0)
    before = shop.picture()
    again = shop.act("current", **left(GOOD))
    assert (again["changed"], again["generation"]) == (False, 2)
    assert shop.picture() == before


def test_a_certificate_in_use_that_expires_earlier_is_replaced(shop: Shop, left: Left) -> None:
    shop.use(new_set(days=12))
    assert shop.act("current", **left(GOOD))["generation"] == 2
    assert (shop.generation_path(2) / "fullchain.pem").read_text() == GOOD.fullchain


def refusal(shop: Shop, **options: Any) -> str:
    with pytest.raises(Failure) as refused:
        shop.act("current", **options)
    assert not shop.directory.exists()
    assert GOOD.key.splitlines()[1] not in refused.value.msg
    return refused.value.msg


@pytest.mark.parametrize(
    ("what", "begins", "why"),
    [
        (new_set(days=9), "fullchain_path: {}/fullchain.pem: ", "expired"),
        (new_set(names=("other.example",)), "fullchain_path: {}/fullchain.pem: ", "www.example.com"),
        (Set(OTHER.key, GOOD.fullchain), "fullchain_path: {}/fullchain.pem: ", "made for another key"),
        (Set(GOOD.key, "x"), "fullchain_path: {}/fullchain.pem: ", "give the certificate and its chain in PEM"),
        (Set("x", GOOD.fullchain), "private_key_path: {}/private_key.pem: ", "give a private key in PEM"),
    ],
)
def test_why_it_is_refused_is_told_with_the_path(
    shop: Shop, left: Left, tmp_path: Path, what: Set, begins: str, why: str
) -> None:
    said = refusal(shop, **left(what))
    assert said.startswith(begins.format(tmp_path)) and why in said, said


def test_a_file_that_is_not_there_or_too_large_is_named(shop: Shop, left: Left, tmp_path: Path) -> None:
    given = left(GOOD)
    gone = str(tmp_path / "gone.pem")
    assert refusal(shop, **{**given, "private_key_path": gone}) == f"private_key_path: {gone} is missing."
    large = tmp_path / "large.pem"
    large.write_bytes(b"x" * (1024 * 1024 + 1))
    assert "is larger than 1 MiB" in refusal(shop, **{**given, "fullchain_path": str(large)})
    assert "cannot be read" in refusal(shop, **{**given, "fullchain_path": str(tmp_path)})


def test_the_domains_have_to_be_given(shop: Shop, left: Left) -> None:
    assert refusal(shop, **{**left(GOOD), "domains": None}).startswith("domains: ")
