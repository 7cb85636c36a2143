# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a call: what is refused before anything happens, and what the rest means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ..core.refusal import Refusal, invalid, missing
from .ca import public_der

Parameters = Mapping[str, str]

METHODS = ("DNS", "FILE")
MOST_NAMES = 5
LONGEST_COMMON = 64
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Product:
    """What a plan covers; `names` is "single", "wildcard" or "any"."""

    brand: str
    level: str
    names: str


# Values of ProductCode with brand and level: docstrings of the official SDK, confirmed. symantec-dv-1-starter is
# called wildcard there and single in the old Chinese text: contradicted, so both are taken.
PRODUCTS = {
    "digicert-free-1-free": Product("DigiCert", "FREE", "single"),
    "symantec-free-1-free": Product("DigiCert", "FREE", "single"),
    "symantec-dv-1-starter": Product("DigiCert", "DV", "any"),
    "symantec-ov-1-personal": Product("DigiCert", "OV", "single"),
    "symantec-ov-w-personal": Product("DigiCert", "OV", "wildcard"),
    "geotrust-dv-1-starter": Product("GeoTrust", "DV", "single"),
    "geotrust-dv-w-starter": Product("GeoTrust", "DV", "wildcard"),
    "geotrust-ov-1-personal": Product("GeoTrust", "OV", "single"),
    "geotrust-ov-w-personal": Product("GeoTrust", "OV", "wildcard"),
    "globalsign-dv-1-personal": Product("GlobalSign", "DV", "single"),
    "globalsign-dv-w-advanced": Product("GlobalSign", "DV", "wildcard"),
    "globalsign-ov-1-personal": Product("GlobalSign", "OV", "single"),
    "globalsign-ov-w-advanced": Product("GlobalSign", "OV", "wildcard"),
    "cfca-ov-1-personal": Product("CFCA", "OV", "single"),
    "cfca-ev-w-advanced": Product("CFCA", "OV", "wildcard"),
}


def product_of(code: str) -> Product:
    """A plan by its code; unknown ones by the pattern brand-level-names-grade, deduced from the known ones."""
    if code in PRODUCTS:
        return PRODUCTS[code]
    parts = code.split("-")
    kinds = {"1": "single", "w": "wildcard"}
    level = next((part.upper() for part in parts if part in ("free", "dv", "ov", "ev")), "OV")
    return Product(parts[0], level, next((kinds[part] for part in parts if part in kinds), "any"))


@dataclass(frozen=True)
class Request:
    """The parts of a CSR that count; ``common`` is empty where no common name can hold a name."""

    common: str
    names: tuple[str, ...]
    spki: bytes


@lru_cache(maxsize=4096)
def read_csr(text: str) -> Request:
    """A PEM request with a good signature, a common name, and RSA of 2048 bits or ECC. Official pages, confirmed.

    That one for names of more than 64 characters, which a common name cannot hold, goes without: unconfirmed.
    """
    try:
        csr = x509.load_pem_x509_csr(text.encode())
        sound, key = csr.is_signature_valid, csr.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise invalid("Csr", "无法解析CSR") from error
    if not sound:
        raise invalid("Csr", "its signature is wrong")
    strong = isinstance(key, ec.EllipticCurvePublicKey) or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048)
    if not strong:
        raise invalid("Csr", "the key has to be RSA of at least 2048 bits or ECC")
    commons = csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    common, names = str(commons[0].value).strip().lower() if commons else "", _alternative_names(csr)
    if not common and all(len(name) <= LONGEST_COMMON for name in names):
        raise invalid("Csr", "CSR中缺少CN")
    return Request(common, names, public_der(key))


def _alternative_names(csr: x509.CertificateSigningRequest) -> tuple[str, ...]:
    try:
        extension = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(name.lower() for name in extension.value.get_values_for_type(x509.DNSName))


def required(parameters: Parameters, name: str) -> str:
    value = parameters.get(name, "")
    if not value.strip():
        raise missing(name)
    return value


def whole(parameters: Parameters, name: str, default: int | None = None, least: int = 0) -> int:
    """A number in decimal digits; `default` None makes it required."""
    text = parameters.get(name, "") if default is not None else required(parameters, name)
    if not text and default is not None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) < least:
        raise invalid(name, "it has to be a whole number")
    return int(text)


