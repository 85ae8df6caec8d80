/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crc.c - CRC-32, four bits a step: sixteen entries of table are worth their room, 256 are not here.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/crc.h>

/* Polynomial 0x04c11db7 times each number of four bits; for the first, bits are reversed. */
static const vmk_uint32 reflected[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};
static const vmk_uint32 plain[16] = {
    0x00000000, 0x04c11db7, 0x09823b6e, 0x0d4326d9, 0x130476dc, 0x17c56b6b, 0x1a864db2, 0x1e475005,
    0x2608edb8, 0x22c9f00f, 0x2f8ad6d6, 0x2b4bcb61, 0x350c9b64, 0x31cd86d3, 0x3c8ea00a, 0x384fbdbd,
};

vmk_uint32 vmk_CRC32(vmk_uint32 crc, const void *buf, vmk_ByteCount len)
{
    for (const vmk_uint8 *byte = buf; len != 0; byte++, len--) {
        crc ^= *byte;
        crc = crc >> 4 ^ reflected[crc & 15];
        crc = crc >> 4 ^ reflected[crc & 15];
    }
    return crc;
}
VMK_EXPORT_SYMBOL(vmk_CRC32);

vmk_uint32 vmk_CRC32BE(vmk_uint32 crc, const void *buf, vmk_ByteCount len)
{
    for (const vmk_uint8 *byte = buf; len != 0; byte++, len--) {
        crc ^= (vmk_uint32)*byte << 24;
        crc = crc << 4 ^ plain[crc >> 28];
        crc = crc << 4 ^ plain[crc >> 28];
    }
    return crc;
}
VMK_EXPORT_SYMBOL(vmk_CRC32BE);
