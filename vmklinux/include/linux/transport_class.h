/* SPDX-License-Identifier: GPL-2.0-only */
/* transport_class.h - what a transport (ATA, SAS, ...) adds to devices: attributes, and calls at their begin
 * and end. */
#ifndef VMKLINUX_LINUX_TRANSPORT_CLASS_H
#define VMKLINUX_LINUX_TRANSPORT_CLASS_H

#include <linux/attribute_container.h>
#include <linux/bug.h>
#include <linux/device.h>

struct transport_container;

struct transport_class {
    struct class class;
    int (*setup)(struct transport_container *, struct device *, struct device *);
    int (*configure)(struct transport_container *, struct device *, struct device *);
    int (*remove)(struct transport_container *, struct device *, struct device *);
};

#define DECLARE_TRANSPORT_CLASS(cls, nm, su, rm, cfg)                                                        \
    struct transport_class cls = {                                                                           \
        .class = {.name = nm},                                                                               \
        .setup = su,                                                                                         \
        .remove = rm,                                                                                        \
        .configure = cfg,                                                                                    \
    }

#define class_to_transport_class(x) container_of(x, struct transport_class, class)

struct transport_container {
    struct attribute_container ac;
    const struct attribute_group *statistics;
};

#define attribute_container_to_transport_container(x) container_of(x, struct transport_container, ac)

/* The life of a device's transport side, in this order. Context: may block. */
void transport_setup_device(struct device *);
int transport_add_device(struct device *);
void transport_configure_device(struct device *);
void transport_remove_device(struct device *);
void transport_destroy_device(struct device *);

static inline int transport_container_register(struct transport_container *tc)
{
    return attribute_container_register(&tc->ac);
}

static inline void transport_container_unregister(struct transport_container *tc)
{
    if (attribute_container_unregister(&tc->ac))
        BUG();
}

int transport_class_register(struct transport_class *);
void transport_class_unregister(struct transport_class *);

#endif
