# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The newest certificate of an instance. What an id stands for never changes, so it is read from the service once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ..._errors import Failure
from ..._host.lockfile import acquire, read_note
from ..lock import moment, note_path
from . import api
from .instance import Instance, with_certificate

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from ..._x509.certificate import Certificate

# Seconds for which a note is locked.
_HELD = 5.0


def complete(run: ApiRun, instance: Instance) -> Instance:
    """An instance with its newest certificate, where it has one and the service gives it."""
    if instance.certificate_id is None or instance.certificate is not None:
        return instance
    found = noted(run, instance)
    if found is None:
        found = api.certificate(run, instance)
        if found is not None:
            _note(run, instance, found)
    return with_certificate(instance, found) if found else instance


def noted(run: ApiRun, instance: Instance) -> Certificate | None:
    """The certificate as a task of this machine has read it before."""
    path = _path(run, instance)
    pem = read_note(path).get("fullchain") if path else None
    if not isinstance(pem, str):
        return None
    from ..._x509.certificate import read_certificate  # its library is imported only where there is a certificate

    with suppress(Failure):
        return read_certificate(pem)
    return None


def _note(run: ApiRun, instance: Instance, certificate: Certificate) -> None:
    """Where nothing can be kept, the next task reads it again."""
    path = _path(run, instance)
    if path is None or run.actor.read_only:
        return
    with suppress(OSError):
        held = acquire(path, moment(run), moment(run) + _HELD)
        if held:
            with held:
                held.write({"fullchain": certificate.fullchain}, lasting=False)


def _path(run: ApiRun, instance: Instance) -> str | None:
    directory = run.actor.state_directory
    if directory is None or instance.certificate_id is None:
        return None
    return note_path(directory, "certificate", run.actor.account, instance.instance_id, instance.certificate_id)
