/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress.c - fault points by name.
 */
#include <vmkapi/base/stress.h>

#include <vmkapi/base/export.h>
#include <vmkapi/lib/libc.h>

#include "stress_table.h"

unsigned stress_count(void)
{
    return (unsigned)(vmk_stress_end - vmk_stress_start);
}

vmk_StressPoint *stress_at(unsigned n)
{
    return vmk_stress_start[n];
}

void stress_disarm(void)
{
    unsigned i;

    for (i = 0; i < stress_count(); i++) {
        stress_at(i)->every = 0;
    }
}

VMK_ReturnStatus vmk_StressOptionOpen(const char *name, vmk_StressOptionHandle *handle)
{
    unsigned i;

    for (i = 0; i < stress_count(); i++) {
        if (vmk_Strcmp(stress_at(i)->name, name) == 0) {
            *handle = stress_at(i);
            return VMK_OK;
        }
    }
    return VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_StressOptionOpen);

VMK_ReturnStatus vmk_StressOptionClose(vmk_StressOptionHandle handle)
{
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_StressOptionClose);

VMK_ReturnStatus vmk_StressOptionValue(vmk_StressOptionHandle handle, vmk_uint32 *every)
{
    *every = handle->every;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_StressOptionValue);

VMK_ReturnStatus vmk_StressOptionCounter(vmk_StressOptionHandle handle, vmk_Bool *hit)
{
    *hit = vmk_StressPointPass(handle);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_StressOptionCounter);
