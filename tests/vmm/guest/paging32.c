/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging32.c - the page tables of 32-bit code: two levels with pages of 4 KiB and 4 MiB, three (PAE) with
 * pages of 4 KiB and 2 MiB, on RAM and on a device (AMD64 APM vol. 2, 5.2).
 */
#include "guest.h"

#define P        0x001u
#define W        0x002u
#define ACCESSED 0x020u
#define DIRTY    0x040u
#define LARGE    0x080u

#define CODE_P   0x01u
#define CODE_W   0x02u

#define CR0_PG   0x80000000u
#define CR0_WP   0x10000u
#define CR4_PSE  0x10u
#define CR4_PAE  0x20u

#define DEVICE   0xfee00000u /* The APIC. */
#define VERSION  0x30
#define RAM      0x02000000u
#define WINDOW   0x80000000u /* Small pages; large ones behind it. */
#define SIZE_2M  0x200000u
#define SIZE_4M  0x400000u

static volatile uint32_t directory[1024] __attribute__((aligned(4096)));
static volatile uint32_t table[1024] __attribute__((aligned(4096)));
static volatile uint64_t pae_pointers[4] __attribute__((aligned(32)));
static volatile uint64_t pae_directories[4][512] __attribute__((aligned(4096)));
static volatile uint64_t pae_table[512] __attribute__((aligned(4096)));

#define GET(name)                                                                                            \
    ({                                                                                                       \
        uint32_t value_;                                                                                     \
        __asm__ volatile("mov %%" name ", %0" : "=r"(value_));                                               \
        value_;                                                                                              \
    })
#define SET(name, value) __asm__ volatile("mov %0, %%" name ::"r"(value) : "memory")

static uint32_t load(uint32_t address)
{
    return *(volatile uint32_t *)address;
}

static uint32_t kept; /* What is there anyhow. */

/* The error code of a write to @address; ~0: none. */
static uint32_t write(uint32_t address)
{
    uint32_t code;

    TRY("movl %1, (%0)", : : "r"(address), "r"(kept) : "memory");
    if (guest_faulted(&code) == -1) {
        return ~0u;
    }
    CHECK(GET("cr2") == address);
    return code;
}

static void off(void)
{
    SET("cr0", GET("cr0") & ~(CR0_PG | CR0_WP));
    SET("cr4", GET("cr4") & ~(CR4_PSE | CR4_PAE));
}

static void on(uint32_t root, uint32_t cr4)
{
    SET("cr3", root);
    SET("cr4", GET("cr4") | cr4);
    SET("cr0", GET("cr0") | CR0_PG | CR0_WP);
}

/* All mapped to itself by large pages; at the window @at, by a small page and by a large one. */
static void map(uint32_t at, uint32_t bits)
{
    for (uint32_t i = 0; i < 1024; i++) {
        directory[i] = i * SIZE_4M | LARGE | P | W;
    }
    directory[WINDOW / SIZE_4M] = (uint32_t)table | P | W;
    directory[WINDOW / SIZE_4M + 1] = (at & ~(SIZE_4M - 1)) | LARGE | bits;
    table[0] = at | bits;
    on((uint32_t)directory, CR4_PSE);
}

static void map_pae(uint32_t at, uint32_t bits)
{
    for (uint32_t i = 0; i < 2048; i++) {
        pae_directories[i / 512][i % 512] = i * SIZE_2M | LARGE | P | W;
    }
    for (uint32_t i = 0; i < 4; i++) {
        pae_pointers[i] = (uint32_t)pae_directories[i] | P;
    }
    pae_directories[2][0] = (uint32_t)pae_table | P | W;
    pae_directories[2][1] = (at & ~(SIZE_2M - 1)) | LARGE | bits;
    pae_table[0] = at | bits;
    on((uint32_t)pae_pointers, CR4_PAE);
}

