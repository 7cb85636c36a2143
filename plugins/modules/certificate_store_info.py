#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_store_info
short_description: Check an installed certificate, and find out what has to be done
description:
  - Reads the certificate store of one certificate on the host and, if requested, checks what an endpoint serves.
    Returns what has to be done so that a valid certificate is in use, and why.
  - Runs on the host that uses the certificate, and does not need access to Alibaba Cloud.
  - A certificate is stored in C(directory/name/generations/n). The link C(directory/name/current) points to the
    generation in use. Services read C(privkey.pem) and C(fullchain.pem), or C(cert.pem) and C(chain.pem), below that
    link.
version_added: 0.3.0
author:
  - Certops contributors (@certops)
requirements:
  - cryptography >= 38
options:
  domains:
    description:
      - Domain names that the certificate should be for. Internationalized domain names (IDN) are converted to
        A-labels (punycode).
    type: list
    elements: str
    required: true
  product_code:
    description:
      - Product that the certificate should be of. When a certificate of another product is due, it is not renewed; a
        new one is applied for.
    type: str
    default: digicert-free-1-free
  source:
    description:
      - Where the next certificate comes from. With V(instance), O(product_code) is not used.
    type: str
    choices: [order, instance]
    default: order
    version_added: 0.3.0
  renew_before:
    description:
      - "When the certificate is due: a number of days before it expires (V(30d)), of hours (V(720h)), a share of its
        lifetime (V(33%)), or V(expiring): as soon as the service renews, 30 days before it expires."
      - A window that is not shorter than the lifetime would renew in every run. A third of the lifetime is used
        instead, and a warning says so.
    type: str
    default: 33%
  endpoints:
    description:
      - "Where the certificate is served. Each endpoint is C(host:port) or C([address]:port), or a dictionary with the
        keys C(address) (the same text, required), C(server_name) and C(starttls)."
      - Each address to which the host name resolves on this host is checked. The served certificate is not verified,
        only compared with the installed one. An endpoint that demands a certificate of its clients is checked like any
        other.
      - V(localhost) often resolves to an IPv4 and an IPv6 address. Use V(127.0.0.1) if the service listens on that
        address only.
      - The server name (SNI) is C(server_name). By default, it is the host of the endpoint if the certificate is for
        it, otherwise the first name of the certificate that is not a wildcard, otherwise C(www) below its first
        wildcard.
      - "With C(starttls), the connection begins without TLS. Its value is the protocol: V(smtp), V(imap), V(pop3),
        V(ldap), V(postgres), V(mysql) or V(ftp)."
    type: list
    elements: raw
    default: []
  endpoint_timeout:
    description:
      - Number of seconds for which the check is repeated until every address serves the certificate in use. V(0)
        checks once.
    type: float
    default: 0
  include_private_key:
    description:
      - Return the private key, the certificate and the record of the order of the generation in use in RV(files), so
        that another host can store the same set with M(certops.alicloud.certificate_store). Set C(no_log=true) for a
        task that does so.
    type: bool
    default: false
  requirements:
    description:
      - What a later installation requires of this host. It is checked when RV(action) is not V(nothing), and the
        result is RV(problems).
      - It is also checked whether the store can be written, and has room for a new generation.
    type: dict
    suboptions:
      services:
        description:
          - Services that are reloaded. Each must exist and must be able to reload, according to systemd or to its
            init script.
        type: list
        elements: str
      programs:
        description:
          - Programs that are run to reload services. Each must be an absolute path or be found in C(PATH).
        type: list
        elements: str
      webroot:
        description:
          - Directory that must exist and be writable. So must C(.well-known/pki-validation) below it, if it is there.
        type: path
      owner:
        description:
          - User that must exist, and that the user of this task must be able to set.
        type: str
      group:
        description:
          - Group that must exist, and that the user of this task must be able to set.
        type: str
      key_mode:
        description:
          - Mode that must be valid for a private key.
        type: raw
      always:
        description:
          - Whether it is checked although RV(action) is V(nothing).
        type: bool
        default: false
extends_documentation_fragment:
  - certops.alicloud.attributes
  - certops.alicloud.attributes.store
  - certops.alicloud.attributes.info
notes:
  - Reading the private key requires the permissions of its owner, usually with C(become). Only its public key is
    compared, and no part of the private key is returned, unless O(include_private_key=true).
  - Validity periods are checked by the clock of the host on which the module runs.
