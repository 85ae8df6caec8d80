# SPDX-License-Identifier: GPL-2.0-only
# What of the vCPU is free of hardware.

unit_test(vmm/asid core/vmm/asid.c core/vmm/nested_tlb.c)
