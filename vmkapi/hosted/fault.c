/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault.c - counting acquisitions, and the one that fails.
 *
 * The page allocator is the kernel's own; the linker leads its callers through here (--wrap).
 */
#include <hosted/fault.h>
#include <vmkapi/core/frame.h>

static unsigned count, failing;

void hosted_fault_arm(unsigned nth)
{
    count = 0;
    failing = nth;
}

unsigned hosted_fault_count(void)
{
    return count;
}

vmk_Bool hosted_fault_hit(void)
{
    return ++count == failing;
}

VMK_ReturnStatus __real_vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn);
VMK_ReturnStatus __wrap_vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn);

VMK_ReturnStatus __wrap_vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn)
{
    return hosted_fault_hit() ? VMK_NO_MEMORY : __real_vmk_PageAlloc(request, mpn);
}
