/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * native_templates.h - the kinds of instructions that check_emulate_native.c makes samples of.
 */
#ifndef TESTS_UNIT_VMM_NATIVE_TEMPLATES_H
#define TESTS_UNIT_VMM_NATIVE_TEMPLATES_H

#include <stdbool.h>

#define CF           0x001u
#define PF           0x004u
#define AF           0x010u
#define ZF           0x040u
#define SF           0x080u
#define DF           0x400u
#define OF           0x800u
#define STATUS_FLAGS (CF | PF | AF | ZF | SF | OF)

/** What a template's instruction needs of its registers and memory. */
enum need {
    NOTHING,
    BIT_STRING,  /**< The register says how far away the bit is. */
    ACCUMULATOR, /**< RAX is what is in memory, half of the time. */
    PAIR,        /**< RDX:RAX is. */
    SHIFT_BY_IMMEDIATE,
    SHIFT_BY_ONE,
    SHIFT_BY_CL,
    DOUBLE_BY_IMMEDIATE,
    DOUBLE_BY_CL,
    STRING,
    STACK,    /**< RSP is in the data. */
    ABSOLUTE, /**< moffs */
    SEGMENT,
    ALIGNED, /**< To the operand's size, at most 32. */
    DIVIDE,  /**< The quotient fits, often enough. */
    CONTROL, /**< The register VEX names holds two bytes that count bits. */
    MASKED,  /**< Memory is where RDI says; ModRM names registers. */
};

/** A kind of instruction. */
struct template
{
    const char *name;
    unsigned char prefix;                /**< Mandatory; 0: 66 may come. */
    unsigned char opcode[3], opcode_len; /**< VEX: of two the first is the map, of one it is 0F. */
    signed char reg;                     /**< ModRM.reg; -1: any. */
    unsigned char immediate;             /**< Bytes; 4: 2 with 66. */
    enum need need;
    unsigned undefined; /**< Flags. */
    bool lockable;
    enum {
        LEGACY,
        VEX_128,
        VEX_ANY,
        VEX_MERGES, /**< 128; vvvv is a register. */
        VEX_ANY_MERGES,
        VEX_ANY_W0,
        VEX_256_W0,
        VEX_256_W0_MERGES,
        VEX_ANY_W0_MERGES,
    } vex; /**< Which lengths there are. */
};

#define ONE(name, op, reg, imm, need, undefined, lock)                                                       \
    {                                                                                                        \
        name, 0, {op}, 1, reg, imm, need, undefined, lock                                                    \
    }
#define TWO(name, op, reg, imm, need, undefined, lock)                                                       \
    {                                                                                                        \
        name, 0, {0x0f, op}, 2, reg, imm, need, undefined, lock                                              \
    }
#define ALU(name, base, undefined, lock)                                                                     \
    ONE(name, base, -1, 0, NOTHING, undefined, lock), ONE(name, base + 1, -1, 0, NOTHING, undefined, lock),  \
        ONE(name, base + 2, -1, 0, NOTHING, undefined, false),                                               \
        ONE(name, base + 3, -1, 0, NOTHING, undefined, false)
#define GROUP1(name, n, undefined, lock)                                                                     \
    ONE(name, 0x80, n, 1, NOTHING, undefined, lock), ONE(name, 0x81, n, 4, NOTHING, undefined, lock),        \
        ONE(name, 0x83, n, 1, NOTHING, undefined, lock)
#define SHIFT(name, n)                                                                                       \
    ONE(name, 0xc0, n, 1, SHIFT_BY_IMMEDIATE, 0, false),                                                     \
        ONE(name, 0xc1, n, 1, SHIFT_BY_IMMEDIATE, 0, false), ONE(name, 0xd0, n, 0, SHIFT_BY_ONE, 0, false),  \
        ONE(name, 0xd1, n, 0, SHIFT_BY_ONE, 0, false), ONE(name, 0xd2, n, 0, SHIFT_BY_CL, 0, false),         \
        ONE(name, 0xd3, n, 0, SHIFT_BY_CL, 0, false)
