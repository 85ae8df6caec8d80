/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_guest_walk.c - guests' page tables: every mode and page size, all rights, reserved bits, marks.
 */
#include <check.h>
#include <string.h>

#include <core/vmm/guest_walk.h>

#include "run.h"

#define P             0x001ul
#define W             0x002ul
#define U             0x004ul
#define A             0x020ul
#define D             0x040ul
#define PS            0x080ul
#define NX            (1ul << 63)

#define CR0_WP        (1ul << 16)
#define CR0_PG        (1ul << 31)
#define CR4_PSE       (1ul << 4)
#define CR4_PAE       (1ul << 5)
#define CR4_SMEP      (1ul << 20)
#define CR4_SMAP      (1ul << 21)
#define EFER_LONG     (1ul << 8 | 1ul << 10)
#define EFER_NXE      (1ul << 11)

#define PAGES         8u
#define TABLE(level)  (0x1000ul * (level)) /**< Each level's table is a page of its own. */
#define PHYSICAL_BITS 40u

/** The guest's RAM, from 0. */
static uint64_t ram[PAGES * 512] __attribute__((aligned(4096)));
static unsigned asked_to_write;
static void (*meddle)(void); /**< Called before each look at an entry. */
static VMK_ReturnStatus (*refuse)(gpa_t at);

static VMK_ReturnStatus find_page(void *machine, gpa_t at, bool write, void **bytes)
{
    if (refuse != NULL && refuse(at) != VMK_OK) {
        return refuse(at);
    }
    if (at.value >= sizeof(ram)) {
        return VMK_NOT_FOUND;
    }
    if (meddle != NULL && write) {
        meddle();
    }
    asked_to_write += write;
    *bytes = (char *)ram + at.value;
    return VMK_OK;
}

static struct guest_paging paging;
static gpa_t at;
static vmk_uint32 code;

static void long_mode(void)
{
    memset(ram, 0, sizeof(ram));
    paging = (struct guest_paging){.cr0 = CR0_PG | CR0_WP,
                                   .cr3 = TABLE(4) | 0x18,
                                   .cr4 = CR4_PAE,
                                   .efer = EFER_LONG | EFER_NXE,
                                   .physical_bits = PHYSICAL_BITS,
                                   .ram = {.page = find_page}};
}

/** The entry of @p level for an address whose indices are 1 at each level. */
static uint64_t *entry(unsigned level)
{
    return &ram[TABLE(level) / 8 + 1];
}

#define ADDRESS (1ul << 39 | 1ul << 30 | 1ul << 21 | 1ul << 12 | 0x123)

/** Entries from 4 down to @p leaf, which maps @p page; all rights. */
static void map_long(unsigned leaf, uint64_t page)
{
    for (unsigned level = 4; level > leaf; level--) {
        *entry(level) = TABLE(level - 1) | P | W | U;
    }
    *entry(leaf) = page | P | W | U | (leaf > 1 ? PS : 0);
}

static vmk_StatusValue walk(uint64_t address, unsigned access)
{
    at = gpa(0xdead);
    code = 0xdead;
    asked_to_write = 0;
    return guest_walk(&paging, address, access, &at, &code);
}

START_TEST(without_paging_addresses_are_physical)
{
    paging = (struct guest_paging){.cr0 = 1, .physical_bits = PHYSICAL_BITS, .ram = {.page = find_page}};
    ck_assert_int_eq(walk(0x12345678, PAGE_FAULT_WRITE), VMK_OK);
    ck_assert_uint_eq(at.value, 0x12345678);
    ck_assert_int_eq(walk(0x1fffffffful, 0), VMK_OK);
    ck_assert_uint_eq(at.value, 0xffffffff);
}
END_TEST

START_TEST(long_mode_has_pages_of_three_sizes)
{
    long_mode();
    map_long(1, 0xabcde67000);
    ck_assert_int_eq(walk(ADDRESS, 0), VMK_OK);
    ck_assert_uint_eq(at.value, 0xabcde67123);
    map_long(2, 0xabcde00000);
    ck_assert_int_eq(walk(ADDRESS, 0), VMK_OK);
    ck_assert_uint_eq(at.value, 0xabcde01123);
    map_long(3, 0xabc0000000);
    ck_assert_int_eq(walk(ADDRESS, 0), VMK_OK);
    ck_assert_uint_eq(at.value, 0xabc0201123);
}
END_TEST

START_TEST(marks_are_what_the_access_sets)
{
    long_mode();
    map_long(1, 0x5000);
    ck_assert_int_eq(walk(ADDRESS, 0), VMK_OK);
    for (unsigned level = 1; level <= 4; level++) {
        ck_assert_uint_eq(*entry(level) & (A | D), A);
    }
    ck_assert_uint_eq(asked_to_write, 4);
    ck_assert_int_eq(walk(ADDRESS, 0), VMK_OK);
    ck_assert_uint_eq(asked_to_write, 0);
    ck_assert_int_eq(walk(ADDRESS, PAGE_FAULT_WRITE), VMK_OK);
    ck_assert_uint_eq(asked_to_write, 1);
    ck_assert_uint_eq(*entry(1) & (A | D), A | D);
    ck_assert_uint_eq(*entry(2) & D, 0);
}
END_TEST

START_TEST(a_fault_marks_nothing)
{
    long_mode();
    map_long(1, 0x5000);
    *entry(1) &= ~W;
    ck_assert_int_eq(walk(ADDRESS, PAGE_FAULT_WRITE), VMK_INVALID_ADDRESS);
    ck_assert_uint_eq(code, PAGE_FAULT_PRESENT | PAGE_FAULT_WRITE);
    for (unsigned level = 1; level <= 4; level++) {
        ck_assert_uint_eq(*entry(level) & (A | D), 0);
    }
}
END_TEST

START_TEST(what_is_not_there_is_told_at_each_level)
{
    long_mode();
    for (unsigned level = 1; level <= 4; level++) {
        map_long(1, 0x5000);
        *entry(level) &= ~P;
        ck_assert_int_eq(walk(ADDRESS, PAGE_FAULT_WRITE | PAGE_FAULT_USER), VMK_INVALID_ADDRESS);
        ck_assert_uint_eq(code, PAGE_FAULT_WRITE | PAGE_FAULT_USER);
    }
}
END_TEST

/** APM vol. 2, 5.6 and 5.6.5, Intel SDM vol. 3A, 4.6.1: said once more, by cases. */
static bool may(bool user_page, bool writable, bool nx, unsigned access)
{
    bool user = access & PAGE_FAULT_USER, write = access & PAGE_FAULT_WRITE,
         fetch = access & PAGE_FAULT_FETCH;

    if (fetch && nx && (paging.efer & EFER_NXE) != 0) {
        return false;
    }
    if (user) {
        return user_page && (!write || writable);
    }
    if (user_page && fetch) {
        return (paging.cr4 & CR4_SMEP) == 0;
    }
    if (user_page && (paging.cr4 & CR4_SMAP) != 0 && !paging.ac) {
        return false;
    }
    return !write || writable || (paging.cr0 & CR0_WP) == 0;
}

/** All rights of one level, the others having all, under the controls there are now. */
static void check_rights(unsigned level, unsigned access)
{
    for (unsigned rights = 0; rights < 8; rights++) {
        bool nx = rights & 4;
        bool expected = may(rights & 1, rights & 2, nx, access);

        if (nx && (paging.efer & EFER_NXE) == 0) {
            continue; /* Reserved. */
        }
        map_long(1, 0x5000);
        *entry(level) =
            (*entry(level) & ~(W | U)) | (rights & 1 ? U : 0) | (rights & 2 ? W : 0) | (nx ? NX : 0);
        CHECK_THAT(walk(ADDRESS, access) == (expected ? VMK_OK : VMK_INVALID_ADDRESS));
        if (!expected) {
            bool told = (paging.efer & EFER_NXE) != 0 || (paging.cr4 & CR4_SMEP) != 0;

            CHECK_THAT(code == (PAGE_FAULT_PRESENT | (told ? access : access & ~(unsigned)PAGE_FAULT_FETCH)));
        }
    }
}

START_TEST(rights_are_those_of_all_levels_under_all_controls)
{
    static const unsigned accesses[] = {0,
                                        PAGE_FAULT_WRITE,
                                        PAGE_FAULT_FETCH,
                                        PAGE_FAULT_USER,
                                        PAGE_FAULT_USER | PAGE_FAULT_WRITE,
                                        PAGE_FAULT_USER | PAGE_FAULT_FETCH};

    long_mode();
    for (unsigned controls = 0; controls < 32; controls++) {
        paging.cr0 = CR0_PG | (controls & 1 ? CR0_WP : 0);
        paging.cr4 = CR4_PAE | (controls & 2 ? CR4_SMEP : 0) | (controls & 4 ? CR4_SMAP : 0);
        paging.efer = EFER_LONG | (controls & 8 ? EFER_NXE : 0);
        paging.ac = controls & 16;
        for (unsigned level = 1; level <= 4; level++) {
            for (unsigned i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
                check_rights(level, accesses[i]);
            }
        }
    }
}
END_TEST

/** Whether bit @p bit is reserved in long mode's entry of @p level, where the leaf is at @p leaf. */
static bool is_reserved_long(unsigned level, unsigned leaf, unsigned bit)
{
    static const unsigned large_shift[] = {0, 0, 21, 30};

    if (bit == 63) {
        return (paging.efer & EFER_NXE) == 0;
    }
    if (bit >= PHYSICAL_BITS && bit <= 51) {
        return true;
    }
    if (level == 4) {
        return bit == 7;
    }
    return level == leaf && leaf > 1 && bit > 12 && bit < large_shift[leaf];
}

START_TEST(reserved_bits_of_long_mode_fault)
{
    long_mode();
    for (unsigned nxe = 0; nxe < 2; nxe++) {
        paging.efer = EFER_LONG | (nxe ? EFER_NXE : 0);
        for (unsigned leaf = 1; leaf <= 3; leaf++) {
            for (unsigned level = leaf; level <= 4; level++) {
                for (unsigned bit = 7; bit < 64; bit++) {
                    map_long(leaf, 0);
                    if (!is_reserved_long(level, leaf, bit)) {
                        continue;
                    }
                    *entry(level) |= 1ul << bit;
                    ck_assert_int_eq(walk(ADDRESS, 0), VMK_INVALID_ADDRESS);
                    ck_assert_uint_eq(code, PAGE_FAULT_PRESENT | PAGE_FAULT_RESERVED);
                }
                for (unsigned bit = 52; bit < 63; bit++) { /* Software's. */
                    map_long(leaf, 0);
                    *entry(level) |= 1ul << bit;
                    ck_assert_int_eq(walk(ADDRESS, 0), VMK_OK);
                }
            }
        }
    }
}
END_TEST

/** Entries of 4 bytes. */
static uint32_t *entry_32(unsigned level, unsigned index)
{
    return (uint32_t *)ram + TABLE(level) / 4 + index;
}

START_TEST(paging_of_32_bits)
{
    long_mode();
    paging.efer = 0;
    paging.cr4 = CR4_PSE;
    paging.cr3 = TABLE(2) | 0xfff;
    *entry_32(2, 0x301) = TABLE(1) | P | W | U;
    *entry_32(1, 0x302) = 0xabcde000 | P | W;
    ck_assert_int_eq(walk(0xc0702567, PAGE_FAULT_WRITE), VMK_OK);
    ck_assert_uint_eq(at.value, 0xabcde567);
    ck_assert_uint_eq(*entry_32(2, 0x301), TABLE(1) | P | W | U | A);
    ck_assert_uint_eq(*entry_32(1, 0x302), 0xabcde000 | P | W | A | D);
    ck_assert_uint_eq(*entry_32(1, 0x303), 0);
    ck_assert_int_eq(walk(0xc0702567, PAGE_FAULT_USER), VMK_INVALID_ADDRESS);
    ck_assert_uint_eq(code, PAGE_FAULT_PRESENT | PAGE_FAULT_USER);

    /* 4 MiB, its address's bits 32 to 39 in bits 13 to 20. */
    *entry_32(2, 0x301) = 0xab400000 | 0x7ful << 13 | P | W | PS;
    ck_assert_int_eq(walk(0xc0702567, 0), VMK_OK);
    ck_assert_uint_eq(at.value, 0x7fab702567);
    *entry_32(2, 0x301) |= 1u << 21;
    ck_assert_int_eq(walk(0xc0702567, 0), VMK_INVALID_ADDRESS);
    ck_assert_uint_eq(code, PAGE_FAULT_PRESENT | PAGE_FAULT_RESERVED);
    paging.physical_bits = 36;
    *entry_32(2, 0x301) = 0xab400000 | 0x1ul << 17 | P | W | PS;
    ck_assert_int_eq(walk(0xc0702567, 0), VMK_INVALID_ADDRESS);
    *entry_32(2, 0x301) = 0xab400000 | 0xful << 13 | P | W | PS;
    ck_assert_int_eq(walk(0xc0702567, 0), VMK_OK);

    /* Without PSE the bit says nothing. */
    paging.cr4 = 0;
    *entry_32(2, 0x301) = TABLE(1) | P | W | PS;
    ck_assert_int_eq(walk(0xc0702567, 0), VMK_OK);
    ck_assert_uint_eq(at.value, 0xabcde567);
}
END_TEST

