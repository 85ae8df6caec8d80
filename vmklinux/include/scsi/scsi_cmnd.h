/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_cmnd.h - one SCSI command on its way to a device: the CDB, its data, the answer.
 *
 * A command is the private data of its block request and is there as long as the request's tag; behind it
 * lie the driver's own data (scsi_host_template.cmd_size), the sense buffer and the scatter list.
 */
#ifndef VMKLINUX_SCSI_SCSI_CMND_H
#define VMKLINUX_SCSI_SCSI_CMND_H

#include <linux/blkdev.h>
#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/scatterlist.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <scsi/scsi_device.h>

struct Scsi_Host;

#define MAX_COMMAND_SIZE 16

struct scsi_data_buffer {
    struct sg_table table;
    unsigned length;
};

/* scsi_cmnd.flags */
#define SCMD_TAGGED      (1 << 0)
#define SCMD_INITIALIZED (1 << 1)
#define SCMD_LAST        (1 << 2)

/* scsi_cmnd.state: bits */
#define SCMD_STATE_COMPLETE 0
#define SCMD_STATE_INFLIGHT 1

/* scsi_cmnd.eh_eflags */
#define SCSI_EH_ABORT_SCHEDULED 0x0002

enum scsi_cmnd_submitter {
    SUBMITTED_BY_BLOCK_LAYER = 0,
    SUBMITTED_BY_SCSI_ERROR_HANDLER = 1,
    SUBMITTED_BY_SCSI_RESET_IOCTL = 2,
} __packed;

struct scsi_cmnd {
    struct scsi_device *device;
    struct list_head eh_entry; /* in the host's eh_abort_list or eh_cmd_q */
    struct delayed_work abort_work;
    int eh_eflags;
    int budget_token;
    unsigned long jiffies_at_alloc; /* when it was prepared; repeated, it keeps that */
    int retries;
    int allowed; /* how often it may be repeated */
    unsigned char prot_op;
    unsigned char prot_type;
    unsigned char prot_flags;
    enum scsi_cmnd_submitter submitter;
    unsigned short cmd_len;
    enum dma_data_direction sc_data_direction;
    unsigned char cmnd[32];
    struct scsi_data_buffer sdb;
    unsigned underflow; /* fewer bytes than this are an error */
    unsigned transfersize;
    unsigned resid_len; /* bytes that were not transferred */
    unsigned sense_len;
    unsigned char *sense_buffer; /* SCSI_SENSE_BUFFERSIZE bytes */
    int flags;
    unsigned long state;
    unsigned int extra_len;       /* bytes of padding and drain in the scatter list, beyond the request's */
    unsigned char *host_scribble; /* the low-level driver's */
    int result;                   /* host byte << 16 | status byte */
};

static inline struct request *scsi_cmd_to_rq(struct scsi_cmnd *scmd)
{
    return blk_mq_rq_from_pdu(scmd);
}

static inline void *scsi_cmd_priv(struct scsi_cmnd *cmd)
{
    return cmd + 1;
}

/* The command has ended; `result`, sense and residual are filled in. Context: any. */
void scsi_done(struct scsi_cmnd *cmd);
/* As scsi_done(), for a poll function: completes at once. Context: bottom half. */
void scsi_done_direct(struct scsi_cmnd *cmd);

/* Build sdb from the request; BLK_STS_RESOURCE, BLK_STS_IOERR. */
blk_status_t scsi_alloc_sgtables(struct scsi_cmnd *cmd);

/* Map the data for the host's DMA device; the number of ranges, or -ENOMEM. */
extern int scsi_dma_map(struct scsi_cmnd *cmd);
extern void scsi_dma_unmap(struct scsi_cmnd *cmd);

static inline unsigned scsi_sg_count(struct scsi_cmnd *cmd)
{
    return cmd->sdb.table.nents;
}

static inline struct scatterlist *scsi_sglist(struct scsi_cmnd *cmd)
{
    return cmd->sdb.table.sgl;
}

static inline unsigned scsi_bufflen(struct scsi_cmnd *cmd)
{
    return cmd->sdb.length;
}

static inline void scsi_set_resid(struct scsi_cmnd *cmd, unsigned int resid)
{
    cmd->resid_len = resid;
}

static inline unsigned int scsi_get_resid(struct scsi_cmnd *cmd)
{
    return cmd->resid_len;
}

#define scsi_for_each_sg(cmd, sg, nseg, __i) for_each_sg(scsi_sglist(cmd), sg, nseg, __i)

static inline int scsi_sg_copy_from_buffer(struct scsi_cmnd *cmd, const void *buf, int buflen)
{
    return sg_copy_from_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), buf, buflen);
}

static inline int scsi_sg_copy_to_buffer(struct scsi_cmnd *cmd, void *buf, int buflen)
{
    return sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), buf, buflen);
}

/* The first block, and how many, in the device's block size. */
static inline sector_t scsi_get_lba(struct scsi_cmnd *scmd)
{
    return blk_rq_pos(scsi_cmd_to_rq(scmd)) >> (ilog2(scmd->device->sector_size) - SECTOR_SHIFT);
}

static inline unsigned int scsi_logical_block_count(struct scsi_cmnd *scmd)
{
    return blk_rq_bytes(scsi_cmd_to_rq(scmd)) >> ilog2(scmd->device->sector_size);
}

static inline void set_status_byte(struct scsi_cmnd *cmd, char status)
{
    cmd->result = (cmd->result & 0xffffff00) | status;
}

static inline u8 get_status_byte(struct scsi_cmnd *cmd)
{
    return cmd->result & 0xff;
}

static inline void set_host_byte(struct scsi_cmnd *cmd, char status)
{
    cmd->result = (cmd->result & 0xff00ffff) | (status << 16);
}

static inline u8 get_host_byte(struct scsi_cmnd *cmd)
{
    return (cmd->result >> 16) & 0xff;
}

/* Have the command end with CHECK CONDITION and this sense, in descriptor format if @desc. */
extern void scsi_build_sense(struct scsi_cmnd *scmd, int desc, u8 key, u8 asc, u8 ascq);

#endif