seealso:
  - module: certops.alicloud.certificate_store
    description: Store certificates with their keys in generations, and put them in use without a gap.
  - module: certops.alicloud.cas_order_renew
    description: Renew a certificate order before it expires.
"""

EXAMPLES = r"""
- name: Check the certificate and the server on this host
  certops.alicloud.certificate_store_info:
    directory: /etc/ssl/certops
    name: www.example.com
    domains: [www.example.com]
    endpoints: 127.0.0.1:443
  become: true
  register: store

- name: Report what has to be done
  ansible.builtin.debug:
    msg: "{{ store.action }}: {{ store.reason }}"

- name: Fail unless the installed certificate is served within 15 seconds
  certops.alicloud.certificate_store_info:
    directory: /etc/ssl/certops
    name: www.example.com
    domains: [www.example.com]
    endpoints:
      - www.example.com:443
      - address: mail.example.com:25
        starttls: smtp
    endpoint_timeout: 15
  become: true
  register: served
  failed_when: served is failed or not served.serves_current
"""

RETURN = r"""
domains:
  description: The requested domain names, in lower case and as A-labels (punycode).
  type: list
  elements: str
  returned: success
  sample: [www.example.com]
now:
  description: Time by the clock of the host, in UTC.
  type: str
  returned: success
  sample: "2026-12-01T06:25:00Z"
check_mode:
  description: Whether the task ran in check mode. A role cannot detect by itself that C(check_mode) was set where it
    is included.
  type: bool
  returned: success
  sample: false
directory:
  description: Directory of the certificate.
  type: str
  returned: success
  sample: /etc/ssl/certops/www.example.com
