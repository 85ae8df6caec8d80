/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exceptions.c - every exception that can be raised, with its error code and return address, and the tables
 * and stacks it is delivered through in memory nobody has touched before (AMD64 APM vol. 2, chapter 8).
 */
#include "guest.h"

enum { DE, DB, NMI, BP, OF, BR, UD, NM, DF, TS = 10, NP, SS, GP, PF, MF = 16, AC, MC, XM };

#define CR0_MP        0x02u
#define CR0_EM        0x04u
#define CR0_TS        0x08u
#define CR0_NE        0x20u

#define EXTERNAL      1u /* Whether an exception is, AMD and Intel say differently. */
#define IN_IDT        2u

#define SLOT(n)       ((n) << 3)
#define SEGMENT(type) (0x00c000000000ffffull | (uint64_t)(type) << 40)
#define NOT_PRESENT   0x13
#define CODE_AWAY     0x1b
#define CALL_GATE     0x8c

/* The vector a statement raises, its error code and its return address are as told. */
#define RAISES(vector, code, instruction, ...)                                                               \
    do {                                                                                                     \
        uint32_t told_ = 0xdead;                                                                             \
        TRY(instruction, __VA_ARGS__);                                                                       \
        CHECK(guest_faulted(&told_) == (vector) && (told_ & ~EXTERNAL) == (code));                           \
    } while (0)

static uint32_t cr0(void)
{
    uint32_t value;

    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static void set_cr0(uint32_t value)
{
    __asm__ volatile("mov %0, %%cr0" ::"r"(value) : "memory");
}

static volatile uintptr_t last_ip;

static void note_ip(struct frame *frame)
{
    last_ip = frame->ip;
}

/* Faults tell the instruction's own address, traps the next one's. */
static void test_return_addresses(void)
{
    extern const char behind_int3[], behind_into[];

    guest_handle(BP, note_ip);
    __asm__ volatile("int3\nbehind_int3:" ::: "memory");
    CHECK(last_ip == (uintptr_t)behind_int3);
    guest_handle(OF, note_ip);
    __asm__ volatile("movb $0x7f, %%al; addb $1, %%al; into\nbehind_into:" ::: "eax", "memory");
    CHECK(last_ip == (uintptr_t)behind_into);
}

static void test_arithmetic(void)
{
    static const int32_t bounds[2] = {1, 5};
    uint32_t code;

    RAISES(DE, 0, "divl %0", : : "r"(0), "a"(1), "d"(0) : "memory");
    RAISES(DE, 0, "idivl %0", : : "r"(-1), "a"(0x80000000u), "d"(-1) : "memory");
    RAISES(BR, 0, "boundl %0, %1", : : "r"(6), "m"(bounds) : "memory");
    TRY("boundl %0, %1", : : "r"(5), "m"(bounds) : "memory");
    CHECK(guest_faulted(&code) == -1);
    RAISES(UD, 0, "ud2", : : : "memory");
}

static void test_fpu(void)
{
    static const uint16_t unmasked = 0x037b;
    uint32_t before = cr0(), code;

    set_cr0(before | CR0_TS);
    RAISES(NM, 0, "fnop", : : : "memory");
    set_cr0((before & ~CR0_TS) | CR0_EM);
    RAISES(NM, 0, "fnop", : : : "memory");
    set_cr0((before & ~CR0_EM) | CR0_TS | CR0_MP);
    RAISES(NM, 0, "fwait", : : : "memory");
    set_cr0((before & ~(CR0_EM | CR0_TS)) | CR0_NE);
    __asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp" ::"m"(unmasked)); /* Told by the next. */
    RAISES(MF, 0, "fwait", : : : "memory");
    __asm__ volatile("fninit");
    TRY("fwait", : : : "memory");
    CHECK(guest_faulted(&code) == -1);
    set_cr0(before);
}

/* Selectors that name what isn't there, or may not be loaded. */
static void test_segments(void)
{
    guest_gdt[3] = SEGMENT(NOT_PRESENT);
    guest_gdt[4] = SEGMENT(CALL_GATE);
    guest_gdt[5] = SEGMENT(CODE_AWAY);
    __asm__ volatile("lldt %w0" ::"r"(0));
    RAISES(NP, SLOT(3), "mov %0, %%fs", : : "r"(SLOT(3)) : "memory");
    RAISES(SS, SLOT(3), "mov %0, %%ss", : : "r"(SLOT(3)) : "memory");
    RAISES(GP, SLOT(4), "mov %0, %%fs", : : "r"(SLOT(4)) : "memory");
    RAISES(GP, SLOT(15), "mov %0, %%ss", : : "r"(SLOT(15)) : "memory");
    RAISES(GP, 0, "mov %0, %%ss", : : "r"(0) : "memory");
    RAISES(GP, 0x104, "mov %0, %%es", : : "r"(0x104) : "memory"); /* There is no LDT. */
    RAISES(GP, 0x1000, "lldt %w0", : : "r"(0x1000) : "memory");
    RAISES(GP, SLOT(2), "ltr %w0", : : "r"(SLOT(2)) : "memory");
    RAISES(GP, SLOT(2), "ljmp %0, $0", : : "i"(SLOT(2)) : "memory");
    RAISES(NP, SLOT(5), "ljmp %0, $0", : : "i"(SLOT(5)) : "memory");
    RAISES(GP, SLOT(3), "ljmp %0, $0", : : "i"(SLOT(3)) : "memory");
}

/* QEMU's machine knows all MSRs, and takes every value. */
static void test_msrs(void)
{
    RAISES(UD, 0, "mov %%eax, %%cr1", : : : "memory");
    if (guest_is_vm()) {
        RAISES(GP, 0, "wrmsr", : : "c"(0x7fffffff), "a"(0), "d"(0) : "memory");
        RAISES(GP, 0, "rdmsr", : : "c"(0x7fffffff) : "eax", "edx", "memory");
        RAISES(GP, 0, "wrmsr", : : "c"(0xc0000080), "a"(0), "d"(1) : "memory");
        RAISES(GP, 0, "wrmsr", : : "c"(0x277), "a"(2), "d"(0) : "memory"); /* PAT: no such type. */
    }
}

/* Every one of the 256, by INT n; those with error codes push none then, so they are left out. */
static void test_software(void)
{
    static uint8_t code[] = {0xcd, 0, 0xc3};

    for (unsigned vector = 0; vector < 256; vector++) {
        if (vector == DF || (vector >= TS && vector <= PF) || vector == AC || vector == 21) {
            continue;
        }
        guest_handle(vector, note_ip);
        code[1] = (uint8_t)vector;
        last_ip = 0;
        __asm__ volatile("call *%0" ::"r"(code) : "memory");
        CHECK(guest_count(vector) == 1 && last_ip == (uintptr_t)code + 2);
        guest_handle(vector, 0);
    }
}

/* The gate says who may: not even level 0 goes beyond the table, or through what is no gate. */
static void test_gates(void)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) whole, cut;
    uint32_t code;

    __asm__ volatile("sidt %0" : "=m"(whole));
    cut = whole;
    cut.limit = 0x40 * 8 - 1;
    __asm__ volatile("lidt %0" ::"m"(cut));
    TRY("int $0x40", : : : "memory");
    CHECK(guest_faulted(&code) == GP && code == (SLOT(0x40) | IN_IDT));
    __asm__ volatile("lidt %0" ::"m"(whole));
    guest_idt[0x41].type = 0x9200;
    RAISES(GP, SLOT(0x41) | IN_IDT, "int $0x41", : : : "memory");
    guest_idt[0x41].type = 0x8e00;
    guest_idt[0x41].selector = SLOT(15);
    RAISES(GP, SLOT(15), "int $0x41", : : : "memory");
    guest_idt[0x41].selector = GUEST_CODE;
    guest_idt[UD].selector = SLOT(15);
    RAISES(GP, SLOT(15), "ud2", : : : "memory");
    guest_idt[UD].selector = GUEST_CODE;
}

