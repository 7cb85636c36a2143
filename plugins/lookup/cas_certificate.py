# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate chain of the account, by order, instance or name."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cas_certificate
author: Certops contributors (@certops)
version_added: 0.3.0
short_description: Read a certificate chain from Alibaba Cloud
description:
  - Returns the certificate with its chain, in PEM format, of an order, of an instance, or of a domain name, from
    Alibaba Cloud Certificate Management Service (CAS). It changes nothing.
  - The private key is never returned.
  - It runs on the controller. Options for the connection are the same as for the modules, from the same environment
    variables; C(module_defaults) do not apply.
options:
  _terms:
    description:
      - Domain names. For each of them, the chain of the certificate that expires last is returned, among those that are
        valid and cover the name. Orders are looked at, and instances too.
      - Leave them out with O(order_id) or O(instance_id).
    type: list
    elements: str
  order_id:
    description:
      - ID of the order whose certificate is read.
    type: str
  instance_id:
    description:
      - ID of the instance whose newest certificate is read.
    type: str
extends_documentation_fragment:
  - certops.alicloud.connection
seealso:
  - module: certops.alicloud.cas_order_info
  - module: certops.alicloud.cas_instance_info
"""

EXAMPLES = r"""
- name: Write the chain of an order
  ansible.builtin.copy:
    content: "{{ lookup('certops.alicloud.cas_certificate', order_id='98987582437920968') }}"
    dest: /etc/ssl/www.example.com.pem
    mode: "0644"

- name: Write the chain of the newest certificate of an instance
  ansible.builtin.copy:
    content: "{{ lookup('certops.alicloud.cas_certificate', instance_id='cas-cn-0f950cacd7') }}"
    dest: /etc/ssl/shop.example.com.pem
    mode: "0644"

- name: Write the chain of the certificate for a name that expires last
  ansible.builtin.copy:
    content: "{{ lookup('certops.alicloud.cas_certificate', 'www.example.com') }}"
    dest: /etc/ssl/www.example.com.pem
    mode: "0644"
"""

RETURN = r"""
_raw:
  description: The certificate and its chain, in PEM format, leaf first; one text for each term.
  type: list
  elements: str
"""

from contextlib import closing
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.chain_of import chains

OPTIONS: dict[str, Any] = {**CAS.options, "order_id": {"type": "str"}, "instance_id": {"type": "str"}}


class LookupModule(LookupBase):
    """Reads certificates in the process that asks for them."""

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[str]:
        try:
            options = _task.validated(OPTIONS, kwargs)
            with closing(CAS.connect(options, True)) as client:
                return chains(client, [str(term) for term in terms], options["order_id"], options["instance_id"])
        except Exception as problem:
            raise AnsibleError(f"certops.alicloud.cas_certificate: {_task.failed(problem)['msg']}") from None
