# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The regions of Alibaba Cloud, as far as an endpoint can be told from them."""

from __future__ import annotations

DEFAULT = "cn-hangzhou"
# All regions of the China site begin with this; Hong Kong is one of them.
CHINA = "cn-"
INTERNATIONAL = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "eu-central-1",
    "eu-west-1",
    "me-central-1",
    "me-east-1",
    "na-south-1",
    "us-east-1",
    "us-southeast-1",
    "us-west-1",
)


def is_known(region: str) -> bool:
    return region.startswith(CHINA) or region in INTERNATIONAL


def known_ones(region: str) -> str:
    """What to use in place of a region that is not known: the nearest one first, where one is near."""
    from difflib import get_close_matches  # most regions are known

    nearest = get_close_matches(region, (DEFAULT, *INTERNATIONAL), 1)
    return (f"Is {nearest[0]} meant? " if nearest else "") + (
        f"Known are {DEFAULT} and all others that begin with {CHINA}, and {', '.join(INTERNATIONAL)}."
    )
