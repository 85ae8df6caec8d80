/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock_reference.c - HPET, ACPI PM timer and PIT as counters.
 */
#include "clock_reference.h"

#include <core/acpi_tables.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/platform/x86/ioport.h>

/* IA-PC HPET specification 1.0a, 2.3.2 and 3.2.4. */
#define HPET_CAPABILITIES 0x000
#define HPET_CONFIG       0x010
#define HPET_COUNTER      0x0f0
#define HPET_ENABLE       1u
#define HPET_WINDOW       1024
#define FS_PER_SECOND     1000000000000000ul

struct hpet_table {
    struct acpi_header header;
    vmk_uint32 block_id;
    vmk_uint8 space_id, width, offset, reserved; /* A generic address structure. */
    vmk_uint64 address;
} VMK_ATTRIBUTE_PACKED;

/* ACPI specification 6.4, 5.2.9 and 4.8.2.1: only what is used of the FADT. */
#define FADT_FLAG_TIMER_32_BITS (1u << 8)
#define PM_TIMER_HZ             3579545

struct fadt {
    struct acpi_header header;
    vmk_uint8 unused1[40];
    vmk_uint32 pm_timer_port;
    vmk_uint8 unused2[32];
    vmk_uint32 flags;
} VMK_ATTRIBUTE_PACKED;
VMK_STATIC_ASSERT(__builtin_offsetof(struct fadt, pm_timer_port) == 76, "fixed by the ACPI specification");
VMK_STATIC_ASSERT(__builtin_offsetof(struct fadt, flags) == 112, "fixed by the ACPI specification");

/* Intel 8254 data sheet; channel 2 is the speaker's. */
#define PIT_HZ             1193182
#define PIT_CHANNEL2       0x42
#define PIT_COMMAND        0x43
#define PIT_CHANNEL2_RATE  0xb4 /* Both bytes, mode 2. */
#define PIT_CHANNEL2_LATCH 0x80
#define SPEAKER_PORT       0x61
#define SPEAKER_GATE       0x01
#define SPEAKER_ON         0x02

static volatile vmk_uint32 *hpet;
static vmk_IOPortAddr pm_timer_port;

#define STEP_PATIENCE 1000000

static vmk_uint64 hpet_read(void)
{
    return hpet[HPET_COUNTER / 4];
}

/* @return whether the counter counts: one that is there but stands still would hold the boot up for ever. */
static vmk_Bool counts(const struct clock_reference *reference)
{
    vmk_uint64 first = reference->read();

    for (unsigned i = 0; i < STEP_PATIENCE; i++) {
        if (reference->read() != first) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

static vmk_Bool hpet_start(struct clock_reference *reference)
{
    const struct hpet_table *table = acpi_find_table("HPET");
    vmk_uint32 period_fs;
    vmk_VA va;

    if (table == NULL || table->space_id != 0 ||
        vmk_MapMMIO(VMK_VMKERNEL_MODULE_ID, table->address, HPET_WINDOW, &va) != VMK_OK) {
        return VMK_FALSE;
    }
    hpet = (volatile vmk_uint32 *)va;
    period_fs = hpet[HPET_CAPABILITIES / 4 + 1];
    if (period_fs == 0) {
        return VMK_FALSE;
    }
    hpet[HPET_CONFIG / 4] |= HPET_ENABLE;
    *reference = (struct clock_reference){
        .name = "HPET", .hz = FS_PER_SECOND / period_fs, .mask = 0xffffffff, .read = hpet_read};
    return counts(reference);
}

static vmk_uint64 pm_timer_read(void)
{
    return vmk_IOPortRead32(pm_timer_port);
}

static vmk_Bool pm_timer_start(struct clock_reference *reference)
{
    const struct fadt *fadt = acpi_find_table("FACP");

    if (fadt == NULL || fadt->header.len < sizeof(*fadt) || fadt->pm_timer_port == 0) {
        return VMK_FALSE;
    }
    pm_timer_port = (vmk_IOPortAddr)fadt->pm_timer_port;
    *reference =
        (struct clock_reference){.name = "ACPI PM timer",
                                 .hz = PM_TIMER_HZ,
                                 .mask = fadt->flags & FADT_FLAG_TIMER_32_BITS ? 0xffffffff : 0xffffff,
                                 .read = pm_timer_read};
    return counts(reference);
}

static vmk_uint64 pit_read(void)
{
    vmk_uint8 low, high;

    vmk_IOPortWrite8(PIT_COMMAND, PIT_CHANNEL2_LATCH);
    low = vmk_IOPortRead8(PIT_CHANNEL2);
    high = vmk_IOPortRead8(PIT_CHANNEL2);
    return -(vmk_uint64)(high << 8 | low); /* It counts down. */
}

static void pit_start(struct clock_reference *reference)
{
    vmk_uint8 speaker = vmk_IOPortRead8(SPEAKER_PORT);

    vmk_IOPortWrite8(SPEAKER_PORT, (vmk_uint8)((speaker & ~SPEAKER_ON) | SPEAKER_GATE));
    vmk_IOPortWrite8(PIT_COMMAND, PIT_CHANNEL2_RATE);
    vmk_IOPortWrite8(PIT_CHANNEL2, 0);
    vmk_IOPortWrite8(PIT_CHANNEL2, 0);
    *reference = (struct clock_reference){.name = "PIT", .hz = PIT_HZ, .mask = 0xffff, .read = pit_read};
}

struct clock_reference clock_reference_start(void)
{
    struct clock_reference reference;

    if (!hpet_start(&reference) && !pm_timer_start(&reference)) {
        pit_start(&reference);
    }
    return reference;
}
