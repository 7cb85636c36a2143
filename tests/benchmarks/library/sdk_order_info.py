# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user would write: the orders of an account, through the vendor's SDK."""

from __future__ import annotations

import os

from alibabacloud_cas20200407 import models  # type: ignore[import-untyped]
from alibabacloud_cas20200407.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.models import Config  # type: ignore[import-untyped]
from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: sdk_order_info
short_description: List the first page of certificate orders through the SDK
description:
  - Calls ListUserCertificateOrder once, with the keys and the endpoint of the environment.
author:
  - Certops contributors (@certops)
"""


def main() -> None:
    module = AnsibleModule({}, supports_check_mode=True)
    config = Config(
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    )
    config.protocol, _colon, config.endpoint = os.environ["ALIBABA_CLOUD_CAS_ENDPOINT"].partition("://")
    wish = models.ListUserCertificateOrderRequest(order_type="CPACK", current_page=1, show_size=50)
    body = Client(config).list_user_certificate_order(wish).body
    module.exit_json(changed=False, orders=[order.to_map() for order in body.certificate_order_list])


if __name__ == "__main__":
    main()
