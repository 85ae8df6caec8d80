/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wild.c - what most often is a guest's end: anything at level 0, its page tables, stacks and descriptor
 * tables at random or in devices' memory, its own code as a buffer, resets and power-off.
 */
#include "fuzz.h"

#define APIC(offset) (*(volatile uint32_t *)(uintptr_t)(0xfee00000u + (offset)))
#define LOW_PAGES    0x8000u
#define TABLES       0x3000000u

struct table_register {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

/* Random bytes at level 0. */
static void code_at_random(void)
{
    uint8_t code[64];

    fuzz_registers_fill();
    fuzz_fill(code, sizeof(code));
    fuzz_execute(FUZZ_KERNEL, code, sizeof(code));
}

/* Tables that are ours but for some bits, and CR3 to them. */
static void tables_at_random(void)
{
    uint64_t cr3, *table = (uint64_t *)(uintptr_t)TABLES;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    for (unsigned i = 0; i < 512; i++) {
        table[i] = ((const uint64_t *)(uintptr_t)cr3)[i];
        table[512 + i] = ((const uint64_t *)(uintptr_t)(table[0] & ~0xfffull))[i];
    }
    table[0] = (uintptr_t)(table + 512) | 7;
    for (unsigned n = 1 + fuzz_below(3); n > 0; n--) {
        table[fuzz_below(2) * 512 + fuzz_below(4)] ^= 1ull << fuzz_below(64);
    }
    __asm__ volatile("mov %0, %%cr3" ::"r"(table) : "memory");
    (void)*(volatile uint32_t *)(uintptr_t)fuzz_device_address();
    (void)*(volatile uint32_t *)(uintptr_t)fuzz_address();
}

static void tables_anywhere(void)
{
    uint64_t at = fuzz_one_in(2) ? fuzz_device_address() & ~0xfffull : fuzz_address();

    __asm__ volatile("mov %0, %%cr3; nop" ::"r"(at) : "memory");
}

/* A level below our own root lies in a device's memory. */
static void tables_on_device(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    ((volatile uint64_t *)(uintptr_t)cr3)[2] = (fuzz_device_address() & ~0xfffull) | 7;
    __asm__ volatile("mov %0, %%cr3" ::"r"(cr3) : "memory");
    (void)*(volatile uint32_t *)(uintptr_t)(0x10000000000ull + (fuzz_random() & 0x7fffffffffull));
}

static void descriptor_tables_anywhere(void)
{
    struct table_register at = {(uint16_t)fuzz_value(),
                                fuzz_one_in(2) ? fuzz_device_address() : fuzz_address()};

    if (fuzz_one_in(2)) {
        __asm__ volatile("lidt %0; int3" ::"m"(at));
    } else {
        __asm__ volatile("lgdt %0; mov %1, %%ds; int3" ::"m"(at), "r"(fuzz_below(0x10000)));
    }
}

static void task_anywhere(void)
{
    for (unsigned n = 10; n < 16; n++) {
        guest_gdt[n] = (fuzz_random() & ~0x1f0000000000ull) | 0x890000000000ull;
    }
    __asm__ volatile("ltr %w0; int3" ::"r"(80 + fuzz_below(5) * 8));
}

/* SYSCALL and SYSENTER lead to where MSRs say, IRET and RETF to where the stack says. */
static void jump_anywhere(void)
{
    static const uint8_t codes[][2] = {{0x0f, 0x05}, {0x0f, 0x34}, {0x48, 0xcf}, {0x48, 0xcb}, {0xcf, 0x90}};

    wrmsr(0xc0000082, fuzz_address());
    wrmsr(0x176, fuzz_address());
    wrmsr(0x174, fuzz_below(64));
    fuzz_registers_fill();
    fuzz_execute((enum fuzz_mode)fuzz_below(FUZZ_MODES), FUZZ_PICK(codes), 2);
}

static void stack_anywhere(void)
{
    static const uint8_t codes[][4] = {{0x50, 0x50, 0x58, 0x90}, {0xff, 0xd0, 0x90, 0x90},
                                       {0xc3, 0x90, 0x90, 0x90}, {0x9c, 0x9d, 0x90, 0x90},
                                       {0xc8, 0x10, 0x00, 0x00}, {0x48, 0xcf, 0x90, 0x90}};

    fuzz_registers_fill();
    fuzz_registers[4] = fuzz_one_in(2) ? fuzz_device_address() : fuzz_address();
    fuzz_execute(FUZZ_USER, FUZZ_PICK(codes), 4);
}

static void code_anywhere(void)
{
    static const uint8_t code[] = {0xff, 0xe0}; /* JMP RAX */

    fuzz_registers_fill();
    fuzz_registers[0] = fuzz_one_in(2) ? fuzz_device_address() : fuzz_address();
    fuzz_execute(fuzz_one_in(2) ? FUZZ_KERNEL : FUZZ_USER, code, sizeof(code));
}

/* The second processor begins at random bytes in real mode. */
static void second_at_random(void)
{
    fuzz_fill((void *)(uintptr_t)LOW_PAGES, 256);
    APIC(0x310) = 1u << 24;
    APIC(0x300) = 0x4500;
    APIC(0x300) = 0x4600 | (fuzz_one_in(4) ? fuzz_below(256) : LOW_PAGES >> 12);
}

/* Without long mode, wherever that leads. */
static void mode_at_random(void)
{
    static const uint8_t codes[][12] = {
        /* From compatibility mode, paging off: MOV EAX, CR0; BTR EAX, 31; MOV CR0, EAX */
        {0x0f, 0x20, 0xc0, 0x0f, 0xba, 0xf0, 0x1f, 0x0f, 0x22, 0xc0, 0xeb, 0xfe},
        /* MOV EAX, CR4; BTC EAX, 5; MOV CR4, EAX */
        {0x0f, 0x20, 0xe0, 0x0f, 0xba, 0xf8, 0x05, 0x0f, 0x22, 0xe0, 0xeb, 0xfe},
    };

    guest_gdt[10] = 0x00cf9b000000ffff;
    fuzz_registers_fill();
    if (fuzz_one_in(2)) {
        uint8_t *to = (uint8_t *)(uintptr_t)0x500000;
        static const uint8_t far_return[] = {0x6a, 0x50, 0x68, 0x00, 0x00, 0x50, 0x00, 0x48, 0xcb};

        for (unsigned i = 0; i < sizeof(codes[0]); i++) {
            to[i] = codes[0][i];
        }
        fuzz_execute(FUZZ_KERNEL, far_return, sizeof(far_return));
    }
    fuzz_execute(FUZZ_KERNEL, FUZZ_PICK(codes), 12);
}

static void init_self(void)
{
    APIC(0x310) = 0;
    APIC(0x300) = fuzz_one_in(2) ? 0x44500 : 0x84500;
    (void)cpuid(0, 0);
}

/* A port that ends the machine, if what is written is right. */
static void end(void)
{
    static const uint16_t ports[] = {0x64, 0x92, 0xf4, 0x505, 0x604, 0x605, 0xcf9};
    static const uint16_t values[] = {0xfe, 0x01, 0x02, 0x06, 0x0e, 0x2000, 0x2400, 0x3400, 0x34};
    uint16_t port = FUZZ_PICK(ports), value = fuzz_one_in(2) ? FUZZ_PICK(values) : (uint16_t)fuzz_value();

    if (fuzz_one_in(2)) {
        out8(port, (uint8_t)value);
    } else {
        __asm__ volatile("outw %0, %1" ::"a"(value), "d"(port));
    }
}

const struct fuzz_generator fuzz_wild[] = {
    {"code at random", 10, code_at_random},
    {"tables at random", 10, tables_at_random},
    {"tables anywhere", 4, tables_anywhere},
    {"tables on a device", 10, tables_on_device},
    {"descriptor tables anywhere", 6, descriptor_tables_anywhere},
    {"jump anywhere", 6, jump_anywhere},
    {"task anywhere", 4, task_anywhere},
    {"stack anywhere", 20, stack_anywhere},
    {"code anywhere", 10, code_anywhere},
    {"second at random", 6, second_at_random},
    {"mode at random", 2, mode_at_random},
    {"INIT to itself", 1, init_self},
    {"end", 2, end},
    {0},
};
