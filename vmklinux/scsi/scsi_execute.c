/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_execute.c - commands of the SCSI layer's own: built, carried out, waited for. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "scsi_priv.h"

int __scsi_execute(struct scsi_device *sdev, const unsigned char *cmd, int data_direction, void *buffer,
                   unsigned bufflen, unsigned char *sense, struct scsi_sense_hdr *sshdr, int timeout,
                   int retries, blk_opf_t flags, req_flags_t rq_flags, int *resid)
{
    blk_opf_t op = data_direction == DMA_TO_DEVICE ? (__force blk_opf_t)REQ_OP_DRV_OUT
                                                   : (__force blk_opf_t)REQ_OP_DRV_IN;
    struct request *req = blk_mq_alloc_request(sdev->request_queue, op | flags, 0);
    struct scsi_cmnd *scmd;
    int ret;

    if (IS_ERR(req))
        return (int)PTR_ERR(req);
    ret = bufflen ? blk_rq_map_kern(sdev->request_queue, req, buffer, bufflen, GFP_NOIO) : 0;
    if (ret)
        goto out;
    scmd = blk_mq_rq_to_pdu(req);
    scmd->cmd_len = (unsigned short)scsi_command_size(cmd);
    memcpy(scmd->cmnd, cmd, scmd->cmd_len);
    scmd->allowed = retries;
    scmd->result = DID_NO_CONNECT << 16; /* should it never be issued */
    scmd->sense_buffer[0] = 0;
    scmd->resid_len = 0;
    req->timeout = (unsigned int)timeout;
    req->rq_flags |= rq_flags | RQF_QUIET;
    (void)blk_execute_rq(req, true);

    if (resid)
        *resid = (int)scmd->resid_len;
    if (sense)
        memcpy(sense, scmd->sense_buffer, SCSI_SENSE_BUFFERSIZE);
    if (sshdr)
        (void)scsi_normalize_sense(scmd->sense_buffer, SCSI_SENSE_BUFFERSIZE, sshdr);
    ret = scmd->result;
out:
    blk_mq_free_request(req);
    return ret;
}
EXPORT_SYMBOL(__scsi_execute);

int scsi_test_unit_ready(struct scsi_device *sdev, int timeout, int retries, struct scsi_sense_hdr *sshdr)
{
    static const u8 cmd[6] = {TEST_UNIT_READY};
    int result;

    do {
        result = scsi_execute_req(sdev, cmd, DMA_NONE, NULL, 0, sshdr, timeout, 1, NULL);
        if (sdev->removable && result > 0 && scsi_sense_valid(sshdr) && sshdr->sense_key == UNIT_ATTENTION)
            sdev->changed = 1;
    } while (result > 0 && scsi_sense_valid(sshdr) && sshdr->sense_key == UNIT_ATTENTION && --retries);
    return result;
}
EXPORT_SYMBOL(scsi_test_unit_ready);

/* Fill in @data from the header of a mode page, @len bytes long at most; -EINVAL if it promises more. */
static int parse_mode_header(const unsigned char *buffer, int len, bool ten, struct scsi_mode_data *data)
{
    data->header_length = ten ? 8 : 4;
    if (ten) {
        data->length = get_unaligned_be16(buffer) + 2u;
        data->medium_type = buffer[2];
        data->device_specific = buffer[3];
        data->longlba = buffer[4] & 1;
        data->block_descriptor_length = get_unaligned_be16(&buffer[6]);
    } else {
        data->length = buffer[0] + 1u;
        data->medium_type = buffer[1];
        data->device_specific = buffer[2];
        data->longlba = 0;
        data->block_descriptor_length = buffer[3];
    }
    return data->header_length + data->block_descriptor_length > len ? -EINVAL : 0;
}

static int mode_sense(struct scsi_device *sdev, int dbd, int modepage, unsigned char *buffer, int len,
                      bool ten, int timeout, int retries, struct scsi_sense_hdr *sshdr)
{
    u8 cmd[10] = {ten ? MODE_SENSE_10 : MODE_SENSE, dbd || sdev->set_dbd_for_ms ? 0x8 : 0, (u8)modepage};

    if (ten)
        put_unaligned_be16((u16)len, &cmd[7]);
    else
        cmd[4] = (u8)len;
    memset(buffer, 0, (size_t)len);
    return scsi_execute_req(sdev, cmd, DMA_FROM_DEVICE, buffer, (unsigned int)len, sshdr, timeout, retries,
                            NULL);
}

static bool is_unknown_command(int result, const struct scsi_sense_hdr *sshdr)
{
    return result > 0 && scsi_sense_valid(sshdr) && sshdr->sense_key == ILLEGAL_REQUEST && sshdr->asc == 0x20;
}

int scsi_mode_sense(struct scsi_device *sdev, int dbd, int modepage, unsigned char *buffer, int len,
                    int timeout, int retries, struct scsi_mode_data *data, struct scsi_sense_hdr *sshdr)
{
    bool ten = sdev->use_10_for_ms || len > 255;
    struct scsi_sense_hdr own;
    int result;

    if (len < 8)
        return -EINVAL;
    if (!sshdr)
        sshdr = &own;
    result = mode_sense(sdev, dbd, modepage, buffer, len, ten, timeout, retries, sshdr);
    if (ten && len <= 255 && is_unknown_command(result, sshdr)) {
        sdev->use_10_for_ms = 0;
        ten = false;
        result = mode_sense(sdev, dbd, modepage, buffer, len, ten, timeout, retries, sshdr);
    }
    if (result < 0)
        return result;
    return scsi_status_is_good(result) ? parse_mode_header(buffer, len, ten, data) : -EIO;
}
EXPORT_SYMBOL(scsi_mode_sense);
