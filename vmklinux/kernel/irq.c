/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irq.c - interrupts: a Linux number is the VMKernel's cookie.
 *
 * The VMKernel gives each device a cookie of its own, also on a shared line, so a handler list is as a rule
 * one long. The handlers of a cookie run from its acknowledge routine, which answers for all of them.
 */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <vmkapi/hardware/intr.h>
#include <vmklinux/status.h>

static DEFINE_MUTEX(irq_mutex); /* request_irq() and free_irq(), one at a time */
static DEFINE_SPINLOCK(irq_lock);

/* One handler. Its work stands for a threaded handler's world. */
struct irq_action {
    struct irq_action *next;
    irq_handler_t handler;
    irq_handler_t thread_fn;
    void *dev_id;
    const char *name;
    unsigned int irq;
    unsigned long flags;
    struct work_struct thread;
};

/* An interrupt with handlers; from the first request_irq() to the last free_irq(). */
struct irq_desc {
    struct list_head entry;
    unsigned int irq;
    unsigned int depth VMK_GUARDED_BY(irq_lock); /* disable_irq() calls to be undone */
    struct module *module;
    struct irq_action *actions; /* changed only with the interrupt disabled and idle */
};

static struct list_head irq_descs VMK_GUARDED_BY(irq_lock) = LIST_HEAD_INIT(irq_descs);

static irqreturn_t run_action(struct irq_action *action)
{
    irqreturn_t ret = action->handler((int)action->irq, action->dev_id);

    if (likely(!(ret & IRQ_WAKE_THREAD)) ||
        WARN_ONCE(!action->thread_fn, "interrupt %u has no thread\n", action->irq))
        return ret;
    /* The line is held until the thread has seen to it. */
    if (action->flags & IRQF_ONESHOT)
        disable_irq_nosync(action->irq);
    if (!queue_work(system_wq, &action->thread) && action->flags & IRQF_ONESHOT)
        enable_irq(action->irq);
    return ret;
}

static vmk_StatusValue irq_fired(void *data, vmk_IntrCookie cookie)
{
    struct irq_desc *desc = data;
    irqreturn_t ret = IRQ_NONE;

    for (struct irq_action *action = desc->actions; action; action = action->next)
        ret |= run_action(action);
    return ret == IRQ_NONE ? VMK_NOT_THIS_DEVICE : VMK_OK;
}

static void run_thread_fn(struct work_struct *work)
{
    struct irq_action *action = container_of(work, struct irq_action, thread);

    action->thread_fn((int)action->irq, action->dev_id);
    if (action->flags & IRQF_ONESHOT)
        enable_irq(action->irq);
}

/* A threaded handler without one for the interrupt itself. */
static irqreturn_t wake_thread(int irq, void *dev_id)
{
    return IRQ_WAKE_THREAD;
}

static struct irq_desc *irq_to_desc(unsigned int irq) VMK_REQUIRES(&irq_lock)
{
    struct irq_desc *desc;

    list_for_each_entry (desc, &irq_descs, entry) {
        if (desc->irq == irq)
            return desc;
    }
    return NULL;
}

static struct irq_desc *find_desc(unsigned int irq)
{
    struct irq_desc *desc;
    unsigned long flags;

    spin_lock_irqsave(&irq_lock, flags);
    desc = irq_to_desc(irq);
    spin_unlock_irqrestore(&irq_lock, flags);
    return desc;
}

