# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The retry table, what is mended at the gate, what a failure says: a scripted transport, a clock of its own."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._connection import endpoint_url
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    DeadlineExceeded,
    Failure,
    InvalidOption,
    InvalidRequest,
    Kind,
    NoResponse,
    NotSent,
    OutcomeUnknown,
    ReadOnly,
    Untrusted,
)
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Repeat, Step, Target
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import Run
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client, Product
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.credentials import Credentials
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
READ, WRITE = "DescribeCertificateState", "CreateCertificateForPackageRequest"
ATTEMPTS = 6
KEYS = Credentials("LTAIpublic", "the-secret", "the-token")
PARAMS = {"Domain": "hidden.example", "Csr": "hidden-csr", "OrderId": 98987582437920968}


@dataclass
class Script:
    """A transport that plays answers and failures in turn, the last one for ever."""

    turns: list[Response | Failure]
    sent: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, timeout: float) -> Response:
        self.sent.append(request)
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if isinstance(turn, Failure):
            raise type(turn)(turn.msg)
        return turn

    def header(self, name: str) -> list[str]:
        return [request.headers[name] for request in self.sent]


@dataclass
class Watch:
    """Time that passes only by sleeping."""

    chance: float = 0.5
    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        nonces = itertools.count()
        return Clock(
            now=lambda: NOON + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
            chance=lambda: self.chance,
            nonce=lambda: f"nonce-{next(nonces)}",
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def client(script: Script, watch: Watch | None = None, **more: Any) -> Client:
    source: Callable[[bool], Credentials] = more.pop("source", lambda fresh: KEYS)
    more.setdefault("max_attempts", ATTEMPTS)
    product = Product(version="2020-04-07", ram_code="yundun-cert", thing="order")
    return Client(product, "https://cas.example", source, script, clock=(watch or Watch()).clock(), **more)


def reply(status: int = 200, /, headers: dict[str, str] | None = None, **content: Any) -> Response:
    return Response(status, {"content-type": "application/json", **(headers or {})}, json.dumps(content).encode())


def error(code: str, status: int = 400, **headers: str) -> Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply(status, names, Code=code, Message="Nein.", RequestId="R-1")


def page(status: int) -> Response:
    return Response(status, {"content-type": "text/html; charset=utf-8"}, b"<html>hidden</html>")


def failing(script: Script, action: str = READ, watch: Watch | None = None, **more: Any) -> Failure:
    deadline = more.pop("deadline", float("inf"))
    with pytest.raises(Failure) as caught:
        client(script, watch, **more).call(action, PARAMS, deadline)
    return caught.value


def step(action: str = WRITE) -> Step[Any]:
    return Step(action, "it is wanted", Target("order_id", None), None, Repeat.NEVER, PARAMS)


DONE = reply(RequestId="R-2", OrderId=7)
THROTTLED, DENIED = error("Throttling.User"), error("NoPermission", 403)
BROKEN, UNAVAILABLE = error("InternalError", 500), error("ServiceUnavailable", 503)
LOST, UNSENT = NoResponse("The connection broke."), NotSent("The endpoint could not be reached.")


# The retry table, row by row and column by column.

AGAIN = {
    "throttled": THROTTLED,
    "never sent": UNSENT,
    "5xx": BROKEN,
    "503": UNAVAILABLE,
    "no response": LOST,
    "HTML": page(502),
    "garbage": Response(200, {}, b'{"RequestId": "R'),
    "a list": Response(200, {}, b"[]"),
    "an error without a code": reply(400, Message="what"),
    "a nonce that was used": error("SignatureNonceUsed"),
}
HARMLESS = ("throttled", "never sent")
# Refusals because of the call limit within two minutes, with the pauses of a watch.
WITHIN_TWO_MINUTES = 19


@pytest.mark.parametrize("turn", AGAIN.values(), ids=AGAIN)
def test_a_read_is_sent_again(turn: Response | Failure) -> None:
    script = Script([turn, turn, DONE])
    assert client(script).call(READ, PARAMS)["OrderId"] == 7
    assert len(script.sent) == 3


@pytest.mark.parametrize("name", AGAIN)
def test_a_read_ends_with_its_last_failure(name: str) -> None:
    script = Script([AGAIN[name]])
    failure = failing(script)
    assert not isinstance(failure, OutcomeUnknown)
    assert failure.facts["action"] == READ
    assert len(script.sent) == (WITHIN_TWO_MINUTES if name == "throttled" else ATTEMPTS)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_write_that_was_not_carried_out_is_sent_again(name: str) -> None:
    script = Script([AGAIN[name], DONE])
    run = Run(client(script))
    assert run.send(step())["OrderId"] == 7
    assert len(script.sent) == 2
    assert run.sent == [step()]
    script = Script([AGAIN[name]])
    run = Run(client(script))
    with pytest.raises((ApiError, NotSent)):
        run.send(step())
    assert len(script.sent) == (WITHIN_TWO_MINUTES if name == "throttled" else ATTEMPTS)
    assert run.sent == []


@pytest.mark.parametrize("name", [name for name in AGAIN if name not in HARMLESS])
def test_a_write_that_may_have_happened_is_never_sent_twice(name: str) -> None:
    script, watch = Script([AGAIN[name]]), Watch()
    run = Run(client(script, watch))
    with pytest.raises(OutcomeUnknown) as caught:
        run.send(step())
    assert caught.value.msg.startswith(f"{WRITE} may or may not have happened. ")
    assert caught.value.facts["action"] == WRITE
    assert len(script.sent) == 1
    assert not watch.slept
    assert run.sent == [step()]


@pytest.mark.parametrize("action", [READ, WRITE])
@pytest.mark.parametrize(
    "turn",
    [
        pytest.param(DENIED, id="no permission"),
        pytest.param(error("OrderStateError", 403), id="state"),
        pytest.param(error("InvalidParameter.Csr"), id="parameter"),
        pytest.param(error("SignatureDoesNotMatch"), id="signature"),
        pytest.param(error("CreateCertificateRequestFailed", 403), id="create refused"),
        pytest.param(Untrusted("The certificate was not accepted."), id="TLS"),
        pytest.param(InvalidRequest("This is no address."), id="no address"),
    ],
)
def test_any_other_failure_is_raised_at_once(turn: Response | Failure, action: str) -> None:
    script, watch = Script([turn]), Watch()
    failure = failing(script, action, watch)
    assert isinstance(failure, (ApiError, InvalidRequest))
    assert len(script.sent) == 1
    assert not watch.slept


def test_the_number_of_attempts_is_an_option() -> None:
    script = Script([THROTTLED])
    failing(script, max_attempts=1)
    assert len(script.sent) == 1


@pytest.mark.parametrize("action", [READ, WRITE])
def test_a_call_limit_is_waited_for(action: str) -> None:
    """Who comes at the same time as others is refused many times in a few seconds, however few attempts there are."""
    script, watch = Script([*[THROTTLED] * 40, DONE]), Watch(0.001)
    assert client(script, watch, max_attempts=2).call(action, PARAMS)["OrderId"] == 7
    assert watch.seconds < 120
    script, watch = Script([THROTTLED]), Watch()
    failing(script, action, watch, max_attempts=2)
    assert 100 < watch.seconds < 120
    assert max(watch.slept) == 8


# Pauses.


@pytest.mark.parametrize(
    ("chance", "pauses"),
    [(1.0, [1, 2, 4, 8, 16, 32, 60, 60]), (0.5, [0.5, 1, 2, 4, 8, 16, 30, 30]), (0.0, [0] * 8)],
    ids=["longest", "half", "shortest"],
)
def test_pauses_double_with_full_jitter_up_to_a_minute(chance: float, pauses: list[float]) -> None:
    watch = Watch(chance)
    failing(Script([BROKEN]), READ, watch, max_attempts=9)
    assert watch.slept == pauses


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("1500", 1.6875),
        ("200", 0.5),
        ("120000", 135.0),
        (" 1500 ", 1.6875),
        ("0", 0.5),
        ("", 0.5),
        ("-5", 0.5),
        ("soon", 0.5),
        ("1.5", 0.5),
        ("\u0661\u0665", 0.5),
    ],
)
def test_the_longer_of_both_pauses_counts(asked: str, pause: float) -> None:
    watch = Watch()
    client(Script([error("Throttling.User", x_acs_retry_after=asked), DONE]), watch).call(READ, PARAMS)
    assert watch.slept == [pause]


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 99999999999999 23:59:59 GMT",
    ],
)
def test_a_date_that_no_clock_shows_is_no_traceback(date: str) -> None:
    failure = failing(Script([error("InvalidTimeStamp.Expired", date=date)]))
    assert isinstance(failure, ApiError)
    assert failure.kind is Kind.CLOCK


