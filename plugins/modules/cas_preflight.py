#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_preflight
short_description: Check what would make an application for a certificate fail
description:
  - Looks at DNS, and for validation files at the web servers, before an application costs a certificate of the quota.
  - Nothing is ordered and nothing is changed. An account is needed only to find out which zone the validation record
    would be written to; without an access key, that check is skipped.
  - Queries go to the resolvers, and to the name servers of the zones that the domains lie in.
version_added: 0.3.0
author:
  - Certops contributors (@certops)
options:
  domains:
    description:
      - The names of the certificate. Internationalized domain names (IDN) are converted to A-labels (punycode).
    type: list
    elements: str
    required: true
  product_code:
    description:
      - Product that the certificate would be ordered from. It determines the CA that CAA records must allow.
    type: str
    default: digicert-free-1-free
  validation:
    description:
      - How the validation record or file would be published.
      - "V(alidns): a record in Alibaba Cloud DNS. The account must have the zone; see also O(domain)."
      - "V(nsupdate): a dynamic update at the server of O(nsupdate). The server is sent a signed update that removes a
        value that no record has, so that its rights are known and nothing changes."
      - "V(file): a file on the web server."
      - "V(automatic): the service writes the record itself, in Alibaba Cloud DNS of the account that orders."
      - "V(preauthorized): a CNAME that was set once. It is an error if it is missing."
      - "V(tasks), V(manual): by tasks of the user, or by hand."
    type: str
    choices: [alidns, nsupdate, file, automatic, preauthorized, tasks, manual]
    default: alidns
  validation_method:
    description:
      - Whether a record or a file is checked. The default is V(file) with O(validation=file), else V(dns).
    type: str
    choices: [dns, file]
  domain:
    description:
      - Domain of the account whose zone the record is written to. Without it, the domains of the account are listed,
        and the one that is the longest suffix is used. For O(validation=alidns).
    type: str
  dns_alias:
    description:
      - Name that the CNAME at the validation record's name has to lead to, if validation is delegated.
    type: str
  resolvers:
    description:
      - IP addresses of the resolvers to ask, such as V(192.0.2.53) or V(192.0.2.53:5353). The default is those of the
        system. Give public ones if the inner resolvers show other zones than the public ones.
      - A name server with one of these addresses is asked at the same port. If the first resolver has a loopback
        address, as in a rehearsal, all name servers with loopback addresses are asked at its port.
    type: list
    elements: str
  strict:
    description:
      - Whether CAA records that do not allow the CA give V(failed) instead of V(warning).
    type: bool
    default: false
  timeout:
    description:
      - Number of seconds to wait for a name server, in two attempts.
    type: float
    default: 5.0
attributes:
  check_mode:
    details:
      - This module only reads, and runs the same in check mode.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
extends_documentation_fragment:
  - certops.alicloud.nsupdate
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.alidns
notes:
  - The module does not fail because of what it finds; see RV(ok).
  - The account is asked at the endpoint of Alibaba Cloud DNS, so that O(endpoint) and its environment variable
    E(ALIBABA_CLOUD_ALIDNS_ENDPOINT) are those of M(certops.alicloud.alidns_record).
  - A zone that several of the domains lie in is reported once, with the first of them.
requirements:
  - dnspython >= 2.2
seealso:
  - module: certops.alicloud.cas_order
    description: Apply for a certificate, or withdraw, delete or revoke an order.
  - module: certops.alicloud.alidns_record
    description: Publish a validation record in Alibaba Cloud DNS.
  - name: Checks before an order
    description: What each check means, and what to do about it.
    link: https://github.com/certops/ansible-alicloud/blob/main/docs/docsite/rst/guide_preflight.rst
"""

EXAMPLES = r"""
- name: Check before the first order
  certops.alicloud.cas_preflight:
    domains: [www.example.com]
    resolvers: [223.5.5.5, 8.8.8.8]
  register: preflight

- name: Stop with what has to be corrected
  ansible.builtin.fail:
    msg: "{{ preflight.checks | selectattr('result', 'equalto', 'failed') | map(attribute='detail') | join('; ') }}"
  when: not preflight.ok

- name: Check the key of dynamic updates, and refuse CAA records of another CA
  certops.alicloud.cas_preflight:
    domains: ["*.example.com"]
    product_code: geotrust-dv-w-starter
    validation: nsupdate
    nsupdate:
      server: 192.0.2.53
      key_name: certops
      key_secret: "{{ vault_certops_tsig_secret }}"
    strict: true

- name: Check every day that the standing CNAME is still there
  certops.alicloud.cas_preflight:
    domains: [www.example.com]
    validation: preauthorized
"""

RETURN = r"""
ok:
  description: Whether no check has the result V(failed).
  type: bool
  returned: success
  sample: true
checks:
  description: What was checked, in the sequence of the domains.
  type: list
  elements: dict
  returned: success
  contains:
    domain:
      description: The name that was checked.
      type: str
      returned: always
      sample: www.example.com
    check:
      description:
        - "C(delegation): the zone can be found, its name servers have addresses, and its parent names the same ones."
        - "C(authoritative): every name server serves the zone, and all have the same serial number. A name server that
          does not respond is a V(warning) if another one serves the zone, because resolvers pass on to that one. A name
          server that responds, but does not serve the zone or has an error, is V(failed)."
        - "C(resolver): the resolver shows the public zone."
        - "C(dnssec): the signatures of the zone are valid, and do not expire soon."
        - "C(cname): where the validation record's name leads to."
        - "C(zone): the settings write to the zone that the record lies in."
        - "C(txt): other values of the validation record."
        - "C(wildcard): the validation record does not hide a wildcard record that gives the name its address."
        - "C(caa): the CAA records allow the CA of the product."
        - "C(http): port 80 responds at every address without a redirect."
      type: str
      returned: always
      sample: caa
    result:
      description: V(ok), V(warning), V(failed), or V(skipped) if it cannot be checked from here.
      type: str
      returned: always
      sample: warning
    detail:
      description: What was seen, and what to do about it.
      type: str
      returned: always
      sample: 'CAA of example.com: issue allows only ca.example. Add example.com. CAA 0 issue "digicert.com".'
# fragment: tests/tools/returns/failure.yml
code:
  description: Error code that the service returned.
  type: str
  returned: on failure, if the service returned one
  sample: Forbidden.RAM
request_id:
  description: ID that the service gave to the failed request.
  type: str
  returned: on failure, if the service returned one
  sample: 3B1F0C5E-0000-4000-8000-000000000001
http_status:
  description: HTTP status code of the failed request.
  type: int
  returned: on failure, if there was a response
  sample: 403
action:
  description: API operation that failed, such as C(ListUserCertificateOrder) or C(AddDomainRecord).
  type: str
  returned: on failure of an API call
# end of fragment
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight_info import (
    OPTIONS,
    preflight_info,
)


def main() -> None:
    _task.ask(ALIDNS, OPTIONS, preflight_info)


if __name__ == "__main__":
    main()
