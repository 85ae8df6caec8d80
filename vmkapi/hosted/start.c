/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * start.c - the order in which the hosted machine comes up: core/main.c's, for what there is of it.
 */
#include <core/account.h>
#include <core/device.h>
#include <core/net.h>
#include <core/storage.h>
#include <core/world.h>
#include <hosted/machine.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/platform.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>

void hosted_start(void)
{
    hosted_memory_start();
    account_init(1);
    sched_init(0, 0);
    vmk_CPUEnableInterrupts();
    net_init();
    storage_init();
    VMK_VERIFY(device_init() == VMK_OK);
}

void hosted_run_ms(unsigned ms)
{
    VMK_VERIFY(vmk_WorldSleep(ms * VMK_USEC_PER_MSEC) == VMK_OK);
}
