/* SPDX-License-Identifier: GPL-2.0-only */
/* timer.c - Linux timers on the VMKernel's, one embedded in each. */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/timer.h>
#include <vmklinux/time.h>

static void timer_fired(vmk_AddrCookie data)
{
    struct timer_list *timer = data.ptr;

    vmklinux_jiffies_update();
    timer->function(timer);
}

void vmklinux_timer_init(struct module *module, struct timer_list *timer, void (*func)(struct timer_list *),
                         unsigned int flags)
{
    timer->expires = 0;
    timer->function = func;
    timer->flags = flags;
    vmk_TimerInit(&timer->object, module->id, timer_fired, (vmk_AddrCookie){.ptr = timer});
}
EXPORT_SYMBOL(vmklinux_timer_init);

int mod_timer(struct timer_list *timer, unsigned long expires)
{
    timer->expires = expires;
    return vmk_TimerArm(&timer->object, vmklinux_jiffies_to_deadline(expires));
}
EXPORT_SYMBOL(mod_timer);

void add_timer(struct timer_list *timer)
{
    BUG_ON(timer_pending(timer));
    mod_timer(timer, timer->expires);
}
EXPORT_SYMBOL(add_timer);

int del_timer(struct timer_list *timer)
{
    return vmk_TimerDisarm(&timer->object, VMK_FALSE);
}
EXPORT_SYMBOL(del_timer);

int del_timer_sync(struct timer_list *timer)
{
    return vmk_TimerDisarm(&timer->object, VMK_TRUE);
}
EXPORT_SYMBOL(del_timer_sync);
