#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate
short_description: Keep one certificate on one host valid, installed and served
description:
  - "Does the whole chain: private key and CSR on the host, order or application, validation, wait, installation,
    reload, check of what is served. A task that was interrupted is resumed by the next one."
  - Made to be run daily. It reads what is installed on the host and what is served first. If nothing is due, it
    makes no API call.
  - The private key is created on the host and stays there. The API and DNS are called from the controller, with the
    credentials of the controller; they never reach the host.
version_added: 0.3.0
author:
  - Certops contributors (@certops)
options:
  domains:
    description:
      - Domains of the certificate. The first one is the common name. Internationalized domain names (IDN) are
        converted to A-labels (punycode).
      - Five at most, either all single domains or all wildcards; with O(source=instance), as many as the instance
        holds.
      - A certificate that also contains the names that a CA adds for free (C(www.) and the bare domain) is the same
        certificate.
    type: list
    elements: str
    required: true
  name:
    description:
      - Name of the certificate's directory below O(directory).
      - The default is the first of O(domains) in A-labels, with a leading C(*.) replaced by C(wildcard.).
    type: str
  directory:
    description:
      - Absolute path of the directory on the host that holds all certificates, each in a directory of its own.
      - The files to use are C(privkey.pem), C(cert.pem), C(chain.pem) and C(fullchain.pem) in C(current) of the
        certificate's directory.
    type: path
    default: /etc/ssl/certops
  source:
    description:
      - Where the certificate comes from.
      - "V(order): an order of a resource plan, which the service has not sold since February 2026; see
        M(certops.alicloud.cas_order)."
      - "V(instance): a subscription instance, O(instance); see M(certops.alicloud.cas_instance). A renewal is another
        application of the same instance."
      - A certificate that comes from the other source stays until it is due. What is in progress there is told and not
        resumed.
    type: str
    choices: [order, instance]
    default: order
  instance:
    description:
      - The instance that the certificate comes from, and what an application is sent with. Required with
        O(source=instance), and not valid otherwise.
      - Text is short for a dictionary with this O(instance.instance_id).
      - Without a due certificate, the instance is not looked at.
    type: raw
    suboptions:
      instance_id:
        description:
          - ID of the instance; see O(certops.alicloud.cas_instance#module:instance_id).
          - Give either this or O(instance.pool).
        type: str
      pool:
        description:
          - Which instances may be used. Every key narrows the choice; V({}) allows all of them.
          - The instance that is for these domains already is used, otherwise the first unused one that has room for
            them. A free test instance is good for one certificate; then the next one is taken. None is ever bought.
        type: dict
        suboptions:
          instance_type:
            description: V(buy) for paid instances, V(test) for free and test ones.
            type: str
            choices: [buy, test]
          brand:
            description: Brand, as the console or M(certops.alicloud.cas_instance_info) shows it.
            type: str
          spec:
            description: Specification, for example C(geo.dv.f).
            type: str
          certificate_type:
            description: What the CA verifies.
            type: str
            choices: [DV, OV, EV]
      contact_ids:
        description:
          - IDs of the contacts of an application. The first application of an instance needs one; later ones use those
            of the instance.
          - Give either this or O(instance.contact).
        type: list
        elements: str
      contact:
        description:
          - Name of the contact, exactly as the account has it. It is an error if two contacts have this name.
        type: str
      company_id:
        description:
          - ID of the company, which OV and EV certificates are issued to. Give either this or O(instance.company).
        type: str
      company:
        description:
          - Name of the company, exactly as the account has it. It is an error if two companies have this name.
        type: str
      certificate_name:
        description:
          - Name of the certificates in the account, up to 63 ASCII characters.
        type: str
      auto_reissue:
        description:
          - Whether the service reissues the certificate by itself (hosting); see
            O(certops.alicloud.cas_instance#module:auto_reissue). It is set when an application is sent.
        type: bool
      reuse_hosted:
        description:
          - While hosting is on, whether to wait for what it reissues, and not to apply for a certificate that is due.
            It is installed with the key that is in use, since hosting applies with the CSR that is there.
        type: bool
        default: true
    version_added: 0.3.0
  product_code:
    description:
      - Product of the order. Each order uses one certificate of the quota that the account has for it; see
        O(certops.alicloud.cas_order#module:product_code).
      - Not used with O(source=instance), as O(contact), O(company_name), O(check_quota) and O(renew_strategy).
    type: str
    default: digicert-free-1-free
  contact:
    description:
      - Applicant. If not set, the service takes the newest contact of the account.
      - When a DV product is ordered for one domain, a contact that is given must be complete.
    type: dict
    suboptions:
      name:
        description: Name of the applicant.
        type: str
      phone:
        description: Phone number of the applicant. Write it in quotes.
        type: str
      email:
        description: E-mail address of the applicant. The CA may write to it.
        type: str
  company_name:
    description:
      - Company, for OV products. If not set, the service takes the newest one of the account.
    type: str
  tags:
    description:
      - Tags of a new order; see O(certops.alicloud.cas_order#module:tags). With O(source=instance), tags of the
        instance, which are added when an application is sent.
    type: dict
  check_quota:
    description:
      - Whether the quota is read before an order is placed; see O(certops.alicloud.cas_order#module:check_quota).
    type: bool
    default: true
  key_type:
    description:
      - Type of a new private key. The curve of an V(ECC) key is that of O(key_size).
    type: str
    choices: [ECC, RSA]
    default: ECC
  key_size:
    description:
      - Size of a new private key in bits, 2048, 3072 or 4096 for V(RSA), 256 or 384 (P-256 or P-384) for V(ECC). The
        first is the default.
      - Another type or size than that of the certificate in use takes effect with the next renewal, and RV(reason) says
        so. With O(rotate_key=false), the key stays as it is.
    type: int
  rotate_key:
    description:
      - Whether a certificate that replaces another one gets a new private key.
      - With V(false), the key of the certificate in use is used again.
    type: bool
    default: true
  owner:
    description:
      - Owner of the private key. An owner that the user on the host cannot set is an error before anything is
        ordered.
      - All other files belong to the user that runs the task, and everyone can read them.
    type: str
    default: root
  group:
    description:
      - Group of the private key.
    type: str
    default: root
  key_mode:
    description:
      - Mode of the private key. Write it in quotes. A mode that lets everyone read the key is an error.
    type: raw
    default: "0600"
  validation:
    description:
      - Who publishes what validates the domains. What the task publishes is removed when the wait ends, with or
        without a certificate, and also by the next run after an interruption.
      - "V(alidns): the task, a record in Alibaba Cloud DNS."
      - "V(nsupdate): the task, a record at the server of O(nsupdate), by dynamic update. It needs the Python
        package dnspython on the controller."
      - "V(file): the task, a file below O(webroot) on the host. It cannot validate a wildcard."
      - "V(automatic): the service itself, in Alibaba Cloud DNS of the account that orders."
      - "V(preauthorized): a CNAME that was set once."
      - "V(tasks) and V(manual): the caller. RV(publish) tells what to publish."
    type: str
    choices: [alidns, nsupdate, file, automatic, preauthorized, tasks, manual]
    default: alidns
  validation_method:
    description:
      - Validation method that the service is asked for. Set it with O(validation=tasks) and O(validation=manual).
      - The default is V(file) when O(validation=file), else V(dns).
    type: str
    choices: [dns, file]
  webroot:
    description:
      - Directory on the host from which the web server serves the domains on port 80. Required when
        O(validation=file).
    type: path
  alidns:
    description:
      - How the record is published when O(validation=alidns).
    type: dict
    suboptions:
      zone:
        description:
          - Domain in Alibaba Cloud DNS whose zone holds the record. With it, the task does not list the domains of
            the account and needs no permission for that.
        type: str
      ttl:
        description: Time to live of the record, in seconds.
        type: int
        default: 600
      line:
        description: Code of the resolution line.
        type: str
        default: default
  dns_alias:
    description:
      - Full name at which the validation record is published instead. A CNAME at the name that the service asks for
        must lead to it.
    type: str
  resolvers:
    description:
      - DNS resolvers that O(preflight) asks, each C(address) or C(address:port). The default is those of the
        controller.
    type: list
    elements: str
  renew_before:
    description:
      - "When a certificate is due: days before it expires (V(30d)), hours (V(720h)), a share of its lifetime
        (V(33%)), or V(expiring), when the service itself renews."
      - A period that is not shorter than the lifetime is taken as a third of the lifetime, with a warning.
    type: str
    default: 33%
  renew_strategy:
    description:
      - How a renewal is ordered; see O(certops.alicloud.cas_order_renew#module:strategy).
    type: str
    choices: [auto, renew, reorder]
    default: auto
  force:
    description:
      - Whether to renew a certificate that is not due.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait for the certificate. After that the task fails; the order or application stays, and the next run
        resumes it.
    type: int
    default: 4500
  poll_interval:
    description:
      - Seconds between the first two queries of an order or instance. Later intervals grow to 60 seconds.
    type: float
    default: 5.0
  until:
    description:
      - "How far the task goes. V(staged): key and CSR are on the host."
      - "V(requested): the order is placed or the application is sent, and its validation is published; nothing is
        waited for."
      - "V(issued): the certificate is stored on the host, not in use yet."
      - "V(installed): the certificate is in use, the services are reloaded, the endpoints are checked."
      - A later task resumes where the earlier one stopped.
    type: str
    choices: [staged, requested, issued, installed]
    default: installed
  wait:
    description:
      - With V(false), the task ends where it would wait for the certificate, as with O(until=requested), and
        RV(complete) tells whether something is left for another task. A preview still has the whole plan.
    type: bool
    default: true
  verify:
    description:
      - With V(false), the certificate is put in use, but not marked as verified. Use it when the caller reloads the
        services; the next task with V(true) checks what is served.
    type: bool
    default: true
  keep:
    description:
      - How many old generations stay on the host, beside the one in use.
    type: int
    default: 3
  forms:
    description:
      - More files that are made from the same certificate; see O(certops.alicloud.certificate_store#module:forms).
    type: list
    elements: dict
  links:
    description:
      - Symbolic links to the files in use; see O(certops.alicloud.certificate_store#module:links).
    type: list
    elements: dict
  services:
    description:
      - Services that read the certificate. Each is a name, which is reloaded with M(ansible.builtin.service), or a
        dictionary with C(name), C(action) (V(reload) or V(restart)) and C(argv), a command that is run on the host
        instead.
      - A service that cannot be reloaded is an error before anything is ordered.
    type: list
    elements: raw
  endpoints:
    description:
      - Where the certificate is served, as the host sees it. Each is C(host:port) or C([IPv6 address]:port), or a
        dictionary with C(address), C(server_name) and C(starttls); see
        O(certops.alicloud.certificate_store_info#module:endpoints).
      - The certificate that is served there must be the installed one. If it is not after a reload, the previous
        generation is put back, and the task fails.
    type: list
    elements: raw
  endpoint_timeout:
    description:
      - Seconds after a reload until every address of O(endpoints) must serve the certificate.
    type: float
    default: 15.0
  preflight:
    description:
      - Whether DNS and the web server are checked before an order, as M(certops.alicloud.cas_preflight) does. A
        failed check is an error before anything is ordered.
      - With V(strict), a CAA record that forbids the CA is an error, too, and not only a warning.
      - Nothing is checked with an C(endpoint) on this machine that begins with C(http://), which is an emulator.
    type: str
    choices: ["true", "false", "strict"]
    default: "true"
  check_revocation:
    description:
      - Whether the task checks that the CA has not revoked the certificate in use. A revoked certificate is due at
        once.
      - The controller fetches the list of revoked certificates (CRL) that the certificate names, once a day for all
        hosts, and notes it in C(~/.local/state/certops.alicloud), or below C(XDG_STATE_HOME). The list must be signed
        by the CA of the certificate and must not be out of date. Only a public host name on the usual port of
        C(http://) or C(https://) is asked, and without a proxy only at a public address. The variables for proxies
        count.
      - A list that cannot be used changes nothing. One warning says why, and the next attempt is an hour later.
      - A certificate that names no list is not checked. With an C(endpoint) on this machine that begins with
        C(http://), which is an emulator, only a list on this machine is fetched.
    type: bool
    default: true
    version_added: 0.3.0
  may_order:
    description:
      - With V(false), the task orders nothing, and only installs, reloads and checks what is there.
    type: bool
    default: true
  order_id:
    description:
      - ID of the order that an earlier task placed, or of the instance that it applied for, as text. The task waits for
        it, and fails if it is refused or cancelled, instead of applying again.
    type: str
  copied:
    description:
      - Certificate of another host, as M(certops.alicloud.certificate_store_info) returns it in RV(ignore:files). It is
        stored as a generation of this host before the task decides what to do.
    type: dict
  allow_first_order:
    description:
      - Whether a host without a certificate may order one. With V(false), such a host is left alone.
    type: bool
    default: true
  replace_lost_key:
    description:
      - What to do when a certificate for these domains was issued for a key that is not on the host, for instance
        because the host was reinstalled.
      - With V(false), the task fails and says so. With V(true), a new certificate is applied for; an order uses one
        certificate of the quota. The old one stays valid. Set it for one run.
    type: bool
    default: false
  connection:
    description:
      - Options for the API that M(certops.alicloud.cas_order) documents, such as C(profile), C(region) and
        C(endpoint).
      - If not set, they come from the environment of the controller and from the files of its user.
    type: dict
  alidns_connection:
    description:
      - The same for M(certops.alicloud.alidns_record).
      - "The default is O(connection) without its C(endpoint). An endpoint that begins with C(http://) is kept: it
        is an emulator, which serves both APIs."
    type: dict
  settings:
    description:
      - Options of this module as a dictionary. They win over the options of the task. For loops over a list of
        certificates.
    type: dict
  certificates:
    description:
      - "Several certificates of the host, one after the other: a list, in which each entry is a dictionary of options
        of this module. An entry wins over O(settings), and O(settings) over the options of the task."
      - A certificate that fails does not keep the others from being done; the task fails at the end, with the reasons
        of all that failed.
      - Two entries with the same directory (O(directory) and O(name), which is the first domain by default) are an
        error before anything is done.
      - The result has RV(certificates), RV(summary), RV(report), RV(reasons) and RV(left) beside RV(msg), RV(complete),
        RV(plan) and C(changed), in place of what one certificate has.
    type: list
    elements: dict
  left:
    description:
      - With O(certificates), the result RV(left) of an earlier task with the same list. Only these certificates are
        worked on, each with the order that was placed or the instance that was applied for.
    type: list
    elements: dict
attributes:
  check_mode:
    details:
      - The whole plan is computed from the same reads as in a normal run. The order that would be placed is checked
        against the quota.
      - What only the service can choose is returned as V((known after apply\)).
      - A service, a web root or an owner that does not exist yet is a warning instead of an error.
  diff_mode:
    support: full
    details:
      - Shows the generation in use, the staged one and the order before and after, in words and without PEM text.
extends_documentation_fragment:
  - certops.alicloud.nsupdate
  - certops.alicloud.attributes
requirements:
  - requests and cryptography on the controller
  - cryptography on the host
  - dnspython on the controller for O(validation=nsupdate) and O(preflight)
notes:
  - This module runs as an action on the controller. It uses M(certops.alicloud.certificate_store) and
    M(certops.alicloud.certificate_store_info) on the host.
  - C(module_defaults) of other modules and the variables of C(become) do not reach the calls of the API and of DNS.
seealso:
  - module: certops.alicloud.cas_order
    description: Apply for a certificate without a host.
  - module: certops.alicloud.cas_instance
    description: Apply for a certificate of an instance without a host.
  - module: certops.alicloud.certificate_store_info
    description: Read what is installed and what is served.
"""

EXAMPLES = r"""
- name: Keep the certificate of this web server valid
  certops.alicloud.certificate:
    domains: [www.example.com]
    services: [nginx]
    endpoints: ["127.0.0.1:443"]
  become: true

- name: Keep a certificate of a subscription instance valid
  certops.alicloud.certificate:
    domains: [www.example.com]
    source: instance
    instance:
      pool:
        instance_type: buy
      contact_ids: ["2604551"]
    services: [nginx]
    endpoints: ["127.0.0.1:443"]
  become: true

- name: Preview a wildcard certificate that is validated at the own DNS server
  certops.alicloud.certificate:
    domains: ["*.example.com"]
    product_code: geotrust-dv-w-starter
    validation: nsupdate
    nsupdate:
      server: 192.0.2.53
      key_name: certops
      key_secret: "{{ vault_tsig_secret }}"
  become: true
  check_mode: true
  diff: true

- name: Place orders on all hosts first, so that they are issued at the same time
  certops.alicloud.certificate:
    domains: ["{{ inventory_hostname }}"]
    until: requested
  become: true

- name: Keep several certificates of a host valid
  certops.alicloud.certificate:
    settings:
      contact: {name: Li Lei, phone: "13800000000", email: ops@example.com}
      services: [nginx]
    certificates:
      - domains: [www.example.com]
        endpoints: ["127.0.0.1:443", "192.0.2.10:443"]
      - domains: [api.example.com]
        key_type: RSA
      - domains: [shop.example.com]
        source: instance
        instance: cas-cn-0f950cacd7
  become: true

- name: Reload a program that is not a service
  certops.alicloud.certificate:
    domains: [proxy.example.com]
    services:
      - name: proxy
        argv: [/usr/local/bin/proxy, --reload]
  become: true
"""

RETURN = r"""
action:
  description:
    - "What is or would be done: V(nothing), V(apply) (a first certificate, or one of another source), V(renew),
      V(install) (a certificate that is there), V(reload), or V(wait) (an order or application is in progress, or was
      issued)."
  type: str
  returned: success
  sample: renew
reason:
  description: Why.
  type: str
  returned: success
  sample: 29 of 90 days left, window opens at 30
msg:
  description: Domains, action, reason and what was done, in one line.
  type: str
  returned: always
  sample: "www.example.com: renew, 29 of 90 days left, window opens at 30; installed generation 4, reloaded nginx"
domains:
  description: The domains in A-labels.
  type: list
  elements: str
  returned: success
complete:
  description: Whether nothing is left to do for another task, which has O(wait=true).
  type: bool
  returned: success
staged:
  description: Number of the generation that waits for its certificate; null if there is none.
  type: int
  returned: success
directory:
  description: Directory of the certificate.
  type: str
  returned: success
  sample: /etc/ssl/certops/www.example.com
previous:
  description: Number of the generation that was in use before the task; null if there was none.
  type: int
  returned: success
  sample: 3
current:
  description: The certificate in use after the task, as RV(certops.alicloud.certificate_store_info#module:current),
    without C(issuer_certificate).
  type: dict
  returned: success
served:
  description: What the endpoints serve, as RV(certops.alicloud.certificate_store_info#module:served).
  type: list
  elements: dict
  returned: success
revoked:
  description:
    - Whether the certificate that was in use before the task is revoked by the list of its CA, see
      O(check_revocation).
    - Null if this is not checked or not known.
  type: bool
  returned: success
  version_added: 0.3.0
publish:
  description:
    - What validates the domains and is to be published now, as
      RV(certops.alicloud.cas_order#module:order.validation). Empty when nothing is waited for.
  type: list
  elements: dict
  returned: success
order:
  description: The order, as RV(certops.alicloud.cas_order#module:order); null if none was looked at, and with
    O(source=instance).
  type: dict
  returned: success
instance:
  description: The instance, as RV(certops.alicloud.cas_instance#module:instance); null if none was looked at.
  type: dict
  returned: with O(source=instance)
  version_added: 0.3.0
certificates:
  description:
    - With O(certificates), the result of each one, in the order of the list.
  type: list
  elements: dict
  returned: with O(certificates)
  contains:
    number:
      description: Which entry of the list it is, counted from 1.
      type: int
      returned: always
      sample: 1
    label:
      description: What it is called in sentences, which are its domains.
      type: str
      returned: always
      sample: www.example.com
summary:
  description: With O(certificates), what became of each one in a few words.
  type: list
  elements: dict
  returned: with O(certificates)
  contains:
    host:
      description: The host in the inventory.
      type: str
      returned: always
      sample: web1
    label:
      description: What it is called, which are its domains.
      type: str
      returned: always
      sample: www.example.com
    outcome:
      description:
        - "In check mode what would be: V(issued), V(renewed), V(installed) (it was there already), V(reloaded),
          V(prepared) (something was done, but nothing installed), V(in progress) (a task with O(wait=true) has to
          follow), V(unchanged) or V(failed)."
      type: str
      returned: always
      sample: renewed
    not_after:
      description: Until when the certificate in use is valid; null if that is not known.
      type: str
      returned: always
      sample: "2027-02-20T00:00:00Z"
    days_left:
      description: Days until then.
      type: int
      returned: always
      sample: 28
report:
  description: With O(certificates), one line on all of them, without the reasons of those that failed.
  type: str
  returned: with O(certificates)
  sample: "8 certificates: nothing to do; www.example.com expires first, in 28 days"
reasons:
  description: With O(certificates), why each one failed that did. Empty if none did.
  type: list
  elements: str
  returned: with O(certificates)
  sample: ["www.example.com: webroot: /var/www does not exist. Nothing was ordered."]
left:
  description:
    - With O(certificates), the entries that another task with O(wait=true) has to finish. It takes them as O(left),
      beside the same O(certificates).
  type: list
  elements: dict
  returned: with O(certificates)
  contains:
    number:
      description: Which entry of O(certificates) it is, counted from 1.
      type: int
      returned: always
      sample: 2
    label:
      description: What it is called, which are its domains.
      type: str
      returned: always
      sample: www.example.com
    order_id:
      description: ID of the order that is in progress, or of the instance whose application is; null if there is none.
      type: str
      returned: always
      sample: "98987582437920968"
quota:
  description: The quota before the order, as RV(certops.alicloud.cas_order#module:quota). With O(source=instance), the
    unused instances before one is taken, as RV(certops.alicloud.cas_instance#module:quota).
  type: dict
  returned: if an order is or would be placed and the quota was read, or if an unused instance is or would be taken
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
        - "V(stage): key and CSR are made on the host."
        - The name of an operation of the API that changes orders or instances.
        - "V(publish): what validates the domains is published."
        - "V(store): the certificate is stored beside its key."
        - "V(install): the generation is put in use."
        - "V(reload): a service is reloaded."
        - "V(verify): the endpoints are checked, and the generation is marked as verified."
      type: str
      returned: always
      sample: install
    reason:
      description: Why the step is needed.
      type: str
      returned: always
      sample: generation 3 is in use
    generation:
      description: Number of the generation that the step acts on.
      type: int
      returned: for V(stage), V(store) and V(install)
      sample: 4
    order_id:
      description: ID of the order that the step acts on; null for a new one.
      type: str
      returned: for operations on orders
    instance_id:
      description: ID of the instance that the step acts on.
      type: str
      returned: for operations on instances
      sample: cas-cn-0f950cacd7
    service:
      description: Name of the service.
      type: str
      returned: for V(reload)
      sample: nginx
    endpoint:
      description: The endpoints; null if there are none.
      type: str
      returned: for V(verify)
      sample: 127.0.0.1:443
    record:
      description: What is published; null before the service has said it.
      type: str
      returned: for V(publish)
"""

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.argspec import OPTIONS


def main() -> None:
    _task.action_only(OPTIONS)


if __name__ == "__main__":
    main()
