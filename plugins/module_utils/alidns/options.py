# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How modules meet Alibaba Cloud DNS."""

from __future__ import annotations

from ..connection import Service
from .service import PRODUCT, default_endpoint
from .wanted import wanted

ALIDNS = Service(PRODUCT, default_endpoint, "ALIBABA_CLOUD_ALIDNS_ENDPOINT", wanted)
