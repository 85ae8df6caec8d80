/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * system.c - what the processor has besides memory and ports: MSRs, CPUID, control and debug registers,
 * privileged and virtualization instructions, descriptors, exceptions, halting, interrupts to other
 * processors.
 */
#include "fuzz.h"

#define APIC(offset)  (*(volatile uint32_t *)(uintptr_t)(0xfee00000u + (offset)))
#define APIC_ICR_LOW  0x300
#define APIC_ICR_HIGH 0x310

#define ICR_MODE      0x700u
#define ICR_INIT      0x500u
#define ICR_STARTUP   0x600u
#define ICR_SHORTHAND 0xc0000u
#define SECOND        1u /* The other processor's APIC ID. */
#define SECOND_PAGE   8u /* It begins at this page. */

static uint32_t any_msr(void)
{
    static const struct {
        uint32_t first, count;
    } ranges[] = {
        {0x10, 1},        {0x17, 1},       {0x1b, 1},        {0x3a, 1},       {0x8b, 1},
        {0xc1, 8},        {0xfe, 1},       {0x174, 16},      {0x1d9, 8},      {0x200, 16},
        {0x250, 1},       {0x258, 2},      {0x268, 8},       {0x277, 1},      {0x2ff, 1},
        {0x400, 32},      {0x480, 20},     {0x6e0, 1},       {0x800, 0x40},   {0xda0, 1},
        {0xc0000080, 5},  {0xc0000100, 8}, {0xc0010000, 32}, {0xc0010055, 1}, {0xc0010110, 16},
        {0xc0011020, 16}, {0x4b564d00, 8}, {0x40000000, 16}, {0x11, 2},
    };
    unsigned i = fuzz_below(sizeof(ranges) / sizeof(ranges[0]));

    return fuzz_one_in(8) ? (uint32_t)fuzz_value() : ranges[i].first + fuzz_below(ranges[i].count);
}

static void msr_read(void)
{
    (void)rdmsr(any_msr());
}

static void msr_write(void)
{
    wrmsr(any_msr(), fuzz_one_in(4) ? fuzz_address() : fuzz_value());
}

/* As it was, but for a bit. */
static void msr_flip(void)
{
    uint32_t msr = any_msr();

    wrmsr(msr, rdmsr(msr) ^ 1ull << fuzz_below(64));
}

static void ask_cpuid(void)
{
    static const uint32_t bases[] = {0, 0x40000000, 0x80000000, 0xc0000000};

    (void)cpuid(fuzz_one_in(8) ? (uint32_t)fuzz_value() : FUZZ_PICK(bases) + fuzz_below(40), fuzz_below(70));
}

/* Control registers: mostly a bit of what is there, of those that a processor may know. CR3 is a wild one's.
 */

/* Other bits stop a VM on QEMU, instead of being #GP: CAVEATS.md. */
#define CR0_BITS 0x4005002eull
#define CR4_BITS 0x7507dfull
#define CR8_BITS ~0ull

#define CONTROL(name, bits)                                                                                  \
    static void flip_##name(void)                                                                            \
    {                                                                                                        \
        uint64_t value;                                                                                      \
                                                                                                             \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(value));                                               \
        value ^= (fuzz_one_in(8) ? fuzz_random() : 1ull << fuzz_below(64)) & (bits);                         \
        __asm__ volatile("mov %0, %%" #name ::"r"(value) : "memory");                                        \
        (void)cpuid(0, 0);                                                                                   \
    }

CONTROL(cr0, CR0_BITS)
CONTROL(cr4, CR4_BITS)
CONTROL(cr8, CR8_BITS)

static void write_xcr0(void)
{
    uint64_t value = fuzz_one_in(2) ? fuzz_below(16) : fuzz_value();

    __asm__ volatile("xsetbv" ::"a"((uint32_t)value), "d"((uint32_t)(value >> 32)),
                     "c"(fuzz_one_in(8) ? fuzz_below(4) : 0));
}

/* All but breakpoints that are switched on, which QEMU does not survive: CAVEATS.md. */
static void set_debug(void)
{
    uint64_t at = fuzz_address();

    __asm__ volatile("mov %0, %%dr0; mov %0, %%dr1; mov %0, %%dr2; mov %0, %%dr3" ::"r"(at));
    __asm__ volatile("mov %0, %%dr6" ::"r"(fuzz_random() & 0xffffffff));
    __asm__ volatile("mov %0, %%dr7" ::"r"(fuzz_value() & ~0xffull));
    (void)cpuid(0, 0);
}

