/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi.h - what firmware tells through ACPI: interrupt routing, host bridges, power.
 *
 * Tables and methods are firmware's, so nothing here trusts them: a bad table is a line in the log and a
 * status. ACPICA does the interpreting; its types stay inside core/dev/acpi*.c.
 */
#ifndef CORE_ACPI_H
#define CORE_ACPI_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** A place in firmware's namespace; NULL is none. Places never go away. */
typedef void *acpi_node;

/** Where a pin leads. */
struct acpi_interrupt {
    vmk_uint32 gsi;
    unsigned flags; /**< enum ioapic_flags. */
};

/** A PCI host bridge as firmware describes it. */
struct acpi_host_bridge {
    acpi_node node;
    vmk_uint16 seg;
    vmk_uint8 bus;                /**< Its root bus. */
    vmk_uint64 mem_base, mem_end; /**< Largest window of 32-bit memory it forwards; both 0 for none. */
};

/** One ECAM range of the MCFG table. */
struct acpi_ecam {
    vmk_MA base; /**< Of bus 0, whether or not bus 0 is in the range. */
    vmk_uint16 seg;
    vmk_uint8 first_bus, last_bus;
};

/**
 * Bring ACPI up: tables, namespace, hardware, interrupt model, power button.
 *
 * Context: world, once.
 * @return VMK_OK; VMK_NOT_FOUND without tables; VMK_BAD_FORMAT when they are beyond use
 */
VMK_ReturnStatus acpi_init(void);

/**
 * Describe the n-th host bridge or ECAM range.
 *
 * Context: world.
 * @return VMK_OK; VMK_NOT_FOUND past the last, or without ACPI
 */
VMK_ReturnStatus acpi_host_bridge_get(unsigned n, struct acpi_host_bridge *bridge);
VMK_ReturnStatus acpi_ecam_get(unsigned n, struct acpi_ecam *ecam);

/** The namespace's node for a function on the bus that is @p bus; NULL when it has none. Context: world. */
acpi_node acpi_pci_child(acpi_node bus, vmk_uint8 dev, vmk_uint8 fn);

/**
 * Look a pin up in the routing table (_PRT) of a bus, and switch its link device on if it has one.
 *
 * Context: world; may block.
 * @param pin  1 to 4
 * @return VMK_OK; VMK_NOT_FOUND when the bus has no table or the table not the pin; VMK_BAD_FORMAT;
 *         VMK_NO_MEMORY
 */
VMK_ReturnStatus acpi_pci_route(acpi_node bus, vmk_uint8 dev, vmk_uint8 pin,
                                struct acpi_interrupt *interrupt);

/** Switch the machine off (S5). Context: world. @return only when that failed: VMK_NOT_SUPPORTED when ACPI
 * isn't up, VMK_TIMEOUT, or why firmware refused. */
VMK_ReturnStatus acpi_poweroff(void);

/**
 * Switch the machine off by its registers alone, as acpi_init() found them: no lock, no firmware, no memory.
 *
 * Returns only when that failed. Context: any.
 */
void acpi_poweroff_at_once(void);

/** Restart the machine by the FADT's reset register. Context: any. @return only when that failed:
 * VMK_NOT_FOUND without one, or VMK_TIMEOUT. */
VMK_ReturnStatus acpi_restart(void);

#endif
