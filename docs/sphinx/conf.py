# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx for `make docs`, which builds the site from what antsibull-docs writes. Nothing is fetched."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"

project = title = html_title = html_short_title = "certops.alicloud"
copyright = "Certops contributors"
extensions = ["sphinx_antsibull_ext"]
default_role = "any"
nitpicky = True
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_theme_options = {"topbar_links": {"Source": "https://github.com/certops/ansible-alicloud"}}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = html_use_index = html_copy_source = html_show_sourcelink = False

# Labels of pages of Ansible that antsibull-docs refers to.
OUTSIDE = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}
# Plugins of other collections, as antsibull-docs labels their pages.
PLUGIN = re.compile(r"ansible_collections\.(?!certops\.)(\w+)\.(\w+)\.(\w+)")
VARIABLES = """\
Variables and examples: :ref:`ansible_collections.certops.alicloud.docsite.guide_roles`.
"""
RULER = re.compile(r"([-~])\1{2,}")
ROLE = re.compile(r"^(\* :ansplugin:`(\w+) role <.*>` --)[ ]*$", re.MULTILINE)


def outside(_app: Any, _environment: Any, node: Any, text: Any) -> Any:
    """Link to the documentation of Ansible, whose labels no build here knows."""
    target = node.get("reftarget", "").lower()
    plugin = PLUGIN.fullmatch(target)
    place = "collections/{}/{}/{}.html".format(*plugin.groups()) if plugin else OUTSIDE.get(target)
    return nodes.reference("", "", text, internal=False, refuri=f"{ANSIBLE}/{place}") if place else None


def finish(_app: Any, page: str, source: list[str]) -> None:
    """What antsibull-docs leaves out: sections of the menu, the purpose of a role, and where it is documented."""
    if page == "index":
        source[0] = ROLE.sub(
            lambda found: f"{found[1]} {purpose(found[2])}", "\n".join(captioned(source[0].split("\n")))
        )
    elif page.endswith("_role"):
        told = source[0].replace("/meta/argument_specs.yml", "/meta/main.yml")
        source[0] = told.replace(".. Options\n", VARIABLES, 1)


def captioned(lines: list[str]) -> Iterator[str]:
    """The index, where each list of pages has the heading above it as its caption."""
    heading = ""
    for number, line in enumerate(lines):
        if RULER.fullmatch(line):
            heading = lines[number - 1]
        yield line
        if line == ".. toctree::":
            # A list without pages would leave a caption in the menu.
            rest = itertools.takewhile(lambda each: not each or each.startswith(" "), lines[number + 1 :])
            if any(each.strip() and ":" not in each for each in rest):
                yield f"    :caption: {heading}"


def purpose(role: str) -> str:
    meta = yaml.safe_load((ROOT / "roles" / role / "meta" / "main.yml").read_text("utf-8"))
    return str(meta["argument_specs"]["variables"]["short_description"])


def home(app: Any, _page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """The title leads to the index of this site, and not of the host that it is on."""
    context["theme_documentation_home_url"] = context["pathto"](app.config.root_doc)


def setup(app: Any) -> None:
    app.connect("html-page-context", home)
    app.connect("missing-reference", outside)
    app.connect("source-read", finish)
