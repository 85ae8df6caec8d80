/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counting.c - a function called COUNTING_CALLS times on each CPU, on all at once, with no lock around: for
 * the test that compares with what the build counted.
 */
#include "counting.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/world.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Calls a function known times");

int init_module(void);
void cleanup_module(void);

static void called(void)
{
    vmk_CPURelax();
}

static vmk_StatusValue call(void *data)
{
    for (unsigned i = 0; i < COUNTING_CALLS; i++) {
        called();
    }
    return VMK_OK;
}

int init_module(void)
{
    vmk_WorldProps props = {.name = "counting", .moduleID = vmk_ModuleCurrentID, .startFunction = call};
    vmk_WorldID worlds[COUNTING_CPUS];
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 i = 0; i < COUNTING_CPUS && status == VMK_OK; i++) {
        props.affinity = 1ul << i;
        status = vmk_WorldCreate(&props, &worlds[i]);
    }
    for (vmk_uint32 i = 0; i < COUNTING_CPUS && status == VMK_OK; i++) {
        status = vmk_WorldWaitForDeath(worlds[i]);
    }
    return status;
}

void cleanup_module(void)
{
}
