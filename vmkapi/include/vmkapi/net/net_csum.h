/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_csum.h - the Internet checksum (RFC 1071).
 *
 * Partial sums are 32-bit ones' complement sums over memory as it lies: fold gives the value to store in a
 * header as it is, without byte swapping. Context: any.
 */
#ifndef VMKAPI_NET_CSUM_H
#define VMKAPI_NET_CSUM_H

#include <vmkapi/base/types.h>

/** Fold a partial sum and complement it: the checksum field's value. */
VMK_ALWAYS_INLINE vmk_uint16 vmk_NetCsumFold(vmk_uint32 partial)
{
    partial = (partial & 0xffff) + (partial >> 16);
    partial = (partial & 0xffff) + (partial >> 16);
    return (vmk_uint16)~partial;
}

/** Add @p len bytes at @p data (any alignment) to @p partial. Only the last piece of a sum may have an odd
 * length. */
vmk_uint32 vmk_NetCsumDataPartial(vmk_uint32 partial, const void *data, vmk_ByteCount len);

/** The checksum of @p len bytes at @p data, ready to store. */
VMK_ALWAYS_INLINE vmk_uint16 vmk_NetCsumDataFinal(const void *data, vmk_ByteCount len)
{
    return vmk_NetCsumFold(vmk_NetCsumDataPartial(0, data, len));
}

/**
 * Partial sum of an IPv4 pseudo header.
 *
 * @param saddr, daddr as in the packet (big-endian). @param len of the transport header and payload, host
 * order.
 */
vmk_uint32 vmk_NetCsumIPv4Pseudo(vmk_uint32 saddr, vmk_uint32 daddr, vmk_uint8 protocol, vmk_uint16 len);

/** Partial sum of an IPv6 pseudo header; @p saddr and @p daddr point at 16 bytes. */
vmk_uint32 vmk_NetCsumIPv6Pseudo(const void *saddr, const void *daddr, vmk_uint8 protocol, vmk_uint32 len);

#endif
