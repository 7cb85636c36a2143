# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""A signed call with the retry policy. Nothing else retries."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .._errors import ApiError, DeadlineExceeded, Failure, Kind, NoResponse, NotSent, OutcomeUnknown, ReadOnly
from .._host.clock import Clock
from .._text import one_line, utc_text
from .retry import Verdict, is_read, is_used_up, pause_before, verdict_on
from .signature import canonical_query, flatten, signed_headers
from .transport import Request, Response, Transport

if TYPE_CHECKING:
    from .credentials import Credentials, Source


class Product(NamedTuple):
    """What differs between Alibaba Cloud's products.

    ``ram_code`` begins the names of its permissions; ``thing`` is what its operations are about.
    """

    version: str
    ram_code: str
    thing: str


Tell = Callable[[str, bool], None]


def _tell_nothing(line: str, detail: bool) -> None:
    """The progress of a wait is not shown."""


# Seconds after which a note of a limit is out of date (see ``rate_limit.FORGOTTEN``), so that it need not be imported.
_OLD_PACE = 60.0


# Seconds; the official SDK listens to no longer pauses either.
_LONGEST_ASKED = 120.0
# A clock that is further off is not the service's.
_MOST_SKEW = timedelta(days=3650)


class Caller(Protocol):
    """Whatever calls operations that only read: a client, or a task with a deadline."""

    @property
    def clock(self) -> Clock:
        """What time it is, and how to wait."""

    def call(self, action: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Call the service."""


class Client:
    """Calls one product's operations. Holds keys, connections and what it learned of the server's clock."""

    def __init__(
        self,
        product: Product,
        url: str,
        source: Source,
        transport: Transport,
        *,
        read_only: bool = False,
        max_attempts: int = 6,
        timeout: float = 30.0,
        clock: Clock | None = None,
        tell: Tell | None = None,
        state_directory: str | None = None,
    ) -> None:
        self.product = product
        self.state_directory = state_directory  # the directory where tasks of this machine leave notes for each other
        self.tell = (
            tell or _tell_nothing
        )  # hears a line, and whether it is only a detail, while something is waited for
        self.read_only = read_only
        self.clock = clock or Clock()
        self._url = url
        self.host = url.partition("://")[2]
        self._source = source
        self._transport = transport
        self._max_attempts = max_attempts
        self._timeout = timeout
        self._clock_offset = timedelta()
        self._dated: tuple[Mapping[str, str], datetime] | None = None
        self._in_body = False

    @property
    def account(self) -> str:
        """Stands for the endpoint and whose keys these are, without telling them."""
        keys = self._source(False)
        about = f"{self.host}\0{keys.principal or keys.access_key_id}"
        return hashlib.sha256(about.encode()).hexdigest()[:16]

    @property
    def service_offset(self) -> timedelta | None:
        """How far the service's clock is ahead of this machine's, by its last response; None when that is unknown."""
        service_time = _server_time(self._dated[0]) if self._dated else None
        offset = service_time - self._dated[1] if self._dated and service_time else None
        return offset if offset is not None and abs(offset) < _MOST_SKEW else None

    def close(self) -> None:
        """Close what the transport holds open, if anything."""
        getattr(self._transport, "close", lambda: None)()

    def call(self, action: str, params: Mapping[str, Any], deadline: float = float("inf")) -> dict[str, Any]:
        """Call one operation and return its response.

        ``deadline`` is a moment of ``clock.monotonic``; nothing is sent after it.
        Raises OutcomeUnknown when a write may have happened, else the failure of the last exchange.
        """
        if self.read_only and not is_read(action):
            raise ReadOnly(f"{action} was not sent: a check mode run only reads.")
        repaired: set[Kind] = set()
        attempt = 1
        begun = self.clock.monotonic()
        credentials = self._source(False)
        while True:
            self._wait_for_turn(action, deadline)
            sent = self.clock.now().timestamp()
            try:
                return self._exchange(action, params, credentials)
            except Failure as failure:
                failure.add(action=action)
                self._note_pace(failure, sent)
                again = self._repair(failure, credentials, repaired)
                if again is None:
                    self.clock.sleep(self._pause(failure, action, attempt, begun, deadline))
                    attempt += 1
                    again = self._source(False)
                credentials = again

    def _wait_for_turn(self, action: str, deadline: float) -> None:
        """Wait as long as the tasks of this machine have to, together. Raises DeadlineExceeded."""
        now = self.clock.now().timestamp()
        pause = self._turn(now)
        if self.clock.monotonic() + pause >= deadline:
            raise DeadlineExceeded(
                f"{action} was not sent: the time for this task (wait_timeout) is over.", action=action
            )
        if pause:
            self.clock.sleep(pause)

    def _turn(self, now: float) -> float:
        """Seconds until the next turn. Few accounts are ever throttled, so mostly there is no pace to keep."""
        try:
            if not self.state_directory or os.stat(f"{self._pace_note}.json").st_mtime < now - _OLD_PACE:
                return 0.0
        except OSError:
            return 0.0
        from .rate_limit import turn

        return turn(self._pace_note, now, self.clock.sleep)

    def _note_pace(self, failure: Failure, sent: float) -> None:
        if self.state_directory and isinstance(failure, ApiError) and failure.kind is Kind.THROTTLED:
            from .rate_limit import too_fast

            too_fast(self._pace_note, sent, self.clock.now().timestamp(), self.clock.sleep)

    @property
    def _pace_note(self) -> str:
        return os.path.join(self.state_directory or "", "pace-" + re.sub(r"[^\w.-]", "_", self.host))

    def _exchange(self, action: str, params: Mapping[str, Any], credentials: Credentials) -> dict[str, Any]:
        request = self._request(action, canonical_query(flatten(params)), credentials)
        response = self._transport(request, self._timeout)
        content = _content(response)
        if 200 <= response.status < 300:
            self._dated = response.headers, self.clock.now()
            return content
        from .service_errors import refusal  # most calls are not refused

        ours, service_time = self.clock.now(), _server_time(response.headers)
        service_clock = utc_text(service_time) if service_time else "is not known"
        refused = refusal(
            content,
            action=action,
            http_status=response.status,
            permission=f"{self.product.ram_code}:{action}",
            retry_after=_retry_after(response),
            clocks=f"this machine's says {utc_text(ours)}, the service's {service_clock}",
            thing=self.product.thing,
        )
        if refused.kind is Kind.CLOCK and service_time and abs(service_time - ours) < _MOST_SKEW:
            self._clock_offset = service_time - ours
        raise refused.add(request_id=one_line(response.headers.get("x-acs-request-id"), 100) or None)

    def _request(self, action: str, form: str, credentials: Credentials) -> Request:
        query, body = ("", form.encode()) if self._in_body else (form, b"")
        headers = signed_headers(
            method="POST",
            host=self.host,
            action=action,
            version=self.product.version,
            query=query,
            body=body,
            access_key_id=credentials.access_key_id,
            access_key_secret=credentials.access_key_secret,
            security_token=credentials.security_token,
            date=utc_text(self.clock.now() + self._clock_offset),
            nonce=self.clock.nonce(),
        )
        headers.update({"accept": "application/json", "user-agent": "certops.alicloud"})
        return Request("POST", f"{self._url}/?{query}" if query else f"{self._url}/", headers, body)

    def _repair(self, failure: Failure, credentials: Credentials, repaired: set[Kind]) -> Credentials | None:
        """Correct what a refusal names, each thing once; returns the credentials for the next attempt, or None."""
        if not isinstance(failure, ApiError) or failure.kind in repaired:
            return None
        repaired.add(failure.kind)
        if failure.kind is Kind.CLOCK and self._clock_offset != timedelta():
            return credentials
        if failure.kind is Kind.TOO_LONG and not self._in_body:
            self._in_body = True
            return credentials
        if failure.kind is Kind.TOKEN:
            fetched = self._source(True)
            return fetched if fetched != credentials else None
        return None

    def _pause(self, failure: Failure, action: str, attempt: int, begun: float, deadline: float) -> float:
        """Seconds to wait before the same call is sent again; raises when it must not be."""
        verdict = verdict_on(failure, is_read(action))
        if verdict is Verdict.LOOK:
            raise OutcomeUnknown(f"{action} may or may not have happened. {failure.msg}", **failure.facts) from failure
        pause = pause_before(attempt, failure, self.clock.chance())
        resumes = self.clock.monotonic() + pause
        is_last = is_used_up(attempt, self._max_attempts, failure, resumes - begun)
        if verdict is Verdict.RAISE or is_last or resumes >= deadline:
            raise self._placed(failure, action)
        return pause

    def _placed(self, failure: Failure, action: str) -> Failure:
        """A failure of the network with what was called, and where."""
        if isinstance(failure, (NotSent, NoResponse)):
            failure.msg = f"{action} at {self.host}: {failure.msg}"
        return failure


def _server_time(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(timezone.utc)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _content(response: Response) -> dict[str, Any]:
    """The JSON object of a response. An error without a code is not the service's own."""
    try:
        content = json.loads(response.body)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and (200 <= response.status < 300 or content.get("Code") or content.get("code")):
        return content
    if response.status in (413, 414):
        return {}  # a proxy in front of the service refused it, in its own form
    kind = one_line(response.headers.get("content-type", "no content type").split(";")[0], 60)
    raise NoResponse(
        f"The response is not a JSON object of the service (HTTP {response.status}, {kind}): "
        "a proxy or a login page may be in between, or the endpoint belongs to another server.",
        http_status=response.status,
    )


def _retry_after(response: Response) -> float | None:
    """``x-acs-retry-after`` in seconds; what is not a positive number of milliseconds is ignored."""
    text = response.headers.get("x-acs-retry-after", "").strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(int(text[:9]) / 1000, _LONGEST_ASKED) or None
