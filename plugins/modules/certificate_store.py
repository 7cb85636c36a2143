#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_store
short_description: Keep certificates with their keys in generations, and put them in use without a gap
description:
  - Keeps a private key, its certificate and the record of its order together in a directory of its own, a generation,
    and puts a generation in use by swapping one link. So no service ever sees half a set, and the one before is still
    there.
  - Runs on the host that has the certificate. It makes no keys and no signing requests, orders nothing and reloads
    nothing; roles and playbooks do this between its states.
  - A certificate lies in C(directory/name/generations/n); the link C(directory/name/current) points to the generation
    that is in use. The services read C(privkey.pem) and C(fullchain.pem), or C(cert.pem) and C(chain.pem), below it.
  - Every file is written under a temporary name and then renamed. When something goes wrong, the disk being full for
    example, the set in use stays as it is, nothing half-written remains, and the task can be run again.
version_added: 0.2.0
author:
  - Certops contributors (@certops)
requirements:
  - cryptography >= 38
options:
  state:
    description:
      - "V(staged): there is a generation above the current one that waits for a certificate for O(domains). If there is
        none, the next one is made, with an empty C(privkey.pem) that only its owner may read."
      - "V(ordered): the staged O(generation) has the record of its O(order)."
      - "V(complete): O(generation) has its certificate and its chain."
      - "V(current): O(generation) is in use. It is marked as unverified until V(verified) is asked for."
      - "V(verified): O(generation) is in use and was seen to work. The mark is removed, and old generations with it."
    type: str
    choices: [staged, ordered, complete, current, verified]
    required: true
  generation:
    description:
      - Number of the generation that is meant. Needed for every O(state) but V(staged), and but V(complete) with
        O(private_key).
    type: int
  domains:
    description:
      - Names that the certificate is for. Needed for O(state=staged) and O(state=complete). With O(state=current), they
        are checked instead of those of the recorded order. International names are turned into punycode.
    type: list
    elements: str
  keep_key:
    description:
      - With O(state=staged), copy the private key in use into a new generation, instead of leaving room for a new one.
    type: bool
    default: false
  order:
    description:
      - What is recorded of the order. Needed for O(state=ordered), possible for O(state=complete).
    type: dict
    suboptions:
      order_id:
        description:
          - Number of the order.
        type: str
        required: true
      domains:
        description:
          - Names of the order.
        type: list
        elements: str
      product_code:
        description:
          - Product of the order.
        type: str
      renews:
        description:
          - Number of the order that this one follows.
        type: str
      validation:
        description:
          - What was to be published, as RV(certops.alicloud.cas_order#module:order.validation).
        type: list
        elements: dict
  fullchain:
    description:
      - The certificate and its chain in PEM, in any order. Needed for O(state=complete). It is not shown in logs,
        because a private key may be in it by mistake.
      - "It must be usable: each certificate signed by the next one, all of them in date, made for the private key, and
        covering all of O(domains)."
    type: str
  private_key:
    description:
      - With O(state=complete), the private key in PEM, for a set that was made elsewhere. The generation then appears
        as a whole. A generation that has the same set is taken as it is; else O(generation) is its number if that is
        above all others, and the next free number if not.
    type: str
  keep:
    description:
      - With O(state=verified), how many complete generations below the current one are kept. Staged ones below it go,
        and nothing above it does.
    type: int
    default: 3
  owner:
    description:
      - User who owns the private key, by name or number. Without it, this is the user that runs the module. All else
        belongs to that user and can be read by everybody.
      - This, O(group) and O(key_mode) count for O(state=complete), and for a key that O(keep_key) copies.
    type: str
  group:
    description:
      - Group of the private key, by name or number.
    type: str
  key_mode:
    description:
      - Mode of the private key, an octal number in quotes. Until it has its owner and its group, the mode is V(0600).
        A mode that lets everybody read the key is refused.
    type: raw
    default: "0600"
attributes:
  check_mode:
    details:
      - The plan is computed from the same reads as in a real run. Sets that cannot be used and directories that cannot
        be written are errors in check mode too.
      - A generation that is not there yet has RV(key) and RV(csr) false.
  diff_mode:
    support: full
    details:
      - Shows which generations there are and which one is in use, in words, without PEM text.
extends_documentation_fragment:
  - certops.alicloud.attributes
  - certops.alicloud.attributes.store
notes:
  - Dates are judged by the clock of the host where the module runs.
  - O(state=current) goes back to an older generation whatever its dates are, because that may be better than a new one
    with which a service does not start.
  - What a killed run left behind is removed by the next task that changes something.
seealso:
  - module: certops.alicloud.certificate_store_info
  - module: certops.alicloud.cas_order
  - module: community.crypto.openssl_privatekey
  - module: community.crypto.openssl_csr
"""

EXAMPLES = r"""
- name: Take in a certificate that was made elsewhere
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: complete
    domains: [www.example.com]
    fullchain: "{{ lookup('ansible.builtin.file', 'www.example.com.pem') }}"
    private_key: "{{ lookup('ansible.builtin.file', 'www.example.com.key') }}"
    group: ssl-cert
    key_mode: "0640"
  become: true
  register: complete

- name: Put it in use
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: current
    generation: "{{ complete.generation }}"
  become: true
  register: swapped

- name: Let the service read it
  ansible.builtin.service:
    name: nginx
    state: reloaded
  become: true
  when: swapped is changed

- name: It works, so the generation before the last one may go
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: verified
    generation: "{{ complete.generation }}"
    keep: 1
  become: true

- name: Make room for the next key
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: staged
    domains: [www.example.com]
  become: true
  register: staged
"""

RETURN = r"""
generation:
  description: Number of the generation that the task was about, in check mode as it is expected to be.
  type: int
  returned: success
  sample: 4
directory:
  description: Directory of this generation.
  type: str
  returned: success
  sample: /etc/ssl/certops/www.example.com/generations/4
previous:
  description: The generation that was in use before the task; null when there was none.
  type: int
  returned: success
  sample: 3
key:
  description: Whether the generation has a private key.
  type: bool
  returned: success
  sample: true
csr:
  description: Whether the generation has a signing request (C(request.csr)).
  type: bool
  returned: success
  sample: true
key_mismatch:
  description: Whether the certificate was made for another key.
  type: bool
  returned: on failure, when it was
  sample: true
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._store.reconcile import ensure_store

ORDER = {
    "order_id": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str"},
    "product_code": {"type": "str"},
    "renews": {"type": "str"},
    "validation": {"type": "list", "elements": "dict"},
}
OPTIONS = {
    "directory": {"type": "path", "required": True},
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["staged", "ordered", "complete", "current", "verified"], "required": True},
    "generation": {"type": "int"},
    "domains": {"type": "list", "elements": "str"},
    "keep_key": {"type": "bool", "default": False, "no_log": False},
    "order": {"type": "dict", "options": ORDER},
    # A chain is no secret; what is given in its place by mistake may be one.
    "fullchain": {"type": "str", "no_log": True},
    "private_key": {"type": "str", "no_log": True},
    "keep": {"type": "int", "default": 3},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "key_mode": {"type": "raw", "default": "0600", "no_log": False},
}
RULES = {
    "required_if": [
        ("state", "staged", ["domains"]),
        ("state", "ordered", ["generation", "order"]),
        ("state", "complete", ["domains", "fullchain"]),
        ("state", "current", ["generation"]),
        ("state", "verified", ["generation"]),
    ]
}


def main() -> None:
    _task.local(OPTIONS, ensure_store, RULES, plan=[])


if __name__ == "__main__":
    main()
