/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_bus.h - which device model answers at a port or a guest-physical address.
 *
 * Two buses a VM: ports and memory. What nobody answers reads as all ones and swallows writes, and is
 * counted. An access that runs over a region's end goes to the region byte by byte as far as it reaches, like
 * the bus does it.
 *
 * A region's ops are called with its lock held, if it names one, and bottom halves off then: that is how
 * device models stay free of locking. Context: io_bus_read/write: a vCPU world or a bottom half. Attaching
 * and detaching: the same, so that a guest can move BARs. Locks: bus->lock (rank VM_BUS) for changes, a
 * region's own lock may be held; look-ups take none.
 */
#ifndef CORE_VMM_IO_BUS_H
#define CORE_VMM_IO_BUS_H

#include <stdbool.h>

#include <vmkapi/base/status.h>
#include <vmkapi/core/spinlock.h>

#define IO_BUS_REGIONS_MAX 160 /**< 32 PCI functions with four BARs each, and a PC's own devices. */

/** What a device does when accessed: @p offset from the region's base, @p size 1, 2, 4 or 8 bytes (ports: to
 * 4). */
struct io_ops {
    vmk_uint64 (*read)(void *device, vmk_uint64 offset, unsigned size);
    void (*write)(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value);
    unsigned max_size; /**< Larger accesses come in pieces of this; 0: any size. */
};

/** A range that a device answers. The device's memory; the bus's while attached. */
struct io_region {
    const char *name; /**< Static text, for listings and messages. */
    vmk_uint64 base, len;
    const struct io_ops *ops;
    void *device;
    vmk_Lock lock; /**< Taken around each call; VMK_LOCK_INVALID: the device is ready for concurrent calls. */
    vmk_uint64 accesses; /**< Statistics; relaxed atomic. */
};

/** Who answers from base up to, not including, end. A copy, so that a BAR that is moved meanwhile does no
 * harm. */
struct io_range {
    vmk_uint64 base, end;
    struct io_region *region;
};

struct io_bus {
    vmk_SpinlockObject lock; /**< Of who changes the ranges. */
    vmk_uint32 sequence;     /**< Odd while they change: who looks up tries again. */
    vmk_uint32 count;
    vmk_uint32 last; /**< Where the last access was, as the next one may be; atomic. */
    struct io_range ranges[IO_BUS_REGIONS_MAX]; /**< In order of base; none overlap. */
    vmk_uint64 limit;                           /**< First address past the bus's end. */
    vmk_uint64 unclaimed;                       /**< Accesses that nobody answered; relaxed atomic. */
};

void io_bus_init(struct io_bus *bus, vmk_uint64 limit);

/** Attach. @return VMK_OK, VMK_BAD_PARAM (empty, or past the limit), VMK_BUSY (overlaps another),
 *  VMK_NO_RESOURCES (IO_BUS_REGIONS_MAX). */
VMK_ReturnStatus io_bus_attach(struct io_bus *bus, struct io_region *region);

/** Detach; one that is not attached may be. Who was looking it up may be in its ops for a moment longer: a
 * region lives on until no vCPU runs. */
void io_bus_detach(struct io_bus *bus, struct io_region *region);

/** Access what is at @p address, 1 to 8 bytes of it. Of @p value more than those is ignored. */
vmk_uint64 io_bus_read(struct io_bus *bus, vmk_uint64 address, unsigned size);
void io_bus_write(struct io_bus *bus, vmk_uint64 address, unsigned size, vmk_uint64 value);

/** Access a region as the bus would, attached or not: all of @p size bytes at @p offset lie in it. */
vmk_uint64 io_region_read(struct io_region *region, vmk_uint64 offset, unsigned size);
void io_region_write(struct io_region *region, vmk_uint64 offset, unsigned size, vmk_uint64 value);

/** @return whether somebody answers at @p address. */
bool io_bus_claims(struct io_bus *bus, vmk_uint64 address);

#endif
