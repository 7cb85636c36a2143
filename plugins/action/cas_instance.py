# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.certops.alicloud.plugins.modules.cas_instance import main
from ansible_collections.certops.alicloud.plugins.plugin_utils.direct import DirectAction


class ActionModule(DirectAction):
    module = staticmethod(main)
