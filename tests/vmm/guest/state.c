/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.c - what a processor has of its own stays its own: two that wake each other in turn, which our
 * hypervisor runs on one CPU, keep their x87, SSE and AVX registers, XCR0, debug registers and MSRs.
 */
#include "cpus.h"

#define VECTOR_TURN 0x51
#define ROUNDS      300

#define MSR_EFER    0xc0000080u
#define CR4_VECTORS 0x40600u /* OSFXSR, OSXMMEXCPT, OSXSAVE. */
#define XCR0_AVX    0x7u
#define XCR0_KEYS   0x200u
#define EFER_SCE    0x1u
#define DR7_FIXED   0x400u

/* As FXSAVE has it (AMD64 APM vol. 2, 11.4). */
struct area {
    uint16_t control, status, tags, opcode;
    uint32_t ip[2], dp[2], mxcsr, mask;
    uint8_t x87[8][16], xmm[8][16], others[224];
} __attribute__((aligned(64)));

struct vectors {
    uint8_t ymm[8][32];
};

static const struct {
    uint32_t msr;
    uint64_t values[2];
} msrs[] = {
    {0xc0000081, {0x0123456789abcdef, 0xfedcba9876543210}}, /* STAR */
    {0xc0000082, {0xffffffff81000000, 0x00007fff12345678}}, /* LSTAR */
    {0xc0000083, {0x0000000011112222, 0xffff800033334444}}, /* CSTAR */
    {0xc0000084, {0x00047700, 0x00000200}},                 /* SFMASK */
    {0xc0000100, {0x00007f0011110000, 0xffff880022220000}}, /* The bases of FS, of GS, of SWAPGS's. */
    {0xc0000101, {0x00007f0033330000, 0xffff880044440000}},
    {0xc0000102, {0x00007f0055550000, 0xffff880066660000}},
    {0xc0000103, {0x11, 0x22}}, /* TSC_AUX */
    {0x174, {0x10, 0x18}},      /* SYSENTER's */
    {0x175, {0x00070000, 0x00071000}},
    {0x176, {0x00170000, 0x00171000}},
    {0x277, {0x0007010600070406, 0x0007040600070406}}, /* PAT */
    {0x200, {0x00000000c0000000, 0x00000000d0000006}}, /* A variable MTRR. */
    {0x250, {0x0606060606060606, 0x0000000006060606}}, /* A fixed one. */
};
#define MSRS (sizeof(msrs) / sizeof(msrs[0]))

static struct area wanted[2], seen[2];
static struct vectors wanted_vectors[2], seen_vectors[2];
static volatile uint32_t turns[2], wrong[2];
static uint32_t features;

static void fill(void *at, unsigned bytes, uint32_t seed)
{
    uint8_t *to = at;

    for (unsigned i = 0; i < bytes; i++) {
        seed = seed * 1103515245 + 12345;
        to[i] = (uint8_t)(seed >> 16);
    }
}

static uint64_t xcr0_of(uint32_t cpu)
{
    return cpu == 0 ? XCR0_AVX : XCR0_AVX | (features & XCR0_KEYS);
}

static void load_vectors(uint32_t cpu)
{
    struct area *area = &wanted[cpu];
    uint32_t cr4;

    fill(area->x87, sizeof(area->x87), cpu + 1);
    fill(&wanted_vectors[cpu], sizeof(wanted_vectors[cpu]), cpu + 11);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned byte = 10; byte < 16; byte++) {
            area->x87[i][byte] = 0;
        }
    }
    area->control = (uint16_t)(cpu == 0 ? 0x37f : 0x27f);
    area->tags = 0xff;
    area->mxcsr = cpu == 0 ? 0x1f80 : 0x3f80;
    __asm__ volatile("mov %%cr4, %0; or %1, %0; mov %0, %%cr4" : "=&r"(cr4) : "i"(CR4_VECTORS));
    __asm__ volatile("xsetbv" ::"c"(0), "a"((uint32_t)xcr0_of(cpu)), "d"(0));
    __asm__ volatile("fxrstor %0" ::"m"(*area));
    __asm__ volatile("vmovups (%0), %%ymm0; vmovups 32(%0), %%ymm1; vmovups 64(%0), %%ymm2; "
                     "vmovups 96(%0), %%ymm3; vmovups 128(%0), %%ymm4; vmovups 160(%0), %%ymm5; "
                     "vmovups 192(%0), %%ymm6; vmovups 224(%0), %%ymm7" ::"r"(&wanted_vectors[cpu]));
}

static bool equal(const void *a, const void *b, unsigned bytes)
{
    const uint8_t *left = a, *right = b;

    for (unsigned i = 0; i < bytes; i++) {
        if (left[i] != right[i]) {
            return false;
        }
    }
    return true;
}

static bool vectors_are_kept(uint32_t cpu)
{
    struct area *area = &seen[cpu];
    uint32_t low, high;

    __asm__ volatile("fxsave %0" : "=m"(*area));
    __asm__ volatile("vmovups %%ymm0, (%0); vmovups %%ymm1, 32(%0); vmovups %%ymm2, 64(%0); "
                     "vmovups %%ymm3, 96(%0); vmovups %%ymm4, 128(%0); vmovups %%ymm5, 160(%0); "
                     "vmovups %%ymm6, 192(%0); vmovups %%ymm7, 224(%0)" ::"r"(&seen_vectors[cpu])
                     : "memory");
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return area->control == wanted[cpu].control && area->mxcsr == wanted[cpu].mxcsr &&
           equal(area->x87, wanted[cpu].x87, sizeof(area->x87)) &&
           equal(&seen_vectors[cpu], &wanted_vectors[cpu], sizeof(struct vectors)) && low == xcr0_of(cpu) &&
           high == 0;
}

