/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_checksums.c - CRCs against published values and a bit-by-bit model; hashes and random numbers for
 * spread.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <vmkapi/lib/crc.h>
#include <vmkapi/lib/hash.h>
#include <vmkapi/lib/libc.h>

static vmk_uint32 model_crc(vmk_uint32 crc, const vmk_uint8 *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    return crc;
}

static vmk_uint32 model_crc_be(vmk_uint32 crc, const vmk_uint8 *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        crc ^= (vmk_uint32)bytes[i] << 24;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc << 1 ^ (crc & 0x80000000u ? 0x04c11db7u : 0);
        }
    }
    return crc;
}

START_TEST(crc32)
{
    vmk_uint8 bytes[100];

    /* The check values of CRC-32/ISO-HDLC and CRC-32/BZIP2. */
    CHECK_THAT(~vmk_CRC32(~0u, "123456789", 9) == 0xcbf43926);
    CHECK_THAT(~vmk_CRC32BE(~0u, "123456789", 9) == 0xfc891918);
    for (size_t len = 0; len < sizeof(bytes); len++) {
        vmk_uint32 start = (vmk_uint32)rand();

        bytes[len] = (vmk_uint8)rand();
        CHECK_THAT(vmk_CRC32(start, bytes, len) == model_crc(start, bytes, len));
        CHECK_THAT(vmk_CRC32BE(start, bytes, len) == model_crc_be(start, bytes, len));
    }
}
END_TEST

START_TEST(hashes_spread)
{
    unsigned buckets[256] = {0};

    for (vmk_uint64 key = 0; key < 256 * 64; key++) {
        buckets[vmk_HashUint64(key << 12) & 255]++;
    }
    for (unsigned i = 0; i < 256; i++) {
        CHECK_THAT(buckets[i] > 20);
        CHECK_THAT(buckets[i] < 130);
    }
    CHECK_THAT(vmk_HashString("vmnic0") == vmk_HashBytes("vmnic0", 6, 0));
    CHECK_THAT(vmk_HashString("vmnic0") != vmk_HashString("vmnic1"));
    CHECK_THAT(vmk_HashBytes("x", 1, 0) != vmk_HashBytes("x", 1, 1));
}
END_TEST

START_TEST(random_numbers_wander)
{
    vmk_uint32 seed = 0, first = vmk_Rand(seed);

    seed = first;
    for (int i = 0; i < 100000; i++) {
        seed = vmk_Rand(seed);
        CHECK_THAT(seed != 0);
        CHECK_THAT(seed != first);
    }
    CHECK_THAT(vmk_GetRandSeed() != vmk_GetRandSeed());
}
END_TEST

RUN_TESTS(crc32, hashes_spread, random_numbers_wander)
