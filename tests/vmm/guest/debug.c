/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug.c - #DB where a guest leaves: single steps over, and breakpoints at, what is done for it (AMD64 APM
 * vol. 2, chapter 13).
 */
#include "guest.h"

#define VECTOR_DB    1
#define VECTOR_UD    6
#define VECTOR_TIMER 0x70
#define STEPS_MAX    64

#define APIC(offset) (*(volatile uint32_t *)(0xfee00000u + (offset)))
#define APIC_TPR     0x080
#define APIC_EOI     0x0b0
#define APIC_SVR     0x0f0
#define APIC_ICR     0x300
#define SVR_ON       0x1ffu
#define ICR_SELF     0x40000u
#define APIC_ID      "0xfee00020"
#define APIC_TPR_AT  "0xfee00080"

#define DR6_CLEAR    0xffff0ff0u
#define DR6_STEP     0x4000u
#define DR7_FIXED    0x400u
#define EFLAGS_TF    0x100u
#define EFLAGS_RF    0x10000u
#define CR4_DE       0x8u

/* DR7: breakpoint @n, of kind @kind, @bytes long. */
#define EXECUTE 0u
#define WRITE   1u
#define PORT    2u
#define ACCESS  3u
#define DR7(n, kind, bytes)                                                                                  \
    (1u << 2 * (n) | (kind) << (16 + 4 * (n)) | ((bytes) == 8 ? 2u : (bytes)-1u) << (18 + 4 * (n)))

static volatile unsigned traps;
static uint32_t trap_ip[STEPS_MAX], trap_dr6[STEPS_MAX];

static void clear_dr6(void)
{
    __asm__ volatile("mov %0, %%dr6" ::"r"(DR6_CLEAR));
}

static void set_dr7(uint32_t value)
{
    __asm__ volatile("mov %0, %%dr7" ::"r"(value | DR7_FIXED) : "memory");
}

static void note(struct frame *frame)
{
    uint32_t dr6;

    __asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
    clear_dr6();
    if (traps < STEPS_MAX) {
        trap_ip[traps] = frame->ip;
        trap_dr6[traps] = dr6 & ~DR6_CLEAR;
    }
    traps++;
    frame->flags |= EFLAGS_RF; /* For those that come before the instruction. */
}

static void begin(void)
{
    guest_handle(VECTOR_DB, note);
    clear_dr6();
    traps = 0;
}

/* Step from here to STEPS_END: as many traps as there are instructions between, and one for the end's first.
 */
#define STEPS_BEGIN "pushfl; orl $0x100, (%%esp); popfl\n\t"
#define STEPS_END   "\n\tpushfl; andl $~0x100, (%%esp); popfl\n\t"
#define END_STEPS   3

/* One trap for each of @count instructions, each by the trap flag alone. */
static bool stepped(unsigned count)
{
    bool right = traps == count + END_STEPS;

    for (unsigned i = 0; i < traps && i < STEPS_MAX; i++) {
        right = right && trap_dr6[i] == DR6_STEP;
    }
    return right;
}

#define STEP(count, instructions, ...)                                                                       \
    do {                                                                                                     \
        begin();                                                                                             \
        __asm__ volatile(STEPS_BEGIN instructions STEPS_END __VA_ARGS__);                                    \
        CHECK(stepped(count));                                                                               \
    } while (0)

static void test_step_plain(void)
{
    STEP(2, "nop; nop", : : : "memory");
    STEP(2, "movl $1, %%eax; addl $1, %%eax", : : : "eax", "memory");
}

static void test_step_exits(void)
{
    STEP(1, "cpuid", : : "a"(0), "c"(0) : "ebx", "edx", "memory");
    STEP(2, "cpuid; cpuid", : : "a"(0), "c"(0) : "ebx", "edx", "memory");
    STEP(1, "rdmsr", : : "c"(0xc0000080) : "eax", "edx", "memory");
    STEP(2, "rdmsr; wrmsr", : : "c"(0xc0000080) : "eax", "edx", "memory");
    STEP(1, "inb $0x80, %%al", : : : "eax", "memory");
    STEP(2, "outb %%al, $0x80; outb %%al, $0x80", : : : "memory");
    STEP(1, "wbinvd", : : : "memory");
    STEP(2, "rdtsc; nop", : : : "eax", "edx", "memory");
}

