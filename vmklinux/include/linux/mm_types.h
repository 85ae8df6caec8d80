/* SPDX-License-Identifier: GPL-2.0-only */
/* mm_types.h - struct page is the VMKernel's page frame descriptor. */
#ifndef VMKLINUX_LINUX_MM_TYPES_H
#define VMKLINUX_LINUX_MM_TYPES_H

#include <vmkapi/core/frame.h>

struct page {
    vmk_PageFrame frame;
};

#endif
