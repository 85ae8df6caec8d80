/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fs.h - files, as a driver's character devices are opened: there are no others.
 *
 * What would be asked of one from user space, the VMKernel asks through adapters and paths.
 */
#ifndef VMKLINUX_LINUX_FS_H
#define VMKLINUX_LINUX_FS_H

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/ioctl.h>
#include <linux/kdev_t.h>
#include <linux/types.h>
#include <linux/uio.h>

struct cdev;
struct file;
struct hd_geometry;
struct inode;
struct io_comp_batch;
struct io_uring_cmd;
struct module;
struct poll_table_struct;
struct vm_area_struct;

#define FMODE_READ   ((__force fmode_t)0x1)
#define FMODE_WRITE  ((__force fmode_t)0x2)
#define FMODE_NDELAY ((__force fmode_t)0x40)
#define FMODE_EXCL   ((__force fmode_t)0x80)

/*
 * DEVIATION-023 (file_operations.unlocked_ioctl, file_operations.compat_ioctl, file_operations.uring_cmd,
 * file_operations.uring_cmd_iopoll): never called: nobody opens a character device; what could be asked of
 * one is asked of a disk (block_device_operations.ioctl).
 */
struct file_operations {
    struct module *owner;
    ssize_t (*read)(struct file *, char __user *, size_t, loff_t *);
    ssize_t (*write)(struct file *, const char __user *, size_t, loff_t *);
    long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long);
    long (*compat_ioctl)(struct file *, unsigned int, unsigned long);
    int (*open)(struct inode *, struct file *);
    int (*release)(struct inode *, struct file *);
    int (*uring_cmd)(struct io_uring_cmd *ioucmd, unsigned int issue_flags);
    int (*uring_cmd_iopoll)(struct io_uring_cmd *, struct io_comp_batch *, unsigned int poll_flags);
};

struct inode {
    struct cdev *i_cdev;
    dev_t i_rdev;
};

struct file {
    struct inode *f_inode;
    const struct file_operations *f_op;
    fmode_t f_mode;
    void *private_data;
};

static inline struct inode *file_inode(const struct file *f)
{
    return f->f_inode;
}

/* A free major number with @count minors from @baseminor. Returns 0 or -EBUSY. */
extern int alloc_chrdev_region(dev_t *dev, unsigned baseminor, unsigned count, const char *name);
extern void unregister_chrdev_region(dev_t from, unsigned count);

extern long compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif
