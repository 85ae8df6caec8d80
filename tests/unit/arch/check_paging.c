/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_paging.c - the kernel's page tables, in memory that no processor walks.
 */
#include "run.h"

#include <string.h>
#include <sys/mman.h>

#include <core/boot_info.h>
#include <core/paging.h>
#include <core/paging_audit.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>

#include "../../../core/arch/x86_64/paging.h"

#define TABLE_BYTES (4ul << 20)
#define VA          0xffffc00000000000ul
#define MA          0x12345000ul
#define MIB         (1ul << 20)

static vmk_MA next_table;
static unsigned tables_left;

vmk_MA boot_alloc(vmk_uint64 npages, vmk_ByteCount align_bytes)
{
    ck_assert_uint_eq(npages, 1);
    next_table += VMK_PAGE_SIZE;
    ck_assert_uint_lt(next_table, TABLE_BYTES);
    return next_table;
}

vmk_StatusValue vmk_PageAlloc(vmk_PageRequest request, vmk_MPN *mpn)
{
    if (tables_left == 0) {
        return VMK_NO_MEMORY;
    }
    tables_left--;
    ck_assert_uint_eq(request.order, 0);
    ck_assert(request.zero);
    *mpn = vmk_MA2MPN(boot_alloc(1, VMK_PAGE_SIZE));
    return VMK_OK;
}

static void start(void)
{
    void *tables = mmap((void *)VMK_DIRECT_MAP_BASE, TABLE_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    ck_assert_ptr_eq(tables, (void *)VMK_DIRECT_MAP_BASE);
    memset(kernel_pml4, 0, sizeof(kernel_pml4));
    next_table = 0;
    tables_left = ~0u;
    paging_use_page_alloc();
}

static void assert_maps(vmk_VA va, vmk_MA expected_ma, unsigned expected_flags)
{
    vmk_MA ma;
    unsigned flags;

    ck_assert_int_eq(arch_query_page(va, &ma, &flags), VMK_OK);
    ck_assert_uint_eq(ma, expected_ma);
    ck_assert_uint_eq(flags, expected_flags);
}

START_TEST(what_is_mapped_is_found)
{
    ck_assert_int_eq(arch_map_page(VA, MA, ARCH_MAP_WRITE), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA + VMK_PAGE_SIZE, MA, ARCH_MAP_EXEC), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA + 2 * VMK_PAGE_SIZE, MA, ARCH_MAP_WRITE | ARCH_MAP_UNCACHED), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA + 3 * VMK_PAGE_SIZE, MA, ARCH_MAP_WRITE_COMBINING), VMK_OK);
    assert_maps(VA + 0x123, MA + 0x123, ARCH_MAP_WRITE);
    assert_maps(VA + VMK_PAGE_SIZE, MA, ARCH_MAP_EXEC);
    assert_maps(VA + 2 * VMK_PAGE_SIZE, MA, ARCH_MAP_WRITE | ARCH_MAP_UNCACHED);
    assert_maps(VA + 3 * VMK_PAGE_SIZE, MA, ARCH_MAP_WRITE_COMBINING);
    ck_assert_int_eq(arch_query_page(VA + 4 * VMK_PAGE_SIZE, NULL, NULL), VMK_NOT_FOUND);
    ck_assert_int_eq(arch_query_page(0, NULL, NULL), VMK_NOT_FOUND);
}
END_TEST

START_TEST(never_writable_and_executable)
{
    ck_assert_int_eq(arch_map_page(VA, MA, ARCH_MAP_WRITE | ARCH_MAP_EXEC), VMK_BAD_PARAM);
    ck_assert_int_eq(arch_query_page(VA, NULL, NULL), VMK_NOT_FOUND);
    ck_assert_int_eq(arch_map_page(VA, MA, ARCH_MAP_EXEC), VMK_OK);
    ck_assert_int_eq(arch_protect_range(VA, VMK_PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_EXEC), VMK_BAD_PARAM);
    assert_maps(VA, MA, ARCH_MAP_EXEC);
}
END_TEST

