/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attribute_container.h - sets of attributes that are added to every device which a function accepts.
 *
 * For each device and container that match there is a class device: a child of the device, of the same name,
 * that has the container's attributes.
 */
#ifndef VMKLINUX_LINUX_ATTRIBUTE_CONTAINER_H
#define VMKLINUX_LINUX_ATTRIBUTE_CONTAINER_H

#include <linux/device.h>
#include <linux/list.h>

struct attribute_container {
    struct list_head node;
    struct list_head containers; /* the class devices; see kernel/attribute_container.c */
    struct class *class;
    const struct attribute_group *grp;
    struct device_attribute **attrs;
    int (*match)(struct attribute_container *, struct device *);
    unsigned long flags;
};

int attribute_container_register(struct attribute_container *cont);
/* -EBUSY while it has class devices. */
int __must_check attribute_container_unregister(struct attribute_container *cont);

/* Make class devices for @dev, one for each container that matches; show them; take them away. @fn, which may
 * be NULL, is called for each in between. Context: may block. */
void attribute_container_create_device(struct device *dev, int (*fn)(struct attribute_container *,
                                                                     struct device *, struct device *));
int attribute_container_add_device(struct device *dev,
                                   int (*fn)(struct attribute_container *, struct device *, struct device *));
void attribute_container_remove_device(struct device *dev, void (*fn)(struct attribute_container *,
                                                                      struct device *, struct device *));
/* Call @fn for each container that matches, with its class device. */
void attribute_container_device_trigger(struct device *dev, int (*fn)(struct attribute_container *,
                                                                      struct device *, struct device *));

#endif
