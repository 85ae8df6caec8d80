/* SPDX-License-Identifier: GPL-2.0-only */
/* kobject.h - a named, counted object with attributes (sysfs.h). */
#ifndef VMKLINUX_LINUX_KOBJECT_H
#define VMKLINUX_LINUX_KOBJECT_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/sysfs.h>
#include <linux/types.h>

struct kobject {
    const char *name;
    struct kref kref;
    struct list_head files;          /* attributes added one by one; see kernel/sysfs.c */
    unsigned int state_in_sysfs : 1; /* its device has been added */
};

enum kobject_action {
    KOBJ_ADD,
    KOBJ_REMOVE,
    KOBJ_CHANGE,
    KOBJ_MOVE,
    KOBJ_ONLINE,
    KOBJ_OFFLINE,
    KOBJ_BIND,
    KOBJ_UNBIND,
};

/* What is filled in here for user space, nobody reads. */
struct kobj_uevent_env {
    char *argv[3];
    char *envp[64];
    int envp_idx;
    char buf[2048];
    int buflen;
};

static inline const char *kobject_name(const struct kobject *kobj)
{
    return kobj->name;
}

/* No-op: there is no user space that would listen. */
int kobject_uevent_env(struct kobject *kobj, enum kobject_action action, char *envp[]);

static inline __printf(2, 3) int add_uevent_var(struct kobj_uevent_env *env, const char *format, ...)
{
    return 0;
}

static inline int kobject_uevent(struct kobject *kobj, enum kobject_action action)
{
    return kobject_uevent_env(kobj, action, NULL);
}

#endif
