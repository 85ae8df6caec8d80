/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysfs.h - attributes of devices: texts that can be read, and written, by name.
 *
 * There is no file system to show them in; vmklinux itself reads and writes them (vmklinux/sysfs.h), which is
 * how the VMKernel reaches what a driver offers through nothing else.
 */
#ifndef VMKLINUX_LINUX_SYSFS_H
#define VMKLINUX_LINUX_SYSFS_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/stat.h>
#include <linux/stringify.h>
#include <linux/types.h>

struct bin_attribute;
struct kobject;

struct attribute {
    const char *name;
    umode_t mode;
};

/*
 * DEVIATION-033 (attribute_group.is_bin_visible, device_type.uevent): never called: there are no binary
 * attributes, and there is no user space to be told of a device.
 */
struct attribute_group {
    const char *name;
    umode_t (*is_visible)(struct kobject *, struct attribute *, int);
    umode_t (*is_bin_visible)(struct kobject *, struct bin_attribute *, int);
    struct attribute **attrs;
    struct bin_attribute **bin_attrs;
};

#define __ATTR(_name, _mode, _show, _store)                                                                  \
    {                                                                                                        \
        .attr = {.name = __stringify(_name), .mode = (_mode)}, .show = _show, .store = _store,               \
    }
#define __ATTR_RO(_name)             __ATTR(_name, 0444, _name##_show, NULL)
#define __ATTR_RO_MODE(_name, _mode) __ATTR(_name, _mode, _name##_show, NULL)
#define __ATTR_WO(_name)             __ATTR(_name, 0200, NULL, _name##_store)
#define __ATTR_RW(_name)             __ATTR(_name, 0644, _name##_show, _name##_store)
#define __ATTR_RW_MODE(_name, _mode) __ATTR(_name, _mode, _name##_show, _name##_store)
#define __ATTR_NULL                                                                                          \
    {                                                                                                        \
        .attr = {.name = NULL }                                                                              \
    }
#define sysfs_attr_init(attr) ((void)(attr))

#define __ATTRIBUTE_GROUPS(_name)                                                                            \
    static const struct attribute_group *_name##_groups[] = {                                                \
        &_name##_group,                                                                                      \
        NULL,                                                                                                \
    }
#define ATTRIBUTE_GROUPS(_name)                                                                              \
    static const struct attribute_group _name##_group = {                                                    \
        .attrs = _name##_attrs,                                                                              \
    };                                                                                                       \
    __ATTRIBUTE_GROUPS(_name)

/* printf() into the page a show function was given; @buf must be its beginning. Returns the length. */
__printf(2, 3) int sysfs_emit(char *buf, const char *fmt, ...);
/* As sysfs_emit(), @at bytes on. */
__printf(3, 4) int sysfs_emit_at(char *buf, int at, const char *fmt, ...);

/* Add one attribute to an object; @group, a folder in Linux, changes nothing here. Context: may block.
 * Returns 0, -EEXIST or -ENOMEM. */
struct module;
extern struct module __this_module;
int __must_check vmklinux_sysfs_add_file(struct module *module, struct kobject *kobj,
                                         const struct attribute *attr);

static inline int __must_check sysfs_create_file(struct kobject *kobj, const struct attribute *attr)
{
    return vmklinux_sysfs_add_file(&__this_module, kobj, attr);
}

static inline int sysfs_add_file_to_group(struct kobject *kobj, const struct attribute *attr,
                                          const char *group)
{
    return vmklinux_sysfs_add_file(&__this_module, kobj, attr);
}

void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr);

static inline void sysfs_remove_file_from_group(struct kobject *kobj, const struct attribute *attr,
                                                const char *group)
{
    sysfs_remove_file(kobj, attr);
}

/* Without a file system there are no links in it, and an attribute's visibility is asked for at each use. */
static inline int __must_check sysfs_create_link(struct kobject *kobj, struct kobject *target,
                                                 const char *name)
{
    return 0;
}

static inline void sysfs_remove_link(struct kobject *kobj, const char *name)
{
}

static inline int sysfs_update_group(struct kobject *kobj, const struct attribute_group *grp)
{
    return 0;
}

/* Nobody waits for an attribute to change. */
static inline void sysfs_notify(struct kobject *kobj, const char *dir, const char *attr)
{
}

#endif
