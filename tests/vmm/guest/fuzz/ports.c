/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ports.c - ports, one access at a time and by string instructions on any memory.
 */
#include "fuzz.h"

static void port_access(void)
{
    uint16_t port = fuzz_port();
    uint32_t value = (uint32_t)fuzz_value();

    switch (fuzz_below(6)) {
    case 0:
        (void)in8(port);
        break;
    case 1:
        __asm__ volatile("inw %%dx, %%ax" : "+a"(value) : "d"(port));
        break;
    case 2:
        (void)in32(port);
        break;
    case 3:
        out8(port, (uint8_t)value);
        break;
    case 4:
        __asm__ volatile("outw %%ax, %%dx" ::"a"(value), "d"(port));
        break;
    default:
        out32(port, value);
    }
}

static uint64_t count(void)
{
    static const uint64_t counts[] = {0, 1, 2, 3, 16, 4095, 4096, 4097, 70000, 1ull << 32, ~0ull};

    return fuzz_one_in(4) ? fuzz_value() : FUZZ_PICK(counts);
}

/* INS and OUTS, with any prefixes, forwards and backwards, from and to anywhere. */
static void port_string(void)
{
    static const uint8_t prefixes[] = {0xf3, 0xf3, 0xf3, 0xf2, 0x66, 0x67, 0x64, 0x2e, 0x48};
    uint8_t code[8];
    unsigned len = 0;

    if (fuzz_one_in(4)) {
        code[len++] = 0xfd; /* STD */
    }
    for (unsigned n = fuzz_below(4); n > 0; n--) {
        code[len++] = FUZZ_PICK(prefixes);
    }
    code[len++] = (uint8_t)(0x6c + fuzz_below(4));
    fuzz_registers_fill();
    fuzz_registers[1] = count();
    fuzz_registers[2] = fuzz_port();
    fuzz_registers[6] = fuzz_address();
    fuzz_registers[7] = fuzz_address();
    fuzz_execute((enum fuzz_mode)fuzz_below(FUZZ_MODES), code, len);
}

const struct fuzz_generator fuzz_ports[] = {
    {"port", 60, port_access},
    {"port string", 4, port_string},
    {0},
};
