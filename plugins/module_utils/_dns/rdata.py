# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Values of records, as DNS has them and as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import InvalidOption
from .._text import quoted

if TYPE_CHECKING:
    from dns.rdata import Rdata

_LONGEST_STRING = 255
_LONGEST_TEXT = 4096


def to_rdata(type: str, value: str) -> Rdata:
    """The value as it is sent. Raises InvalidOption."""
    import dns.exception
    import dns.name
    import dns.rdata
    from dns.rdataclass import IN
    from dns.rdatatype import TXT
    from dns.rdtypes.ANY.TXT import TXT as Text

    raw = value.encode("utf-8", "surrogatepass")
    if not raw or len(raw) > _LONGEST_TEXT:
        raise InvalidOption("record_value", f"give the value of the record; {_LONGEST_TEXT} bytes at most.")
    if type == "TXT":
        strings = [raw[start : start + _LONGEST_STRING] for start in range(0, len(raw), _LONGEST_STRING)]
        return Text(IN, TXT, strings)
    try:
        return dns.rdata.from_text("IN", type, value, origin=dns.name.root, relativize=False)
    except (dns.exception.DNSException, ValueError):
        raise InvalidOption(
            "record_value", f"{quoted(value)} is not a valid value of a record of type {quoted(type)}."
        ) from None


def to_text(rdata: Rdata) -> str:
    """The value as people write it: the text of a TXT record in one piece, names without their last dot."""
    strings = getattr(rdata, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    text = rdata.to_text()
    return text[:-1].lower() if text.endswith(".") else text


def same_value(one: Rdata, other: Rdata) -> bool:
    return one.rdtype == other.rdtype and (one == other or to_text(one) == to_text(other))
