/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer.h - callbacks at a given jiffy, in a bottom half of the CPU that armed them.
 */
#ifndef VMKLINUX_LINUX_TIMER_H
#define VMKLINUX_LINUX_TIMER_H

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/types.h>
#include <vmkapi/base/time.h>

struct timer_list {
    unsigned long expires;
    void (*function)(struct timer_list *);
    u32 flags;
    vmk_TimerObject object;
};

#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED     0x00100000
#define TIMER_IRQSAFE    0x00200000

void vmklinux_timer_init(struct module *module, struct timer_list *timer, void (*func)(struct timer_list *),
                         unsigned int flags);

#define timer_setup(timer, callback, flags) vmklinux_timer_init(THIS_MODULE, (timer), (callback), (flags))
#define timer_setup_on_stack                timer_setup
#define destroy_timer_on_stack(timer)       ((void)(timer))

#define from_timer(var, callback_timer, timer_fieldname)                                                     \
    container_of(callback_timer, typeof(*var), timer_fieldname)

extern void add_timer(struct timer_list *timer);
extern int mod_timer(struct timer_list *timer, unsigned long expires);
extern int del_timer(struct timer_list *timer);
extern int del_timer_sync(struct timer_list *timer);

static inline int timer_pending(const struct timer_list *timer)
{
    return vmk_TimerIsArmed(&timer->object);
}

#define timer_delete      del_timer
#define timer_delete_sync del_timer_sync

#endif
