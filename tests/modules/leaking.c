/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * leaking.c - a module that keeps a heap and a reboot handler when it is unloaded: its memory stays, and the
 * loader says why.
 */
#include <vmkapi/base/heap.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/system.h>

VMK_MODULE_LICENSE("GPL v2");

int init_module(void);
void cleanup_module(void);

static void do_nothing(void *cookie)
{
}

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"leaking"}, .module = vmk_ModuleCurrentID};
    vmk_HeapID heap;
    vmk_StatusValue status = vmk_HeapCreate(&props, &heap);

    if (status == VMK_OK && vmk_HeapAlloc(heap, 1000) == NULL) {
        status = VMK_NO_MEMORY;
    }
    return status == VMK_OK ? vmk_RegisterRebootHandler(vmk_ModuleCurrentID, do_nothing, NULL) : status;
}

void cleanup_module(void)
{
}
