/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vring.c - taking chains and putting them back, with a driver that is not believed.
 */
#include "vring.h"

#include <vmkapi/lib/bits.h>

#include "guest_fetch.h"

/* 2.7.6: the available ring is flags, idx, ring[size], used_event; 2.7.8: the used ring is flags, idx,
 * ring[size] of id and len, avail_event. */
#define INDEX           2u
#define ENTRIES         4u
#define AVAIL_BYTES     2u /* An entry. */
#define USED_BYTES      8u
#define AVAIL_QUIET     1u /* 2.7.6: flags: no interrupts, please. */
#define USED_QUIET      1u /* 2.7.8: flags: no kicks, please. */

#define AVAIL_LEN(size) (ENTRIES + AVAIL_BYTES * (size) + 2)
#define USED_LEN(size)  (ENTRIES + USED_BYTES * (size) + 2)

/* Where things lie. */

static void *at(const struct vring_area *area, vmk_uint32 offset)
{
    if (VMK_LIKELY(area->whole != NULL)) {
        return area->whole + offset;
    }
    offset += area->offset;
    return area->pages[offset >> VMK_PAGE_SHIFT] + (offset & VMK_PAGE_MASK);
}

static vmk_uint16 *used_event(const struct vring *ring)
{
    return at(&ring->avail, ENTRIES + AVAIL_BYTES * ring->size);
}

static vmk_uint16 *avail_event(const struct vring *ring)
{
    return at(&ring->used, ENTRIES + USED_BYTES * ring->size);
}

/** Write so that the guest sees it not before what was written before. */
static void store16(vmk_uint16 *to, vmk_uint16 value)
{
    __atomic_store_n(to, value, __ATOMIC_RELEASE);
}

static void store32(vmk_uint32 *to, vmk_uint32 value)
{
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
}

/** The page of the used ring which @p offset is in has been written. */
static void written(const struct vring *ring, vmk_uint32 offset)
{
    vdev_memory_written(ring->vm, gpa_add(ring->used_at, offset));
}

static VMK_ReturnStatus look_up(struct vm *vm, struct vring_area *area, gpa_t from, vmk_uint32 len,
                                bool write)
{
    vmk_uint64 first = from.value & ~VMK_PAGE_MASK;

    *area = (struct vring_area){.offset = (vmk_uint32)(from.value & VMK_PAGE_MASK)};
    for (vmk_uint32 page = 0; page * VMK_PAGE_SIZE < area->offset + len; page++) {
        area->pages[page] = vdev_memory_page(vm, gpa(first + page * VMK_PAGE_SIZE), write);
        if (!area->pages[page]) {
            return VMK_BAD_ADDR_RANGE;
        }
    }
    if (!area->pages[1] || area->pages[1] == area->pages[0] + VMK_PAGE_SIZE) {
        area->whole = area->pages[0] + area->offset;
    }
    return VMK_OK;
}

VMK_ReturnStatus vring_start(struct vring *ring, struct vm *vm, const struct vring_setup *setup)
{
    vmk_uint32 size = setup->size;
    vmk_StatusValue status;

    ring->live = false;
    if (size == 0 || size > VRING_SIZE_MAX || (size & (size - 1)) != 0) {
        ring->why = "a queue's size";
        return VMK_BAD_PARAM;
    }
    if (setup->desc.value % 16 != 0 || setup->avail.value % 2 != 0 || setup->used.value % 4 != 0) {
        ring->why = "a queue's alignment";
        return VMK_BAD_PARAM;
    }
    ring->why = "a queue outside of memory";
    status = look_up(vm, &ring->desc, setup->desc, size * sizeof(struct vring_desc), false);
    if (status == VMK_OK) {
        status = look_up(vm, &ring->avail, setup->avail, AVAIL_LEN(size), false);
    }
    if (status == VMK_OK) {
        status = look_up(vm, &ring->used, setup->used, USED_LEN(size), true);
    }
    if (status != VMK_OK) {
        return status;
    }
    ring->vm = vm;
    ring->size = (vmk_uint16)size;
    ring->event_index = setup->event_index;
    ring->indirect = setup->indirect;
    ring->used_at = setup->used;
    ring->next_avail = ring->seen_avail = ring->next_used = ring->published = 0;
    ring->why = NULL;
    ring->live = true;
    return VMK_OK;
}

void vring_stop(struct vring *ring)
{
    ring->live = false;
}

/* Taking. */

/** Read a descriptor, which is the guest's until then, once. */
VMK_ALWAYS_INLINE struct vring_desc fetch_desc(const struct vring *ring, vmk_uint32 index)
{
    const vmk_uint64 *from = at(&ring->desc, index * (vmk_uint32)sizeof(struct vring_desc));
    vmk_uint64 address = guest_fetch64(from), rest = guest_fetch64(from + 1);

    return (struct vring_desc){.address = address,
                               .len = (vmk_uint32)rest,
                               .flags = (vmk_uint16)(rest >> 32),
                               .next = (vmk_uint16)(rest >> 48)};
}

