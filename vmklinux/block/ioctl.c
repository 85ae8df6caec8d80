/* SPDX-License-Identifier: GPL-2.0-only */
/* ioctl.c - NVMe commands passed through, as Linux's users pass them: by ioctl of the disk. */
#include "blk.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/nvme_ioctl.h>
#include <vmklinux/status.h>

static int disk_ioctl(struct gendisk *disk, unsigned int cmd, void *argument)
{
    if (!disk->fops->ioctl)
        return -ENOTTY;
    return disk->fops->ioctl(disk->part0, FMODE_READ | FMODE_WRITE, cmd, (unsigned long)argument);
}

bool blk_is_nvme(struct gendisk *disk)
{
    return disk_ioctl(disk, NVME_IOCTL_ID, NULL) > 0;
}

vmk_StatusValue blk_nvme_command(struct gendisk *disk, vmk_NvmeCommand *command)
{
    struct nvme_passthru_cmd64 cmd = {
        .opcode = command->opcode,
        .nsid = command->nsid,
        .addr = (unsigned long)command->data,
        .data_len = command->dataLen,
        .cdw10 = command->cdw10,
        .cdw11 = command->cdw11,
        .cdw12 = command->cdw12,
        .cdw13 = command->cdw13,
        .cdw14 = command->cdw14,
        .cdw15 = command->cdw15,
        .timeout_ms = command->timeoutMs,
    };
    int ret = disk_ioctl(disk, command->admin ? NVME_IOCTL_ADMIN64_CMD : NVME_IOCTL_IO64_CMD, &cmd);

    if (ret < 0)
        return vmklinux_status(ret);
    command->result = cmd.result;
    command->nvmeStatus = (vmk_uint16)ret;
    return VMK_OK;
}

/* 32-bit user space does not exist. */
int blkdev_compat_ptr_ioctl(struct block_device *bdev, fmode_t mode, unsigned int cmd, unsigned long arg)
{
    return -ENOIOCTLCMD;
}
EXPORT_SYMBOL(blkdev_compat_ptr_ioctl);

long compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
    return -ENOIOCTLCMD;
}
EXPORT_SYMBOL(compat_ptr_ioctl);
