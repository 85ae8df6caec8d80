/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_dbg.h - commands and sense data in words, for the log. */
#ifndef VMKLINUX_SCSI_SCSI_DBG_H
#define VMKLINUX_SCSI_SCSI_DBG_H

#include <linux/types.h>

struct scsi_cmnd;
struct scsi_device;
struct scsi_sense_hdr;

/* A CDB's bytes and its command's name into @buffer; returns the length. */
extern size_t __scsi_format_command(char *buffer, size_t size, const unsigned char *cdb, size_t cdb_size);
extern void scsi_print_command(struct scsi_cmnd *);
extern void scsi_print_sense(const struct scsi_cmnd *);
extern void scsi_print_sense_hdr(const struct scsi_device *, const char *name, const struct scsi_sense_hdr *);
/* The name of a sense key; NULL beyond 15. */
extern const char *scsi_sense_key_string(unsigned char);

#endif
