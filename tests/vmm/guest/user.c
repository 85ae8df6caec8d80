/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user.c - privilege level 3: ports by the task's bitmap, what is privileged, devices, page faults, gates.
 */
#include "guest.h"

enum { DB = 1, UD = 6, GP = 13, PF = 14, END = 0x81, CLOSED = 0x82 };

#define USER_CODE 0x1b
#define USER_DATA 0x23
#define TASK      0x28
#define GATE_USER 0xee00

#define EFLAGS    0x2u
#define EFLAGS_TF 0x100u
#define IOPL_3    0x3000u

#define PORTS_MAX 0x100
#define NO_MORE   0xff

#define P         0x001u
#define W         0x002u
#define U         0x004u
#define LARGE     0x080u
#define CODE_P    0x01u
#define CODE_W    0x02u
#define CODE_U    0x04u
#define CR0_PG    0x80000000u
#define CR0_WP    0x10000u
#define CR4_PSE   0x10u

#define DEVICE    0xfee00000u /* The APIC. */
#define VERSION   0x30

/* A task, of which only the stack for level 0 and the bitmap count (AMD64 APM vol. 2, 12.2.4). */
static struct {
    uint32_t link, esp0, ss0, others[22];
    uint16_t trap, bitmap_at;
    uint8_t bitmap[PORTS_MAX / 8 + 1];
} __attribute__((packed)) task;

uint8_t user_stack[4096] __attribute__((aligned(16)));
static uint8_t fault_stack[4096] __attribute__((aligned(16)));
uint32_t user_kernel_sp, user_flags;
void (*user_body)(void);
void user_enter(void);
void user_leave(void);

/* Down to level 3, where user_body runs and END is raised; user_leave is where what ends it returns to. */
__asm__(".text\n"
        "user_enter:\n"
        "    pushal\n"
        "    movl %esp, user_kernel_sp\n"
        "    movl $0x23, %eax\n"
        "    movl %eax, %ds\n"
        "    movl %eax, %es\n"
        "    pushl %eax\n"
        "    pushl $user_stack + 4096\n"
        "    pushl user_flags\n"
        "    pushl $0x1b\n"
        "    pushl $user_main\n"
        "    iretl\n"
        "user_main:\n"
        "    calll *user_body\n"
        "    int $0x81\n"
        "user_leave:\n"
        "    movl user_kernel_sp, %esp\n"
        "    movl $0x10, %eax\n"
        "    movl %eax, %ds\n"
        "    movl %eax, %es\n"
        "    popal\n"
        "    ret\n");

static unsigned ended_by;
static uint32_t ended_code, ended_cs;

static void leave(struct frame *frame)
{
    ended_by = frame->vector;
    ended_code = frame->error_code;
    ended_cs = frame->cs;
    frame->cs = GUEST_CODE;
    frame->ip = (uintptr_t)user_leave;
    frame->flags = EFLAGS;
}

/* @return the vector that ended it. */
static unsigned run_user(void (*body)(void), uint32_t flags)
{
    static const uint8_t ends[] = {UD, GP, PF, END};

    for (unsigned i = 0; i < sizeof(ends); i++) {
        guest_handle(ends[i], leave);
    }
    user_body = body;
    user_flags = EFLAGS | flags;
    user_enter();
    CHECK(ended_cs == USER_CODE);
    return ended_by;
}

static void make_task(void)
{
    uint32_t base = (uint32_t)&task, limit = sizeof(task) - 1;

    guest_gdt[3] = 0x00cffb000000ffffull;
    guest_gdt[4] = 0x00cff3000000ffffull;
    guest_gdt[5] = limit | (uint64_t)(base & 0xffffff) << 16 | 0x89ull << 40 | (uint64_t)(base >> 24) << 56;
    task.esp0 = (uint32_t)fault_stack + sizeof(fault_stack);
    task.ss0 = GUEST_DATA;
    task.bitmap_at = __builtin_offsetof(typeof(task), bitmap);
    for (unsigned i = 0; i < sizeof(task.bitmap); i++) {
        task.bitmap[i] = NO_MORE;
    }
    guest_idt[END].type = GATE_USER;
    __asm__ volatile("ltr %w0" ::"r"(TASK));
}

