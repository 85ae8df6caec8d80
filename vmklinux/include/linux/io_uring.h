/* SPDX-License-Identifier: GPL-2.0-only */
/* io_uring.h - a way for user space to ask: nobody does. Its functions are traps. */
#ifndef VMKLINUX_LINUX_IO_URING_H
#define VMKLINUX_LINUX_IO_URING_H

#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uio.h>

enum io_uring_cmd_flags {
    IO_URING_F_COMPLETE_DEFER = 1,
    IO_URING_F_UNLOCKED = 2,
    IO_URING_F_NONBLOCK = (-2147483647 - 1),
    IO_URING_F_SQE128 = 4,
    IO_URING_F_CQE32 = 8,
    IO_URING_F_IOPOLL = 16,
};

#define IORING_URING_CMD_FIXED (1U << 0)

struct io_uring_cmd {
    struct file *file;
    const void *cmd;
    void *cookie;
    u32 cmd_op;
    u32 flags;
    u8 pdu[32];
};

int io_uring_cmd_import_fixed(u64 ubuf, unsigned long len, int rw, struct iov_iter *iter, void *ioucmd);
void io_uring_cmd_done(struct io_uring_cmd *cmd, ssize_t ret, ssize_t res2, unsigned issue_flags);
void io_uring_cmd_complete_in_task(struct io_uring_cmd *ioucmd,
                                   void (*task_work_cb)(struct io_uring_cmd *, unsigned));

#endif