static void load_registers(uint32_t cpu)
{
    uint32_t mark = 0x10101010 * (cpu + 1);

    for (unsigned i = 0; i < MSRS; i++) {
        wrmsr(msrs[i].msr, msrs[i].values[cpu]);
    }
    wrmsr(MSR_EFER, cpu == 0 ? rdmsr(MSR_EFER) | EFER_SCE : rdmsr(MSR_EFER) & ~(uint64_t)EFER_SCE);
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3; mov %4, %%dr7" ::"r"(mark),
                     "r"(mark + 1), "r"(mark + 2), "r"(mark + 3), "r"(DR7_FIXED | (cpu == 0 ? 0 : 0x200)));
    __asm__ volatile("mov %0, %%cr2" ::"r"(mark));
}

static bool registers_are_kept(uint32_t cpu)
{
    uint32_t mark = 0x10101010 * (cpu + 1), dr[4], dr7, cr2, low, high, aux;
    bool right = true;

    for (unsigned i = 0; i < MSRS; i++) {
        right = right && rdmsr(msrs[i].msr) == msrs[i].values[cpu];
    }
    __asm__ volatile("mov %%dr0, %0; mov %%dr1, %1; mov %%dr2, %2; mov %%dr3, %3"
                     : "=r"(dr[0]), "=r"(dr[1]), "=r"(dr[2]), "=r"(dr[3]));
    __asm__ volatile("mov %%dr7, %0; mov %%cr2, %1" : "=r"(dr7), "=r"(cr2));
    __asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
    for (unsigned i = 0; i < 4; i++) {
        right = right && dr[i] == mark + i;
    }
    return right && dr7 == (DR7_FIXED | (cpu == 0 ? 0 : 0x200)) && cr2 == mark &&
           aux == (cpu == 0 ? 0x11 : 0x22) && (rdmsr(MSR_EFER) & EFER_SCE) == (cpu == 0 ? EFER_SCE : 0);
}

/* Bit 0 of `wrong`: vectors; bit 1: the others. */
static void check_state(uint32_t cpu)
{
    wrong[cpu] |= (vectors_are_kept(cpu) ? 0 : 1) | (registers_are_kept(cpu) ? 0 : 2);
}

static void on_turn(struct frame *frame)
{
    turns[cpus_this()]++;
    APIC(APIC_EOI) = 0;
}

/* Sleep until the other one has woken us for the @round-th time. */
static void wait_turn(uint32_t cpu, uint32_t round)
{
    while (turns[cpu] < round) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

static void second_main(void)
{
    load_vectors(1);
    load_registers(1);
    for (uint32_t round = 1;; round++) {
        wait_turn(1, round);
        check_state(1);
        (void)cpuid(0, 0);
        cpus_send(0, ICR_ASSERT | VECTOR_TURN);
    }
}

static void go_round(void)
{
    guest_handle(VECTOR_TURN, on_turn);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        cpus_send(1, ICR_ASSERT | VECTOR_TURN);
        wait_turn(0, round);
        check_state(0);
    }
}

static void test_two(void)
{
    features = cpuid(0xd, 0).eax;
    CHECK((features & XCR0_AVX) == XCR0_AVX);
    cpus_start(1, second_main);
    load_vectors(0);
    load_registers(0);
    check_state(0);
    CHECK(wrong[0] == 0);
    go_round();
    CHECK(wrong[0] == 0);
    CHECK(wrong[1] == 0);
}

/* What is written is read back, or refused. */
static void test_features(void)
{
    uint32_t code;

    CHECK(cpuid(1, 0).ecx & 1u << 27);
    CHECK(cpuid(0xd, 0).ebx >= 576 + 256);
    TRY("xsetbv", : : "c"(0), "a"(6), "d"(0) : "memory"); /* x87 is always on. */
    CHECK(guest_faulted(&code) == 13 && code == 0);
    TRY("xsetbv", : : "c"(0), "a"(5), "d"(0) : "memory"); /* No AVX without SSE. */
    CHECK(guest_faulted(&code) == 13);
    TRY("xsetbv", : : "c"(1), "a"(7), "d"(0) : "memory");
    CHECK(guest_faulted(&code) == 13);
}

/* An XSAVE image holds what the registers held. */
static void test_xsave(void)
{
    static uint8_t image[4096] __attribute__((aligned(64)));

    __asm__ volatile("xsave %0" : "=m"(image) : "a"(7), "d"(0));
    (void)cpuid(0, 0);
    CHECK(equal(image + 160, &wanted_vectors[0].ymm[0], 16));
    CHECK(equal(image + 576, &wanted_vectors[0].ymm[0][16], 16));
    __asm__ volatile("vxorps %%ymm0, %%ymm0, %%ymm0" :);
    (void)cpuid(0, 0);
    __asm__ volatile("xrstor %0" : : "m"(image), "a"(7), "d"(0));
    CHECK(vectors_are_kept(0));
}

const struct guest_test guest_tests[] = {
    {"two processors", test_two},
    {"features", test_features},
    {"xsave", test_xsave},
    {0, 0},
};
