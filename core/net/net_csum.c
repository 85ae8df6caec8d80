/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_csum.c - ones' complement sums, eight bytes at a time.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/net/net_csum.h>

/** Add with end-around carry. */
static vmk_uint64 add_carry(vmk_uint64 sum, vmk_uint64 word)
{
    sum += word;
    return sum + (sum < word);
}

static vmk_uint32 fold_to_32(vmk_uint64 sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    return (vmk_uint32)sum;
}

vmk_uint32 vmk_NetCsumDataPartial(vmk_uint32 partial, const void *data, vmk_ByteCount len)
{
    const vmk_uint8 *bytes = data;
    vmk_uint64 sum = partial, word;

    for (; len >= sizeof(word); len -= sizeof(word), bytes += sizeof(word)) {
        __builtin_memcpy(&word, bytes, sizeof(word));
        sum = add_carry(sum, word);
    }
    word = 0;
    /* The rest, as if zeroes followed: little-endian bytes fall into their places. */
    for (vmk_uint32 i = 0; i < len; i++) {
        word |= (vmk_uint64)bytes[i] << (8 * i);
    }
    return fold_to_32(add_carry(sum, word));
}
VMK_EXPORT_SYMBOL(vmk_NetCsumDataPartial);

vmk_uint32 vmk_NetCsumIPv4Pseudo(vmk_uint32 saddr, vmk_uint32 daddr, vmk_uint8 protocol, vmk_uint16 len)
{
    return fold_to_32((vmk_uint64)saddr + daddr + vmk_CPUToBE16(protocol) + vmk_CPUToBE16(len));
}
VMK_EXPORT_SYMBOL(vmk_NetCsumIPv4Pseudo);

vmk_uint32 vmk_NetCsumIPv6Pseudo(const void *saddr, const void *daddr, vmk_uint8 protocol, vmk_uint32 len)
{
    vmk_uint32 partial = vmk_NetCsumDataPartial(vmk_NetCsumDataPartial(0, saddr, 16), daddr, 16);

    return fold_to_32((vmk_uint64)partial + vmk_CPUToBE32(len) + vmk_CPUToBE32(protocol));
}
VMK_EXPORT_SYMBOL(vmk_NetCsumIPv6Pseudo);
