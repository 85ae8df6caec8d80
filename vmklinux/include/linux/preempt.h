/* SPDX-License-Identifier: GPL-2.0-only */
/* preempt.h - which context this is: Linux's questions, answered from the CPU's preempt count. */
#ifndef VMKLINUX_LINUX_PREEMPT_H
#define VMKLINUX_LINUX_PREEMPT_H

#include <linux/types.h>
#include <vmkapi/base/pcpu.h>

#define preempt_disable() vmk_PreemptDisable()
#define preempt_enable()  vmk_PreemptEnable()
#define preempt_count()   ((int)VMK_THIS_PCPU->preempt_count)

/* In an interrupt, a bottom half, or where bottom halves are held off. */
#define in_interrupt() (vmk_InInterrupt() || vmk_InBottomHalf())
#define in_irq()       vmk_InInterrupt()
#define in_hardirq()   vmk_InInterrupt()
#define in_softirq()   vmk_InBottomHalf()
#define in_task()      (!in_interrupt())
#define in_atomic()    (preempt_count() != 0)
#define preemptible()  vmk_CanBlock()

#endif