def test_pauses_do_not_grow_without_end() -> None:
    watch = Watch(0.0)
    failing(Script([BROKEN]), READ, watch, max_attempts=1100)
    assert len(watch.slept) == 1099


def test_text_of_the_answer_is_one_line() -> None:
    odd = Response(403, {"x-acs-request-id": "a\x1b[2Jb"}, b'{"Code": "Forbidden.RAM"}')
    refused = failing(Script([odd]))
    assert refused.facts["request_id"] == "a [2Jb"
    html = failing(Script([Response(200, {"content-type": "text/\x1bhtml"}, b"<html>")]), max_attempts=1)
    assert "\x1b" not in html.msg


def test_a_pause_that_nobody_could_wait_for_is_no_traceback() -> None:
    failure = failing(Script([error("Throttling.User", x_acs_retry_after="9" * 400)]), deadline=300.0)
    assert isinstance(failure, ApiError)
    assert failure.kind is Kind.THROTTLED


# The common pace.

NOTE = "pace-cas.example.json"


def refused(state_directory: Path, watch: Watch) -> None:
    """A task that was too fast."""
    client(Script([error("Throttling.User"), reply()]), watch, state_directory=str(state_directory)).call(READ, {})
    os.utime(state_directory / NOTE, (NOON.timestamp(), NOON.timestamp()))


