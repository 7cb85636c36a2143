# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The retry rules: which call may be sent again after which failure, and after which pause. Pure."""

from __future__ import annotations

from enum import Enum

from .._errors import ApiError, Failure, InvalidRequest, Kind, NoResponse, NotSent

# Seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
# The same after a refusal because of the call limit, and how long such refusals do not use up the attempts: nothing was
# done, and those who begin at the same time need some of them to find their pace.
_LONGEST_LIMITED, _LIMITED = 16.0, 120.0


class Verdict(Enum):
    AGAIN = "send it again"
    LOOK = "it may have happened: only a look tells"
    RAISE = "raise"


def verdict_on(failure: Failure, is_read: bool) -> Verdict:
    """What a failure of one exchange asks for: the retry table."""
    if isinstance(failure, InvalidRequest):
        return Verdict.RAISE
    if isinstance(failure, NotSent) or _is_limited(failure):
        return Verdict.AGAIN
    if isinstance(failure, ApiError) and failure.kind is Kind.BUSY:
        return Verdict.AGAIN
    # A fresh nonce that is known already was sent twice on the way: the first copy may have been carried out.
    unsure = isinstance(failure, NoResponse) or (
        isinstance(failure, ApiError) and failure.kind in (Kind.BROKEN, Kind.NONCE)
    )
    if unsure:
        return Verdict.AGAIN if is_read else Verdict.LOOK
    return Verdict.RAISE


def is_read(action: str) -> bool:
    """Whether an operation cannot change anything: its name says so."""
    return action.startswith(("Describe", "List", "Get"))


def _is_limited(failure: Failure) -> bool:
    return isinstance(failure, ApiError) and failure.kind is Kind.THROTTLED


def is_used_up(attempt: int, most: int, failure: Failure, waited: float) -> bool:
    """Whether no attempt is left; ``waited`` is the seconds from the first attempt to the next one."""
    return attempt >= most and not (_is_limited(failure) and most > 1 and waited < _LIMITED)


def pause_before(attempt: int, failure: Failure, chance: float) -> float:
    """Seconds before the next attempt, exponential with full jitter; ``chance`` is in [0, 1)."""
    longest = _LONGEST_LIMITED if _is_limited(failure) else _LONGEST_PAUSE
    pause = chance * min(longest, _FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))
    if isinstance(failure, ApiError) and failure.retry_after:
        # Those who were refused together would come back together.
        pause = max(pause, failure.retry_after * (1 + chance / 4))
    return pause