current:
  description: The certificate in use; null if there is none.
  type: dict
  returned: success
  contains:
    generation:
      description: Number of its generation.
      type: int
      returned: always
      sample: 3
    directory:
      description: Directory of its generation.
      type: str
      returned: always
      sample: /etc/ssl/certops/www.example.com/generations/3
    order_id:
      description: ID of the order from which it was issued; null if none is recorded.
      type: str
      returned: always
      sample: "98987582437920968"
    instance_id:
      description: ID of the instance that it comes from; null if none is recorded.
      type: str
      returned: always
      sample: cas-cn-0f950cacd7
      version_added: 0.3.0
    domains:
      description: Domain names of the order; if no order is recorded, the names in the certificate.
      type: list
      elements: str
      returned: always
      sample: [www.example.com]
    product_code:
      description: Product of the order; null if none is recorded.
      type: str
      returned: always
      sample: digicert-free-1-free
    not_before:
      description: Time from which it is valid, in UTC.
      type: str
      returned: always
      sample: "2026-11-22T00:00:00Z"
    not_after:
      description: Time at which it expires, in UTC.
      type: str
      returned: always
      sample: "2027-02-20T00:00:00Z"
    days_left:
      description: Whole days until it expires.
      type: int
      returned: always
      sample: 71
    serial_number:
      description: Serial number in hexadecimal.
      type: str
      returned: always
      sample: "4f:2a:90:01"
    sha256_fingerprint:
      description: SHA-256 fingerprint of the certificate.
      type: str
      returned: always
      sample: "74:A7:6F:9C:2F:ED:61:0C:33:A0:51:4E:0A:61:E7:28:EB:8A:C3:73:78:D8:11:46:DA:1D:48:0F:87:FE:88:24"
    public_key_sha256:
      description: SHA-256 of its public key (DER SubjectPublicKeyInfo) in hexadecimal.
      type: str
      returned: always
      sample: 31e77f707b7048737d04a820397ae0de904deeb87b0efa196c992d6404fcbf53
      version_added: 0.3.0
    verified:
      description: Whether a reload after it was put in use is known to have worked.
      type: bool
      returned: always
      sample: true
    stored:
      description: Time at which it was stored, in UTC by the clock of the host; null if that is not recorded.
      type: str
      returned: always
      sample: "2026-11-22T00:03:00Z"
    subscription_end:
      description:
        - Time at which the subscription of the instance ends, in UTC, as it was when the certificate was stored; null
          if that is not recorded.
      type: str
      returned: always
      sample: "2027-11-22T00:00:00Z"
      version_added: 0.3.0
    key_type:
      description: Type of its key, V(ECC) or V(RSA); null for others.
      type: str
      returned: always
      sample: ECC
      version_added: 0.3.0
    key_size:
      description: Size of its key in bits; null for other types.
      type: int
      returned: always
      sample: 256
      version_added: 0.3.0
    crl_urls:
      description:
        - Addresses of the list of revoked certificates (CRL) that the certificate names, if they begin with
          C(http://) or C(https://).
        - Empty if there are none, or if the issuer of the certificate is not in its chain.
      type: list
      elements: str
      returned: always
      sample: [http://crl.example.net/dv.crl]
      version_added: 0.3.0
    issuer_certificate:
      description: Certificate (PEM) of the CA that signs this list; null without RV(current.crl_urls).
      type: str
      returned: always
      sample: "-----BEGIN CERTIFICATE-----..."
      version_added: 0.3.0
staged:
  description:
    - The newest generation above the current one that waits for a certificate for these names, or that has neither a
      CSR nor the names of an order yet; null if there is none. A name that a CA adds by itself makes no
      difference.
  type: dict
  returned: success
  contains:
    generation:
      description: Its number.
      type: int
      returned: always
      sample: 4
    directory:
      description: Its directory.
      type: str
      returned: always
      sample: /etc/ssl/certops/www.example.com/generations/4
    key:
      description: Whether it contains its private key.
      type: bool
      returned: always
      sample: true
    csr:
      description: Whether it contains its CSR.
      type: bool
      returned: always
      sample: true
    csr_content:
      description: The CSR in PEM format, if it is for this key and these names; otherwise null.
      type: str
      returned: always
      sample: "-----BEGIN CERTIFICATE REQUEST-----..."
    order_id:
      description: ID of the order that is recorded for it; null if there is none.
      type: str
      returned: always
      sample: "98987582437920969"
    instance_id:
      description: ID of the instance that is recorded for it; null if there is none.
      type: str
      returned: always
      sample: cas-cn-0f950cacd7
      version_added: 0.3.0
    renews:
      description: ID of the order that this order renews; null if it renews none.
      type: str
      returned: always
      sample: "98987582437920968"
    validation:
      description: What was to be published for the order, as in the result of M(certops.alicloud.cas_order).
      type: list
      elements: dict
      returned: always
      sample: []
abandoned:
  description:
    - The generations above the current one that wait for the certificate of an order for other names. They are not
      resumed.
  type: list
  elements: dict
  returned: success
  contains:
    generation:
      description: Its number.
      type: int
      returned: always
      sample: 4
    order_id:
      description: ID of the order; null if it is an instance.
      type: str
      returned: always
      sample: "98987582437920969"
    instance_id:
      description: ID of the instance; null if it is an order.
      type: str
      returned: always
      sample: cas-cn-0f950cacd7
      version_added: 0.3.0
    domains:
      description: Domains of the order.
      type: list
      elements: str
      returned: always
      sample: [www.example.com]
    validation:
      description: What was to be published for the order, as in the result of M(certops.alicloud.cas_order).
      type: list
      elements: dict
      returned: always
      sample: []
ready:
  description:
    - The newest complete generation above the current one that can be used for the domain names; null if there is
      none.
    - If the current certificate is for other names, all complete generations are considered.
  type: dict
  returned: success
  contains:
    generation:
      description: Its number.
      type: int
      returned: always
      sample: 4
    directory:
      description: Its directory.
      type: str
      returned: always
      sample: /etc/ssl/certops/www.example.com/generations/4
    not_after:
      description: Time at which its certificate expires, in UTC.
      type: str
      returned: always
      sample: "2027-05-20T00:00:00Z"
    sha256_fingerprint:
      description: SHA-256 fingerprint of its certificate.
      type: str
      returned: always
      sample: "74:A7:6F:9C:2F:ED:61:0C:33:A0:51:4E:0A:61:E7:28:EB:8A:C3:73:78:D8:11:46:DA:1D:48:0F:87:FE:88:24"
served:
  description: What each address of O(endpoints) serves; null without O(endpoints).
  type: list
  elements: dict
  returned: success
  contains:
    endpoint:
      description: The endpoint as it was given, with its server name and its protocol if these were given.
      type: str
      returned: always
      sample: mail.example.com:25 (smtp)
    address:
      description: The address.
      type: str
      returned: always
      sample: 127.0.0.1
    serial_number:
      description: Serial number of the served certificate; null if none was received.
      type: str
      returned: always
      sample: "4f:2a:90:01"
    sha256_fingerprint:
      description: SHA-256 fingerprint of the served certificate; null if none was received.
      type: str
      returned: always
      sample: "74:A7:6F:9C:2F:ED:61:0C:33:A0:51:4E:0A:61:E7:28:EB:8A:C3:73:78:D8:11:46:DA:1D:48:0F:87:FE:88:24"
    problem:
      description: Why no certificate was received, or why it cannot be read; otherwise null.
      type: str
      returned: always
      sample: null
serves_current:
  description:
    - Whether every address serves the certificate in use; null without O(endpoints) or without a certificate in use.
    - An address that cannot be reached from this host, such as an IPv6 address on a host without IPv6, is ignored
      unless its endpoint has no other.
  type: bool
  returned: success
  sample: true
served_generation:
  description: Number of the generation whose certificate every address serves; null if there is none.
  type: int
  returned: success
  sample: 3
next_generation:
  description: Number that a new generation would get.
  type: int
  returned: success
  sample: 4
action:
  description:
    - "V(install): a complete generation is ready to be put in use, or the generation in use lacks one of O(forms) or
      O(links). O(certops.alicloud.certificate_store#module:state=current) does both."
    - "V(apply): a certificate has to be ordered, or an order in progress has to be resumed."
    - "V(renew): the certificate in use is due, and its order is known."
    - "V(reload): the certificate in use is valid, but it is not verified that the services use it."
    - "V(nothing): nothing has to be done."
  type: str
  returned: success
  sample: nothing
reason:
  description: Why this action has to be taken.
  type: str
  returned: success
  sample: 71.2 of 90 days left, window opens at 29.7; the served certificate is the installed one
due_at_once:
  description:
    - Whether the certificate in use is due, but was due already when it was stored. Its successor would then be due at
      once, too, so none is ordered, and a warning is returned. Causes are the clock of the host, O(renew_before), or a
      certificate that was issued with little time left.
  type: bool
  returned: success
  sample: false
problems:
  description:
    - What would make an installation fail later. Each sentence begins with the name of the option that it is about.
    - Empty without O(requirements), and if RV(action) is V(nothing), unless
      O(requirements.always=true).
  type: list
  elements: str
  returned: success
  sample: ["services: there is no service ngnix on this host: systemd does not know it."]
refused:
  description: Those of RV(problems) that no task before the installation can mend, because of the user who runs it.
  type: list
  elements: str
  returned: success
  sample: []
  version_added: 0.3.0
files:
  description: The set in use, as M(certops.alicloud.certificate_store) takes it.
  type: dict
  returned: success, with O(include_private_key=true), when a certificate is in use
  contains:
    generation:
      description: Number of its generation.
      type: int
      returned: always
      sample: 3
    private_key:
      description: Private key (PEM).
      type: str
      returned: always
      sample: "-----BEGIN PRIVATE KEY-----..."
    fullchain:
      description: Certificate and its chain (PEM).
      type: str
      returned: always
      sample: "-----BEGIN CERTIFICATE-----..."
    order:
      description: Record of the order; null if there is none.
      type: dict
      returned: always
      sample: {"order_id": "98987582437920968", "domains": ["www.example.com"], "product_code": "digicert-free-1-free"}
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._store import argspec, info

REQUIREMENTS = {
    "services": {"type": "list", "elements": "str"},
    "programs": {"type": "list", "elements": "str"},
    "webroot": {"type": "path"},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "key_mode": {"type": "raw", "no_log": False},
    "always": {"type": "bool", "default": False},
}
OPTIONS = {
    **argspec.OPTIONS,
    "domains": {"type": "list", "elements": "str", "required": True},
    "product_code": {"type": "str", "default": "digicert-free-1-free"},
    "source": {"type": "str", "choices": ["order", "instance"], "default": "order"},
    "renew_before": {"type": "str", "default": "33%"},
    "endpoints": {"type": "list", "elements": "raw", "default": []},
    "endpoint_timeout": {"type": "float", "default": 0.0},
    "include_private_key": {"type": "bool", "default": False},
    "requirements": {"type": "dict", "options": REQUIREMENTS},
}


def main() -> None:
    _task.local(OPTIONS, info.report)


if __name__ == "__main__":
    main()
