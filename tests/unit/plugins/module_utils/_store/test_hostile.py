# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, certificates and leftovers that nobody honest gives: a sentence, and nothing on the disk changes."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, InvalidCertificate, InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._store import read
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.extensions import is_authority
from tests.support.certificates import (
    ABOVE,
    GOOD,
    INTERMEDIATE,
    NOW,
    ORDER,
    OTHER,
    ROOT,
    WWW,
    Set,
    Shop,
    Signer,
    common,
    key_pem,
    new_key,
    new_set,
    pem,
)

patient = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HUGE = "9" * 5000
KEY = new_key()
STRANGER = Signer("Intermediate", new_key())


def chain(*above: x509.Certificate, **how: Any) -> Set:
    """A good leaf for KEY with something above it."""
    return Set(key_pem(KEY), pem(INTERMEDIATE.sign(WWW[0], KEY, WWW, **how), *above))


def odd_authority() -> x509.Certificate:
    """One whose basic constraints are no such thing."""
    builder = (
        x509.CertificateBuilder(common("Root"), common("Intermediate"), INTERMEDIATE.key.public_key(), 7)
        .not_valid_before(NOW - timedelta(days=10))
        .not_valid_after(NOW + timedelta(days=900))
        .add_extension(x509.UnrecognizedExtension(x509.BasicConstraints.oid, b"\xff\xff\xff"), True)
    )
    return builder.sign(ROOT.key, hashes.SHA256())


LOOP = [
    Signer("A", ROOT.key).sign("Intermediate", INTERMEDIATE.key, ca=True),
    INTERMEDIATE.sign("A", ROOT.key, ca=True),
]
EARLY, LATE = datetime(1950, 1, 1, tzinfo=timezone.utc), datetime(9999, 12, 30, tzinfo=timezone.utc)
WRONG: dict[str, Callable[[], Set]] = {
    "another key": lambda: Set(key_pem(new_key()), GOOD.fullchain),
    "other names": lambda: new_set(["www.example.org"]),
    "expired": lambda: chain(ABOVE, start=NOW - timedelta(days=100)),
    "of the last century": lambda: chain(ABOVE, start=EARLY),
    "of the end of time": lambda: chain(ABOVE, start=LATE, days=1),
    "ends before it begins": lambda: Set(key_pem(KEY), GOOD.fullchain.replace("MII", "MIJ", 1)),
    "an expired intermediate": lambda: chain(
        ROOT.sign("Intermediate", INTERMEDIATE.key, ca=True, start=NOW - timedelta(days=900), days=90)
    ),
    "an intermediate of somebody else": lambda: chain(ROOT.sign("Intermediate", STRANGER.key, ca=True)),
    "an intermediate that is not a CA": lambda: chain(ROOT.sign("Intermediate", INTERMEDIATE.key)),
    "an intermediate with malformed constraints": lambda: chain(odd_authority()),
    "only an unrelated certificate": lambda: chain(ROOT.sign("x", KEY)),
    "a leaf by a stranger": lambda: Set(key_pem(KEY), pem(STRANGER.sign(WWW[0], KEY, WWW), ABOVE)),
    "no leaf": lambda: Set(key_pem(INTERMEDIATE.key), pem(ABOVE)),
    "no end": lambda: Set(GOOD.key, GOOD.fullchain[:-30].replace("END", "END OF")),
    "beginnings only": lambda: Set(GOOD.key, "-----BEGIN CERTIFICATE-----\n" * 10_000),
    "a template": lambda: Set(GOOD.key, "{{ lookup('pipe', 'id') }}"),
    "a thousand certificates": lambda: Set(GOOD.key, GOOD.fullchain + pem(ABOVE) * 1000),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_nothing_that_is_wrong_is_taken_in(shop: Shop, wrong: Callable[[], Set]) -> None:
    shop.use(GOOD)
    before, given_ = shop.picture(), wrong()
    with pytest.raises(Failure):
        shop.bring(given_)
    assert shop.picture() == before


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_nothing_that_is_wrong_becomes_complete(shop: Shop, wrong: Callable[[], Set]) -> None:
    """The way of the roles: the key is staged, the service gives the rest."""
    number = shop.stage(order=ORDER, key=KEY)
    before = shop.picture()
    if "key" in wrong().key and wrong().fullchain == GOOD.fullchain:
        assert number
    with pytest.raises(Failure):
        shop.act("complete", generation=number, domains=list(WWW), fullchain=wrong().fullchain)
    assert shop.picture() == before


def test_a_chain_that_leads_back_to_itself_has_an_end(shop: Shop) -> None:
    found = read_certificate(chain(*LOOP).fullchain)
    assert found.fullchain.count("BEGIN") == 3
    number = shop.bring(Set(key_pem(KEY), pem(INTERMEDIATE.sign(WWW[0], KEY, WWW), LOOP[1], LOOP[0], OTHER_LEAF)))
    assert (shop.generation_path(number) / "fullchain.pem").read_text().count("BEGIN") == 3


OTHER_LEAF = x509.load_pem_x509_certificate(OTHER.fullchain.encode())


@patient
@given(st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("xid"), st.integers(0, 255)), min_size=1, max_size=3))
def test_a_damaged_certificate_is_refused_or_still_the_same(shop: Shop, damages: list[tuple[int, str, int]]) -> None:
    data = bytearray(GOOD.fullchain.encode())
    for place, kind, value in damages:
        at = place % len(data)
        data[at : at + (kind != "i")] = [value] * (kind != "d")
    try:
        found = read_certificate(data.decode("utf-8", "replace"))
    except InvalidCertificate:
        return
    if not found.chain or found.public_key_sha256 != read_certificate(GOOD.fullchain).public_key_sha256:
        return
    try:
        shop.bring(Set(GOOD.key, data.decode("utf-8", "replace")))
    except Failure:
        return
    assert read_certificate(next(shop.path.rglob("fullchain.pem")).read_text()).leaf == GOOD_LEAF


