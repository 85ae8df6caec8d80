/* SPDX-License-Identifier: GPL-2.0-only */
/* sd_cdb.h - commands for disks (SBC-3), byte by byte. Each returns the CDB's length, at most 16. Context:
 * any. */
#ifndef VMKLINUX_SD_CDB_H
#define VMKLINUX_SD_CDB_H

#include <linux/types.h>

/* READ or WRITE of @blocks from @lba: of ten bytes where the numbers fit and @ten, else of sixteen. */
u8 sd_cdb_rw(u8 *cdb, bool write, bool fua, u64 lba, u32 blocks, bool ten);
/* SYNCHRONIZE CACHE(10) of the whole disk. */
u8 sd_cdb_flush(u8 *cdb);
/* WRITE SAME(16) of zeroes; with @unmap the blocks may be deallocated instead. */
u8 sd_cdb_write_same_16(u8 *cdb, u64 lba, u32 blocks, bool unmap);
/* UNMAP with a parameter list of @list_len bytes. */
u8 sd_cdb_unmap(u8 *cdb, u16 list_len);

/* The parameter list of an UNMAP of one range, for @list of that many bytes. */
#define SD_UNMAP_LIST_LEN 24
void sd_unmap_list(u8 *list, u64 lba, u32 blocks);

#endif