START_TEST(misaligned_and_occupied_are_refused)
{
    ck_assert_int_eq(arch_map_page(VA + 1, MA, 0), VMK_BAD_PARAM);
    ck_assert_int_eq(arch_map_page(VA, MA + 8, 0), VMK_BAD_PARAM);
    ck_assert_int_eq(arch_map_page(VA, 1 * MIB, ARCH_MAP_LARGE), VMK_BAD_PARAM);
    ck_assert_int_eq(arch_map_page(VA, MA, 0), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA, MA, 0), VMK_EXISTS);
    ck_assert_int_eq(arch_map_page(VA, 2 * MIB, ARCH_MAP_LARGE), VMK_EXISTS);
}
END_TEST

START_TEST(protecting_a_page_splits_a_large_one)
{
    vmk_VA page = VA + 5 * VMK_PAGE_SIZE;

    ck_assert_int_eq(arch_map_page(VA, 4 * MIB, ARCH_MAP_WRITE | ARCH_MAP_LARGE), VMK_OK);
    assert_maps(page, 4 * MIB + 5 * VMK_PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_LARGE);
    ck_assert_int_eq(arch_map_page(page, MA, 0), VMK_EXISTS);
    ck_assert_int_eq(arch_protect_range(page, VMK_PAGE_SIZE, ARCH_MAP_READ), VMK_OK);
    assert_maps(page, 4 * MIB + 5 * VMK_PAGE_SIZE, ARCH_MAP_READ);
    assert_maps(page - VMK_PAGE_SIZE, 4 * MIB + 4 * VMK_PAGE_SIZE, ARCH_MAP_WRITE);
    assert_maps(VA + 2 * MIB - VMK_PAGE_SIZE, 6 * MIB - VMK_PAGE_SIZE, ARCH_MAP_WRITE);
    ck_assert_int_eq(arch_protect_range(VA + 2 * MIB, VMK_PAGE_SIZE, ARCH_MAP_READ), VMK_NOT_FOUND);
}
END_TEST

START_TEST(a_gigabyte_splits_down_to_one_page)
{
    ck_assert_int_eq(paging_map_at(VA, 1024 * MIB, PAGING_LEVEL_1G, ARCH_MAP_WRITE), VMK_OK);
    ck_assert_int_eq(arch_protect_range(VA + 7 * MIB, VMK_PAGE_SIZE, ARCH_MAP_READ), VMK_OK);
    assert_maps(VA + 7 * MIB, 1031 * MIB, ARCH_MAP_READ);
    assert_maps(VA + 7 * MIB + VMK_PAGE_SIZE, 1031 * MIB + VMK_PAGE_SIZE, ARCH_MAP_WRITE);
    assert_maps(VA + 900 * MIB, 1924 * MIB, ARCH_MAP_WRITE | ARCH_MAP_LARGE);
}
END_TEST

START_TEST(ranges_are_all_or_nothing)
{
    ck_assert_int_eq(arch_map_range(VA, MA, 8 * VMK_PAGE_SIZE, ARCH_MAP_WRITE), VMK_OK);
    assert_maps(VA + 7 * VMK_PAGE_SIZE, MA + 7 * VMK_PAGE_SIZE, ARCH_MAP_WRITE);
    for (vmk_VA va = VA; va < VA + 7 * VMK_PAGE_SIZE; va += VMK_PAGE_SIZE) {
        arch_unmap_page(va);
    }
    ck_assert_int_eq(arch_query_page(VA + 6 * VMK_PAGE_SIZE, NULL, NULL), VMK_NOT_FOUND);
    ck_assert_int_eq(arch_map_range(VA, MA, 8 * VMK_PAGE_SIZE, ARCH_MAP_WRITE), VMK_EXISTS);
    ck_assert_int_eq(arch_query_page(VA, NULL, NULL), VMK_NOT_FOUND);
    assert_maps(VA + 7 * VMK_PAGE_SIZE, MA + 7 * VMK_PAGE_SIZE, ARCH_MAP_WRITE);
}
END_TEST

