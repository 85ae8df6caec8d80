/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap_guard.c - the patterns.
 *
 * A guarded slot ends in: pattern bytes, [return address, unaligned], length of all this in 16 bits.
 */
#include "heap_guard.h"

#include <vmkapi/lib/libc.h>

#define PATTERN_FREE  0xfd
#define PATTERN_GUARD 0xfc

struct trailer {
    const void *ra;
    vmk_uint16 len;
} VMK_ATTRIBUTE_PACKED;

typedef vmk_uint64 __attribute__((may_alias, aligned(1))) unaligned64;

/* Whether the 32 bytes at @from are all the one that @words is made of. */
static vmk_Bool all_same(const vmk_uint8 *from, vmk_uint64 words)
{
    const unaligned64 *at = (const unaligned64 *)from;

    return ((at[0] ^ words) | (at[1] ^ words) | (at[2] ^ words) | (at[3] ^ words)) == 0;
}

static const vmk_uint8 *first_other(const vmk_uint8 *from, const vmk_uint8 *end, vmk_uint8 pattern)
{
    while (end - from >= 32 && all_same(from, pattern * 0x0101010101010101ul)) {
        from += 32;
    }
    while (from < end && *from == pattern) {
        from++;
    }
    return from == end ? NULL : from;
}

void guard_fill_free(void *slot, vmk_ByteCount slot_size)
{
    vmk_Memset(slot, PATTERN_FREE, slot_size);
}

const void *guard_check_free(const void *slot, vmk_ByteCount slot_size)
{
    return first_other(slot, (const vmk_uint8 *)slot + slot_size, PATTERN_FREE);
}

static vmk_uint16 guard_len(const void *slot, vmk_ByteCount slot_size)
{
    vmk_uint16 len;

    vmk_Memcpy(&len, (const vmk_uint8 *)slot + slot_size - sizeof(len), sizeof(len));
    return len;
}

/* Bytes of @len that are not pattern. */
static vmk_ByteCount trailer_len(vmk_ByteCount len)
{
    return len > sizeof(struct trailer) ? sizeof(struct trailer) : sizeof(vmk_uint16);
}

vmk_Bool guard_set(void *slot, vmk_ByteCount slot_size, vmk_ByteCount size, const void *ra)
{
    vmk_uint8 *start = (vmk_uint8 *)slot + size;
    vmk_ByteCount len = slot_size - size;
    struct trailer trailer = {.ra = ra, .len = (vmk_uint16)len};
    vmk_ByteCount used = trailer_len(len);

    if (len <= sizeof(trailer.len)) {
        return VMK_FALSE;
    }
    vmk_Memset(start, PATTERN_GUARD, len - used);
    vmk_Memcpy(start + len - used, (vmk_uint8 *)(&trailer + 1) - used, used);
    return VMK_TRUE;
}

const void *guard_check(const void *slot, vmk_ByteCount slot_size)
{
    const vmk_uint8 *end = (const vmk_uint8 *)slot + slot_size;
    vmk_uint16 len = guard_len(slot, slot_size);

    /* A length that cannot be was overwritten itself. */
    if (len <= sizeof(len) || len > slot_size) {
        return end - sizeof(len);
    }
    return first_other(end - len, end - trailer_len(len), PATTERN_GUARD);
}

const void *guard_owner(const void *slot, vmk_ByteCount slot_size)
{
    vmk_uint16 len = guard_len(slot, slot_size);
    struct trailer trailer;

    if (trailer_len(len) < sizeof(trailer)) {
        return NULL;
    }
    vmk_Memcpy(&trailer, (const vmk_uint8 *)slot + slot_size - sizeof(trailer), sizeof(trailer));
    return trailer.ra;
}