/** A chain being walked: what is to be read so far, or that, and what is to be written so far. */
struct walk {
    struct vring_segment *end; /**< Where the next one goes. */
    vmk_uint64 bytes;
    vmk_uint32 kind;                /**< Of the last one: VRING_DESC_WRITE, or 0. */
    struct vring_segment *writable; /**< The first one of that kind... */
    vmk_uint64 readable_bytes;      /**< ...and how many there are before it. */
};

/** Append a descriptor's buffer, for which there is room. @return NULL, or what is wrong. */
VMK_ALWAYS_INLINE const char *add(struct walk *walk, struct vring_desc desc)
{
    vmk_uint32 kind = desc.flags & VRING_DESC_WRITE;

    if (kind != walk->kind) {
        if (kind == 0) {
            return "a buffer to read behind one to write"; /* 2.7.4.2. */
        }
        walk->kind = kind;
        walk->writable = walk->end;
        walk->readable_bytes = walk->bytes;
    }
    if (VMK_LIKELY(desc.len != 0)) {
        *walk->end++ = (struct vring_segment){.at = gpa(desc.address), .len = desc.len};
        walk->bytes += desc.len;
    }
    return NULL;
}

/** Walk the table a descriptor points to, out of a copy: 2.7.5.3. */
static const char *add_indirect(struct vring *ring, struct walk *walk, struct vring_desc table,
                                const struct vring_segment *limit)
{
    vmk_uint32 count = table.len / (vmk_uint32)sizeof(struct vring_desc), index = 0;
    const char *why = NULL;

    if (!ring->indirect) {
        return "an indirect descriptor, which was not negotiated";
    }
    if ((table.flags & VRING_DESC_NEXT) != 0 || table.len % sizeof(struct vring_desc) != 0 || count == 0 ||
        count > ring->size) {
        return "an indirect table's length, or a descriptor behind it";
    }
    if (vdev_memory_read(ring->vm, gpa(table.address), ring->indirect_table, table.len) != VMK_OK) {
        return "an indirect table outside of memory";
    }
    for (vmk_uint32 left = count; !why; left--) {
        struct vring_desc desc = ring->indirect_table[index];

        if ((desc.flags & VRING_DESC_INDIRECT) != 0) {
            return "an indirect descriptor in an indirect table";
        }
        if (walk->end == limit && desc.len != 0) {
            return "a chain longer than its queue"; /* 2.7.5.3.1. */
        }
        why = add(walk, desc);
        if ((desc.flags & VRING_DESC_NEXT) == 0) {
            break;
        }
        index = desc.next;
        if (index >= count || left == 1) {
            return "a chain that leaves its indirect table, or does not end";
        }
    }
    return why;
}

/** Walk the chain that begins at descriptor chain->head. @return NULL, or what is wrong. */
VMK_ALWAYS_INLINE const char *walk_chain(struct vring *ring, struct vring_chain *chain, struct walk *walk)
{
    vmk_uint32 size = ring->size, index = chain->head;
    const char *why = NULL;

    /* So many descriptors have no more segments. */
    for (vmk_uint32 left = size; VMK_LIKELY(left != 0 && index < size); left--) {
        struct vring_desc desc = fetch_desc(ring, index);

        if (VMK_UNLIKELY((desc.flags & VRING_DESC_INDIRECT) != 0)) {
            return add_indirect(ring, walk, desc, chain->segments + size);
        }
        why = add(walk, desc);
        if (VMK_UNLIKELY(why) || (desc.flags & VRING_DESC_NEXT) == 0) {
            return why;
        }
        index = desc.next;
    }
    return "a chain that leaves its queue, or does not end";
}

/** What was found is the chain. */
VMK_ALWAYS_INLINE void settle(struct vring_chain *chain, const struct walk *walk)
{
    const struct vring_segment *writable = walk->kind != 0 ? walk->writable : walk->end;

    chain->readable = (vmk_uint16)(writable - chain->segments);
    chain->writable = (vmk_uint16)(walk->end - writable);
    chain->readable_bytes = walk->kind != 0 ? walk->readable_bytes : walk->bytes;
    chain->writable_bytes = walk->bytes - chain->readable_bytes;
}

static enum vring_answer broken(struct vring *ring, const char *why)
{
    ring->why = why;
    ring->live = false;
    return VRING_BROKEN;
}

/** Look at how far the driver is. @return VRING_TAKEN: there is something. */
static enum vring_answer look(struct vring *ring)
{
    ring->seen_avail = guest_fetch16(at(&ring->avail, INDEX));
    if ((vmk_uint16)(ring->seen_avail - ring->next_avail) > ring->size) {
        return broken(ring, "an available index that ran ahead");
    }
    return ring->seen_avail == ring->next_avail ? VRING_EMPTY : VRING_TAKEN;
}

