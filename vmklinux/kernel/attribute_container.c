/* SPDX-License-Identifier: GPL-2.0-only */
/* attribute_container.c - class devices: what carries the attributes that containers add to a device. */
#include <linux/attribute_container.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>

static DEFINE_MUTEX(containers_mutex);
static struct list_head containers VMK_GUARDED_BY(containers_mutex) = LIST_HEAD_INIT(containers);

struct class_device {
    struct list_head entry; /* attribute_container.containers */
    struct attribute_container *cont;
    struct device classdev;
};

typedef int (*visit_fn)(struct attribute_container *, struct device *, struct device *);

int attribute_container_register(struct attribute_container *cont)
{
    INIT_LIST_HEAD(&cont->containers);
    mutex_lock(&containers_mutex);
    list_add_tail(&cont->node, &containers);
    mutex_unlock(&containers_mutex);
    return 0;
}
EXPORT_SYMBOL(attribute_container_register);

int attribute_container_unregister(struct attribute_container *cont)
{
    bool used;

    mutex_lock(&containers_mutex);
    used = !list_empty(&cont->containers);
    if (!used)
        list_del(&cont->node);
    mutex_unlock(&containers_mutex);
    return used ? -EBUSY : 0;
}
EXPORT_SYMBOL(attribute_container_unregister);

static void release_class_device(struct device *classdev)
{
    struct device *dev = classdev->parent;

    kfree(container_of(classdev, struct class_device, classdev));
    put_device(dev);
}

static struct class_device *make(struct attribute_container *cont, struct device *dev)
{
    struct class_device *made = kzalloc(sizeof(*made), GFP_KERNEL);

    if (!made)
        return NULL;
    made->cont = cont;
    device_initialize(&made->classdev);
    made->classdev.parent = get_device(dev);
    made->classdev.class = cont->class;
    made->classdev.release = release_class_device;
    if (WARN_ON(dev_set_name(&made->classdev, "%s", dev_name(dev)))) {
        put_device(&made->classdev);
        return NULL;
    }
    return made;
}

void attribute_container_create_device(struct device *dev, visit_fn fn)
{
    struct attribute_container *cont;

    mutex_lock(&containers_mutex);
    list_for_each_entry (cont, &containers, node) {
        struct class_device *made = cont->match(cont, dev) ? make(cont, dev) : NULL;

        if (!made)
            continue;
        list_add_tail(&made->entry, &cont->containers);
        if (fn)
            fn(cont, dev, &made->classdev);
    }
    mutex_unlock(&containers_mutex);
}
EXPORT_SYMBOL(attribute_container_create_device);

static struct class_device *find(struct attribute_container *cont, const struct device *dev)
    VMK_REQUIRES(&containers_mutex)
{
    struct class_device *made;

    list_for_each_entry (made, &cont->containers, entry) {
        if (made->classdev.parent == dev)
            return made;
    }
    return NULL;
}

void attribute_container_device_trigger(struct device *dev, visit_fn fn)
{
    struct attribute_container *cont;

    mutex_lock(&containers_mutex);
    list_for_each_entry (cont, &containers, node) {
        struct class_device *made = find(cont, dev);

        if (made)
            fn(cont, dev, &made->classdev);
    }
    mutex_unlock(&containers_mutex);
}
EXPORT_SYMBOL(attribute_container_device_trigger);

static int add_attributes(struct class_device *made)
{
    struct device_attribute **attrs = made->cont->attrs;
    int err = 0;

    for (; attrs && *attrs && !err; attrs++)
        err = device_create_file(&made->classdev, *attrs);
    return err;
}

static void remove_attributes(struct class_device *made)
{
    struct device_attribute **attrs = made->cont->attrs;

    for (; attrs && *attrs; attrs++)
        device_remove_file(&made->classdev, *attrs);
}

/* Show a class device, with its attributes. */
static int show(struct class_device *made)
{
    int err = device_add(&made->classdev);

    if (err)
        return err;
    err = add_attributes(made);
    if (err) {
        remove_attributes(made);
        device_del(&made->classdev);
    }
    return err;
}

int attribute_container_add_device(struct device *dev, visit_fn fn)
{
    struct attribute_container *cont;
    int err = 0;

    mutex_lock(&containers_mutex);
    list_for_each_entry (cont, &containers, node) {
        struct class_device *made = find(cont, dev);

        if (!made || err)
            continue;
        if (fn)
            fn(cont, dev, &made->classdev);
        err = show(made);
    }
    mutex_unlock(&containers_mutex);
    return err;
}
EXPORT_SYMBOL(attribute_container_add_device);

void attribute_container_remove_device(struct device *dev, void (*fn)(struct attribute_container *,
                                                                      struct device *, struct device *))
{
    struct attribute_container *cont;

    mutex_lock(&containers_mutex);
    list_for_each_entry (cont, &containers, node) {
        struct class_device *made = find(cont, dev);

        if (!made)
            continue;
        list_del(&made->entry);
        if (fn)
            fn(cont, dev, &made->classdev);
        remove_attributes(made);
        if (device_is_registered(&made->classdev))
            device_del(&made->classdev);
        put_device(&made->classdev);
    }
    mutex_unlock(&containers_mutex);
}
EXPORT_SYMBOL(attribute_container_remove_device);
