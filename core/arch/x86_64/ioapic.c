/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioapic.c - the I/O APICs (Intel 82093AA data sheet, 3.0).
 */
#define VMK_LOG_MODULE "IOAPIC"

#include "ioapic.h"
#include "cpu.h"

#include <core/irq_vector.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/core/spinlock.h>

#define MAX_IOAPICS 16
#define ISA_LINES   16

enum ioapic_register {
    REG_VERSION = 0x01,
    REG_REDIRECTION = 0x10, /* Two per line: low, then high half. */
};

/* Offsets in 32-bit words of the two registers through which the others are reached. */
#define REG_SELECT       0
#define REG_WINDOW       4

#define ENTRY_ACTIVE_LOW 0x02000u
#define ENTRY_LEVEL      0x08000u
#define ENTRY_MASKED     0x10000u

struct ioapic {
    volatile vmk_uint32 *registers;
    vmk_uint32 first_gsi;
    vmk_uint32 lines;
};

struct isa_line {
    vmk_uint32 gsi;
    unsigned flags;
    vmk_Bool overridden;
};

static vmk_SpinlockObject ioapic_lock = VMK_SPINLOCK_INITIALIZER("ioapic", VMK_RANK_VECTOR);
static struct ioapic ioapics[MAX_IOAPICS];
static unsigned ioapic_count;
static struct isa_line isa_lines[ISA_LINES];

static vmk_uint32 read_register(const struct ioapic *ioapic, vmk_uint32 reg) VMK_REQUIRES(&ioapic_lock)
{
    ioapic->registers[REG_SELECT] = reg;
    return ioapic->registers[REG_WINDOW];
}

static void write_register(const struct ioapic *ioapic, vmk_uint32 reg, vmk_uint32 value)
    VMK_REQUIRES(&ioapic_lock)
{
    ioapic->registers[REG_SELECT] = reg;
    ioapic->registers[REG_WINDOW] = value;
}

void ioapic_add(vmk_MA ma, vmk_uint32 first_gsi) VMK_UNSHARED
{
    struct ioapic *ioapic = &ioapics[ioapic_count];
    vmk_VA va;

    if (ioapic_count == MAX_IOAPICS ||
        vmk_MapMMIO(VMK_VMKERNEL_MODULE_ID, ma, VMK_PAGE_SIZE, &va) != VMK_OK) {
        vmk_WarningMessage("interrupts from %u up cannot be used: too many IOAPICs, or no memory", first_gsi);
        return;
    }
    ioapic_count++;
    ioapic->registers = (volatile vmk_uint32 *)va;
    ioapic->first_gsi = first_gsi;
    ioapic->lines = (read_register(ioapic, REG_VERSION) >> 16 & 0xff) + 1;
    for (vmk_uint32 line = 0; line < ioapic->lines; line++) {
        write_register(ioapic, REG_REDIRECTION + 2 * line, ENTRY_MASKED);
    }
    vmk_LogMessage("IOAPIC at 0x%lx: interrupts %u to %u", ma, first_gsi, first_gsi + ioapic->lines - 1);
}

void ioapic_add_override(vmk_uint8 isa_irq, vmk_uint32 gsi, unsigned flags)
{
    if (isa_irq < ISA_LINES) {
        isa_lines[isa_irq] = (struct isa_line){.gsi = gsi, .flags = flags, .overridden = VMK_TRUE};
    }
}

vmk_uint32 ioapic_isa_gsi(vmk_uint8 isa_irq, unsigned *flags)
{
    const struct isa_line *line = &isa_lines[isa_irq];

    *flags = line->overridden ? line->flags : IOAPIC_EDGE_HIGH;
    return line->overridden ? line->gsi : isa_irq;
}

static const struct ioapic *find_ioapic(vmk_uint32 gsi)
{
    for (unsigned i = 0; i < ioapic_count; i++) {
        if (gsi - ioapics[i].first_gsi < ioapics[i].lines) {
            return &ioapics[i];
        }
    }
    return NULL;
}

VMK_ReturnStatus ioapic_route(vmk_uint32 gsi, vmk_uint32 cpu, vmk_uint8 vector, unsigned flags)
{
    const struct ioapic *ioapic = find_ioapic(gsi);
    vmk_uint32 low = vector | ENTRY_MASKED;
    vmk_uint32 reg;
    vmk_uint64 irq_flags;

    if (ioapic == NULL) {
        return VMK_NOT_FOUND;
    }
    low |= flags & IOAPIC_LEVEL ? ENTRY_LEVEL : 0;
    low |= flags & IOAPIC_ACTIVE_LOW ? ENTRY_ACTIVE_LOW : 0;
    reg = REG_REDIRECTION + 2 * (gsi - ioapic->first_gsi);

    vmk_SpinlockLockIRQ(&ioapic_lock, &irq_flags);
    write_register(ioapic, reg, low);
    write_register(ioapic, reg + 1, cpus[cpu]->apic_id << 24);
    vmk_SpinlockUnlockIRQ(&ioapic_lock, irq_flags);
    return VMK_OK;
}

static void set_masked(vmk_uint32 gsi, vmk_uint32 masked)
{
    const struct ioapic *ioapic = find_ioapic(gsi);
    vmk_uint64 irq_flags;
    vmk_uint32 reg;

    VMK_VERIFY(ioapic != NULL);
    reg = REG_REDIRECTION + 2 * (gsi - ioapic->first_gsi);
    vmk_SpinlockLockIRQ(&ioapic_lock, &irq_flags);
    write_register(ioapic, reg, (read_register(ioapic, reg) & ~ENTRY_MASKED) | masked);
    /* Read back: the write has reached the IOAPIC when this returns. */
    (void)read_register(ioapic, reg);
    vmk_SpinlockUnlockIRQ(&ioapic_lock, irq_flags);
}

void ioapic_mask(vmk_uint32 gsi)
{
    set_masked(gsi, ENTRY_MASKED);
}

void ioapic_unmask(vmk_uint32 gsi)
{
    set_masked(gsi, 0);
}