enum vring_answer vring_take(struct vring *ring, struct vring_chain *chain)
{
    struct walk walk = {.end = chain->segments};
    vmk_uint32 entry = ring->next_avail & (ring->size - 1u);
    enum vring_answer answer = VRING_TAKEN;
    const char *why;

    if (!ring->live) {
        return VRING_EMPTY;
    }
    if (ring->next_avail == ring->seen_avail) {
        answer = look(ring);
        if (answer != VRING_TAKEN) {
            return answer;
        }
    }
    chain->head = guest_fetch16(at(&ring->avail, ENTRIES + AVAIL_BYTES * entry));
    if (chain->head >= ring->size) {
        return broken(ring, "a head outside of its queue");
    }
    why = walk_chain(ring, chain, &walk);
    if (why) {
        return broken(ring, why);
    }
    settle(chain, &walk);
    ring->next_avail++;
    return VRING_TAKEN;
}

void vring_untake(struct vring *ring, vmk_uint32 count)
{
    ring->next_avail = (vmk_uint16)(ring->next_avail - count);
}

/* Putting. */

void vring_put(struct vring *ring, vmk_uint16 head, vmk_uint32 written)
{
    vmk_uint32 entry = ENTRIES + USED_BYTES * (ring->next_used & (ring->size - 1u));

    if (!ring->live) {
        return;
    }
    /* An entry may lie across two pages, its halves don't. */
    store32(at(&ring->used, entry), head);
    store32(at(&ring->used, entry + 4), written);
    ring->next_used++;
}

void vring_unput(struct vring *ring, vmk_uint32 count)
{
    ring->next_used = (vmk_uint16)(ring->next_used - count);
}

/** 2.7.10: whether going from @p before to @p now passed what the driver waits for. */
static bool passes(vmk_uint16 event, vmk_uint16 before, vmk_uint16 now)
{
    return (vmk_uint16)(now - event - 1) < (vmk_uint16)(now - before);
}

bool vring_publish_put(struct vring *ring)
{
    vmk_uint16 before = ring->published, now = ring->next_used;

    if (!ring->live) {
        return false;
    }
    store16(at(&ring->used, INDEX), now);
    ring->published = now;
    /* The driver writes what it wants, then looks at the index; we the other way round: 2.7.10.1. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    written(ring, INDEX);
    if (VMK_UNLIKELY(ring->used.pages[1] != NULL)) {
        written(ring, USED_LEN(ring->size) - 1);
    }
    if (ring->event_index) {
        return passes(guest_fetch16(used_event(ring)), before, now);
    }
    return (guest_fetch16(at(&ring->avail, 0)) & AVAIL_QUIET) == 0;
}

/* Kicks. */

bool vring_want_kick(struct vring *ring)
{
    if (!ring->live) {
        return false;
    }
    if (ring->event_index) {
        store16(avail_event(ring), ring->seen_avail);
    } else {
        store16(at(&ring->used, 0), 0);
    }
    /* 2.7.13.3: the driver writes its index, then looks whether we want a kick. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    written(ring, ring->event_index ? ENTRIES + USED_BYTES * ring->size : 0);
    return guest_fetch16(at(&ring->avail, INDEX)) != ring->seen_avail;
}

void vring_no_kick(struct vring *ring)
{
    /* With an event index, one that was passed already says the same. */
    if (ring->live && !ring->event_index) {
        store16(at(&ring->used, 0), USED_QUIET);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        written(ring, 0);
    }
}

/* A chain's bytes. */

VMK_ReturnStatus vring_cursor_read(struct vring_cursor *cursor, struct vm *vm, void *to, vmk_uint32 len)
{
    vmk_uint8 *bytes = to;

    while (len != 0) {
        struct vring_segment piece = vring_cursor_next(cursor, len);
        vmk_StatusValue status =
            piece.len == 0 ? VMK_BUF_TOO_SMALL : vdev_memory_read(vm, piece.at, bytes, piece.len);

        if (status != VMK_OK) {
            return status;
        }
        bytes += piece.len;
        len -= piece.len;
    }
    return VMK_OK;
}

VMK_ReturnStatus vring_cursor_write(struct vring_cursor *cursor, struct vm *vm, const void *from,
                                    vmk_uint32 len)
{
    const vmk_uint8 *bytes = from;

    while (len != 0) {
        struct vring_segment piece = vring_cursor_next(cursor, len);
        vmk_StatusValue status =
            piece.len == 0 ? VMK_BUF_TOO_SMALL : vdev_memory_write(vm, piece.at, bytes, piece.len);

        if (status != VMK_OK) {
            return status;
        }
        bytes += piece.len;
        len -= piece.len;
    }
    return VMK_OK;
}
