/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * platform.h - the devices every PC has, put together: interrupt controllers, timers, clock, serial port,
 * power management, PCI bus.
 *
 * Ports and addresses are where PCs have them (vm's map: VMs' RAM ends at GUEST_LOW_END at most):
 *
 *   PIC 0x20 0xa0 0x4d0   PIT 0x40 0x61   RTC 0x70   i8042 0x60 0x64   A20 0x92   UART 0x3f8, GSI 4
 *   debug exit 0xf4   pvpanic 0x505   ACPI PM 0x600, GSI 9   PCI 0xcf8 and ECAM   IOAPIC 0xfec00000, 24 pins
 *   HPET 0xfed00000
 *
 * Lines below 16 lead to the PIC and to the IOAPIC's pin of that number, but the PIT's, which is the PIC's 0
 * and the IOAPIC's 2 (PLATFORM_GSI_PIT).
 *
 * Locks: all of it is under the device lock (vdev_device_lock()); what is to be called with it held says so.
 */
#ifndef CORE_VMM_PLATFORM_H
#define CORE_VMM_PLATFORM_H

#include <stdbool.h>

#include <core/vmm/vdev.h>
#include <vmkapi/base/heap.h>

#define PLATFORM_GSI_PIT     2u
#define PLATFORM_GSI_UART    4u
#define PLATFORM_GSI_RTC     8u
#define PLATFORM_GSI_SCI     9u
#define PLATFORM_GSI_PCI     16u /**< INTA# of slot n: this + n % 4. */
#define PLATFORM_GSIS        24u

#define PLATFORM_IOAPIC_BASE 0xfec00000ul
#define PLATFORM_HPET_BASE   0xfed00000ul
#define PLATFORM_PM_BASE     0x600u
#define PLATFORM_PM_EVENT    0u /* Offsets of its blocks: status and enable, */
#define PLATFORM_PM_CONTROL  4u /* control, */
#define PLATFORM_PM_TIMER    8u /* timer, 32 bits. */
#define PLATFORM_PM_BYTES    12u
#define PLATFORM_PM_S5       5u /* The sleep type that powers off. */
#define PLATFORM_PVPANIC     0x505u
#define PLATFORM_UART_BASE   0x3f8u
#define PLATFORM_NO_VECTOR   (-1)

struct platform;
struct vpci_bus;

/** Who is at the other end of the serial line. Both are called with the device lock held. */
struct platform_console {
    void (*output)(void *console, vmk_uint8 byte);
    void (*room)(void *console); /**< The guest has read: platform_input() takes bytes again. May be NULL. */
    void *console;
};

/**
 * Make the devices, in their power-on state, and attach them to the VM's buses.
 *
 * @return VMK_OK, VMK_NO_MEMORY, VMK_BUSY (something is attached where they belong). Context: world.
 */
VMK_ReturnStatus platform_create(struct vm *vm, vmk_HeapID heap, const struct platform_console *console,
                                 struct platform **platform);

/** No vCPU runs; PCI functions other than the bridge are unplugged. Context: world. */
void platform_destroy(struct platform *platform);

/** Everything to its power-on state, PCI functions included. No vCPU runs. Context: world. */
void platform_reset(struct platform *platform);

/** What vdev_irq_set() and vdev_eoi() do. With the device lock held. */
void platform_irq_set(struct platform *platform, unsigned gsi, bool high);
void platform_eoi(struct platform *platform, vmk_uint8 vector);

/** Whether the PIC wants an interrupt served by the processor whose LAPIC lets it through. Takes no lock. */
bool platform_extint_pending(const struct platform *platform);
/** Acknowledge it. @return its vector; PLATFORM_NO_VECTOR: it is gone. Takes the device lock. */
int platform_extint_take(struct platform *platform);

/** Give the guest @p len bytes at its serial port. @return how many there was room for. Takes the device
 * lock. */
vmk_ByteCount platform_input(struct platform *platform, const void *bytes, vmk_ByteCount len);

/** Press the power button: a guest with ACPI shuts itself down. Takes the device lock. */
void platform_power_button(struct platform *platform);

/** The PCI bus, for vdev_pci(). */
struct vpci_bus *platform_pci(struct platform *platform);

#endif
