/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - what all devices have: a name, a driver, its data, and what it can reach by DMA.
 */
#ifndef VMKLINUX_LINUX_DEVICE_H
#define VMKLINUX_LINUX_DEVICE_H

#include <linux/bug.h>
#include <linux/dev_printk.h>
#include <linux/gfp.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pm.h>
#include <linux/types.h>
#include <vmkapi/core/device.h>
#include <vmkapi/core/dma.h>

struct device;

struct bus_type {
    const char *name;
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

struct device {
    struct kobject kobj;
    struct device *parent;
    const char *init_name;
    struct bus_type *bus;
    struct device_driver *driver;
    void *platform_data;
    void *driver_data;
    struct dev_pm_info power;
    u64 *dma_mask;
    u64 coherent_dma_mask;
    vmk_DMAEngine dma_engine;      /* what dma_map_*() map for */
    vmk_DMAEngine coherent_engine; /* what dma_alloc_coherent() allocates for; may be the same */
    vmk_Device vmk_device;
    bool started; /* its driver has probed it */
};

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
#define NUMA_NO_NODE (-1)

extern const char *dev_driver_string(const struct device *dev);

#include <linux/pm_wakeup.h>

#endif