def paused(state_directory: Path, watch: Watch, **more: Any) -> float:
    """Seconds for which a task waits before its call."""
    before = sum(watch.slept)
    client(Script([reply()]), watch, state_directory=str(state_directory), **more).call(READ, {})
    return sum(watch.slept) - before


def test_after_a_refusal_tasks_take_turns(tmp_path: Path) -> None:
    watch = Watch()
    assert paused(tmp_path, watch) == 0
    refused(tmp_path, watch)
    assert [paused(tmp_path, watch) for _task in range(3)] == pytest.approx([0.125] * 3, abs=0.01)


def test_only_a_refusal_of_what_is_too_fast_sets_a_pace(tmp_path: Path) -> None:
    failing(Script([error("Forbidden.RAM")]), state_directory=str(tmp_path))
    assert not (tmp_path / NOTE).exists()


def test_a_pace_is_over_a_minute_after_it_was_noted(tmp_path: Path) -> None:
    watch = Watch()
    refused(tmp_path, watch)
    old = NOON.timestamp() - 60
    os.utime(tmp_path / NOTE, (old, old))
    assert paused(tmp_path, watch) == 0


def test_a_turn_after_the_deadline_is_not_waited_for(tmp_path: Path) -> None:
    watch, late = Watch(), Script([reply()])
    refused(tmp_path, watch)
    with pytest.raises(DeadlineExceeded) as caught:
        client(late, watch, state_directory=str(tmp_path)).call(READ, {}, watch.seconds + 0.1)
    assert caught.value.msg == f"{READ} was not sent: the time for this task (wait_timeout) is over."
    assert caught.value.facts["action"] == READ
    assert late.sent == []


def test_what_the_transport_holds_open_is_closed() -> None:
    class Open(Script):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    transport = Open([reply()])
    client(transport).close()
    assert transport.closed == 1
    client(Script([reply()])).close()


