# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of certificate_store in a process of its own, with or without strace.

The process is forked from one that has everything imported, so that thousands of them are possible. What it does from
the reading of its arguments on is what a shipped module does.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from ansible.module_utils import basic

from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._store import reconcile, staging
from ansible_collections.certops.alicloud.plugins.modules import certificate_store
from tests.support.certificates import WWW, csr_pem, key_pem, new_key

# A fork need not import what its parent has imported.
for library in ("asymmetric.padding", "serialization"):
    importlib.import_module(f"cryptography.hazmat.primitives.{library}")
importlib.import_module("cryptography.x509.oid")

# What a task makes by chance and by the clock is known before it, so that stores are compared byte for byte: the key
# of each generation, and the CSR for each key.
KEYS = [new_key() for _number in range(3)]
_CSRS = {key_pem(key).encode(): csr_pem(key, *WWW).encode() for key in KEYS}
_NOW = datetime.now(timezone.utc)

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_PTRACER, _ANY_PROCESS = 1, 0x59616D61, ctypes.c_ulong(-1)
_CAPABILITIES_3 = 0x20080522
NO_RESULT, HUNG = 99, 98
# Seconds, for what takes a fiftieth of a second on an idle machine.
TIMEOUT = 300.0


class CannotTrace(Exception):
    """strace may not look into processes here."""


@dataclass(frozen=True)
class TaskEnd:
    """How a task ended: its exit status (below 0: the signal) and its result, if it got that far.

    ``inconclusive``: a failure hit more than the store, such as the result itself, so that nothing is asked of it.
    """

    status: int
    result: Mapping[str, Any]
    inconclusive: bool = False

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL

    @property
    def succeeded(self) -> bool:
        return self.status == 0

    @property
    def message(self) -> str:
        return str(self.result.get("msg", f"status {self.status}"))


def die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def drop_capabilities() -> None:
    """Let modes of directories count for root too: without capabilities it is a user like others."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    if _LIBC.capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capset")


def run_task(
    options: Mapping[str, Any],
    strace: Sequence[str] = (),
    prepare: Callable[[], None] | None = None,
    while_it_runs: Callable[[], None] | None = None,
) -> TaskEnd:
    """Run a task with these options. ``strace`` is a command to attach to it; ``prepare`` runs in its process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _become_task(options, writing, bool(strace), prepare)
    os.close(writing)
    tracer = _attach(child, strace) if strace else None
    if while_it_runs:
        while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            while_it_runs()
    with os.fdopen(reading, "rb") as output:
        written = _read(output, child)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if tracer:
        tracer.communicate()
    if written is None:
        return TaskEnd(HUNG, {})
    return TaskEnd(status, json.loads(written) if written.strip() else {})


def _read(output: IO[bytes], child: int) -> bytes | None:
    """All that a task writes; None for one that was ended because it did not end."""
    written, deadline = b"", time.monotonic() + TIMEOUT
    while select.select([output], [], [], max(0.0, deadline - time.monotonic()))[0]:
        more = os.read(output.fileno(), 65536)
        if not more:
            return written
        written += more
    os.kill(child, signal.SIGKILL)
    return None


def _become_task(options: Mapping[str, Any], output: int, wait: bool, prepare: Callable[[], None] | None) -> None:
    """Never returns."""
    try:
        die_with_parent()
        os.dup2(output, sys.stdout.fileno())
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": dict(options)}).encode()
        if hasattr(basic, "_ANSIBLE_PROFILE"):
            basic._ANSIBLE_PROFILE = "legacy"
        _foresee(Path(options["directory"]) / str(options["name"]) / "generations")
        if prepare:
            prepare()
        if wait:
            _LIBC.prctl(_PR_SET_PTRACER, _ANY_PROCESS, 0, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
        certificate_store.main()
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else NO_RESULT)
    finally:
        os._exit(NO_RESULT)


def _foresee(generations: Path) -> None:
    """Let the task take the key of its generation, and the moment that all tasks have."""
    taken = [name for name in (os.listdir(generations) if generations.is_dir() else ()) if not name.startswith(".")]
    staging.make_key = lambda _type, _size: key_pem(KEYS[len(taken)]).encode()
    staging.make_csr = lambda key, _domains: _CSRS[key]
    reconcile.Clock = lambda: Clock(now=lambda: _NOW)


def _attach(child: int, command: Sequence[str]) -> subprocess.Popen[bytes]:
    os.waitpid(child, os.WUNTRACED)
    tracer = subprocess.Popen(
        [*command, "-p", str(child)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=die_with_parent
    )
    assert tracer.stderr
    line = tracer.stderr.readline()
    if b"attached" not in line:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        tracer.communicate()
        raise CannotTrace(line.decode(errors="replace").strip())
    os.kill(child, signal.SIGCONT)
    return tracer
