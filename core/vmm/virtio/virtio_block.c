/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_block.c - from a chain to a block request and back.
 *
 * How a request is cut into segments is the driver's affair (2.7.4): the header is the first 16 bytes to
 * read, the status the last byte to write, what is between is data.
 */
#include "virtio_block.h"

#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

#include "guest_fetch.h"
#include "virtio_pci.h"

#define SECTOR_SHIFT 9
#define SECTOR_SIZE  (1u << SECTOR_SHIFT)
#define UNMAP        1u /* struct virtio_block_range. */

#define HEADER_WORDS (sizeof(struct virtio_block_header) / sizeof(vmk_uint64))

/** With so many under way on a queue their ends come often enough to look for more: no kicks. */
#define POLLED_DEPTH 8

/** A request as it is found in the ring. */
struct parse {
    struct virtio_block *block;
    struct block_request *to;
    struct vring_cursor readable, writable;
    vmk_uint64 data_out, data_in; /**< Bytes, without header and status. */
    struct virtio_block_header header;
};

/** What becomes of a chain. */
enum verdict {
    ANSWER_OK = VIRTIO_BLK_S_OK, /**< Answer at once. */
    ANSWER_ERROR = VIRTIO_BLK_S_IOERR,
    ANSWER_UNSUPPORTED = VIRTIO_BLK_S_UNSUPP,
    SUBMIT,
    WAIT,  /**< For a long list. */
    BREAK, /**< The driver is out of its mind. */
};

