/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.c - the machine's RAM: one memory file, seen at the direct map, and wherever it is mapped besides.
 */
#include <core/boot_info.h>
#include <core/page_alloc.h>
#include <core/paging.h>
#include <hosted/machine.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/machine_memory.h>

#include <sys/mman.h>
#include <unistd.h>

#define BOOT_BYTES (2ul << 20) /* What boot_alloc() gives out. */

struct boot_info boot_info;

static int file = -1;
static vmk_MA boot_next;

void hosted_memory_map(vmk_VA va, vmk_ByteCount offset, vmk_ByteCount bytes, vmk_Bool writable)
{
    void *got = mmap((void *)va, bytes, PROT_READ | (writable ? PROT_WRITE : 0),
                     MAP_SHARED | MAP_FIXED_NOREPLACE, file, (off_t)offset);

    VMK_VERIFY(got == (void *)va);
}

vmk_MA boot_alloc(vmk_uint64 npages, vmk_ByteCount align_bytes)
{
    vmk_MA ma = boot_next;

    boot_next += vmk_Pages2Bytes(npages);
    VMK_VERIFY(align_bytes <= VMK_PAGE_SIZE && boot_next <= BOOT_BYTES);
    return ma;
}

/* For the page allocator's descriptors. */
VMK_ReturnStatus arch_map_range(vmk_VA va, vmk_MA ma, vmk_ByteCount len_bytes, unsigned flags)
{
    hosted_memory_map(va, ma, len_bytes, VMK_TRUE);
    return VMK_OK;
}

void hosted_memory_start(void)
{
    file = memfd_create("ram", MFD_CLOEXEC);
    VMK_VERIFY(file >= 0 && ftruncate(file, HOSTED_RAM_BYTES) == 0);
    hosted_memory_map(VMK_DIRECT_MAP_BASE, 0, HOSTED_RAM_BYTES, VMK_TRUE);
    boot_info.regions[0] = (struct boot_region){0, BOOT_BYTES, BOOT_REGION_USED};
    boot_info.regions[1] = (struct boot_region){BOOT_BYTES, HOSTED_RAM_BYTES - BOOT_BYTES, BOOT_REGION_RAM};
    boot_info.nregions = 2;
    page_alloc_init(&boot_info);
    hosted_pages_close(BOOT_BYTES, HOSTED_RAM_BYTES - BOOT_BYTES);
}
