/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioport.h - x86 I/O ports. Context: any.
 */
#ifndef VMKAPI_PLATFORM_X86_IOPORT_H
#define VMKAPI_PLATFORM_X86_IOPORT_H

#include <vmkapi/base/types.h>

typedef vmk_uint16 vmk_IOPortAddr;

VMK_ALWAYS_INLINE vmk_uint8 vmk_IOPortRead8(vmk_IOPortAddr port)
{
    vmk_uint8 value;

    __asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

VMK_ALWAYS_INLINE vmk_uint16 vmk_IOPortRead16(vmk_IOPortAddr port)
{
    vmk_uint16 value;

    __asm__ volatile("inw %w1, %w0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

VMK_ALWAYS_INLINE vmk_uint32 vmk_IOPortRead32(vmk_IOPortAddr port)
{
    vmk_uint32 value;

    __asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

VMK_ALWAYS_INLINE void vmk_IOPortWrite8(vmk_IOPortAddr port, vmk_uint8 value)
{
    __asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

VMK_ALWAYS_INLINE void vmk_IOPortWrite16(vmk_IOPortAddr port, vmk_uint16 value)
{
    __asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

VMK_ALWAYS_INLINE void vmk_IOPortWrite32(vmk_IOPortAddr port, vmk_uint32 value)
{
    __asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

#endif