GOOD_LEAF = read_certificate(GOOD.fullchain).leaf


def test_malformed_constraints_make_no_authority() -> None:
    assert not is_authority(odd_authority())


# Options.

STRANGE: dict[str, dict[str, Any]] = {
    "an owner of many digits": {"owner": HUGE},
    "an owner that the system cannot count": {"owner": "99999999999999"},
    "an owner that means nobody": {"owner": str(2**32 - 1)},
    "an owner with a NUL": {"owner": "a\0b"},
    "half a character": {"owner": "\ud800"},
    "a group of many digits": {"group": HUGE},
    "a group with a NUL": {"group": "\0"},
    "a generation that is not a directory": {"generation": 10**30},
    "a generation of ten digits": {"generation": 10**9},
    "a key mode of many digits": {"key_mode": HUGE},
    "no mode at all": {"key_mode": {"a": 1}},
}


@pytest.mark.parametrize("options", STRANGE.values(), ids=STRANGE)
def test_a_strange_option_is_refused_by_name(shop: Shop, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOption) as caught:
        shop.bring(GOOD, **options)
    assert caught.value.option in options
    assert not shop.directory.exists()


@pytest.mark.parametrize("directory", ["/tmp/a\0b", "/tmp/\ud800", "relative", ""])
def test_a_directory_that_is_no_path_is_refused(shop: Shop, directory: str) -> None:
    with pytest.raises(InvalidOption, match=r"^directory: "):
        shop.act("staged", domains=list(WWW), directory=directory)


@pytest.mark.parametrize("deep", [1500, 3000], ids=["deep", "too long"])
def test_a_deep_directory_is_made_or_refused(shop: Shop, deep: int) -> None:
    """Deeper than calls can be nested."""
    directory = str(shop.directory) + "/a" * deep
    try:
        found = shop.act("staged", check=True, domains=list(WWW), directory=directory)
    except Failure as failure:
        assert "cannot be read" in failure.msg
    else:
        assert found["generation"] == 1
        assert shop.act("staged", domains=list(WWW), directory=directory)["changed"]
    finally:
        # Python's own way is too deep for it, too.
        subprocess.run(["rm", "-rf", str(shop.directory)], check=True)


# What lies there.


@pytest.mark.parametrize("text", ["[" * 100_000, '{"order_id": ' * 5000, "NaN", '"x"', "\0", '{"validation": 7}', "{}"])
def test_a_note_that_is_none_is_told(shop: Shop, text: str) -> None:
    number = shop.bring(GOOD)
    note = shop.generation_path(number) / "order.json"
    note.write_text(text)
    generation = read.scan(read.Place(str(shop.directory), "www")).get(number)
    assert generation is not None
    try:
        found = read.record(read.Place(str(shop.directory), "www"), generation)
    except InvalidCertificate as unfit:
        assert "order.json" in unfit.msg
    else:
        assert found is not None
        assert json.dumps(found.public())


def test_a_certificate_of_no_version_in_the_chain_is_told(shop: Shop) -> None:
    number = shop.use(GOOD)
    der = ABOVE.public_bytes(Encoding.DER)
    odd = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)
    (shop.generation_path(number) / "chain.pem").write_text(
        "-----BEGIN CERTIFICATE-----\n" + b64encode(odd).decode() + "\n-----END CERTIFICATE-----\n"
    )
    with pytest.raises(Failure, match=r"chain\.pem cannot be read"):
        shop.look()