START_TEST(paging_with_pae)
{
    long_mode();
    paging.efer = EFER_NXE;
    paging.cr3 = TABLE(3) + 0x20 * 3;
    ram[TABLE(3) / 8 + 12 + 3] = TABLE(2) | P;
    ram[TABLE(2) / 8 + 5] = TABLE(1) | P | W | U;
    ram[TABLE(1) / 8 + 6] = 0xfabcde7000 | P | W | U | NX;
    ck_assert_int_eq(walk(0xc0a06123, PAGE_FAULT_WRITE | PAGE_FAULT_USER), VMK_OK);
    ck_assert_uint_eq(at.value, 0xfabcde7123);
    ck_assert_uint_eq(ram[TABLE(3) / 8 + 12 + 3], TABLE(2) | P);
    ck_assert_uint_eq(ram[TABLE(2) / 8 + 5] & (A | D), A);
    ck_assert_int_eq(walk(0xc0a06123, PAGE_FAULT_FETCH), VMK_INVALID_ADDRESS);

    ram[TABLE(2) / 8 + 5] = 0xfabce00000 | P | W | PS;
    ck_assert_int_eq(walk(0xc0a06123, 0), VMK_OK);
    ck_assert_uint_eq(at.value, 0xfabce06123);

    ram[TABLE(2) / 8 + 5] |= 1ul << 52; /* No software's bits there. */
    ck_assert_int_eq(walk(0xc0a06123, 0), VMK_INVALID_ADDRESS);
    ram[TABLE(2) / 8 + 5] &= ~(1ul << 52);
    ram[TABLE(3) / 8 + 12 + 3] = TABLE(2) | P | A; /* QEMU's mark. */
    ck_assert_int_eq(walk(0xc0a06123, 0), VMK_OK);
    for (unsigned bit = 1; bit < 9; bit += bit == 2 ? 4 : 1) {
        ram[TABLE(3) / 8 + 12 + 3] = TABLE(2) | P | 1ul << bit;
        ck_assert_int_eq(walk(0xc0a06123, 0), VMK_INVALID_ADDRESS);
        ck_assert_uint_eq(code, PAGE_FAULT_PRESENT | PAGE_FAULT_RESERVED);
    }
}
END_TEST

static unsigned meddlings;

/** Another processor of the guest counts in bits of software's, so often. */
static void change_entry(void)
{
    if (meddlings > 0) {
        meddlings--;
        *entry(1) = (*entry(1) & ~0xe00ul) | ((*entry(1) + 0x200) & 0xe00);
    }
}

START_TEST(an_entry_that_changes_is_read_again)
{
    long_mode();
    map_long(1, 0x5000);
    meddle = change_entry;
    meddlings = 1;
    ck_assert_int_eq(walk(ADDRESS, PAGE_FAULT_WRITE), VMK_OK);
    ck_assert_uint_eq(*entry(1), 0x5000 | P | W | U | A | D | 0x200);
    map_long(1, 0x5000);
    meddlings = ~0u;
    ck_assert_int_eq(walk(ADDRESS, PAGE_FAULT_WRITE), VMK_BUSY);
    ck_assert_uint_eq(*entry(1) & (A | D), 0);
}
END_TEST

static VMK_ReturnStatus no_memory_for_3(gpa_t where)
{
    return where.value / 4096 == 3 ? VMK_NO_MEMORY : VMK_OK;
}

START_TEST(tables_that_cannot_be_read_are_told)
{
    long_mode();
    map_long(1, 0x5000);
    *entry(3) = 0x100000 | P | W | U;
    ck_assert_int_eq(walk(ADDRESS, 0), VMK_BAD_ADDR_RANGE);
    map_long(1, 0x5000);
    refuse = no_memory_for_3;
    ck_assert_int_eq(walk(ADDRESS, 0), VMK_NO_MEMORY);
}
END_TEST

RUN_TESTS(without_paging_addresses_are_physical, long_mode_has_pages_of_three_sizes,
          marks_are_what_the_access_sets, a_fault_marks_nothing, what_is_not_there_is_told_at_each_level,
          rights_are_those_of_all_levels_under_all_controls, reserved_bits_of_long_mode_fault,
          paging_of_32_bits, paging_with_pae, an_entry_that_changes_is_read_again,
          tables_that_cannot_be_read_are_told)
