# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing requests and certificates of every bad kind, and sets of which most must not be installed."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._x509 import certificate, csr
from ansible_collections.certops.alicloud.plugins.modules import cas_order
from tests.reliability.support.figures import Figures
from tests.support.certificates import ABOVE, INTERMEDIATE, NOW, ROOT, Set, Shop, Signer, key_pem, new_key, pem

from .certificates import LABEL, WWW, damaged, damages, keys, pem_block, request_der, requests
from .task import CONNECTION, WRONG, Inputs, honest_service, run_task
from .values import draw_examples

pytestmark = pytest.mark.reliability("Hostile input")

DAMAGED_SHORT, DAMAGED_LONG = 400, 12_000
SETS_SHORT, SETS_LONG = 100, 2500


def test_strange_signing_requests(figures: Figures) -> None:
    inputs = Inputs("strange signing requests")
    for name, text in requests().items():
        with inputs.judge(name):
            run_task(cas_order.main, {**CONNECTION, "csr_content": text, "wait_timeout": 60}, honest_service())
    inputs.record(figures)


def test_damaged_requests_and_certificates(short: bool, seed: int, figures: Figures) -> None:
    """They meet what reads them, not a whole module: there are many."""
    csrs = [request_der(key, x509.DNSName(WWW)) for name, key in keys().items() if "rsa" not in name]
    leaves = [each.public_bytes(Encoding.DER) for each in (ABOVE, INTERMEDIATE.sign(WWW, keys()["dsa"]))]
    kinds = (
        (Inputs("damaged certificates"), certificate.read_certificate, leaves, "CERTIFICATE"),
        (Inputs("damaged signing requests"), csr.read_csr, csrs, LABEL),
    )

    def attempt(number: int, some: list[tuple[int, str, int]], in_text: bool, which: bool) -> None:
        inputs, read, whole, label = kinds[which]
        der = whole[number % len(whole)]
        damaged_text = damaged(pem_block(der, label).encode(), some).decode("latin-1")
        text = damaged_text if in_text else pem_block(damaged(der, some), label)
        with inputs.judge(text):
            try:
                read(text, "it")
            except Failure as failure:
                assert failure.msg.isprintable()

    number = DAMAGED_SHORT if short else DAMAGED_LONG
    draw_examples(number, seed, attempt, st.integers(0, 99), damages, st.booleans(), st.booleans())
    for inputs, *_others in kinds:
        inputs.record(figures)


# Sets of a certificate, its chain and a key: which of them are valid is known from how they are made.

STRANGER = Signer("Intermediate", new_key())
CHAIN = {
    "above": ABOVE,
    "root": ROOT.sign("Root", ROOT.key, ca=True, days=900),
    "expired above": ROOT.sign("Intermediate", INTERMEDIATE.key, ca=True, start=NOW - timedelta(days=900), days=90),
    "stranger": ROOT.sign("Intermediate", STRANGER.key, ca=True),
    "no authority": ROOT.sign("Intermediate", INTERMEDIATE.key),
    "loop": INTERMEDIATE.sign("Root", ROOT.key, ca=True),
    "unrelated": STRANGER.sign("x", new_key()),
}
BESIDE = ("", "{{ lookup('pipe', 'touch /x') }}\n", "-----BEGIN CERTIFICATE-----\n", "# note\r\n", "\0")


def _is_chain(middle: str, above: set[str]) -> bool:
    """Whether one of them has signed the certificate, whatever is beside it. Of a lone one it is unknown who did."""
    return not above or middle in above


def test_sets_of_certificate_chain_and_key(directory: Path, short: bool, seed: int, figures: Figures) -> None:
    own, other, numbers = new_key(), new_key(), itertools.count()
    inputs = Inputs("sets of certificate, chain and key")

    def attempt(
        key: bool, host: str, start: int, days: int, signer: bool, above: list[str], beside: str, staged: bool
    ) -> None:
        leaf = (INTERMEDIATE if signer else STRANGER).sign(
            host, own if key else other, [host], start=NOW + timedelta(days=start), days=days
        )
        given = Set(key_pem(own), beside + pem(leaf, *(CHAIN[name] for name in above)))
        valid = key and host in (WWW, "*.example.com") and start <= 0 < start + days
        valid = valid and _is_chain("above" if signer else "stranger", set(above))
        what = f"{host} from {start} for {days} days, {key=} {signer=} {above} {beside!r} {staged=}"
        _install(inputs, Shop(directory / "sets" / str(next(numbers))), given, valid, staged, what)

    mostly = st.sampled_from([True, True, True, False])
    hosts = st.sampled_from([WWW, WWW, "*.example.com", "www.example.org", "example.com", "*.com"])
    starts = st.sampled_from([-10, -10, -10, -100, 5, -20_000])
    days = st.sampled_from([90, 90, 90, 1, 30_000])
    others = st.lists(st.sampled_from(sorted(CHAIN)), max_size=4, unique=True)
    above = st.one_of(st.just(["above"]), st.permutations(["above", "root"]), others)
    beside = st.sampled_from(BESIDE)
    with patch("os.fsync"):
        number = SETS_SHORT if short else SETS_LONG
        draw_examples(number, seed, attempt, mostly, hosts, starts, days, mostly, above, beside, st.booleans())
    inputs.record(figures)


def _install(inputs: Inputs, store: Shop, given: Set, valid: bool, staged: bool, what: str) -> None:
    number = None
    if staged:
        number = int(store.act("staged", domains=[WWW])["generation"])
        (store.generation_path(number) / "privkey.pem").write_text(given.key)
    before = store.picture() if store.directory.exists() else {}
    with inputs.judge(what):
        try:
            if staged:
                store.act("complete", generation=number, domains=[WWW], fullchain=given.fullchain)
            else:
                store.bring(given)
        except Failure:
            if (store.picture() if store.directory.exists() else {}) != before:
                inputs.note(WRONG, f"changed the disk and failed: {what}")
        else:
            if not valid:
                inputs.note(WRONG, f"installed a set that is wrong: {what}")
