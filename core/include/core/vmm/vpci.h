/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpci.h - PCI functions of a virtual machine: configuration space, BARs, MSI-X; the host bridge and ECAM.
 *
 * A device model makes a function with its identity, BARs and capabilities and puts it in a slot of bus 0;
 * from then on the guest reads and writes its configuration space, moves its BARs (their io_regions follow),
 * and masks and unmasks its MSI-X vectors, all without the device's help.
 *
 * Locks: configuration space and MSI-X's table under the device lock (vdev_device_lock()); command_written,
 * reset and the window's are called with none held. What a device calls while it works (vpci_msix_send(),
 * vpci_is_master()) takes none either.
 */
#ifndef CORE_VMM_VPCI_H
#define CORE_VMM_VPCI_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

#define VPCI_BARS        6
#define VPCI_SLOTS       32
#define VPCI_MSIX_MAX    64
#define VPCI_ECAM_BASE   0xe0000000ul /**< One bus: 1 MiB. */
#define VPCI_WINDOW_BASE 0xc0000000ul /**< Where guests put memory BARs below 4 GiB. */
#define VPCI_WINDOW_END  0xe0000000ul
#define VPCI_IO_BASE     0x1000u
#define VPCI_IO_END      0x10000u

/** What the configuration header says. Multi-byte values as a register holds them. */
struct vpci_identity {
    vmk_uint16 vendor, device, subsystem_vendor, subsystem;
    vmk_uint32 class_code; /**< Base class, sub-class, interface: 24 bits. */
    vmk_uint8 revision;
};

struct vpci_msix_entry {
    vmk_uint64 address;
    vmk_uint32 data;
    bool masked; /**< Atomic, like the next: a message is sent once whoever masks and unmasks meanwhile. */
    bool pending;
};

struct vpci_function {
    struct vm *vm;
    unsigned slot;
    vmk_uint8 config[256];     /**< As the guest reads it. */
    vmk_uint8 writable[256];   /**< Which bits of it the guest may write. */
    unsigned capabilities_end; /**< First free byte for a capability. */
    struct {
        vmk_uint32 size; /**< A power of two; 0: no such BAR. */
        vmk_uint32 home; /**< Where the bus put it, as firmware would: its address after a reset. */
        bool io;
        bool attached;
        struct io_region region; /**< The device fills in name, ops, device, lock; base and len are vpci's. */
    } bars[VPCI_BARS];
    struct {
        unsigned count;      /**< 0: no MSI-X. */
        unsigned capability; /**< Offset of its capability. */
        struct vpci_msix_entry entries[VPCI_MSIX_MAX];
    } msix;
    unsigned gsi;  /**< Of INTA#. */
    bool asserted; /**< The device drives INTA#. */
    /** Four bytes of configuration space that stand for something else; `at` 0: none. Before the guest reads
     * of them `refresh` brings them up to date; once it has written `written` finds what. Both are called
     * without the device lock. */
    struct {
        unsigned at;
        void (*refresh)(struct vpci_function *function);
        void (*written)(struct vpci_function *function);
    } window;
    /** The guest wrote the command register (bus mastering, decoding); may be NULL. */
    void (*command_written)(struct vpci_function *function, vmk_uint16 command);
    /** Power-on state; BARs and MSI-X are reset already. May be NULL. */
    void (*reset)(struct vpci_function *function);
};

/** Bus 0: the host bridge's two mechanisms of configuration (PCI 3.0, 3.2.2.3.2; PCIe 5.0, 7.2.2), the slots.
 */
struct vpci_bus {
    struct vm *vm;
    struct vpci_function *functions[VPCI_SLOTS];
    struct vpci_function bridge;       /**< Slot 0. */
    vmk_uint32 address;                /**< Port 0xcf8. */
    vmk_uint8 reset_control;           /**< Port 0xcf9. */
    vmk_uint32 next_memory, next_port; /**< Where the next BAR is put. */
    struct io_region ports, ecam;
};

/** Attach the host bridge to its VM's buses. @return as io_bus_attach(). Context: world. */
VMK_ReturnStatus vpci_bus_init(struct vpci_bus *bus, struct vm *vm);
void vpci_bus_detach(struct vpci_bus *bus);
/** Put every function to its power-on state. Context: world; the VM does not run. */
void vpci_bus_reset(struct vpci_bus *bus);

void vpci_function_init(struct vpci_function *function, struct vm *vm, const struct vpci_identity *identity);

/** Give it BAR @p number of @p size bytes, a power of two (memory: 16 to 16 MiB, 32 bits; ports: 4 to 256).
 */
void vpci_bar_add(struct vpci_function *function, unsigned number, vmk_uint32 size, bool io,
                  const struct io_region *region);

/** Append a capability of @p len bytes, whose first two vpci fills in; @p writable may be NULL: read-only.
 *  @return its offset. */
unsigned vpci_capability_add(struct vpci_function *function, vmk_uint8 id, const void *body,
                             const void *writable, unsigned len);

/** A register of 1 to 4 bytes, as the guest reads it; what lies beyond the space reads as ones. With the
 * device lock held. */
vmk_uint32 vpci_config_read(const struct vpci_function *function, unsigned offset, unsigned size);

/** Write a register, regardless of what the guest may write. With the device lock held. */
void vpci_config_put(struct vpci_function *function, unsigned offset, unsigned size, vmk_uint32 value);

/** Give it MSI-X with @p count vectors, table and pending bits in BAR @p bar, which vpci answers. */
void vpci_msix_add(struct vpci_function *function, unsigned bar, unsigned count);

/** Put it into @p slot of bus 0 of its VM. @return VMK_OK, VMK_BUSY. Context: world, before the VM runs. */
VMK_ReturnStatus vpci_plug(struct vpci_function *function, unsigned slot);
void vpci_unplug(struct vpci_function *function);

/** Whether the guest has switched MSI-X on, masked or not: INTA# is not used then. Context: any. */
bool vpci_msix_enabled(const struct vpci_function *function);
/** Send vector @p vector, or note it as pending while it is masked. Out of range: nothing. Context: any but
 * NMI. */
void vpci_msix_send(struct vpci_function *function, unsigned vector);
/** Drive INTA#, unless the command register disables it. Takes the device lock. Context: any but interrupt.
 */
void vpci_intx_set(struct vpci_function *function, bool asserted);

/** Whether the device may read and write memory (command register: bus master). */
bool vpci_is_master(const struct vpci_function *function);

#endif
