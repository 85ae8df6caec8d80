/* SPDX-License-Identifier: GPL-2.0-only */
/* status.c - how a request ended, to drivers, to the storage core, and as an errno. */
#include "blk.h"

#include <linux/errno.h>
#include <linux/export.h>

/* What a failure means when reading; where writing differs, what it means then. */
static const struct {
    vmk_StatusValue read, write;
    int errno_value;
} meanings[] = {
    [BLK_STS_OK] = {VMK_OK, VMK_OK, 0},
    [(__force u8) BLK_STS_NOTSUPP] = {VMK_NOT_SUPPORTED, VMK_NOT_SUPPORTED, EOPNOTSUPP},
    [(__force u8) BLK_STS_TIMEOUT] = {VMK_TIMEOUT, VMK_TIMEOUT, ETIMEDOUT},
    [(__force u8) BLK_STS_NOSPC] = {VMK_NO_SPACE, VMK_NO_SPACE, ENOSPC},
    [(__force u8) BLK_STS_TRANSPORT] = {VMK_NO_CONNECT, VMK_NO_CONNECT, ENOLINK},
    [(__force u8) BLK_STS_TARGET] = {VMK_IO_ERROR, VMK_IO_ERROR, EREMOTEIO},
    [(__force u8) BLK_STS_NEXUS] = {VMK_RESERVATION_CONFLICT, VMK_RESERVATION_CONFLICT, EBADE},
    [(__force u8) BLK_STS_MEDIUM] = {VMK_READ_ERROR, VMK_WRITE_ERROR, ENODATA},
    [(__force u8) BLK_STS_PROTECTION] = {VMK_READ_ERROR, VMK_WRITE_ERROR, EILSEQ},
    [(__force u8) BLK_STS_RESOURCE] = {VMK_BUSY, VMK_BUSY, ENOMEM},
    [(__force u8) BLK_STS_IOERR] = {VMK_IO_ERROR, VMK_IO_ERROR, EIO},
    [(__force u8) BLK_STS_DM_REQUEUE] = {VMK_BUSY, VMK_BUSY, EREMCHG},
    [(__force u8) BLK_STS_AGAIN] = {VMK_BUSY, VMK_BUSY, EAGAIN},
    [(__force u8) BLK_STS_DEV_RESOURCE] = {VMK_BUSY, VMK_BUSY, EBUSY},
    [(__force u8) BLK_STS_ZONE_RESOURCE] = {VMK_BUSY, VMK_BUSY, EBUSY},
    [(__force u8) BLK_STS_ZONE_OPEN_RESOURCE] = {VMK_IO_ERROR, VMK_IO_ERROR, ETOOMANYREFS},
    [(__force u8) BLK_STS_ZONE_ACTIVE_RESOURCE] = {VMK_IO_ERROR, VMK_IO_ERROR, EOVERFLOW},
    [(__force u8) BLK_STS_OFFLINE] = {VMK_NO_CONNECT, VMK_NO_CONNECT, ENODEV},
};

vmk_StatusValue blk_vmk_status(blk_status_t status, bool write)
{
    u8 index = (__force u8)status;

    if (index >= ARRAY_SIZE(meanings))
        return VMK_IO_ERROR;
    return write ? meanings[index].write : meanings[index].read;
}

int blk_status_to_errno(blk_status_t status)
{
    u8 index = (__force u8)status;

    return index >= ARRAY_SIZE(meanings) ? -EIO : -meanings[index].errno_value;
}
EXPORT_SYMBOL(blk_status_to_errno);

blk_status_t errno_to_blk_status(int errno)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(meanings); i++) {
        if (meanings[i].errno_value == -errno)
            return (__force blk_status_t)i;
    }
    return BLK_STS_IOERR;
}
EXPORT_SYMBOL(errno_to_blk_status);
