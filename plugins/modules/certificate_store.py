#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_store
short_description: Store certificates with their keys in generations, and put them in use without a gap
description:
  - Stores a private key, its certificate and the record of its order together in one directory, a generation. Puts a
    generation in use by replacing one symbolic link, so that no service ever reads an incomplete set. The previous
    generation stays in place.
  - Runs on the host that uses the certificate. The module creates the private key and its CSR there. It orders nothing
    and reloads no service; roles and playbooks do this between its states. The role
    P(certops.alicloud.certificate#role) does all of it.
  - A certificate is stored in C(directory/name/generations/n). The link C(directory/name/current) points to the
    generation in use. Services read C(privkey.pem) and C(fullchain.pem), or C(cert.pem) and C(chain.pem), below that
    link.
  - Every file is written under a temporary name and then renamed. If an error occurs, for example because the disk is
    full, the generation in use is not changed, no partly written file remains, and the task can be run again.
version_added: 0.3.0
author:
  - Certops contributors (@certops)
requirements:
  - cryptography >= 38
options:
  state:
    description:
      - "V(staged): a generation above the current one waits for a certificate for O(domains). If there is none, the
        next generation is created, with its private key (C(privkey.pem)) and its CSR (C(request.csr)). A key that is
        already in it stays, whatever created it; a CSR that is missing, or that is not for this key and these names, is
        created."
      - "V(ordered): the staged O(generation) contains the record of its O(order)."
      - "V(complete): O(generation) contains its certificate and its chain."
      - "V(current): O(generation) is in use, with its O(forms) and O(links). It is marked as not verified until
        V(verified) is requested. Forms that are requested later are added to the generation in use, which is then not
        verified again."
      - "V(current), with O(private_key) or O(private_key_path): the set is stored as with V(complete), and put in use.
        If the certificate in use covers O(domains) and is valid longer, nothing is changed, so that an import can be
        run again."
      - "V(verified): O(generation) is in use and is known to work. The mark is removed, and old generations are
        removed too; see O(keep)."
    type: str
    choices: [staged, ordered, complete, current, verified]
    required: true
  generation:
    description:
      - Number of the generation. Required for every O(state) except V(staged), and except V(complete) and V(current)
        with O(private_key) or O(private_key_path).
    type: int
  domains:
    description:
      - Domain names that the certificate is for. Required for O(state=staged) and O(state=complete), and with
        O(private_key) or O(private_key_path). Otherwise with O(state=current), the certificate must cover these names
        instead of those of the recorded order. Internationalized domain names (IDN) are converted to A-labels
        (punycode).
    type: list
    elements: str
  key_type:
    description:
      - With O(state=staged), the type of a new private key.
    type: str
    choices: [ECC, RSA]
    default: ECC
  key_size:
    description:
      - "With O(state=staged), the size of a new private key: V(256) (secp256r1, the default) or V(384) (secp384r1) for
        O(key_type=ECC), V(2048) (the default), V(3072) or V(4096) for O(key_type=RSA)."
    type: int
  keep_key:
    description:
      - With O(state=staged), copy the private key in use into a new generation instead of creating a new key.
    type: bool
    default: false
  order:
    description:
      - What to record of the order. Required for O(state=ordered), optional for O(state=complete).
    type: dict
    suboptions:
      order_id:
        description:
          - ID of the order. Give either this or O(order.instance_id).
        type: str
      instance_id:
        description:
          - ID of the instance that the certificate comes from.
        type: str
        version_added: 0.3.0
      domains:
        description:
          - Domain names of the order.
        type: list
        elements: str
      product_code:
        description:
          - Product of the order.
        type: str
      renews:
        description:
          - ID of the order that this order renews.
        type: str
      validation:
        description:
          - What was to be published, as in RV(certops.alicloud.cas_order#module:order.validation).
        type: list
        elements: dict
      subscription_end:
        description:
          - Time at which the subscription of the instance ends, in UTC.
        type: str
        version_added: 0.3.0
      stored:
        description:
          - Time at which the certificate was completed, in UTC, for a set that was created on another host. For a
            staged generation, the time of O(state=complete) by the clock of the host is recorded.
        type: str
  fullchain:
    description:
      - The certificate and its chain in PEM format, in any order. Required for O(state=complete). It is not shown in
        logs, because it may contain a private key by mistake.
      - "The set must be usable: the certificate is signed by another one of the set, unless it comes alone; of the
        paths of signatures, one is neither expired nor not yet valid; the certificate matches the private key, and it
        covers all of O(domains). Certificates that belong to no path are left out."
    type: str
  fullchain_path:
    description:
      - Absolute path of a file on the host with what O(fullchain) would contain. Symbolic links are followed.
    type: path
  private_key_path:
    description:
      - Absolute path of a file on the host with what O(private_key) would contain, for a set that another program, such
        as certbot, has left there. The key does not leave the host, and it is not in the arguments of the task, so
        C(no_log) is not needed. The file is not changed. Symbolic links are followed.
    type: path
  private_key:
    description:
      - With O(state=complete) or O(state=current), the private key in PEM format, without a passphrase, for a set that
        was created elsewhere. The generation then appears as a whole. If a generation already contains the same set,
        that generation is used. Otherwise a new generation is created, with the number O(generation) if that is higher
        than all others, else with the next free number.
    type: str
  keep:
    description:
      - With O(state=verified), the number of complete generations below the current one that are kept. Staged
        generations below the current one are removed. Generations above it are never removed.
    type: int
    default: 3
  owner:
    description:
      - User that owns the private key, by name or number. By default, this is the user that runs the module. All
        other files belong to that user and can be read by everyone.
      - O(owner), O(group) and O(key_mode) apply to O(state=staged) and O(state=complete). A user or group that the user
        of the task cannot set is an error with O(state=staged) already, before a key is created.
    type: str
  group:
    description:
      - Group of the private key, by name or number. V(root) is the group with the number 0 on systems where it has
        another name.
    type: str
  key_mode:
    description:
      - Mode of the private key, an octal number in quotes. The mode is V(0600) until the owner and the group are set.
        It is an error if the mode gives everyone access to the key, or if its owner cannot read it.
    type: raw
    default: "0600"
attributes:
  check_mode:
    details:
      - The plan is computed from the same reads as in a normal run. Sets that cannot be used and directories that
        cannot be written are errors in check mode too.
      - For a generation that does not exist yet, RV(key) and RV(csr) are V(false), and RV(csr_content) is null.
  diff_mode:
    support: full
    details:
      - Shows which generations exist and which one is in use, in words and without PEM text.
extends_documentation_fragment:
  - certops.alicloud.attributes
  - certops.alicloud.attributes.store
notes:
  - Validity periods are checked by the clock of the host on which the module runs.
  - O(state=current) accepts an earlier generation even if its certificate is expired, because that may be better than
    a new one with which a service does not start.
  - Temporary files of an interrupted run are removed by the next task that changes something.
seealso:
  - module: certops.alicloud.certificate_store_info
    description: Check an installed certificate, and find out what has to be done.
  - module: certops.alicloud.cas_order
    description: Apply for a certificate.
"""

EXAMPLES = r"""
- name: Store a certificate that was issued elsewhere
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
  register: stored

- name: Put the certificate in use
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: current
    generation: "{{ stored.generation }}"
  become: true
  register: switched

- name: Reload the service
  ansible.builtin.service:
    name: nginx
    state: reloaded
  become: true
  when: switched is changed

- name: Mark the generation as verified, and keep one earlier generation
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: verified
    generation: "{{ stored.generation }}"
    keep: 1
  become: true

- name: Put a certificate in use for HAProxy and for a Java service
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: current
    generation: "{{ stored.generation }}"
    forms:
      - type: combined
        name: haproxy.pem
        group: haproxy
        mode: "0640"
      - type: pkcs12
        password: "{{ keystore_password }}"
        owner: tomcat
    links:
      - path: /etc/haproxy/www.example.com.pem
        file: haproxy.pem
  become: true

- name: Put a certificate in use that certbot has left on the host
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: current
    domains: [www.example.com]
    fullchain_path: /etc/letsencrypt/live/www.example.com/fullchain.pem
    private_key_path: /etc/letsencrypt/live/www.example.com/privkey.pem
  become: true

- name: Create a generation with the next private key and its CSR
  certops.alicloud.certificate_store:
    directory: /etc/ssl/certops
    name: www.example.com
    state: staged
    domains: [www.example.com]
    key_type: RSA
    key_size: 3072
  become: true
  register: staged

- name: Apply for the certificate
  certops.alicloud.cas_order:
    csr_content: "{{ staged.csr_content }}"
    contact: {name: Li Lei, phone: "13800000000", email: ops@example.com}
  delegate_to: localhost
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
  description: Number of the generation that was in use before the task; null if there was none.
  type: int
  returned: success
  sample: 3
key:
  description: Whether the generation contains a private key.
  type: bool
  returned: success
  sample: true
csr:
  description: Whether the generation contains a CSR (C(request.csr)).
  type: bool
  returned: success
  sample: true
csr_content:
  description:
    - With O(state=staged), the CSR in PEM format; null in check mode if it does not exist yet.
    - Null for every other O(state).
  type: str
  returned: success
  sample: "-----BEGIN CERTIFICATE REQUEST-----..."
plan:
  # fragment: tests/tools/returns/plan.yml
  description:
    - The steps that the task carried out; in check mode, the steps that it would carry out.
    - RV(ignore:changed) is V(true) exactly when this list is not empty.
    - If the task fails, only the steps that were carried out, or that may have been carried out.
  type: list
  elements: dict
  returned: always
  # end of fragment
  contains:
    action:
      description:
        - "V(create_generation): create a generation with its files, as a whole."
        - "V(write_file): write one file of a generation."
        - "V(set_access): set owner, group and mode of the private key or of a form."
        - "V(activate): put the generation in use."
        - "V(link): create or change a symbolic link of O(links)."
        - "V(remove_file): remove one file of a generation."
        - "V(remove_generation): remove a whole generation."
      type: str
      returned: always
      sample: activate
    generation:
      description: Number of the generation that the step acts on.
      type: int
      returned: always
      sample: 4
    reason:
      description: Why the step is needed.
      type: str
      returned: always
      sample: generation 3 is in use
problem:
  description:
    - "Why the certificate or the key cannot be used: V(not_yet_valid) or V(expired) by the clock of the host, V(names),
      V(key), V(chain), or V(unreadable)."
  type: str
  returned: on failure, if the certificate or the key cannot be used
  sample: not_yet_valid
key_mismatch:
  description: V(true) if the certificate does not match the private key.
  type: bool
  returned: on failure, if they do not match
  sample: true
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._store import argspec
from ansible_collections.certops.alicloud.plugins.module_utils._store.reconcile import ensure_store

ORDER = {
    "order_id": {"type": "str"},
    "instance_id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    "product_code": {"type": "str"},
    "renews": {"type": "str"},
    "validation": {"type": "list", "elements": "dict"},
    "subscription_end": {"type": "str"},
    "stored": {"type": "str"},
}
OPTIONS = {
    **argspec.OPTIONS,
    "state": {"type": "str", "choices": ["staged", "ordered", "complete", "current", "verified"], "required": True},
    "generation": {"type": "int"},
    "key_type": {"type": "str", "choices": ["ECC", "RSA"], "default": "ECC", "no_log": False},
    "key_size": {"type": "int", "no_log": False},
    "keep_key": {"type": "bool", "default": False, "no_log": False},
    "order": {"type": "dict", "options": ORDER},
    # A chain is not secret; what is given in its place by mistake may be one.
    "fullchain": {"type": "str", "no_log": True},
    "private_key": {"type": "str", "no_log": True},
    "fullchain_path": {"type": "path"},
    "private_key_path": {"type": "path", "no_log": False},
    "keep": {"type": "int", "default": 3},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "key_mode": {"type": "raw", "default": "0600", "no_log": False},
}
RULES = {
    "mutually_exclusive": [("fullchain", "fullchain_path"), ("private_key", "private_key_path")],
    "required_if": [
        ("state", "staged", ["domains"]),
        ("state", "ordered", ["generation", "order"]),
        ("state", "complete", ["domains"]),
        ("state", "complete", ["fullchain", "fullchain_path"], True),
        ("state", "current", ["generation", "private_key", "private_key_path"], True),
        ("state", "verified", ["generation"]),
    ],
}


def main() -> None:
    _task.local(OPTIONS, ensure_store, RULES, plan=[])


if __name__ == "__main__":
    main()