/* Instructions of any privilege without an operand in memory; those that may lead anywhere are wild ones. */
/* clang-format off */
static const struct {
    uint8_t len, code[5];
} instructions[] = {
    {3, {0x0f, 0x01, 0xc0}}, {3, {0x0f, 0x01, 0xc1}}, {3, {0x0f, 0x01, 0xc2}}, {3, {0x0f, 0x01, 0xc3}},
    {3, {0x0f, 0x01, 0xc4}}, {3, {0x0f, 0x01, 0xc8}}, {3, {0x0f, 0x01, 0xc9}}, {3, {0x0f, 0x01, 0xca}},
    {3, {0x0f, 0x01, 0xcb}}, {3, {0x0f, 0x01, 0xd0}}, {3, {0x0f, 0x01, 0xd1}}, {3, {0x0f, 0x01, 0xd4}},
    {3, {0x0f, 0x01, 0xd8}}, {3, {0x0f, 0x01, 0xd9}}, {3, {0x0f, 0x01, 0xda}}, {3, {0x0f, 0x01, 0xdb}},
    {3, {0x0f, 0x01, 0xdc}}, {3, {0x0f, 0x01, 0xdd}}, {3, {0x0f, 0x01, 0xde}}, {3, {0x0f, 0x01, 0xdf}},
    {3, {0x0f, 0x01, 0xf8}}, {3, {0x0f, 0x01, 0xf9}}, {3, {0x0f, 0x01, 0xfa}}, {3, {0x0f, 0x01, 0xfb}},
    {3, {0x0f, 0x01, 0xfc}}, {3, {0x0f, 0x01, 0xfd}}, {3, {0x0f, 0x01, 0xee}}, {3, {0x0f, 0x01, 0xef}},
    {3, {0x0f, 0x01, 0x38}}, {3, {0x0f, 0x00, 0xe0}}, {3, {0x0f, 0x01, 0xe0}}, {2, {0x0f, 0x06}},
    {2, {0x0f, 0x07}}, {2, {0x0f, 0x08}}, {2, {0x0f, 0x09}}, {2, {0x0f, 0x0b}}, {2, {0x0f, 0x0d}},
    {2, {0x0f, 0x30}}, {2, {0x0f, 0x31}}, {2, {0x0f, 0x32}}, {2, {0x0f, 0x33}}, {2, {0x0f, 0x35}},
    {2, {0x0f, 0x37}}, {2, {0x0f, 0xa2}}, {2, {0x0f, 0xaa}}, {3, {0x0f, 0xae, 0xf8}},
    {3, {0x0f, 0xae, 0x38}}, {4, {0xf3, 0x0f, 0xae, 0xc0}}, {3, {0x0f, 0x20, 0xc0}},
    {3, {0x0f, 0x20, 0xd8}}, {4, {0xf0, 0x0f, 0x22, 0xc0}}, {3, {0x0f, 0x21, 0xf0}},
    {3, {0x0f, 0x23, 0xc0}}, {1, {0xf4}}, {1, {0xf1}}, {1, {0xcc}}, {1, {0xce}}, {1, {0x9d}},
    {1, {0xfa}}, {1, {0xfb}}, {2, {0xfb, 0xf4}}, {2, {0xf3, 0x90}}, {2, {0xcd, 0x80}},
    {2, {0xcd, 0x02}}, {2, {0xcd, 0x08}}, {2, {0xcd, 0xff}}, {2, {0xf7, 0xf1}}, {2, {0xf3, 0xf4}},
    {2, {0x8e, 0xd8}}, {2, {0x8e, 0xd0}}, {3, {0x0f, 0xc7, 0xf0}}, {3, {0x0f, 0xc7, 0x30}},
    {4, {0xf3, 0x0f, 0xc7, 0x30}}, {4, {0x66, 0x0f, 0x38, 0x80}}, {4, {0x66, 0x0f, 0x38, 0x82}},
    {3, {0x0f, 0x78, 0xc0}},
};
/* clang-format on */

/* One of them, with any registers. */
static void instruction(void)
{
    unsigned i = fuzz_below(sizeof(instructions) / sizeof(instructions[0]));
    uint8_t code[16];
    unsigned len = 0;

    if (fuzz_one_in(4)) {
        static const uint8_t prefixes[] = {0x66, 0xf2, 0xf3, 0xf0, 0x48, 0x67};

        code[len++] = FUZZ_PICK(prefixes);
    }
    for (unsigned n = 0; n < instructions[i].len; n++) {
        code[len++] = instructions[i].code[n];
    }
    fuzz_registers_fill();
    if (fuzz_one_in(2)) {
        fuzz_registers[1] = any_msr();
    }
    fuzz_execute((enum fuzz_mode)fuzz_below(FUZZ_MODES), code, len);
}

