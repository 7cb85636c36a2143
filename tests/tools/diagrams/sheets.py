# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of the two pictures. Where something is, is set here; whether it is, is not."""

from __future__ import annotations

from .edges import Statuses
from .instances import NEVER_ISSUED, REISSUE, RUNNING, VALID, WITH_CERTIFICATE
from .orders import AT_THE_CA, NONE
from .svg import Box, Route, Sheet

GREY, BLUE, AMBER, GREEN, RED = "#808080", "#3b82c4", "#d99a00", "#2e9e5b", "#d1443f"


def one(status: str) -> Statuses:
    return (status,)


PENDING, VALIDATING, REVIEWING = one("pending_application"), one("pending_validation"), one("reviewing")
INACTIVE, FAILED, ISSUED, EXPIRING = one("inactive"), one("failed"), one("issued"), one("expiring")
EXPIRED, REVOKED, AGAIN = one("expired"), one("revoked"), one(REISSUE)
ENDED, CLOSED, REFUNDED = one("subscription expired"), one("subscription closed"), one("subscription refunded")

ORDERS = Sheet(
    name="orders",
    label="The statuses of an order, and what leads from one to another. The table that follows says the same.",
    height=490,
    boxes={
        AT_THE_CA: Box(24, 150, 214, 136, title="at the CA"),
        VALID: Box(24, 326, 214, 124, title="valid"),
        one(NONE): Box(30, 0, 170, 30, GREY),
        PENDING: Box(30, 74, 170, 30, BLUE),
        VALIDATING: Box(34, 174, 162, 30, AMBER),
        REVIEWING: Box(34, 248, 162, 30, AMBER),
        FAILED: Box(280, 202, 80, 30, RED),
        ISSUED: Box(34, 350, 162, 30, GREEN),
        EXPIRING: Box(34, 412, 162, 30, GREEN),
        REVOKED: Box(280, 373, 80, 30, RED),
        EXPIRED: Box(280, 460, 80, 30, GREY),
    },
    routes={
        (one(NONE), PENDING): Route("60,30 60,74", 66, 56),
        (PENDING, one(NONE)): Route("150,74 150,30", 156, 56),
        (PENDING, VALIDATING): Route("100,104 100,174", 106, 121),
        (AT_THE_CA, PENDING): Route("232,150 232,89 200,89", 238, 128),
        (VALIDATING, REVIEWING): Route("115,204 115,248", 121, 230),
        (AT_THE_CA, FAILED): Route("238,217 280,217", 244, 198),
        (FAILED, one(NONE)): Route("320,202 320,15 200,15", 278, 70),
        (REVIEWING, ISSUED): Route("160,278 160,350", 166, 308),
        (ISSUED, EXPIRING): Route("115,380 115,412", 121, 400),
        (VALID, REVOKED): Route("238,388 280,388", 240, 369),
        (EXPIRING, EXPIRED): Route("115,442 115,475 280,475", 121, 468),
        (EXPIRING, PENDING): Route("34,427 8,427 8,89 30,89", 14, 308),
    },
)

INSTANCES = Sheet(
    name="instances",
    label="The statuses of an instance, and what leads from one to another. The table that follows says the same.",
    height=766,
    boxes={
        RUNNING: Box(0, 72, 360, 612, title="while the subscription lasts"),
        NEVER_ISSUED: Box(12, 98, 336, 66, title="without a certificate"),
        WITH_CERTIFICATE: Box(12, 282, 336, 256, title="with a certificate"),
        VALID: Box(24, 306, 206, 142, title="valid"),
        REFUNDED: Box(95, 0, 170, 30, GREY),
        INACTIVE: Box(24, 124, 110, 30, GREY),
        FAILED: Box(226, 124, 110, 30, RED),
        VALIDATING: Box(24, 214, 312, 30, AMBER),
        ISSUED: Box(34, 330, 172, 30, GREEN),
        EXPIRING: Box(34, 410, 172, 30, GREEN),
        EXPIRED: Box(34, 494, 172, 30, GREY),
        REVOKED: Box(274, 380, 68, 30, RED),
        AGAIN: Box(24, 622, 312, 30, AMBER),
        ENDED: Box(0, 736, 168, 30, GREY),
        CLOSED: Box(192, 736, 168, 30, GREY),
    },
    routes={
        (NEVER_ISSUED, REFUNDED): Route("180,98 180,30", 186, 56),
        (NEVER_ISSUED, VALIDATING): Route("180,164 180,214", 186, 194),
        (VALIDATING, INACTIVE): Route("60,214 60,154", 66, 194),
        (VALIDATING, FAILED): Route("280,214 280,154", 286, 194),
        (VALIDATING, ISSUED): Route("110,244 110,330", 116, 268),
        (ISSUED, EXPIRING): Route("44,360 44,410", 50, 378),
        (EXPIRING, ISSUED): Route("126,410 126,360", 132, 394),
        (VALID, REVOKED): Route("230,395 274,395", 288, 374),
        (EXPIRING, EXPIRED): Route("115,440 115,494", 121, 474),
        (WITH_CERTIFICATE, AGAIN): Route("50,538 50,622", 56, 584),
        (AGAIN, WITH_CERTIFICATE): Route("150,622 150,538", 156, 577),
        (AGAIN, ISSUED): Route("252,622 252,345 206,345", 258, 584),
        (RUNNING, ENDED): Route("40,684 40,736", 46, 714),
        (RUNNING, CLOSED): Route("214,684 214,736", 220, 714),
    },
)
