# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode, diff mode and idempotency mean for the modules."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what would change, without changing anything.
    support: full
  diff_mode:
    description: Returns what has changed, or in check mode would change, if run in diff mode.
  idempotent:
    description: If the module is run twice in a row with the same options and not in check mode, the second run changes
      nothing.
    support: full
"""

    # For the modules of each service.
    CAS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/certops.alicloud.cas) or C(group/certops.alicloud.alicloud) in C(module_defaults).
    support: full
    membership:
      - certops.alicloud.cas
      - certops.alicloud.alicloud
"""
    ALIDNS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/certops.alicloud.alidns) or C(group/certops.alicloud.alicloud) in C(module_defaults).
    support: full
    membership:
      - certops.alicloud.alidns
      - certops.alicloud.alicloud
"""

    # For the modules of the certificate store: what both of them ask first.
    STORE = r"""
options:
  directory:
    description:
      - Directory of all certificates on the host, as an absolute path. If it does not exist, it is created when
        something is written.
    type: path
    required: true
  name:
    description:
      - Name of the certificate, and of its directory below O(directory).
      - A directory for the same domain name in another spelling is used where there is none with this very name, for
        example with other scripts instead of A-labels (punycode), or in upper case.
    type: str
    required: true
  forms:
    description:
      - More files of the certificate, for services that need another form than PEM files of their own. They are written
        into the generation, from the same set, and come in use with it.
    type: list
    elements: dict
    default: []
    suboptions:
      type:
        description:
          - "V(combined): PEM with certificate, chain and private key, for example for HAProxy."
          - "V(key_fullchain): PEM with private key, certificate and chain, for example for Postfix."
          - "V(pkcs12): PKCS #12 with all of them, for example for Java and Windows."
          - "V(jks): Java KeyStore with all of them. Requires C(keytool) on the host. Java 8 and later read V(pkcs12)
            too."
          - "V(der): the certificate alone in DER format."
        type: str
        choices: [combined, key_fullchain, pkcs12, jks, der]
        required: true
      name:
        description:
          - Name of the file. By default C(combined.pem), C(key_fullchain.pem), C(keystore.p12), C(keystore.jks) or
            C(cert.der).
        type: str
      owner:
        description:
          - User that owns the file, by name or number. By default, the owner of the private key.
        type: str
      group:
        description:
          - Group of the file, by name or number. By default, the group of the private key.
        type: str
      mode:
        description:
          - Mode of the file, an octal number in quotes. By default V(0600), and V(0644) for V(der). A file with the
            private key cannot be readable by everyone.
        type: raw
      password:
        description:
          - Password of V(pkcs12) and V(jks), which require one; V(jks) requires six characters or more. If it changes,
            the file is written again.
        type: str
      legacy:
        description:
          - Encrypt V(pkcs12) as old software expects it (3DES and SHA-1) instead of with AES and SHA-256.
        type: bool
        default: false
  links:
    description:
      - Symbolic links to files of the generation in use, for services that read the certificate from a fixed path. They
        are created when a generation is put in use, and follow it from then on.
      - The directory of a link must exist. It is an error if there is a file or a directory instead of the link.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - Path of the link.
        type: path
        required: true
      file:
        description:
          - "The file to which it leads: C(privkey.pem), C(cert.pem), C(chain.pem), C(fullchain.pem), or the name of one
            of O(forms)."
        type: str
        required: true
"""

    # For modules that change an order.
    CHANGE = r"""
options: {}
attributes:
  check_mode:
    details:
      - The plan is computed from the same reads as in a normal run. The client refuses every call that writes.
      - An exhausted quota, an order with the wrong status and a certificate with another key are errors in check mode
        too.
      - What only the service can choose is returned as V((known after apply\)). The task does not wait.
  diff_mode:
    support: full
    details:
      - Shows the order or the instance before and after, with the fields that results have and without PEM text.
"""

    # For modules that only read.
    INFO = r"""
options: {}
attributes:
  check_mode:
    details:
      - This module only reads.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
"""
