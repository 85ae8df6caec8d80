/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.c - the life of devices: references, names, who is whose child.
 *
 * One mutex guards the tree. Callbacks run without it, with a reference to the device they are given.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vmklinux/block.h>

static DEFINE_MUTEX(tree_mutex); /* device.children and device.sibling of all devices */

const char *dev_driver_string(const struct device *dev)
{
    return dev->driver ? dev->driver->name : dev->bus ? dev->bus->name : dev->class ? dev->class->name : "";
}
EXPORT_SYMBOL(dev_driver_string);

int device_set_wakeup_enable(struct device *dev, bool enable)
{
    if (!dev->power.can_wakeup)
        return -EINVAL;
    dev->power.wakeup_enabled = enable;
    return 0;
}
EXPORT_SYMBOL(device_set_wakeup_enable);

void device_initialize(struct device *dev)
{
    kref_init(&dev->kobj.kref);
    INIT_LIST_HEAD(&dev->kobj.files);
    INIT_LIST_HEAD(&dev->children);
    INIT_LIST_HEAD(&dev->sibling);
    INIT_LIST_HEAD(&dev->devres);
    mutex_init(&dev->mutex);
}
EXPORT_SYMBOL(device_initialize);

int dev_set_name(struct device *dev, const char *fmt, ...)
{
    va_list args;
    int length;

    va_start(args, fmt);
    length = vsnprintf(dev->name, sizeof(dev->name), fmt, args);
    va_end(args);
    if (length >= (int)sizeof(dev->name))
        return -ENAMETOOLONG;
    dev->kobj.name = dev->name;
    return 0;
}
EXPORT_SYMBOL(dev_set_name);

struct device *get_device(struct device *dev)
{
    if (dev)
        kref_get(&dev->kobj.kref);
    return dev;
}
EXPORT_SYMBOL(get_device);

static void release_device(struct kref *kref)
{
    struct device *dev = container_of(kref, struct device, kobj.kref);

    devres_release_all(dev);
    if (dev->release)
        dev->release(dev);
    else if (dev->type && dev->type->release)
        dev->type->release(dev);
    else if (dev->class && dev->class->dev_release)
        dev->class->dev_release(dev);
    else
        WARN(true, "device %s has no release function\n", dev_name(dev));
}

void put_device(struct device *dev)
{
    if (dev)
        kref_put(&dev->kobj.kref, release_device);
}
EXPORT_SYMBOL(put_device);

int device_add(struct device *dev)
{
    struct device *parent;

    if (dev->init_name) {
        strscpy(dev->name, dev->init_name, sizeof(dev->name));
        dev->kobj.name = dev->name;
        dev->init_name = NULL;
    }
    if (!dev_name(dev))
        return -EINVAL;
    get_device(dev);
    dev->kobj.state_in_sysfs = true;
    parent = get_device(dev->parent);
    if (!parent)
        return 0;
    mutex_lock(&tree_mutex);
    list_add_tail(&dev->sibling, &parent->children);
    mutex_unlock(&tree_mutex);
    return 0;
}
EXPORT_SYMBOL(device_add);

/* A driver may take off what it could not add, and went on without: nvme a namespace's character device. */
void device_del(struct device *dev)
{
    struct device *parent = dev->parent;

    if (!device_is_registered(dev))
        return;
    dev->kobj.state_in_sysfs = false;
    mutex_lock(&tree_mutex);
    list_del_init(&dev->sibling);
    mutex_unlock(&tree_mutex);
    put_device(dev);
    put_device(parent);
}
EXPORT_SYMBOL(device_del);

int device_register(struct device *dev)
{
    device_initialize(dev);
    return device_add(dev);
}
EXPORT_SYMBOL(device_register);

void device_unregister(struct device *dev)
{
    device_del(dev);
    put_device(dev);
}
EXPORT_SYMBOL(device_unregister);

/* The child after @child (NULL: the first), held. */
static struct device *next_child(struct device *dev, struct device *child)
{
    struct list_head *next;
    struct device *found = NULL;

    mutex_lock(&tree_mutex);
    next = child ? child->sibling.next : dev->children.next;
    /* A child that was taken off meanwhile is a list of its own: the walk ends. */
    if (next != &dev->children && !(child && next == &child->sibling))
        found = get_device(container_of(next, struct device, sibling));
    mutex_unlock(&tree_mutex);
    return found;
}

int device_for_each_child(struct device *dev, void *data, int (*fn)(struct device *dev, void *data))
{
    struct device *child = next_child(dev, NULL);
    int ret = 0;

    while (child) {
        struct device *next;

        ret = fn(child, data);
        next = ret ? NULL : next_child(dev, child);
        put_device(child);
        child = next;
    }
    return ret;
}
EXPORT_SYMBOL(device_for_each_child);

struct device *device_find_child(struct device *dev, void *data, int (*match)(struct device *dev, void *data))
{
    struct device *child = next_child(dev, NULL);

    while (child && !match(child, data)) {
        struct device *next = next_child(dev, child);

        put_device(child);
        child = next;
    }
    return child;
}
EXPORT_SYMBOL(device_find_child);

static int has_name(struct device *dev, void *name)
{
    return strcmp(dev_name(dev), name) == 0;
}

struct device *device_find_child_by_name(struct device *parent, const char *name)
{
    return device_find_child(parent, (void *)name, has_name);
}
EXPORT_SYMBOL(device_find_child_by_name);

static void release_class(struct class *class)
{
    kfree(class);
}

struct class *vmklinux_class_create(struct module *owner, const char *name)
{
    struct class *class = vmklinux_kmalloc(owner, sizeof(*class), GFP_KERNEL | __GFP_ZERO);

    if (!class)
        return ERR_PTR(-ENOMEM);
    class->name = name;
    class->owner = owner;
    class->class_release = release_class;
    return class;
}
EXPORT_SYMBOL(vmklinux_class_create);

void class_destroy(struct class *cls)
{
    if (!IS_ERR_OR_NULL(cls))
        cls->class_release(cls);
}
EXPORT_SYMBOL(class_destroy);

/* There is no user space that would listen. What nvme tells it is the one sign that a controller was reset.
 */
int kobject_uevent_env(struct kobject *kobj, enum kobject_action action, char *envp[])
{
    if (envp && envp[0] && strcmp(envp[0], "NVME_EVENT=connected") == 0)
        vmklinux_adapter_in_service(kobj_to_dev(kobj));
    return 0;
}
EXPORT_SYMBOL(kobject_uevent_env);

struct device_link *device_link_add(struct device *consumer, struct device *supplier, u32 flags)
{
    static struct device_link link;

    return &link;
}
EXPORT_SYMBOL(device_link_add);

void device_link_remove(void *consumer, struct device *supplier)
{
}
EXPORT_SYMBOL(device_link_remove);
