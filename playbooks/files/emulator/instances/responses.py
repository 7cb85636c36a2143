# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms that responses about instances have in common: ids, times, lists, serial numbers, keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Union

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ..orders.ca import derived_key, public_der
from ..orders.responses import empty
from .facts import CHINA, Certificate, Form, Instance

if TYPE_CHECKING:
    from ..core.world import World

Fields = dict[str, Any]
Key = Union[ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey]
_POOL = 4


def identifier(world: World, number: int) -> int | str:
    """Declared as whole numbers, met as text, too."""
    return str(number) if world.dials.instance_ids == "text" else number


def instant(world: World, seconds: float) -> int:
    """Texts say seconds, examples are milliseconds, one has a digit more: contradicted, a dial."""
    return int(int(seconds) * {"s": 1, "ms": 1000, "long": 10000}[world.dials.instance_times])


def sequence(world: World, name: str, entries: Sequence[Any]) -> Fields:
    """A list; without entries in one of three forms."""
    if entries or world.dials.empty_lists == "empty":
        return {name: list(entries)}
    return {} if world.dials.empty_lists == "absent" else {name: None}


def optional(world: World, **values: object) -> Fields:
    """Fields that may have no value yet; those in the form that the dial empty_as says."""
    unset = [name for name, value in values.items() if value is None]
    return {name: value for name, value in values.items() if value is not None} | empty(world.dials.empty_as, *unset)


def cert_identifier(number: int, site: str) -> str:
    """Docstring of the official SDK, confirmed."""
    return f"{number}-{'cn-hangzhou' if site == CHINA else 'ap-southeast-1'}"


# Keys that the service makes.


@lru_cache(maxsize=64)
def _rsa_key(size: int, place: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, size)


def service_key(world: World, instance: Instance, attempt: int, form: Form) -> Key:
    """The key of one attempt: another one for the next. RSA ones come from a small pool, since they take long."""
    if form.algorithm.startswith("RSA_"):
        return _rsa_key(int(form.algorithm[4:]), (instance.number + attempt) % _POOL)
    return derived_key(world.token("key", instance.instance_id, attempt))


def key_text(key: Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@lru_cache(maxsize=256)
def _request_text(spki: bytes, common: str, sign: Key) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if len(common) <= 64 else [])
    built = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(sign, hashes.SHA256())
    return built.public_bytes(Encoding.PEM).decode()


def service_csr(key: Key, common: str) -> str:
    return _request_text(public_der(key.public_key()), common, key)


# Certificates.


def spki_of(world: World, instance: Instance, certificate: Certificate) -> bytes:
    if certificate.form.csr:
        return certificate.form.spki
    return public_der(service_key(world, instance, certificate.attempt, certificate.form).public_key())


def serial_text(world: World, serial: int) -> str:
    """Upper case with a leading zero, as tools have met them."""
    return f"0{serial:X}" if world.dials.serial_form == "padded" else f"{serial:x}"


def fingerprint_text(world: World, digest: bytes) -> str:
    """How FingerPrint is written is unconfirmed."""
    return digest.hex(":").upper() if world.dials.fingerprint_form == "colons" else digest.hex().upper()
