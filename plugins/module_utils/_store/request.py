# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The signing request (CSR) of a staged generation: whether it can be sent as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._errors import InvalidCertificate
from . import read

if TYPE_CHECKING:
    from .._x509.csr import Csr
    from .decide import Staged
    from .model import Place


def csr_fits(csr: Csr | None, domains: Sequence[str], key_sha256: str) -> bool:
    """Whether a CSR can be sent for these names as it is: all of them, the common name first, for the key beside it."""
    return (
        csr is not None
        and csr.public_key_sha256 == key_sha256
        and csr.domains[0] == domains[0]
        and set(csr.domains) == set(domains)
    )


def csr_content(place: Place, staged: Staged, domains: Sequence[str]) -> str | None:
    """The text of a staged CSR that can be sent as it is; None where there is none."""
    if staged.csr is None or not staged.generation.has_key:
        return None
    try:
        fits = csr_fits(staged.csr, domains, read.key_hash(place, staged.generation))
    except InvalidCertificate:
        return None
    return staged.csr.pem if fits else None