/* Descriptors of all kinds are loaded into all registers but the task's. */
static void segments(void)
{
    static const uint8_t loads[][3] = {{0x8e, 0xd8, 0x90}, {0x8e, 0xc0, 0x90}, {0x8e, 0xe0, 0x90},
                                       {0x8e, 0xe8, 0x90}, {0x8e, 0xd0, 0x90}, {0x0f, 0x00, 0xd0},
                                       {0x0f, 0x00, 0xe0}, {0x0f, 0x00, 0xe8}, {0x0f, 0x02, 0xc0},
                                       {0x0f, 0x03, 0xc0}, {0x0f, 0x01, 0x00}, {0x0f, 0x01, 0x08}};
    unsigned i = fuzz_below(sizeof(loads) / sizeof(loads[0]));

    for (unsigned n = 10; n < 16; n++) {
        guest_gdt[n] = fuzz_one_in(2) ? fuzz_random() : guest_gdt[1 + fuzz_below(6)] ^ 1ull << fuzz_below(64);
    }
    fuzz_registers_fill();
    fuzz_registers[0] = fuzz_one_in(4) ? fuzz_value() : fuzz_below(16) << 3 | fuzz_below(8);
    fuzz_execute(fuzz_one_in(2) ? FUZZ_KERNEL : (enum fuzz_mode)fuzz_below(FUZZ_MODES), loads[i], 3);
}

/* Gates that are no good: exceptions on the way to a handler, double faults. */
static void gates(void)
{
    static const uint8_t codes[][2] = {{0xcd, 0x80}, {0xcc, 0x90}, {0xf7, 0xf1}, {0x0f, 0x0b},
                                       {0xf1, 0x90}, {0xcd, 0x0d}, {0x8e, 0xd0}};
    static const unsigned vectors[] = {0, 1, 3, 6, 10, 11, 12, 13, 0x80};

    for (unsigned n = 0; n < 2; n++) {
        struct guest_gate *gate = &guest_idt[FUZZ_PICK(vectors)];

        if (fuzz_one_in(2)) {
            gate->type ^= (uint16_t)(1u << (8 + fuzz_below(8)));
        } else {
            gate->selector = (uint16_t)(fuzz_one_in(2) ? fuzz_random() : fuzz_below(7) << 3);
        }
    }
    fuzz_registers_fill();
    fuzz_registers[0] = 0xfff8;
    fuzz_registers[1] = 0;
    fuzz_execute((enum fuzz_mode)fuzz_below(FUZZ_MODES), FUZZ_PICK(codes), 2);
}

/* Until the watchdog's tick. */
static void halt(void)
{
    static const uint8_t codes[][4] = {{0xf4, 0xf4, 0xf4, 0xf4},
                                       {0xfb, 0xf4, 0xfb, 0xf4},
                                       {0xfa, 0xfb, 0xf4, 0xf4},
                                       {0x0f, 0x09, 0xf4, 0x90}};

    fuzz_registers_fill();
    fuzz_execute(FUZZ_KERNEL, FUZZ_PICK(codes), 4);
}

static void invalidate(void)
{
    uint64_t at = fuzz_address();

    __asm__ volatile("invlpg (%0); wbinvd; clts" ::"r"(at) : "memory");
}

/* What the second processor executes, if it is started: a few things at its ports, then it halts. Its vectors
 * lead to an IRET. */
static void put_second(void)
{
    /* MOV BP, 64; again: MOV DX, 80h; OUT; IN; CPUID; DEC BP; JNZ again; STI; HLT; and the IRET */
    static const uint8_t code[] = {0xfa, 0xbd, 0x40, 0x00, 0xba, 0x80, 0x00, 0xee, 0xec, 0x0f,
                                   0xa2, 0x4d, 0x75, 0xf6, 0xfb, 0xf4, 0xeb, 0xfc, 0xcf};
    uint8_t *to = (uint8_t *)(uintptr_t)(SECOND_PAGE << 12);
    volatile uint32_t *vectors = 0;

    __asm__("" : "+r"(vectors)); /* Address 0 is one like others. */
    for (unsigned i = 0; i < sizeof(code); i++) {
        to[i] = code[i];
    }
    for (unsigned i = 0; i < 256; i++) {
        vectors[i] = SECOND_PAGE << 24 | (sizeof(code) - 1);
    }
}

/* Of every mode to every target; an INIT or a start-up to the second processor alone. */
static void interrupt_processors(void)
{
    uint32_t low = (uint32_t)fuzz_random() & 0xccfff, high = fuzz_one_in(2) ? fuzz_below(4) : fuzz_below(256);

    if ((low & ICR_MODE) == ICR_INIT || (low & ICR_MODE) == ICR_STARTUP) {
        put_second();
        low = (low & ~(ICR_SHORTHAND | 0x8ffu)) | SECOND_PAGE;
        high = SECOND;
    }
    APIC(APIC_ICR_HIGH) = high << 24;
    APIC(APIC_ICR_LOW) = low;
}

const struct fuzz_generator fuzz_system[] = {
    {"msr read", 20, msr_read},
    {"msr write", 20, msr_write},
    {"msr flip", 10, msr_flip},
    {"cpuid", 10, ask_cpuid},
    {"cr0", 8, flip_cr0},
    {"cr4", 8, flip_cr4},
    {"cr8", 8, flip_cr8},
    {"xcr0", 4, write_xcr0},
    {"debug", 6, set_debug},
    {"instruction", 40, instruction},
    {"segments", 10, segments},
    {"gates", 10, gates},
    {"halt", 1, halt},
    {"invalidate", 4, invalidate},
    {"interrupts", 12, interrupt_processors},
    {0},
};