/* Register the interrupt itself, disabled, for its first handler. */
static int open_desc(struct module *module, unsigned int irq, const char *name, struct irq_desc **out)
    VMK_REQUIRES(&irq_mutex)
{
    struct irq_desc *desc = vmklinux_kmalloc(module, sizeof(*desc), GFP_KERNEL | __GFP_ZERO);
    vmk_IntrProps props = {.acknowledgeInterrupt = irq_fired, .handlerData = desc};
    unsigned long flags;
    int err;

    if (!desc)
        return -ENOMEM;
    desc->irq = irq;
    desc->module = module;
    strscpy(props.deviceName.string, name ? name : "", sizeof(props.deviceName.string));
    err = vmklinux_errno(vmk_IntrRegister(module->id, irq, &props));
    if (err) {
        kfree(desc);
        return err == -EBADF ? -EINVAL : err;
    }
    spin_lock_irqsave(&irq_lock, flags);
    desc->depth = 1;
    list_add_tail(&desc->entry, &irq_descs);
    spin_unlock_irqrestore(&irq_lock, flags);
    *out = desc;
    return 0;
}

/* Enable the interrupt if this was the last disable to be undone. */
static int undo_disable(struct irq_desc *desc)
{
    unsigned long flags;
    int err = 0;

    spin_lock_irqsave(&irq_lock, flags);
    if (--desc->depth == 0)
        err = vmklinux_errno(vmk_IntrEnable(desc->irq));
    spin_unlock_irqrestore(&irq_lock, flags);
    return err;
}

static void close_desc(struct irq_desc *desc) VMK_REQUIRES(&irq_mutex)
{
    unsigned long flags;

    spin_lock_irqsave(&irq_lock, flags);
    list_del(&desc->entry);
    spin_unlock_irqrestore(&irq_lock, flags);
    (void)!vmk_IntrUnregister(desc->module->id, desc->irq, desc);
    kfree(desc);
}

static struct irq_action *make_action(struct module *module, unsigned int irq, irq_handler_t handler,
                                      irq_handler_t thread_fn, unsigned long irqflags, const char *name,
                                      void *dev)
{
    struct irq_action *action = vmklinux_kmalloc(module, sizeof(*action), GFP_KERNEL | __GFP_ZERO);

    if (!action)
        return NULL;
    action->handler = handler ? handler : wake_thread;
    action->thread_fn = thread_fn;
    action->dev_id = dev;
    action->name = name;
    action->irq = irq;
    action->flags = irqflags | (handler ? 0 : IRQF_ONESHOT);
    INIT_WORK(&action->thread, run_thread_fn);
    return action;
}

/* Change the list of handlers while none of them can run. */
static void replace_actions(struct irq_desc *desc, struct irq_action **at, struct irq_action *action)
    VMK_REQUIRES(&irq_mutex)
{
    disable_irq(desc->irq);
    *at = action;
    enable_irq(desc->irq);
}

static int add_action(struct module *module, struct irq_action *action) VMK_REQUIRES(&irq_mutex)
{
    struct irq_desc *desc = find_desc(action->irq);
    int err;

    if (desc) {
        if (!(desc->actions->flags & action->flags & IRQF_SHARED))
            return -EBUSY;
        action->next = desc->actions;
        replace_actions(desc, &desc->actions, action);
        return 0;
    }
    err = open_desc(module, action->irq, action->name, &desc);
    if (err)
        return err;
    desc->actions = action;
    if (!(action->flags & IRQF_NO_AUTOEN))
        err = undo_disable(desc);
    if (err)
        close_desc(desc);
    return err;
}

int vmklinux_request_irq(struct module *module, unsigned int irq, irq_handler_t handler,
                         irq_handler_t thread_fn, unsigned long irqflags, const char *name, void *dev)
{
    struct irq_action *action;
    int err;

    might_sleep();
    if ((!handler && !thread_fn) || ((irqflags & IRQF_SHARED) && !dev))
        return -EINVAL;
    action = make_action(module, irq, handler, thread_fn, irqflags, name, dev);
    if (!action)
        return -ENOMEM;
    mutex_lock(&irq_mutex);
    err = add_action(module, action);
    mutex_unlock(&irq_mutex);
    if (err)
        kfree(action);
    return err;
}
EXPORT_SYMBOL(vmklinux_request_irq);

static struct irq_action *remove_action(unsigned int irq, void *dev_id) VMK_REQUIRES(&irq_mutex)
{
    struct irq_desc *desc = find_desc(irq);
    struct irq_action **at, *action;

