/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cc.h - what lwIP needs to know about compiler and platform.
 */
#ifndef TCPIP_ARCH_CC_H
#define TCPIP_ARCH_CC_H

#include <vmkapi/base/logging.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/lib/libc.h>

#define LWIP_NO_INTTYPES_H    1
#define X8_F                  "02x"
#define U16_F                 "u"
#define S16_F                 "d"
#define X16_F                 "x"
#define U32_F                 "u"
#define S32_F                 "d"
#define X32_F                 "x"
#define SZT_F                 "lu"
#define LWIP_NO_CTYPE_H       1
#define LWIP_NO_LIMITS_H      1
#define LWIP_NO_UNISTD_H      1
#define INT_MAX               0x7fffffff

#define LWIP_PLATFORM_DIAG(x) vmk_LogMessage x
/* lwIP's assertions are about itself, not about packets. */
#define LWIP_PLATFORM_ASSERT(text) vmk_Panic("lwIP: %s", text)
#define LWIP_RAND()                ((u32_t)vmk_GetRandSeed())

/** The Internet checksum, not complemented, in lwIP's convention. */
unsigned short tcpip_chksum(const void *data, int len);

#endif
