# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names as A-labels, and which name covers which."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption, MissingLibrary
from ansible_collections.certops.alicloud.plugins.module_utils._x509.hostnames import (
    a_labels,
    base,
    folded,
    host_names,
    same_order_names,
    uncovered,
)


def wide(text: str) -> str:
    """Text in the full-width forms of East Asian keyboards."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


LONGEST = ".".join(["a" * 61] * 4) + ".abcde"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("www.example.com", "www.example.com"),
        ("WWW.Example.COM.", "www.example.com"),
        (" www.example.com ", "www.example.com"),
        ("*.example.com", "*.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("*.BÜCHER.example", "*.xn--bcher-kva.example"),
        ("例子.测试", "xn--fsqu00a.xn--0zwm56d"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("a--b.1a.example", "a--b.1a.example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
        (LONGEST, LONGEST),
        ("XN--BCHER-KVA.Example", "xn--bcher-kva.example"),
        ("\tbücher.example\n", "xn--bcher-kva.example"),
        ("\u00a0\u3000www.example.com\u2003", "www.example.com"),
        ("\ufeffwww.example\u200b.com", "www.example.com"),
        ("b\u00fc\u00adcher.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("www\u3002example\uff0ecom\uff61", "www.example.com"),
        ("bücher\u3002example\u3002", "xn--bcher-kva.example"),
        ("www.example.com..", "www.example.com"),
        (wide("www.example.com"), "www.example.com"),
        (wide("*.") + "example.com", "*.example.com"),
        ("*.XN--BCHER-KVA.example", "*.xn--bcher-kva.example"),
        ("BÜCHER.xn--bcher-kva.example", "xn--bcher-kva.xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("xn--i-7iq.ws", "xn--i-7iq.ws"),
        ("www.xn--0zwm56d", "www.xn--0zwm56d"),
    ],
)
def test_names_become_a_labels(name: str, label: str) -> None:
    assert a_labels(name, "domains") == label
    assert folded(name) == label


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "localhost",
        "*",
        "*.com",
        "www.*.example.com",
        "*.*.example.com",
        "w*.example.com",
        "a..example.com",
        ".example.com",
        "-a.example.com",
        "a-.example.com",
        "_dnsauth.example.com",
        "a b.example.com",
        "a,b.example.com",
        "192.0.2.1",
        "https://www.example.com",
        "www.example.com/path",
        "www.example.com:443",
        "ops@example.com",
        "a" * 64 + ".example",
        LONGEST + "f",
        "*." + LONGEST,
        "☃☃.bücher..example",
        "\u2488com.example",
    ],
)
def test_what_is_no_host_name_is_refused_with_the_option(name: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        a_labels(name, "domains")
    assert caught.value.msg.startswith("domains: ")
    assert "name" in caught.value.msg


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("xn--a.example", "xn--a"),
        ("XN--A.example", "xn--a"),
        ("*.xn--a.example", "xn--a"),
        ("www.xn--9999999999.example", "xn--9999999999"),
        ("xn--a-0qa.xn--0.example", "xn--0"),
        ("xn--bcher-2pa.example", "xn--bcher-2pa"),
        ("xn--bucher-xyd.example", "xn--bucher-xyd"),
    ],
)
def test_a_fake_a_label_is_refused(name: str, label: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        a_labels(name, "domains")
    assert caught.value.msg == (
        f"domains: {name!r} is not a valid host name: {label} is not the A-label (punycode) of any other name."
    )


def test_a_library_does_not_speak_for_itself() -> None:
    for name in ("a\u2488b.example", "\u0300a.example", "ü" * 64 + ".example", "ü..example"):
        with pytest.raises(InvalidOption) as caught:
            a_labels(name, "domains")
        assert caught.value.msg.endswith(
            " is not a valid internationalized domain name: it has a character that domain names cannot have, or an "
            "empty or too long label."
        )


@pytest.mark.parametrize(
    "script", ["bücher", "例子", "παράδειγμα", "пример", "مثال", "उदाहरण", "实例", "예시", "דוגמה", "ß", "café"]
)
def test_every_a_label_that_is_made_is_one(script: str) -> None:
    made = a_labels(f"{script}.example", "domains")
    assert a_labels(made, "domains") == a_labels(made.upper(), "domains") == made


def test_names_are_one_spelling_and_each_is_there_once() -> None:
    assert host_names(["Bücher.example", " xn--bcher-kva.example.", "XN--BCHER-KVA.EXAMPLE", "www.example"]) == (
        "xn--bcher-kva.example",
        "www.example",
    )


def test_a_refused_name_is_shown_in_one_line() -> None:
    with pytest.raises(InvalidOption) as caught:
        a_labels("a\nb " + "x" * 500, "domains")
    assert "\n" not in caught.value.msg
    assert len(caught.value.msg) < 300


def test_other_scripts_need_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "idna", None)
    assert a_labels("www.example.com", "domains") == "www.example.com"
    with pytest.raises(MissingLibrary, match="idna"):
        a_labels("bücher.example", "domains")


def test_what_the_service_calls_a_name_is_compared_as_it_is() -> None:
    assert folded(" Not A Name ") == "not a name"


def test_the_base_of_a_wildcard_is_what_is_below_its_star() -> None:
    assert (base("*.example.com"), base("www.example.com")) == ("example.com", "www.example.com")


@pytest.mark.parametrize(
    ("wanted", "names", "missing"),
    [
        (["www.example.com"], ["www.example.com", "example.com"], []),
        (["www.example.com"], ["*.example.com"], []),
        (["www.example.com"], ["WWW.EXAMPLE.COM"], []),
        (["example.com"], ["*.example.com"], ["example.com"]),
        (["a.b.example.com"], ["*.example.com"], ["a.b.example.com"]),
        (["*.example.com"], ["*.example.com", "example.com"], []),
        (["*.example.com"], ["www.example.com"], ["*.example.com"]),
        (["a.example", "b.example"], ["b.example"], ["a.example"]),
        ([], [], []),
    ],
)
def test_a_wildcard_covers_one_label(wanted: list[str], names: list[str], missing: list[str]) -> None:
    assert uncovered(wanted, names) == missing


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (["example.com"], ["example.com"]),
        (["b.example.com", "a.example.com"], ["a.example.com", "b.example.com"]),
        (["example.com"], ["example.com", "www.example.com"]),
        (["shop.example.com"], ["shop.example.com", "www.shop.example.com"]),
        (["www.example.com"], ["www.example.com", "example.com"]),
        (["*.example.com"], ["*.example.com", "example.com"]),
        (["www.example.com"], ["example.com", "www.example.com", "www.www.example.com"]),
        (["a.example.com", "example.org"], ["example.org", "www.example.org", "a.example.com", "www.a.example.com"]),
        ([], []),
    ],
)
def test_names_of_the_same_order(wanted: list[str], there: list[str]) -> None:
    assert same_order_names(wanted, there)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (["example.com", "www.example.com"], ["example.com"]),
        (["example.com"], ["www.example.com"]),
        (["*.example.com"], ["example.com"]),
        (["example.com"], ["example.com", "*.example.com"]),
        (["example.com"], ["example.com", "shop.example.com"]),
        (["*.example.com"], ["*.example.com", "example.com", "www.example.com"]),
        (["a.example.com"], ["a.example.com", "example.com"]),
        (["example.com"], []),
        ([], ["example.com"]),
    ],
)
def test_names_of_another_order(wanted: list[str], there: list[str]) -> None:
    assert not same_order_names(wanted, there)
