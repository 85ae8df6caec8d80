/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_port.c - Bochs's port 0xe9, as QEMU has it too.
 */
#include <core/debug_port.h>
#include <vmkapi/platform/x86/ioport.h>

#define DEBUG_PORT 0xe9 /* Reads as its own number; where there is no device, reads give all ones. */

vmk_Bool debug_port_present(void)
{
    return vmk_IOPortRead8(DEBUG_PORT) == DEBUG_PORT;
}

void debug_port_write(const void *bytes, vmk_ByteCount len_bytes)
{
    __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(len_bytes) : "d"(DEBUG_PORT) : "memory");
}
