/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * srcu.h - read sections that may sleep, each kind of its own.
 *
 * Readers count themselves in one of two counters; whoever waits has new ones use the other, and waits for
 * the first to come down to 0.
 */
#ifndef VMKLINUX_LINUX_SRCU_H
#define VMKLINUX_LINUX_SRCU_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>

struct srcu_struct {
    atomic_t readers[2];
    unsigned int idx; /* the counter that new readers use; changed by who holds `mutex` */
    struct mutex mutex;
    wait_queue_head_t wait;
};

int init_srcu_struct(struct srcu_struct *ssp);
/* Nobody may use it any more. */
void cleanup_srcu_struct(struct srcu_struct *ssp);
/* Returns what srcu_read_unlock() wants. Context: any. */
int srcu_read_lock(struct srcu_struct *ssp) __acquires(ssp);
void srcu_read_unlock(struct srcu_struct *ssp, int idx) __releases(ssp);
/* Wait until each read section that has begun has ended. Context: may block; in none of its own. */
void synchronize_srcu(struct srcu_struct *ssp);

#define srcu_dereference(p, ssp) rcu_access_pointer(p)

#endif
