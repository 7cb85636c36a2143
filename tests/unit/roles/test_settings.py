# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the roles take an option from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ansible_collections.certops.alicloud.plugins.module_utils._certificate.argspec import OPTIONS
from tests.support.site import Site, site
from tests.tools.dependencies import ROOT

# What the roles and the playbooks set themselves.
OF_THE_ROLE = {"until", "wait", "verify", "may_order", "order_id", "copied", "settings", "certificates"}


def test_every_option_is_a_variable_of_the_roles() -> None:
    """Also one that a message advises, such as check_quota."""
    variables: dict[str, Any] = yaml.safe_load((ROOT / "roles/certificate/vars/main.yml").read_text())
    names = {f"certificate_{name}" for name in OPTIONS}
    assert "certificate_check_quota" in names
    taken = {name for name in names if re.search(variables["__certificate_pattern"], name)}
    assert {name.removeprefix("certificate_") for name in names - taken} == OF_THE_ROLE


def staged_key(found: Site, name: str) -> Any:
    (file,) = found.store("web1").glob(f"{name}/generations/1/privkey.pem")
    return load_pem_private_key(file.read_bytes(), None)


def test_an_entry_of_a_loop_wins_over_variables_of_group_and_host(tmp_path: Path) -> None:
    with site(tmp_path, ["web1"], key_type="RSA") as found:
        entries = [{"domains": "a.example.com", "key_type": "ECC"}, {"domains": ["b.example.com"]}]
        task = {
            "ansible.builtin.include_role": {"name": "certops.alicloud.csr"},
            "loop": entries,
            "loop_control": {"loop_var": "certificate_settings"},
        }
        played = found.run({"hosts": "all", "gather_facts": False, "tasks": [task]})
        assert played.status == 0, played.text
        assert isinstance(staged_key(found, "a.example.com"), EllipticCurvePrivateKey)
        assert isinstance(staged_key(found, "b.example.com"), RSAPrivateKey)
