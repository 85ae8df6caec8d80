/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * opcode_maps.h - the opcode maps: what follows an opcode, and which opcodes there are.
 */
#ifndef CORE_VMM_INSN_OPCODE_MAPS_H
#define CORE_VMM_INSN_OPCODE_MAPS_H

#include <core/vmm/insn.h>

/** What follows an opcode, one letter each, so that a map reads like the manual's. */
enum opcode_follows {
    OPCODE_NOTHING = '.',
    OPCODE_MODRM = 'm',
    OPCODE_MODRM_IMM8 = 'M',
    OPCODE_MODRM_IMMZ = 'Z',    /**< 2 bytes with a 16-bit operand, else 4. */
    OPCODE_MODRM_TEST = 't',    /**< Groups F6, F7: TEST alone has an immediate. */
    OPCODE_MODRM_EXTRACT = 'x', /**< 0F 78: EXTRQ and INSERTQ have two of a byte. */
    OPCODE_MODRM_DWORD = 'D',   /**< XOP map A. */
    OPCODE_REGISTERS = 'r',     /**< ModRM that is never memory: MOV to and from CR and DR. */
    OPCODE_IMM8 = 'b',
    OPCODE_IMM16 = 'w',
    OPCODE_IMMZ = 'z',
    OPCODE_IMMV = 'v',    /**< 2, 4 or 8 bytes: MOV to a register. */
    OPCODE_OFFSET = 'o',  /**< An address: MOV between it and rAX. */
    OPCODE_BRANCH = 'j',  /**< A near displacement. */
    OPCODE_POINTER = 'f', /**< Offset and selector. */
    OPCODE_ENTER = 'e',   /**< 2 bytes, 1 byte. */
    OPCODE_3DNOW = '3',   /**< ModRM, and the opcode behind. */
    OPCODE_PREFIX = 'p',  /**< Or the way to another map: never looked up. */
    OPCODE_NONE = ' ',
};

/** What follows @p insn's opcode in its map. */
enum opcode_follows opcode_follows(const struct insn *insn);

/** Whether it is an instruction as far as opcode, mandatory prefix, mode, ModRM and LOCK tell; insn.h says
 * how exactly. */
bool opcode_defined(const struct insn *insn);

/** Whether the maps have an instruction for @p insn's opcode and mandatory prefix. */
bool opcode_mapped(const struct insn *insn);

/** A set of mandatory prefixes. */
enum opcode_prefix {
    PREFIX_NONE = 1,
    PREFIX_66 = 2,
    PREFIX_F3 = 4,
    PREFIX_F2 = 8,
};

/** The mandatory prefix that selected @p insn. */
enum opcode_prefix opcode_prefix(const struct insn *insn);

/** Whether its operand is 64 bits in long mode without REX.W: near branches and what uses the stack. */
bool opcode_is_64bit(const struct insn *insn);

#endif