static void count(vmk_uint64 *counter)
{
    (void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* The end. */

static void ended(vmk_BlockRequest *done)
{
    struct block_request *request = VMK_CONTAINER_OF(done, struct block_request, request);
    struct virtio_block *block = done->cookie.ptr;
    vmk_uint32 written = sizeof(*request->status);

    if (VMK_LIKELY(done->status == VMK_OK)) {
        *request->status = VIRTIO_BLK_S_OK;
        written += done->op == VMK_BLOCK_READ ? done->lengthBytes : 0;
    } else if (done->status == VMK_NOT_SUPPORTED) {
        *request->status = VIRTIO_BLK_S_UNSUPP;
        count(&block->stats.refused);
    } else {
        *request->status = VIRTIO_BLK_S_IOERR;
        count(&block->stats.errors);
    }
    virtio_slot_complete(&request->slot, written);
}

static void released(struct virtio_slot *slot)
{
    struct block_request *request = VMK_CONTAINER_OF(slot, struct block_request, slot);
    struct block_queue *queue = VMK_CONTAINER_OF(slot->queue, struct block_queue, queue);

    vmk_SpinlockAssertHeldByWorld(&queue->queue.lock);
    if (request->list) {
        request->list->next = queue->free;
        queue->free = request->list;
        request->list = NULL;
    }
}

/* Data. */

/** Find the machine ranges of @p bytes from @p cursor on. @return VMK_OK, or as vdev_memory_sg(). */
VMK_ALWAYS_INLINE VMK_ReturnStatus gather(const struct parse *parse, struct vring_cursor cursor,
                                          vmk_uint32 bytes, vmk_uint32 max)
{
    vmk_BlockRequest *request = &parse->to->request;
    vmk_SgElem *elems = parse->to->list ? parse->to->list->elems : parse->to->elems;
    bool write = request->op == VMK_BLOCK_READ;
    vmk_StatusValue status = VMK_OK;

    request->elems = elems;
    request->numElems = 0;
    while (bytes != 0 && status == VMK_OK) {
        struct vring_segment piece = vring_cursor_next(&cursor, bytes);

        status = vdev_memory_sg(parse->block->device.vm, piece.at, piece.len, write, elems, max,
                                &request->numElems);
        bytes -= piece.len;
    }
    return status;
}

static enum verdict gather_verdict(vmk_StatusValue status)
{
    return status == VMK_OK ? SUBMIT : ANSWER_ERROR;
}

/** The request's list is too short: have a long one. */
static __attribute__((noinline)) enum verdict gather_long(const struct parse *parse,
                                                          struct vring_cursor cursor, vmk_uint32 bytes,
                                                          struct block_queue *queue)
    VMK_REQUIRES(&queue->queue.lock)
{
    struct block_list *list = queue->free;

    if (!list) {
        count(&parse->block->stats.no_list);
        return WAIT;
    }
    queue->free = list->next;
    parse->to->list = list;
    return gather_verdict(gather(parse, cursor, bytes, BLOCK_LONG_ELEMS));
}

static enum verdict parse_data(const struct parse *parse, struct block_queue *queue, bool write)
    VMK_REQUIRES(&queue->queue.lock)
{
    struct virtio_block *block = parse->block;
    vmk_BlockRequest *request = &parse->to->request;
    vmk_uint64 bytes = write ? parse->data_out : parse->data_in, sector = parse->header.sector;
    vmk_uint64 sectors = bytes >> SECTOR_SHIFT, mask = (1u << block->sector_shift) - 1;
    struct vring_cursor data = write ? parse->readable : parse->writable;
    vmk_StatusValue status;

    if (write && block->read_only) {
        return ANSWER_ERROR;
    }
    if (bytes == 0 || bytes > BLOCK_BYTES_MAX || bytes % SECTOR_SIZE != 0 ||
        ((sectors | sector) & mask) != 0) {
        return ANSWER_ERROR;
    }
    request->op = write ? VMK_BLOCK_WRITE : VMK_BLOCK_READ;
    request->flags = write && block->write_through ? VMK_BLOCK_FUA : 0;
    request->block = sector >> block->sector_shift;
    request->numBlocks = (vmk_uint32)(sectors >> block->sector_shift);
    status = gather(parse, data, (vmk_uint32)bytes, BLOCK_SHORT_ELEMS);
    if (VMK_UNLIKELY(status == VMK_LIMIT_EXCEEDED)) {
        return gather_long(parse, data, (vmk_uint32)bytes, queue);
    }
    return gather_verdict(status);
}

/* Without data. */

static enum verdict parse_flush(struct parse *parse)
{
    parse->to->request.op = VMK_BLOCK_FLUSH;
    parse->to->request.flags = 0;
    parse->to->request.block = 0;
    parse->to->request.numBlocks = 0;
    return SUBMIT;
}

/** 5.2.6.2. */
static enum verdict parse_range(struct parse *parse, vmk_BlockOp op, vmk_uint32 flags_allowed,
                                vmk_uint32 max_sectors)
{
    struct virtio_block *block = parse->block;
    vmk_BlockRequest *request = &parse->to->request;
    vmk_uint64 mask = (1u << block->sector_shift) - 1;
    struct virtio_block_range range;

    if (max_sectors == 0) {
        return ANSWER_UNSUPPORTED;
    }
    if (block->read_only || parse->data_out != sizeof(range) ||
        vring_cursor_read(&parse->readable, block->device.vm, &range, sizeof(range)) != VMK_OK) {
        return ANSWER_ERROR;
    }
    if ((range.flags & ~flags_allowed) != 0) {
        return ANSWER_UNSUPPORTED;
    }
    if (range.num_sectors == 0 || range.num_sectors > max_sectors ||
        ((range.sector | range.num_sectors) & mask) != 0) {
        return ANSWER_ERROR;
    }
    request->op = (vmk_uint8)op;
    request->flags = op == VMK_BLOCK_WRITE_ZEROES && (range.flags & UNMAP) == 0 ? VMK_BLOCK_NO_UNMAP : 0;
    request->block = range.sector >> block->sector_shift;
    request->numBlocks = range.num_sectors >> block->sector_shift;
    return SUBMIT;
}

static enum verdict parse_get_id(struct parse *parse)
{
    struct virtio_block *block = parse->block;

    if (parse->data_in < sizeof(block->serial) ||
        vring_cursor_write(&parse->writable, block->device.vm, block->serial, sizeof(block->serial)) !=
            VMK_OK) {
        return ANSWER_ERROR;
    }
    return ANSWER_OK;
}

static enum verdict parse_type(struct parse *parse, struct block_queue *queue)
    VMK_REQUIRES(&queue->queue.lock)
{
    const struct virtio_block_config *config = &parse->block->config;

    switch (parse->header.type) {
    case VIRTIO_BLK_T_IN:
        return parse_data(parse, queue, false);
    case VIRTIO_BLK_T_OUT:
        return parse_data(parse, queue, true);
    case VIRTIO_BLK_T_FLUSH:
        return parse_flush(parse);
    case VIRTIO_BLK_T_GET_ID:
        return parse_get_id(parse);
    case VIRTIO_BLK_T_DISCARD:
        return parse_range(parse, VMK_BLOCK_DISCARD, 0, config->max_discard_sectors);
    case VIRTIO_BLK_T_WRITE_ZEROES:
        return parse_range(parse, VMK_BLOCK_WRITE_ZEROES, UNMAP, config->max_write_zeroes_sectors);
    default:
        return ANSWER_UNSUPPORTED;
    }
}

/** Where the chain taken last has its status byte; NULL: nowhere. */
static vmk_uint8 *status_byte(struct virtio_queue *queue) VMK_REQUIRES(&queue->lock)
{
    gpa_t at;

    return vring_last_writable(&queue->chain, &at) ? vdev_memory_page(queue->device->vm, at, true) : NULL;
}

/** What becomes of the chain taken last is known: count it against the disk's limit. */
static void charge(const struct virtio_block *block, const struct block_queue *queue,
                   const vmk_BlockRequest *request, enum verdict verdict)
{
    bool moves = verdict == SUBMIT && request->op != VMK_BLOCK_FLUSH && request->op != VMK_BLOCK_DISCARD;
    vmk_uint32 shift = SECTOR_SHIFT + block->sector_shift;

    if (verdict != WAIT) {
        virtio_limit_charge(queue->queue.limit, 1, moves ? (vmk_uint64)request->numBlocks << shift : 0);
    }
}

/** Read what the request begins with. */
static VMK_ReturnStatus read_header(struct parse *parse)
{
    struct vm *vm = parse->block->device.vm;
    const vmk_uint64 *words = vring_cursor_words(&parse->readable, vm, HEADER_WORDS);

    if (VMK_UNLIKELY(!words)) {
        return vring_cursor_read(&parse->readable, vm, &parse->header, sizeof(parse->header));
    }
    parse->header.type = (vmk_uint32)guest_fetch64(words);
    parse->header.sector = guest_fetch64(words + 1);
    return VMK_OK;
}

/** Make the chain taken last the request of its head. */
static enum verdict parse_chain(struct virtio_block *block, struct block_queue *queue,
                                struct block_request *request) VMK_REQUIRES(&queue->queue.lock)
{
    const struct vring_chain *chain = &queue->queue.chain;
    struct parse parse = {
        .block = block, .to = request, .readable = vring_readable(chain), .writable = vring_writable(chain)};

    request->status = status_byte(&queue->queue);
    if (!request->status || read_header(&parse) != VMK_OK) {
        return BREAK;
    }
    parse.data_out = chain->readable_bytes - sizeof(parse.header);
    parse.data_in = chain->writable_bytes - sizeof(*request->status);
    return parse_type(&parse, queue);
}

/* Kicks. */

/** Answer a chain that needs no I/O. */
static void answer(struct virtio_block *block, struct virtio_queue *queue,
                   const struct block_request *request, enum verdict verdict) VMK_REQUIRES(&queue->lock)
{
    vmk_uint32 written = sizeof(*request->status);

    *request->status = (vmk_uint8)verdict;
    if (verdict == ANSWER_OK) {
        written += sizeof(block->serial);
    } else {
        count(verdict == ANSWER_ERROR ? &block->stats.errors : &block->stats.refused);
    }
    vring_put(&queue->ring, queue->chain.head, written);
}

/**
 * Take a chain. @return what became of it, if there was one: SUBMIT: *request is ready; BREAK: no more.
 */
static enum verdict take(struct virtio_block *block, struct block_queue *queue,
                         struct block_request **request) VMK_REQUIRES(&queue->queue.lock)
{
    enum verdict verdict;

    if (!virtio_queue_take(&queue->queue)) {
        return BREAK;
    }
    *request = &queue->requests[queue->queue.chain.head];
    if (!virtio_queue_hold(&queue->queue, &(*request)->slot)) {
        return BREAK;
    }
    verdict = parse_chain(block, queue, *request);
    if (VMK_UNLIKELY(queue->queue.limit != NULL)) {
        charge(block, queue, &(*request)->request, verdict);
    }
    if (VMK_LIKELY(verdict == SUBMIT)) {
        return verdict;
    }
    virtio_queue_drop(&queue->queue, &(*request)->slot);
    if (verdict == BREAK) {
        virtio_queue_break(&queue->queue, "a request without header or status");
    } else if (verdict == WAIT) {
        vring_untake(&queue->queue.ring, 1);
    } else {
        answer(block, &queue->queue, *request, verdict);
    }
    return verdict;
}

/** Take what there is. @return what is to be submitted. */
static vmk_BlockRequest *take_all(struct virtio_block *block, struct block_queue *queue)
    VMK_REQUIRES(&queue->queue.lock)
{
    vmk_BlockRequest *first = NULL, **end = &first;
    struct block_request *request;
    enum verdict verdict;

    do {
        do {
            verdict = take(block, queue, &request);
            if (VMK_LIKELY(verdict == SUBMIT)) {
                *end = &request->request;
                end = &request->request.next;
            }
        } while (verdict != BREAK && verdict != WAIT && vring_has_seen_more(&queue->queue.ring));
    } while (virtio_queue_rest(&queue->queue, queue->queue.in_flight >= POLLED_DEPTH || verdict == WAIT));
    *end = NULL;
    return first;
}

static void kick(struct virtio_queue *queue)
{
    struct virtio_block *block = VMK_CONTAINER_OF(queue->device, struct virtio_block, device);
    struct block_queue *own = VMK_CONTAINER_OF(queue, struct block_queue, queue);
    vmk_BlockRequest *requests;
    bool signal;

    virtio_queue_lock(queue);
    vmk_SpinlockAssertHeldByWorld(&own->queue.lock);
    requests = take_all(block, own);
    signal = virtio_queue_publish(queue); /* What was answered at once. */
    virtio_queue_unlock(queue);
    if (requests) {
        block->submit(block, requests);
    }
    if (VMK_UNLIKELY(signal)) {
        virtio_pci_signal(queue);
    }
}

static void start(struct virtio_device *device)
{
    struct virtio_block *block = VMK_CONTAINER_OF(device, struct virtio_block, device);

    vmk_SpinlockAssertHeldByWorld(&device->lock);
    block->write_through = (device->features & VIRTIO_BLK_F_FLUSH) == 0;
}

static const struct virtio_device_ops ops = {.kind = "disk",
                                             .id = VIRTIO_ID_BLOCK,
                                             .class_code = 0x010000, /* Mass storage, SCSI. */
                                             .kick = kick,
                                             .is_waited_for = true,
                                             .released = released,
                                             .start = start};

/* Making. */

/** What of a limit in blocks fits the configuration's sectors. */
static vmk_uint32 sectors_of(const struct virtio_block *block, vmk_uint64 blocks)
{
    vmk_uint32 most = 0xffffffffu >> (block->sector_shift + 1);

    return (vmk_uint32)VMK_MIN(blocks, most) << block->sector_shift;
}

static void fill_config(struct virtio_block *block, const struct virtio_block_props *props)
{
    const vmk_BlockGeometry *geometry = props->geometry;
    vmk_uint32 exponent = (vmk_uint32)(__builtin_ctz(geometry->physicalBlockSize | 1u << 31) -
                                       __builtin_ctz(geometry->blockSize));

    block->config = (struct virtio_block_config){
        .capacity = geometry->numBlocks << block->sector_shift,
        .size_max = BLOCK_SIZE_MAX,
        .seg_max = BLOCK_SEG_MAX,
        .blk_size = geometry->blockSize,
        .physical_block_exp = (vmk_uint8)(geometry->physicalBlockSize > geometry->blockSize ? exponent : 0),
        .min_io_size = 1,
        .num_queues = (vmk_uint16)props->queues,
        .max_discard_sectors = sectors_of(block, geometry->limits.maxDiscardBlocks),
        .max_discard_seg = 1,
        .discard_sector_alignment = geometry->limits.discardGranularity >> SECTOR_SHIFT,
        /* The storage core writes zeroes for those that can't. */
        .max_write_zeroes_sectors = sectors_of(block, ~0ul),
        .max_write_zeroes_seg = 1,
        .write_zeroes_may_unmap = geometry->limits.maxZeroesBlocks != 0,
    };
    if (block->config.discard_sector_alignment == 0) {
        block->config.discard_sector_alignment = 1u << block->sector_shift;
    }
}

static vmk_uint64 features_of(const struct virtio_block *block)
{
    vmk_uint64 features = VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_BLK_SIZE |
                          VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_TOPOLOGY;

    if (block->read_only) {
        features |= VIRTIO_BLK_F_RO;
    } else {
        features |=
            VIRTIO_BLK_F_WRITE_ZEROES | (block->config.max_discard_sectors != 0 ? VIRTIO_BLK_F_DISCARD : 0);
    }
    return features | (block->config.num_queues > 1 ? VIRTIO_BLK_F_MQ : 0);
}

static void init_queue(struct virtio_block *block, struct block_queue *queue) VMK_UNSHARED
{
    vmk_SpinlockInit(&queue->queue.lock, "virtio disk", VMK_RANK_VM_QUEUE);
    virtio_queue_init(&queue->queue, &block->device, BLOCK_QUEUE_SIZE);
    for (unsigned i = 0; i < BLOCK_LONG_LISTS; i++) {
        queue->lists[i].next = queue->free;
        queue->free = &queue->lists[i];
    }
    for (unsigned i = 0; i < BLOCK_QUEUE_SIZE; i++) {
        queue->requests[i].request.done = ended;
        queue->requests[i].request.cookie.ptr = block;
    }
}

void virtio_block_init(struct virtio_block *block, const struct virtio_block_props *props)
{
    struct virtio_limit *limit = virtio_limit_init(&block->device.limit, &props->rates);
    vmk_ByteCount length = vmk_Strlen(props->serial);

    block->read_only = props->read_only;
    block->sector_shift = (vmk_uint32)__builtin_ctz(props->geometry->blockSize) - SECTOR_SHIFT;
    vmk_Memcpy(block->serial, props->serial, VMK_MIN(length, sizeof(block->serial)));
    fill_config(block, props);
    virtio_device_init(&block->device, &(struct virtio_device_props){.vm = props->vm,
                                                                     .ops = &ops,
                                                                     .features = features_of(block),
                                                                     .config = &block->config,
                                                                     .config_len = 60});
    for (vmk_uint32 i = 0; i < props->queues; i++) {
        init_queue(block, block->queues[i]);
        block->queues[i]->queue.limit = limit;
    }
}
