/* SPDX-License-Identifier: GPL-2.0-only */
/* sd_cdb.c - commands for disks, byte by byte. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/unaligned.h>
#include <scsi/scsi_proto.h>

#include "sd_cdb.h"

#define BIT_FUA   0x08 /* byte 1 of READ and WRITE */
#define BIT_UNMAP 0x08 /* byte 1 of WRITE SAME */

static u8 rw_16(u8 *cdb, bool write, bool fua, u64 lba, u32 blocks)
{
    cdb[0] = write ? WRITE_16 : READ_16;
    cdb[1] = fua ? BIT_FUA : 0;
    put_unaligned_be64(lba, &cdb[2]);
    put_unaligned_be32(blocks, &cdb[10]);
    cdb[14] = 0;
    cdb[15] = 0;
    return 16;
}

u8 sd_cdb_rw(u8 *cdb, bool write, bool fua, u64 lba, u32 blocks, bool ten)
{
    if (unlikely(!ten || lba > U32_MAX || blocks > U16_MAX))
        return rw_16(cdb, write, fua, lba, blocks);
    cdb[0] = write ? WRITE_10 : READ_10;
    cdb[1] = fua ? BIT_FUA : 0;
    put_unaligned_be32((u32)lba, &cdb[2]);
    cdb[6] = 0;
    put_unaligned_be16((u16)blocks, &cdb[7]);
    cdb[9] = 0;
    return 10;
}

u8 sd_cdb_flush(u8 *cdb)
{
    memset(cdb, 0, 10);
    cdb[0] = SYNCHRONIZE_CACHE;
    return 10;
}

u8 sd_cdb_write_same_16(u8 *cdb, u64 lba, u32 blocks, bool unmap)
{
    memset(cdb, 0, 16);
    cdb[0] = WRITE_SAME_16;
    cdb[1] = unmap ? BIT_UNMAP : 0;
    put_unaligned_be64(lba, &cdb[2]);
    put_unaligned_be32(blocks, &cdb[10]);
    return 16;
}

u8 sd_cdb_unmap(u8 *cdb, u16 list_len)
{
    memset(cdb, 0, 10);
    cdb[0] = UNMAP;
    put_unaligned_be16(list_len, &cdb[7]);
    return 10;
}

void sd_unmap_list(u8 *list, u64 lba, u32 blocks)
{
    memset(list, 0, SD_UNMAP_LIST_LEN);
    put_unaligned_be16(SD_UNMAP_LIST_LEN - 2, &list[0]);
    put_unaligned_be16(SD_UNMAP_LIST_LEN - 8, &list[2]);
    put_unaligned_be64(lba, &list[8]);
    put_unaligned_be32(blocks, &list[16]);
}
