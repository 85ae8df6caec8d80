/* SPDX-License-Identifier: GPL-2.0-only */
/* sched.h - giving up the CPU, and sleeping. */
#ifndef VMKLINUX_LINUX_SCHED_H
#define VMKLINUX_LINUX_SCHED_H

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#define MAX_SCHEDULE_TIMEOUT LONG_MAX

/* Let other worlds run, if any wants to. Context: may block. Returns whether it gave up the CPU. */
int vmklinux_cond_resched(void);
#define cond_resched()                                                                                       \
    ({                                                                                                       \
        might_sleep();                                                                                       \
        vmklinux_cond_resched();                                                                             \
    })

#define TASK_RUNNING         0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002

/* Sleep until the queue this world prepared to wait for is woken; without one, let others run. */
void schedule(void);

extern long schedule_timeout_uninterruptible(long timeout);
extern long schedule_timeout_interruptible(long timeout);

/* Ported code runs in kernel worlds, which get no signals. A thread of kthread_run() has a structure of its
 * own; the other worlds share one. */
struct task_struct {
    char comm[16];
};
struct task_struct *vmklinux_current(void);
#define current                    vmklinux_current()
#define signal_pending(task)       ((void)(task), 0)
#define fatal_signal_pending(task) ((void)(task), 0)

#endif
