/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_regs.h - configuration space registers, as the PCI Local Bus 3.0, PCI Express 5.0, PCI-X 2.0 and
 * PCI power management 1.2 specifications lay them out.
 */
#ifndef CORE_PCI_REGS_H
#define CORE_PCI_REGS_H

enum pci_register {
    PCI_REG_VENDOR = 0x00,
    PCI_REG_DEVICE = 0x02,
    PCI_REG_COMMAND = 0x04,
    PCI_REG_STATUS = 0x06,
    PCI_REG_REVISION = 0x08,
    PCI_REG_CACHE_LINE = 0x0c,
    PCI_REG_HEADER_TYPE = 0x0e,
    PCI_REG_BAR0 = 0x10,
    PCI_REG_PRIMARY_BUS = 0x18,
    PCI_REG_SECONDARY_BUS = 0x19,
    PCI_REG_SUBORDINATE_BUS = 0x1a,
    PCI_REG_BRIDGE_IO_BASE = 0x1c,
    PCI_REG_BRIDGE_IO_LIMIT = 0x1d,
    PCI_REG_BRIDGE_MEM_BASE = 0x20,
    PCI_REG_BRIDGE_MEM_LIMIT = 0x22,
    PCI_REG_SUBSYSTEM_VENDOR = 0x2c,
    PCI_REG_SUBSYSTEM = 0x2e,
    PCI_REG_CAPABILITIES = 0x34,
    PCI_REG_INTERRUPT_LINE = 0x3c,
    PCI_REG_INTERRUPT_PIN = 0x3d,
    PCI_REG_EXT_CAPABILITIES = 0x100,
};

#define PCI_STATUS_CAPABILITIES  0x0010u

#define PCI_HEADER_MULTIFUNCTION 0x80u
#define PCI_HEADER_DEVICE        0
#define PCI_HEADER_BRIDGE        1
#define PCI_HEADER_CARDBUS       2

#define PCI_BAR_IO               0x1u
#define PCI_BAR_TYPE             0x6u
#define PCI_BAR_TYPE_64          0x4u
#define PCI_BAR_PREFETCH         0x8u
#define PCI_BAR_IO_FLAGS         0x3u
#define PCI_BAR_MEM_FLAGS        0xfu

#define PCI_CLASS_BRIDGE_PCI     0x0604u

enum pci_capability_id {
    PCI_CAP_POWER = 0x01,
    PCI_CAP_MSI = 0x05,
    PCI_CAP_PCIX = 0x07,
    PCI_CAP_EXPRESS = 0x10,
    PCI_CAP_MSIX = 0x11,
};

/* Power management (offsets from the capability). */
#define PCI_PM_CAPABILITIES    2
#define PCI_PM_CAP_D1          (1u << 9)
#define PCI_PM_CAP_D2          (1u << 10)
#define PCI_PM_CAP_PME_SHIFT   11 /* One bit a state from which PME# can be signalled. */
#define PCI_PM_CONTROL         4
#define PCI_PM_CTRL_STATE      0x0003u
#define PCI_PM_CTRL_PME        (1u << 8)
#define PCI_PM_CTRL_PME_STATUS (1u << 15)

/* MSI. */
#define PCI_MSI_CONTROL       2
#define PCI_MSI_ENABLE        (1u << 0)
#define PCI_MSI_CAPABLE_SHIFT 1
#define PCI_MSI_COUNT_MASK    0x7u
#define PCI_MSI_ENABLED_SHIFT 4
#define PCI_MSI_64            (1u << 7)
#define PCI_MSI_MASKABLE      (1u << 8)
#define PCI_MSI_ADDRESS       4
#define PCI_MSI_ADDRESS_HIGH  8
#define PCI_MSI_DATA_32       8
#define PCI_MSI_DATA_64       12
#define PCI_MSI_MASK_32       12
#define PCI_MSI_MASK_64       16

/* MSI-X. */
#define PCI_MSIX_CONTROL       2
#define PCI_MSIX_SIZE_MASK     0x7ffu
#define PCI_MSIX_FUNCTION_MASK (1u << 14)
#define PCI_MSIX_ENABLE        (1u << 15)
#define PCI_MSIX_TABLE         4
#define PCI_MSIX_BAR_MASK      0x7u
#define PCI_MSIX_ENTRY_BYTES   16
#define PCI_MSIX_ENTRY_WORDS   4
enum pci_msix_word { PCI_MSIX_ADDRESS, PCI_MSIX_ADDRESS_HIGH, PCI_MSIX_DATA, PCI_MSIX_VECTOR_CONTROL };
#define PCI_MSIX_VECTOR_MASKED 1u

/* PCI Express. */
#define PCI_EXPRESS_FLAGS   2
#define PCI_EXPRESS_VERSION 0xfu

/* PCI-X. */
#define PCI_PCIX_COMMAND             2
#define PCI_PCIX_STATUS              4
#define PCI_PCIX_MMRBC_SHIFT         2
#define PCI_PCIX_MMRBC_MASK          0x000cu
#define PCI_PCIX_DESIGNED_SHIFT      21 /* In the status register. */

#define PCI_CAPABILITY_STEPS_MAX     48  /* Capabilities of at least 4 bytes from 0x40 to 0xff. */
#define PCI_EXT_CAPABILITY_STEPS_MAX 480 /* ...of at least 8 bytes from 0x100 to 0xfff. */

#endif
