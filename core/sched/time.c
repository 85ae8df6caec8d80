/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * time.c - VMKAPI's view of the clock.
 */
#include <core/clock.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/time.h>

vmk_TimerCycles vmk_GetTimerCycles(void)
{
    return clock_now_ns();
}
VMK_EXPORT_SYMBOL(vmk_GetTimerCycles);

vmk_uint64 vmk_TimerCyclesPerSecond(void)
{
    return VMK_NSEC_PER_SEC;
}
VMK_EXPORT_SYMBOL(vmk_TimerCyclesPerSecond);

void vmk_GetUptime(vmk_TimeVal *time)
{
    vmk_uint64 us = clock_now_ns() / CLOCK_NS_PER_US;

    time->sec = (vmk_int64)(us / VMK_USEC_PER_SEC);
    time->usec = (vmk_int64)(us % VMK_USEC_PER_SEC);
}
VMK_EXPORT_SYMBOL(vmk_GetUptime);

void vmk_DelayUsecs(vmk_uint32 us)
{
    clock_delay_ns(us * CLOCK_NS_PER_US);
}
VMK_EXPORT_SYMBOL(vmk_DelayUsecs);
