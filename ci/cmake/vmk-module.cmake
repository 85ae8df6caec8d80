# SPDX-License-Identifier: GPL-2.0-only
# vmk-module - vmk_module(): builds one loadable module, <name>.vmk.
