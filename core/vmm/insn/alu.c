/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alu.c - integer arithmetic and its flags.
 */
#include "alu.h"

static unsigned bits_of(unsigned size)
{
    return 8 * size;
}

vmk_uint64 alu_truncate(vmk_uint64 value, unsigned size)
{
    return size >= 8 ? value : value & ((1ul << bits_of(size)) - 1);
}

vmk_uint64 alu_sign_extend(vmk_uint64 value, unsigned size)
{
    unsigned unused = 64 - bits_of(size);

    return (vmk_uint64)((vmk_int64)(value << unused) >> unused);
}

bool alu_top_bit(vmk_uint64 value, unsigned size)
{
    return value >> (bits_of(size) - 1) & 1;
}

void alu_set_flag(vmk_uint64 *rflags, vmk_uint64 flag, bool on)
{
    *rflags = on ? *rflags | flag : *rflags & ~flag;
}

void alu_set_result_flags(vmk_uint64 *rflags, vmk_uint64 result, unsigned size)
{
    alu_set_flag(rflags, RFLAGS_SF, alu_top_bit(result, size));
    alu_set_flag(rflags, RFLAGS_ZF, result == 0);
    alu_set_flag(rflags, RFLAGS_PF, !__builtin_parity((unsigned)(result & 0xff)));
}

/** CF, OF and AF from what each bit of a sum carried out. */
static void set_carry_flags(vmk_uint64 *rflags, vmk_uint64 carries, unsigned size)
{
    bool out = alu_top_bit(carries, size), in = carries >> (bits_of(size) - 2) & 1;

    alu_set_flag(rflags, RFLAGS_CF, out);
    alu_set_flag(rflags, RFLAGS_OF, out != in);
    alu_set_flag(rflags, RFLAGS_AF, carries >> 3 & 1);
}

static vmk_uint64 add(vmk_uint64 a, vmk_uint64 b, bool carry, unsigned size, vmk_uint64 *rflags)
{
    vmk_uint64 sum = a + b + carry;

    set_carry_flags(rflags, (a & b) | ((a | b) & ~sum), size);
    return alu_truncate(sum, size);
}

static vmk_uint64 subtract(vmk_uint64 a, vmk_uint64 b, bool borrow, unsigned size, vmk_uint64 *rflags)
{
    vmk_uint64 difference = a - b - borrow;

    set_carry_flags(rflags, (~a & b) | ((~a | b) & difference), size);
    return alu_truncate(difference, size);
}

vmk_uint64 alu_binary(enum alu_binary what, vmk_uint64 a, vmk_uint64 b, unsigned size, vmk_uint64 *rflags)
{
    bool carry = *rflags & RFLAGS_CF;
    vmk_uint64 result = 0;

    a = alu_truncate(a, size);
    b = alu_truncate(b, size);
    switch (what) {
    case ALU_ADD:
        result = add(a, b, false, size, rflags);
        break;
    case ALU_ADC:
        result = add(a, b, carry, size, rflags);
        break;
    case ALU_SUB:
    case ALU_CMP:
        result = subtract(a, b, false, size, rflags);
        break;
    case ALU_SBB:
        result = subtract(a, b, carry, size, rflags);
        break;
    case ALU_OR:
        result = a | b;
        set_carry_flags(rflags, 0, size);
        break;
    case ALU_AND:
        result = a & b;
        set_carry_flags(rflags, 0, size);
        break;
    case ALU_XOR:
        result = a ^ b;
        set_carry_flags(rflags, 0, size);
        break;
    }
    alu_set_result_flags(rflags, result, size);
    return result;
}

vmk_uint64 alu_increment(vmk_uint64 a, unsigned size, vmk_uint64 *rflags)
{
    vmk_uint64 carry = *rflags & RFLAGS_CF, result = alu_binary(ALU_ADD, a, 1, size, rflags);

    alu_set_flag(rflags, RFLAGS_CF, carry != 0);
    return result;
}

vmk_uint64 alu_decrement(vmk_uint64 a, unsigned size, vmk_uint64 *rflags)
{
    vmk_uint64 carry = *rflags & RFLAGS_CF, result = alu_binary(ALU_SUB, a, 1, size, rflags);

    alu_set_flag(rflags, RFLAGS_CF, carry != 0);
    return result;
}

vmk_uint64 alu_negate(vmk_uint64 a, unsigned size, vmk_uint64 *rflags)
{
    return alu_binary(ALU_SUB, 0, a, size, rflags);
}

static vmk_uint64 rotate_left(vmk_uint64 a, unsigned count, unsigned size)
{
    unsigned bits = bits_of(size);

    count %= bits;
    return count == 0 ? a : alu_truncate(a << count | a >> (bits - count), size);
}

static vmk_uint64 rotate(bool left, vmk_uint64 a, unsigned count, unsigned size, vmk_uint64 *rflags)
{
    unsigned bits = bits_of(size);
    vmk_uint64 result = rotate_left(a, left ? count : bits - count % bits, size);
    bool top = alu_top_bit(result, size);

    alu_set_flag(rflags, RFLAGS_CF, left ? (result & 1) != 0 : top);
    alu_set_flag(rflags, RFLAGS_OF, left ? top != (result & 1) : top != (result >> (bits - 2) & 1));
    return result;
}

