/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * madt.c - the processors and interrupt controllers of the machine (ACPI specification 6.4, 5.2.12).
 */
#define VMK_LOG_MODULE "MADT"

#include "cpu.h"
#include "ioapic.h"
#include "lapic.h"
#include "smp.h"

#include <core/acpi_tables.h>
#include <core/irq_vector.h>
#include <vmkapi/base/logging.h>

#define DEFAULT_LAPIC_MA 0xfee00000ul

/* Local APIC flags (table 5.22). A CPU that may be plugged in later is not there now. */
#define CPU_ENABLED 1u

enum entry_type {
    ENTRY_LAPIC = 0,
    ENTRY_IOAPIC = 1,
    ENTRY_OVERRIDE = 2,
    ENTRY_LAPIC_ADDRESS = 5,
    ENTRY_X2APIC = 9,
};

struct madt {
    struct acpi_header header;
    vmk_uint32 lapic_ma;
    vmk_uint32 flags;
} VMK_ATTRIBUTE_PACKED;

struct entry {
    vmk_uint8 type, len;
} VMK_ATTRIBUTE_PACKED;

struct entry_lapic {
    struct entry entry;
    vmk_uint8 acpi_id, apic_id;
    vmk_uint32 flags;
} VMK_ATTRIBUTE_PACKED;

struct entry_ioapic {
    struct entry entry;
    vmk_uint8 id, reserved;
    vmk_uint32 ma, first_gsi;
} VMK_ATTRIBUTE_PACKED;

struct entry_override {
    struct entry entry;
    vmk_uint8 bus, isa_irq;
    vmk_uint32 gsi;
    vmk_uint16 flags;
} VMK_ATTRIBUTE_PACKED;

struct entry_lapic_address {
    struct entry entry;
    vmk_uint16 reserved;
    vmk_uint64 ma;
} VMK_ATTRIBUTE_PACKED;

struct entry_x2apic {
    struct entry entry;
    vmk_uint16 reserved;
    vmk_uint32 apic_id, flags, acpi_id;
} VMK_ATTRIBUTE_PACKED;

typedef void (*entry_fn)(const struct entry *entry);

/* Polarity in bits 0-1, trigger mode in bits 2-3; 3 is active low, level (table 5.26). */
static unsigned override_flags(vmk_uint16 inti)
{
    return ((inti & 3) == 3 ? IOAPIC_ACTIVE_LOW : 0) | ((inti >> 2 & 3) == 3 ? IOAPIC_LEVEL : 0);
}

static void take_controller(const struct entry *entry)
{
    if (entry->type == ENTRY_IOAPIC && entry->len >= sizeof(struct entry_ioapic)) {
        const struct entry_ioapic *ioapic = (const struct entry_ioapic *)entry;

        ioapic_add(ioapic->ma, ioapic->first_gsi);
    } else if (entry->type == ENTRY_OVERRIDE && entry->len >= sizeof(struct entry_override)) {
        const struct entry_override *o = (const struct entry_override *)entry;

        ioapic_add_override(o->isa_irq, o->gsi, override_flags(o->flags));
    }
}

static void take_cpu(const struct entry *entry)
{
    if (entry->type == ENTRY_LAPIC && entry->len >= sizeof(struct entry_lapic)) {
        const struct entry_lapic *lapic = (const struct entry_lapic *)entry;

        if (lapic->flags & CPU_ENABLED) {
            smp_add_cpu(lapic->apic_id);
        }
    } else if (entry->type == ENTRY_X2APIC && entry->len >= sizeof(struct entry_x2apic)) {
        const struct entry_x2apic *x2apic = (const struct entry_x2apic *)entry;

        if (x2apic->flags & CPU_ENABLED) {
            smp_add_cpu(x2apic->apic_id);
        }
    }
}

static void for_each_entry(const struct madt *madt, entry_fn fn)
{
    vmk_VA at = (vmk_VA)(madt + 1);
    vmk_VA end = (vmk_VA)madt + madt->header.len;

    while (at + sizeof(struct entry) <= end) {
        const struct entry *entry = (const struct entry *)at;

        if (entry->len < sizeof(*entry) || at + entry->len > end) {
            vmk_WarningMessage("the table is malformed; what follows in it is ignored");
            return;
        }
        fn(entry);
        at += entry->len;
    }
}

static vmk_MA lapic_ma;

static void take_lapic_address(const struct entry *entry)
{
    if (entry->type == ENTRY_LAPIC_ADDRESS && entry->len >= sizeof(struct entry_lapic_address)) {
        lapic_ma = ((const struct entry_lapic_address *)entry)->ma;
    }
}

static void take_all(const struct madt *madt)
{
    lapic_ma = madt->lapic_ma;
    for_each_entry(madt, take_lapic_address);
    lapic_start(lapic_ma);
    for_each_entry(madt, take_controller);
    for_each_entry(madt, take_cpu);
}

void irq_vector_init(void)
{
    const struct madt *madt = acpi_find_table("APIC");

    if (madt != NULL) {
        take_all(madt);
    } else {
        vmk_WarningMessage("firmware has no MADT: one CPU, and message-signalled interrupts only");
        lapic_start(DEFAULT_LAPIC_MA);
    }
    boot_cpu.apic_id = lapic_id();
    cpu_info_read(&boot_cpu);
}
