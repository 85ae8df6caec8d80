/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_vpd.h - what units say of themselves, taken apart: vital product data (SPC-4 7.8, SBC-3 6.6), capacity
 * (SBC-3 5.15, 5.16), mode pages.
 *
 * All of it comes from devices: nothing is read beyond @len, and nonsense is refused or left out. No function
 * needs hardware. Context: any.
 */
#ifndef VMKLINUX_SCSI_VPD_H
#define VMKLINUX_SCSI_VPD_H

#include <linux/types.h>
#include <vmkapi/storage/block_path.h>

/* Page 0x83: the unit's best name (naa, else eui, else t10) into @id, of VMK_BLOCK_ID_LENGTH; whether there
 * is one. */
bool scsi_vpd_identity(const u8 *page, int len, char *id);

/* Page 0x83 of an ATA disk: its whole model, which INQUIRY has no room for, into @model; whether it is there.
 */
bool scsi_vpd_ata_model(const u8 *page, int len, char *model, size_t size);

/* Page 0x80: the serial number into @serial; whether there is one. */
bool scsi_vpd_serial(const u8 *page, int len, char *serial, size_t size);

/* A fixed field of a unit's, as text without blanks at the ends and without what cannot be printed. */
void scsi_copy_text(char *text, size_t size, const u8 *field, size_t field_len);

/* Pages 0xb0, 0xb1 and 0xb2. Zero: not said. */
struct scsi_block_limits {
    u32 max_transfer_blocks;
    u32 max_unmap_blocks;
    u32 max_unmap_descriptors;
    u32 unmap_granularity_blocks;
    u64 max_write_same_blocks;
};
void scsi_vpd_block_limits(const u8 *page, int len, struct scsi_block_limits *limits);

/* Whether the page says that the medium does not rotate. */
bool scsi_vpd_is_non_rotational(const u8 *page, int len);

/* How blocks may be deallocated. */
struct scsi_provisioning {
    bool unmap;         /* UNMAP */
    bool write_same_16; /* WRITE SAME(16) with its unmap bit */
    bool write_same_10;
};
void scsi_vpd_provisioning(const u8 *page, int len, struct scsi_provisioning *provisioning);

struct scsi_capacity {
    u64 blocks;
    u32 block_size;          /* bytes */
    u32 physical_block_size; /* bytes */
    bool provisioned;        /* blocks can be deallocated, */
    bool reads_zeroes;       /* and read as zeroes then */
};

/* READ CAPACITY(16) and (10). false: an answer no disk gives. The latter, of a disk too large for it, has
 * blocks 2^32. */
bool scsi_parse_capacity_16(const u8 *data, int len, struct scsi_capacity *capacity);
bool scsi_parse_capacity_10(const u8 *data, int len, struct scsi_capacity *capacity);

/* A caching page (0x08) behind a mode header and its block descriptors: whether there is one, and whether it
 * says that writes are cached. */
bool scsi_parse_caching_page(const u8 *data, int len, int header_len, bool *write_cache);

#endif