START_TEST(no_memory_for_tables_is_a_status)
{
    tables_left = 2;
    ck_assert_int_eq(arch_map_page(VA, MA, 0), VMK_NO_MEMORY);
    ck_assert_int_eq(arch_query_page(VA, NULL, NULL), VMK_NOT_FOUND);
    tables_left = 1;
    ck_assert_int_eq(arch_map_page(VA, 2 * MIB, ARCH_MAP_LARGE), VMK_OK);
    tables_left = 0;
    ck_assert_int_eq(arch_protect_range(VA, VMK_PAGE_SIZE, ARCH_MAP_WRITE), VMK_NO_MEMORY);
    assert_maps(VA, 2 * MIB, ARCH_MAP_LARGE);
}
END_TEST

static void assert_audit(vmk_uint64 mapped, vmk_uint64 writable, vmk_uint64 executable, vmk_uint64 both,
                         vmk_uint64 aliased)
{
    struct paging_audit audit;

    paging_audit(kernel_pml4, &audit);
    ck_assert_uint_eq(audit.mapped, mapped);
    ck_assert_uint_eq(audit.writable, writable);
    ck_assert_uint_eq(audit.executable, executable);
    ck_assert_uint_eq(audit.both, both);
    ck_assert_uint_eq(audit.aliased, aliased);
}

START_TEST(an_audit_counts_pages_of_every_size)
{
    assert_audit(0, 0, 0, 0, 0);
    ck_assert_int_eq(arch_map_page(VA, MA, ARCH_MAP_EXEC), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA + VMK_PAGE_SIZE, MA, ARCH_MAP_READ), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA + 2 * MIB, 64 * MIB, ARCH_MAP_WRITE | ARCH_MAP_LARGE), VMK_OK);
    assert_audit(2 + 512, 512, 1, 0, 0);
    ck_assert_int_eq(paging_map_at(VA + 1024 * MIB, 1024 * MIB, PAGING_LEVEL_1G, ARCH_MAP_READ), VMK_OK);
    assert_audit(2 + 512 + 512 * 512, 512, 1, 0, 0);
}
END_TEST

START_TEST(an_audit_finds_what_may_be_written_and_executed)
{
    ck_assert_int_eq(paging_map_at(VA, 2 * MIB, PAGING_LEVEL_2M, ARCH_MAP_WRITE | ARCH_MAP_EXEC), VMK_OK);
    assert_audit(512, 512, 512, 512, 0);
}
END_TEST

START_TEST(an_audit_finds_code_that_is_written_elsewhere)
{
    ck_assert_int_eq(arch_map_page(VA, 4 * MIB + MA % MIB, ARCH_MAP_EXEC), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA + VMK_PAGE_SIZE, 6 * MIB, ARCH_MAP_EXEC), VMK_OK);
    ck_assert_int_eq(arch_map_page(VA + 2 * MIB, 4 * MIB, ARCH_MAP_WRITE | ARCH_MAP_LARGE), VMK_OK);
    assert_audit(2 + 512, 512, 2, 0, 1);
    ck_assert_int_eq(arch_protect_range(VA + 2 * MIB + MA % MIB, VMK_PAGE_SIZE, ARCH_MAP_READ), VMK_OK);
    assert_audit(2 + 512, 511, 2, 0, 0);
}
END_TEST

RUN_TESTS_AFTER(start, what_is_mapped_is_found, never_writable_and_executable,
                misaligned_and_occupied_are_refused, protecting_a_page_splits_a_large_one,
                a_gigabyte_splits_down_to_one_page, ranges_are_all_or_nothing,
                no_memory_for_tables_is_a_status, an_audit_counts_pages_of_every_size,
                an_audit_finds_what_may_be_written_and_executed,
                an_audit_finds_code_that_is_written_elsewhere)
