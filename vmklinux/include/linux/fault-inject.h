/* SPDX-License-Identifier: GPL-2.0-only */
/* fault-inject.h - as without CONFIG_FAULT_INJECTION: the VMKernel has fault points of its own. */
