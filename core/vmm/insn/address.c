/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * address.c - where a processor's mode and registers put an instruction's memory operand.
 */
#include <core/vmm/insn.h>

#define CR0_PE         (1ul << 0)
#define RFLAGS_VM      (1ul << 17)
#define EFER_LMA       (1ul << 10)
#define ATTRIBUTE_LONG (1u << 9)
#define ATTRIBUTE_BIG  (1u << 10)

enum insn_mode insn_mode(const struct system_registers *registers, vmk_uint64 rflags)
{
    unsigned attributes = registers->segments[SEGMENT_CS].attributes;

    if ((registers->cr0 & CR0_PE) == 0 || (rflags & RFLAGS_VM) != 0) {
        return INSN_MODE_16;
    }
    if ((registers->efer & EFER_LMA) != 0 && (attributes & ATTRIBUTE_LONG) != 0) {
        return INSN_MODE_64;
    }
    return attributes & ATTRIBUTE_BIG ? INSN_MODE_32 : INSN_MODE_16;
}

vmk_uint64 insn_offset(const struct insn *insn, const vmk_uint64 *gpr, vmk_uint64 next_rip)
{
    vmk_uint64 offset = (vmk_uint64)insn->displacement;

    if (insn->rip_relative) {
        offset += next_rip;
    }
    if (insn->base != INSN_NO_REGISTER) {
        offset += gpr[insn->base];
    }
    if (insn->index != INSN_NO_REGISTER) {
        offset += gpr[insn->index] * insn->scale;
    }
    return insn->address_bytes == 8 ? offset : offset & ((1ul << 8 * insn->address_bytes) - 1);
}
