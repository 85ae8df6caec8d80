/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.c - devices in memory: plain accesses of all widths, and every form of instruction on them.
 */
#include "fuzz.h"

static void memory_access(void)
{
    uintptr_t at = fuzz_device_address();
    uint64_t value = fuzz_value();

    switch (fuzz_below(8)) {
    case 0:
        (void)*(volatile uint8_t *)at;
        break;
    case 1:
        (void)*(volatile uint16_t *)at;
        break;
    case 2:
        (void)*(volatile uint32_t *)at;
        break;
    case 3:
        (void)*(volatile uint64_t *)at;
        break;
    case 4:
        *(volatile uint8_t *)at = (uint8_t)value;
        break;
    case 5:
        *(volatile uint16_t *)at = (uint16_t)value;
        break;
    case 6:
        *(volatile uint64_t *)at = value;
        break;
    default:
        *(volatile uint32_t *)at = (uint32_t)value;
    }
}

/** An instruction with an operand in memory. */
struct form {
    uint8_t map;         /**< 0: one byte, else 0F, 38 or 3A. */
    uint8_t first, last; /**< Opcodes. */
    uint8_t immediate;   /**< Bytes; 4: as the operand's size says. */
    uint8_t regs;        /**< Bit n: ModRM.reg may be n. */
};

/* Those that are executed on devices' memory at any privilege. */
static const struct form forms[] = {
    {0, 0x00, 0x03, 0, 0xff},    {0, 0x08, 0x0b, 0, 0xff},    {0, 0x10, 0x13, 0, 0xff},
    {0, 0x18, 0x1b, 0, 0xff},    {0, 0x20, 0x23, 0, 0xff},    {0, 0x28, 0x2b, 0, 0xff},
    {0, 0x30, 0x33, 0, 0xff},    {0, 0x38, 0x3b, 0, 0xff},    {0, 0x63, 0x63, 0, 0xff},
    {0, 0x80, 0x80, 1, 0xff},    {0, 0x81, 0x81, 4, 0xff},    {0, 0x83, 0x83, 1, 0xff},
    {0, 0x84, 0x8c, 0, 0x3f},    {0, 0xc0, 0xc1, 1, 0xff},    {0, 0xc6, 0xc6, 1, 0x01},
    {0, 0xc7, 0xc7, 4, 0x01},    {0, 0xd0, 0xd3, 0, 0xff},    {0, 0xf6, 0xf6, 1, 0x03},
    {0, 0xf7, 0xf7, 4, 0x03},    {0, 0xf6, 0xf7, 0, 0x0c},    {0, 0xfe, 0xff, 0, 0x03},
    {0x0f, 0x10, 0x13, 0, 0xff}, {0x0f, 0x16, 0x17, 0, 0xff}, {0x0f, 0x28, 0x29, 0, 0xff},
    {0x0f, 0x40, 0x4f, 0, 0xff}, {0x0f, 0x90, 0x9f, 0, 0xff}, {0x0f, 0xa3, 0xa3, 0, 0xff},
    {0x0f, 0xa4, 0xa4, 1, 0xff}, {0x0f, 0xa5, 0xa5, 0, 0xff}, {0x0f, 0xab, 0xab, 0, 0xff},
    {0x0f, 0xac, 0xac, 1, 0xff}, {0x0f, 0xad, 0xad, 0, 0xff}, {0x0f, 0xb0, 0xb1, 0, 0xff},
    {0x0f, 0xb3, 0xb3, 0, 0xff}, {0x0f, 0xb6, 0xb7, 0, 0xff}, {0x0f, 0xba, 0xba, 1, 0xf0},
    {0x0f, 0xbb, 0xbb, 0, 0xff}, {0x0f, 0xbe, 0xbf, 0, 0xff}, {0x0f, 0xc0, 0xc1, 0, 0xff},
    {0x0f, 0xc3, 0xc3, 0, 0xff}, {0x0f, 0xc7, 0xc7, 0, 0x02}, {0x38, 0xf0, 0xf1, 0, 0xff},
    {0, 0xa4, 0xa7, 0, 0xff},    {0, 0xaa, 0xaf, 0, 0xff},
};

static bool is_string(const struct form *form)
{
    return form->map == 0 && form->first >= 0xa4 && form->last <= 0xaf;
}

static bool is_swap(const struct form *form) /* MOVBE, which is CRC32 with F2. */
{
    return form->map == 0x38;
}

/** Prefixes that a form may have and still be it. */
static unsigned put_prefixes(const struct form *form, uint8_t *code)
{
    unsigned len = 0;

    if (fuzz_one_in(4)) {
        code[len++] = 0x66;
    }
    if (is_string(form) && fuzz_one_in(2)) {
        code[len++] = fuzz_one_in(2) ? 0xf3 : 0xf2;
    } else if (!is_swap(form) && form->map == 0 && fuzz_one_in(8)) {
        code[len++] = 0xf0; /* #UD for most. */
    }
    return len;
}

