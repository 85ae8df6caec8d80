/* SPDX-License-Identifier: GPL-2.0-only */
/* stubborn.c - a module that does not let the system stop. */
#include <vmkapi/base/module.h>
#include <vmkapi/base/system.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>

VMK_MODULE_LICENSE("GPL v2");

int init_module(void);
void cleanup_module(void);

static void stay(void *cookie)
{
    while (vmk_WorldSleep(VMK_USEC_PER_SEC) == VMK_OK) {
    }
}

int init_module(void)
{
    return vmk_RegisterRebootHandler(vmk_ModuleCurrentID, stay, NULL);
}

void cleanup_module(void)
{
    (void)!vmk_UnregisterRebootHandler(stay, NULL);
}
