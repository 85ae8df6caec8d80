/* SPDX-License-Identifier: GPL-2.0-only */
#include "smbios_tables.h"

#include <core/vmm/guest_memory.h>
#include <vmkapi/lib/libc.h>

#define ENTRY_BYTES      24u
#define STRUCTURES       32u /* From the area's base: on a boundary of 16 bytes. */
#define MAKER            "OpenVMK"

#define TYPE_BIOS        0u
#define TYPE_SYSTEM      1u
#define TYPE_CHASSIS     3u
#define TYPE_PROCESSOR   4u
#define TYPE_ARRAY       16u
#define TYPE_MEMORY      17u
#define TYPE_MAPPED      19u
#define TYPE_BOOT        32u
#define TYPE_END         127u

#define OTHER            1u
#define UNKNOWN          2u
#define SAFE             3u
#define NO_HANDLE        0xffffu
#define NO_ERROR_HANDLE  0xfffeu
#define HANDLE(type, n)  ((type) << 8 | (n))

#define BIOS_UNSUPPORTED (1u << 3)
#define BIOS_VIRTUAL     (1u << 4) /* Second extension byte: this is a virtual machine. */
#define SIZE_EXTENDED    0x7fffu
#define KB(bytes)        ((bytes) / 1024)
#define MB(bytes)        ((bytes) / (1024 * 1024))

static unsigned begin(struct table_area *area, vmk_uint8 type, unsigned number)
{
    unsigned at = area->len;

    table_put8(area, type);
    table_put8(area, 0);
    table_put16(area, HANDLE(type, number));
    return at;
}

/** The formatted part ends: its strings follow, numbered from 1; NULL ends their list (6.1.3). */
static void end(struct table_area *area, unsigned at, const char *const *strings)
{
    table_patch(area, at + 1, 1, area->len - at);
    if (strings == NULL) {
        table_put8(area, 0);
    }
    for (; strings != NULL && *strings != NULL; strings++) {
        table_put(area, *strings, (unsigned)vmk_Strlen(*strings) + 1);
    }
    table_put8(area, 0);
}

static void put_bios(struct table_area *area)
{
    const char *const strings[] = {MAKER, "1.0", "01/01/2026", NULL};
    unsigned at = begin(area, TYPE_BIOS, 0);

    table_put8(area, 1);
    table_put8(area, 2);
    table_put16(area, VM_TABLES_BASE >> 4);
    table_put8(area, 3);
    table_put8(area, 0);
    table_put64(area, BIOS_UNSUPPORTED);
    table_put8(area, 0);
    table_put8(area, BIOS_VIRTUAL);
    table_put8(area, 1); /* Release 1.0, and of no embedded controller. */
    table_put8(area, 0);
    table_put16(area, 0xffff);
    end(area, at, strings);
}

static void put_system(struct table_area *area, const struct vm_tables_config *config)
{
    /* The first three fields are little-endian (7.2.1). */
    static const vmk_uint8 order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    const char *const strings[] = {MAKER, "Virtual Machine", "1", config->name, NULL};
    unsigned at = begin(area, TYPE_SYSTEM, 0);

    table_put8(area, 1);
    table_put8(area, 2);
    table_put8(area, 3);
    table_put8(area, config->name[0] != '\0' ? 4 : 0);
    for (unsigned i = 0; i < 16; i++) {
        table_put8(area, config->uuid[order[i]]);
    }
    table_put8(area, 6); /* Woken by the power switch. */
    table_put16(area, 0);
    end(area, at, strings);
}

static void put_chassis(struct table_area *area)
{
    const char *const strings[] = {MAKER, NULL};
    unsigned at = begin(area, TYPE_CHASSIS, 0);

    table_put8(area, 1);
    table_put8(area, OTHER);
    table_put_zeros(area, 3);
    table_put8(area, SAFE); /* Boot-up, power supply, temperature. */
    table_put8(area, SAFE);
    table_put8(area, SAFE);
    table_put8(area, UNKNOWN);
    table_put_zeros(area, 8); /* OEM; height, cords; no contained elements, no SKU. */
    table_put8(area, 0);
    end(area, at, strings);
}

