/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * async.c - functions that run beside their starter: work items of a queue of their own, in a list by cookie.
 *
 * Drivers look for what is behind their devices in such functions, so the end of boot waits for them.
 */
#include <linux/async.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <vmkapi/base/system.h>
#include <vmklinux/async.h>

struct async_entry {
    struct list_head entry; /* unfinished */
    struct work_struct work;
    async_cookie_t cookie;
    async_func_t func;
    void *data;
};

static struct workqueue_struct *async_wq;
static DECLARE_WAIT_QUEUE_HEAD(async_done);
static DEFINE_SPINLOCK(async_lock);
static struct list_head unfinished VMK_GUARDED_BY(async_lock) = LIST_HEAD_INIT(unfinished);
static async_cookie_t next_cookie VMK_GUARDED_BY(async_lock) = 1;

static void run(struct work_struct *work)
{
    struct async_entry *entry = container_of(work, struct async_entry, work);
    unsigned long flags;

    entry->func(entry->data, entry->cookie);
    spin_lock_irqsave(&async_lock, flags);
    list_del(&entry->entry);
    /* Before anybody can see that it is gone: it is memory of a module that may wait to go. */
    kfree(entry);
    spin_unlock_irqrestore(&async_lock, flags);
    wake_up_all(&async_done);
    vmk_StartupRelease();
}

async_cookie_t vmklinux_async_schedule(struct module *module, async_func_t func, void *data)
{
    struct async_entry *entry = vmklinux_kmalloc(module, sizeof(*entry), GFP_ATOMIC);
    async_cookie_t cookie;
    unsigned long flags;

    spin_lock_irqsave(&async_lock, flags);
    cookie = next_cookie++;
    if (entry) {
        *entry = (struct async_entry){.cookie = cookie, .func = func, .data = data};
        list_add_tail(&entry->entry, &unfinished);
    }
    spin_unlock_irqrestore(&async_lock, flags);
    if (!entry) {
        func(data, cookie);
        return cookie;
    }
    vmk_StartupHold("what a driver looks for");
    INIT_WORK(&entry->work, run);
    queue_work(async_wq, &entry->work);
    return cookie;
}
EXPORT_SYMBOL(vmklinux_async_schedule);

/* Whether none that was started before @cookie's is left. */
static bool finished(async_cookie_t cookie)
{
    struct async_entry *oldest;
    unsigned long flags;
    bool ret;

    spin_lock_irqsave(&async_lock, flags);
    oldest = list_first_entry_or_null(&unfinished, struct async_entry, entry);
    ret = !oldest || oldest->cookie >= cookie;
    spin_unlock_irqrestore(&async_lock, flags);
    return ret;
}

void async_synchronize_cookie(async_cookie_t cookie)
{
    wait_event(async_done, finished(cookie));
}
EXPORT_SYMBOL(async_synchronize_cookie);

void async_synchronize_full(void)
{
    async_synchronize_cookie(~(async_cookie_t)0);
}
EXPORT_SYMBOL(async_synchronize_full);

int vmklinux_async_start(void)
{
    async_wq = alloc_workqueue("linux-async", 0, 0);
    return async_wq ? 0 : -ENOMEM;
}

void vmklinux_async_stop(void)
{
    destroy_workqueue(async_wq);
}
