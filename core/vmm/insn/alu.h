/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alu.h - integer arithmetic as the processor does it, with its flags (AMD64 APM vol. 3, chapter 3).
 *
 * Operands are @p size bytes: 1, 2, 4 or 8; what lies above is ignored, and zero in results. @p rflags is
 * changed where the instruction changes it; flags the manual leaves undefined are as most processors leave
 * them.
 */
#ifndef CORE_VMM_INSN_ALU_H
#define CORE_VMM_INSN_ALU_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

#define RFLAGS_CF (1ul << 0)
#define RFLAGS_PF (1ul << 2)
#define RFLAGS_AF (1ul << 4)
#define RFLAGS_ZF (1ul << 6)
#define RFLAGS_SF (1ul << 7)
#define RFLAGS_TF (1ul << 8)
#define RFLAGS_DF (1ul << 10)
#define RFLAGS_OF (1ul << 11)
#define RFLAGS_VM (1ul << 17)
#define RFLAGS_AC (1ul << 18)

/** Numbered as opcodes and ModRM.reg number them. */
enum alu_binary { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
enum alu_shift { ALU_ROL, ALU_ROR, ALU_RCL, ALU_RCR, ALU_SHL, ALU_SHR, ALU_SAL, ALU_SAR };
enum alu_bit { ALU_BT, ALU_BTS, ALU_BTR, ALU_BTC };

/** @p value cut to @p size bytes. */
vmk_uint64 alu_truncate(vmk_uint64 value, unsigned size);

/** @p value of @p size bytes with its sign, in 64 bits. */
vmk_uint64 alu_sign_extend(vmk_uint64 value, unsigned size);

/** SF, ZF and PF as @p result has them. */
void alu_set_result_flags(vmk_uint64 *rflags, vmk_uint64 result, unsigned size);

void alu_set_flag(vmk_uint64 *rflags, vmk_uint64 flag, bool on);

/** The sign of @p value of @p size bytes. */
bool alu_top_bit(vmk_uint64 value, unsigned size);

/** @return the result; for ALU_CMP that of ALU_SUB. */
vmk_uint64 alu_binary(enum alu_binary what, vmk_uint64 a, vmk_uint64 b, unsigned size, vmk_uint64 *rflags);

vmk_uint64 alu_increment(vmk_uint64 a, unsigned size, vmk_uint64 *rflags);
vmk_uint64 alu_decrement(vmk_uint64 a, unsigned size, vmk_uint64 *rflags);
vmk_uint64 alu_negate(vmk_uint64 a, unsigned size, vmk_uint64 *rflags);

/** @p count is masked as the processor masks it. */
vmk_uint64 alu_shift(enum alu_shift what, vmk_uint64 a, vmk_uint8 count, unsigned size, vmk_uint64 *rflags);

/** SHLD and SHRD: shift @p a, filling from @p b. */
vmk_uint64 alu_shift_double(bool left, vmk_uint64 a, vmk_uint64 b, vmk_uint8 count, unsigned size,
                            vmk_uint64 *rflags);

/** @p bit is taken modulo the operand's bits. */
vmk_uint64 alu_bit(enum alu_bit what, vmk_uint64 a, vmk_uint64 bit, unsigned size, vmk_uint64 *rflags);

/** Whether condition @p code, the low four bits of Jcc's opcode, holds. */
bool alu_condition(unsigned code, vmk_uint64 rflags);

#endif
