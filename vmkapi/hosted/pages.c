/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pages.c - around the page allocator, which is the kernel's own: pages may fail to be had, and nobody, a
 * device included, touches one that is free.
 *
 * The linker leads the allocator's callers through here (--wrap).
 */
#include <hosted/fault.h>
#include <hosted/machine.h>
#include <vmkapi/core/frame.h>

#include <sanitizer/asan_interface.h>
#include <string.h>

/* What the linker calls the functions behind these. */
VMK_ReturnStatus __real_vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn);
VMK_ReturnStatus __wrap_vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn);
VMK_ReturnStatus __real_vmk_PageAllocRun(vmk_PageRequest request, vmk_uint32 pages, vmk_MPN *mpn);
VMK_ReturnStatus __wrap_vmk_PageAllocRun(vmk_PageRequest request, vmk_uint32 pages, vmk_MPN *mpn);
void __real_vmk_PageFree(vmk_MPN mpn);
void __wrap_vmk_PageFree(vmk_MPN mpn);
void __real_vmk_PageFreeRun(vmk_MPN mpn, vmk_uint32 pages);
void __wrap_vmk_PageFreeRun(vmk_MPN mpn, vmk_uint32 pages);

static void open_pages(vmk_MPN mpn, vmk_uint64 pages, vmk_Bool zero)
{
    ASAN_UNPOISON_MEMORY_REGION(vmk_MPN2Ptr(mpn), vmk_Pages2Bytes(pages));
    memset(vmk_MPN2Ptr(mpn), zero ? 0 : 0xa5, vmk_Pages2Bytes(pages));
}

static void close_pages(vmk_MPN mpn, vmk_uint64 pages)
{
    ASAN_POISON_MEMORY_REGION(vmk_MPN2Ptr(mpn), vmk_Pages2Bytes(pages));
}

void hosted_pages_close(vmk_MA base, vmk_ByteCount bytes)
{
    close_pages(vmk_MA2MPN(base), vmk_Bytes2Pages(bytes));
}

VMK_ReturnStatus __wrap_vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn)
{
    vmk_Bool zero = request.zero;
    vmk_StatusValue status;

    request.zero = VMK_FALSE; /* The allocator would have to touch what is closed. */
    status = hosted_fault_hit() ? VMK_NO_MEMORY : __real_vmk_PageAlloc(request, mpn);
    if (status == VMK_OK) {
        open_pages(*mpn, 1ul << request.order, zero);
    }
    return status;
}

VMK_ReturnStatus __wrap_vmk_PageAllocRun(vmk_PageRequest request, vmk_uint32 pages, vmk_MPN *mpn)
{
    vmk_Bool zero = request.zero;
    vmk_StatusValue status;

    request.zero = VMK_FALSE;
    status = hosted_fault_hit() ? VMK_NO_MEMORY : __real_vmk_PageAllocRun(request, pages, mpn);
    if (status == VMK_OK) {
        open_pages(*mpn, pages, zero);
    }
    return status;
}

void __wrap_vmk_PageFree(vmk_MPN mpn)
{
    vmk_uint64 pages = 1ul << vmk_MPN2Frame(mpn)->order;

    __real_vmk_PageFree(mpn);
    close_pages(mpn, pages);
}

void __wrap_vmk_PageFreeRun(vmk_MPN mpn, vmk_uint32 pages)
{
    __real_vmk_PageFreeRun(mpn, pages);
    close_pages(mpn, pages);
}
