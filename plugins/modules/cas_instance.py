#!/usr/bin/python
# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cas_instance
short_description: Apply for certificates of a subscription instance, reissue, withdraw, revoke or refund them
description:
  - Ensures that a certificate instance of Alibaba Cloud Certificate Management Service (CAS) has a valid certificate
    for the given domain names, and reissues it before it expires.
  - An instance is a subscription that lasts for months. Within it, certificates follow one another. Instances are what
    the service sells since February 2026; resource plans of the first generation are used with
    M(certops.alicloud.cas_order).
  - Instances are bought in the console. This module never buys one. It uses the instance that O(instance_id) names, or
    one of a pool that was bought before. M(certops.alicloud.cas_instance_info) lists those that the account has.
  - The same task applies for the first certificate and, when that is due, for the next one on the same instance. Run it
    every day; on most days it changes nothing.
  - An application is sent once, even if its response is lost. Two tasks never take the same unused instance.
  - A certificate is revoked only with O(state=revoked).
version_added: 0.3.0
author:
  - Certops contributors (@certops)
options:
  state:
    description:
      - "V(present): the instance has a valid certificate for the names, with the key of the CSR if one is given. If it
        has none, or if the certificate is due (see O(renew_before)), an application is sent. A refused application is
        sent again by the next run."
      - "V(configured): only what an application would be sent with is filled in: names, CSR, contacts, company. Nothing
        is applied for."
      - "V(cancelled): an application in progress is withdrawn. A certificate that the instance has is not touched. The
        service takes up to 20 minutes. An application that was sent a moment ago cannot be withdrawn yet; the task
        waits until it can."
      - "V(revoked): the certificate with O(certificate_id) is revoked permanently."
      - "V(refunded): an instance that never had a certificate is returned. The service accepts that for some days after
        the purchase. It is an error if it ever had a certificate, and none is revoked for it."
    type: str
    choices: [present, configured, cancelled, revoked, refunded]
    default: present
  instance_id:
    description:
      - ID of the instance, such as C(cas-cn-0f950cacd7). IDs that begin with C(cas-ivauto-) belong to resource plans,
        those that begin with C(cas-upload-) are uploaded certificates; both are refused.
      - It is an error if the instance has other names altogether than O(domains), unless O(force=true).
      - Mutually exclusive with O(pool).
    type: str
  pool:
    description:
      - Which instances of the account the task may use. Every key narrows the choice; V({}) allows all of them.
      - The task uses the instance of the pool that is for the domain names already. If there is none, it takes an
        unused one that has room for the names. Of several, it takes the one with the least room, then the one that was
        bought first. RV(reason) says which one, also in check mode, and RV(quota) how many there are.
      - A free test instance is good for one certificate. When that is due, the next unused one of the pool is taken.
      - Not possible with O(state=revoked) and O(state=refunded), which need O(instance_id).
      - Mutually exclusive with O(instance_id).
    type: dict
    suboptions:
      instance_type:
        description: V(buy) for paid instances, V(test) for free and test ones.
        type: str
        choices: [buy, test]
      brand:
        description: Brand, as the console or M(certops.alicloud.cas_instance_info) shows it, for example C(GeoTrust).
          Upper and lower case, spaces and hyphens do not matter.
        type: str
      spec:
        description: Specification, for example C(geo.dv.f), as RV(instance.spec) has it.
        type: str
      certificate_type:
        description: What the CA verifies, V(DV) the domain, V(OV) and V(EV) also the company.
        type: str
        choices: [DV, OV, EV]
  domains:
    description:
      - Domain names of the certificate. The first one is the common name (CN). Internationalized domain names (IDN) are
        converted to A-labels (punycode).
      - Required with O(state=present) and with O(pool), unless there is a CSR.
      - A certificate that has more names than these, such as the C(www.) that many CAs add, is accepted.
      - If a CSR is given too, its names must be the same, and its CN, if it has one, must be the first of these names.
      - An instance of which the certificate lacks one of the names is applied for again.
    type: list
    elements: str
  csr_content:
    description:
      - The certificate signing request (CSR) in PEM format. Its key is RSA with 2048 bits or more, or EC.
      - Without a CSR, the service creates a private key and stores it. This collection does not return that key.
      - Mutually exclusive with O(csr_path).
    type: str
  csr_path:
    description:
      - Path of a file with the CSR, on the host on which the module runs.
      - Mutually exclusive with O(csr_content).
    type: path
  key_algorithm:
    description:
      - Algorithm of the key that the service makes. If not set, the one of the instance stays. Not valid with a CSR.
    type: str
    choices: [RSA_2048, RSA_3072, RSA_4096, ECC_256, SM2]
  validation_method:
    description:
      - "How the domain names are validated: by a DNS record, or by a file on the web server. V(file) cannot validate a
        wildcard."
    type: str
    choices: [dns, file]
    default: dns
  contact_ids:
    description:
      - IDs of the contacts of an application. The first application of an instance needs one; later ones use those of
        the instance.
      - Mutually exclusive with O(contact).
    type: list
    elements: str
  contact:
    description:
      - Name of the contact, exactly as the account has it. It is an error if two contacts have this name. Contacts are
        never created.
      - Mutually exclusive with O(contact_ids).
    type: str
  company_id:
    description:
      - ID of the company, which OV and EV certificates are issued to. The first application of such an instance needs
        one.
      - Mutually exclusive with O(company).
    type: str
  company:
    description:
      - Name of the company, exactly as the account has it. It is an error if two companies have this name.
      - Mutually exclusive with O(company_id).
    type: str
  certificate_name:
    description:
      - Name of the certificates at the service, up to 63 ASCII characters. If not set, the one of the instance stays.
    type: str
  tags:
    description:
      - Tags of the instance. At most 20; keys have 1 to 64 characters, values at most 128.
      - Other tags stay, unless O(purge_tags=true).
    type: dict
  purge_tags:
    description:
      - Whether to remove the tags that are not in O(tags).
    type: bool
    default: false
  auto_reissue:
    description:
      - Whether the service reissues the certificate by itself (hosting). If not set, hosting stays as it is.
      - Hosting needs Alibaba Cloud DNS, and managed quota, which is bought apart. That quota is read before hosting is
        switched on; it is an error if none is left.
      - The service deploys what it reissues to cloud products, and never to servers.
    type: bool
  reuse_hosted:
    description:
      - While hosting is on, whether to use what it reissues, and not to apply for a certificate that is due. A warning
        says so when hosting is late. A certificate that has expired is applied for nevertheless.
    type: bool
    default: true
  renew_before:
    description:
      - "When the certificate is due: a number of days before it expires (V(30d)), of hours (V(720h)), a share of its
        lifetime (V(33%)), or V(expiring): as soon as the service calls the certificate expiring."
      - This is about the certificate and never about the subscription.
      - A window that is not shorter than the lifetime would reissue in every run. A third of the lifetime is used
        instead, and a warning says so.
    type: str
    default: 33%
  force:
    description:
      - Apply even if the certificate is not due, and even if the instance is for other names altogether.
    type: bool
    default: false
  on_key_mismatch:
    description:
      - What to do if the certificate does not match the key of the CSR and is not due.
      - V(fail) ends the task with an error.
      - V(reorder) applies for a new certificate. The old one remains valid.
    type: str
    choices: [fail, reorder]
    default: fail
  certificate_id:
    description:
      - ID of the certificate to revoke. Required with O(state=revoked), because an instance has one after another, and
        not valid with any other state. RV(instance.certificate_id) has the newest one.
    type: str
  wait_for:
    description:
      - What to wait for once the application is sent.
      - V(none) does not wait.
      - V(validation) waits until the service returns the DNS record or file to publish, or does not need it any more.
      - V(issued) waits for another certificate than the instance had before.
      - A refused application ends the wait at once, with the reason that the service gives.
      - In check mode, the task does not wait.
    type: str
    choices: [none, validation, issued]
    default: validation
  wait_timeout:
    description:
      - Number of seconds after which the task fails, counted from its start. The application stays as it is, and
        another run resumes waiting for it.
    type: int
    default: 4500
  poll_interval:
    description:
      - Number of seconds between the first two checks of an application. The interval grows to 60 seconds, and grows
        faster while calls are throttled.
    type: float
    default: 5.0
  known_instances:
    description:
      - All instances of the account, as returned in RV(certops.alicloud.cas_instance_info#module:known_instances). A
        task with O(pool) then does not list the instances.
      - Ignored if it is older than one hour, or if it was returned for another access key or endpoint.
    type: dict
extends_documentation_fragment:
  - certops.alicloud.connection
  - certops.alicloud.attributes
  - certops.alicloud.attributes.cas
  - certops.alicloud.attributes.change
attributes:
  idempotent:
    support: partial
    details:
      - With O(force=true), each run applies for another certificate once the previous one is issued.
notes:
  - Instances of the China site and of the international site are on different endpoints; O(region) chooses.
  - What the service does not return, masks, reorders or replaces makes no change.
  - Contacts, company, key and validation method are written when an application is sent, or with O(state=configured).
    Name, tags and hosting are written at any time.
  - Tasks of the same user on the same host that use the same instance wait for each other. The locks, a note of each
    application and the certificates that were read are stored in C($XDG_STATE_HOME/certops.alicloud), by default
    C(~/.local/state/certops.alicloud).
seealso:
  - ref: ansible_collections.certops.alicloud.docsite.guide_instances
    description: Which generation an account has, subscriptions, hosting, free test instances, and how to move.
  - module: certops.alicloud.cas_instance_info
    description: List instances, or describe one.
  - module: certops.alicloud.cas_order
    description: Apply for a certificate with a resource plan.
  - module: certops.alicloud.alidns_record
    description: Publish a validation record in Alibaba Cloud DNS.
"""

EXAMPLES = r"""
- name: Predict which instance would be taken (nothing is applied for)
  certops.alicloud.cas_instance:
    pool:
      instance_type: buy
    domains: [www.example.com]
    contact: Operations
  check_mode: true
  register: prediction

- name: Report the reason
  ansible.builtin.debug:
    msg: "{{ prediction.reason }}"

- name: Take an unused instance, or the one that is for this name already, and wait for its certificate
  certops.alicloud.cas_instance:
    pool:
      instance_type: buy
    csr_path: /etc/ssl/www.example.com.csr
    contact: Operations
    wait_for: issued

- name: Apply for a certificate with an own key
  certops.alicloud.cas_instance:
    instance_id: cas-cn-0f950cacd7
    csr_path: /etc/ssl/www.example.com.csr
    contact_ids: ["2604551"]
  register: application

- name: Publish the validation records
  certops.alicloud.alidns_record:
    record: "{{ item.record_name }}"
    type: "{{ item.record_type }}"
    value: "{{ item.record_value }}"
  loop: "{{ application.instance.validation }}"

- name: Wait for the certificate
  certops.alicloud.cas_instance:
    instance_id: cas-cn-0f950cacd7
    csr_path: /etc/ssl/www.example.com.csr
    wait_for: issued
  register: issued

- name: Write the certificate and its chain
  ansible.builtin.copy:
    content: "{{ issued.instance.certificate.fullchain }}"
    dest: /etc/ssl/www.example.com.pem
    mode: "0644"

- name: Let the service reissue the certificate by itself
  certops.alicloud.cas_instance:
    instance_id: cas-cn-0f950cacd7
    domains: [www.example.com]
    auto_reissue: true

- name: Withdraw an application
  certops.alicloud.cas_instance:
    instance_id: cas-cn-0f950cacd7
    state: cancelled

- name: Set tags, and remove all others
  certops.alicloud.cas_instance:
    instance_id: cas-cn-0f950cacd7
    domains: [www.example.com]
    tags:
      team: web
    purge_tags: true

- name: Return an instance that was bought by mistake
  certops.alicloud.cas_instance:
    instance_id: cas-cn-78e35cb85c
    state: refunded

- name: Revoke a certificate whose private key was compromised
  certops.alicloud.cas_instance:
    instance_id: cas-cn-0f950cacd7
    certificate_id: "21501002"
    state: revoked
"""

RETURN = r"""
instance:
  description:
    - The instance at the end of the task, in check mode as it is expected to be.
    - If waiting for the application failed, the instance as it was last seen.
    - It never contains the private key that the service created.
  type: dict
  returned: success, and on failure if the task was waiting for the instance
  contains:
    # fragment: tests/tools/returns/instance.yml
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
      sample: cas-cn-0f950cacd7
    instance_type:
      description: V(buy) for a paid instance, V(test) for a free or test one; null if the service did not return it.
      type: str
      returned: always
      sample: buy
    brand:
      description: Brand of the certificates, as the service spells it.
      type: str
      returned: always
      sample: GeoTrust
    spec:
      description: "Specification as the service spells it: brand, grade and kind, with C(m) for more than one name."
      type: str
      returned: always
      sample: geo.dv.f
    certificate_type:
      description: V(DV), V(OV) or V(EV).
      type: str
      returned: always
      sample: DV
    single_names:
      description: How many single names a certificate of the instance can have.
      type: int
      returned: always
      sample: 1
    wildcard_names:
      description: How many wildcards a certificate of the instance can have.
      type: int
      returned: always
      sample: 0
    status:
      description:
        - The status of the application while one is in progress, otherwise that of the newest certificate, in the words
          that orders have.
        - "V(pending_validation): an application is in progress. An earlier certificate is still valid meanwhile; see
          RV(ignore:certificate_status)."
        - "V(failed): the CA refused the application, and the instance has no certificate."
        - "V(issued): the newest certificate is valid."
        - "V(expiring): the newest certificate expires soon; the service decides when that begins."
        - "V(expired): the newest certificate has expired."
        - "V(revoked): the newest certificate was revoked."
        - "V(inactive): the instance never had a certificate, and no application is in progress; it is unused, or an
          application was withdrawn."
        - "V(unknown): the service returned no status, or one that the collection does not know."
        - V((known after apply\)) in check mode, if an application would be sent and not waited for.
      type: str
      returned: always
      sample: issued
    service_status:
      description: Status of the instance as the service spells it; null if the service did not return one.
      type: str
      returned: always
      sample: normal
    subscription_status:
      description:
        - How far the subscription is, in which certificates follow one another. It is not the status of a certificate.
        - "V(active): it is running; V(expiring): it ends soon, in the words of the service; V(expired): it is over;
          V(refunded): it was returned; V(closed): the service has shut it down; V(unknown): the service returned a word
          that the collection does not know."
        - V((known after apply\)) in check mode, if an application would be sent for a subscription that ends soon.
        - A subscription that is over gives no more certificates; buy another instance. A certificate that it gave
          remains valid.
      type: str
      returned: always
      sample: active
    subscription_end:
      description: Time at which the subscription ends, in UTC; null if the service did not say.
      type: str
      returned: always
      sample: "2027-11-22T00:00:00Z"
    domains:
      description: Domain names of the application, or of the certificate, in lower case and as A-labels (punycode).
      type: list
      elements: str
      returned: always
      sample: [www.example.com]
    key_algorithm:
      description: Algorithm of keys that the service makes, as the service spells it; null if it did not return one.
      type: str
      returned: always
      sample: RSA_2048
    contact_ids:
      description: IDs of the contacts of the application; empty in lists, which do not have them.
      type: list
      elements: str
      returned: always
      sample: ["2604551"]
    company_id:
      description: ID of the company of the application; null in lists, and if the service did not return it.
      type: str
      returned: always
      sample: "1350001"
    certificate_name:
      description: Name of the certificates; null if there is none, or if the service did not return it.
      type: str
      returned: always
      sample: www
    auto_reissue:
      description: Whether the service reissues the certificate by itself (hosting); null if the service did not say.
      type: bool
      returned: always
      sample: false
    tags:
      description: Tags of the instance; empty if the service did not return any, as in lists.
      type: dict
      returned: always
      sample: {env: production}
    refusal:
      description:
        - Why the last application was refused, in the service's own words, which are often Chinese; null if it was not.
        - A submission that failed before the CA saw it is told here only by the task that waited for it.
      type: str
      returned: always
      sample: CAA records do not allow the CA
    certificate_id:
      description:
        - ID of the newest certificate, as a string; null before the first one is issued. A reissue gives another one.
        - V((known after apply\)) in check mode, if another certificate would be waited for.
      type: str
      returned: always
      sample: "21501002"
    certificate_status:
      description: V(issued), V(expiring), V(expired), V(revoked), V(unknown), or null before the first certificate.
      type: str
      returned: always
      sample: issued
    not_before:
      description: Time from which the newest certificate is valid, in UTC; null if the service did not say.
      type: str
      returned: always
      sample: "2026-11-22T00:00:00Z"
      version_added: 0.3.0
    not_after:
      description: Time at which the newest certificate expires, in UTC; null if the service did not say.
      type: str
      returned: always
      sample: "2027-06-09T12:00:00Z"
    days_left:
      description:
        - Whole days until the newest certificate expires, by the clock of the host on which the module runs.
        - Negative once it has expired, at most V(0) if it was revoked, null if the service did not say when it expires.
      type: int
      returned: always
      sample: 199
    validation_method:
      description: V(dns) or V(file); null in lists, and before anything was filled in.
      type: str
      returned: always
      sample: dns
    standing_validation:
      description:
        - CNAME records that are published once and validate the names in every later application, if the service offers
          them.
      type: list
      elements: dict
      returned: always
      contains:
        record_name:
          description: Full name of the record.
          type: str
          returned: always
          sample: _dnsauth.www.example.com
        record_type:
          description: Always V(CNAME).
          type: str
          returned: always
          sample: CNAME
        record_value:
          description: Name that the record points to.
          type: str
          returned: always
          sample: 0a1b2c.validation.example.com
    # end of fragment
    # fragment: tests/tools/returns/validation.yml
    validation:
      description:
        - DNS records or files to publish for the validation of the domain names.
        - Empty if there is nothing to validate, and until the service returns what to publish.
      type: list
      elements: dict
      returned: always
      contains:
        method:
          description: V(dns) or V(file).
          type: str
          returned: always
          sample: dns
        domain:
          description: Domain name that is validated; null if the response does not tell which of several it is.
          type: str
          returned: always
          sample: www.example.com
        record_name:
          description: Full name of the DNS record; null if the response does not tell it clearly.
          type: str
          returned: if the method is V(dns)
          sample: _dnsauth.www.example.com
        record_type:
          description: Type of the DNS record.
          type: str
          returned: if the method is V(dns)
          sample: TXT
        record_value:
          description: Value of the DNS record.
          type: str
          returned: if the method is V(dns)
          sample: 20261122000000abcdef
        raw_record_name:
          description: Name of the DNS record as the service returned it.
          type: str
          returned: if the method is V(dns)
          sample: _dnsauth
        path:
          description: Path of the file on the web server.
          type: str
          returned: if the method is V(file)
          sample: /.well-known/pki-validation/fileauth.txt
        content:
          description: Content of the file. Serve it byte for byte and without redirects.
          type: str
          returned: if the method is V(file)
          sample: 20261122000000abcdef
        url:
          description: URL from which the file is requested.
          type: str
          returned: if the method is V(file)
          sample: http://www.example.com/.well-known/pki-validation/fileauth.txt
    # end of fragment
    # fragment: tests/tools/returns/certificate.yml
    certificate:
      description: The certificate; null before it is issued, and where it was not requested.
      type: dict
      returned: always
      contains:
        fullchain:
          description: Certificate and chain in PEM format, the certificate first, in order and without duplicates.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        leaf:
          description: The certificate alone, in PEM format.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
        chain:
          description: The certificates that follow the leaf, in PEM format.
          type: str
          returned: always
          sample: "-----BEGIN CERTIFICATE-----..."
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
          description: SHA-256 hash of the public key (DER encoding of SubjectPublicKeyInfo) in hexadecimal.
          type: str
          returned: always
          sample: b242c6ff31d7204be69f2ed721aca5bfb306a875ede567525e22c51df8c9049e
        domains:
          description: Domain names in the certificate. The CA can add names that were not requested.
          type: list
          elements: str
          returned: always
          sample: [www.example.com, example.com]
        issuer:
          description: Distinguished name of the issuer.
          type: str
          returned: always
          sample: CN=Encryption Everywhere DV TLS CA - G2,O=DigiCert Inc,C=US
        not_before:
          description: Time from which the certificate is valid, in UTC.
          type: str
          returned: always
          sample: "2026-11-22T00:00:00Z"
        not_after:
          description: Time at which the certificate expires, in UTC.
          type: str
          returned: always
          sample: "2027-02-20T00:00:00Z"
        days_left:
          description: Whole days until the certificate expires, by the clock of the host on which the module runs.
          type: int
          returned: always
          sample: 90
    # end of fragment
due:
  description: Whether the certificate is due, by its date or by O(force), or because there is none.
  type: bool
  returned: success with O(state=present) or O(state=configured)
  sample: false
reason:
  description: Why something is done, or why nothing is.
  type: str
  returned: success
  sample: 60 of 199 days left, window opens at 65.6
previous_certificate_id:
  description: ID of the certificate that the instance had before the task; null if it had none.
  type: str
  returned: success with O(state=present) or O(state=configured)
  sample: "21501001"
quota:
  description: The unused instances, before the task took one of them. On failure, what is left.
  type: dict
  returned: if the task takes an unused instance of O(pool), or fails because nothing is left
  contains:
    unused:
      description: Number of unused instances of the pool, or on failure for a free test instance of the account.
      type: int
      returned: unless the quota is that of hosting
      sample: 4
    fit:
      description: Number of those that have room for the domain names, less those that earlier tasks of a check mode
        run would take.
      type: int
      returned: if O(pool) is given
      sample: 3
    left:
      description: Number of those that fit and are left after the task.
      type: int
      returned: if O(pool) is given
      sample: 2
    auto_reissues:
      description: Number of automatic reissues (hosting) that are left.
      type: int
      returned: on failure, if O(auto_reissue) is refused
      sample: 0
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
      description: API operation of the step.
      type: str
      returned: always
      sample: ApplyCertificate
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
      sample: cas-cn-0f950cacd7
    reason:
      description: Reason for the step.
      type: str
      returned: always
      sample: takes cas-cn-0f950cacd7, 1 of 4 unused instances that fit
key_mismatch:
  description: V(true) if the certificate does not match the key of the CSR.
  type: bool
  returned: on failure, if the keys do not match
  sample: true
subscription_over:
  description: V(true) if the subscription allows no further certificate.
  type: bool
  returned: on failure, if the subscription is over
  sample: true
# fragment: tests/tools/returns/failure_instance.yml
instance_id:
  description: ID of the instance that the failure is about.
  type: str
  returned: on failure, if it is about one instance
  sample: cas-cn-0f950cacd7
# end of fragment
# fragment: tests/tools/returns/failure_change.yml
outcome:
  description:
    - V(unknown) if a call may or may not have been carried out.
    - The task can be run again safely. It reads the current state before it changes anything.
  type: str
  returned: on failure, if the outcome of a call is unknown
  sample: unknown
# end of fragment
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
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances import argspec
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.reconcile import ensure_instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.wanted import read_instance_options
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS


def main() -> None:
    _task.change(CAS, argspec.OPTIONS, read_instance_options, ensure_instance, argspec.RULES)


if __name__ == "__main__":
    main()