static void test_step_device(void)
{
    STEP(1, "movl " APIC_ID ", %%eax", : : : "eax", "memory");
    STEP(2, "movl %%eax, " APIC_TPR_AT "; movl " APIC_ID ", %%eax", : : : "eax", "memory");
    STEP(1, "addl " APIC_ID ", %%eax", : : : "eax", "memory");
}

/* Repeated instructions trap after every element (13.1.4). */
static void test_step_repeated(void)
{
    static uint8_t bytes[16];
    void *to = bytes, *from = (void *)0xfee00020;
    uint32_t count = 4;

    STEP(4, "rep insb", : "+D"(to), "+c"(count) : "d"(0x71) : "memory");
    CHECK(count == 0 && to == bytes + 4);
    count = 3;
    from = bytes;
    STEP(3, "rep outsb", : "+S"(from), "+c"(count) : "d"(0x80) : "memory");
    count = 3;
    to = bytes;
    from = (void *)0xfee00020;
    STEP(3, "rep movsl", : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    CHECK(count == 0 && to == bytes + 12);
    count = 0;
    STEP(1, "rep insb", : "+D"(to), "+c"(count) : "d"(0x71) : "memory");
}

static unsigned interrupts;

static void on_interrupt(struct frame *frame)
{
    interrupts++;
    APIC(APIC_EOI) = 0;
}

/* It is woken, takes the interrupt, and is behind HLT then. */
static void test_step_halt(void)
{
    guest_handle(VECTOR_TIMER, on_interrupt);
    APIC(APIC_SVR) = SVR_ON;
    APIC(APIC_TPR) = 0;
    interrupts = 0;
    APIC(APIC_ICR) = ICR_SELF | VECTOR_TIMER;
    begin();
    __asm__ volatile("sti\n\t" STEPS_BEGIN "nop; cli" STEPS_END ::: "memory");
    CHECK(interrupts == 1 && traps == 2 + END_STEPS);
}

/* MOV SS holds the trap of its own off: the next instruction's is the next. */
static void test_step_shadow(void)
{
    STEP(2, "mov %%ss, %%eax; mov %%eax, %%ss; nop", : : : "eax", "memory");
}

static void test_step_undefined(void)
{
    uint32_t code;

    begin();
    TRY("pushfl; orl $0x100, (%%esp); popfl; vmmcall", : : : "memory");
    CHECK(guest_faulted(&code) == VECTOR_UD);
    __asm__ volatile("pushfl; andl $~0x100, (%%esp); popfl" ::: "memory");
}

static uint32_t watched;

static void test_data_breakpoints(void)
{
    begin();
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr1" ::"r"(&watched), "r"(0xfee00020));
    set_dr7(DR7(0, WRITE, 4) | DR7(1, ACCESS, 4));
    __asm__ volatile("movl %0, %%eax" ::"m"(watched) : "eax");
    CHECK(traps == 0);
    __asm__ volatile("movl $5, %0" : "=m"(watched));
    CHECK(traps == 1 && trap_dr6[0] == 1);
    __asm__ volatile("movb $5, 3+%0" : "=m"(watched));
    CHECK(traps == 2 && trap_dr6[1] == 1);
    (void)cpuid(0, 0);
    CHECK(traps == 2);
    set_dr7(0);
}

/* What is done for the guest on a device. */
static void test_device_breakpoints(void)
{
    begin();
    __asm__ volatile("mov %0, %%dr1" ::"r"(0xfee00020));
    set_dr7(DR7(1, ACCESS, 4));
    (void)APIC(0x20);
    CHECK(traps == 1 && trap_dr6[0] == 2);
    (void)APIC(0x30);
    CHECK(traps == 1);
    __asm__ volatile("mov %0, %%dr1" ::"r"(0xfee00080));
    set_dr7(DR7(1, WRITE, 4));
    (void)APIC(APIC_TPR);
    CHECK(traps == 1);
    APIC(APIC_TPR) = 0;
    CHECK(traps == 2 && trap_dr6[1] == 2);
    set_dr7(0);
}

static void set_cr4(uint32_t bits, bool on)
{
    uint32_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" ::"r"(on ? cr4 | bits : cr4 & ~bits));
}

static void test_port_breakpoints(void)
{
    begin();
    set_cr4(CR4_DE, true);
    __asm__ volatile("mov %0, %%dr2" ::"r"(0x80));
    set_dr7(DR7(2, PORT, 1));
    out8(0x80, 0);
    CHECK(traps == 1 && trap_dr6[0] == 4);
    out8(0x81, 0);
    CHECK(traps == 1);
    (void)in8(0x80);
    CHECK(traps == 2 && trap_dr6[1] == 4);
    set_dr7(0);
    set_cr4(CR4_DE, false);
}

/* Before the instruction, which the resume flag then lets by; and it only, not the next one. */
static void test_instruction_breakpoints(void)
{
    extern const char on_cpuid[], on_next[];
    uint32_t eax = 0, ecx = 0;

    begin();
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr3" ::"r"(on_cpuid), "r"(on_next));
    set_dr7(DR7(0, EXECUTE, 1) | DR7(3, EXECUTE, 1));
    __asm__ volatile("on_cpuid: cpuid\non_next: nop" : "+a"(eax), "+c"(ecx) : : "ebx", "edx", "memory");
    set_dr7(0);
    CHECK(traps == 2);
    CHECK(trap_ip[0] == (uintptr_t)on_cpuid && trap_dr6[0] == 1);
    CHECK(trap_ip[1] == (uintptr_t)on_next && trap_dr6[1] == 8);
}

static void test_breakpoint_device(void)
{
    extern const char on_load[], behind_load[];

    begin();
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr3" ::"r"(on_load), "r"(behind_load));
    set_dr7(DR7(0, EXECUTE, 1) | DR7(3, EXECUTE, 1));
    __asm__ volatile("on_load: movl " APIC_ID ", %%eax\nbehind_load: nop" ::: "eax", "memory");
    set_dr7(0);
    CHECK(traps == 2);
    CHECK(trap_ip[0] == (uintptr_t)on_load && trap_ip[1] == (uintptr_t)behind_load);
}

static void test_registers_keep(void)
{
    uint32_t dr[4], dr7;

    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3" ::"r"(0x11111111),
                     "r"(0x22222222), "r"(0x33333333), "r"(0x44444444));
    for (unsigned i = 0; i < 100; i++) {
        (void)cpuid(0, 0);
    }
    __asm__ volatile("mov %%dr0, %0; mov %%dr1, %1; mov %%dr2, %2; mov %%dr3, %3; mov %%dr7, %4"
                     : "=r"(dr[0]), "=r"(dr[1]), "=r"(dr[2]), "=r"(dr[3]), "=r"(dr7));
    CHECK(dr[0] == 0x11111111 && dr[1] == 0x22222222 && dr[2] == 0x33333333 && dr[3] == 0x44444444);
    CHECK(dr7 == DR7_FIXED);
}

const struct guest_test guest_tests[] = {
    {"steps", test_step_plain},
    {"steps over exits", test_step_exits},
    {"steps over devices", test_step_device},
    {"steps over repeated instructions", test_step_repeated},
    {"steps and interrupts", test_step_halt},
    {"steps and shadows", test_step_shadow},
    {"steps and faults", test_step_undefined},
    {"data breakpoints", test_data_breakpoints},
    {"breakpoints on devices", test_device_breakpoints},
    {"breakpoints on ports", test_port_breakpoints},
    {"breakpoints on exits", test_instruction_breakpoints},
    {"breakpoints on accesses", test_breakpoint_device},
    {"registers", test_registers_keep},
    {0, 0},
};