#define BIT(name, op, n, lock)                                                                               \
    TWO(name, op, -1, 0, BIT_STRING, OF | SF | AF | PF, lock),                                               \
        TWO(name, 0xba, n, 1, NOTHING, OF | SF | AF | PF, lock)
#define CONDITION(n)                                                                                         \
    TWO("CMOV", 0x40 + n, -1, 0, NOTHING, 0, false), TWO("SET", 0x90 + n, -1, 0, NOTHING, 0, false)

static const struct template templates[] = {
    ALU("ADD", 0x00, 0, true),
    ALU("OR", 0x08, AF, true),
    ALU("ADC", 0x10, 0, true),
    ALU("SBB", 0x18, 0, true),
    ALU("AND", 0x20, AF, true),
    ALU("SUB", 0x28, 0, true),
    ALU("XOR", 0x30, AF, true),
    ALU("CMP", 0x38, 0, false),
    GROUP1("ADD", 0, 0, true),
    GROUP1("OR", 1, AF, true),
    GROUP1("ADC", 2, 0, true),
    GROUP1("SBB", 3, 0, true),
    GROUP1("AND", 4, AF, true),
    GROUP1("SUB", 5, 0, true),
    GROUP1("XOR", 6, AF, true),
    GROUP1("CMP", 7, 0, false),
    ONE("MOVSXD", 0x63, -1, 0, NOTHING, 0, false),
    ONE("TEST", 0x84, -1, 0, NOTHING, AF, false),
    ONE("TEST", 0x85, -1, 0, NOTHING, AF, false),
    ONE("XCHG", 0x86, -1, 0, NOTHING, 0, true),
    ONE("XCHG", 0x87, -1, 0, NOTHING, 0, true),
    ONE("MOV", 0x88, -1, 0, NOTHING, 0, false),
    ONE("MOV", 0x89, -1, 0, NOTHING, 0, false),
    ONE("MOV", 0x8a, -1, 0, NOTHING, 0, false),
    ONE("MOV", 0x8b, -1, 0, NOTHING, 0, false),
    ONE("MOV", 0x8c, -1, 0, SEGMENT, 0, false),
    ONE("POP", 0x8f, 0, 0, STACK, 0, false),
    ONE("MOV", 0xa0, -1, 0, ABSOLUTE, 0, false),
    ONE("MOV", 0xa1, -1, 0, ABSOLUTE, 0, false),
    ONE("MOV", 0xa2, -1, 0, ABSOLUTE, 0, false),
    ONE("MOV", 0xa3, -1, 0, ABSOLUTE, 0, false),
    ONE("MOVS", 0xa4, -1, 0, STRING, 0, false),
    ONE("MOVS", 0xa5, -1, 0, STRING, 0, false),
    ONE("CMPS", 0xa6, -1, 0, STRING, 0, false),
    ONE("CMPS", 0xa7, -1, 0, STRING, 0, false),
    ONE("STOS", 0xaa, -1, 0, STRING, 0, false),
    ONE("STOS", 0xab, -1, 0, STRING, 0, false),
    ONE("LODS", 0xac, -1, 0, STRING, 0, false),
    ONE("LODS", 0xad, -1, 0, STRING, 0, false),
    ONE("SCAS", 0xae, -1, 0, STRING, 0, false),
    ONE("SCAS", 0xaf, -1, 0, STRING, 0, false),
    SHIFT("ROL", 0),
    SHIFT("ROR", 1),
    SHIFT("RCL", 2),
    SHIFT("RCR", 3),
    SHIFT("SHL", 4),
    SHIFT("SHR", 5),
    SHIFT("SAL", 6),
    SHIFT("SAR", 7),
    ONE("MOV", 0xc6, 0, 1, NOTHING, 0, false),
    ONE("MOV", 0xc7, 0, 4, NOTHING, 0, false),
    ONE("TEST", 0xf6, 0, 1, NOTHING, AF, false),
    ONE("TEST", 0xf7, 1, 4, NOTHING, AF, false),
    ONE("NOT", 0xf6, 2, 0, NOTHING, 0, true),
    ONE("NOT", 0xf7, 2, 0, NOTHING, 0, true),
    ONE("NEG", 0xf6, 3, 0, NOTHING, 0, true),
    ONE("NEG", 0xf7, 3, 0, NOTHING, 0, true),
    ONE("INC", 0xfe, 0, 0, NOTHING, 0, true),
    ONE("INC", 0xff, 0, 0, NOTHING, 0, true),
    ONE("DEC", 0xfe, 1, 0, NOTHING, 0, true),
    ONE("DEC", 0xff, 1, 0, NOTHING, 0, true),
    ONE("PUSH", 0xff, 6, 0, STACK, 0, false),
    CONDITION(0),
    CONDITION(1),
    CONDITION(2),
    CONDITION(3),
    CONDITION(4),
    CONDITION(5),
    CONDITION(6),
    CONDITION(7),
    CONDITION(8),
    CONDITION(9),
    CONDITION(10),
    CONDITION(11),
    CONDITION(12),
    CONDITION(13),
    CONDITION(14),
    CONDITION(15),
    BIT("BT", 0xa3, 4, false),
    BIT("BTS", 0xab, 5, true),
    BIT("BTR", 0xb3, 6, true),
    BIT("BTC", 0xbb, 7, true),
    TWO("SHLD", 0xa4, -1, 1, DOUBLE_BY_IMMEDIATE, 0, false),
    TWO("SHLD", 0xa5, -1, 0, DOUBLE_BY_CL, 0, false),
    TWO("SHRD", 0xac, -1, 1, DOUBLE_BY_IMMEDIATE, 0, false),
    TWO("SHRD", 0xad, -1, 0, DOUBLE_BY_CL, 0, false),
    ONE("IMUL", 0x69, -1, 4, NOTHING, SF | ZF | AF | PF, false),
    ONE("IMUL", 0x6b, -1, 1, NOTHING, SF | ZF | AF | PF, false),
    TWO("IMUL", 0xaf, -1, 0, NOTHING, SF | ZF | AF | PF, false),
    ONE("MUL", 0xf6, 4, 0, NOTHING, SF | ZF | AF | PF, false),
    ONE("MUL", 0xf7, 4, 0, NOTHING, SF | ZF | AF | PF, false),
    ONE("IMUL", 0xf6, 5, 0, NOTHING, SF | ZF | AF | PF, false),
    ONE("IMUL", 0xf7, 5, 0, NOTHING, SF | ZF | AF | PF, false),
    ONE("DIV", 0xf6, 6, 0, DIVIDE, STATUS_FLAGS, false),
    ONE("DIV", 0xf7, 6, 0, DIVIDE, STATUS_FLAGS, false),
    ONE("IDIV", 0xf6, 7, 0, DIVIDE, STATUS_FLAGS, false),
    ONE("IDIV", 0xf7, 7, 0, DIVIDE, STATUS_FLAGS, false),
    TWO("BSF", 0xbc, -1, 0, NOTHING, STATUS_FLAGS & ~ZF, false),
    TWO("BSR", 0xbd, -1, 0, NOTHING, STATUS_FLAGS & ~ZF, false),
    TWO("CMPXCHG", 0xb0, -1, 0, ACCUMULATOR, 0, true),
    TWO("CMPXCHG", 0xb1, -1, 0, ACCUMULATOR, 0, true),
    TWO("MOVZX", 0xb6, -1, 0, NOTHING, 0, false),
    TWO("MOVZX", 0xb7, -1, 0, NOTHING, 0, false),
    TWO("MOVSX", 0xbe, -1, 0, NOTHING, 0, false),
    TWO("MOVSX", 0xbf, -1, 0, NOTHING, 0, false),
    TWO("XADD", 0xc0, -1, 0, NOTHING, 0, true),
    TWO("XADD", 0xc1, -1, 0, NOTHING, 0, true),
    TWO("CMPXCHG8B", 0xc7, 1, 0, PAIR, 0, true),
    TWO("CLFLUSH", 0xae, 7, 0, NOTHING, 0, false),
    {"MOVNTI", 1, {0x0f, 0xc3}, 2, -1, 0, NOTHING, 0, false},
    {"MOVBE", 0, {0x0f, 0x38, 0xf0}, 3, -1, 0, NOTHING, 0, false},
    {"MOVBE", 0, {0x0f, 0x38, 0xf1}, 3, -1, 0, NOTHING, 0, false},
};

