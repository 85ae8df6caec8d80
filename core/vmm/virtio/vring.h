/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vring.h - the device's side of a split virtqueue (virtio 1.2, 2.7), with indirect descriptors and event
 * index.
 *
 * A driver makes chains of descriptors available; the device takes them in order, works on the buffers, and
 * puts the chains' heads back, in any order. Both sides tell each other up to where they want to hear of it.
 *
 * The rings are read and written in place: their pages are looked up once, as they stay as long as the VM. A
 * driver is not believed: indices are read once, a chain has a bounded length, an indirect table is copied
 * before it is looked at. What breaks the rules makes vring_take() answer VRING_BROKEN, and `why` says it.
 *
 * Context: any but interrupt; one caller at a time (the queue's lock).
 */
#ifndef CORE_VMM_VIRTIO_VRING_H
#define CORE_VMM_VIRTIO_VRING_H

#include <core/vmm/vdev.h>
#include <vmkapi/lib/bits.h>

#define VRING_SIZE_MAX 256u

/** 2.7.5: a descriptor, as it lies in guest memory. */
struct vring_desc {
    vmk_uint64 address;
    vmk_uint32 len;
    vmk_uint16 flags; /**< enum vring_desc_flags. */
    vmk_uint16 next;
};

VMK_STATIC_ASSERT(sizeof(struct vring_desc) == 16, "2.7.5");

enum vring_desc_flags {
    VRING_DESC_NEXT = 1u << 0,
    VRING_DESC_WRITE = 1u << 1, /**< For the device to write. */
    VRING_DESC_INDIRECT = 1u << 2,
};

/** A piece of a buffer; not checked yet, and not empty. */
struct vring_segment {
    gpa_t at;
    vmk_uint32 len;
};

/** A chain that was taken: what the device reads, then what it writes. */
struct vring_chain {
    vmk_uint16 head;                               /**< Below the ring's size. */
    vmk_uint16 readable, writable;                 /**< Segments... */
    vmk_uint64 readable_bytes, writable_bytes;     /**< ...and their bytes. */
    struct vring_segment segments[VRING_SIZE_MAX]; /**< The readable ones, then the writable ones. */
};

#define VRING_AREA_PAGES 2 /* The longest area, 4 KiB of descriptors, may begin anywhere in a page. */

/** One of a ring's three areas. */
struct vring_area {
    vmk_uint8 *whole;  /**< Where it begins, if its pages are neighbours for us, too. */
    vmk_uint32 offset; /**< In the first page. */
    vmk_uint8 *pages[VRING_AREA_PAGES];
};

struct vring {
    struct vm *vm;
    bool live; /**< Set up: may be taken from and put to. */
    bool event_index, indirect;
    vmk_uint16 size;
    vmk_uint16 next_avail; /**< Where the next chain is taken; free-running, as all indices. */
    vmk_uint16 seen_avail; /**< Up to where the driver was seen to have made chains available. */
    vmk_uint16 next_used;  /**< Where the next head is put. */
    vmk_uint16 published;  /**< Up to where the driver was told. */
    gpa_t used_at;
    struct vring_area desc, avail, used;
    const char *why;                                  /**< Static text: what the driver did wrong. */
    struct vring_desc indirect_table[VRING_SIZE_MAX]; /**< The copy being looked at. */
};

/** What the driver says of a ring before it enables it. */
struct vring_setup {
    vmk_uint32 size; /**< Of the ring, in entries. */
    gpa_t desc, avail, used;
    bool event_index, indirect; /**< Negotiated. */
};

enum vring_answer { VRING_TAKEN, VRING_EMPTY, VRING_BROKEN };

/**
 * Begin to use a ring, from its first entry.
 *
 * @return VMK_OK; VMK_BAD_PARAM: size or alignment (2.7), ring->why says which; VMK_BAD_ADDR_RANGE: not RAM.
 */
VMK_ReturnStatus vring_start(struct vring *ring, struct vm *vm, const struct vring_setup *setup);

/** Stop using it: nothing is taken and puts are forgotten from now on. */
void vring_stop(struct vring *ring);

/** Take the next chain. VRING_BROKEN: the ring is stopped. */
enum vring_answer vring_take(struct vring *ring, struct vring_chain *chain);

/** Whether vring_take() has more without looking at what the driver has done meanwhile. */
VMK_ALWAYS_INLINE bool vring_has_seen_more(const struct vring *ring)
{
    return ring->next_avail != ring->seen_avail;
}

/** Undo the last @p count takes: the chains will be taken again, as they are then. */
void vring_untake(struct vring *ring, vmk_uint32 count);

/** Put a chain back into which @p written bytes were written; the driver sees it after vring_publish(). */
void vring_put(struct vring *ring, vmk_uint16 head, vmk_uint32 written);

/** Undo the last @p count puts, which the driver has not seen yet. */
void vring_unput(struct vring *ring, vmk_uint32 count);

/** For vring_publish(). */
bool vring_publish_put(struct vring *ring);

/** Let the driver see what was put. @return whether it wants to be interrupted for that. */
VMK_ALWAYS_INLINE bool vring_publish(struct vring *ring)
{
    return ring->published != ring->next_used && vring_publish_put(ring);
}

/** Ask to be notified of chains that vring_take() has not seen yet. @return whether some came already, which
 *  the driver may keep silent about: take them. */
bool vring_want_kick(struct vring *ring);

/** Ask not to be notified; the driver may do so all the same. */
void vring_no_kick(struct vring *ring);

/* What a chain's bytes are, readable or writable ones, whatever way they are cut into segments (2.7.4). */

/** Where the last byte to be written lies. @return false: nothing is to be written. */
VMK_ALWAYS_INLINE bool vring_last_writable(const struct vring_chain *chain, gpa_t *at)
{
    if (chain->writable != 0) {
        const struct vring_segment *last = &chain->segments[chain->readable + chain->writable - 1];

        *at = gpa_add(last->at, last->len - 1);
    }
    return chain->writable != 0;
}

/** A place in a chain. */
struct vring_cursor {
    const struct vring_segment *segment, *end;
    vmk_uint32 offset; /**< In the segment; less than its length unless at the end. */
};

/** At the first readable, or writable, byte. */
VMK_ALWAYS_INLINE struct vring_cursor vring_readable(const struct vring_chain *chain)
{
    return (struct vring_cursor){.segment = chain->segments, .end = chain->segments + chain->readable};
}

VMK_ALWAYS_INLINE struct vring_cursor vring_writable(const struct vring_chain *chain)
{
    const struct vring_segment *first = chain->segments + chain->readable;

    return (struct vring_cursor){.segment = first, .end = first + chain->writable};
}

/** The longest piece from the cursor on, of at most @p max bytes, behind which it is then; 0 bytes at the
 * end. */
VMK_ALWAYS_INLINE struct vring_segment vring_cursor_next(struct vring_cursor *cursor, vmk_uint32 max)
{
    struct vring_segment piece = {0};

    if (cursor->segment == cursor->end || max == 0) {
        return piece;
    }
    piece.at = gpa_add(cursor->segment->at, cursor->offset);
    piece.len = VMK_MIN(cursor->segment->len - cursor->offset, max);
    cursor->offset += piece.len;
    if (cursor->offset == cursor->segment->len) {
        cursor->segment++;
        cursor->offset = 0;
    }
    return piece;
}

/**
 * Find where the next @p count 64-bit words lie, behind which the cursor is then: to be read, each once
 * (guest_fetch.h).
 *
 * @return NULL, and the cursor stays: they are not in one segment and page, not aligned, or not in RAM.
 */
VMK_ALWAYS_INLINE const vmk_uint64 *vring_cursor_words(struct vring_cursor *cursor, struct vm *vm,
                                                       vmk_uint32 count)
{
    vmk_uint32 len = count * (vmk_uint32)sizeof(vmk_uint64);
    struct vring_cursor next = *cursor;
    struct vring_segment piece = vring_cursor_next(&next, len);
    const vmk_uint64 *words;

    if (piece.len != len || piece.at.value % sizeof(vmk_uint64) != 0 ||
        (piece.at.value & VMK_PAGE_MASK) > VMK_PAGE_SIZE - len) {
        return NULL;
    }
    words = vdev_memory_page(vm, piece.at, false);
    if (VMK_LIKELY(words != NULL)) {
        *cursor = next;
    }
    return words;
}

/** Copy from or to the cursor's place and move it. @return VMK_OK; VMK_BAD_ADDR_RANGE: not RAM;
 * VMK_BUF_TOO_SMALL: the chain is shorter; VMK_NO_MEMORY. */
VMK_ReturnStatus vring_cursor_read(struct vring_cursor *cursor, struct vm *vm, void *to, vmk_uint32 len);
VMK_ReturnStatus vring_cursor_write(struct vring_cursor *cursor, struct vm *vm, const void *from,
                                    vmk_uint32 len);

#endif
