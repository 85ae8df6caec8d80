/* SPDX-License-Identifier: GPL-2.0-only */
#include "acpi_tables.h"

#include <core/vmm/lapic.h>
#include <core/vmm/platform.h>
#include <core/vmm/vpci.h>
#include <vmkapi/lib/libc.h>

#include "dsdt.h"

#define HEADER_CHECKSUM 9u
#define HEADER_LENGTH   4u
#define OEM             "OPENVM"
#define OEM_TABLE       "OPENVMK "
#define CREATOR         "OVMK"
#define VERSION         1u

#define RSDP_BYTES      36u
#define RSDP_BYTES_V1   20u
#define FACS_BYTES      64u
#define FADT_BYTES      276u

#define SPACE_MEMORY    0u
#define SPACE_PORTS     1u
#define WIDTH_BYTE      1u
#define WIDTH_WORD      2u
#define WIDTH_DWORD     3u

#define RESET_PORT      0xcf9u
#define RESET_VALUE     0x06u
#define CMOS_CENTURY    0x32u
#define BOOT_ARCH       0x0015u /* Legacy devices, no VGA, no ASPM; no 8042. */
/* WBINVD works, C1 works, no sleep button, the clock wakes nobody, 32-bit timer, reset register. */
#define FADT_FLAGS          (1u << 0 | 1u << 2 | 1u << 5 | 1u << 6 | 1u << 8 | 1u << 10)
#define NO_C2               101u
#define NO_C3               1001u

#define MADT_PCAT           1u
#define MADT_LAPIC          0u
#define MADT_IOAPIC         1u
#define MADT_OVERRIDE       2u
#define MADT_LAPIC_NMI      4u
#define MADT_ALL_PROCESSORS 0xffu
#define INTI_CONFORMS       0u
#define INTI_HIGH_LEVEL     0x0du

#define HPET_ID             0x1af4a201u /* As its capabilities register: vendor, legacy, 64 bits, 3 timers. */
#define HPET_MIN_TICK       1000u

static vmk_uint64 address_of(const struct table_area *area, unsigned at)
{
    return area->base + at;
}

/** A system description table's header. @return where it begins. */
static unsigned begin(struct table_area *area, const char *signature, vmk_uint8 revision)
{
    unsigned at;

    table_align(area, 16);
    at = area->len;
    table_put(area, signature, 4);
    table_put32(area, 0);
    table_put8(area, revision);
    table_put8(area, 0);
    table_put(area, OEM, 6);
    table_put(area, OEM_TABLE, 8);
    table_put32(area, VERSION);
    table_put(area, CREATOR, 4);
    table_put32(area, VERSION);
    return at;
}

static void end(struct table_area *area, unsigned at)
{
    table_patch(area, at + HEADER_LENGTH, 4, area->len - at);
    table_seal(area, at, area->len - at, at + HEADER_CHECKSUM);
}

/** 5.2.3.2. */
static void put_address(struct table_area *area, unsigned space, unsigned bits, unsigned width,
                        vmk_uint64 address)
{
    table_put8(area, space);
    table_put8(area, bits);
    table_put8(area, 0);
    table_put8(area, width);
    table_put64(area, address);
}

static unsigned put_facs(struct table_area *area)
{
    unsigned at;

    table_align(area, 64);
    at = area->len;
    table_put(area, "FACS", 4);
    table_put32(area, FACS_BYTES);
    table_put_zeros(area, FACS_BYTES - 8);
    table_patch(area, at + 32, 1, 2);
    return at;
}

static unsigned put_dsdt(struct table_area *area)
{
    unsigned at = begin(area, "DSDT", 2);

    dsdt_put(area);
    end(area, at);
    return at;
}

/** The part of the FADT that is as old as ACPI 1.0. */
static void put_fadt_blocks(struct table_area *area)
{
    table_put32(area, PLATFORM_PM_BASE + PLATFORM_PM_EVENT);
    table_put32(area, 0);
    table_put32(area, PLATFORM_PM_BASE + PLATFORM_PM_CONTROL);
    table_put_zeros(area, 8);
    table_put32(area, PLATFORM_PM_BASE + PLATFORM_PM_TIMER);
    table_put_zeros(area, 8); /* GPE0, GPE1: none. */
    table_put8(area, 4);
    table_put8(area, 2);
    table_put8(area, 0);
    table_put8(area, 4);
    table_put_zeros(area, 4);
    table_put16(area, NO_C2);
    table_put16(area, NO_C3);
    table_put_zeros(area, 8); /* Cache flushing as before WBINVD, duty cycle, alarm registers: none. */
    table_put8(area, CMOS_CENTURY);
}

