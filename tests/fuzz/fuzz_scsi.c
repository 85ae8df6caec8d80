/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_scsi.c - what a SCSI unit says of itself, and sense data, that are anything at all.
 *
 * The functions are vmklinux's, compiled with Linux's headers, which don't go with the C library's: they are
 * declared here.
 */
#include "fuzz.h"

#include <stdbool.h>

#include <vmkapi/storage/block_path.h>

struct scsi_block_limits {
    uint32_t words[4];
    uint64_t blocks;
};

struct scsi_provisioning {
    bool methods[3];
};

struct scsi_capacity {
    uint64_t blocks;
    uint32_t block_size, physical_block_size;
    bool provisioned, reads_zeroes;
};

struct scsi_sense_hdr {
    uint8_t response_code, sense_key, asc, ascq, bytes[3], additional_length;
};

bool scsi_vpd_identity(const uint8_t *page, int len, char *id);
bool scsi_vpd_ata_model(const uint8_t *page, int len, char *model, size_t size);
bool scsi_vpd_serial(const uint8_t *page, int len, char *serial, size_t size);
void scsi_vpd_block_limits(const uint8_t *page, int len, struct scsi_block_limits *limits);
bool scsi_vpd_is_non_rotational(const uint8_t *page, int len);
void scsi_vpd_provisioning(const uint8_t *page, int len, struct scsi_provisioning *provisioning);
bool scsi_parse_capacity_16(const uint8_t *data, int len, struct scsi_capacity *capacity);
bool scsi_parse_capacity_10(const uint8_t *data, int len, struct scsi_capacity *capacity);
bool scsi_parse_caching_page(const uint8_t *data, int len, int header_len, bool *write_cache);
bool scsi_normalize_sense(const uint8_t *sense, int len, struct scsi_sense_hdr *sshdr);
const uint8_t *scsi_sense_desc_find(const uint8_t *sense, int len, int type);
bool scsi_get_sense_info_fld(const uint8_t *sense, int len, uint64_t *info);
int scsi_set_sense_information(uint8_t *sense, int len, uint64_t info);
int scsi_set_sense_field_pointer(uint8_t *sense, int len, uint16_t field, uint8_t bit, bool cdb);

static void require_text(const char *text, size_t size)
{
    size_t length = strnlen(text, size);

    FUZZ_REQUIRE(length < size);
    for (size_t i = 0; i < length; i++)
        FUZZ_REQUIRE(text[i] >= ' ' && text[i] < 0x7f);
}

static void check_names(const uint8_t *page, int len)
{
    char id[VMK_BLOCK_ID_LENGTH], model[48], serial[48];

    if (scsi_vpd_identity(page, len, id)) {
        require_text(id, sizeof(id));
        FUZZ_REQUIRE(strchr(id, '.') != NULL && strchr(id, ' ') == NULL);
    }
    if (scsi_vpd_ata_model(page, len, model, sizeof(model)))
        require_text(model, sizeof(model));
    if (scsi_vpd_serial(page, len, serial, sizeof(serial)))
        require_text(serial, sizeof(serial));
}

static void check_capacity(const struct scsi_capacity *capacity)
{
    uint32_t size = capacity->block_size;

    FUZZ_REQUIRE(size >= 512 && size <= 65536 && (size & (size - 1)) == 0);
    FUZZ_REQUIRE(capacity->physical_block_size >= size && capacity->physical_block_size <= 65536);
    FUZZ_REQUIRE(capacity->blocks != 0 && capacity->blocks <= UINT64_MAX / size);
}

static void check_sense(const uint8_t *bytes, int len)
{
    struct scsi_sense_hdr sshdr;
    uint64_t info;
    uint8_t *copy = malloc(len != 0 ? (size_t)len : 1);

    memcpy(copy, bytes, (size_t)len);
    if (scsi_normalize_sense(copy, len, &sshdr))
        FUZZ_REQUIRE(sshdr.sense_key < 16 && (sshdr.response_code & 0x70) == 0x70);
    for (int type = 0; type < 16; type++) {
        const uint8_t *desc = scsi_sense_desc_find(copy, len, type);

        FUZZ_REQUIRE(desc == NULL || (desc >= copy + 8 && desc + 2 + desc[1] <= copy + len));
    }
    (void)scsi_get_sense_info_fld(copy, len, &info);
    (void)scsi_set_sense_information(copy, len, 0x123456789);
    (void)scsi_set_sense_field_pointer(copy, len, 1, 2, true);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct scsi_provisioning provisioning;
    struct scsi_block_limits limits;
    struct scsi_capacity capacity;
    bool write_cache;

    if (len > 4096)
        return 0;
    check_names(bytes, (int)len);
    check_sense(bytes, (int)len);
    scsi_vpd_block_limits(bytes, (int)len, &limits);
    scsi_vpd_provisioning(bytes, (int)len, &provisioning);
    (void)scsi_vpd_is_non_rotational(bytes, (int)len);
    (void)scsi_parse_caching_page(bytes, (int)len, len != 0 ? bytes[0] : 0, &write_cache);
    if (scsi_parse_capacity_16(bytes, (int)len, &capacity))
        check_capacity(&capacity);
    if (scsi_parse_capacity_10(bytes, (int)len, &capacity))
        check_capacity(&capacity);
    return 0;
}
