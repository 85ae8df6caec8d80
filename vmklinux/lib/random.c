/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/export.h>
#include <linux/random.h>
#include <vmkapi/lib/libc.h>

void get_random_bytes(void *buf, size_t len)
{
    u32 value = vmk_GetRandSeed();

    for (u8 *byte = buf; byte < (u8 *)buf + len; byte++) {
        value = vmk_Rand(value);
        *byte = (u8)(value >> 16);
    }
}
EXPORT_SYMBOL(get_random_bytes);
