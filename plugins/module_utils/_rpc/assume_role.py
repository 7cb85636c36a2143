# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The keys of a RAM role, which other keys assume: STS gives them out for a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from .._errors import InvalidOption, Kind, MissingLibrary, NoCredentials
from .._text import one_line, quoted
from .credential_chain import PACKAGE, official_package, said
from .credentials import Credentials, Source, kept
from .service_errors import kind_of

_SESSION_NAME, _DURATION = "certops.alicloud", 3600
_SHORTEST, _LONGEST = 900, 43_200


class Role(NamedTuple):
    """A role to assume; ``duration`` is in seconds."""

    arn: str
    session_name: str = _SESSION_NAME
    duration: int = _DURATION


def read_role(find: Callable[[str], tuple[str, object]]) -> Role:
    """The role that the options name; ``find`` returns the name and the value of one. Raises InvalidOption."""
    where, arn = find("assume_role_arn")
    if not re.fullmatch(r"acs:ram::\d+:role/[\w.@-]{1,64}", str(arn), re.ASCII):
        raise InvalidOption(
            where, f"{quoted(arn)} is not the ARN of a role; give one such as acs:ram::1234567890123456:role/certops."
        )
    where, name = find("assume_role_session_name")
    if name and not re.fullmatch(r"[\w.@-]{2,64}", str(name), re.ASCII):
        raise InvalidOption(
            where, f"{quoted(name)} is not a valid session name; give 2 to 64 letters, digits and characters of .@_-"
        )
    return Role(str(arn), str(name or _SESSION_NAME), _seconds(*find("assume_role_duration")))


def _seconds(where: str, value: object) -> int:
    text = str(value or _DURATION)
    if not re.fullmatch(r"[0-9]{1,9}", text) or not _SHORTEST <= int(text) <= _LONGEST:
        raise InvalidOption(where, f"give a number of seconds from {_SHORTEST} to {_LONGEST}, not {quoted(value)}.")
    return int(text)


def assumed(role: Role, source: Source) -> Source:
    """The keys of the role. ``source`` has the keys that assume it."""
    official = official_package()
    if official is None:
        raise MissingLibrary(PACKAGE)
    providers: list[Any] = []

    def fetch(fresh: bool) -> Credentials:
        if fresh or not providers:
            providers[:] = [_provider(official, role, source, fresh)]
        try:
            found = providers[0].get_credentials()
        except NoCredentials:
            raise  # of the keys that assume it
        except Exception as error:  # the package raises what its HTTP client raises, too
            raise _refusal(role, error) from None
        return Credentials(
            found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token(), role.arn
        )

    return kept(fetch)


def _provider(official: Any, role: Role, source: Source, fresh: bool) -> Any:
    """Asks for new keys in good time by itself; the first time, ``source`` is asked as this role is."""
    asked = [fresh]

    def keys() -> Any:
        found = source(asked.pop() if asked else False)
        return official.refreshable.Credentials(
            access_key_id=found.access_key_id,
            access_key_secret=found.access_key_secret,
            security_token=found.security_token,
        )

    return official.RamRoleArnCredentialsProvider(
        credentials_provider=SimpleNamespace(get_credentials=keys),
        role_arn=role.arn,
        role_session_name=role.session_name,
        duration_seconds=role.duration,
    )


# By the code of STS: the option to look at, and what to do on the side of RAM.
_MEANINGS = {
    "EntityNotExist.Role": ("assume_role_arn", "there is no such role. Check the account ID and the name in it."),
    "InvalidParameter.RoleArn": ("assume_role_arn", "the ARN is not valid. Copy it from the page of the role in RAM."),
    "InvalidParameter.RoleSessionName": ("assume_role_session_name", "the name of the session is not valid."),
    "InvalidParameter.DurationSeconds": (
        "assume_role_duration",
        "it is longer than the role allows. Give less, or raise the maximum session duration of the role in RAM.",
    ),
}
_BY_KIND = {
    Kind.PERMISSION: (
        "assume_role_arn",
        "the access key may not assume the role. In RAM, grant `sts:AssumeRole` on the role to the user or role of the "
        "access key, and name it in the trust policy of the role.",
    ),
    Kind.KEY: ("access_key_id", "the access key ID does not exist or is disabled."),
    Kind.SIGNATURE: ("access_key_secret", "the signature does not match. Check access_key_secret."),
    Kind.TOKEN: ("security_token", "the security token is invalid or expired. Fetch new temporary credentials."),
    Kind.CLOCK: ("assume_role_arn", "the clocks disagree. Set the clock of the machine that calls."),
    Kind.THROTTLED: ("assume_role_arn", "the call was throttled. Run the task again later or with fewer forks."),
}
_RESULT = re.compile(r"http_code: (\d+), result: (.*)", re.DOTALL)


def _refusal(role: Role, error: Exception) -> NoCredentials:
    """Why there are no keys of the role. What STS repeats of the request is not told: it may be a token."""
    response, status = _response(str(error))
    code = one_line(response.get("Code"), 100)
    if not code:
        return NoCredentials(f"assume_role_arn: STS gave no keys of {role.arn}. It said: {said(error)}")
    kind = kind_of(code, status)
    option, meaning = _MEANINGS.get(code) or _BY_KIND.get(kind) or ("assume_role_arn", "see what it said.")
    told = "" if kind in (Kind.SIGNATURE, Kind.TOKEN) else one_line(response.get("Message"))
    request_id = one_line(response.get("RequestId"), 100)
    words = ": ".join(filter(None, (code, told))) + (f" (request {request_id})" if request_id else "")
    return NoCredentials(
        f"{option}: STS refused to assume {role.arn}: {meaning} It said {words}.",
        code=code,
        request_id=request_id or None,
        http_status=status,
        action="AssumeRole",
    )


def _response(text: str) -> tuple[dict[str, Any], int]:
    """The error envelope in the package's text, and the HTTP status."""
    found = _RESULT.search(text)
    try:
        content = json.loads(found[2]) if found else None
    except ValueError:
        content = None
    return (content if isinstance(content, dict) else {}), int(found[1]) if found else 0
