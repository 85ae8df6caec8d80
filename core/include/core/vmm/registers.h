/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * registers.h - a virtual processor's registers, numbered as instructions encode them.
 */
#ifndef CORE_VMM_REGISTERS_H
#define CORE_VMM_REGISTERS_H

#include <vmkapi/base/types.h>

/** General registers, numbered as instructions encode them. */
enum gpr { GPR_RAX, GPR_RCX, GPR_RDX, GPR_RBX, GPR_RSP, GPR_RBP, GPR_RSI, GPR_RDI, GPR_R8, GPR_COUNT = 16 };

enum segment {
    SEGMENT_ES,
    SEGMENT_CS,
    SEGMENT_SS,
    SEGMENT_DS,
    SEGMENT_FS,
    SEGMENT_GS,
    SEGMENT_LDTR,
    SEGMENT_TR,
    SEGMENT_COUNT
};

/** A segment register with its hidden part. */
struct segment_register {
    vmk_uint16 selector;
    vmk_uint16
        attributes;   /**< Bits 40-47 and 52-55 of the descriptor, packed into 12 (APM vol. 2, 15.5.1). */
    vmk_uint32 limit; /**< In bytes. */
    vmk_uint64 base;
};

/** What is not a general register; read and written as a whole by the vendor's code. */
struct system_registers {
    vmk_uint64 cr0, cr2, cr3, cr4, efer;
    vmk_uint64 dr6, dr7;
    struct segment_register segments[SEGMENT_COUNT];
    struct {
        vmk_uint16 limit;
        vmk_uint64 base;
    } gdtr, idtr;
    vmk_uint8 cpl;
};

#endif
