# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings of the site add to the pages that antsibull-docs writes."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from tests.tools.dependencies import ROOT

CONF: dict[str, Any] = runpy.run_path(str(ROOT / "docs/sphinx/conf.py"))
INDEX = """\
Communication
-------------

- Forum: `a forum <https://example.com/>`__.

.. toctree::
    :maxdepth: 1

Guides
------

.. toctree::
    :maxdepth: 1

    docsite/guide_nginx

Modules
~~~~~~~

* :ansplugin:`renew role <certops.alicloud.renew#role>` --

.. toctree::
    :maxdepth: 1
    :hidden:

    renew_role
"""


def finished(page: str, text: str) -> str:
    source = [text]
    CONF["finish"](None, page, source)
    return source[0]


def test_sections_with_pages_are_in_the_menu() -> None:
    captions = [line.strip() for line in finished("index", INDEX).splitlines() if ":caption:" in line]
    assert captions == [":caption: Guides", ":caption: Modules"]
    assert ".. toctree::\n    :caption: Guides\n    :maxdepth: 1\n" in finished("index", INDEX)


def test_the_index_says_what_a_role_is_for() -> None:
    assert "<certops.alicloud.renew#role>` -- Renew the certificate that is installed\n" in finished("index", INDEX)


def test_a_role_leads_to_its_variables_and_to_the_file_that_there_is() -> None:
    page = ":github_url: https://github.com/a/b/edit/main/roles/csr/meta/argument_specs.yml?a\n\n.. Options\n"
    found = finished("csr_role", page)
    assert "roles/csr/meta/main.yml?a" in found and "docsite.guide_roles`" in found
    assert finished("docsite/guide_nginx", page) == page


@pytest.mark.parametrize(
    ("label", "place"),
    [
        ("action_plugins", "plugins/action.html#action-plugins"),
        ("ansible_collections.community.general.nsupdate_module", "collections/community/general/nsupdate_module.html"),
        ("ansible_collections.certops.alicloud.lost_module", None),
        ("ansible_collections.community.general.nsupdate_module__parameter-zone", None),
        ("lost", None),
    ],
)
def test_what_ansible_documents_is_linked_and_what_is_lost_is_not(label: str, place: str | None) -> None:
    link = CONF["outside"](None, None, {"reftarget": label}, CONF["nodes"].Text("x"))
    assert (link and link["refuri"]) == (place and f"{CONF['ANSIBLE']}/{place}")
