/* SPDX-License-Identifier: GPL-2.0-only */
#include "table_area.h"

#include <vmkapi/lib/libc.h>

void table_put(struct table_area *area, const void *bytes, unsigned len)
{
    if (area->full || len > area->capacity - area->len) {
        area->full = true;
        return;
    }
    vmk_Memcpy(area->bytes + area->len, bytes, len);
    area->len += len;
}

static void put_number(struct table_area *area, vmk_uint64 value, unsigned len)
{
    table_put(area, &value, len); /* So is the host: little-endian. */
}

void table_put8(struct table_area *area, vmk_uint64 value)
{
    put_number(area, value, 1);
}

void table_put16(struct table_area *area, vmk_uint64 value)
{
    put_number(area, value, 2);
}

void table_put32(struct table_area *area, vmk_uint64 value)
{
    put_number(area, value, 4);
}

void table_put64(struct table_area *area, vmk_uint64 value)
{
    put_number(area, value, 8);
}

void table_put_zeros(struct table_area *area, unsigned len)
{
    while (len-- > 0) {
        table_put8(area, 0);
    }
}

void table_patch(struct table_area *area, unsigned at, unsigned len, vmk_uint64 value)
{
    if (!area->full) {
        vmk_Memcpy(area->bytes + at, &value, len);
    }
}

void table_align(struct table_area *area, unsigned bytes)
{
    table_put_zeros(area, -area->len & (bytes - 1));
}

void table_seal(struct table_area *area, unsigned at, unsigned len, unsigned sum_at)
{
    vmk_uint8 sum = 0;

    if (area->full) {
        return;
    }
    area->bytes[sum_at] = 0;
    for (unsigned i = 0; i < len; i++) {
        sum = (vmk_uint8)(sum + area->bytes[at + i]);
    }
    area->bytes[sum_at] = (vmk_uint8)-sum;
}