def truth(parameters: Parameters, name: str) -> bool:
    """true or false; the official Python SDK writes them with a capital."""
    text = parameters.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise invalid(name, "it has to be true or false")
    return text == "true"


def method(parameters: Parameters, demanded: bool) -> str:
    """DNS or FILE; the default of the one operation where it may be left out is unconfirmed."""
    text = required(parameters, "ValidateType") if demanded else parameters.get("ValidateType", "") or "DNS"
    if text not in METHODS:
        raise invalid("ValidateType", "it has to be DNS or FILE")
    return text


def names_of(domains: str, csr: Request | None, with_sans: bool) -> tuple[str, ...]:
    """The names applied for: the common name of a CSR is first and wins over Domain. SDK docstring, confirmed."""
    asked = [name.strip().lower() for name in domains.split(",")] if domains else []
    if csr is not None and not csr.common:
        return tuple(dict.fromkeys(asked or csr.names))
    if csr is not None:
        more = asked if csr.common in asked else []
        asked = [csr.common, *more, *(csr.names if with_sans else ())]
    return tuple(dict.fromkeys(asked))


def check_names(names: tuple[str, ...], way: str, product: str) -> None:
    """At most five, all single or all wildcard, no wildcard by file. Docstrings of the official SDK, confirmed."""
    for name in names:
        check_name(name)
    wild = [name.startswith("*.") for name in names]
    if len(names) > MOST_NAMES:
        raise invalid("Domain", "最多支持5个域名")
    if any(wild) and not all(wild):
        raise invalid("Domain", "单域名和通配符域名不能混用")
    if any(wild) and way == "FILE":
        raise invalid("ValidateType", "通配符域名不支持文件验证")
    if product_of(product).names not in ("any", "wildcard" if any(wild) else "single"):
        # Seen from the real service for names that do not fit the plan.
        raise Refusal("DomainAndProductNotMatch", "域名与证书规格不匹配")


def check_name(name: str) -> None:
    labels = name[2:].split(".") if name.startswith("*.") else name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise invalid("Domain", "域名格式错误")


@dataclass(frozen=True)
class TagRule:
    """Lengths in characters; `most` tags in one call. None: nothing is stated for the operation."""

    most: int | None = None
    key: int | None = None
    value: int | None = None
    pattern: str = ""
    urls: bool = True


# Each operation has rules of its own: their official pages, confirmed.
TAG_RULES = {
    "CreateCertificateForPackageRequest": TagRule(),
    "CreateCertificateRequest": TagRule(20, 64, 128, r"[A-Za-z][A-Za-z0-9._-]*", urls=False),
    "CreateCertificateWithCsrRequest": TagRule(20, 128, None, urls=False),
    "RenewCertificateOrderForPackageRequest": TagRule(20, 128, 128, urls=False),
}


def tags_of(action: str, parameters: Parameters) -> tuple[tuple[str, str], ...]:
    """Tags.N.Key and Tags.N.Value in the order of N."""
    rule, found = TAG_RULES[action], []
    for name in parameters:
        match = re.fullmatch(r"Tags\.([0-9]+)\.(Key|Value)", name)
        if match:
            found.append(int(match[1]))
    numbers = sorted(set(found))
    if rule.most is not None and any(number < 1 or number > rule.most for number in numbers):
        raise invalid("Tags", f"N is from 1 to {rule.most}")
    tags = tuple((parameters.get(f"Tags.{n}.Key", ""), parameters.get(f"Tags.{n}.Value", "")) for n in numbers)
    for key, value in tags:
        _check_tag(rule, key, value)
    return tags


def _check_tag(rule: TagRule, key: str, value: str) -> None:
    if rule.key is not None and not 0 < len(key) <= rule.key:
        raise invalid("Tags", f"标签键长度为1到{rule.key}")
    if rule.value is not None and len(value) > rule.value:
        raise invalid("Tags", f"标签值长度最多{rule.value}")
    if rule.pattern and not re.fullmatch(rule.pattern, key):
        raise invalid("Tags", "标签键格式错误")
    if not rule.urls and _reserved(key):
        raise invalid("Tags", "标签键不能以aliyun或acs:开头")
    if not rule.urls and any(url in text for text in (key, value) for url in ("http://", "https://")):
        raise invalid("Tags", "标签不能包含http://或https://")


def _reserved(key: str) -> bool:
    return key.lower().startswith(("aliyun", "acs:"))
