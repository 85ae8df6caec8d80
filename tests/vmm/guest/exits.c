/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exits.c - each instruction that leaves a guest does what it does on a processor.
 */
#include "guest.h"

#define VECTOR_DB   1
#define VECTOR_UD   6
#define VECTOR_GP   13

#define MSR_PAT     0x277
#define MSR_EFER    0xc0000080
#define MSR_STAR    0xc0000081
#define MSR_FS_BASE 0xc0000100

#define CMOS_INDEX  0x70
#define CMOS_DATA   0x71
#define PCI_INDEX   0xcf8
#define DELAY_PORT  0x80

/* The same leaf says the same, whatever prefixes the instruction has, and the next instruction is the next.
 */
static void test_cpuid(void)
{
    struct cpuid plain = cpuid(0, 0);
    uint32_t eax = 0, ebx, ecx = 0, edx, after = 1;

    __asm__ volatile(".byte 0x66, 0x0f, 0xa2; movl $2, %4"
                     : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx), "+r"(after));
    CHECK(plain.eax >= 1 && plain.ebx != 0);
    CHECK(eax == plain.eax && ebx == plain.ebx && ecx == plain.ecx && edx == plain.edx);
    CHECK(after == 2);
    CHECK(cpuid(1, 0).edx & 1u << 9); /* APIC */
    CHECK(cpuid(0x80000000, 0).eax >= 0x80000008);
    for (unsigned i = 0; i < 100; i++) {
        CHECK(cpuid(0, i).ebx == plain.ebx);
    }
}

static void test_ports(void)
{
    uint32_t eax;

    out32(PCI_INDEX, 0x80000004);
    CHECK(in32(PCI_INDEX) == 0x80000004);
    out32(PCI_INDEX, 0);
    /* A byte leaves the rest of EAX alone, 16 bits too, 32 take all. */
    out8(CMOS_INDEX, 0x0f);
    out8(CMOS_DATA, 0x5a);
    out8(CMOS_INDEX, 0x0f);
    eax = 0x12345600;
    __asm__ volatile("inb $0x71, %%al" : "+a"(eax));
    CHECK(eax == 0x1234565a);
    eax = 0x12340000;
    __asm__ volatile("inw %%dx, %%ax" : "+a"(eax) : "d"(PCI_INDEX));
    CHECK(eax >> 16 == 0x1234);
}

static void test_string_ports(void)
{
    static const char text[] = "# by rep outsb\n";
    static uint8_t seen[4];
    const void *from = text;
    void *to = seen;
    uint32_t count = sizeof(text) - 1;

    __asm__ volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(0x3f8) : "memory");
    CHECK(count == 0 && from == text + sizeof(text) - 1);
    out8(CMOS_INDEX, 0x0f);
    out8(CMOS_DATA, 0xa5);
    out8(CMOS_INDEX, 0x0f);
    count = 3;
    __asm__ volatile("rep insb" : "+D"(to), "+c"(count) : "d"(CMOS_DATA) : "memory");
    CHECK(count == 0 && to == seen + 3);
    CHECK(seen[0] == 0xa5 && seen[1] == 0xa5 && seen[2] == 0xa5 && seen[3] == 0);
    to = seen + 3;
    count = 2;
    __asm__ volatile("std; rep insb; cld" : "+D"(to), "+c"(count) : "d"(CMOS_DATA) : "memory");
    CHECK(to == seen + 1 && seen[3] == 0xa5);
}

static void test_msrs(void)
{
    uint64_t pat = rdmsr(MSR_PAT), star = rdmsr(MSR_STAR), base = rdmsr(MSR_FS_BASE), efer = rdmsr(MSR_EFER);
    uint64_t tsc;

    wrmsr(MSR_PAT, 0x0007010600070406ull);
    CHECK(rdmsr(MSR_PAT) == 0x0007010600070406ull);
    wrmsr(MSR_PAT, pat);
    wrmsr(MSR_STAR, 0x0123456789abcdefull);
    CHECK(rdmsr(MSR_STAR) == 0x0123456789abcdefull);
    wrmsr(MSR_STAR, star);
    wrmsr(MSR_FS_BASE, 0x1000);
    CHECK(rdmsr(MSR_FS_BASE) == 0x1000);
    wrmsr(MSR_FS_BASE, base);
    wrmsr(MSR_EFER, efer | 1);
    CHECK(rdmsr(MSR_EFER) == (efer | 1));
    wrmsr(MSR_EFER, efer);
    tsc = __builtin_ia32_rdtsc();
    CHECK(__builtin_ia32_rdtsc() > tsc);
}

