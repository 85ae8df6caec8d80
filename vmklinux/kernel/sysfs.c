/* SPDX-License-Identifier: GPL-2.0-only */
/* sysfs.c - attributes of devices, found by name. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vmklinux/sysfs.h>

/* An attribute that is in no group. */
struct file {
    struct list_head entry;
    const struct attribute *attr;
};

static DEFINE_MUTEX(files_mutex); /* kobject.files of all objects */

static struct file *find_file(struct kobject *kobj, const char *name) VMK_REQUIRES(&files_mutex)
{
    struct file *file;

    list_for_each_entry (file, &kobj->files, entry) {
        if (strcmp(file->attr->name, name) == 0)
            return file;
    }
    return NULL;
}

int vmklinux_sysfs_add_file(struct module *module, struct kobject *kobj, const struct attribute *attr)
{
    struct file *file = vmklinux_kmalloc(module, sizeof(*file), GFP_KERNEL);
    bool taken;

    if (!file)
        return -ENOMEM;
    file->attr = attr;
    mutex_lock(&files_mutex);
    taken = find_file(kobj, attr->name) != NULL;
    if (!taken)
        list_add_tail(&file->entry, &kobj->files);
    mutex_unlock(&files_mutex);
    if (taken)
        kfree(file);
    return taken ? -EEXIST : 0;
}
EXPORT_SYMBOL(vmklinux_sysfs_add_file);

void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
    struct file *file;

    mutex_lock(&files_mutex);
    file = find_file(kobj, attr->name);
    if (file)
        list_del(&file->entry);
    mutex_unlock(&files_mutex);
    kfree(file);
}
EXPORT_SYMBOL(sysfs_remove_file);

static const struct attribute *find_in_group(struct device *dev, const struct attribute_group *group,
                                             const char *name)
{
    for (int i = 0; group->attrs && group->attrs[i]; i++) {
        struct attribute *attr = group->attrs[i];

        if (strcmp(attr->name, name) == 0 && !(group->is_visible && !group->is_visible(&dev->kobj, attr, i)))
            return attr;
    }
    return NULL;
}

static const struct attribute *find_in_groups(struct device *dev, const struct attribute_group **groups,
                                              const char *name)
{
    const struct attribute *found = NULL;

    for (; groups && *groups && !found; groups++)
        found = find_in_group(dev, *groups, name);
    return found;
}

static const struct attribute *find_alone(struct device *dev, const char *name)
{
    struct file *file;

    mutex_lock(&files_mutex);
    file = find_file(&dev->kobj, name);
    mutex_unlock(&files_mutex);
    return file ? file->attr : NULL;
}

static const struct device_attribute *find(struct device *dev, const char *name)
{
    const struct attribute *attr = find_in_groups(dev, dev->groups, name);

    if (!attr && dev->type)
        attr = find_in_groups(dev, dev->type->groups, name);
    if (!attr && dev->class)
        attr = find_in_groups(dev, dev->class->dev_groups, name);
    if (!attr && dev->driver)
        attr = find_in_groups(dev, dev->driver->dev_groups, name);
    if (!attr)
        attr = find_alone(dev, name);
    return attr ? container_of(attr, struct device_attribute, attr) : NULL;
}

ssize_t vmklinux_attr_show(struct device *dev, const char *name, char *page)
{
    const struct device_attribute *attr = find(dev, name);
    ssize_t length;

    if (!attr)
        return -ENOENT;
    if (!attr->show || !(attr->attr.mode & 0444))
        return -EACCES;
    length = attr->show(dev, (struct device_attribute *)attr, page);
    if (length >= 0)
        page[min_t(size_t, (size_t)length, PAGE_SIZE - 1)] = '\0';
    return length;
}

int vmklinux_attr_store(struct device *dev, const char *name, const char *text)
{
    const struct device_attribute *attr = find(dev, name);
    ssize_t taken;

    if (!attr)
        return -ENOENT;
    if (!attr->store || !(attr->attr.mode & 0222))
        return -EACCES;
    taken = attr->store(dev, (struct device_attribute *)attr, text, strlen(text));
    return taken < 0 ? (int)taken : 0;
}

static int emit(char *buf, int at, const char *fmt, va_list args)
{
    /* A driver that lost where the page begins must not write beyond its end. */
    if (WARN(!buf || offset_in_page(buf) || at < 0 || at >= (int)PAGE_SIZE, "sysfs_emit: %p, %d is no page\n",
             (void *)buf, at))
        return 0;
    return vscnprintf(buf + at, PAGE_SIZE - (size_t)at, fmt, args);
}

int sysfs_emit(char *buf, const char *fmt, ...)
{
    va_list args;
    int length;

    va_start(args, fmt);
    length = emit(buf, 0, fmt, args);
    va_end(args);
    return length;
}
EXPORT_SYMBOL(sysfs_emit);

int sysfs_emit_at(char *buf, int at, const char *fmt, ...)
{
    va_list args;
    int length;

    va_start(args, fmt);
    length = emit(buf, at, fmt, args);
    va_end(args);
    return length;
}
EXPORT_SYMBOL(sysfs_emit_at);
