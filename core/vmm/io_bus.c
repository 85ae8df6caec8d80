/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_bus.c - a sorted table of ranges, read under a sequence count.
 */
#include <core/vmm/io_bus.h>

#include <vmkapi/base/bottom_half.h>
#include <vmkapi/lib/libc.h>

void io_bus_init(struct io_bus *bus, vmk_uint64 limit)
{
    *bus = (struct io_bus){.limit = limit};
    vmk_SpinlockInit(&bus->lock, "vm io bus", VMK_RANK_VM_BUS);
}

/** @return the index of the first range that ends past @p address. */
static vmk_uint32 search(const struct io_bus *bus, vmk_uint64 address)
{
    vmk_uint32 low = 0, high = __atomic_load_n(&bus->count, __ATOMIC_RELAXED);

    while (low < high) {
        vmk_uint32 middle = (low + high) / 2;

        if (__atomic_load_n(&bus->ranges[middle].end, __ATOMIC_RELAXED) > address) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Changes: a bottom half that looks something up must not meet its own CPU in the middle of one. */

static void change_begin(struct io_bus *bus) VMK_ACQUIRE(bus->lock) VMK_ACQUIRE_SHARED(vmk_bottomHalvesOff)
{
    vmk_BottomHalfDisable();
    vmk_SpinlockLock(&bus->lock);
    __atomic_store_n(&bus->sequence, bus->sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static void change_end(struct io_bus *bus) VMK_RELEASE(bus->lock) VMK_RELEASE_SHARED(vmk_bottomHalvesOff)
{
    __atomic_store_n(&bus->sequence, bus->sequence + 1, __ATOMIC_RELEASE);
    vmk_SpinlockUnlock(&bus->lock);
    vmk_BottomHalfEnable();
}

static void put(struct io_range *to, const struct io_range *range)
{
    __atomic_store_n(&to->base, range->base, __ATOMIC_RELAXED);
    __atomic_store_n(&to->end, range->end, __ATOMIC_RELAXED);
    __atomic_store_n(&to->region, range->region, __ATOMIC_RELAXED);
}

static VMK_ReturnStatus insert(struct io_bus *bus, const struct io_range *range) VMK_REQUIRES(bus->lock)
{
    vmk_uint32 at = search(bus, range->base);

    if (at < bus->count && bus->ranges[at].base < range->end) {
        return VMK_BUSY;
    }
    if (bus->count == IO_BUS_REGIONS_MAX) {
        return VMK_NO_RESOURCES;
    }
    for (vmk_uint32 i = bus->count; i > at; i--) {
        put(&bus->ranges[i], &bus->ranges[i - 1]);
    }
    put(&bus->ranges[at], range);
    __atomic_store_n(&bus->count, bus->count + 1, __ATOMIC_RELAXED);
    return VMK_OK;
}

VMK_ReturnStatus io_bus_attach(struct io_bus *bus, struct io_region *region)
{
    struct io_range range = {.base = region->base, .end = region->base + region->len, .region = region};
    vmk_StatusValue status;

    if (region->len == 0 || region->base >= bus->limit || region->len > bus->limit - region->base) {
        return VMK_BAD_PARAM;
    }
    change_begin(bus);
    status = insert(bus, &range);
    change_end(bus);
    return status;
}

void io_bus_detach(struct io_bus *bus, struct io_region *region)
{
    vmk_uint32 at = 0;

    change_begin(bus);
    while (at < bus->count && bus->ranges[at].region != region) {
        at++;
    }
    if (at < bus->count) {
        for (; at + 1 < bus->count; at++) {
            put(&bus->ranges[at], &bus->ranges[at + 1]);
        }
        __atomic_store_n(&bus->count, bus->count - 1, __ATOMIC_RELAXED);
    }
    change_end(bus);
}

/** As search(), at where the last one was found first. */
static vmk_uint32 search_near(struct io_bus *bus, vmk_uint64 address)
{
    vmk_uint32 at = __atomic_load_n(&bus->last, __ATOMIC_RELAXED);
    const struct io_range *range = &bus->ranges[at];

    if (VMK_LIKELY(address >= __atomic_load_n(&range->base, __ATOMIC_RELAXED) &&
                   address < __atomic_load_n(&range->end, __ATOMIC_RELAXED) &&
                   at < __atomic_load_n(&bus->count, __ATOMIC_RELAXED))) {
        return at;
    }
    at = search(bus, address);
    if (at < IO_BUS_REGIONS_MAX) {
        __atomic_store_n(&bus->last, at, __ATOMIC_RELAXED);
    }
    return at;
}

/** Find the first range that an access touches. @return false: it touches none. */
static bool find(struct io_bus *bus, vmk_uint64 address, unsigned size, struct io_range *found)
{
    vmk_uint32 sequence, at;
    bool any;

    do {
        sequence = __atomic_load_n(&bus->sequence, __ATOMIC_ACQUIRE);
        at = search_near(bus, address);
        any = at < __atomic_load_n(&bus->count, __ATOMIC_RELAXED);
        if (any) {
            found->base = __atomic_load_n(&bus->ranges[at].base, __ATOMIC_RELAXED);
            found->end = __atomic_load_n(&bus->ranges[at].end, __ATOMIC_RELAXED);
            found->region = __atomic_load_n(&bus->ranges[at].region, __ATOMIC_RELAXED);
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((sequence & 1) != 0 || sequence != __atomic_load_n(&bus->sequence, __ATOMIC_RELAXED));
    return any && found->base < address + size;
}

static bool covers(const struct io_range *range, vmk_uint64 address, unsigned size)
{
    return range->base <= address && range->end - address >= size;
}

static unsigned piece_of(const struct io_region *region, unsigned size)
{
    unsigned max = region->ops->max_size;

    return max != 0 && size > max ? max : size;
}

static vmk_uint64 ones(unsigned size)
{
    return size < sizeof(vmk_uint64) ? (1ul << 8 * size) - 1 : ~0ul;
}

/* The lock is whichever the region names, or none. */
static void enter(struct io_region *region) VMK_NO_THREAD_SAFETY_ANALYSIS("the lock is optional")
{
    __atomic_fetch_add(&region->accesses, 1, __ATOMIC_RELAXED);
    if (region->lock != VMK_LOCK_INVALID) {
        vmk_BottomHalfDisable();
        vmk_SpinlockLock(region->lock);
    }
}

static void leave(struct io_region *region) VMK_NO_THREAD_SAFETY_ANALYSIS("the lock is optional")
{
    if (region->lock != VMK_LOCK_INVALID) {
        vmk_SpinlockUnlock(region->lock);
        vmk_BottomHalfEnable();
    }
}

vmk_uint64 io_region_read(struct io_region *region, vmk_uint64 offset, unsigned size)
{
    unsigned piece = piece_of(region, size);
    vmk_uint64 value = 0;

    enter(region);
    for (unsigned done = 0; done < size; done += piece) {
        vmk_uint64 part = region->ops->read(region->device, offset + done, piece);

        value |= (part & ones(piece)) << (8 * done);
    }
    leave(region);
    return value;
}

void io_region_write(struct io_region *region, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    unsigned piece = piece_of(region, size);

    enter(region);
    for (unsigned done = 0; done < size; done += piece) {
        region->ops->write(region->device, offset + done, piece, value >> (8 * done) & ones(piece));
    }
    leave(region);
}

vmk_uint64 io_bus_read(struct io_bus *bus, vmk_uint64 address, unsigned size)
{
    struct io_range range;
    vmk_uint64 value = 0;

    if (!find(bus, address, size, &range)) {
        __atomic_fetch_add(&bus->unclaimed, 1, __ATOMIC_RELAXED);
        return ones(size);
    }
    if (covers(&range, address, size)) {
        return io_region_read(range.region, address - range.base, size);
    }
    for (unsigned i = 0; i < size; i++) {
        value |= io_bus_read(bus, address + i, 1) << (8 * i);
    }
    return value;
}

void io_bus_write(struct io_bus *bus, vmk_uint64 address, unsigned size, vmk_uint64 value)
{
    struct io_range range;

    if (!find(bus, address, size, &range)) {
        __atomic_fetch_add(&bus->unclaimed, 1, __ATOMIC_RELAXED);
        return;
    }
    if (covers(&range, address, size)) {
        io_region_write(range.region, address - range.base, size, value & ones(size));
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        io_bus_write(bus, address + i, 1, value >> (8 * i) & 0xff);
    }
}

bool io_bus_claims(struct io_bus *bus, vmk_uint64 address)
{
    struct io_range range;

    return find(bus, address, 1, &range);
}
