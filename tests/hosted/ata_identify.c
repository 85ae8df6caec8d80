/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ata_identify.c - what a disk says of itself (ACS-3, 7.12.7).
 */
#include "ata_disk.h"

#include <string.h>

#define INTEGRITY 0xa5u

void ata_put_text(vmk_uint16 *words, const char *text, unsigned bytes)
{
    unsigned length = (unsigned)strlen(text);

    for (unsigned i = 0; i < bytes; i += 2) {
        vmk_uint8 first = (vmk_uint8)(i < length ? text[i] : ' ');
        vmk_uint8 second = (vmk_uint8)(i + 1 < length ? text[i + 1] : ' ');

        words[i / 2] = (vmk_uint16)(first << 8 | second);
    }
}

void ata_put_checksum(vmk_uint16 words[256])
{
    const vmk_uint8 *bytes = (const vmk_uint8 *)words;
    vmk_uint8 sum = 0;

    words[255] = INTEGRITY;
    for (unsigned i = 0; i < 511; i++) {
        sum = (vmk_uint8)(sum + bytes[i]);
    }
    words[255] |= (vmk_uint16)((vmk_uint8)-sum << 8);
}

static void put_capacity(const struct ata_disk *disk, vmk_uint16 *words)
{
    vmk_uint64 blocks = disk->medium.blocks, low = blocks < 0x0fffffff ? blocks : 0x0fffffff;
    vmk_uint32 block_words = disk->medium.block_bytes / 2;

    words[60] = (vmk_uint16)low;
    words[61] = (vmk_uint16)(low >> 16);
    memcpy(&words[100], &blocks, sizeof(blocks));
    words[106] = 0x4000;
    if (disk->medium.block_bytes != 512) {
        words[106] |= 1u << 12;
        memcpy(&words[117], &block_words, sizeof(block_words));
    }
}

static void put_features(const struct ata_disk *disk, vmk_uint16 *words)
{
    words[82] = 0x0061; /* SMART, write cache, look-ahead. */
    words[83] = 0x7400; /* 48-bit addresses, flushes. */
    words[84] = 0x4160; /* General purpose logs, FUA, a world wide name. */
    words[85] = disk->medium.caches ? 0x0061 : 0x0041;
    words[86] = 0x3400;
    words[87] = 0x4160;
    words[88] = 0x407f; /* UDMA modes to 6, the last chosen. */
}

void ata_disk_identify(struct ata_disk *disk, vmk_uint16 words[256])
{
    static const vmk_uint16 name[] = {0x5000, 0xc500, 0x0000};

    memset(words, 0, 512);
    words[0] = 0x0040; /* A disk that stays in. */
    ata_put_text(&words[10], disk->serial, 20);
    ata_put_text(&words[23], disk->firmware, 8);
    ata_put_text(&words[27], disk->model, 40);
    words[49] = 0x0f00; /* IORDY, LBA, DMA. */
    words[53] = 0x0006;
    words[63] = 0x0007; /* Multi-word DMA modes to 2. */
    words[64] = 0x0003; /* PIO modes to 4. */
    words[65] = words[66] = words[67] = words[68] = 120;
    words[69] = 0x4020; /* What is trimmed reads as zeroes. */
    words[75] = AHCI_SLOTS - 1;
    words[76] = 0x010e; /* Queueing; 1.5, 3 and 6 Gbps. */
    words[80] = 0x01f0; /* ATA/ATAPI-4 to ATA8-ACS. */
    put_features(disk, words);
    put_capacity(disk, words);
    memcpy(&words[108], name, sizeof(name));
    words[111] = (vmk_uint16)(disk->serial[strlen(disk->serial) - 1]);
    words[105] = 8;
    words[169] = 1; /* TRIM. */
    words[217] = 1; /* Nothing rotates. */
    if (disk->tamper != NULL) {
        disk->tamper(disk, words);
    }
    ata_put_checksum(words);
    words[255] ^= disk->bad_checksum ? 0x100 : 0;
}
