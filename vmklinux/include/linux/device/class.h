/* SPDX-License-Identifier: GPL-2.0-only */
/* class.h - kinds of devices: what their attributes are, and how one is released. */
#ifndef VMKLINUX_LINUX_DEVICE_CLASS_H
#define VMKLINUX_LINUX_DEVICE_CLASS_H

#include <linux/kobject.h>
#include <linux/sysfs.h>
#include <linux/types.h>

struct device;
struct module;
extern struct module __this_module;

struct class
{
    const char *name;
    struct module *owner;
    const struct attribute_group **class_groups;
    const struct attribute_group **dev_groups;
    int (*dev_uevent)(struct device *dev, struct kobj_uevent_env *env);
    char *(*devnode)(struct device *dev, umode_t *mode);
    void (*class_release)(struct class *class);
    void (*dev_release)(struct device *dev);
};

/* A class of the module's; an error pointer without memory. Context: may block. */
struct class *vmklinux_class_create(struct module *owner, const char *name);
#define class_create(owner, name) vmklinux_class_create(&__this_module, name)
void class_destroy(struct class *cls);

static inline int __must_check class_register(struct class *class)
{
    return 0;
}

static inline void class_unregister(struct class *class)
{
}

#endif
