/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.c - memcpy() and its kin.
 *
 * Lengths up to 64 are covered by pairs of overlapping moves, as many from each end, so that there is no loop
 * and no remainder; long ones by the string instructions in units of eight bytes, whose start-up cost is then
 * earned back. Every tail is read before anything is written: thus the forward copy also serves
 * memmove() when the destination lies below the source.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/libc.h>

#define STRING_INSTRUCTION_MIN 128u

typedef vmk_uint16 __attribute__((may_alias, aligned(1))) unaligned16;
typedef vmk_uint32 __attribute__((may_alias, aligned(1))) unaligned32;
typedef vmk_uint64 __attribute__((may_alias, aligned(1))) unaligned64;

struct pair {
    vmk_uint64 low, high;
};

VMK_ALWAYS_INLINE struct pair load16(const vmk_uint8 *src)
{
    return (struct pair){((const unaligned64 *)src)[0], ((const unaligned64 *)src)[1]};
}

VMK_ALWAYS_INLINE void store16(vmk_uint8 *dst, struct pair value)
{
    ((unaligned64 *)dst)[0] = value.low;
    ((unaligned64 *)dst)[1] = value.high;
}

/* Copy up to 16 bytes: two moves of the largest size that fits, which overlap unless it fits twice. */
#define COPY_ENDS(type, dst, src, len)                                                                       \
    do {                                                                                                     \
        type head = *(const type *)(src), tail = *(const type *)((src) + (len) - sizeof(type));              \
        *(type *)(dst) = head;                                                                               \
        *(type *)((dst) + (len) - sizeof(type)) = tail;                                                      \
    } while (0)

VMK_ALWAYS_INLINE void copy_short(vmk_uint8 *dst, const vmk_uint8 *src, vmk_size_t len)
{
    if (len >= 8) {
        COPY_ENDS(unaligned64, dst, src, len);
    } else if (len >= 4) {
        COPY_ENDS(unaligned32, dst, src, len);
    } else if (len >= 2) {
        COPY_ENDS(unaligned16, dst, src, len);
    } else if (len != 0) {
        *dst = *src;
    }
}

/* Copy 17 to 64 bytes; right for overlapping buffers, because all is read before anything is written. */
VMK_ALWAYS_INLINE void copy_medium(vmk_uint8 *dst, const vmk_uint8 *src, vmk_size_t len)
{
    struct pair head = load16(src), tail = load16(src + len - 16);

    if (len > 32) {
        struct pair second = load16(src + 16), third = load16(src + len - 32);

        store16(dst + 16, second);
        store16(dst + len - 32, third);
    }
    store16(dst, head);
    store16(dst + len - 16, tail);
}

/* Copy more than 16 bytes upwards; right for overlapping buffers when dst < src. */
VMK_ALWAYS_INLINE void copy_up(vmk_uint8 *dst, const vmk_uint8 *src, vmk_size_t len)
{
    struct pair tail = load16(src + len - 16);
    vmk_uint8 *tail_dst = dst + len - 16;

    if (len >= STRING_INSTRUCTION_MIN) {
        vmk_size_t words = len / 8;

        __asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(words)::"memory");
    } else {
        for (; dst < tail_dst; dst += 16, src += 16) {
            store16(dst, load16(src));
        }
    }
    store16(tail_dst, tail);
}

/* Copy more than 16 bytes downwards, for overlapping buffers with dst > src. */
VMK_ALWAYS_INLINE void copy_down(vmk_uint8 *dst, const vmk_uint8 *src, vmk_size_t len)
{
    struct pair head = load16(src);

    for (; len > 16; len -= 16) {
        store16(dst + len - 16, load16(src + len - 16));
    }
    store16(dst, head);
}

void *memcpy(void *restrict dst, const void *restrict src, vmk_size_t len)
{
    if (len <= 16) {
        copy_short(dst, src, len);
    } else if (len <= 64) {
        copy_medium(dst, src, len);
    } else {
        copy_up(dst, src, len);
    }
    return dst;
}
VMK_EXPORT_SYMBOL(memcpy);

void *memmove(void *dst, const void *src, vmk_size_t len)
{
    if (len <= 16) {
        copy_short(dst, src, len);
    } else if (len <= 64) {
        copy_medium(dst, src, len);
    } else if ((vmk_uint64)dst - (vmk_uint64)src >= len) {
        copy_up(dst, src, len);
    } else {
        copy_down(dst, src, len);
    }
    return dst;
}
VMK_EXPORT_SYMBOL(memmove);

VMK_ALWAYS_INLINE void fill_short(vmk_uint8 *dst, vmk_uint64 pattern, vmk_size_t len)
{
    if (len >= 8) {
        *(unaligned64 *)dst = *(unaligned64 *)(dst + len - 8) = pattern;
    } else if (len >= 4) {
        *(unaligned32 *)dst = *(unaligned32 *)(dst + len - 4) = (vmk_uint32)pattern;
    } else if (len >= 2) {
        *(unaligned16 *)dst = *(unaligned16 *)(dst + len - 2) = (vmk_uint16)pattern;
    } else if (len != 0) {
        *dst = (vmk_uint8)pattern;
    }
}

VMK_ALWAYS_INLINE void fill_long(vmk_uint8 *dst, vmk_uint64 pattern, vmk_size_t len)
{
    struct pair both = {pattern, pattern};
    vmk_uint8 *tail_dst = dst + len - 16;

    if (len >= STRING_INSTRUCTION_MIN) {
        vmk_size_t words = len / 8;

        __asm__ volatile("rep stosq" : "+D"(dst), "+c"(words) : "a"(pattern) : "memory");
    } else {
        for (; dst < tail_dst; dst += 16) {
            store16(dst, both);
        }
    }
    store16(tail_dst, both);
}

void *memset(void *dst, int byte, vmk_size_t len)
{
    vmk_uint64 pattern = (vmk_uint8)byte * 0x0101010101010101ul;

    if (len <= 16) {
        fill_short(dst, pattern, len);
    } else {
        fill_long(dst, pattern, len);
    }
    return dst;
}
VMK_EXPORT_SYMBOL(memset);

/* Order two words as the bytes they were loaded from. */
static int compare_words(vmk_uint64 a, vmk_uint64 b)
{
    a = __builtin_bswap64(a);
    b = __builtin_bswap64(b);
    return (a > b) - (a < b);
}

int memcmp(const void *a, const void *b, vmk_size_t len)
{
    const vmk_uint8 *left = a, *right = b;

    for (; len >= 8; len -= 8, left += 8, right += 8) {
        vmk_uint64 left_word = *(const unaligned64 *)left, right_word = *(const unaligned64 *)right;

        if (left_word != right_word) {
            return compare_words(left_word, right_word);
        }
    }
    for (; len != 0; len--, left++, right++) {
        if (*left != *right) {
            return *left - *right;
        }
    }
    return 0;
}
VMK_EXPORT_SYMBOL(memcmp);

void *vmk_Memchr(const void *buf, int byte, vmk_size_t len)
{
    for (const vmk_uint8 *at = buf; len != 0; at++, len--) {
        if (*at == (vmk_uint8)byte) {
            return (void *)at;
        }
    }
    return NULL;
}
VMK_EXPORT_SYMBOL(vmk_Memchr);
