/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operation.h - what the emulator can execute: one function for each kind of instruction, and the tables that
 * lead from opcodes to them.
 */
#ifndef CORE_VMM_INSN_OPERATION_H
#define CORE_VMM_INSN_OPERATION_H

#include "alu.h"
#include "opcode_maps.h"
#include "span.h"

/** An instruction being executed. */
struct execution {
    struct emulation *emulation;
    const struct insn *insn;
    unsigned size;       /**< Of the operands, in bytes. */
    struct span operand; /**< In memory. */
    vmk_uint64 next_rip; /**< Where the guest goes on; branches change it. */
};

/** Execute. All of the memory operand has been found. @return EMULATE_DONE, or EMULATE_EXCEPTION and nothing
 * was changed. */
typedef enum emulate_result (*operation_run)(struct execution *execution);

enum operation_size {
    OPERATION_PREFIXED = 0, /**< As the prefixes say. */
    OPERATION_BYTE = 1,
    OPERATION_WORD = 2,
    OPERATION_DWORD = 4,
    OPERATION_WIDE = 254, /**< 8 with W in long mode, else 4: where 66 is no size. */
    OPERATION_PAIR = 255, /**< Twice what the prefixes say: CMPXCHG8B, CMPXCHG16B. */
};

struct operation {
    operation_run run; /**< NULL: not supported. */
    enum operation_size size;
    enum span_access access;
};

/** The operation of an instruction with a memory operand; NULL: none is known. */
const struct operation *operation_of(const struct insn *insn);

/** Register @p number as an operand of @p size bytes: bytes 4 to 7 are AH to BH without REX. */
vmk_uint64 register_get(const struct emulation *emulation, unsigned number, unsigned size);
/** 4 bytes clear the upper half; 1 and 2 leave the rest as it is. */
void register_set(struct emulation *emulation, unsigned number, unsigned size, vmk_uint64 value);

/** The memory operand's value, of up to 8 bytes. */
static inline vmk_uint64 memory_value(struct execution *execution)
{
    return span_read_value(execution->emulation, &execution->operand);
}

/** Write the memory operand. @return EMULATE_DONE. */
static inline enum emulate_result memory_set(struct execution *execution, vmk_uint64 value)
{
    span_write_value(execution->emulation, &execution->operand, value);
    return EMULATE_DONE;
}

/** ModRM.reg's value. */
static inline vmk_uint64 register_value(const struct execution *execution)
{
    return register_get(execution->emulation, execution->insn->reg, execution->size);
}

/* operation_move.c */
enum emulate_result operation_store(struct execution *execution); /**< MOV to memory, MOVNTI, MOVDIRI */
enum emulate_result operation_load(struct execution *execution);  /**< MOV to a register */
enum emulate_result operation_store_immediate(struct execution *execution);
enum emulate_result operation_store_rax(struct execution *execution);
enum emulate_result operation_load_rax(struct execution *execution);
enum emulate_result operation_store_segment(struct execution *execution);
enum emulate_result operation_load_zero(struct execution *execution);     /**< MOVZX */
enum emulate_result operation_load_sign(struct execution *execution);     /**< MOVSX, MOVSXD */
enum emulate_result operation_store_swapped(struct execution *execution); /**< MOVBE */
enum emulate_result operation_load_swapped(struct execution *execution);
enum emulate_result operation_load_if(struct execution *execution); /**< CMOVcc */
enum emulate_result operation_set_if(struct execution *execution);  /**< SETcc */
enum emulate_result operation_touch(struct execution *execution);   /**< CLFLUSH, CLWB */

/* operation_stack.c */
enum emulate_result operation_push(struct execution *execution);
enum emulate_result operation_pop(struct execution *execution);
enum emulate_result operation_call(struct execution *execution);
enum emulate_result operation_jump(struct execution *execution);

