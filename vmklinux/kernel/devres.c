/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devres.c - resources that go with the driver, in a list on the device, the newest first.
 *
 * A group is a mark in the list, and reaches from there to the newest.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

struct devres {
    struct list_head entry;
    dr_release_t release; /* NULL: memory alone */
    void *group;          /* a group's mark: its ID */
    unsigned long long data[];
};

static DEFINE_SPINLOCK(devres_lock); /* device.devres of all devices */

static struct devres *node_of(void *res)
{
    return container_of(res, struct devres, data);
}

void *vmklinux_devres_alloc(struct module *module, dr_release_t release, size_t size, gfp_t gfp)
{
    struct devres *node = vmklinux_kmalloc(module, sizeof(*node) + size, gfp | __GFP_ZERO);

    if (!node)
        return NULL;
    INIT_LIST_HEAD(&node->entry);
    node->release = release;
    return node->data;
}
EXPORT_SYMBOL(vmklinux_devres_alloc);

void devres_free(void *res)
{
    if (res)
        kfree(node_of(res));
}
EXPORT_SYMBOL(devres_free);

static void add_node(struct device *dev, struct devres *node)
{
    unsigned long flags;

    spin_lock_irqsave(&devres_lock, flags);
    list_add(&node->entry, &dev->devres);
    spin_unlock_irqrestore(&devres_lock, flags);
}

void devres_add(struct device *dev, void *res)
{
    add_node(dev, node_of(res));
}
EXPORT_SYMBOL(devres_add);

static struct devres *find_node(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
    VMK_REQUIRES(&devres_lock)
{
    struct devres *node;

    list_for_each_entry (node, &dev->devres, entry) {
        if (node->release == release && !node->group && (!match || match(dev, node->data, match_data)))
            return node;
    }
    return NULL;
}

void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
    struct devres *node;
    unsigned long flags;

    spin_lock_irqsave(&devres_lock, flags);
    node = find_node(dev, release, match, match_data);
    spin_unlock_irqrestore(&devres_lock, flags);
    return node ? node->data : NULL;
}
EXPORT_SYMBOL(devres_find);

void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
    struct devres *node;
    unsigned long flags;

    spin_lock_irqsave(&devres_lock, flags);
    node = find_node(dev, release, match, match_data);
    if (node)
        list_del_init(&node->entry);
    spin_unlock_irqrestore(&devres_lock, flags);
    return node ? node->data : NULL;
}
EXPORT_SYMBOL(devres_remove);

int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
    void *res = devres_remove(dev, release, match, match_data);

    devres_free(res);
    return res ? 0 : -ENOENT;
}
EXPORT_SYMBOL(devres_destroy);

int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
    void *res = devres_remove(dev, release, match, match_data);

    if (!res)
        return -ENOENT;
    release(dev, res);
    devres_free(res);
    return 0;
}
EXPORT_SYMBOL(devres_release);

/* Release and free the nodes of @list; returns how many were resources. */
static int release_list(struct device *dev, struct list_head *list)
{
    struct devres *node, *next;
    int count = 0;

    list_for_each_entry_safe (node, next, list, entry) {
        list_del(&node->entry);
        if (node->release)
            node->release(dev, node->data);
        count += !node->group;
        kfree(node);
    }
    return count;
}

void devres_release_all(struct device *dev)
{
    unsigned long flags;
    LIST_HEAD(all);

    spin_lock_irqsave(&devres_lock, flags);
    list_splice_init(&dev->devres, &all);
    spin_unlock_irqrestore(&devres_lock, flags);
    release_list(dev, &all);
}

void *vmklinux_devres_open_group(struct module *module, struct device *dev, void *id, gfp_t gfp)
{
    void *res = vmklinux_devres_alloc(module, NULL, 0, gfp);
    struct devres *mark;

    if (!res)
        return NULL;
    mark = node_of(res);
    mark->group = id ? id : mark;
    add_node(dev, mark);
    return mark->group;
}
EXPORT_SYMBOL(vmklinux_devres_open_group);

static struct devres *find_group(struct device *dev, void *id) VMK_REQUIRES(&devres_lock)
{
    struct devres *node;

    list_for_each_entry (node, &dev->devres, entry) {
        if (node->group && (!id || node->group == id))
            return node;
    }
    return NULL;
}

void devres_remove_group(struct device *dev, void *id)
{
    struct devres *mark;
    unsigned long flags;

    spin_lock_irqsave(&devres_lock, flags);
    mark = find_group(dev, id);
    if (mark)
        list_del(&mark->entry);
    spin_unlock_irqrestore(&devres_lock, flags);
    WARN_ON(!mark);
    kfree(mark);
}
EXPORT_SYMBOL(devres_remove_group);

int devres_release_group(struct device *dev, void *id)
{
    struct devres *mark;
    unsigned long flags;
    LIST_HEAD(group);

    spin_lock_irqsave(&devres_lock, flags);
    mark = find_group(dev, id);
    if (mark)
        list_cut_position(&group, &dev->devres, &mark->entry);
    spin_unlock_irqrestore(&devres_lock, flags);
    WARN_ON(!mark);
    return release_list(dev, &group);
}
EXPORT_SYMBOL(devres_release_group);

void *vmklinux_devm_kmalloc(struct module *module, struct device *dev, size_t size, gfp_t gfp)
{
    void *res;

    if (size == 0)
        return ZERO_SIZE_PTR;
    res = vmklinux_devres_alloc(module, NULL, size, gfp);
    if (res)
        devres_add(dev, res);
    return res;
}
EXPORT_SYMBOL(vmklinux_devm_kmalloc);

static int is_memory(struct device *dev, void *res, void *match_data)
{
    return res == match_data;
}

void devm_kfree(struct device *dev, const void *p)
{
    if (!ZERO_OR_NULL_PTR(p))
        WARN_ON(devres_destroy(dev, NULL, is_memory, (void *)p));
}
EXPORT_SYMBOL(devm_kfree);

char *vmklinux_devm_kasprintf(struct module *module, struct device *dev, gfp_t gfp, const char *fmt, ...)
{
    va_list args;
    char *text;
    int length;

    va_start(args, fmt);
    length = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    text = vmklinux_devm_kmalloc(module, dev, (size_t)length + 1, gfp);
    if (!text)
        return NULL;
    va_start(args, fmt);
    vsnprintf(text, (size_t)length + 1, fmt, args);
    va_end(args);
    return text;
}
EXPORT_SYMBOL(vmklinux_devm_kasprintf);

struct action {
    void (*function)(void *);
    void *data;
};

static void run_action(struct device *dev, void *res)
{
    struct action *action = res;

    action->function(action->data);
}

int vmklinux_devm_add_action(struct module *module, struct device *dev, void (*function)(void *), void *data)
{
    struct action *action = vmklinux_devres_alloc(module, run_action, sizeof(*action), GFP_KERNEL);

    if (!action)
        return -ENOMEM;
    *action = (struct action){.function = function, .data = data};
    devres_add(dev, action);
    return 0;
}
EXPORT_SYMBOL(vmklinux_devm_add_action);
