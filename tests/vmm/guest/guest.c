/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.c - what the test kernels share.
 */
#include "guest.h"

#define SERIAL          0x3f8
#define SERIAL_READY    0x20
#define DEBUG_EXIT      0xf4
#define PIC_MASTER_MASK 0x21
#define PIC_SLAVE_MASK  0xa1
#define VECTORS         256
#define STUB_BYTES      16
#define EXCEPTIONS      32
#define GATE            0x8e00 /* Present, interrupt gate. */
#define GATE_PRESENT    0x8000

extern const char vector_stubs[];
void guest_start(void);
void guest_load_code(void);
void guest_halt(void);
void guest_vector(struct frame *frame);

static vector_handler handlers[VECTORS];
static volatile unsigned counts[VECTORS];
static unsigned failures, failed_tests;
static bool trying;
static int faulted;
static uint32_t fault_code;
volatile uint32_t guest_resume;

#ifdef __x86_64__
uint64_t guest_gdt[16] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff};
#else
uint64_t guest_gdt[16] = {0, 0x00cf9b000000ffff, 0x00cf93000000ffff};
#endif
struct guest_gate guest_idt[VECTORS];

static void print_char(char c)
{
    while (!(in8(SERIAL + 5) & SERIAL_READY)) {
    }
    out8(SERIAL, (uint8_t)c);
}

void guest_print(const char *text)
{
    for (; *text != '\0'; text++) {
        print_char(*text);
    }
}

void guest_print_hex(uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        print_char("0123456789abcdef"[value >> shift & 0xf]);
    }
}

void guest_fail(const char *what, unsigned line)
{
    guest_print("# line ");
    guest_print_hex(line);
    guest_print(": ");
    guest_print(what);
    guest_print("\n");
    failures++;
}

void guest_handle(unsigned vector, vector_handler handler)
{
    handlers[vector] = handler;
}

void guest_gate_present(unsigned vector, bool present)
{
    guest_idt[vector].type = present ? GATE : GATE & ~GATE_PRESENT;
}

unsigned guest_count(unsigned vector)
{
    return counts[vector];
}

void guest_try_begin(void)
{
    trying = true;
    faulted = -1;
}

int guest_faulted(uint32_t *error_code)
{
    trying = false;
    *error_code = fault_code;
    return faulted;
}

static void unexpected(const struct frame *frame)
{
    guest_print("# vector ");
    guest_print_hex((uint32_t)frame->vector);
    guest_print(" code ");
    guest_print_hex((uint32_t)frame->error_code);
    guest_print(" at ");
    guest_print_hex((uint32_t)frame->ip);
    guest_print("\n");
    out8(DEBUG_EXIT, 0x7f);
    guest_halt();
}

void guest_vector(struct frame *frame)
{
    counts[frame->vector]++;
    if (handlers[frame->vector] != 0) {
        handlers[frame->vector](frame);
    } else if (trying && frame->vector < EXCEPTIONS) {
        faulted = (int)frame->vector;
        fault_code = (uint32_t)frame->error_code;
        frame->ip = guest_resume;
    } else {
        unexpected(frame);
    }
}

static void load_tables(void)
{
    struct {
        uint16_t limit;
        uintptr_t base;
    } __attribute__((packed)) gdtr = {sizeof(guest_gdt) - 1, (uintptr_t)guest_gdt},
                              idtr = {sizeof(guest_idt) - 1, (uintptr_t)guest_idt};

    for (unsigned i = 0; i < VECTORS; i++) {
        uintptr_t stub = (uintptr_t)vector_stubs + i * STUB_BYTES;

        guest_idt[i] = (struct guest_gate){.offset_low = (uint16_t)stub,
                                           .selector = GUEST_CODE,
                                           .type = GATE,
                                           .offset_middle = (uint16_t)(stub >> 16)};
    }
    __asm__ volatile("lgdt %0; lidt %1; mov %2, %%ds; mov %2, %%es; mov %2, %%fs; mov %2, %%gs; "
                     "mov %2, %%ss" ::"m"(gdtr),
                     "m"(idtr), "r"(GUEST_DATA)
                     : "memory");
    guest_load_code();
}

static void run(const struct guest_test *test)
{
    failures = 0;
    for (unsigned i = 0; i < VECTORS; i++) {
        counts[i] = 0;
        handlers[i] = 0;
    }
    test->run();
    guest_print(failures == 0 ? "ok " : "not ok ");
    guest_print(test->name);
    guest_print("\n");
    failed_tests += failures != 0;
}

void guest_start(void)
{
    /* Firmware may have left the timer's line open, on vectors of exceptions. */
    out8(PIC_MASTER_MASK, 0xff);
    out8(PIC_SLAVE_MASK, 0xff);
    load_tables();
    for (const struct guest_test *test = guest_tests; test->name != 0; test++) {
        run(test);
    }
    guest_print(failed_tests == 0 ? "all passed\n" : "some failed\n");
    guest_print("ended\n");
    out8(DEBUG_EXIT, (uint8_t)failed_tests);
    guest_halt();
}
