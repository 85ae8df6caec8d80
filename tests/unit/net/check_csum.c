/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_csum.c - the Internet checksum against a plain implementation and known packets.
 */
#include "run.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <vmkapi/net/net_csum.h>

/** RFC 1071, 4.1, word by word. */
static uint16_t plain(const uint8_t *data, size_t len)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < len; i += 2) {
        sum += (uint32_t)data[i] << 8 | data[i + 1];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    if (len & 1) {
        sum += (uint32_t)data[len - 1] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return htons((uint16_t)~sum);
}

START_TEST(agrees_with_the_plain_sum)
{
    uint8_t data[2000];

    srand(1);
    for (unsigned round = 0; round < 2000; round++) {
        size_t at = (size_t)rand() % 16, len = (size_t)rand() % (sizeof(data) - 16);

        for (size_t i = 0; i < sizeof(data); i++) {
            data[i] = round % 3 == 0 ? 0xff : (uint8_t)rand();
        }
        ck_assert_uint_eq(vmk_NetCsumDataFinal(data + at, len), plain(data + at, len));
    }
}
END_TEST

START_TEST(can_be_made_in_pieces)
{
    uint8_t data[512];

    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7);
    }
    for (size_t cut = 0; cut < sizeof(data); cut += 2) {
        vmk_uint32 partial = vmk_NetCsumDataPartial(0, data, cut);

        partial = vmk_NetCsumDataPartial(partial, data + cut, sizeof(data) - cut - 1);
        ck_assert_uint_eq(vmk_NetCsumFold(partial), plain(data, sizeof(data) - 1));
    }
}
END_TEST

START_TEST(verifies_a_known_ipv4_header)
{
    static const uint8_t header[20] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                       0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

    ck_assert_uint_eq(vmk_NetCsumDataFinal(header, sizeof(header)), 0);
}
END_TEST

START_TEST(pseudo_headers_are_their_bytes_sums)
{
    uint8_t v4[12] = {10, 0, 2, 15, 93, 184, 216, 34, 0, 6, 0x12, 0x34}, v6[40];
    uint32_t saddr, daddr;

    memcpy(&saddr, v4, 4);
    memcpy(&daddr, v4 + 4, 4);
    ck_assert_uint_eq(vmk_NetCsumFold(vmk_NetCsumIPv4Pseudo(saddr, daddr, 6, 0x1234)), plain(v4, sizeof(v4)));
    for (unsigned i = 0; i < 32; i++) {
        v6[i] = (uint8_t)(255 - i);
    }
    memcpy(v6 + 32, (uint8_t[]){0, 1, 0x23, 0x45, 0, 0, 0, 17}, 8);
    ck_assert_uint_eq(vmk_NetCsumFold(vmk_NetCsumIPv6Pseudo(v6, v6 + 16, 17, 0x12345)),
                      plain(v6, sizeof(v6)));
}
END_TEST

RUN_TESTS(agrees_with_the_plain_sum, can_be_made_in_pieces, verifies_a_known_ipv4_header,
          pseudo_headers_are_their_bytes_sums)