/* Memory beyond the kernel and its heap, which a virtual machine has not given pages yet. */
#define FRESH 0x02000000u

static void copy(void *to, const void *from, uint32_t bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static void come_back(struct frame *frame)
{
}

/* A fault of the nested tables while an event is on its way: the stack is written for the first time. */
static void test_fresh_stack(void)
{
    guest_handle(BP, come_back);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t stack = FRESH + 0x200000 * (i + 1) + 8 * i;
        uint32_t saved;

        __asm__ volatile("movl %%esp, %0; movl %1, %%esp; int3; movl %0, %%esp"
                         : "=&r"(saved)
                         : "r"(stack)
                         : "memory");
    }
    CHECK(guest_count(BP) == 4);
}

/* The processor marks a descriptor accessed, and a table's first access is the delivery's. */
static void test_fresh_tables(void)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) old, new = {256 * 8 - 1, FRESH + 0x1000000};

    guest_handle(BP, come_back);
    __asm__ volatile("sidt %0" : "=m"(old));
    copy((void *)new.base, guest_idt, sizeof(guest_idt));
    __asm__ volatile("lidt %0; int3; lidt %1" ::"m"(new), "m"(old) : "memory");
    CHECK(guest_count(BP) == 1);
}

/* Two that make a double fault, and two that don't (8.2.9, table 8-4). */
static void test_pairs(void)
{
    guest_gate_present(UD, false);
    RAISES(NP, SLOT(UD) | IN_IDT, "ud2", : : : "memory");
    guest_gate_present(UD, true);
    guest_gate_present(BP, false);
    RAISES(NP, SLOT(BP) | IN_IDT, "int3", : : : "memory");
    guest_gate_present(BP, true);
    guest_gate_present(DE, false);
    RAISES(DF, 0, "divl %0", : : "r"(0), "a"(1), "d"(0) : "memory");
    guest_gate_present(DE, true);
}

const struct guest_test guest_tests[] = {
    {"return addresses", test_return_addresses},
    {"arithmetic", test_arithmetic},
    {"fpu", test_fpu},
    {"segments", test_segments},
    {"msrs", test_msrs},
    {"software interrupts", test_software},
    {"gates", test_gates},
    {"fresh stack", test_fresh_stack},
    {"fresh tables", test_fresh_tables},
    {"pairs", test_pairs},
    {0, 0},
};