/* Both windows, by either kind of tables, the second of pages as large as @large. */
static void use(uint32_t at, uint32_t large, void (*map_it)(uint32_t at, uint32_t bits))
{
    uint32_t second = WINDOW + large + (at & (large - 1)), value = load(at + VERSION);

    kept = value;
    map_it(at, P | W);
    CHECK(load(WINDOW + VERSION) == value && load(second + VERSION) == value);
    CHECK(write(WINDOW + VERSION) == ~0u && write(second + VERSION) == ~0u);
    map_it(at, P);
    CHECK(load(WINDOW + VERSION) == value && load(second + VERSION) == value);
    CHECK(write(WINDOW + VERSION) == (CODE_P | CODE_W) && write(second + VERSION) == (CODE_P | CODE_W));
    map_it(at, 0);
    CHECK(write(WINDOW + VERSION) == CODE_W && write(second + VERSION) == CODE_W);
    off();
}

static void test_two_levels(void)
{
    *(volatile uint32_t *)(RAM + VERSION) = 0x1234;
    use(RAM, SIZE_4M, map);
    use(DEVICE, SIZE_4M, map);
}

static void test_three_levels(void)
{
    *(volatile uint32_t *)(RAM + VERSION) = 0x4321;
    use(RAM, SIZE_2M, map_pae);
    use(DEVICE, SIZE_2M, map_pae);
}

static void test_accessed_dirty(void)
{
    static const uint32_t places[] = {RAM, DEVICE};

    for (unsigned i = 0; i < 2; i++) {
        map(places[i], P | W);
        CHECK((table[0] & (ACCESSED | DIRTY)) == 0);
        (void)load(WINDOW + VERSION);
        CHECK((table[0] & (ACCESSED | DIRTY)) == ACCESSED && (directory[WINDOW / SIZE_4M] & ACCESSED));
        CHECK(write(WINDOW + VERSION) == ~0u && (table[0] & DIRTY));
        off();
        map_pae(places[i], P | W);
        CHECK((pae_table[0] & (ACCESSED | DIRTY)) == 0);
        (void)load(WINDOW + VERSION);
        CHECK((pae_table[0] & (ACCESSED | DIRTY)) == ACCESSED && (pae_directories[2][0] & ACCESSED));
        CHECK(write(WINDOW + SIZE_2M + (places[i] & (SIZE_2M - 1)) + VERSION) == ~0u);
        CHECK((pae_directories[2][1] & (ACCESSED | DIRTY)) == (ACCESSED | DIRTY));
        off();
    }
}

static void test_invalidation(void)
{
    map_pae(RAM, P | W);
    *(volatile uint32_t *)RAM = 5;
    CHECK(load(WINDOW) == 5);
    pae_directories[2][0] = 0;
    __asm__ volatile("invlpg (%0)" ::"r"(WINDOW) : "memory");
    CHECK(write(WINDOW) == CODE_W);
    off();
}

/* An address that wraps round at 4 GiB. */
static void test_segment_base(void)
{
    guest_gdt[3] = 0xffcf93e00000ffffull; /* Base 0xffe00000. */
    map(DEVICE, P | W);
    __asm__ volatile("mov %0, %%fs" ::"r"(3 << 3));
    CHECK(({
              uint32_t value_;
              __asm__ volatile("movl %%fs:(%1), %0" : "=r"(value_) : "r"(WINDOW + 0x200000u + VERSION));
              value_;
          }) == load(DEVICE + VERSION));
    __asm__ volatile("mov %0, %%fs" ::"r"(GUEST_DATA));
    off();
}

/* From one kind of tables to the other and back. */
static void test_both(void)
{
    for (unsigned i = 0; i < 100; i++) {
        map(DEVICE, P | W);
        CHECK(cpuid(0, 0).eax != 0);
        CHECK(load(WINDOW + VERSION) == load(DEVICE + VERSION));
        off();
        map_pae(DEVICE, P | W);
        CHECK(cpuid(0, 0).eax != 0);
        CHECK(load(WINDOW + VERSION) == load(DEVICE + VERSION));
        off();
    }
}

const struct guest_test guest_tests[] = {
    {"two levels", test_two_levels},
    {"three levels", test_three_levels},
    {"accessed and dirty", test_accessed_dirty},
    {"invalidation", test_invalidation},
    {"segment base", test_segment_base},
    {"both kinds", test_both},
    {0, 0},
};
