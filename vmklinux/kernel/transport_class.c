/* SPDX-License-Identifier: GPL-2.0-only */
/* transport_class.c - a device's transport side, on attribute containers. */
#include <linux/export.h>
#include <linux/transport_class.h>

int transport_class_register(struct transport_class *tclass)
{
    return class_register(&tclass->class);
}
EXPORT_SYMBOL(transport_class_register);

void transport_class_unregister(struct transport_class *tclass)
{
    class_unregister(&tclass->class);
}
EXPORT_SYMBOL(transport_class_unregister);

static int setup(struct attribute_container *cont, struct device *dev, struct device *classdev)
{
    struct transport_class *tclass = class_to_transport_class(cont->class);

    return tclass->setup ? tclass->setup(attribute_container_to_transport_container(cont), dev, classdev) : 0;
}

void transport_setup_device(struct device *dev)
{
    attribute_container_create_device(dev, setup);
}
EXPORT_SYMBOL(transport_setup_device);

int transport_add_device(struct device *dev)
{
    return attribute_container_add_device(dev, NULL);
}
EXPORT_SYMBOL(transport_add_device);

static int configure(struct attribute_container *cont, struct device *dev, struct device *classdev)
{
    struct transport_class *tclass = class_to_transport_class(cont->class);

    return tclass->configure
               ? tclass->configure(attribute_container_to_transport_container(cont), dev, classdev)
               : 0;
}

void transport_configure_device(struct device *dev)
{
    attribute_container_device_trigger(dev, configure);
}
EXPORT_SYMBOL(transport_configure_device);

static void remove(struct attribute_container *cont, struct device *dev, struct device *classdev)
{
    struct transport_class *tclass = class_to_transport_class(cont->class);

    if (tclass->remove)
        (void)tclass->remove(attribute_container_to_transport_container(cont), dev, classdev);
}

/* The class devices go with the device's removal; nothing of them is left for its destruction. */
void transport_remove_device(struct device *dev)
{
    attribute_container_remove_device(dev, remove);
}
EXPORT_SYMBOL(transport_remove_device);

void transport_destroy_device(struct device *dev)
{
    attribute_container_remove_device(dev, NULL);
}
EXPORT_SYMBOL(transport_destroy_device);
