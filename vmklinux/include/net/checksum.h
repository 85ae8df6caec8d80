/* SPDX-License-Identifier: GPL-2.0-only */
/* checksum.h - the Internet checksum (RFC 1071), as headers need it. */
#ifndef VMKLINUX_NET_CHECKSUM_H
#define VMKLINUX_NET_CHECKSUM_H

#include <linux/types.h>
#include <vmkapi/net/net_csum.h>

static inline __sum16 csum_fold(__wsum sum)
{
    return (__force __sum16)vmk_NetCsumFold((__force u32)sum);
}

static inline __wsum csum_add(__wsum csum, __wsum addend)
{
    u32 res = (__force u32)csum;

    res += (__force u32)addend;
    return (__force __wsum)(res + (res < (__force u32)addend));
}

static inline __wsum csum_tcpudp_nofold(__be32 saddr, __be32 daddr, __u32 len, __u8 proto, __wsum sum)
{
    return csum_add(
        sum, (__force __wsum)vmk_NetCsumIPv4Pseudo((__force u32)saddr, (__force u32)daddr, proto, (u16)len));
}

static inline __sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, __u32 len, __u8 proto, __wsum sum)
{
    return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}

static inline __wsum csum_partial(const void *buff, int len, __wsum wsum)
{
    return (__force __wsum)vmk_NetCsumDataPartial((__force u32)wsum, buff, (vmk_ByteCount)len);
}

#endif
