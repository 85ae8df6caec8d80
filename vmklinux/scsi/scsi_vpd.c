/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_vpd.c - what units say of themselves, taken apart. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "scsi_vpd.h"

#define DESIGNATOR_T10     1
#define DESIGNATOR_EUI     2
#define DESIGNATOR_NAA     3
#define DESIGNATOR_HEADER  4
#define CODE_SET_BINARY    1
#define CODE_SET_ASCII     2
#define ASSOCIATION_UNIT   0
#define ATA_T10_LENGTH     68 /* vendor 8, model 40, serial number 20 */
#define LARGEST_BLOCK_SIZE 65536

void scsi_copy_text(char *text, size_t size, const u8 *field, size_t field_len)
{
    size_t length = 0;

    while (field_len && (field[0] == ' ' || field[0] == 0)) {
        field++;
        field_len--;
    }
    for (; length < field_len && length + 1 < size && field[length]; length++)
        text[length] = field[length] >= 0x20 && field[length] < 0x7f ? (char)field[length] : '?';
    while (length && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
}

/* One designation of a unit's on page 0x83. */
struct designator {
    u8 type;
    u8 code_set;
    u8 association;
    u8 length;
    const u8 *data;
};

/* The designator at *@at, which is moved behind it; false at the end, or where one is cut off. */
static bool next_designator(const u8 *page, int len, int *at, struct designator *designator)
{
    const u8 *header = page + *at;

    if (*at + DESIGNATOR_HEADER > len || *at + DESIGNATOR_HEADER + header[3] > len)
        return false;
    *designator = (struct designator){.code_set = header[0] & 0xf,
                                      .type = header[1] & 0xf,
                                      .association = (header[1] >> 4) & 3,
                                      .length = header[3],
                                      .data = header + DESIGNATOR_HEADER};
    *at += DESIGNATOR_HEADER + header[3];
    return true;
}

/* How good a name it is; 0: none. */
static int rank(const struct designator *designator)
{
    if (designator->association != ASSOCIATION_UNIT)
        return 0;
    switch (designator->type) {
    case DESIGNATOR_NAA:
        if (designator->code_set != CODE_SET_BINARY)
            return 0;
        return designator->length == 16 ? 6 : designator->length == 8 ? 5 : 0;
    case DESIGNATOR_EUI:
        if (designator->code_set != CODE_SET_BINARY)
            return 0;
        return designator->length == 16 ? 4 : designator->length == 8 || designator->length == 12 ? 3 : 0;
    case DESIGNATOR_T10:
        /* A vendor alone names nothing. */
        return designator->code_set == CODE_SET_ASCII && designator->length > 8 ? 1 : 0;
    default:
        return 0;
    }
}

static void name_in_hex(char *id, const char *prefix, const struct designator *designator)
{
    int length = scnprintf(id, VMK_BLOCK_ID_LENGTH, "%s", prefix);

    for (int i = 0; i < designator->length; i++)
        length += scnprintf(id + length, (size_t)(VMK_BLOCK_ID_LENGTH - length), "%02x", designator->data[i]);
}

/* As text, with '_' for what a name should not have. */
static void name_in_text(char *id, const char *prefix, const struct designator *designator)
{
    int length = scnprintf(id, VMK_BLOCK_ID_LENGTH, "%s", prefix);

    for (int i = 0; i < designator->length && length + 1 < VMK_BLOCK_ID_LENGTH; i++) {
        u8 c = designator->data[i];

        id[length++] = isascii(c) && (isalnum(c) || c == '-' || c == '.') ? (char)c : '_';
    }
    id[length] = '\0';
}

bool scsi_vpd_identity(const u8 *page, int len, char *id)
{
    struct designator designator, best = {.length = 0};
    int at = 4;

    while (next_designator(page, len, &at, &designator)) {
        if (rank(&designator) > rank(&best))
            best = designator;
    }
    if (!rank(&best))
        return false;
    if (best.type == DESIGNATOR_T10)
        name_in_text(id, "t10.", &best);
    else
        name_in_hex(id, best.type == DESIGNATOR_NAA ? "naa." : "eui.", &best);
    return true;
}

bool scsi_vpd_ata_model(const u8 *page, int len, char *model, size_t size)
{
    struct designator designator;
    int at = 4;

    while (next_designator(page, len, &at, &designator)) {
        if (designator.type == DESIGNATOR_T10 && designator.length == ATA_T10_LENGTH &&
            memcmp(designator.data, "ATA     ", 8) == 0) {
            scsi_copy_text(model, size, designator.data + 8, 40);
            return true;
        }
    }
    return false;
}

bool scsi_vpd_serial(const u8 *page, int len, char *serial, size_t size)
{
    if (len <= 4)
        return false;
    scsi_copy_text(serial, size, page + 4, (size_t)len - 4);
    return serial[0] != '\0';
}

void scsi_vpd_block_limits(const u8 *page, int len, struct scsi_block_limits *limits)
{
    *limits = (struct scsi_block_limits){.max_transfer_blocks = 0};
    if (len >= 16)
        limits->max_transfer_blocks = get_unaligned_be32(&page[8]);
    if (len < 64)
        return;
    limits->max_unmap_blocks = get_unaligned_be32(&page[20]);
    limits->max_unmap_descriptors = get_unaligned_be32(&page[24]);
    limits->unmap_granularity_blocks = get_unaligned_be32(&page[28]);
    limits->max_write_same_blocks = get_unaligned_be64(&page[36]);
}

bool scsi_vpd_is_non_rotational(const u8 *page, int len)
{
    return len >= 6 && get_unaligned_be16(&page[4]) == 1;
}

void scsi_vpd_provisioning(const u8 *page, int len, struct scsi_provisioning *provisioning)
{
    u8 methods = len >= 8 ? page[5] : 0;

    provisioning->unmap = methods & 0x80;
    provisioning->write_same_16 = methods & 0x40;
    provisioning->write_same_10 = methods & 0x20;
}

static bool is_block_size(u32 size)
{
    return is_power_of_2(size) && size >= 512 && size <= LARGEST_BLOCK_SIZE;
}

bool scsi_parse_capacity_16(const u8 *data, int len, struct scsi_capacity *capacity)
{
    u64 last;
    u32 block_size, exponent;

    if (len < 12)
        return false;
    last = get_unaligned_be64(data);
    block_size = get_unaligned_be32(&data[8]);
    if (last == U64_MAX || !is_block_size(block_size) || last >= U64_MAX / block_size)
        return false;
    exponent = len > 13 ? data[13] & 0xf : 0;
    *capacity = (struct scsi_capacity){.blocks = last + 1,
                                       .block_size = block_size,
                                       .provisioned = len > 14 && data[14] & 0x80,
                                       .reads_zeroes = len > 14 && data[14] & 0x40};
    capacity->physical_block_size =
        (u64)block_size << exponent <= LARGEST_BLOCK_SIZE ? block_size << exponent : block_size;
    return true;
}

bool scsi_parse_capacity_10(const u8 *data, int len, struct scsi_capacity *capacity)
{
    u32 block_size;

    if (len < 8)
        return false;
    block_size = get_unaligned_be32(&data[4]);
    if (!is_block_size(block_size))
        return false;
    *capacity = (struct scsi_capacity){.blocks = (u64)get_unaligned_be32(data) + 1,
                                       .block_size = block_size,
                                       .physical_block_size = block_size};
    return true;
}

bool scsi_parse_caching_page(const u8 *data, int len, int header_len, bool *write_cache)
{
    int at = header_len;

    while (at >= 0 && at + 2 < len) {
        bool sub_page = data[at] & 0x40;

        if ((data[at] & 0x3f) == 0x08 && !sub_page) {
            *write_cache = data[at + 2] & 0x04;
            return true;
        }
        if (sub_page && at + 4 > len)
            break;
        at += sub_page ? 4 + get_unaligned_be16(&data[at + 2]) : 2 + data[at + 1];
    }
    return false;
}
