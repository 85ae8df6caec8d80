/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stdlib.h - the C library's functions that lwIP calls, by VMKAPI.
 */
#ifndef TCPIP_STDLIB_H
#define TCPIP_STDLIB_H

#include <stddef.h>

#include <vmkapi/lib/libc.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void free(void *mem);

#define atoi(text) ((int)vmk_Strtol(text, NULL, 10))

#endif
