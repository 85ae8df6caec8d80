/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * refused.c - what the instructions are called that are not executed on a device, for whoever reads why his
 * VM was stopped.
 */
#include "opcode_maps.h"

#include <core/vmm/emulate.h>

static const struct refused {
    enum insn_map map;
    vmk_uint8 first, last; /**< Opcodes. */
    vmk_uint8 groups;      /**< A set of ModRM.reg. */
    const char *name;
} table[] = {
    {INSN_MAP_ONE_BYTE, 0x62, 0x62, 0xff, "BOUND"},
    {INSN_MAP_ONE_BYTE, 0x63, 0x63, 0xff, "ARPL"},
    {INSN_MAP_ONE_BYTE, 0x8e, 0x8e, 0xff, "MOV to a segment register"},
    {INSN_MAP_ONE_BYTE, 0xc4, 0xc5, 0xff, "LES or LDS"},
    {INSN_MAP_ONE_BYTE, 0xd7, 0xd7, 0xff, "XLAT"},
    {INSN_MAP_ONE_BYTE, 0xd8, 0xdf, 0xff, "an x87 instruction"},
    {INSN_MAP_ONE_BYTE, 0xff, 0xff, 0x08, "a far CALL"},
    {INSN_MAP_ONE_BYTE, 0xff, 0xff, 0x20, "a far JMP"},
    {INSN_MAP_ONE_BYTE, 0x00, 0xff, 0xff, "an instruction whose stack or table is there"},
    {INSN_MAP_0F, 0x00, 0x00, 0xff, "SLDT to VERW"},
    {INSN_MAP_0F, 0x01, 0x01, 0xff, "SGDT to LMSW"},
    {INSN_MAP_0F, 0x02, 0x03, 0xff, "LAR or LSL"},
    {INSN_MAP_0F, 0xa0, 0xa1, 0xff, "PUSH or POP of FS"},
    {INSN_MAP_0F, 0xa8, 0xa9, 0xff, "PUSH or POP of GS"},
    {INSN_MAP_0F, 0xae, 0xae, 0x01, "FXSAVE"},
    {INSN_MAP_0F, 0xae, 0xae, 0x02, "FXRSTOR"},
    {INSN_MAP_0F, 0xae, 0xae, 0x04, "LDMXCSR"},
    {INSN_MAP_0F, 0xae, 0xae, 0x08, "STMXCSR"},
    {INSN_MAP_0F, 0xae, 0xae, 0x10, "XSAVE"},
    {INSN_MAP_0F, 0xae, 0xae, 0x20, "XRSTOR"},
    {INSN_MAP_0F, 0xae, 0xae, 0x40, "XSAVEOPT"},
    {INSN_MAP_0F, 0xb2, 0xb5, 0xff, "LSS, LFS or LGS"},
    {INSN_MAP_0F, 0xc7, 0xc7, 0x08, "XRSTORS"},
    {INSN_MAP_0F, 0xc7, 0xc7, 0x10, "XSAVEC"},
    {INSN_MAP_0F, 0xc7, 0xc7, 0x20, "XSAVES"},
    {INSN_MAP_0F38, 0xf8, 0xf8, 0xff, "MOVDIR64B or ENQCMD"},
};

static const char *name_of_legacy(const struct insn *insn)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(table); i++) {
        const struct refused *refused = &table[i];

        if (refused->map == insn->map && insn->opcode >= refused->first && insn->opcode <= refused->last &&
            (refused->groups >> (insn->reg & 7) & 1) != 0) {
            return refused->name;
        }
    }
    return "an operation on an MMX or XMM register";
}

const char *emulate_refused(const struct emulation *emulation)
{
    const struct insn *insn = &emulation->insn;

    if (insn->length == 0) {
        return "code";
    }
    switch (insn->encoding) {
    case INSN_LEGACY:
        return name_of_legacy(insn);
    case INSN_VEX:
        return "an AVX operation";
    case INSN_EVEX:
        return "an AVX-512 instruction";
    case INSN_XOP:
        return "an XOP instruction";
    }
    return "an instruction";
}
