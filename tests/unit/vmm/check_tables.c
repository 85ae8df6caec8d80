/* SPDX-License-Identifier: GPL-2.0-only */
#include "heap.h"
#include "run.h"
#include "vm_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <core/heap.h>
#include <core/vmm/guest_memory.h>
#include <core/vmm/tables.h>

#include "../../../core/mgmt/smbios.h"

#define SMBIOS 0xf0000u

static struct vm vm;
static struct vm_tables_config config = {
    .name = "debian",
    .uuid = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
    .cpus = 3,
    .memory_bytes = 5ul << 30};

static void setup(void)
{
    gpa_t rsdp;

    vm_host_init(&vm, 1 << 20);
    ck_assert_int_eq(vm_tables_build(&vm, heap_kernel, &config, &rsdp), VMK_OK);
    ck_assert_uint_eq(rsdp.value, VM_TABLES_BASE);
}

static uint64_t number(uint64_t at, unsigned len)
{
    uint64_t value = 0;

    memcpy(&value, vm.memory + at, len);
    return value;
}

static bool sums_to_zero(uint64_t at, uint64_t len)
{
    uint8_t sum = 0;

    while (len-- > 0) {
        sum = (uint8_t)(sum + vm.memory[at++]);
    }
    return sum == 0;
}

/** The table with that signature, by way of the pointers from the RSDP on. */
static uint64_t find(const char *signature)
{
    uint64_t xsdt = number(VM_TABLES_BASE + 24, 8), found = 0;

    for (uint64_t at = xsdt + 36; at < xsdt + number(xsdt + 4, 4); at += 8) {
        if (memcmp(vm.memory + number(at, 8), signature, 4) == 0) {
            found = number(at, 8);
        }
    }
    ck_assert_msg(found != 0, "no %s", signature);
    return found;
}

static uint64_t dsdt(void)
{
    return number(find("FACP") + 140, 8);
}

START_TEST(sums_are_right)
{
    static const char *const all[] = {"FACP", "APIC", "MCFG", "HPET"};
    uint64_t xsdt = number(VM_TABLES_BASE + 24, 8);

    ck_assert_int_eq(memcmp(vm.memory + VM_TABLES_BASE, "RSD PTR ", 8), 0);
    ck_assert(sums_to_zero(VM_TABLES_BASE, 20));
    ck_assert(sums_to_zero(VM_TABLES_BASE, 36));
    ck_assert(sums_to_zero(xsdt, number(xsdt + 4, 4)));
    for (unsigned i = 0; i < 4; i++) {
        ck_assert(sums_to_zero(find(all[i]), number(find(all[i]) + 4, 4)));
    }
    ck_assert(sums_to_zero(dsdt(), number(dsdt() + 4, 4)));
    ck_assert_uint_eq(number(find("FACP") + 40, 4), dsdt());
    ck_assert_uint_eq(number(find("FACP") + 36, 4) % 64, 0); /* The FACS. */
}
END_TEST

START_TEST(fadt_says_what_there_is)
{
    uint64_t fadt = find("FACP");

    ck_assert_uint_eq(number(fadt + 4, 4), 276);
    ck_assert_uint_eq(number(fadt + 46, 2), 9);
    ck_assert_uint_eq(number(fadt + 48, 4), 0);
    ck_assert_uint_eq(number(fadt + 56, 4), 0x600);
    ck_assert_uint_eq(number(fadt + 64, 4), 0x604);
    ck_assert_uint_eq(number(fadt + 76, 4), 0x608);
    ck_assert_uint_eq(number(fadt + 108, 1), 0x32);
    ck_assert_uint_eq(number(fadt + 109, 2), 0x15);
    ck_assert_uint_eq(number(fadt + 120, 4), 0xcf9);
    ck_assert_uint_eq(number(fadt + 128, 1), 6);
    ck_assert_uint_eq(number(fadt + 212, 8), 0x608);
}
END_TEST

START_TEST(madt_lists_processors)
{
    uint64_t madt = find("APIC"), at = madt + 44;
    unsigned kinds[5] = {0};

    while (at < madt + number(madt + 4, 4)) {
        if (vm.memory[at] == 0) {
            ck_assert_uint_eq(vm.memory[at + 3], kinds[0]);
        }
        ck_assert_uint_lt(vm.memory[at], 5);
        kinds[vm.memory[at]]++;
        at += vm.memory[at + 1];
    }
    ck_assert_uint_eq(at, madt + number(madt + 4, 4));
    ck_assert_uint_eq(kinds[0], 3);
    ck_assert_uint_eq(kinds[1], 1);
    ck_assert_uint_eq(kinds[2], 2);
    ck_assert_uint_eq(kinds[4], 1);
}
END_TEST

