/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_common.c - what needs no hardware: lengths of commands, unit numbers, sense data (SPC-4, 4.5).
 *
 * Sense data come from devices: nothing in them is believed but within the length that was received.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/unaligned.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_eh.h>

/* By the opcode's group, its high three bits. */
const unsigned char scsi_command_size_tbl[8] = {6, 10, 10, 12, 16, 12, 10, 10};
EXPORT_SYMBOL(scsi_command_size_tbl);

const char *scsi_device_type(unsigned type)
{
    static const char *const names[] = {
        "Direct-Access    ", "Sequential-Access", "Printer          ", "Processor        ",
        "WORM             ", "CD-ROM           ", "Scanner          ", "Optical Device   ",
        "Medium Changer   ", "Communications   ", "ASC IT8          ", "ASC IT8          ",
        "RAID             ", "Enclosure        ", "Direct-Access-RBC", "Optical card     ",
        "Bridge controller", "Object storage   ", "Automation/Drive ", "Security Manager ",
        "Direct-Access-ZBC",
    };

    if (type == 0x1e)
        return "Well-known LUN   ";
    if (type == 0x1f)
        return "No Device        ";
    return type < ARRAY_SIZE(names) ? names[type] : "Unknown          ";
}
EXPORT_SYMBOL(scsi_device_type);

/* A unit's number, of four levels of 16 bits, the highest level in the low bits (SAM-4, 4.6). */
u64 scsilun_to_int(struct scsi_lun *scsilun)
{
    u64 lun = 0;

    for (int i = 0; i < 8; i += 2)
        lun |= (u64)get_unaligned_be16(&scsilun->scsi_lun[i]) << (i * 8);
    return lun;
}
EXPORT_SYMBOL(scsilun_to_int);

void int_to_scsilun(u64 lun, struct scsi_lun *scsilun)
{
    for (int i = 0; i < 8; i += 2, lun >>= 16)
        put_unaligned_be16((u16)lun, &scsilun->scsi_lun[i]);
}
EXPORT_SYMBOL(int_to_scsilun);

static bool is_descriptor_format(u8 response_code)
{
    return (response_code & 0x7f) >= 0x72;
}

bool scsi_normalize_sense(const u8 *sense_buffer, int sb_len, struct scsi_sense_hdr *sshdr)
{
    memset(sshdr, 0, sizeof(*sshdr));
    if (!sense_buffer || sb_len <= 0)
        return false;
    sshdr->response_code = sense_buffer[0] & 0x7f;
    if (!scsi_sense_valid(sshdr))
        return false;
    if (is_descriptor_format(sshdr->response_code)) {
        sshdr->sense_key = sb_len > 1 ? sense_buffer[1] & 0xf : 0;
        sshdr->asc = sb_len > 2 ? sense_buffer[2] : 0;
        sshdr->ascq = sb_len > 3 ? sense_buffer[3] : 0;
        sshdr->additional_length = sb_len > 7 ? sense_buffer[7] : 0;
        return true;
    }
    sshdr->sense_key = sb_len > 2 ? sense_buffer[2] & 0xf : 0;
    if (sb_len > 7) {
        int valid = min(sb_len, sense_buffer[7] + 8);

        sshdr->asc = valid > 12 ? sense_buffer[12] : 0;
        sshdr->ascq = valid > 13 ? sense_buffer[13] : 0;
    }
    return true;
}
EXPORT_SYMBOL(scsi_normalize_sense);

const u8 *scsi_sense_desc_find(const u8 *sense_buffer, int sb_len, int desc_type)
{
    int end, at = 8;

    if (sb_len < 8 || !is_descriptor_format(sense_buffer[0]) || (sense_buffer[0] & 0x7f) > 0x73)
        return NULL;
    end = min(sb_len, 8 + sense_buffer[7]);
    while (at + 2 <= end && at + 2 + sense_buffer[at + 1] <= end) {
        if (sense_buffer[at] == desc_type)
            return &sense_buffer[at];
        at += 2 + sense_buffer[at + 1];
    }
    return NULL;
}
EXPORT_SYMBOL(scsi_sense_desc_find);