@pytest.mark.parametrize("action", [READ, WRITE])
def test_no_repeat_begins_after_the_deadline(action: str) -> None:
    watch = Watch(1.0)
    script = Script([THROTTLED])
    failure = failing(script, action, watch, deadline=5.0)
    assert isinstance(failure, ApiError)
    assert failure.kind is Kind.THROTTLED
    assert (watch.slept, len(script.sent)) == ([1, 2], 3)


def test_a_pause_that_reaches_the_deadline_is_not_begun() -> None:
    watch = Watch()
    failing(Script([error("Throttling", x_acs_retry_after="5000")]), READ, watch, deadline=5.0)
    assert watch.slept == []


# Check mode.


@pytest.mark.parametrize(
    "action", [WRITE, "CancelOrderRequest", "DeleteCertificateRequest", "RenewCertificateOrderForPackageRequest"]
)
def test_a_client_that_only_reads_sends_no_write(action: str) -> None:
    script = Script([DONE])
    run = Run(client(script, read_only=True))
    with pytest.raises(ReadOnly, match=action):
        run.actor.call(action, PARAMS)
    with pytest.raises(ReadOnly, match=action):
        run.send(step(action))
    assert script.sent == []
    assert run.sent == []


@pytest.mark.parametrize("action", [READ, "ListUserCertificateOrder", "GetUserCertificateDetail"])
def test_a_client_that_only_reads_reads(action: str) -> None:
    run = Run(client(Script([DONE]), read_only=True))
    assert run.call(action, PARAMS) == {"RequestId": "R-2", "OrderId": 7}
    assert run.sent == []


# What is mended at the gate.


def skewed(date: str = "Sun, 22 Nov 2026 15:00:00 GMT") -> Response:
    return error("InvalidTimeStamp.Expired", 400, date=date)


@pytest.mark.parametrize("action", [READ, WRITE])
def test_a_wrong_clock_is_corrected_once_by_the_services(action: str) -> None:
    script, watch = Script([skewed(), DONE]), Watch()
    account = client(script, watch)
    account.call(action, PARAMS)
    assert script.header("x-acs-date") == ["2026-11-22T12:00:00Z", "2026-11-22T15:00:00Z"]
    assert watch.slept == []
    account.call(action, PARAMS)
    assert script.header("x-acs-date")[2] == "2026-11-22T15:00:00Z"


def test_clocks_that_go_on_to_disagree_are_told_apart_in_the_message() -> None:
    script = Script([skewed()])
    failure = failing(script)
    assert len(script.sent) == 2
    assert "this machine's says 2026-11-22T12:00:00Z, the service's 2026-11-22T15:00:00Z" in failure.msg


@pytest.mark.parametrize("date", ["yesterday", ""])
def test_a_service_that_does_not_say_what_time_it_is_cannot_be_followed(date: str) -> None:
    script = Script([skewed(date)])
    failure = failing(script)
    assert len(script.sent) == 1
    assert "the service's is not known" in failure.msg