/** Have iasl take a table apart. @return what it wrote, to be freed. */
static char *disassemble(const char *name, uint64_t at, const char *folder)
{
    char path[256], command[1024];
    size_t len;
    char *text = calloc(1, 1 << 20);
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.dat", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(vm.memory + at, 1, number(at + 4, 4), file), number(at + 4, 4));
    fclose(file);
    snprintf(command, sizeof(command),
             "cd %s && iasl -d %s.dat >%s.log 2>&1 && ! grep -iE 'warning|error' %s.log", folder, name, name,
             name);
    ck_assert_msg(system(command) == 0, "iasl complains of %s: %s/%s.log", name, folder, name);
    snprintf(path, sizeof(path), "%s/%s.dsl", folder, name);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    len = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    ck_assert_uint_gt(len, 0);
    ck_assert_msg(strstr(text, "Unknown") == NULL && strstr(text, "Invalid") == NULL, "%s: see %s", name,
                  path);
    return text;
}

START_TEST(iasl_reads_them)
{
    static const char *const all[] = {"FACP", "APIC", "MCFG", "HPET"};
    static const char *const expected[] = {
        "Device (PCI0)", "EisaId (\"PNP0A03\")", "0x0001FFFF",
        "0xC0000000, ",  "Device (COM1)",        "Name (\\_S5, Package (0x04)",
        "0x001FFFFF",    "\"QEMU0001\"",         "0xE0000000, "};
    char folder[] = "/tmp/check_tables.XXXXXX", command[128];
    char *text;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (unsigned i = 0; i < 4; i++) {
        free(disassemble(all[i], find(all[i]), folder));
    }
    text = disassemble("DSDT", dsdt(), folder);
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        ck_assert_msg(strstr(text, expected[i]) != NULL, "no %s in the DSDT", expected[i]);
    }
    free(text);
    snprintf(command, sizeof(command),
             "cd %s && iasl DSDT.dsl >asl.log 2>&1 && grep -q ' 0 Errors, 0 Warnings' asl.log", folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/** The structure of @p type, the @p nth; 0: none. */
static uint64_t structure(unsigned type, unsigned nth)
{
    struct smbios_table table;
    uint64_t at, end;

    ck_assert_int_eq(smbios_find_entry(vm.memory + SMBIOS, 0x1000, &table), VMK_OK);
    for (at = table.base, end = table.base + table.len; at < end; at += 2) {
        if (vm.memory[at] == type && nth-- == 0) {
            return at;
        }
        at += vm.memory[at + 1];
        while (number(at, 2) != 0) {
            at++;
        }
    }
    ck_assert_uint_eq(at, end); /* They fill it, to the byte. */
    return 0;
}

START_TEST(smbios_is_read_by_our_own_reader)
{
    static const unsigned types[] = {0, 1, 3, 4, 16, 17, 19, 32, 127};
    struct smbios_table table;
    uint8_t uuid[16];

    ck_assert_int_eq(smbios_find_entry(vm.memory + SMBIOS, 0x1000, &table), VMK_OK);
    ck_assert_int_eq(smbios_find_uuid(vm.memory + table.base, table.len, uuid), VMK_OK);
    ck_assert_int_eq(memcmp(uuid, config.uuid, 16), 0);
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        ck_assert_msg(structure(types[i], 0) != 0, "no type %u", types[i]);
    }
    ck_assert_uint_eq(structure(2, 0), 0);
    ck_assert_str_eq((char *)vm.memory + structure(1, 0) + 27, "OpenVMK");
    ck_assert_uint_eq(vm.memory[structure(4, 0) + 0x23], 3);
    ck_assert_uint_eq(vm.memory[structure(4, 0) + 1], 0x30);
    ck_assert_uint_eq(vm.memory[structure(17, 0) + 1], 0x28);
}
END_TEST

START_TEST(smbios_tells_the_memory)
{
    ck_assert_uint_eq(number(structure(16, 0) + 0x0f, 8), 5ul << 30);
    ck_assert_uint_eq(number(structure(17, 0) + 0x0c, 2), 5120);
    ck_assert_uint_eq(number(structure(19, 0) + 4, 4), 0);
    ck_assert_uint_eq(number(structure(19, 0) + 8, 4), GUEST_LOW_END / 1024 - 1);
    ck_assert_uint_eq(number(structure(19, 1) + 4, 4), GUEST_HIGH_BASE / 1024);
    ck_assert_uint_eq(number(structure(19, 1) + 8, 4), (GUEST_HIGH_BASE + (2ul << 30)) / 1024 - 1);
}
END_TEST

START_TEST(failures_are_told)
{
    struct vm small;
    gpa_t rsdp;

    vm_host_init(&small, 0xe0000);
    ck_assert_int_eq(vm_tables_build(&small, heap_kernel, &config, &rsdp), VMK_BAD_ADDR_RANGE);
    support_heap_fail_after = 1;
    ck_assert_int_eq(vm_tables_build(&vm, heap_kernel, &config, &rsdp), VMK_NO_MEMORY);
    support_heap_fail_after = ~0u;
    config.cpus = 3000; /* More than the area holds. */
    ck_assert_int_eq(vm_tables_build(&vm, heap_kernel, &config, &rsdp), VMK_NO_SPACE);
    ck_assert_int_eq(support_heap_live, 0);
    vm_host_free(&small);
}
END_TEST

RUN_TESTS_AFTER(setup, sums_are_right, fadt_says_what_there_is, madt_lists_processors, iasl_reads_them,
                smbios_is_read_by_our_own_reader, smbios_tells_the_memory, failures_are_told)
