/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * string.h - the C library's functions that lwIP calls, by VMKAPI.
 */
#ifndef TCPIP_STRING_H
#define TCPIP_STRING_H

#include <stddef.h>

#include <vmkapi/lib/libc.h>

#define strlen  vmk_Strlen
#define strcmp  vmk_Strcmp
#define strncmp vmk_Strncmp

#endif
