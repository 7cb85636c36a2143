# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of one certificate with a real server, for tests."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.steps import Chain
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import Service
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._store.info import report
from ansible_collections.certops.alicloud.plugins.modules.certificate_store_info import OPTIONS as INFO
from tests.support import chains, client
from tests.support.chains import Shop
from tests.support.servers import Files, RealServer

FORMS = [{"type": each, "name": each} for each in ("combined", "key_fullchain")]


@dataclass
class Machine(Shop):
    """A host with a real server. One that is ``stuck`` does nothing when it is reloaded."""

    server: RealServer | None = None

    @property
    def clock(self) -> Clock:
        return client.clock(self.account)._replace(monotonic=time.monotonic, sleep=time.sleep)

    @property
    def files(self) -> Files:
        current = self.home / "current"
        return Files(*(current / name for name in ("privkey.pem", "fullchain.pem", "combined", "key_fullchain")))

    def look(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        given = _task.validated(INFO, {name: value for name, value in options.items() if value is not None})
        given["requirements"] = {**given["requirements"], "services": None, "programs": None}
        found = report(given, self.read_only, self.clock)
        return {**found.public(self.clock.now()), "warnings": found.warnings}

    def reload(self, service: Service) -> None:
        def reloaded() -> None:
            if self.server and not self.stuck:
                self.server.serve(self.files)

        self._do("reload", reloaded)


def machine(server: RealServer) -> Machine:
    """A host with this server, and an account that issues at once."""
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0, review_seconds=0.0, proof="at_once")
    (server.directory / "store").mkdir()
    return Machine(account, server.directory / "store", server=server)


def run(host: Machine, check: bool = False, **options: Any) -> Outcome[Chain]:
    """Run what ``certificate`` runs, with the endpoints of the server."""
    assert host.server
    given = {"endpoints": host.server.endpoints, "forms": FORMS, "endpoint_timeout": 60.0, **options}
    return chains.run(host, check, **given)