@pytest.mark.parametrize(
    ("date", "hours"),
    [
        ("Sun, 22 Nov 2026 12:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 15:00:00 GMT", 3),
        ("Sun, 22 Nov 2026 15:00:00 +0500", -2),
        ("Mon, 21 Sep 2026 12:00:00 GMT", -62 * 24),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_how_far_the_services_clock_is_ahead(date: str, hours: int | None) -> None:
    account = client(Script([reply(headers={"date": date}, RequestId="R-1")]))
    assert account.service_offset is None
    account.call(READ, PARAMS)
    assert account.service_offset == (None if hours is None else timedelta(hours=hours))


def test_the_last_response_tells_the_services_clock() -> None:
    known, silent = reply(headers={"date": "Sun, 22 Nov 2026 15:00:00 GMT"}, RequestId="R-1"), reply(RequestId="R-2")
    account = client(Script([known, silent]))
    account.call(READ, PARAMS)
    assert account.service_offset == timedelta(hours=3)
    account.call(READ, PARAMS)
    assert account.service_offset is None


def test_an_expired_token_is_fetched_anew_once() -> None:
    asked: list[bool] = []

    def source(fresh: bool) -> Credentials:
        asked.append(fresh)
        return Credentials("LTAInew", "s", "new") if any(asked) else KEYS

    script = Script([error("InvalidSecurityToken.Expired"), DONE])
    client(script, source=source).call(WRITE, PARAMS)
    assert asked == [False, True]
    assert script.header("x-acs-security-token") == ["the-token", "new"]

    script = Script([error("InvalidSecurityToken.Expired")])
    asked.clear()
    failure = failing(script, source=source)
    assert len(script.sent) == 2
    assert "Fetch new temporary credentials" in failure.msg


def test_a_token_that_stays_the_same_is_not_tried_again() -> None:
    script = Script([error("InvalidSecurityToken.Expired")])
    failing(script)
    assert len(script.sent) == 1


def test_keys_are_asked_for_before_every_attempt() -> None:
    """So a token that the source renews by itself is never sent after its end."""
    tokens = iter("abc")
    script = Script([THROTTLED, THROTTLED, DONE])
    client(script, source=lambda fresh: Credentials("i", "s", next(tokens))).call(READ, PARAMS)
    assert script.header("x-acs-security-token") == ["a", "b", "c"]


@pytest.mark.parametrize("status", [413, 414])
@pytest.mark.parametrize("form", ["JSON", "HTML"])
def test_what_is_too_long_for_the_query_goes_into_the_body(status: int, form: str) -> None:
    """What cuts long addresses is a gateway or a proxy, and those response in HTML as well."""
    script = Script([error("RequestTooLarge", status) if form == "JSON" else page(status), DONE])
    account = client(script)
    account.call(WRITE, PARAMS)
    first, second = script.sent
    assert second.url == "https://cas.example/"
    assert second.body.decode() == urlsplit(first.url).query
    assert second.headers["content-type"] == "application/x-www-form-urlencoded"
    account.call(READ, PARAMS)
    assert script.sent[2].body


def test_a_body_that_is_too_long_as_well_is_the_end() -> None:
    script = Script([error("RequestTooLarge", 413)])
    failure = failing(script, WRITE)
    assert len(script.sent) == 2
    assert "the request is too long" in failure.msg
    assert (failure.facts["code"], failure.facts["request_id"]) == ("RequestTooLarge", "R-1")


def test_a_word_that_the_service_did_not_say_is_not_put_into_its_mouth() -> None:
    failure = failing(Script([page(414)]), WRITE)
    assert failure.facts["http_status"] == 414
    assert "code" not in failure.facts
    assert "The service said nothing more" in failure.msg


def test_different_things_are_mended_in_one_call() -> None:
    script = Script([skewed(), error("RequestTooLarge", 414), THROTTLED, DONE])
    assert client(script).call(WRITE, PARAMS)["OrderId"] == 7
    assert len(script.sent) == 4


# What is sent.


def test_a_nonce_is_never_used_again() -> None:
    script = Script([THROTTLED, skewed(), error("RequestTooLarge", 413), UNSENT, DONE])
    client(script).call(WRITE, PARAMS)
    nonces = script.header("x-acs-signature-nonce")
    assert len(nonces) == len(set(nonces)) == 5


def test_nonces_of_the_real_clock_are_128_random_bits() -> None:
    nonces = {Clock().nonce() for _each in range(100)}
    assert len(nonces) == 100
    assert all(len(nonce) == 32 for nonce in nonces)


def test_a_request_is_a_post_with_everything_in_the_query() -> None:
    script = Script([DONE])
    client(script).call(WRITE, {"Domain": "www.example.com", "CompanyName": None})
    (request,) = script.sent
    assert (request.method, request.url, request.body) == ("POST", "https://cas.example/?Domain=www.example.com", b"")
    assert request.headers["host"] == "cas.example"
    assert request.headers["x-acs-action"] == WRITE
    assert request.headers["x-acs-version"] == "2020-04-07"
    assert request.headers["accept"] == "application/json"
    assert "Credential=LTAIpublic," in request.headers["Authorization"]


def test_numbers_beyond_floats_arrive_and_leave_exactly() -> None:
    script = Script([Response(200, {}, b'{"OrderId": 98987582437920969}')])
    assert client(script).call(READ, {"OrderId": 98987582437920968})["OrderId"] == 98987582437920969
    assert parse_qs(urlsplit(script.sent[0].url).query) == {"OrderId": ["98987582437920968"]}


# What is said.

SAYINGS = {
    "no permission": (DENIED, "Grant `yundun-cert:DescribeCertificateState`."),
    "throttled": (THROTTLED, "throttled until the last attempt"),
    "no quota": (error("NotRemainCount", 404), "no certificate of the quota is left"),
    "state": (error("OrderStateError", 403), "the state of the order"),
    "wrong id": (error("InvalidAccessKeyId.NotFound", 404), "Check access_key_id."),
    "wrong secret": (error("SignatureDoesNotMatch"), "Check access_key_secret."),
    "clock": (skewed(""), "the clocks disagree"),
    "HTML": (page(502), "The response is not a JSON object of the service (HTTP 502, text/html)"),
    "HTML as success": (page(200), "a proxy or a login page may be in between"),
    "a redirect": (page(302), "HTTP 302"),
    "TLS": (Untrusted("The certificate was not accepted."), "was not accepted"),
    "no response": (LOST, "The connection broke."),
}


@pytest.mark.parametrize(("turn", "says"), SAYINGS.values(), ids=SAYINGS)
def test_each_failure_has_its_own_sentence(turn: Response | Failure, says: str) -> None:
    assert says in failing(Script([turn])).msg


@pytest.mark.parametrize("action", [READ, WRITE])
@pytest.mark.parametrize("turn", [turn for turn, _says in SAYINGS.values()], ids=SAYINGS)
def test_no_failure_gives_anything_away(turn: Response | Failure, action: str) -> None:
    script = Script([turn])
    failure = failing(script, action)
    told = [failure.msg, repr(failure), str(failure.facts), repr(script.sent[0]), repr(KEYS), repr(turn)]
    for hidden in ("://", "hidden", "98987582437920968", "the-secret", "the-token", "Signature="):
        assert not any(hidden in text for text in told)


def test_the_request_id_of_the_header_serves_when_the_body_has_none() -> None:
    response = reply(403, {"x-acs-request-id": "R-9"}, Code="NoPermission")
    failure = failing(Script([response]))
    assert failure.facts == {"code": "NoPermission", "request_id": "R-9", "http_status": 403, "action": READ}


# The endpoint.


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("cas.aliyuncs.com", "https://cas.aliyuncs.com"),
        ("cas.aliyuncs.com:8443", "https://cas.aliyuncs.com:8443"),
        ("https://CAS.aliyuncs.com/", "https://cas.aliyuncs.com"),
        ("https://cas.aliyuncs.com:443", "https://cas.aliyuncs.com"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.9:8080", "http://127.0.0.9:8080"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_an_endpoint_is_a_host_a_host_with_a_port_or_a_url(endpoint: str, url: str) -> None:
    assert endpoint_url(endpoint) == url


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://cas.aliyuncs.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "cas.aliyuncs.com:99999",
        "cas.aliyuncs.com:https",
        "user:password@cas.aliyuncs.com",
        "https://cas.aliyuncs.com/path",
        "https://cas.aliyuncs.com?Action=x",
        "https://cas.aliyuncs.com#part",
        "cas .aliyuncs.com",
        "cas.aliyuncs.com\n",
        "https://",
        ":443",
        "https://[::1",
        "https://ex℀ample.com",
    ],
)
def test_a_bad_endpoint_is_refused_by_name_and_not_repeated(endpoint: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        endpoint_url(endpoint)
    assert caught.value.msg.startswith("endpoint: ")
    assert "password" not in caught.value.msg