void scsi_build_sense_buffer(int desc, u8 *buf, u8 key, u8 asc, u8 ascq)
{
    if (desc) {
        buf[0] = 0x72;
        buf[1] = key;
        buf[2] = asc;
        buf[3] = ascq;
        buf[7] = 0;
    } else {
        buf[0] = 0x70;
        buf[2] = key;
        buf[7] = 0xa;
        buf[12] = asc;
        buf[13] = ascq;
    }
}
EXPORT_SYMBOL(scsi_build_sense_buffer);

/* A descriptor of @type and @length bytes behind its header, found or appended; NULL if there is no room. */
static u8 *sense_descriptor(u8 *buf, int buf_len, int type, u8 length)
{
    u8 *desc = (u8 *)scsi_sense_desc_find(buf, buf_len, type);
    int at = 8 + buf[7];

    if (desc)
        return desc + 2 + length <= buf + buf_len && desc[1] >= length ? desc : NULL;
    if (buf_len < at + 2 + length || buf[7] + 2 + length > 0xff)
        return NULL;
    desc = buf + at;
    buf[7] += 2 + length;
    desc[0] = type;
    desc[1] = length;
    return desc;
}

int scsi_set_sense_information(u8 *buf, int buf_len, u64 info)
{
    if (buf_len < 8)
        return -EINVAL;
    if (is_descriptor_format(buf[0])) {
        u8 *desc = sense_descriptor(buf, buf_len, 0, 0xa);

        if (!desc)
            return -EINVAL;
        desc[2] = 0x80; /* valid */
        desc[3] = 0;
        put_unaligned_be64(info, &desc[4]);
    } else if ((buf[0] & 0x7f) == 0x70) {
        /* There is room for 32 bits; a larger number is left out, as what is there must be right. */
        if (info > U32_MAX)
            return 0;
        buf[0] |= 0x80;
        put_unaligned_be32(info, &buf[3]);
    }
    return 0;
}
EXPORT_SYMBOL(scsi_set_sense_information);

/* Which field of the CDB (@cd) or of the parameters is wrong, and which bit (above 7: none). */
static void set_field_pointer(u8 *at, u16 fp, u8 bp, bool cd)
{
    at[0] = 0x80 | (cd ? 0x40 : 0) | (bp < 8 ? 0x8 | bp : 0);
    put_unaligned_be16(fp, &at[1]);
}

int scsi_set_sense_field_pointer(u8 *buf, int buf_len, u16 fp, u8 bp, bool cd)
{
    if (buf_len < 8)
        return -EINVAL;
    if (is_descriptor_format(buf[0])) {
        u8 *desc = sense_descriptor(buf, buf_len, 2, 6);

        if (!desc)
            return -EINVAL;
        memset(&desc[2], 0, 6);
        set_field_pointer(&desc[4], fp, bp, cd);
    } else if ((buf[0] & 0x7f) == 0x70) {
        if (buf_len < 18)
            return -EINVAL;
        buf[7] = max_t(u8, buf[7], 0xa);
        set_field_pointer(&buf[15], fp, bp, cd);
    }
    return 0;
}
EXPORT_SYMBOL(scsi_set_sense_field_pointer);

bool scsi_get_sense_info_fld(const u8 *sense_buffer, int sb_len, u64 *info_out)
{
    const u8 *desc;

    if (sb_len < 7)
        return false;
    switch (sense_buffer[0] & 0x7f) {
    case 0x70:
    case 0x71:
        *info_out = get_unaligned_be32(&sense_buffer[3]);
        return sense_buffer[0] & 0x80;
    case 0x72:
    case 0x73:
        desc = scsi_sense_desc_find(sense_buffer, sb_len, 0);
        if (!desc || desc[1] != 0xa)
            return false;
        *info_out = get_unaligned_be64(&desc[4]);
        return desc[2] & 0x80;
    default:
        return false;
    }
}
EXPORT_SYMBOL(scsi_get_sense_info_fld);
