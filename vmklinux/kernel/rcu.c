/* SPDX-License-Identifier: GPL-2.0-only */
/* rcu.c - Linux's names for the VMKernel's RCU. */
#include <linux/export.h>
#include <linux/rcupdate.h>

_Static_assert(sizeof(struct rcu_head) == sizeof(vmk_RCUHead) &&
                   offsetof(struct rcu_head, next) == offsetof(vmk_RCUHead, next) &&
                   offsetof(struct rcu_head, func) == offsetof(vmk_RCUHead, callback),
               "one stands for the other");

void synchronize_rcu(void)
{
    vmk_RCUSynchronize();
}
EXPORT_SYMBOL(synchronize_rcu);

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
    vmk_RCUCall((vmk_RCUHead *)head, (void (*)(vmk_RCUHead *))(void (*)(void))func);
}
EXPORT_SYMBOL(call_rcu);

void rcu_barrier(void)
{
    vmk_RCUBarrier();
}
EXPORT_SYMBOL(rcu_barrier);
