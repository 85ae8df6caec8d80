/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_bus.c - a sorted table of ranges, read under a sequence count.
 */
#include <core/vmm/io_bus.h>

#include <vmkapi/base/bottom_half.h>
#include <vmkapi/lib/libc.h>

#define NOINLINE __attribute__((noinline)) /* Off the common way, which saves no registers for it. */

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

static bool covers(const struct io_range *range, vmk_uint64 address, unsigned size)
{
    return range->base <= address && address < range->end && range->end - address >= size;
}

VMK_ALWAYS_INLINE void get(const struct io_range *from, struct io_range *range)
{
    range->base = __atomic_load_n(&from->base, __ATOMIC_RELAXED);
    range->end = __atomic_load_n(&from->end, __ATOMIC_RELAXED);
    range->region = __atomic_load_n(&from->region, __ATOMIC_RELAXED);
}

/** Whether what was read since @p sequence was, belongs together. */
VMK_ALWAYS_INLINE bool is_whole(const struct io_bus *bus, vmk_uint32 sequence)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return (sequence & 1) == 0 && sequence == __atomic_load_n(&bus->sequence, __ATOMIC_RELAXED);
}

/** @return whether the range that was found last covers an access; it is *found then. */
VMK_ALWAYS_INLINE bool find_again(const struct io_bus *bus, vmk_uint64 address, unsigned size,
                                  struct io_range *found)
{
    vmk_uint32 sequence = __atomic_load_n(&bus->sequence, __ATOMIC_ACQUIRE);
    vmk_uint32 last = __atomic_load_n(&bus->last, __ATOMIC_RELAXED);
    bool is_used = last < __atomic_load_n(&bus->count, __ATOMIC_RELAXED);

    get(&bus->ranges[last], found);
    return is_used && covers(found, address, size) && is_whole(bus, sequence);
}

/** Find the first range that an access touches. @return false: it touches none. */
static bool find(struct io_bus *bus, vmk_uint64 address, unsigned size, struct io_range *found)
{
    vmk_uint32 sequence, at;
    bool any;

    do {
        sequence = __atomic_load_n(&bus->sequence, __ATOMIC_ACQUIRE);
        at = search(bus, address);
        any = at < __atomic_load_n(&bus->count, __ATOMIC_RELAXED);
        if (any) {
            get(&bus->ranges[at], found);
        }
    } while (!is_whole(bus, sequence));
    if (any) {
        __atomic_store_n(&bus->last, at, __ATOMIC_RELAXED);
    }
    return any && found->base < address + size;
}

/** The value of all ones of @p size bytes, 1 to 8. */
static vmk_uint64 ones(unsigned size)
{
    return ~0ul >> (8 * (sizeof(vmk_uint64) - size));
}

/* The lock is whichever the region names, or none. */
VMK_ALWAYS_INLINE void enter(struct io_region *region) VMK_NO_THREAD_SAFETY_ANALYSIS("the lock is optional")
{
    __atomic_fetch_add(&region->accesses, 1, __ATOMIC_RELAXED);
    if (region->lock != VMK_LOCK_INVALID) {
        vmk_BottomHalfDisable();
        vmk_SpinlockLock(region->lock);
    }
}

VMK_ALWAYS_INLINE void leave(struct io_region *region) VMK_NO_THREAD_SAFETY_ANALYSIS("the lock is optional")
{
    if (region->lock != VMK_LOCK_INVALID) {
        vmk_SpinlockUnlock(region->lock);
        vmk_BottomHalfEnable();
    }
}

/** Whether the device takes an access in one piece. */
static bool takes(const struct io_region *region, unsigned size)
{
    return region->ops->max_size == 0 || size <= region->ops->max_size;
}

static NOINLINE vmk_uint64 read_pieces(struct io_region *region, vmk_uint64 offset, unsigned size)
{
    unsigned piece = region->ops->max_size;
    vmk_uint64 value = 0;

    for (unsigned done = 0; done < size; done += piece) {
        vmk_uint64 part = region->ops->read(region->device, offset + done, piece);

        value |= (part & ones(piece)) << (8 * done);
    }
    return value;
}

static NOINLINE void write_pieces(struct io_region *region, vmk_uint64 offset, unsigned size,
                                  vmk_uint64 value)
{
    unsigned piece = region->ops->max_size;

    for (unsigned done = 0; done < size; done += piece) {
        region->ops->write(region->device, offset + done, piece, value >> (8 * done) & ones(piece));
    }
}

VMK_ALWAYS_INLINE vmk_uint64 region_read(struct io_region *region, vmk_uint64 offset, unsigned size)
{
    vmk_uint64 value;

    enter(region);
    value = VMK_LIKELY(takes(region, size)) ? region->ops->read(region->device, offset, size) & ones(size)
                                            : read_pieces(region, offset, size);
    leave(region);
    return value;
}

VMK_ALWAYS_INLINE void region_write(struct io_region *region, vmk_uint64 offset, unsigned size,
                                    vmk_uint64 value)
{
    enter(region);
    if (VMK_LIKELY(takes(region, size))) {
        region->ops->write(region->device, offset, size, value & ones(size));
    } else {
        write_pieces(region, offset, size, value);
    }
    leave(region);
}

vmk_uint64 io_region_read(struct io_region *region, vmk_uint64 offset, unsigned size)
{
    return region_read(region, offset, size);
}

void io_region_write(struct io_region *region, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    region_write(region, offset, size, value);
}

/* What does not go to the range found last. */

static NOINLINE vmk_uint64 read_elsewhere(struct io_bus *bus, vmk_uint64 address, unsigned size)
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

static NOINLINE void write_elsewhere(struct io_bus *bus, vmk_uint64 address, unsigned size, vmk_uint64 value)
{
    struct io_range range;

    if (!find(bus, address, size, &range)) {
        __atomic_fetch_add(&bus->unclaimed, 1, __ATOMIC_RELAXED);
        return;
    }
    if (covers(&range, address, size)) {
        io_region_write(range.region, address - range.base, size, value);
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        io_bus_write(bus, address + i, 1, value >> (8 * i));
    }
}

vmk_uint64 io_bus_read(struct io_bus *bus, vmk_uint64 address, unsigned size)
{
    struct io_range range;

    return VMK_LIKELY(find_again(bus, address, size, &range))
               ? region_read(range.region, address - range.base, size)
               : read_elsewhere(bus, address, size);
}

void io_bus_write(struct io_bus *bus, vmk_uint64 address, unsigned size, vmk_uint64 value)
{
    struct io_range range;

    if (VMK_LIKELY(find_again(bus, address, size, &range))) {
        region_write(range.region, address - range.base, size, value);
    } else {
        write_elsewhere(bus, address, size, value);
    }
}

bool io_bus_claims(struct io_bus *bus, vmk_uint64 address)
{
    struct io_range range;

    return find(bus, address, 1, &range);
}
