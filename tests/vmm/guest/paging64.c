/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging64.c - long mode's page tables: each size of page, each right and each bit, on RAM and on a device,
 * whose instructions the hypervisor walks the tables for (AMD64 APM vol. 2, chapter 5).
 */
#include "guest.h"

#define PF         14
#define NOT_WALKED (-1)

#define P          0x001ull
#define W          0x002ull
#define U          0x004ull
#define ACCESSED   0x020ull
#define DIRTY      0x040ull
#define LARGE      0x080ull
#define GLOBAL     0x100ull
#define KEY(n)     ((uint64_t)(n) << 59)
#define NX         (1ull << 63)
#define RESERVED   (1ull << 51)

#define CODE_P     0x01u
#define CODE_W     0x02u
#define CODE_U     0x04u
#define CODE_RSVD  0x08u
#define CODE_I     0x10u
#define CODE_KEY   0x20u

#define CR0_WP     0x10000ul
#define CR4_PGE    0x80ul
#define CR4_SMEP   0x100000ul
#define CR4_SMAP   0x200000ul
#define CR4_PKE    0x400000ul
#define MSR_EFER   0xc0000080
#define EFER_NXE   0x800

#define DEVICE     0xfee00000ull /* The APIC. */
#define VERSION    0x30
#define RAM        0x02000000ull
#define SIZE_2M    0x200000ull
#define SIZE_1G    0x40000000ull

/* Where they are seen: a gigabyte each, beyond what is mapped to itself. */
#define WINDOW_4K 0x8000000000ull
#define WINDOW_2M 0x8040000000ull
#define WINDOW_1G 0x8080000000ull

extern volatile uint64_t boot_root[512];
static volatile uint64_t pointers[512] __attribute__((aligned(4096)));
static volatile uint64_t directory_4k[512] __attribute__((aligned(4096)));
static volatile uint64_t directory_2m[512] __attribute__((aligned(4096)));
static volatile uint64_t table[512] __attribute__((aligned(4096)));

static uint64_t cr(unsigned number)
{
    uint64_t value;

    switch (number) {
    case 0:
        __asm__ volatile("mov %%cr0, %0" : "=r"(value));
        break;
    case 2:
        __asm__ volatile("mov %%cr2, %0" : "=r"(value));
        break;
    case 3:
        __asm__ volatile("mov %%cr3, %0" : "=r"(value));
        break;
    default:
        __asm__ volatile("mov %%cr4, %0" : "=r"(value));
        break;
    }
    return value;
}

static void set_cr0(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr0" ::"r"(value) : "memory");
}

static void set_cr3(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr3" ::"r"(value) : "memory");
}

static void set_cr4(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr4" ::"r"(value) : "memory");
}

static void invlpg(uint64_t address)
{
    __asm__ volatile("invlpg (%0)" ::"r"(address) : "memory");
}

/* The windows: each on the memory at @ram or @device, with rights @bits. */
static void map(uint64_t at, uint64_t bits)
{
    boot_root[1] = (uint64_t)pointers | P | W | U;
    pointers[0] = (uint64_t)directory_4k | P | W | U;
    pointers[1] = (uint64_t)directory_2m | P | W | U;
    pointers[2] = (at & ~(SIZE_1G - 1)) | bits | LARGE;
    directory_4k[0] = (uint64_t)table | P | W | U;
    directory_2m[0] = (at & ~(SIZE_2M - 1)) | bits | LARGE;
    table[0] = at | bits;
    set_cr3(cr(3));
}

/* What an access of @instruction at RDI raises: the error code, or NOT_WALKED; CR2 is as it must be. */
#define OUTCOME(instruction, address)                                                                        \
    ({                                                                                                       \
        uint32_t code_ = 0;                                                                                  \
        int vector_;                                                                                         \
        TRY(instruction, : : "D"(address), "a"(0) : "rbx", "rcx", "memory");                                 \
        vector_ = guest_faulted(&code_);                                                                     \
        CHECK(vector_ == -1 || (vector_ == PF && cr(2) == (uint64_t)(address)));                             \
        vector_ == -1 ? NOT_WALKED : (int)code_;                                                             \
    })