/** 5.2.9. */
static unsigned put_fadt(struct table_area *area, unsigned facs, unsigned dsdt)
{
    unsigned at = begin(area, "FACP", 6);

    table_put32(area, address_of(area, facs));
    table_put32(area, address_of(area, dsdt));
    table_put_zeros(area, 2); /* No preferred profile. */
    table_put16(area, PLATFORM_GSI_SCI);
    table_put_zeros(area, 8); /* No SMI command port: ACPI is on. */
    put_fadt_blocks(area);
    table_put16(area, BOOT_ARCH);
    table_put8(area, 0);
    table_put32(area, FADT_FLAGS);
    put_address(area, SPACE_PORTS, 8, WIDTH_BYTE, RESET_PORT);
    table_put8(area, RESET_VALUE);
    table_put_zeros(area, 2); /* ARM. */
    table_put8(area, 4);      /* Version 6.4. */
    table_put64(area, 0);     /* The FACS is told by its 32-bit address. */
    table_put64(area, address_of(area, dsdt));
    put_address(area, SPACE_PORTS, 32, WIDTH_WORD, PLATFORM_PM_BASE + PLATFORM_PM_EVENT);
    table_put_zeros(area, 12);
    put_address(area, SPACE_PORTS, 16, WIDTH_WORD, PLATFORM_PM_BASE + PLATFORM_PM_CONTROL);
    table_put_zeros(area, 24);
    put_address(area, SPACE_PORTS, 32, WIDTH_DWORD, PLATFORM_PM_BASE + PLATFORM_PM_TIMER);
    table_put_zeros(area, at + FADT_BYTES - area->len); /* GPEs, sleep registers of reduced hardware. */
    end(area, at);
    return at;
}

static void put_override(struct table_area *area, unsigned irq, unsigned gsi, unsigned flags)
{
    table_put8(area, MADT_OVERRIDE);
    table_put8(area, 10);
    table_put8(area, 0);
    table_put8(area, irq);
    table_put32(area, gsi);
    table_put16(area, flags);
}

/** 5.2.12. */
static unsigned put_madt(struct table_area *area, unsigned cpus)
{
    unsigned at = begin(area, "APIC", 5);

    table_put32(area, LAPIC_BASE);
    table_put32(area, MADT_PCAT);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        table_put8(area, MADT_LAPIC);
        table_put8(area, 8);
        table_put8(area, cpu);
        table_put8(area, cpu);
        table_put32(area, 1); /* Enabled. */
    }
    table_put8(area, MADT_IOAPIC);
    table_put8(area, 12);
    table_put16(area, 0);
    table_put32(area, PLATFORM_IOAPIC_BASE);
    table_put32(area, 0);
    put_override(area, 0, PLATFORM_GSI_PIT, INTI_CONFORMS);
    put_override(area, PLATFORM_GSI_SCI, PLATFORM_GSI_SCI, INTI_HIGH_LEVEL);
    table_put8(area, MADT_LAPIC_NMI);
    table_put8(area, 6);
    table_put8(area, MADT_ALL_PROCESSORS);
    table_put16(area, INTI_CONFORMS);
    table_put8(area, 1); /* LINT1. */
    end(area, at);
    return at;
}

static unsigned put_mcfg(struct table_area *area)
{
    unsigned at = begin(area, "MCFG", 1);

    table_put64(area, 0);
    table_put64(area, VPCI_ECAM_BASE);
    table_put_zeros(area, 8); /* Segment 0, bus 0 to 0. */
    end(area, at);
    return at;
}

static unsigned put_hpet(struct table_area *area)
{
    unsigned at = begin(area, "HPET", 1);

    table_put32(area, HPET_ID);
    put_address(area, SPACE_MEMORY, 64, 0, PLATFORM_HPET_BASE);
    table_put8(area, 0);
    table_put16(area, HPET_MIN_TICK);
    table_put8(area, 0);
    end(area, at);
    return at;
}

/** 5.2.5.3. */
static void fill_rsdp(struct table_area *area, unsigned xsdt)
{
    struct table_area rsdp = {.bytes = area->bytes, .capacity = RSDP_BYTES};

    table_put(&rsdp, "RSD PTR ", 8);
    table_put8(&rsdp, 0);
    table_put(&rsdp, OEM, 6);
    table_put8(&rsdp, 2);
    table_put32(&rsdp, 0); /* No RSDT. */
    table_put32(&rsdp, RSDP_BYTES);
    table_put64(&rsdp, address_of(area, xsdt));
    table_put32(&rsdp, 0);
    table_seal(&rsdp, 0, RSDP_BYTES_V1, 8);
    table_seal(&rsdp, 0, RSDP_BYTES, 32);
}

void acpi_tables_put(struct table_area *area, const struct vm_tables_config *config)
{
    unsigned facs, dsdt, tables[4], xsdt;

    table_put_zeros(area, RSDP_BYTES);
    facs = put_facs(area);
    dsdt = put_dsdt(area);
    tables[0] = put_fadt(area, facs, dsdt);
    tables[1] = put_madt(area, config->cpus);
    tables[2] = put_mcfg(area);
    tables[3] = put_hpet(area);
    xsdt = begin(area, "XSDT", 1);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(tables); i++) {
        table_put64(area, address_of(area, tables[i]));
    }
    end(area, xsdt);
    if (!area->full) {
        fill_rsdp(area, xsdt);
    }
}