static void do_nothing(void)
{
}

static void do_cpuid(void)
{
    (void)cpuid(0, 0);
}

static void test_there_and_back(void)
{
    make_task();
    CHECK(run_user(do_nothing, 0) == END);
    for (unsigned i = 0; i < 100; i++) {
        CHECK(run_user(do_cpuid, 0) == END);
    }
}

static void do_in8(void)
{
    __asm__ volatile("inb $0x80, %%al" ::: "eax");
}

static void do_out16(void)
{
    __asm__ volatile("outw %%ax, $0x80" ::: "memory");
}

static void do_in32(void)
{
    __asm__ volatile("inl $0x80, %%eax" ::: "eax");
}

static void do_outs(void)
{
    __asm__ volatile("rep outsb" ::"S"(&task), "c"(2), "d"(0x80) : "memory");
}

static void do_high(void)
{
    __asm__ volatile("inb %%dx, %%al" ::"d"(0xcfc) : "eax");
}

static void allow(unsigned port, unsigned count)
{
    for (unsigned i = port; i < port + count; i++) {
        task.bitmap[i / 8] &= ~(1u << i % 8);
    }
}

static bool denied(void (*body)(void))
{
    return run_user(body, 0) == GP && ended_code == 0;
}

/* Each byte's port has its bit. */
static void test_ports(void)
{
    CHECK(denied(do_in8) && denied(do_out16) && denied(do_in32) && denied(do_outs) && denied(do_high));
    allow(0x80, 1);
    CHECK(run_user(do_in8, 0) == END && run_user(do_outs, 0) == END);
    CHECK(denied(do_out16) && denied(do_in32));
    allow(0x80, 2);
    CHECK(run_user(do_out16, 0) == END && denied(do_in32));
    allow(0x80, 4);
    CHECK(run_user(do_in32, 0) == END);
    CHECK(denied(do_high)); /* Beyond the bitmap's end. */
    CHECK(run_user(do_high, IOPL_3) == END);
}

#define DO(name, instruction)                                                                                \
    static void name(void)                                                                                   \
    {                                                                                                        \
        __asm__ volatile(instruction ::: "eax", "ecx", "edx", "memory");                                     \
    }
DO(do_hlt, "hlt")
DO(do_cli, "cli")
DO(do_rdmsr, "movl $0xc0000080, %%ecx; rdmsr")
DO(do_wrmsr, "movl $0xc0000080, %%ecx; wrmsr")
DO(do_wbinvd, "wbinvd")
DO(do_invd, "invd")
DO(do_cr0, "mov %%cr0, %%eax")
DO(do_cr3, "mov %%eax, %%cr3")
DO(do_dr7, "mov %%eax, %%dr7")
DO(do_invlpg, "invlpg (%%eax)")
DO(do_clts, "clts")
DO(do_lldt, "xorl %%eax, %%eax; lldt %%ax")
DO(do_ud2, "ud2")
DO(do_vmmcall, "vmmcall")
DO(do_vmrun, "vmrun %%eax")
DO(do_rdtsc, "rdtsc")

static void test_privileged(void)
{
    static void (*const refused[])(void) = {do_hlt, do_cli, do_rdmsr, do_wrmsr,  do_wbinvd, do_invd,
                                            do_cr0, do_cr3, do_dr7,   do_invlpg, do_clts,   do_lldt};

    for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        CHECK(denied(refused[i]));
    }
    CHECK(run_user(do_ud2, 0) == UD && run_user(do_vmmcall, 0) == UD);
    /* SVM is on in a VM, so the processor looks at the level first, and does not ask the hypervisor. */
    CHECK(run_user(do_vmrun, 0) == (guest_is_vm() ? GP : UD));
    CHECK(run_user(do_rdtsc, 0) == END);
}

