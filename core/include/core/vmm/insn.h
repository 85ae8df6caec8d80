/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insn.h - x86 instructions taken apart: how long one is, and what its operands are.
 *
 * Hardware-free. The decoder knows the length of every instruction of real, protected and long mode: the
 * legacy maps, 3DNow!, VEX, EVEX and XOP (AMD64 APM vol. 3, chapter 1 and appendix A; Intel SDM vol. 2,
 * chapter 2 and appendix A). What an instruction does is emulate.h's.
 *
 * Context: any; nothing is locked, allocated or kept.
 */
#ifndef CORE_VMM_INSN_H
#define CORE_VMM_INSN_H

#include <stdbool.h>

#include <core/vmm/registers.h>

#define INSN_BYTES_MAX 15 /**< AMD64 APM vol. 3, 1.1: longer ones are #GP. */

/** How the processor reads instructions just now. */
enum insn_mode {
    INSN_MODE_16, /**< Real, virtual-8086, and 16-bit code segments. */
    INSN_MODE_32,
    INSN_MODE_64,
};

enum insn_status {
    INSN_OK,
    INSN_MORE,      /**< It goes on behind the bytes given. */
    INSN_TOO_LONG,  /**< It goes on behind INSN_BYTES_MAX: #GP. */
    INSN_UNDEFINED, /**< The maps have no such instruction: #UD. */
};

/** Where an opcode is looked up, numbered as VEX, EVEX and XOP number it. */
enum insn_map {
    INSN_MAP_ONE_BYTE = 0,
    INSN_MAP_0F = 1,
    INSN_MAP_0F38 = 2,
    INSN_MAP_0F3A = 3,
    INSN_MAP_5 = 5, /**< EVEX: half precision. */
    INSN_MAP_6 = 6,
    INSN_MAP_XOP8 = 8,
    INSN_MAP_XOP9 = 9,
    INSN_MAP_XOPA = 10,
    INSN_MAP_3DNOW = 16, /**< 0F 0F: the opcode is the last byte. */
};

enum insn_encoding { INSN_LEGACY, INSN_VEX, INSN_EVEX, INSN_XOP };

#define INSN_NO_REGISTER (-1)

/** An instruction's parts. */
struct insn {
    vmk_uint8 length; /**< In bytes, prefixes included. */
    enum insn_mode mode;
    enum insn_encoding encoding;
    enum insn_map map;
    vmk_uint8 opcode;

    bool lock;             /**< F0. */
    vmk_uint8 repeat;      /**< The last of F2 and F3 (in VEX, EVEX and XOP: as pp says); 0: none. */
    bool operand_prefix;   /**< 66 (or pp). */
    vmk_uint8 mandatory;   /**< Which of the prefixes selects the opcode: 0, 0x66, 0xf3, 0xf2. */
    bool rex;              /**< There is a REX prefix: byte registers 4 to 7 are SPL to DIL. */
    bool wide;             /**< REX.W, VEX.W. */
    vmk_uint8 vector_bits; /**< VEX.L, EVEX.L'L: 0: 128, 1: 256, 2: 512. */
    vmk_uint8 vvvv;        /**< The register VEX, EVEX or XOP names besides. */

    vmk_uint8
        operand_bytes; /**< 2, 4 or 8: of operands whose size the prefixes tell; a byte's opcode is 1. */
    vmk_uint8 address_bytes; /**< 2, 4 or 8. */

    bool has_modrm;
    vmk_uint8 mod;
    vmk_uint8 reg; /**< ModRM.reg with REX.R; of a group, which instruction: reg % 8. */
    vmk_uint8 rm;  /**< ModRM.rm with REX.B; without ModRM the register in the opcode. */

    bool memory; /**< An operand is memory that ModRM or a moffs addresses. */
    enum segment segment;
    bool segment_override;  /**< A prefix says so. */
    vmk_int8 base, index;   /**< enum gpr, or INSN_NO_REGISTER. */
    vmk_uint8 scale;        /**< 1, 2, 4 or 8. */
    bool rip_relative;      /**< The base is the next instruction's address. */
    vmk_int64 displacement; /**< Or the moffs. EVEX: not multiplied by its operand's size (disp8*N). */

    vmk_uint8 immediate_bytes; /**< 0: none. */
    vmk_uint64 immediate;      /**< Sign-extended. */
    vmk_uint16 selector;       /**< A far pointer's; ENTER's level. */
};

/**
 * Take apart the instruction at @p bytes.
 *
 * What may follow is not looked at: the answer for 15 bytes is the answer for those up to insn->length.
 *
 * In the legacy maps INSN_UNDEFINED is exact as far as opcode, mandatory prefix, ModRM and LOCK tell. In VEX,
 * EVEX and XOP it says that the map has nothing at this opcode with this prefix; what those refuse for their
 * W, L or vvvv is not looked at, for a processor that has executed one so far has. Which extensions a
 * processor has does not matter here.
 *
 * @param count how many bytes there are; more than INSN_BYTES_MAX are not looked at.
 * @param insn  filled in for INSN_OK; INSN_UNDEFINED leaves it as far as it was read.
 */
enum insn_status insn_decode(const vmk_uint8 *bytes, unsigned count, enum insn_mode mode, struct insn *insn);

/** The mode in which @p registers have instructions read. @p rflags: for virtual-8086 mode. */
enum insn_mode insn_mode(const struct system_registers *registers, vmk_uint64 rflags);

/**
 * Where its memory operand lies in its segment, within the address size.
 *
 * @param gpr  GPR_COUNT general registers. @param next_rip the address behind the instruction.
 */
vmk_uint64 insn_offset(const struct insn *insn, const vmk_uint64 *gpr, vmk_uint64 next_rip);

#endif
