/* SPDX-License-Identifier: GPL-2.0-only */
/* rcupdate.h - reading without a lock what others replace: the VMKernel's RCU. */
#ifndef VMKLINUX_LINUX_RCUPDATE_H
#define VMKLINUX_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/rwonce.h>
#include <vmkapi/base/rcu.h>

#define ULONG_CMP_GE(a, b) (ULONG_MAX / 2 >= (a) - (b))
#define ULONG_CMP_LT(a, b) (ULONG_MAX / 2 < (a) - (b))

static __always_inline void rcu_read_lock(void) VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    vmk_RCUReadLock();
    __acquire(RCU);
}

static __always_inline void rcu_read_unlock(void) VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    __release(RCU);
    vmk_RCUReadUnlock();
}

#define rcu_read_lock_held()   1
#define RCU_LOCKDEP_WARN(c, s) ((void)0)
#define rcu_check_sparse(p, space)

#define RCU_INITIALIZER(v)              (typeof(*(v)) __force __rcu *)(v)
#define RCU_INIT_POINTER(p, v)          WRITE_ONCE(p, RCU_INITIALIZER(v))
#define rcu_assign_pointer(p, v)        smp_store_release(&(p), RCU_INITIALIZER(v))

#define rcu_access_pointer(p)           ((typeof(*(p)) __force *)READ_ONCE(p))
#define rcu_dereference_raw(p)          rcu_access_pointer(p)
#define rcu_dereference(p)              rcu_access_pointer(p)
#define rcu_dereference_check(p, c)     rcu_access_pointer(p)
#define rcu_dereference_protected(p, c) rcu_access_pointer(p)

/* Wait until each read section that has begun has ended. Context: may block. */
extern void synchronize_rcu(void);

/* Call @func with @head after a grace period, in a bottom half. Context: any. */
extern void call_rcu(struct rcu_head *head, rcu_callback_t func);
/* Wait until each call_rcu() made before has run. Context: may block. */
extern void rcu_barrier(void);

/* For a checker of data races: there is none. */
#define ASSERT_EXCLUSIVE_ACCESS(var) ((void)0)

#endif
