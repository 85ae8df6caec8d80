/* SPDX-License-Identifier: GPL-2.0-only */
/* nvme.h - an NVMe command passed through to a path (NVM Express base specification 1.4, 4.2). */
#ifndef VMKAPI_STORAGE_NVME_H
#define VMKAPI_STORAGE_NVME_H

#include <vmkapi/base/types.h>

typedef struct vmk_NvmeCommand {
    vmk_Bool admin;   /**< For the admin queue. */
    vmk_uint8 opcode; /**< Its low two bits tell the data's direction. */
    vmk_uint32 nsid;  /**< 0xffffffff: all; 0: none. */
    vmk_uint32 cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
    void *data; /**< Of the kernel's heap or pages. */
    vmk_uint32 dataLen;
    vmk_uint32 timeoutMs; /**< 0: the driver's. */
    /* The answer. */
    vmk_uint64 result;
    vmk_uint16 nvmeStatus; /**< Status field: 0 is success. */
} vmk_NvmeCommand;

#endif