#define MAPPED(name, prefix, map, op, reg, undefined, lengths)                                               \
    {                                                                                                        \
        name, prefix, {map, op}, 2, reg, 0, NOTHING, undefined, false, lengths                               \
    }

/** What came after SSE2: BMI, ADX, ... */
static const struct template extension_templates[] = {
    {"TZCNT", 0xf3, {0x0f, 0xbc}, 2, -1, 0, NOTHING, OF | SF | AF | PF, false, LEGACY},
    {"LZCNT", 0xf3, {0x0f, 0xbd}, 2, -1, 0, NOTHING, OF | SF | AF | PF, false, LEGACY},
    {"POPCNT", 0xf3, {0x0f, 0xb8}, 2, -1, 0, NOTHING, 0, false, LEGACY},
    {"CRC32", 0xf2, {0x0f, 0x38, 0xf0}, 3, -1, 0, NOTHING, 0, false, LEGACY},
    {"CRC32", 0xf2, {0x0f, 0x38, 0xf1}, 3, -1, 0, NOTHING, 0, false, LEGACY},
    {"ADCX", 0x66, {0x0f, 0x38, 0xf6}, 3, -1, 0, NOTHING, 0, false, LEGACY},
    {"ADOX", 0xf3, {0x0f, 0x38, 0xf6}, 3, -1, 0, NOTHING, 0, false, LEGACY},
    MAPPED("ANDN", 0, 2, 0xf2, -1, AF | PF, VEX_MERGES),
    MAPPED("BLSR", 0, 2, 0xf3, 1, AF | PF, VEX_MERGES),
    MAPPED("BLSMSK", 0, 2, 0xf3, 2, AF | PF, VEX_MERGES),
    MAPPED("BLSI", 0, 2, 0xf3, 3, AF | PF, VEX_MERGES),
    {"BZHI", 0, {2, 0xf5}, 2, -1, 0, CONTROL, AF | PF, false, VEX_MERGES},
    MAPPED("PEXT", 0xf3, 2, 0xf5, -1, 0, VEX_MERGES),
    MAPPED("PDEP", 0xf2, 2, 0xf5, -1, 0, VEX_MERGES),
    MAPPED("MULX", 0xf2, 2, 0xf6, -1, 0, VEX_MERGES),
    {"BEXTR", 0, {2, 0xf7}, 2, -1, 0, CONTROL, AF | SF | PF, false, VEX_MERGES},
    MAPPED("SHLX", 0x66, 2, 0xf7, -1, 0, VEX_MERGES),
    MAPPED("SARX", 0xf3, 2, 0xf7, -1, 0, VEX_MERGES),
    MAPPED("SHRX", 0xf2, 2, 0xf7, -1, 0, VEX_MERGES),
    MAPPED("RORX", 0xf2, 3, 0xf0, -1, 0, VEX_128),
};

