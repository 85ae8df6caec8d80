/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * atapi_device.h - a model of a SATA CD drive (ACS-3 7.18 PACKET; MMC-5, SPC-4).
 */
#ifndef ATAPI_DEVICE_H
#define ATAPI_DEVICE_H

#include "ahci_hba.h"
#include "block_medium.h"

struct atapi_device {
    struct sata_device device;
    struct block_medium medium; /**< Of 2048-byte blocks. */
    vmk_Bool loaded;            /**< There is a medium. Use atapi_load(). */
    vmk_uint64 packets[256];    /**< That came, by command. */

    /* Inside. */
    vmk_uint8 sense_key, sense_code;
};

/** Make a drive with a medium of @p blocks blocks in it. */
void atapi_init(struct atapi_device *drive, vmk_uint64 blocks);

/** Put the medium in, or take it out; the next command is told. */
void atapi_load(struct atapi_device *drive, vmk_Bool loaded);

#endif
