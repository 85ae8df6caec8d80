/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - what all devices have: a name, a driver, its data, attributes, and what it can reach by DMA.
 *
 * A device is counted: device_initialize() makes its first reference, put_device() of the last one calls its
 * release function. Between device_add() and device_del() it is a child of its parent.
 */
#ifndef VMKLINUX_LINUX_DEVICE_H
#define VMKLINUX_LINUX_DEVICE_H

#include <linux/bug.h>
#include <linux/dev_printk.h>
#include <linux/device/class.h>
#include <linux/device/devres.h>
#include <linux/gfp.h>
#include <linux/ioport.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pm.h>
#include <linux/sysfs.h>
#include <linux/types.h>
#include <vmkapi/core/device.h>
#include <vmkapi/core/dma.h>

struct device;

struct device_link {
    u32 flags;
};

struct bus_type {
    const char *name;
    const struct attribute_group **dev_groups;
};

struct device_driver {
    const char *name;
    struct bus_type *bus;
    struct module *owner;
    const char *mod_name;
    int (*probe)(struct device *dev);
    int (*remove)(struct device *dev);
    void (*shutdown)(struct device *dev);
    const struct attribute_group **groups;
    const struct attribute_group **dev_groups;
    const struct dev_pm_ops *pm;
};

struct device_type {
    const char *name;
    const struct attribute_group **groups;
    int (*uevent)(struct device *dev, struct kobj_uevent_env *env);
    void (*release)(struct device *dev);
    const struct dev_pm_ops *pm;
};

struct device_attribute {
    struct attribute attr;
    ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
    ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
};

#define DEVICE_ATTR(_name, _mode, _show, _store)                                                             \
    struct device_attribute dev_attr_##_name = __ATTR(_name, _mode, _show, _store)
#define DEVICE_ATTR_RW(_name) struct device_attribute dev_attr_##_name = __ATTR_RW(_name)
#define DEVICE_ATTR_RO(_name) struct device_attribute dev_attr_##_name = __ATTR_RO(_name)
#define DEVICE_ATTR_WO(_name) struct device_attribute dev_attr_##_name = __ATTR_WO(_name)

/*
 * DEVIATION-032 (type of ATA_DEVICE_CLEAR_BEGIN, ATA_DEVICE_CLEAR_END, ATA_LINK_CLEAR_BEGIN,
 * ATA_LINK_CLEAR_END): places within libata's structures, which have a struct device in them: ours is
 * smaller.
 */
#define DEVICE_NAME_ROOM 48

struct device {
    struct kobject kobj;
    struct device *parent;
    const struct device_type *type;
    const char *init_name;
    struct bus_type *bus;
    struct device_driver *driver;
    void *platform_data;
    void *driver_data;
    struct mutex mutex;
    struct dev_pm_info power;
    u64 *dma_mask;
    u64 coherent_dma_mask;
    struct device_dma_parameters *dma_parms;
    dev_t devt;
    u32 id;
    struct class *class;
    const struct attribute_group **groups;
    void (*release)(struct device *dev);

    /* vmklinux's own */
    vmk_DMAEngine dma_engine;      /* what dma_map_*() map for */
    vmk_DMAEngine coherent_engine; /* what dma_alloc_coherent() allocates for; may be the same */
    vmk_Device vmk_device;
    bool started;              /* its driver has probed it */
    struct list_head children; /* device.sibling; guarded as `sibling` is, see drivers/base/core.c */
    struct list_head sibling;
    struct list_head devres; /* what is released with the driver, the newest first */
    char name[DEVICE_NAME_ROOM];
};

#define kobj_to_dev(object) container_of(object, struct device, kobj)

static inline const char *dev_name(const struct device *dev)
{
    return dev->init_name ? dev->init_name : dev->kobj.name;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
    return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
    dev->driver_data = data;
}

static inline int dev_to_node(struct device *dev)
{
    return -1;
}

static inline void set_dev_node(struct device *dev, int node)
{
}
#ifndef NUMA_NO_NODE
#define NUMA_NO_NODE (-1)
#endif

static inline void device_lock(struct device *dev) VMK_ACQUIRE(&dev->mutex)
{
    mutex_lock(&dev->mutex);
}

static inline void device_unlock(struct device *dev) VMK_RELEASE(&dev->mutex)
{
    mutex_unlock(&dev->mutex);
}

static inline int device_is_registered(struct device *dev)
{
    return dev->kobj.state_in_sysfs;
}

void device_initialize(struct device *dev);
/* Make @dev a child of its parent, which it holds a reference to. Returns 0, or -EINVAL without a name. */
int __must_check device_add(struct device *dev);
void device_del(struct device *dev);
int __must_check device_register(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);
/* -ENAMETOOLONG beyond DEVICE_NAME_ROOM. */
__printf(2, 3) int dev_set_name(struct device *dev, const char *name, ...);

/* Call @fn for each child until it returns other than 0, which is returned. The child is held meanwhile. */
int device_for_each_child(struct device *dev, void *data, int (*fn)(struct device *dev, void *data));
/* The first child that @match accepts, held for the caller; or NULL. */
struct device *device_find_child(struct device *dev, void *data,
                                 int (*match)(struct device *dev, void *data));
struct device *device_find_child_by_name(struct device *parent, const char *name);

static inline int __must_check device_create_file(struct device *device, const struct device_attribute *entry)
{
    return sysfs_create_file(&device->kobj, &entry->attr);
}

static inline void device_remove_file(struct device *dev, const struct device_attribute *attr)
{
    sysfs_remove_file(&dev->kobj, &attr->attr);
}

/* For an attribute that removes itself: its file is no more. Returns true. */
static inline bool device_remove_file_self(struct device *dev, const struct device_attribute *attr)
{
    sysfs_remove_file(&dev->kobj, &attr->attr);
    return true;
}

/* Have the driver let go of the device. Context: may block. */
extern void device_release_driver(struct device *dev);

/* Nothing here is put to rest, in whatever order. */
static inline void device_enable_async_suspend(struct device *dev)
{
}

extern const char *dev_driver_string(const struct device *dev);

/* That @consumer must not run without @supplier: they are a child and its parents here, and nothing sleeps.
 */
#define DL_FLAG_STATELESS  BIT(0)
#define DL_FLAG_PM_RUNTIME BIT(2)
#define DL_FLAG_RPM_ACTIVE BIT(3)

struct device_link *device_link_add(struct device *consumer, struct device *supplier, u32 flags);
void device_link_remove(void *consumer, struct device *supplier);

#include <linux/pm_wakeup.h>

#endif
