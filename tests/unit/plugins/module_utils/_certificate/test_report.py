# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one line that a person reads, and the results beside the plan."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.validation import ValidationRecord
from ansible_collections.certops.alicloud.plugins.module_utils._certificate import report, steps
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.observe import Seen
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.steps import Chain, ChainStep
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import Service
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Display, Outcome, Plan, Repeat, Step, Target
from ansible_collections.certops.alicloud.plugins.module_utils._store.decide import Action
from tests.support.chains import look, wanted
from tests.support.orders import order

CREATE, RENEW = "CreateCertificateForPackageRequest", "RenewCertificateOrderForPackageRequest"
RECORD = ValidationRecord("www.example.com", "_dnsauth.www.example.com", "TXT", "2026", "_dnsauth")
NOTHING = Chain()
SERIAL = {"serial_number": "4F:01"}


def ordering(action: str, order_id: str | None = None, repeat: Repeat = Repeat.NEVER) -> ChainStep:
    return steps.order_step(NOTHING, Step(action, "due", Target("order_id", order_id), order("issued"), repeat))


def said(action: str, reason: str, found: list[ChainStep], predicts: bool, **facts: Any) -> str:
    plan = Plan(NOTHING, tuple(found), {"action": action, "reason": reason})
    outcome = Outcome(plan, plan.after, Display(lambda _c, _n: {}, lambda _c: ""), facts)
    return report.message(wanted(), outcome, predicts)


STAGE = steps.stage(NOTHING, 2, "key and CSR")
PUBLISH = steps.publish(NOTHING, "validation record", "alidns")
STORE = steps.store(NOTHING, 2)
INSTALL = steps.install(NOTHING, 2, None)
RELOAD = steps.reload(NOTHING, Service("web"))
VERIFY = steps.verify(Chain(generation=2), ("127.0.0.1:443",))
QUOTA = {"quota": {"free": 4}}


@pytest.mark.parametrize(
    ("found", "predicted", "done"),
    [
        ([STAGE], "would stage the key in generation 2", None),
        ([ordering(CREATE)], f"would call {CREATE} (uses 1 of 4 left)", f"called {CREATE} (uses 1 of 4 left)"),
        ([ordering(RENEW, "77")], f"would call {RENEW} (uses 1 of 4 left)", f"called {RENEW} (uses 1 of 4 left)"),
        (
            [ordering("DeleteCertificateRequest", "77", Repeat.SAFE)],
            "would call DeleteCertificateRequest",
            "called DeleteCertificateRequest",
        ),
        ([PUBLISH], "would publish the validation record", "published TXT _dnsauth.www.example.com"),
        ([STORE], None, None),
        ([INSTALL], "would install generation 2", "installed generation 2"),
        ([RELOAD], "would reload web", "reloaded web"),
        (
            [steps.reload(NOTHING, Service("db", "restart"))],
            "would restart db",
            "restarted db",
        ),
        ([VERIFY], "would verify 127.0.0.1:443", "127.0.0.1:443 serves 4F:01"),
        ([steps.verify(Chain(generation=2), ())], None, None),
        ([INSTALL, RELOAD], "would install generation 2, reload web", "installed generation 2, reloaded web"),
    ],
)
def test_each_step_before_and_after(found: list[ChainStep], predicted: str | None, done: str | None) -> None:
    facts = {"publish": [RECORD.public()], "current": SERIAL, **QUOTA}
    begin = "www.example.com: renew, 10 of 90 days left"
    assert said("renew", "10 of 90 days left", found, True, **facts) == begin + (f"; {predicted}" if predicted else "")
    assert said("renew", "10 of 90 days left", found, False, **facts) == begin + (f"; {done}" if done else "")


@pytest.mark.parametrize(
    ("action", "word"),
    [
        ("nothing", "nothing to do"),
        ("apply", "apply"),
        ("renew", "renew"),
        ("install", "install"),
        ("reload", "reload"),
        ("wait", "resume"),
    ],
)
def test_what_is_done_in_a_word(action: str, word: str) -> None:
    assert said(action, "because", [], False) == f"www.example.com: {word}, because"


def test_a_preview_counts_the_earlier_orders_of_its_run() -> None:
    found = said("apply", "none", [ordering(CREATE)], True, quota={"free": 3, "total": 4, "planned": 1})
    assert found.endswith(f"would call {CREATE} (uses 1 of 3 left after this run's earlier orders)")


def test_a_quota_that_was_not_read_is_not_told() -> None:
    assert said("apply", "none", [ordering(CREATE)], True) == f"www.example.com: apply, none; would call {CREATE}"


def test_what_was_published_and_is_gone_is_not_named() -> None:
    assert said("apply", "none", [PUBLISH, INSTALL], False, publish=[]).endswith("none; installed generation 2")


def test_an_unknown_serial_number_is_said_to_be_known_later() -> None:
    assert said("reload", "r", [VERIFY], False, current=None).endswith("serves (known after apply)")


def test_results_are_those_of_the_last_look() -> None:
    before = look(current={"generation": 1}, staged={"generation": 2})
    after = look(current={"generation": 2}, served=[{"address": "a"}])
    seen = Seen(wanted(), before, Action.RENEW, "due")
    there = order("pending_validation", validation=(RECORD,))
    found = report.results(seen, after, there)
    assert (found["current"], found["previous"], found["staged"]) == ({"generation": 2}, 1, None)
    assert (found["served"], found["domains"]) == ([{"address": "a"}], ["www.example.com"])
    assert found["publish"] == [RECORD.public()]
    assert report.results(seen, before, None)["staged"] == 2
    assert report.results(seen, before, None)["publish"] == []
