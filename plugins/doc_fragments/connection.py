# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module that calls the API."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  access_key_id:
    description:
      - ID of the access key.
      - Without it and without O(access_key_secret), the official credential chain is used, if the Python package
        C(alibabacloud-credentials) is installed (OIDC, CLI profile, INI file, ECS metadata, credentials URI).
      - Without that package, profiles with the modes C(AK) and C(StsToken) in the file C(~/.aliyun/config.json) of the
        Alibaba Cloud CLI still work.
      - If not set, the first of the environment variables E(ALIBABA_CLOUD_ACCESS_KEY_ID), E(ALICLOUD_ACCESS_KEY) and
        E(ALICLOUD_ACCESS_KEY_ID) is used.
    type: str
    aliases: [access_key, alicloud_access_key]
  access_key_secret:
    description:
      - Secret of the access key.
      - If not set, the first of the environment variables E(ALIBABA_CLOUD_ACCESS_KEY_SECRET), E(ALICLOUD_SECRET_KEY)
        and E(ALICLOUD_SECRET_ACCESS_KEY) is used.
    type: str
    aliases: [secret_key, alicloud_secret_key]
  security_token:
    description:
      - Security token of a temporary access key. If an access key is set in the environment, a token from the
        environment is used only with that key.
      - If not set, the first of the environment variables E(ALIBABA_CLOUD_SECURITY_TOKEN) and
        E(ALICLOUD_SECURITY_TOKEN) is used.
    type: str
    aliases: [alicloud_security_token]
  profile:
    description:
      - Profile in the file C(~/.aliyun/config.json) of the Alibaba Cloud CLI from which to take the access key, if no
        access key is given.
      - If not set, the first of the environment variables E(ALIBABA_CLOUD_PROFILE) and E(ALICLOUD_PROFILE) is used,
        otherwise the profile that C(current) names in the file.
    type: str
  assume_role_arn:
    description:
      - ARN of a RAM role, such as V(acs:ram::1234567890123456:role/certops), to call the API with. The access key that
        was given or found assumes the role, wherever it comes from. Temporary keys of the role are fetched again before
        they expire.
      - Requires the Python package C(alibabacloud-credentials).
      - If not set, the environment variable E(ALICLOUD_ASSUME_ROLE_ARN) is used, but only if neither O(access_key_id)
        nor O(profile) is given as an option. The variable E(ALIBABA_CLOUD_ROLE_ARN) belongs to OIDC and is not read
        here.
    type: str
    aliases: [alicloud_assume_role_arn]
    version_added: 0.3.0
  assume_role_session_name:
    description:
      - Name of the session, by which logs of Alibaba Cloud show who used the role. The default is C(certops.alicloud).
      - If not set, the environment variable E(ALICLOUD_ASSUME_ROLE_SESSION_NAME) is used, as for O(assume_role_arn).
    type: str
    aliases: [alicloud_assume_role_session_name]
    version_added: 0.3.0
  assume_role_duration:
    description:
      - Number of seconds for which the keys of the role are valid, from V(900) to V(43200). The role must allow it. The
        default is C(3600).
      - If not set, the environment variable E(ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION) is used, as for
        O(assume_role_arn).
    type: int
    aliases: [assume_role_session_expiration, alicloud_assume_role_session_expiration]
    version_added: 0.3.0
  region:
    description:
      - Region that determines the default of O(endpoint). The China site has one endpoint for all of its regions; these
        begin with C(cn-). The other regions use the endpoint of the international site, in C(ap-southeast-1), unless
        they have one of their own.
      - One account has orders, instances and certificates of its own at each site. Choose the region by where the
        certificates are used.
      - A region that is not known is refused, unless O(endpoint) is given.
      - If not set, the first of the environment variables E(ALIBABA_CLOUD_REGION_ID), E(ALICLOUD_REGION) and
        E(ALICLOUD_REGION_ID) is used. This and all other variables count as not set if they are empty.
    type: str
    default: cn-hangzhou
    aliases: [region_id, alicloud_region]
  endpoint:
    description:
      - Endpoint of the API, as a host name, as C(host:port), or as a URL. The default is the public endpoint of the
        O(region).
      - Plain C(http://) is refused, unless the host is a loopback address.
      - If not set, an environment variable is used, E(ALIBABA_CLOUD_CAS_ENDPOINT) by the C(cas_*) modules and
        E(ALIBABA_CLOUD_ALIDNS_ENDPOINT) by the C(alidns_*) modules.
    type: str
  validate_certs:
    description:
      - Whether to verify the certificate of the endpoint.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory with the CA certificates to trust instead of those of the system.
      - If not set, the first of the environment variables E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE), E(SSL_CERT_FILE)
        and E(SSL_CERT_DIR) is used. One that names nothing readable is an error.
    type: path
  request_timeout:
    description:
      - Number of seconds to wait for the response to one request.
    type: float
    default: 30.0
  max_attempts:
    description:
      - How many times one call is sent at most. A call is repeated only if that cannot do harm. An application for a
        certificate is never repeated.
      - Refusals because of the call limit of the account do not count for two minutes, unless this is V(1).
    type: int
    default: 6
requirements:
  - requests
  - cryptography
"""
