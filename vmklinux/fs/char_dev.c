/* SPDX-License-Identifier: GPL-2.0-only */
/* char_dev.c - character devices: their numbers, and their place in the tree of devices. */
#include <linux/cdev.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/spinlock.h>

/* Major numbers that Linux leaves to be given out. */
#define MAJOR_FIRST 234
#define MAJOR_LAST  254

static DEFINE_SPINLOCK(majors_lock);
static u32 majors VMK_GUARDED_BY(majors_lock); /* taken, from the first one */

int alloc_chrdev_region(dev_t *dev, unsigned int baseminor, unsigned int count, const char *name)
{
    int err = -EBUSY;

    spin_lock(&majors_lock);
    for (unsigned int i = 0; i <= MAJOR_LAST - MAJOR_FIRST && err; i++) {
        if (majors & BIT(i))
            continue;
        majors |= BIT(i);
        *dev = MKDEV(MAJOR_FIRST + i, baseminor);
        err = 0;
    }
    spin_unlock(&majors_lock);
    return err;
}
EXPORT_SYMBOL(alloc_chrdev_region);

void unregister_chrdev_region(dev_t from, unsigned int count)
{
    spin_lock(&majors_lock);
    majors &= ~(u32)BIT(MAJOR(from) - MAJOR_FIRST);
    spin_unlock(&majors_lock);
}
EXPORT_SYMBOL(unregister_chrdev_region);

void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
    *cdev = (struct cdev){.ops = fops};
}
EXPORT_SYMBOL(cdev_init);

int cdev_device_add(struct cdev *cdev, struct device *dev)
{
    cdev->dev = dev->devt;
    return device_add(dev);
}
EXPORT_SYMBOL(cdev_device_add);

void cdev_device_del(struct cdev *cdev, struct device *dev)
{
    device_del(dev);
}
EXPORT_SYMBOL(cdev_device_del);