static void do_gate(void)
{
    __asm__ volatile("int $0x82" ::: "memory");
}

static void test_gates(void)
{
    CHECK(run_user(do_gate, 0) == GP && ended_code == (CLOSED << 3 | 2));
}

static volatile uint32_t *place;
static volatile uint32_t seen;

static void do_load(void)
{
    seen = *place;
}

static void do_store(void)
{
    *place = 0;
}

static void do_copy(void)
{
    static uint32_t to[2];

    __asm__ volatile("movsl" ::"S"(place), "D"(to) : "memory");
    seen = to[0];
}

static void test_device(void)
{
    place = (volatile uint32_t *)(DEVICE + VERSION);
    CHECK(run_user(do_load, 0) == END && seen == *place);
    seen = 0;
    CHECK(run_user(do_copy, 0) == END && seen == *place);
}

static uint32_t directory[1024] __attribute__((aligned(4096)));

static void paging(uint32_t bits)
{
    uint32_t cr0, cr4;

    for (uint32_t i = 0; i < 1024; i++) {
        directory[i] = i << 22 | LARGE | P | W | U;
    }
    directory[DEVICE >> 22] = (DEVICE & 0xffc00000) | LARGE | bits;
    __asm__ volatile("mov %%cr4, %0; mov %%cr0, %1" : "=r"(cr4), "=r"(cr0));
    __asm__ volatile("mov %0, %%cr3; mov %1, %%cr4; mov %2, %%cr0" ::"r"(directory), "r"(cr4 | CR4_PSE),
                     "r"(cr0 | CR0_PG | CR0_WP)
                     : "memory");
}

static void paging_off(void)
{
    uint32_t cr0;

    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %0, %%cr0" ::"r"(cr0 & ~(CR0_PG | CR0_WP)) : "memory");
}

static bool faults(void (*body)(void), uint32_t code)
{
    uint32_t cr2;

    if (run_user(body, 0) != PF || ended_code != code) {
        return false;
    }
    __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
    return cr2 == DEVICE + VERSION;
}

static void test_page_faults(void)
{
    place = (volatile uint32_t *)(DEVICE + VERSION);
    paging(P | W | U);
    CHECK(run_user(do_load, 0) == END && run_user(do_store, 0) == END && run_user(do_copy, 0) == END);
    paging(P | U);
    CHECK(run_user(do_load, 0) == END);
    CHECK(faults(do_store, CODE_P | CODE_W | CODE_U));
    paging(P | W);
    CHECK(faults(do_load, CODE_P | CODE_U) && faults(do_store, CODE_P | CODE_W | CODE_U));
    CHECK(faults(do_copy, CODE_P | CODE_U));
    paging(0);
    CHECK(faults(do_load, CODE_U) && faults(do_store, CODE_W | CODE_U));
    paging_off();
}

static unsigned steps;

static void on_step(struct frame *frame)
{
    steps += frame->cs == USER_CODE;
}

static unsigned steps_of(void (*body)(void))
{
    steps = 0;
    guest_handle(DB, on_step);
    CHECK(run_user(body, EFLAGS_TF | IOPL_3) == END);
    return steps;
}

DO(do_nops, "push %%ebx; nop; nop; nop; nop; pop %%ebx")
DO(do_exits, "push %%ebx; cpuid; movl 0xfee00030, %%eax; outb %%al, $0x80; nop; pop %%ebx")

static void test_steps(void)
{
    CHECK(steps_of(do_nops) == steps_of(do_exits) && steps != 0);
}

const struct guest_test guest_tests[] = {
    {"there and back", test_there_and_back},
    {"ports", test_ports},
    {"privileged instructions", test_privileged},
    {"gates", test_gates},
    {"devices", test_device},
    {"page faults", test_page_faults},
    {"steps", test_steps},
    {0, 0},
};