static void test_undefined(void)
{
    uint32_t code;

    TRY("vmmcall", : : : "memory");
    CHECK(guest_faulted(&code) == VECTOR_UD);
    TRY("vmrun %%eax", : : "a"(0) : "memory");
    CHECK(guest_faulted(&code) == VECTOR_UD);
    TRY("vmcall", : : : "memory");
    CHECK(guest_faulted(&code) == VECTOR_UD);
    TRY("rsm", : : : "memory");
    CHECK(guest_faulted(&code) == VECTOR_UD);
    TRY("ud2", : : : "memory");
    CHECK(guest_faulted(&code) == VECTOR_UD);
}

static void test_protection(void)
{
    uint32_t code = 1;

    TRY("mov %w0, %%fs", : : "r"(0x100) : "memory");
    CHECK(guest_faulted(&code) == VECTOR_GP && code == 0x100);
}

static void test_caches(void)
{
    __asm__ volatile("wbinvd" ::: "memory");
    __asm__ volatile("invd" ::: "memory");
    __asm__ volatile("wbinvd" ::: "memory");
}

/* LOCK MOV CR0 is CR8 where there is no 64-bit mode (APM vol. 3, MOV CRn). */
static void test_cr8(void)
{
    uint32_t value = 5;

    __asm__ volatile(".byte 0xf0, 0x0f, 0x22, 0xc0" ::"a"(value));
    __asm__ volatile(".byte 0xf0, 0x0f, 0x20, 0xc0" : "=a"(value));
    CHECK(value == 5);
    CHECK(*(volatile uint32_t *)0xfee00080 == 0x50);
    *(volatile uint32_t *)0xfee00080 = 0x30;
    __asm__ volatile(".byte 0xf0, 0x0f, 0x20, 0xc0" : "=a"(value));
    CHECK(value == 3);
    __asm__ volatile(".byte 0xf0, 0x0f, 0x22, 0xc0" ::"a"(0));
}

static unsigned steps;
static uint32_t stepped[8];

static void note_step(struct frame *frame)
{
    uint32_t dr6;

    __asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
    if (!(dr6 & 1u << 14)) {
        steps = 100;
    }
    __asm__ volatile("mov %0, %%dr6" ::"r"(0xffff0ff0));
    if (steps < 8) {
        stepped[steps] = frame->ip;
    }
    steps++;
}

/* An instruction that was done for the guest is a step like any other. */
static void test_single_step(void)
{
    extern const char step_cpuid[], step_out[], step_end[];
    uint32_t eax = 0, ecx = 0, edx;

    guest_handle(VECTOR_DB, note_step);
    steps = 0;
    __asm__ volatile("pushl %%ebx; pushfl; orl $0x100, (%%esp); popfl\n\t"
                     "cpuid\n"
                     "step_cpuid: outb %%al, $0x80\n"
                     "step_out: pushfl; andl $~0x100, (%%esp)\n"
                     "popfl\n"
                     "step_end: popl %%ebx"
                     : "+a"(eax), "+c"(ecx), "=d"(edx)
                     :
                     : "memory");
    CHECK(steps == 5);
    CHECK(stepped[0] == (uint32_t)step_cpuid && stepped[1] == (uint32_t)step_out);
    CHECK(stepped[4] == (uint32_t)step_end);
}

static void test_vectors_keep(void)
{
    static const uint32_t in[4] __attribute__((aligned(16))) = {1, 2, 3, 0xdeadbeef};
    static uint32_t out[4] __attribute__((aligned(16)));

    __asm__ volatile("mov %%cr4, %%eax; or $0x600, %%eax; mov %%eax, %%cr4; movaps %0, %%xmm5" ::"m"(in)
                     : "eax");
    for (unsigned i = 0; i < 1000; i++) {
        (void)cpuid(0, 0);
    }
    __asm__ volatile("movaps %%xmm5, %0" : "=m"(out));
    for (unsigned i = 0; i < 4; i++) {
        CHECK(in[i] == out[i]);
    }
}

const struct guest_test guest_tests[] = {
    {"cpuid", test_cpuid},
    {"ports", test_ports},
    {"msrs", test_msrs},
    {"undefined instructions", test_undefined},
    {"protection", test_protection},
    {"caches", test_caches},
    {"single step", test_single_step},
    {"vector registers", test_vectors_keep},
    {"string ports", test_string_ports},
    {"cr8", test_cr8},
    {0, 0},
};
