/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smbios.c - entry points (DSP0134 5.2), structures (6.1), system information (7.2).
 */
#include "smbios.h"

#include <vmkapi/lib/libc.h>

#define ENTRY_STEP       16
#define ENTRY32_BYTES    0x1f
#define ENTRY64_BYTES    0x18
#define HEADER_BYTES     4
#define TYPE_SYSTEM      1
#define TYPE_END         127
#define SYSTEM_UUID      8
#define SYSTEM_UUID_LAST (SYSTEM_UUID + 16)

static vmk_uint64 read_le(const vmk_uint8 *at, unsigned bytes)
{
    vmk_uint64 value = 0;

    while (bytes-- > 0) {
        value = value << 8 | at[bytes];
    }
    return value;
}

static vmk_Bool sum_is_zero(const vmk_uint8 *at, vmk_ByteCount len)
{
    vmk_uint8 sum = 0;

    while (len-- > 0) {
        sum = (vmk_uint8)(sum + *at++);
    }
    return sum == 0;
}

static vmk_Bool entry_at(const vmk_uint8 *at, vmk_ByteCount room, struct smbios_table *table)
{
    if (room >= ENTRY64_BYTES && vmk_Memcmp(at, "_SM3_", 5) == 0 && at[6] >= ENTRY64_BYTES && at[6] <= room &&
        sum_is_zero(at, at[6])) {
        *table = (struct smbios_table){read_le(at + 0x10, 8), read_le(at + 0x0c, 4)};
        return VMK_TRUE;
    }
    if (room >= ENTRY32_BYTES && vmk_Memcmp(at, "_SM_", 4) == 0 && at[5] >= ENTRY32_BYTES && at[5] <= room &&
        sum_is_zero(at, at[5])) {
        *table = (struct smbios_table){read_le(at + 0x18, 4), read_le(at + 0x16, 2)};
        return VMK_TRUE;
    }
    return VMK_FALSE;
}

VMK_ReturnStatus smbios_find_entry(const vmk_uint8 *area, vmk_ByteCount len, struct smbios_table *table)
{
    vmk_ByteCount at;

    for (at = 0; at < len; at += ENTRY_STEP) {
        if (entry_at(area + at, len - at, table)) {
            return VMK_OK;
        }
    }
    return VMK_NOT_FOUND;
}

/** Bytes of the structure at @p at with its strings, up to the two NULs; 0 when it runs over the end. */
static vmk_ByteCount structure_len(const vmk_uint8 *at, vmk_ByteCount room)
{
    vmk_ByteCount end;

    if (room < HEADER_BYTES || at[1] < HEADER_BYTES) {
        return 0;
    }
    for (end = at[1]; end + 1 < room; end++) {
        if (at[end] == 0 && at[end + 1] == 0) {
            return end + 2;
        }
    }
    return 0;
}

static vmk_Bool is_set(const vmk_uint8 *uuid)
{
    vmk_uint8 any = 0, all = 0xff;
    unsigned i;

    for (i = 0; i < 16; i++) {
        any |= uuid[i];
        all &= uuid[i];
    }
    return any != 0 && all != 0xff;
}

/** The first three fields are little-endian (7.2.1). */
static void copy_uuid(vmk_uint8 *to, const vmk_uint8 *from)
{
    static const vmk_uint8 order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    unsigned i;

    for (i = 0; i < 16; i++) {
        to[i] = from[order[i]];
    }
}

VMK_ReturnStatus smbios_find_uuid(const vmk_uint8 *table, vmk_ByteCount len, vmk_uint8 uuid[16])
{
    vmk_ByteCount at = 0, step;

    while ((step = structure_len(table + at, len - at)) != 0 && table[at] != TYPE_END) {
        if (table[at] == TYPE_SYSTEM && table[at + 1] >= SYSTEM_UUID_LAST) {
            copy_uuid(uuid, table + at + SYSTEM_UUID);
            return is_set(uuid) ? VMK_OK : VMK_NOT_FOUND;
        }
        at += step;
    }
    return VMK_NOT_FOUND;
}
