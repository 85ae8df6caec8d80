/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crc.h - cyclic redundancy checks. Context: any.
 */
#ifndef VMKAPI_LIB_CRC_H
#define VMKAPI_LIB_CRC_H

#include <vmkapi/base/types.h>

/**
 * Go on with the CRC-32 of Ethernet, zip and GPT (polynomial 0x04c11db7, least significant bit first).
 *
 * The plain register: start with ~0 and complement the last result to get the usual checksum.
 */
vmk_uint32 vmk_CRC32(vmk_uint32 crc, const void *buf, vmk_ByteCount len);

/** The same with the most significant bit first. */
vmk_uint32 vmk_CRC32BE(vmk_uint32 crc, const void *buf, vmk_ByteCount len);

#endif
