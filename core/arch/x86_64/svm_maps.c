/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm_maps.c - the I/O and the MSR permission map (AMD64 APM vol. 2, 15.10 and 15.11).
 *
 * Every port leaves the guest. Of the MSRs those stay in it that VMLOAD and VMSAVE switch.
 */
#include "svm.h"

#include <vmkapi/lib/libc.h>

#define IO_MAP_ORDER   2 /* 12 KiB are used: a bit a port, and three bits more. */
#define MSR_MAP_ORDER  1
#define MSR_RANGE      0x2000u /* MSRs a range has, two bits each. */
#define MSRS_PER_BYTE  4

#define EXTENDED_FIRST 0xc0000000u

static void *io_map, *msr_map;

vmk_MA svm_io_map(void)
{
    return vmk_Ptr2MA(io_map);
}

vmk_MA svm_msr_map(void)
{
    return vmk_Ptr2MA(msr_map);
}

/* SYSENTER's, STAR to SFMASK, the bases of FS, GS and the GS that SWAPGS brings. */
static const vmk_uint32 in_the_guest[] = {0x174,      0x175,      0x176,      0xc0000081, 0xc0000082,
                                          0xc0000083, 0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102};

static void leave_in_guest(vmk_uint32 msr)
{
    unsigned bit = msr >= EXTENDED_FIRST ? msr - EXTENDED_FIRST + MSR_RANGE : msr;
    vmk_uint8 *byte = (vmk_uint8 *)msr_map + bit / MSRS_PER_BYTE;

    *byte = (vmk_uint8)(*byte & ~(3u << 2 * (bit % MSRS_PER_BYTE)));
}

VMK_ReturnStatus svm_maps_create(void)
{
    io_map = svm_pages_alloc(IO_MAP_ORDER);
    msr_map = svm_pages_alloc(MSR_MAP_ORDER);
    if (io_map == NULL || msr_map == NULL) {
        return VMK_NO_MEMORY;
    }
    vmk_Memset(io_map, 0xff, VMK_PAGE_SIZE << IO_MAP_ORDER);
    vmk_Memset(msr_map, 0xff, VMK_PAGE_SIZE << MSR_MAP_ORDER);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(in_the_guest); i++) {
        leave_in_guest(in_the_guest[i]);
    }
    return VMK_OK;
}
