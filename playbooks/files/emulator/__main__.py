# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command: python -m playbooks.files.emulator."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .core.control import PREFIX
from .core.dials import Dials, as_json, meanings, turn
from .core.emulator import Emulator
from .core.gate import Keys
from .core.log import Logged
from .core.refusal import Impossible
from .core.server import Server, check_loopback
from .core.wish import moment_of
from .core.world import DEFAULT_QUOTA, World
from .instances.facts import INTERNATIONAL
from .instances.stock import Wish, read_text, read_wish
from .orders.validation import Prover

EXAMPLE = "spec=geo.dv.f,count=3,months=12,state=inactive"
TEST_STOCK = "type=TEST,count=2"  # free test instances that are bought for nothing
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(joined(sys.argv[1:] if arguments is None else arguments))
    try:
        emulator = _emulator(options)
        check_loopback(options.host)
    except Impossible as error:
        print(error, file=sys.stderr)
        return 2
    try:
        with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            _run(emulator, options, stack)
    except OSError as error:
        print(f"The emulator cannot start: {error}.", file=sys.stderr)
        return 1
    return 0


def joined(arguments: Sequence[str]) -> list[str]:
    """--clock -62d as --clock=-62d: argparse would take the shift for an option."""
    words = list(arguments)
    for place, word in enumerate(words[:-1]):
        if word == "--clock":
            words[place : place + 2] = [f"--clock={words[place + 1]}"]
            break
    return words


def _parser() -> argparse.ArgumentParser:
    dials = "\n".join(f"  {name} ({default}): {meaning}" for name, default, meaning in meanings())
    parser = argparse.ArgumentParser(
        prog="python -m playbooks.files.emulator",
        description="Certificate orders and instances of Alibaba Cloud CAS, for tests and rehearsals. Loopback only.",
        epilog=f"dials (default):\n{dials}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address")
    parser.add_argument("--port", type=_port, default=0, help="port of plain HTTP; 0 is any free one")
    parser.add_argument("--tls", action="store_true", help="HTTPS too, on any free port")
    parser.add_argument("--tls-port", type=_port, default=None, metavar="PORT|off", help="HTTPS too, on this port")
    parser.add_argument("--clock", default="now", help="the world's time at the start: now, -62d, +3h, a time with Z")
    parser.add_argument("--dial", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--quota", action="append", default=[], metavar="PRODUCT=TOTAL")
    parser.add_argument(
        "--instance",
        action="append",
        default=[],
        metavar="none|NAME=VALUE,...",
        help=f"instances at the start, like {EXAMPLE}; default: two of type TEST",
    )
    parser.add_argument("--ready-file", type=Path, help="JSON with all addresses, written when they can be used")
    parser.add_argument("--with-pid", type=int, help="end when this process is gone")
    parser.add_argument("--access-key-id", default=Keys.access_key_id)
    parser.add_argument("--access-key-secret", default=Keys.access_key_secret)
    parser.add_argument("--log", action="store_true", help="one line for each call: action and code")
    return parser


def _emulator(options: argparse.Namespace) -> Emulator:
    dials = turn(Dials(), dict(_pair(text) for text in options.dial))
    quota = dict(DEFAULT_QUOTA)
    for product, total in map(_pair, options.quota):
        if not total.isdigit():
            raise Impossible(f"The quota of {product} has to be a whole number.")
        quota[product] = int(total)
    emulator = Emulator(
        World(dials=dials, quota=quota, base=clock(options.clock)),
        keys=Keys(options.access_key_id, options.access_key_secret),
    )
    emulator.stock = _stock(options.instance or [TEST_STOCK])
    emulator.restock()
    emulator.on_call = _print_call if options.log else None
    return emulator


def _stock(texts: Sequence[str]) -> tuple[Wish, ...]:
    return tuple(read_wish(read_text(text)) for text in texts if text != "none")


def clock(text: str) -> float:
    """Unix seconds of now, a shift like -62d or +3h, or a time in ISO form with Z."""
    shift = re.fullmatch(r"([+-]\d+(?:\.\d+)?)([smhd])", text)
    return time.time() + float(shift[1]) * _UNITS[shift[2]] if shift else moment_of(text)


def _port(text: str) -> int | None:
    if text == "off":
        return None
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return int(text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Impossible(f"{text!r} has to be NAME=VALUE.")
    return name, value


def _print_call(entry: Logged) -> None:
    print(entry.action, entry.code, flush=True)


def _run(emulator: Emulator, options: argparse.Namespace, stack: contextlib.ExitStack) -> None:
    if options.ready_file:
        # One that a killed emulator left behind must not be taken for ours.
        options.ready_file.unlink(missing_ok=True)
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emulator-")))
    (directory / "ca.pem").write_text(emulator.world.authority.root_pem)
    plain = stack.enter_context(Server(emulator, options.host, options.port or 0))
    plain_abroad = stack.enter_context(Server(emulator, options.host, site=INTERNATIONAL))
    secure = secure_abroad = None
    if options.tls or options.tls_port is not None:
        secure = stack.enter_context(Server(emulator, options.host, options.tls_port or 0, tls=True))
        secure_abroad = stack.enter_context(Server(emulator, options.host, tls=True, site=INTERNATIONAL))
    stack.enter_context(contextlib.closing(Prover(emulator)))
    ready = {
        "url": plain.url,
        "tls_url": secure.url if secure else None,
        "international_url": plain_abroad.url,
        "international_tls_url": secure_abroad.url if secure_abroad else None,
        "control_url": plain.url + PREFIX.rstrip("/"),
        "ca_file": str(directory / "ca.pem"),
        "access_key_id": options.access_key_id,
        "access_key_secret": options.access_key_secret,
        "pid": os.getpid(),
        "dials": as_json(emulator.world.dials),
    }
    if options.ready_file:
        stack.callback(options.ready_file.unlink, missing_ok=True)
        write_at_once(options.ready_file, json.dumps(ready, indent=2))
    print(f"The emulator listens at {' and '.join(url.url for url in (plain, secure) if url)}", flush=True)
    while not emulator.stopped.wait(0.5) and (options.with_pid is None or alive(options.with_pid)):
        pass


def write_at_once(path: Path, text: str) -> None:
    """Readers see all of it or nothing; for the owner's eyes only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    os.replace(name, path)


def alive(pid: int) -> bool:
    """A process that ended but was not waited for counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[:1] != ["Z"]


if __name__ == "__main__":
    sys.exit(main())
