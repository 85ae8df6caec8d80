/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ata_disk.h - a model of a SATA disk with native command queueing (ACS-3).
 */
#ifndef ATA_DISK_H
#define ATA_DISK_H

#include "ahci_hba.h"
#include "block_medium.h"

struct ata_disk;

/** Change the words an IDENTIFY is about to return; the checksum is made afterwards. */
typedef void (*ata_tamper)(struct ata_disk *disk, vmk_uint16 *words);

struct ata_disk {
    struct sata_device device;
    struct block_medium medium;
    char serial[21], model[41], firmware[9];

    /* How it behaves; may be changed while it runs. */
    ata_tamper tamper;
    vmk_Bool bad_checksum; /**< Of IDENTIFY's data. */
    vmk_Bool no_log;       /**< Log pages cannot be read. */
    vmk_Bool failing;      /**< SMART says that the disk is about to fail. */
};

/** Make a disk; its cache is on. */
void ata_disk_init(struct ata_disk *disk, const char *serial, vmk_uint64 blocks, vmk_uint32 block_bytes);

/* ata_identify.c: the answer to IDENTIFY DEVICE. */
void ata_disk_identify(struct ata_disk *disk, vmk_uint16 words[256]);
/* Text of an identify page: bytes swapped, padded with blanks. */
void ata_put_text(vmk_uint16 *words, const char *text, unsigned bytes);
/* The last word makes the sum of all bytes zero. */
void ata_put_checksum(vmk_uint16 words[256]);

/** ATA commands (ACS-3). */
enum ata_command {
    ATA_DATA_SET_MANAGEMENT = 0x06,
    ATA_DEVICE_RESET = 0x08,
    ATA_READ_SECTORS = 0x20,
    ATA_READ_SECTORS_EXT = 0x24,
    ATA_READ_DMA_EXT = 0x25,
    ATA_READ_LOG_EXT = 0x2f,
    ATA_WRITE_SECTORS = 0x30,
    ATA_WRITE_SECTORS_EXT = 0x34,
    ATA_WRITE_DMA_EXT = 0x35,
    ATA_WRITE_DMA_FUA_EXT = 0x3d,
    ATA_READ_FPDMA = 0x60,
    ATA_WRITE_FPDMA = 0x61,
    ATA_PACKET = 0xa0,
    ATA_IDENTIFY_PACKET = 0xa1,
    ATA_SMART = 0xb0,
    ATA_SET_MULTIPLE = 0xc6,
    ATA_READ_DMA = 0xc8,
    ATA_WRITE_DMA = 0xca,
    ATA_STANDBY_IMMEDIATE = 0xe0,
    ATA_IDLE_IMMEDIATE = 0xe1,
    ATA_CHECK_POWER = 0xe5,
    ATA_FLUSH = 0xe7,
    ATA_FLUSH_EXT = 0xea,
    ATA_IDENTIFY = 0xec,
    ATA_SET_FEATURES = 0xef,
};

#endif