#define VECTOR(name, prefix, op, need)                                                                       \
    {                                                                                                        \
        name, prefix, {0x0f, op}, 2, -1, 0, need, 0, false, LEGACY                                           \
    }
#define VEX(name, prefix, op, need, lengths)                                                                 \
    {                                                                                                        \
        name, prefix, {op}, 1, -1, 0, need, 0, false, lengths                                                \
    }

static const struct template vector_templates[] = {
    VECTOR("MOVUPS", 1, 0x10, NOTHING),
    VECTOR("MOVUPD", 0x66, 0x10, NOTHING),
    VECTOR("MOVSS", 0xf3, 0x10, NOTHING),
    VECTOR("MOVSD", 0xf2, 0x10, NOTHING),
    VECTOR("MOVUPS", 1, 0x11, NOTHING),
    VECTOR("MOVUPD", 0x66, 0x11, NOTHING),
    VECTOR("MOVSS", 0xf3, 0x11, NOTHING),
    VECTOR("MOVSD", 0xf2, 0x11, NOTHING),
    VECTOR("MOVLPS", 1, 0x12, NOTHING),
    VECTOR("MOVLPD", 0x66, 0x13, NOTHING),
    VECTOR("MOVHPS", 1, 0x16, NOTHING),
    VECTOR("MOVHPD", 0x66, 0x17, NOTHING),
    VECTOR("MOVAPS", 1, 0x28, ALIGNED),
    VECTOR("MOVAPD", 0x66, 0x29, ALIGNED),
    VECTOR("MOVNTPS", 1, 0x2b, ALIGNED),
    VECTOR("MOVD", 0x66, 0x6e, NOTHING),
    VECTOR("MOVDQA", 0x66, 0x6f, ALIGNED),
    VECTOR("MOVDQU", 0xf3, 0x6f, NOTHING),
    VECTOR("MOVD", 0x66, 0x7e, NOTHING),
    VECTOR("MOVQ", 0xf3, 0x7e, NOTHING),
    VECTOR("MOVDQA", 0x66, 0x7f, ALIGNED),
    VECTOR("MOVDQU", 0xf3, 0x7f, NOTHING),
    VECTOR("MOVQ", 0x66, 0xd6, NOTHING),
    VECTOR("MOVNTDQ", 0x66, 0xe7, ALIGNED),
    VECTOR("LDDQU", 0xf2, 0xf0, NOTHING),
    VECTOR("PINSRW", 0x66, 0xc4, NOTHING),
    VECTOR("MASKMOVDQU", 0x66, 0xf7, MASKED),
    {"PEXTRB", 0x66, {0x0f, 0x3a, 0x14}, 3, -1, 1, NOTHING, 0, false, LEGACY},
    {"PEXTRW", 0x66, {0x0f, 0x3a, 0x15}, 3, -1, 1, NOTHING, 0, false, LEGACY},
    {"PEXTRD", 0x66, {0x0f, 0x3a, 0x16}, 3, -1, 1, NOTHING, 0, false, LEGACY},
    {"EXTRACTPS", 0x66, {0x0f, 0x3a, 0x17}, 3, -1, 1, NOTHING, 0, false, LEGACY},
    {"PINSRB", 0x66, {0x0f, 0x3a, 0x20}, 3, -1, 1, NOTHING, 0, false, LEGACY},
    {"PINSRD", 0x66, {0x0f, 0x3a, 0x22}, 3, -1, 1, NOTHING, 0, false, LEGACY},
    {"MOVNTDQA", 0x66, {0x0f, 0x38, 0x2a}, 3, -1, 0, ALIGNED, 0, false, LEGACY},
    VEX("VMOVUPS", 0, 0x10, NOTHING, VEX_ANY),
    VEX("VMOVSS", 0xf3, 0x10, NOTHING, VEX_128),
    VEX("VMOVSD", 0xf2, 0x11, NOTHING, VEX_128),
    VEX("VMOVLPS", 0, 0x12, NOTHING, VEX_MERGES),
    VEX("VMOVHPD", 0x66, 0x16, NOTHING, VEX_MERGES),
    VEX("VMOVHPS", 0, 0x17, NOTHING, VEX_128),
    VEX("VMOVAPS", 0, 0x28, ALIGNED, VEX_ANY),
    VEX("VMOVAPD", 0x66, 0x29, ALIGNED, VEX_ANY),
    VEX("VMOVNTPS", 0, 0x2b, ALIGNED, VEX_ANY),
    VEX("VMOVD", 0x66, 0x6e, NOTHING, VEX_128),
    VEX("VMOVD", 0x66, 0x7e, NOTHING, VEX_128),
    VEX("VMOVQ", 0xf3, 0x7e, NOTHING, VEX_128),
    VEX("VMOVDQA", 0x66, 0x6f, ALIGNED, VEX_ANY),
    VEX("VMOVDQU", 0xf3, 0x6f, NOTHING, VEX_ANY),
    VEX("VMOVDQA", 0x66, 0x7f, ALIGNED, VEX_ANY),
    VEX("VMOVDQU", 0xf3, 0x7f, NOTHING, VEX_ANY),
    VEX("VMOVNTDQ", 0x66, 0xe7, ALIGNED, VEX_ANY),
    VEX("VPINSRW", 0x66, 0xc4, NOTHING, VEX_MERGES),
    VEX("VMASKMOVDQU", 0x66, 0xf7, MASKED, VEX_128),
    MAPPED("VBROADCASTSS", 0x66, 2, 0x18, -1, 0, VEX_ANY_W0),
    MAPPED("VBROADCASTSD", 0x66, 2, 0x19, -1, 0, VEX_256_W0),
    MAPPED("VBROADCASTF128", 0x66, 2, 0x1a, -1, 0, VEX_256_W0),
    MAPPED("VMASKMOVPS", 0x66, 2, 0x2c, -1, 0, VEX_ANY_W0_MERGES),
    MAPPED("VMASKMOVPD", 0x66, 2, 0x2d, -1, 0, VEX_ANY_W0_MERGES),
    MAPPED("VMASKMOVPS", 0x66, 2, 0x2e, -1, 0, VEX_ANY_W0_MERGES),
    MAPPED("VMASKMOVPD", 0x66, 2, 0x2f, -1, 0, VEX_ANY_W0_MERGES),
    MAPPED("VPBROADCASTD", 0x66, 2, 0x58, -1, 0, VEX_ANY_W0),
    MAPPED("VPBROADCASTQ", 0x66, 2, 0x59, -1, 0, VEX_ANY_W0),
    MAPPED("VBROADCASTI128", 0x66, 2, 0x5a, -1, 0, VEX_256_W0),
    MAPPED("VPBROADCASTB", 0x66, 2, 0x78, -1, 0, VEX_ANY_W0),
    MAPPED("VPBROADCASTW", 0x66, 2, 0x79, -1, 0, VEX_ANY_W0),
    MAPPED("VPMASKMOV", 0x66, 2, 0x8c, -1, 0, VEX_ANY_MERGES),
    MAPPED("VPMASKMOV", 0x66, 2, 0x8e, -1, 0, VEX_ANY_MERGES),
    MAPPED("VPEXTRB", 0x66, 3, 0x14, -1, 0, VEX_128),
    MAPPED("VPEXTRQ", 0x66, 3, 0x16, -1, 0, VEX_128),
    MAPPED("VINSERTF128", 0x66, 3, 0x18, -1, 0, VEX_256_W0_MERGES),
    MAPPED("VEXTRACTF128", 0x66, 3, 0x19, -1, 0, VEX_256_W0),
    MAPPED("VPINSRB", 0x66, 3, 0x20, -1, 0, VEX_MERGES),
    MAPPED("VPINSRD", 0x66, 3, 0x22, -1, 0, VEX_MERGES),
    MAPPED("VINSERTI128", 0x66, 3, 0x38, -1, 0, VEX_256_W0_MERGES),
    MAPPED("VEXTRACTI128", 0x66, 3, 0x39, -1, 0, VEX_256_W0),
};

#endif