/** ModRM and what follows: an address made of a register, perhaps an index, perhaps a displacement. */
static unsigned put_operand(uint8_t *code, unsigned reg, uint64_t at, bool rex_b)
{
    static const uint8_t bases[] = {0, 1, 2, 3, 6, 7};
    unsigned base = FUZZ_PICK(bases), len = 0;
    int32_t displacement = (int32_t)fuzz_below(0x200) - 0x100;

    if (fuzz_one_in(2)) {
        code[len++] = (uint8_t)(reg << 3 | base);
        displacement = 0;
    } else {
        code[len++] = (uint8_t)(0x80 | reg << 3 | base);
        for (unsigned i = 0; i < 4; i++) {
            code[len++] = (uint8_t)(displacement >> 8 * i);
        }
    }
    fuzz_registers[base + (rex_b ? 8 : 0)] = at - (uint64_t)(int64_t)displacement;
    return len;
}

static unsigned pick_reg(uint8_t regs)
{
    unsigned reg;

    do {
        reg = fuzz_below(8);
    } while ((regs >> reg & 1) == 0 || (regs == 0xff && reg == 4)); /* Not into the stack pointer. */
    return reg;
}

static unsigned put_immediate(uint8_t *code, const struct form *form, bool prefixed)
{
    unsigned bytes = form->immediate == 4 && prefixed ? 2 : form->immediate;

    fuzz_fill(code, bytes);
    return bytes;
}

static void memory_form(void)
{
    const struct form *form = &FUZZ_PICK(forms);
    uint8_t code[24];
    unsigned len;
    uint64_t at = fuzz_device_address() - (fuzz_one_in(8) ? fuzz_below(32) : 0);
    bool wide, rex_b = fuzz_one_in(4);

    fuzz_registers_fill();
    len = put_prefixes(form, code);
    wide = fuzz_one_in(4);
    if (wide || rex_b) {
        code[len++] = (uint8_t)(0x40 | wide << 3 | rex_b);
    }
    if (form->map != 0) {
        code[len++] = 0x0f;
    }
    if (form->map > 0x0f) {
        code[len++] = form->map;
    }
    code[len++] = (uint8_t)(form->first + fuzz_below(form->last - form->first + 1u));
    if (is_string(form)) {
        fuzz_registers[fuzz_one_in(2) ? 6 : 7] = at;
        fuzz_registers[1] = fuzz_one_in(4) ? fuzz_value() : fuzz_below(64);
    } else {
        len += put_operand(code + len, pick_reg(form->regs), at, rex_b);
        len += put_immediate(code + len, form, len > 1 && code[0] == 0x66 && !wide);
    }
    fuzz_execute(fuzz_one_in(2) ? FUZZ_KERNEL : FUZZ_USER, code, len);
}

/* Loads and stores of vector registers, with VEX too: 66, F2 or F3 before them says which. */
static void memory_vector(void)
{
    static const uint8_t opcodes[] = {0x10, 0x11, 0x12, 0x13, 0x16, 0x17, 0x28, 0x29,
                                      0x2b, 0x6e, 0x6f, 0x7e, 0x7f, 0xd6, 0xe7, 0xf0};
    static const uint8_t prefixes[] = {0, 0x66, 0xf3, 0xf2};
    uint8_t code[16], opcode = FUZZ_PICK(opcodes);
    unsigned prefix = fuzz_below(4), len = 0;

    fuzz_registers_fill();
    if (fuzz_one_in(2)) {
        code[len++] = 0xc5;
        code[len++] =
            (uint8_t)(0x80 | (fuzz_one_in(4) ? fuzz_below(128) : 0x78u | fuzz_below(2) << 2 | prefix));
    } else {
        if (prefix != 0) {
            code[len++] = prefixes[prefix];
        }
        code[len++] = 0x0f;
    }
    code[len++] = opcode;
    len +=
        put_operand(code + len, fuzz_below(8), fuzz_device_address() & ~(fuzz_one_in(2) ? 31ull : 0), false);
    fuzz_execute(FUZZ_USER, code, len);
}

/* Whatever it is, of user code: what cannot be done on a device is #UD. */
static void memory_any(void)
{
    uint8_t code[24];
    unsigned len = 0;

    fuzz_registers_fill();
    for (unsigned n = fuzz_below(3); n > 0; n--) {
        static const uint8_t prefixes[] = {0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x64, 0x65, 0x2e, 0x36};

        code[len++] = FUZZ_PICK(prefixes);
    }
    if (fuzz_one_in(2)) {
        code[len++] = 0x0f;
    }
    code[len++] = (uint8_t)fuzz_random();
    len += put_operand(code + len, fuzz_below(8), fuzz_device_address(), false);
    fuzz_fill(code + len, 4);
    fuzz_execute((enum fuzz_mode)(FUZZ_USER + fuzz_below(2)), code, len + 4);
}

/* Random bytes, of user code. */
static void memory_noise(void)
{
    uint8_t code[48];
    unsigned len = 1 + fuzz_below(sizeof(code));

    fuzz_registers_fill();
    fuzz_fill(code, len);
    fuzz_execute((enum fuzz_mode)(FUZZ_USER + fuzz_below(3)), code, len);
}

const struct fuzz_generator fuzz_memory[] = {
    {"memory", 100, memory_access}, {"memory form", 60, memory_form}, {"vector form", 15, memory_vector},
    {"any form", 20, memory_any},   {"noise", 20, memory_noise},      {0},
};