    if (!desc)
        return NULL;
    for (at = &desc->actions; *at && (*at)->dev_id != dev_id; at = &(*at)->next)
        ;
    action = *at;
    if (!action)
        return NULL;
    if (desc->actions == action && !action->next)
        close_desc(desc);
    else
        replace_actions(desc, at, action->next);
    return action;
}

const void *free_irq(unsigned int irq, void *dev_id)
{
    struct irq_action *action;
    const char *name;

    mutex_lock(&irq_mutex);
    action = remove_action(irq, dev_id);
    mutex_unlock(&irq_mutex);
    if (WARN(!action, "free_irq(%u): not requested\n", irq))
        return NULL;
    /* Where others share the interrupt, they get it back. */
    if (cancel_work_sync(&action->thread) && action->flags & IRQF_ONESHOT)
        enable_irq(irq);
    name = action->name;
    kfree(action);
    return name;
}
EXPORT_SYMBOL(free_irq);

void disable_irq_nosync(unsigned int irq)
{
    struct irq_desc *desc;
    unsigned long flags;

    spin_lock_irqsave(&irq_lock, flags);
    desc = irq_to_desc(irq);
    if (desc && desc->depth++ == 0)
        (void)!vmk_IntrDisable(irq);
    spin_unlock_irqrestore(&irq_lock, flags);
}
EXPORT_SYMBOL(disable_irq_nosync);

void enable_irq(unsigned int irq)
{
    struct irq_desc *desc;
    unsigned long flags;

    spin_lock_irqsave(&irq_lock, flags);
    desc = irq_to_desc(irq);
    if (desc && !WARN(desc->depth == 0, "unbalanced enable of interrupt %u\n", irq) && --desc->depth == 0)
        (void)!vmk_IntrEnable(irq);
    spin_unlock_irqrestore(&irq_lock, flags);
}
EXPORT_SYMBOL(enable_irq);

void synchronize_irq(unsigned int irq)
{
    (void)!vmk_IntrSync(irq);
}
EXPORT_SYMBOL(synchronize_irq);

void disable_irq(unsigned int irq)
{
    disable_irq_nosync(irq);
    synchronize_irq(irq);
}
EXPORT_SYMBOL(disable_irq);

bool disable_hardirq(unsigned int irq)
{
    disable_irq(irq);
    return true;
}
EXPORT_SYMBOL(disable_hardirq);

/* A handler that goes with the driver. */
struct irq_devres {
    unsigned int irq;
    void *dev_id;
};

static void release_irq(struct device *dev, void *res)
{
    struct irq_devres *devres = res;

    free_irq(devres->irq, devres->dev_id);
}

static int is_same_irq(struct device *dev, void *res, void *data)
{
    struct irq_devres *devres = res, *match = data;

    return devres->irq == match->irq && devres->dev_id == match->dev_id;
}

int vmklinux_devm_request_irq(struct module *module, struct device *dev, unsigned int irq,
                              irq_handler_t handler, irq_handler_t thread_fn, unsigned long irqflags,
                              const char *devname, void *dev_id)
{
    struct irq_devres *devres = vmklinux_devres_alloc(module, release_irq, sizeof(*devres), GFP_KERNEL);
    int err;

    if (!devres)
        return -ENOMEM;
    err = vmklinux_request_irq(module, irq, handler, thread_fn, irqflags, devname ? devname : dev_name(dev),
                               dev_id);
    if (err) {
        devres_free(devres);
        return err;
    }
    *devres = (struct irq_devres){.irq = irq, .dev_id = dev_id};
    devres_add(dev, devres);
    return 0;
}
EXPORT_SYMBOL(vmklinux_devm_request_irq);

void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id)
{
    struct irq_devres match = {.irq = irq, .dev_id = dev_id};

    WARN_ON(devres_release(dev, release_irq, is_same_irq, &match));
}
EXPORT_SYMBOL(devm_free_irq);