static void put_processor(struct table_area *area, unsigned cpus)
{
    const char *const strings[] = {"CPU 0", MAKER, NULL};
    unsigned at = begin(area, TYPE_PROCESSOR, 0);

    table_put8(area, 1);
    table_put8(area, 3); /* Central processor. */
    table_put8(area, OTHER);
    table_put8(area, 2);
    table_put64(area, 0); /* Its ID is what CPUID says. */
    table_put_zeros(area, 8);
    table_put8(area, 0x41); /* Populated, enabled. */
    table_put8(area, OTHER);
    for (unsigned i = 0; i < 3; i++) {
        table_put16(area, NO_HANDLE); /* Caches. */
    }
    table_put_zeros(area, 3);
    table_put8(area, cpus);
    table_put8(area, cpus);
    table_put8(area, cpus);
    table_put16(area, 1u << 2 | 1u << 3); /* 64 bits, several cores. */
    table_put16(area, OTHER);
    table_put16(area, cpus);
    table_put16(area, cpus);
    table_put16(area, cpus);
    end(area, at, strings);
}

static void put_array(struct table_area *area, vmk_uint64 bytes)
{
    unsigned at = begin(area, TYPE_ARRAY, 0);

    table_put8(area, OTHER);
    table_put8(area, 3);           /* System memory, */
    table_put8(area, 3);           /* without error correction. */
    table_put32(area, 0x80000000); /* In bytes, below. */
    table_put16(area, NO_ERROR_HANDLE);
    table_put16(area, 1);
    table_put64(area, bytes);
    end(area, at, NULL);
}

static void put_memory(struct table_area *area, vmk_uint64 bytes)
{
    const char *const strings[] = {"DIMM 0", MAKER, NULL};
    bool large = MB(bytes) >= SIZE_EXTENDED;
    unsigned at = begin(area, TYPE_MEMORY, 0);

    table_put16(area, HANDLE(TYPE_ARRAY, 0));
    table_put16(area, NO_ERROR_HANDLE);
    table_put16(area, 64);
    table_put16(area, 64);
    table_put16(area, large ? SIZE_EXTENDED : MB(bytes));
    table_put8(area, 9); /* DIMM. */
    table_put8(area, 0);
    table_put8(area, 1);
    table_put8(area, 0);
    table_put8(area, 7); /* RAM. */
    table_put16(area, 1u << 1);
    table_put16(area, 0);
    table_put8(area, 2);
    table_put_zeros(area, 4);
    table_put32(area, large ? MB(bytes) : 0);
    table_put_zeros(area, 8); /* Speed, voltages. */
    end(area, at, strings);
}

static void put_mapped(struct table_area *area, unsigned number, vmk_uint64 base, vmk_uint64 bytes)
{
    bool large = KB(base + bytes) > 0xffffffff;
    unsigned at = begin(area, TYPE_MAPPED, number);

    table_put32(area, large ? 0xffffffff : KB(base));
    table_put32(area, large ? 0xffffffff : KB(base + bytes) - 1);
    table_put16(area, HANDLE(TYPE_ARRAY, 0));
    table_put8(area, 1);
    table_put64(area, large ? base : 0);
    table_put64(area, large ? base + bytes - 1 : 0);
    end(area, at, NULL);
}

static void put_entry(struct table_area *area)
{
    struct table_area entry = {.bytes = area->bytes, .capacity = ENTRY_BYTES};

    table_put(&entry, "_SM3_", 5);
    table_put8(&entry, 0);
    table_put8(&entry, ENTRY_BYTES);
    table_put8(&entry, 3);
    table_put8(&entry, 0);
    table_put8(&entry, 0);
    table_put8(&entry, 1);
    table_put8(&entry, 0);
    table_put32(&entry, area->len - STRUCTURES);
    table_put64(&entry, area->base + STRUCTURES);
    table_seal(&entry, 0, ENTRY_BYTES, 5);
}

void smbios_tables_put(struct table_area *area, const struct vm_tables_config *config)
{
    vmk_uint64 bytes = config->memory_bytes, low = bytes < GUEST_LOW_END ? bytes : GUEST_LOW_END;
    unsigned at;

    table_put_zeros(area, STRUCTURES);
    put_bios(area);
    put_system(area, config);
    put_chassis(area);
    put_processor(area, config->cpus);
    put_array(area, bytes);
    put_memory(area, bytes);
    put_mapped(area, 0, 0, low);
    if (bytes > low) {
        put_mapped(area, 1, GUEST_HIGH_BASE, bytes - low);
    }
    at = begin(area, TYPE_BOOT, 0);
    table_put_zeros(area, 7); /* No errors. */
    end(area, at, NULL);
    at = begin(area, TYPE_END, 0);
    end(area, at, NULL);
    if (!area->full) {
        put_entry(area);
    }
}
