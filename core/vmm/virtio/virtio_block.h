/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_block.h - a disk (virtio 1.2, 5.2): the guest's requests become requests of the storage core, on the
 * guest's own pages.
 *
 * All chains that one kick finds are submitted as one list. Nothing is allocated for an I/O: a request for
 * each head of a queue is there from the start, with a list for the common few ranges; for those of more
 * there are some longer lists, and a chain that finds none left stays in the ring until one is put back. How
 * much a guest can have under way is bounded by that. A request counts against the disk's limit when it is
 * taken, by its bytes if it is one to read, write or write zeroes.
 *
 * The guest is told that a segment is 4 KiB at most (SIZE_MAX), so that one takes two machine ranges at most
 * and a request of SEG_MAX of them fits the long list.
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_BLOCK_H
#define CORE_VMM_VIRTIO_VIRTIO_BLOCK_H

#include <vmkapi/storage/block_device.h>

#include "virtio_device.h"

#define BLOCK_QUEUE_SIZE  256
#define BLOCK_SIZE_MAX    4096       /* Bytes of a segment. */
#define BLOCK_SEG_MAX     126        /* Segments of data. */
#define BLOCK_BYTES_MAX   (4u << 20) /* Of a request, whatever its driver made of the two. */
#define BLOCK_SHORT_ELEMS 8
#define BLOCK_LONG_ELEMS  (2 * BLOCK_SEG_MAX)
#define BLOCK_LONG_LISTS  16 /* A queue. */

/* 5.2.3: features. */
#define VIRTIO_BLK_F_SIZE_MAX     (1ul << 1)
#define VIRTIO_BLK_F_SEG_MAX      (1ul << 2)
#define VIRTIO_BLK_F_RO           (1ul << 5)
#define VIRTIO_BLK_F_BLK_SIZE     (1ul << 6)
#define VIRTIO_BLK_F_FLUSH        (1ul << 9)
#define VIRTIO_BLK_F_TOPOLOGY     (1ul << 10)
#define VIRTIO_BLK_F_MQ           (1ul << 12)
#define VIRTIO_BLK_F_DISCARD      (1ul << 13)
#define VIRTIO_BLK_F_WRITE_ZEROES (1ul << 14)

/** 5.2.4. */
struct virtio_block_config {
    vmk_uint64 capacity; /**< In sectors of 512 bytes, as all there is. */
    vmk_uint32 size_max, seg_max;
    vmk_uint8 geometry[4];
    vmk_uint32 blk_size;
    vmk_uint8 physical_block_exp, alignment_offset;
    vmk_uint16 min_io_size;
    vmk_uint32 opt_io_size;
    vmk_uint8 writeback, unused;
    vmk_uint16 num_queues;
    vmk_uint32 max_discard_sectors, max_discard_seg, discard_sector_alignment;
    vmk_uint32 max_write_zeroes_sectors, max_write_zeroes_seg;
    vmk_uint8 write_zeroes_may_unmap, unused1[3];
};

VMK_STATIC_ASSERT(sizeof(struct virtio_block_config) == 64 &&
                      __builtin_offsetof(struct virtio_block_config, max_write_zeroes_seg) == 52,
                  "5.2.4, and padding");

/** 5.2.6: what a request begins with. */
struct virtio_block_header {
    vmk_uint32 type; /**< enum virtio_block_type. */
    vmk_uint32 reserved;
    vmk_uint64 sector;
};

/** 5.2.6: a discard's or write-zeroes' data. */
struct virtio_block_range {
    vmk_uint64 sector;
    vmk_uint32 num_sectors;
    vmk_uint32 flags; /**< Bit 0: unmap. */
};

enum virtio_block_type {
    VIRTIO_BLK_T_IN = 0,
    VIRTIO_BLK_T_OUT = 1,
    VIRTIO_BLK_T_FLUSH = 4,
    VIRTIO_BLK_T_GET_ID = 8,
    VIRTIO_BLK_T_DISCARD = 11,
    VIRTIO_BLK_T_WRITE_ZEROES = 13,
};

enum virtio_block_status { VIRTIO_BLK_S_OK, VIRTIO_BLK_S_IOERR, VIRTIO_BLK_S_UNSUPP };

struct block_list {
    struct block_list *next; /**< Free ones. */
    vmk_SgElem elems[BLOCK_LONG_ELEMS];
};

struct block_request {
    struct virtio_slot slot;
    vmk_BlockRequest request;
    vmk_uint8 *status;       /**< The guest's byte. */
    struct block_list *list; /**< What request.elems is of, unless it is `elems`. */
    vmk_SgElem elems[BLOCK_SHORT_ELEMS];
};

struct block_queue {
    struct virtio_queue queue;
    struct block_list *free VMK_GUARDED_BY(queue.lock);
    struct block_list lists[BLOCK_LONG_LISTS];
    struct block_request requests[BLOCK_QUEUE_SIZE]; /**< By head. */
};

/** Counters that requests on different CPUs share are their queue's; these are for what is rare. */
struct block_stats {
    vmk_uint64 errors;  /**< Requests that ended with IOERR. */
    vmk_uint64 refused; /**< With UNSUPP. */
    vmk_uint64 no_list; /**< Times that a chain had to wait for a long list. */
};

struct virtio_block {
    struct virtio_device device;
    struct virtio_block_config config;
    vmk_uint8 serial[VIRTIO_BLOCK_SERIAL_SIZE];
    vmk_uint32 sector_shift; /**< From sectors to the device's blocks. */
    bool read_only;
    bool write_through;       /**< The driver won't flush (5.2.6.2): writes are stable when done. */
    struct block_stats stats; /**< Relaxed atomic. */
    struct block_queue *queues[VIRTIO_QUEUES_MAX];

    /** The storage core's, or a test's: takes a list of requests, each of which ends by its `done`. */
    void (*submit)(struct virtio_block *block, vmk_BlockRequest *requests);
    vmk_BlockHandle handle; /**< `submit`'s. */
};

/** What virtio_block_init() needs to know. */
struct virtio_block_props {
    struct vm *vm;
    const vmk_BlockGeometry *geometry;
    const char *serial;
    bool read_only;
    struct virtio_rates rates;
    vmk_uint32 queues; /**< 1 to VIRTIO_QUEUES_MAX. */
};

/** Make @p block, zeroed, whose `queues` are there, zeroed, and `submit` is set. Context: world. */
void virtio_block_init(struct virtio_block *block, const struct virtio_block_props *props);

#endif
