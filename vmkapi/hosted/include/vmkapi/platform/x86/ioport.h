/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioport.h, hosted - I/O ports, which are the models' too.
 */
#ifndef VMKAPI_PLATFORM_X86_IOPORT_H
#define VMKAPI_PLATFORM_X86_IOPORT_H

#include <vmkapi/base/types.h>

/** Read or write @p bytes of a port. */
vmk_uint32 hosted_port_read(vmk_uint16 port, unsigned bytes);
void hosted_port_write(vmk_uint16 port, unsigned bytes, vmk_uint32 value);

#define HOSTED_PORT(bits)                                                                                    \
    VMK_ALWAYS_INLINE vmk_uint##bits vmk_IOPortRead##bits(vmk_uint16 port)                                   \
    {                                                                                                        \
        return (vmk_uint##bits)hosted_port_read(port, bits / 8);                                             \
    }                                                                                                        \
    VMK_ALWAYS_INLINE void vmk_IOPortWrite##bits(vmk_uint16 port, vmk_uint##bits value)                      \
    {                                                                                                        \
        hosted_port_write(port, bits / 8, value);                                                            \
    }
HOSTED_PORT(8)
HOSTED_PORT(16)
HOSTED_PORT(32)
#undef HOSTED_PORT

#endif
