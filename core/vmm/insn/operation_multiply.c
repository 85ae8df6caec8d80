/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operation_multiply.c - multiplication and division by memory (AMD64 APM vol. 3: MUL, IMUL, MULX, DIV,
 * IDIV).
 */
#include "operation.h"

/** A number of twice the operand's size. */
struct pair {
    vmk_uint64 low, high;
};

/** AX, or rDX:rAX. */
static struct pair accumulator(const struct execution *execution)
{
    const vmk_uint64 *gpr = execution->emulation->gpr;
    vmk_uint64 high = execution->size == 1 ? gpr[GPR_RAX] >> 8 : gpr[GPR_RDX];

    return (struct pair){alu_truncate(gpr[GPR_RAX], execution->size), alu_truncate(high, execution->size)};
}

static void set_accumulator(struct execution *execution, struct pair value)
{
    if (execution->size == 1) {
        register_set(execution->emulation, GPR_RAX, 2, value.high << 8 | value.low);
    } else {
        register_set(execution->emulation, GPR_RAX, execution->size, value.low);
        register_set(execution->emulation, GPR_RDX, execution->size, value.high);
    }
}

static struct pair multiply(vmk_uint64 a, vmk_uint64 b, unsigned size)
{
    unsigned __int128 product = (unsigned __int128)alu_truncate(a, size) * alu_truncate(b, size);

    return (struct pair){alu_truncate((vmk_uint64)product, size),
                         alu_truncate((vmk_uint64)(product >> 8 * size), size)};
}

/** The upper half of a signed product: what a sign stands for is taken off. */
static struct pair multiply_signed(vmk_uint64 a, vmk_uint64 b, unsigned size)
{
    struct pair product = multiply(a, b, size);

    product.high -= alu_top_bit(a, size) ? b : 0;
    product.high -= alu_top_bit(b, size) ? a : 0;
    product.high = alu_truncate(product.high, size);
    return product;
}

/** CF and OF: the product needs its upper half. */
static void set_overflow(struct execution *execution, bool overflow)
{
    alu_set_flag(&execution->emulation->rflags, RFLAGS_CF | RFLAGS_OF, overflow);
}

static bool is_sign_of(vmk_uint64 high, vmk_uint64 low, unsigned size)
{
    return high == (alu_top_bit(low, size) ? alu_truncate(~0ul, size) : 0);
}

/** F6, F7: /4 without, /5 with signs. */
enum emulate_result operation_multiply(struct execution *execution)
{
    bool has_sign = execution->insn->reg & 1;
    unsigned size = execution->size;
    vmk_uint64 a = accumulator(execution).low, b = memory_value(execution);
    struct pair product = (has_sign ? multiply_signed : multiply)(a, b, size);

    set_accumulator(execution, product);
    set_overflow(execution, has_sign ? !is_sign_of(product.high, product.low, size) : product.high != 0);
    return EMULATE_DONE;
}

static enum emulate_result multiply_into_register(struct execution *execution, vmk_uint64 by)
{
    struct pair product = multiply_signed(memory_value(execution), by, execution->size);

    register_set(execution->emulation, execution->insn->reg, execution->size, product.low);
    set_overflow(execution, !is_sign_of(product.high, product.low, execution->size));
    return EMULATE_DONE;
}

enum emulate_result operation_multiply_register(struct execution *execution)
{
    return multiply_into_register(execution, register_value(execution));
}

enum emulate_result operation_multiply_immediate(struct execution *execution)
{
    return multiply_into_register(execution, alu_truncate(execution->insn->immediate, execution->size));
}

enum emulate_result operation_multiply_pair(struct execution *execution)
{
    struct emulation *emulation = execution->emulation;
    struct pair product = multiply(emulation->gpr[GPR_RDX], memory_value(execution), execution->size);

    register_set(emulation, execution->insn->vvvv, execution->size, product.low);
    register_set(emulation, execution->insn->reg, execution->size, product.high);
    return EMULATE_DONE;
}

/**
 * Divide @p number, a bit at a time: its low half becomes the quotient, its high half the remainder.
 *
 * @return false: the quotient does not fit, or @p divisor is 0.
 */
static bool divide(struct pair *number, vmk_uint64 divisor, unsigned size)
{
    if (number->high >= divisor) {
        return false;
    }
    for (unsigned i = 0; i < 8 * size; i++) {
        bool carry = alu_top_bit(number->high, 8);

        number->high = number->high << 1 | alu_top_bit(number->low, size);
        number->low = alu_truncate(number->low << 1, size);
        if (carry || number->high >= divisor) {
            number->high -= divisor;
            number->low |= 1;
        }
    }
    return true;
}

static void negate(struct pair *number, unsigned size)
{
    number->high = alu_truncate(~number->high + (number->low == 0), size);
    number->low = alu_truncate(-number->low, size);
}

/** As divide(): the quotient is cut towards zero, the remainder has the dividend's sign. */
static bool divide_signed(struct pair *number, vmk_uint64 divisor, unsigned size)
{
    bool minus = alu_top_bit(number->high, size), divisor_minus = alu_top_bit(divisor, size);
    bool quotient_minus = minus != divisor_minus;
    vmk_uint64 lowest = 1ul << (8 * size - 1); /* Of its size, without its sign. */

    if (minus) {
        negate(number, size);
    }
    if (!divide(number, divisor_minus ? alu_truncate(-divisor, size) : divisor, size) ||
        number->low > lowest - !quotient_minus) {
        return false;
    }
    number->low = quotient_minus ? alu_truncate(-number->low, size) : number->low;
    number->high = minus ? alu_truncate(-number->high, size) : number->high;
    return true;
}

/** F6, F7: /6 without, /7 with signs. */
enum emulate_result operation_divide(struct execution *execution)
{
    bool has_sign = execution->insn->reg & 1;
    struct pair number = accumulator(execution);

    if (!(has_sign ? divide_signed : divide)(&number, memory_value(execution), execution->size)) {
        return take_exception(execution->emulation, EXCEPTION_DE);
    }
    set_accumulator(execution, number);
    return EMULATE_DONE;
}