/** RCL and RCR, a bit at a time: CF is one bit more of the operand. */
static vmk_uint64 rotate_carry(bool left, vmk_uint64 a, unsigned count, unsigned size, vmk_uint64 *rflags)
{
    unsigned bits = bits_of(size);
    bool carry = *rflags & RFLAGS_CF, top;

    for (count %= bits + 1; count > 0; count--) {
        bool out = left ? alu_top_bit(a, size) : (a & 1) != 0;

        a = left ? alu_truncate(a << 1, size) | carry : a >> 1 | (vmk_uint64)carry << (bits - 1);
        carry = out;
    }
    top = alu_top_bit(a, size);
    alu_set_flag(rflags, RFLAGS_CF, carry);
    alu_set_flag(rflags, RFLAGS_OF, left ? top != carry : top != (a >> (bits - 2) & 1));
    return a;
}

static vmk_uint64 shift_left(vmk_uint64 a, unsigned count, unsigned size, vmk_uint64 *rflags)
{
    vmk_uint64 almost = a << (count - 1), result = alu_truncate(almost << 1, size);
    bool carry = alu_top_bit(almost, size);

    alu_set_flag(rflags, RFLAGS_CF, carry);
    alu_set_flag(rflags, RFLAGS_OF, alu_top_bit(result, size) != carry);
    return result;
}

static vmk_uint64 shift_right(bool arithmetic, vmk_uint64 a, unsigned count, unsigned size,
                              vmk_uint64 *rflags)
{
    vmk_int64 almost =
        arithmetic ? (vmk_int64)alu_sign_extend(a, size) >> (count - 1) : (vmk_int64)(a >> (count - 1));
    vmk_uint64 result = arithmetic ? (vmk_uint64)(almost >> 1) : (vmk_uint64)almost >> 1;

    alu_set_flag(rflags, RFLAGS_CF, almost & 1);
    alu_set_flag(rflags, RFLAGS_OF, !arithmetic && alu_top_bit(a, size));
    return alu_truncate(result, size);
}

vmk_uint64 alu_shift(enum alu_shift what, vmk_uint64 a, vmk_uint8 count, unsigned size, vmk_uint64 *rflags)
{
    unsigned places = count & (size == 8 ? 63u : 31u);
    vmk_uint64 result = 0;

    a = alu_truncate(a, size);
    if (places == 0) {
        return a;
    }
    switch (what) {
    case ALU_ROL:
    case ALU_ROR:
        return rotate(what == ALU_ROL, a, places, size, rflags);
    case ALU_RCL:
    case ALU_RCR:
        return rotate_carry(what == ALU_RCL, a, places, size, rflags);
    case ALU_SHL:
    case ALU_SAL:
        result = shift_left(a, places, size, rflags);
        break;
    case ALU_SHR:
    case ALU_SAR:
        result = shift_right(what == ALU_SAR, a, places, size, rflags);
        break;
    }
    alu_set_flag(rflags, RFLAGS_AF, false);
    alu_set_result_flags(rflags, result, size);
    return result;
}

vmk_uint64 alu_shift_double(bool left, vmk_uint64 a, vmk_uint64 b, vmk_uint8 count, unsigned size,
                            vmk_uint64 *rflags)
{
    unsigned bits = bits_of(size), places = count & (size == 8 ? 63u : 31u);
    vmk_uint64 result;
    bool carry;

    a = alu_truncate(a, size);
    b = alu_truncate(b, size);
    if (places == 0) {
        return a;
    }
    if (places > bits) { /* 16 bits alone come to this: the pattern begins again. */
        vmk_uint64 first = a;

        a = b;
        b = first;
        places -= bits;
    }
    if (left) {
        carry = a >> (bits - places) & 1;
        result = places == bits ? b : alu_truncate(a << places | b >> (bits - places), size);
    } else {
        carry = a >> (places - 1) & 1;
        result = places == bits ? b : alu_truncate(a >> places | b << (bits - places), size);
    }
    alu_set_flag(rflags, RFLAGS_CF, carry);
    alu_set_flag(rflags, RFLAGS_OF, alu_top_bit(result, size) != alu_top_bit(a, size));
    alu_set_flag(rflags, RFLAGS_AF, false);
    alu_set_result_flags(rflags, result, size);
    return result;
}

vmk_uint64 alu_bit(enum alu_bit what, vmk_uint64 a, vmk_uint64 bit, unsigned size, vmk_uint64 *rflags)
{
    vmk_uint64 mask = 1ul << bit % bits_of(size);

    alu_set_flag(rflags, RFLAGS_CF, a & mask);
    switch (what) {
    case ALU_BT:
        return a;
    case ALU_BTS:
        return a | mask;
    case ALU_BTR:
        return a & ~mask;
    case ALU_BTC:
        return a ^ mask;
    }
    return a;
}

bool alu_condition(unsigned code, vmk_uint64 rflags)
{
    bool less = ((rflags & RFLAGS_SF) != 0) != ((rflags & RFLAGS_OF) != 0);
    bool holds = false;

    switch (code >> 1 & 7) {
    case 0:
        holds = rflags & RFLAGS_OF;
        break;
    case 1:
        holds = rflags & RFLAGS_CF;
        break;
    case 2:
        holds = rflags & RFLAGS_ZF;
        break;
    case 3:
        holds = rflags & (RFLAGS_CF | RFLAGS_ZF);
        break;
    case 4:
        holds = rflags & RFLAGS_SF;
        break;
    case 5:
        holds = rflags & RFLAGS_PF;
        break;
    case 6:
        holds = less;
        break;
    case 7:
        holds = less || (rflags & RFLAGS_ZF) != 0;
        break;
    }
    return holds != (code & 1);
}
