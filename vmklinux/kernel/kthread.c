/* SPDX-License-Identifier: GPL-2.0-only */
/* kthread.c - threads as worlds, and who `current` is. */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <vmkapi/base/world.h>
#include <vmklinux/status.h>

struct kthread {
    struct task_struct task;
    struct list_head entry;
    vmk_WorldID world;
    bool should_stop;
    int (*threadfn)(void *data);
    void *data;
    int result;
    struct completion begun; /* `world` is set */
};

static DEFINE_SPINLOCK(kthreads_lock);
static struct list_head kthreads VMK_GUARDED_BY(kthreads_lock) = LIST_HEAD_INIT(kthreads);

static struct task_struct other_world = {.comm = "vmkernel"};

static struct kthread *find(vmk_WorldID world)
{
    struct kthread *thread, *found = NULL;
    unsigned long flags;

    spin_lock_irqsave(&kthreads_lock, flags);
    list_for_each_entry (thread, &kthreads, entry) {
        if (thread->world == world)
            found = thread;
    }
    spin_unlock_irqrestore(&kthreads_lock, flags);
    return found;
}

struct task_struct *vmklinux_current(void)
{
    struct kthread *thread = find(vmk_WorldGetID());

    return thread ? &thread->task : &other_world;
}
EXPORT_SYMBOL(vmklinux_current);

static vmk_StatusValue run(void *data)
{
    struct kthread *thread = data;

    wait_for_completion(&thread->begun);
    thread->result = thread->threadfn(thread->data);
    return VMK_OK;
}

struct task_struct *vmklinux_kthread_run(struct module *module, int (*threadfn)(void *data), void *data,
                                         const char *namefmt, ...)
{
    struct kthread *thread = vmklinux_kmalloc(module, sizeof(*thread), GFP_KERNEL | __GFP_ZERO);
    vmk_WorldProps props = {.moduleID = module->id, .startFunction = run, .data = thread};
    unsigned long flags;
    va_list args;
    int err;

    if (!thread)
        return ERR_PTR(-ENOMEM);
    thread->threadfn = threadfn;
    thread->data = data;
    init_completion(&thread->begun);
    va_start(args, namefmt);
    vsnprintf(thread->task.comm, sizeof(thread->task.comm), namefmt, args);
    va_end(args);
    props.name = thread->task.comm;
    err = vmklinux_errno(vmk_WorldCreate(&props, &thread->world));
    if (err) {
        kfree(thread);
        return ERR_PTR(err);
    }
    spin_lock_irqsave(&kthreads_lock, flags);
    list_add(&thread->entry, &kthreads);
    spin_unlock_irqrestore(&kthreads_lock, flags);
    complete(&thread->begun);
    return &thread->task;
}
EXPORT_SYMBOL(vmklinux_kthread_run);

bool kthread_should_stop(void)
{
    struct kthread *thread = find(vmk_WorldGetID());

    return thread && READ_ONCE(thread->should_stop);
}
EXPORT_SYMBOL(kthread_should_stop);

int kthread_stop(struct task_struct *k)
{
    struct kthread *thread = container_of(k, struct kthread, task);
    unsigned long flags;
    int result;

    WRITE_ONCE(thread->should_stop, true);
    (void)vmk_WorldForceWakeup(thread->world);
    (void)!vmk_WorldWaitForDeath(thread->world);
    spin_lock_irqsave(&kthreads_lock, flags);
    list_del(&thread->entry);
    spin_unlock_irqrestore(&kthreads_lock, flags);
    result = thread->result;
    kfree(thread);
    return result;
}
EXPORT_SYMBOL(kthread_stop);
