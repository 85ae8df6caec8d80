/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * failing_init.c - a module that takes something, gives it back and says no: nothing of it stays.
 */
#include <vmkapi/base/heap.h>
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");

int init_module(void);

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"failing_init"}, .module = vmk_ModuleCurrentID};
    vmk_HeapID heap;
    vmk_StatusValue status = vmk_HeapCreate(&props, &heap);

    if (status == VMK_OK) {
        vmk_HeapFree(heap, vmk_HeapAlloc(heap, 100));
        status = vmk_HeapDestroy(heap);
    }
    return status == VMK_OK ? VMK_NO_CARRIER : status;
}