/* What is there jumps to where it is told. */
#define JUMP_RBX         0xe3ff
#define EXECUTE(address) OUTCOME("leaq 1f(%%rip), %%rbx; jmp *%%rdi", address)
#define READ(address)    OUTCOME("movl (%%rdi), %%ecx", address)
#define WRITE(address)   OUTCOME("movl %%eax, (%%rdi)", address)
#define ADD(address)     OUTCOME("lock addl %%eax, (%%rdi)", address)

static uint32_t load(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static void test_sizes(void)
{
    uint32_t version = load(DEVICE + VERSION);

    *(volatile uint32_t *)(RAM + 0x40) = 0x12345678;
    map(RAM, P | W);
    CHECK(load(WINDOW_4K + 0x40) == 0x12345678);
    CHECK(load(WINDOW_2M + (RAM & (SIZE_2M - 1)) + 0x40) == 0x12345678);
    CHECK(load(WINDOW_1G + (RAM & (SIZE_1G - 1)) + 0x40) == 0x12345678);
    map(DEVICE, P | W);
    CHECK(load(WINDOW_4K + VERSION) == version);
    CHECK(load(WINDOW_2M + (DEVICE & (SIZE_2M - 1)) + VERSION) == version);
    CHECK(load(WINDOW_1G + (DEVICE & (SIZE_1G - 1)) + VERSION) == version);
}

/* RAM and device alike. */
static void rights(uint64_t at)
{
    uint64_t cr0 = cr(0);

    map(at, P);
    set_cr0(cr0 & ~CR0_WP);
    CHECK(READ(WINDOW_4K + VERSION) == NOT_WALKED);
    CHECK(WRITE(WINDOW_4K + VERSION) == NOT_WALKED);
    set_cr0(cr0 | CR0_WP);
    CHECK(READ(WINDOW_4K + VERSION) == NOT_WALKED);
    CHECK(WRITE(WINDOW_4K + VERSION) == (CODE_P | CODE_W));
    CHECK(ADD(WINDOW_4K + VERSION) == (CODE_P | CODE_W));
    map(at, W);
    CHECK(READ(WINDOW_4K + VERSION) == 0);
    CHECK(WRITE(WINDOW_4K + VERSION) == CODE_W);
    CHECK(WRITE(WINDOW_2M + 0x1000) == CODE_W);
    CHECK(READ(WINDOW_1G + 0x1000) == 0);
    map(at, P | W);
    directory_4k[0] = (uint64_t)table | P; /* One level that lets no writes by is enough. */
    set_cr3(cr(3));
    CHECK(WRITE(WINDOW_4K + VERSION) == (CODE_P | CODE_W));
    set_cr0(cr0);
}

static void test_rights_ram(void)
{
    rights(RAM);
}

static void test_rights_device(void)
{
    rights(DEVICE);
}

/* Over the border of two pages the second one's fault is told, with its own address. */
static void test_crossing(void)
{
    uint32_t code;

    map(RAM, P | W);
    table[1] = 0;
    set_cr3(cr(3));
    TRY("movl (%0), %%ecx", : : "r"(WINDOW_4K + 0xffe) : "rcx", "memory");
    CHECK(guest_faulted(&code) == PF && code == 0 && cr(2) == WINDOW_4K + 0x1000);
    map(DEVICE, P | W);
    table[1] = RAM | P;
    set_cr3(cr(3));
    *(volatile uint32_t *)RAM = 0xa5a5beef;
    CHECK(load(WINDOW_4K + 0xffe) >> 16 == 0xbeef);
    set_cr0(cr(0) | CR0_WP);
    TRY("movl %%ecx, (%0)", : : "r"(WINDOW_4K + 0xffe) : "rcx", "memory");
    CHECK(guest_faulted(&code) == PF && code == (CODE_P | CODE_W) && cr(2) == WINDOW_4K + 0x1000);
    set_cr0(cr(0) & ~CR0_WP);
}

static void bits_of(uint64_t at)
{
    map(at, P | W);
    CHECK((table[0] & (ACCESSED | DIRTY)) == 0);
    (void)load(WINDOW_4K + VERSION);
    CHECK((table[0] & (ACCESSED | DIRTY)) == ACCESSED);
    CHECK((directory_4k[0] & ACCESSED) && (pointers[0] & ACCESSED) && !(directory_4k[0] & DIRTY));
    CHECK(WRITE(WINDOW_4K + VERSION) == NOT_WALKED);
    CHECK((table[0] & (ACCESSED | DIRTY)) == (ACCESSED | DIRTY));
    CHECK(!(directory_2m[0] & ACCESSED));
    (void)load(WINDOW_2M + (at & (SIZE_2M - 1)) + VERSION);
    CHECK((directory_2m[0] & (ACCESSED | DIRTY)) == ACCESSED);
    CHECK(WRITE(WINDOW_2M + (at & (SIZE_2M - 1)) + VERSION) == NOT_WALKED);
    CHECK((directory_2m[0] & (ACCESSED | DIRTY)) == (ACCESSED | DIRTY));
    CHECK(WRITE(WINDOW_1G + (at & (SIZE_1G - 1)) + VERSION) == NOT_WALKED);
    CHECK((pointers[2] & (ACCESSED | DIRTY)) == (ACCESSED | DIRTY));
}

static void test_accessed_dirty(void)
{
    bits_of(RAM);
    bits_of(DEVICE);
}

/* An instruction that may not be fetched; and NX is a reserved bit where it is off (see reserved bits). */
static void test_no_execute(void)
{
    uint64_t efer = rdmsr(MSR_EFER);

    *(volatile uint16_t *)RAM = JUMP_RBX;
    map(RAM, P | W | NX);
    CHECK((READ(WINDOW_4K) | CODE_P) == (CODE_P | CODE_RSVD));
    wrmsr(MSR_EFER, efer | EFER_NXE);
    set_cr3(cr(3));
    CHECK(READ(WINDOW_4K) == NOT_WALKED);
    CHECK(EXECUTE(WINDOW_4K) == (CODE_P | CODE_I));
    map(DEVICE, P | W | NX);
    CHECK(READ(WINDOW_4K + VERSION) == NOT_WALKED);
    map(RAM, P | W);
    CHECK(EXECUTE(WINDOW_4K) == NOT_WALKED);
    pointers[0] |= NX;
    set_cr3(cr(3));
    CHECK(EXECUTE(WINDOW_4K) == (CODE_P | CODE_I));
    wrmsr(MSR_EFER, efer);
}

/* QEMU 7.2 leaves the error code's present bit out. */
static void test_reserved(void)
{
    map(RAM, P | W | RESERVED);
    CHECK((READ(WINDOW_4K) | CODE_P) == (CODE_P | CODE_RSVD));
    map(DEVICE, P | W | RESERVED);
    CHECK((READ(WINDOW_4K + VERSION) | CODE_P) == (CODE_P | CODE_RSVD));
    map(RAM, P | W);
    directory_2m[0] |= 0x2000; /* A large page's address begins at its size. */
    set_cr3(cr(3));
    CHECK((READ(WINDOW_2M) | CODE_P) == (CODE_P | CODE_RSVD));
}

/* Level 0 keeps off what is level 3's, but between STAC and CLAC. */
static void test_smep_smap(void)
{
    uint64_t cr4 = cr(4);
    uint32_t features = cpuid(7, 0).ebx;

    if (features & 1u << 7) {
        *(volatile uint16_t *)RAM = JUMP_RBX;
        map(RAM, P | W | U);
        set_cr4(cr4 | CR4_SMEP);
        CHECK(EXECUTE(WINDOW_4K) == (CODE_P | CODE_I));
        set_cr4(cr4);
        CHECK(EXECUTE(WINDOW_4K) == NOT_WALKED);
    }
    if (features & 1u << 20) {
        for (unsigned i = 0; i < 2; i++) {
            map(i == 0 ? RAM : DEVICE, P | W | U);
            set_cr4(cr4 | CR4_SMAP);
            CHECK(READ(WINDOW_4K + VERSION) == CODE_P);
            CHECK(WRITE(WINDOW_4K + VERSION) == (CODE_P | CODE_W));
            __asm__ volatile("stac");
            CHECK(READ(WINDOW_4K + VERSION) == NOT_WALKED);
            __asm__ volatile("clac");
            set_cr4(cr4);
        }
    }
}

static void wrpkru(uint32_t value)
{
    __asm__ volatile("wrpkru" ::"a"(value), "c"(0), "d"(0) : "memory");
}

/* Protection keys hold level 0 off pages of level 3 too. */
static void test_keys(void)
{
    uint64_t cr4 = cr(4);

    if (!(cpuid(7, 0).ecx & 1u << 3)) {
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        map(i == 0 ? RAM : DEVICE, P | W | U | KEY(3));
        set_cr4(cr4 | CR4_PKE);
        CHECK(cpuid(7, 0).ecx & 1u << 4);
        wrpkru(1u << 6);
        CHECK(READ(WINDOW_4K + VERSION) == (CODE_P | CODE_KEY));
        wrpkru(2u << 6);
        CHECK(READ(WINDOW_4K + VERSION) == NOT_WALKED);
        set_cr0(cr(0) | CR0_WP);
        CHECK(WRITE(WINDOW_4K + VERSION) == (CODE_P | CODE_W | CODE_KEY));
        set_cr0(cr(0) & ~CR0_WP);
        CHECK(WRITE(WINDOW_4K + VERSION) == NOT_WALKED);
        wrpkru(0);
        set_cr4(cr4);
        CHECK(!(cpuid(7, 0).ecx & 1u << 4));
    }
}

/* What is in the tables counts from INVLPG on, and from a load of CR3 on but for global pages. */
static void test_invalidation(void)
{
    uint64_t cr4 = cr(4);

    *(volatile uint32_t *)RAM = 1;
    *(volatile uint32_t *)(RAM + 0x1000) = 2;
    map(RAM, P | W);
    CHECK(load(WINDOW_4K) == 1);
    table[0] = (RAM + 0x1000) | P | W;
    invlpg(WINDOW_4K);
    CHECK(load(WINDOW_4K) == 2);
    table[0] = RAM | P | W | GLOBAL;
    set_cr4(cr4 | CR4_PGE);
    invlpg(WINDOW_4K);
    CHECK(load(WINDOW_4K) == 1);
    table[0] = (RAM + 0x1000) | P | W | GLOBAL;
    invlpg(WINDOW_4K);
    CHECK(load(WINDOW_4K) == 2);
    table[0] = RAM | P | W;
    set_cr4(cr4);
    CHECK(load(WINDOW_4K) == 1);
    table[0] = DEVICE | P | W;
    invlpg(WINDOW_4K);
    CHECK(load(WINDOW_4K + VERSION) == load(DEVICE + VERSION));
}

/* Another root, and back; the device is seen by the tables of the moment. */
static void test_roots(void)
{
    static uint64_t root[512] __attribute__((aligned(4096)));
    static uint64_t other_pointers[512] __attribute__((aligned(4096)));
    uint64_t old = cr(3);

    map(RAM, P | W);
    *(volatile uint32_t *)(RAM + VERSION) = 77;
    root[0] = boot_root[0];
    root[1] = (uint64_t)other_pointers | P | W;
    for (unsigned i = 0; i < 512; i++) {
        other_pointers[i] = (DEVICE & ~(SIZE_1G - 1)) | P | W | LARGE;
    }
    for (unsigned i = 0; i < 100; i++) {
        set_cr3((uint64_t)root);
        CHECK(load(WINDOW_4K + (DEVICE & (SIZE_1G - 1)) + VERSION) == load(DEVICE + VERSION));
        set_cr3(old);
        CHECK(load(WINDOW_4K + VERSION) == 77);
    }
}

/* Neither the wide page tables nor their bit are there. */
static void test_five_levels(void)
{
    uint32_t code;

    CHECK(!guest_is_vm() || !(cpuid(7, 0).ecx & 1u << 16));
    TRY("movl (%0), %%ecx", : : "r"(1ull << 48) : "rcx", "memory");
    CHECK(guest_faulted(&code) == 13 && code == 0);
}

const struct guest_test guest_tests[] = {
    {"page sizes", test_sizes},
    {"rights on RAM", test_rights_ram},
    {"rights on a device", test_rights_device},
    {"across pages", test_crossing},
    {"accessed and dirty", test_accessed_dirty},
    {"no execute", test_no_execute},
    {"reserved bits", test_reserved},
    {"smep and smap", test_smep_smap},
    {"protection keys", test_keys},
    {"invalidation", test_invalidation},
    {"roots", test_roots},
    {"five levels", test_five_levels},
    {0, 0},
};