/* operation_arithmetic.c */
enum emulate_result operation_alu_memory(struct execution *execution);   /**< op memory, register */
enum emulate_result operation_alu_register(struct execution *execution); /**< op register, memory */
enum emulate_result operation_alu_immediate(struct execution *execution);
enum emulate_result operation_compare(struct execution *execution); /**< CMP memory, register */
enum emulate_result operation_compare_immediate(struct execution *execution);
enum emulate_result operation_test(struct execution *execution);
enum emulate_result operation_test_immediate(struct execution *execution);
enum emulate_result operation_not(struct execution *execution);
enum emulate_result operation_negate(struct execution *execution);
enum emulate_result operation_increment(struct execution *execution);
enum emulate_result operation_decrement(struct execution *execution);
enum emulate_result operation_exchange(struct execution *execution);
enum emulate_result operation_exchange_add(struct execution *execution);
enum emulate_result operation_compare_exchange(struct execution *execution);
enum emulate_result operation_compare_exchange_pair(struct execution *execution);
enum emulate_result operation_bit_register(struct execution *execution);
enum emulate_result operation_bit_immediate(struct execution *execution);
enum emulate_result operation_shift_immediate(struct execution *execution);
enum emulate_result operation_shift_one(struct execution *execution);
enum emulate_result operation_shift_cl(struct execution *execution);
enum emulate_result operation_shift_double_immediate(struct execution *execution); /**< SHLD, SHRD */
enum emulate_result operation_shift_double_cl(struct execution *execution);
enum emulate_result operation_add_carry(struct execution *execution); /**< ADCX, ADOX */

/* operation_multiply.c */
enum emulate_result operation_multiply(struct execution *execution); /**< rAX by memory: MUL, IMUL */
enum emulate_result operation_multiply_register(struct execution *execution);
enum emulate_result operation_multiply_immediate(struct execution *execution);
enum emulate_result operation_multiply_pair(struct execution *execution); /**< MULX */
enum emulate_result operation_divide(struct execution *execution);        /**< DIV, IDIV: #DE */

/* operation_bits.c */
enum emulate_result operation_scan(struct execution *execution);         /**< BSF, BSR */
enum emulate_result operation_count_zeroes(struct execution *execution); /**< TZCNT, LZCNT */
enum emulate_result operation_count_ones(struct execution *execution);   /**< POPCNT */
enum emulate_result operation_checksum(struct execution *execution);     /**< CRC32 */
enum emulate_result operation_and_not(struct execution *execution);
enum emulate_result operation_lowest_bit(struct execution *execution);  /**< BLSR, BLSMSK, BLSI */
enum emulate_result operation_zero_high(struct execution *execution);   /**< BZHI */
enum emulate_result operation_extract(struct execution *execution);     /**< BEXTR */
enum emulate_result operation_gather(struct execution *execution);      /**< PEXT */
enum emulate_result operation_scatter(struct execution *execution);     /**< PDEP */
enum emulate_result operation_shift_into(struct execution *execution);  /**< SHLX, SHRX, SARX */
enum emulate_result operation_rotate_into(struct execution *execution); /**< RORX */

/** Whether @p insn is one of MOVS, CMPS, STOS, LODS, SCAS; of INS, OUTS. */
bool string_is_memory(const struct insn *insn);
bool string_is_io(const struct insn *insn);
unsigned string_element_bytes(const struct insn *insn);
/** Execute it, as often as its prefix says or EMULATE_REPEAT_MAX. */
enum emulate_result string_execute(struct emulation *emulation);

/** Whether @p insn moves between a vector register and memory. */
bool vector_is_move(const struct insn *insn);
enum emulate_result vector_execute(struct emulation *emulation);
/** What makes a vector instruction #UD or #NM before it touches memory. */
enum emulate_result vector_check_enabled(struct emulation *emulation);

/** Whether @p insn moves those elements that a mask chooses: MASKMOVDQU, VMASKMOV, VPMASKMOV. */
bool masked_is_move(const struct insn *insn);
enum emulate_result masked_execute(struct emulation *emulation);

#endif
