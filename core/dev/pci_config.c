/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_config.c - reaching configuration space.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/acpi.h>
#include <core/pci_config.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/platform/x86/ioport.h>

/* PCI 3.0, 3.2.2.3.2: configuration mechanism #1. */
#define CONFIG_ADDRESS_PORT 0xcf8
#define CONFIG_DATA_PORT    0xcfc
#define CONFIG_ENABLE       0x80000000u

#define ECAM_BUS_SHIFT      20
#define ECAM_BUS_BYTES      (1ul << ECAM_BUS_SHIFT)

/* Mapped parts of ECAM, a bus each. Entries are added during the scan and never change. */
#define ECAM_WINDOWS_MAX 64
static struct ecam_window {
    vmk_uint16 seg;
    vmk_uint8 bus;
    vmk_VA va;
} ecam_windows[ECAM_WINDOWS_MAX];
static unsigned ecam_window_count;

static vmk_SpinlockObject config_lock = VMK_SPINLOCK_INITIALIZER("pci-config", VMK_RANK_PCI_CONFIG);

static vmk_VA ecam_address(const vmk_PCIDeviceAddr *addr, unsigned offset)
{
    unsigned count = __atomic_load_n(&ecam_window_count, __ATOMIC_ACQUIRE);

    for (unsigned i = 0; i < count; i++) {
        if (ecam_windows[i].bus == addr->bus && ecam_windows[i].seg == addr->seg) {
            return ecam_windows[i].va + (vmk_VA)(addr->dev << 15 | addr->fn << 12 | offset);
        }
    }
    return 0;
}

static vmk_Bool ports_reach(const vmk_PCIDeviceAddr *addr, unsigned offset)
{
    return addr->seg == 0 && offset < VMK_PCI_CONFIG_SIZE;
}

/** Point the data port at a word. @return the port of the byte at @p offset */
static vmk_IOPortAddr select_word(const vmk_PCIDeviceAddr *addr, unsigned offset) VMK_REQUIRES(&config_lock)
{
    vmk_IOPortWrite32(CONFIG_ADDRESS_PORT, CONFIG_ENABLE | (vmk_uint32)addr->bus << 16 |
                                               (vmk_uint32)addr->dev << 11 | (vmk_uint32)addr->fn << 8 |
                                               (offset & 0xfcu));
    return (vmk_IOPortAddr)(CONFIG_DATA_PORT + (offset & 3u));
}

static vmk_uint32 read_port(vmk_IOPortAddr port, unsigned bytes)
{
    return bytes == 1 ? vmk_IOPortRead8(port) : bytes == 2 ? vmk_IOPortRead16(port) : vmk_IOPortRead32(port);
}

static void write_port(vmk_IOPortAddr port, unsigned bytes, vmk_uint32 value)
{
    if (bytes == 1) {
        vmk_IOPortWrite8(port, (vmk_uint8)value);
    } else if (bytes == 2) {
        vmk_IOPortWrite16(port, (vmk_uint16)value);
    } else {
        vmk_IOPortWrite32(port, value);
    }
}

static vmk_uint32 read_memory(vmk_VA va, unsigned bytes)
{
    return bytes == 1   ? *(volatile vmk_uint8 *)va
           : bytes == 2 ? *(volatile vmk_uint16 *)va
                        : *(volatile vmk_uint32 *)va;
}

static void write_memory(vmk_VA va, unsigned bytes, vmk_uint32 value)
{
    if (bytes == 1) {
        *(volatile vmk_uint8 *)va = (vmk_uint8)value;
    } else if (bytes == 2) {
        *(volatile vmk_uint16 *)va = (vmk_uint16)value;
    } else {
        *(volatile vmk_uint32 *)va = value;
    }
}

static vmk_uint32 read_locked(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes)
    VMK_REQUIRES(&config_lock)
{
    vmk_VA va = ecam_address(addr, offset);

    if (va != 0) {
        return read_memory(va, bytes);
    }
    if (ports_reach(addr, offset)) {
        return read_port(select_word(addr, offset), bytes);
    }
    return ~0u >> (32 - 8 * bytes);
}

static void write_locked(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 value)
    VMK_REQUIRES(&config_lock)
{
    vmk_VA va = ecam_address(addr, offset);

    if (va != 0) {
        write_memory(va, bytes, value);
    } else if (ports_reach(addr, offset)) {
        write_port(select_word(addr, offset), bytes, value);
    }
}

vmk_uint32 pci_config_read(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&config_lock, &flags);
    vmk_uint32 value = read_locked(addr, offset, bytes);
    vmk_SpinlockUnlockIRQ(&config_lock, flags);
    return value;
}

void pci_config_write(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 value)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&config_lock, &flags);
    write_locked(addr, offset, bytes, value);
    vmk_SpinlockUnlockIRQ(&config_lock, flags);
}

void pci_config_update(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 clear,
                       vmk_uint32 set)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&config_lock, &flags);
    write_locked(addr, offset, bytes, (read_locked(addr, offset, bytes) & ~clear) | set);
    vmk_SpinlockUnlockIRQ(&config_lock, flags);
}

unsigned pci_config_size(const vmk_PCIDeviceAddr *addr)
{
    return ecam_address(addr, 0) != 0 ? VMK_PCI_EXT_CONFIG_SIZE : VMK_PCI_CONFIG_SIZE;
}

vmk_uint32 pci_config_read_word(const void *addr, unsigned offset)
{
    return offset + 4 <= pci_config_size(addr) ? pci_config_read(addr, offset, 4) : ~0u;
}

VMK_ReturnStatus pci_config_map_bus(vmk_uint16 seg, vmk_uint8 bus)
{
    struct acpi_ecam ecam;
    unsigned count = ecam_window_count;

    for (unsigned n = 0; acpi_ecam_get(n, &ecam) == VMK_OK; n++) {
        if (ecam.seg != seg || bus < ecam.first_bus || bus > ecam.last_bus) {
            continue;
        }
        if (count == ECAM_WINDOWS_MAX) {
            vmk_WarningMessage("bus %04x:%02x: only the first 256 bytes of configuration space are reached: "
                               "%d buses are mapped already",
                               seg, bus, ECAM_WINDOWS_MAX);
            return VMK_OK;
        }
        struct ecam_window *window = &ecam_windows[count];
        vmk_StatusValue status = vmk_MapMMIO(
            VMK_VMKERNEL_MODULE_ID, ecam.base + ((vmk_MA)bus << ECAM_BUS_SHIFT), ECAM_BUS_BYTES, &window->va);
        if (status != VMK_OK) {
            return status;
        }
        window->seg = seg;
        window->bus = bus;
        __atomic_store_n(&ecam_window_count, count + 1, __ATOMIC_RELEASE);
        return VMK_OK;
    }
    return VMK_OK;
}
