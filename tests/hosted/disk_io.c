/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_io.c - requests, their data in pieces, and what comes of them.
 */
#include "disk_io.h"

#include <hosted/machine.h>
#include <stdlib.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/lib/bits.h>

#define GUARD       0xd5
#define ONE_REQUEST 600000 /* ms */
#define APPEARS_MS  60000

#define DISK_MUST(condition, ...)                                                                            \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            vmk_Panic(__VA_ARGS__);                                                                          \
        }                                                                                                    \
    } while (0)

static unsigned roll(struct disk *disk, unsigned sides)
{
    return (unsigned)rand_r(&disk->random) % sides;
}

static vmk_Bool has_data(vmk_BlockOp op)
{
    return op == VMK_BLOCK_READ || op == VMK_BLOCK_WRITE;
}

/* Walk over a request's data, in memory and as a row of bytes. */

static vmk_ByteCount data_bytes(const struct disk_slot *slot)
{
    return (vmk_ByteCount)slot->request.numBlocks * slot->disk->block_bytes;
}

struct piece {
    vmk_uint8 *at;
    vmk_ByteCount bytes, from; /* So many, from there on in the row. */
};

/* The @nth piece. VMK_FALSE when there is none. */
static vmk_Bool piece_of(const struct disk_slot *slot, unsigned nth, struct piece *piece)
{
    vmk_ByteCount left = data_bytes(slot), offset = slot->request.elemOffset;

    *piece = (struct piece){0};
    for (unsigned i = 0; i <= nth; i++) {
        piece->from += piece->bytes;
        left -= piece->bytes;
        if (i == slot->request.numElems || left == 0) {
            return VMK_FALSE;
        }
        piece->at = (vmk_uint8 *)vmk_MA2Ptr(slot->elem[i].addr) + offset;
        piece->bytes = VMK_MIN(left, slot->elem[i].length - offset);
        offset = 0;
    }
    return VMK_TRUE;
}

static void check_guard(const vmk_uint8 *from, const vmk_uint8 *end)
{
    static vmk_uint8 guards[VMK_PAGE_SIZE];

    if (guards[0] != GUARD) {
        memset(guards, GUARD, sizeof(guards));
    }
    while (from < end) {
        vmk_ByteCount part = VMK_MIN((vmk_ByteCount)(end - from), sizeof(guards));

        DISK_MUST(memcmp(from, guards, part) == 0, "disk: a byte beside the data was written");
        from += part;
    }
}

static void check_guards(const struct disk_slot *slot)
{
    const vmk_uint8 *at = slot->memory;
    struct piece piece;

    for (unsigned i = 0; piece_of(slot, i, &piece); i++) {
        check_guard(at, piece.at);
        at = piece.at + piece.bytes;
    }
    check_guard(at, slot->memory + slot->memory_bytes);
}

static void check_bytes(const struct disk_slot *slot, const struct piece *piece, const vmk_uint8 *expected)
{
    const struct disk *disk = slot->disk;

    for (vmk_ByteCount n = 0; n < piece->bytes; n++) {
        vmk_uint64 block = slot->request.block + (piece->from + n) / disk->block_bytes;

        DISK_MUST(piece->at[n] == expected[n] || disk->unknown[block],
                  "disk: block %lu, byte %lu, was read as 0x%02x instead of 0x%02x", block,
                  (piece->from + n) % disk->block_bytes, piece->at[n], expected[n]);
    }
}

static void check_read(const struct disk_slot *slot)
{
    const vmk_uint8 *row = slot->disk->shadow + slot->request.block * slot->disk->block_bytes;
    struct piece piece;

    for (unsigned i = 0; piece_of(slot, i, &piece); i++) {
        if (memcmp(piece.at, row + piece.from, piece.bytes) != 0) {
            check_bytes(slot, &piece, row + piece.from);
        }
    }
}

static void check_untouched(const struct disk_slot *slot)
{
    struct piece piece;

    for (unsigned i = 0; piece_of(slot, i, &piece); i++) {
        DISK_MUST(memcmp(piece.at, slot->expected + piece.from, piece.bytes) == 0,
                  "disk: what was to be written was changed");
    }
}

static void note_written(struct disk_slot *slot, vmk_Bool done)
{
    struct disk *disk = slot->disk;
    vmk_uint64 block = slot->request.block;
    vmk_uint32 count = slot->request.numBlocks;

    memset(disk->unknown + block, !done, count);
    if (done && slot->request.op == VMK_BLOCK_WRITE) {
        memcpy(disk->shadow + block * disk->block_bytes, slot->expected, data_bytes(slot));
    } else if (done) {
        memset(disk->shadow + block * disk->block_bytes, 0, data_bytes(slot));
    }
}

static void check_neighbours(const struct disk *disk, const vmk_BlockRequest *request)
{
    vmk_Bool touches = request->block < disk->bad_first + disk->bad_blocks &&
                       disk->bad_first < request->block + request->numBlocks;

    if (disk->bad_blocks != 0 && has_data((vmk_BlockOp)request->op)) {
        DISK_MUST((request->status != VMK_OK) == touches, "disk: %u blocks from %lu on: %s",
                  request->numBlocks, request->block, vmk_StatusToString(request->status));
    }
}

static void on_done(vmk_BlockRequest *request)
{
    struct disk_slot *slot = VMK_CONTAINER_OF(request, struct disk_slot, request);
    struct disk *disk = slot->disk;

    DISK_MUST(slot->busy, "disk: a request ended twice");
    disk->ended++;
    check_neighbours(disk, request);
    if (request->status != VMK_OK) {
        disk->failed++;
        disk->failed_ops[request->op]++;
        disk->lost += request->status == VMK_PERM_DEV_LOSS;
        disk->failure = request->status;
    }
    if (request->op == VMK_BLOCK_READ && request->status == VMK_OK && !disk->distrusted) {
        check_read(slot);
    } else if (request->op != VMK_BLOCK_READ && request->op != VMK_BLOCK_FLUSH) {
        note_written(slot, request->status == VMK_OK);
    }
    if (request->op == VMK_BLOCK_WRITE) {
        check_untouched(slot);
    }
    if (has_data(request->op)) {
        check_guards(slot);
        vmk_PageFree(vmk_Ptr2MPN(slot->memory));
        free(slot->expected);
    }
    slot->busy = VMK_FALSE;
    disk->under_way--;
}

/* Shapes. */

static const unsigned units[DISK_SHAPES] = {
    [DISK_WHOLE] = VMK_PAGE_SIZE,
    [DISK_PAGES] = VMK_PAGE_SIZE,
    [DISK_BLOCKS] = 512,
    [DISK_DWORDS] = 4,
    [DISK_BYTES] = 1,
};

static vmk_ByteCount piece_bytes(struct disk *disk, enum disk_shape shape, vmk_ByteCount left,
                                 unsigned pieces_left)
{
    unsigned unit = units[shape];

    if (shape == DISK_WHOLE || pieces_left == 1) {
        return left;
    }
    if (shape == DISK_PAGES) {
        return VMK_MIN(left, VMK_PAGE_SIZE * (1ul + roll(disk, 3)));
    }
    return VMK_MIN(left, (1 + roll(disk, 8192 / unit)) * (vmk_ByteCount)unit);
}

/* Lay the data out over the slot's memory, in pieces with guards between them. */
static void shape_data(struct disk_slot *slot, enum disk_shape shape)
{
    vmk_ByteCount left = data_bytes(slot), at = 0, room = slot->memory_bytes - left;
    vmk_uint32 n = 0;

    while (left != 0) {
        vmk_ByteCount bytes = piece_bytes(slot->disk, shape, left, DISK_PIECES - n);
        vmk_ByteCount gap = shape == DISK_WHOLE ? 0 : roll(slot->disk, 3) * (vmk_ByteCount)units[shape];

        gap = gap <= room ? gap : 0;
        room -= gap;
        at += gap;
        slot->elem[n++] = (vmk_SgElem){.addr = vmk_Ptr2MA(slot->memory + at), .length = (vmk_uint32)bytes};
        at += bytes;
        left -= bytes;
    }
    slot->request.numElems = n;
}

/* Leave out something at the beginning: the first element begins earlier than the data. */
static void shift_data(struct disk_slot *slot)
{
    vmk_SgElem *first = &slot->elem[0];
    vmk_ByteCount before = first->addr - vmk_Ptr2MA(slot->memory);

    if (before != 0) {
        slot->request.elemOffset = (vmk_uint32)before;
        first->addr -= before;
        first->length += (vmk_uint32)before;
    }
}

/* What no other write stores (xorshift64). */
static void make_data(struct disk_slot *slot)
{
    vmk_uint64 value = (vmk_uint64)rand_r(&slot->disk->random) << 32 | slot->disk->started | 1ul << 63;
    vmk_uint64 *words = (vmk_uint64 *)slot->expected;

    for (vmk_ByteCount i = 0; i < data_bytes(slot) / sizeof(*words); i++) {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
        words[i] = value;
    }
}

static void fill_data(struct disk_slot *slot)
{
    struct piece piece;

    if (slot->request.op == VMK_BLOCK_WRITE) {
        make_data(slot);
    }
    for (unsigned i = 0; piece_of(slot, i, &piece); i++) {
        if (slot->request.op == VMK_BLOCK_WRITE) {
            memcpy(piece.at, slot->expected + piece.from, piece.bytes);
        } else {
            memset(piece.at, 0x99, piece.bytes);
        }
    }
}

/* Requests. */

static vmk_Bool overlaps(const struct disk *disk, vmk_uint64 block, vmk_uint32 count)
{
    for (const struct disk_slot *slot = disk->slot; slot < disk->slot + DISK_SLOTS; slot++) {
        if (slot->busy && block < slot->request.block + slot->request.numBlocks &&
            slot->request.block < block + count) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

static struct disk_slot *free_slot(struct disk *disk)
{
    for (struct disk_slot *slot = disk->slot; slot < disk->slot + DISK_SLOTS; slot++) {
        if (!slot->busy) {
            return slot;
        }
    }
    return NULL;
}

/* Twice what the data takes, for the guards. */
static vmk_Bool take_memory(struct disk_slot *slot)
{
    vmk_PageRequest request = {.module = slot->disk->module, .kind = VMK_PAGE_DATA};
    vmk_ByteCount wanted = 2 * data_bytes(slot);
    vmk_MPN mpn;

    VMK_VERIFY(data_bytes(slot) <= DISK_DATA_BYTES);
    while ((VMK_PAGE_SIZE << request.order) < wanted) {
        request.order++;
    }
    if (vmk_PageAlloc(request, &mpn) != VMK_OK) {
        return VMK_FALSE;
    }
    slot->memory = vmk_MPN2Ptr(mpn);
    slot->memory_bytes = VMK_PAGE_SIZE << request.order;
    slot->expected = malloc(data_bytes(slot));
    VMK_VERIFY(slot->expected != NULL);
    memset(slot->memory, GUARD, slot->memory_bytes);
    return VMK_TRUE;
}

vmk_Bool disk_start(struct disk *disk, vmk_BlockOp op, vmk_uint64 block, vmk_uint32 count,
                    enum disk_shape shape, vmk_uint16 flags)
{
    struct disk_slot *slot = free_slot(disk);

    if (slot == NULL || overlaps(disk, block, count)) {
        return VMK_FALSE;
    }
    slot->disk = disk;
    slot->request = (vmk_BlockRequest){.op = (vmk_uint8)op,
                                       .flags = flags,
                                       .numBlocks = count,
                                       .block = block,
                                       .elems = slot->elem,
                                       .done = on_done};
    if (has_data(op)) {
        if (!take_memory(slot)) {
            return VMK_FALSE;
        }
        shape_data(slot, shape);
        if (roll(disk, 4) == 0) {
            shift_data(slot);
        }
        fill_data(slot);
    }
    slot->busy = VMK_TRUE;
    disk->under_way++;
    disk->started++;
    vmk_BlockSubmit(disk->handle, &slot->request);
    return VMK_TRUE;
}

vmk_Bool disk_settle(struct disk *disk, unsigned ms)
{
    vmk_uint64 until = vmk_GetTimerCycles() + ms * VMK_NSEC_PER_MSEC;

    while (disk->under_way != 0 && vmk_GetTimerCycles() < until) {
        hosted_run_ms(1);
    }
    return disk->under_way == 0;
}

vmk_StatusValue disk_do_flags(struct disk *disk, vmk_BlockOp op, vmk_uint64 block, vmk_uint32 count,
                              vmk_uint16 flags)
{
    unsigned failed = disk->failed;

    VMK_VERIFY(disk_start(disk, op, block, count, (enum disk_shape)roll(disk, DISK_SHAPES), flags));
    DISK_MUST(disk_settle(disk, ONE_REQUEST), "disk: a request does not end");
    return disk->failed == failed ? VMK_OK : disk->failure;
}

vmk_StatusValue disk_do(struct disk *disk, vmk_BlockOp op, vmk_uint64 block, vmk_uint32 count)
{
    return disk_do_flags(disk, op, block, count, 0);
}

static vmk_BlockOp choose_op(struct disk *disk, unsigned ops)
{
    vmk_BlockOp op;

    do {
        op = (vmk_BlockOp)roll(disk, VMK_BLOCK_OP_COUNT);
    } while ((ops >> op & 1) == 0);
    return op;
}

static vmk_Bool start_any(struct disk *disk, const struct disk_exercise *exercise)
{
    vmk_BlockOp op = choose_op(disk, exercise->ops);
    vmk_uint32 most = VMK_MIN(exercise->blocks_max, DISK_DATA_BYTES / disk->block_bytes);
    vmk_uint32 count = op == VMK_BLOCK_FLUSH ? 0 : 1 + roll(disk, roll(disk, 2) ? most : VMK_MIN(most, 8u));
    vmk_uint16 flags = op == VMK_BLOCK_WRITE && roll(disk, 8) == 0 ? VMK_BLOCK_FUA : 0;
    vmk_uint64 block = op == VMK_BLOCK_FLUSH ? 0 : roll(disk, (unsigned)(disk->blocks - count + 1));

    return disk_start(disk, op, block, count, (enum disk_shape)roll(disk, DISK_SHAPES), flags);
}

void disk_exercise(struct disk *disk, struct disk_exercise exercise)
{
    unsigned until = disk->started + exercise.requests, failed = disk->failed;

    while (disk->started < until) {
        unsigned begun = 0;

        for (unsigned i = 0; i < 4 && disk->under_way < exercise.depth && disk->started < until; i++) {
            begun += start_any(disk, &exercise);
        }
        VMK_VERIFY(vmk_WorldSleep(begun != 0 ? 10 : 200) == VMK_OK);
    }
    DISK_MUST(disk_settle(disk, ONE_REQUEST), "disk: %u requests do not end", disk->under_way);
    DISK_MUST(exercise.may_fail || disk->failed == failed, "disk: a request failed: %s",
              vmk_StatusToString(disk->failure));
}

void disk_distrust(struct disk *disk)
{
    disk->distrusted = VMK_TRUE;
}

void disk_compare(struct disk *disk)
{
    vmk_uint32 most = DISK_DATA_BYTES / disk->block_bytes;

    for (vmk_uint64 block = 0; block < disk->blocks; block += most) {
        vmk_uint32 count = (vmk_uint32)VMK_MIN((vmk_uint64)most, disk->blocks - block);
        vmk_StatusValue status = disk_do(disk, VMK_BLOCK_READ, block, count);

        DISK_MUST(status == VMK_OK, "disk: block %lu: %s", block, vmk_StatusToString(status));
    }
}

const vmk_uint8 *disk_expected(const struct disk *disk, vmk_uint64 block)
{
    return disk->shadow + block * disk->block_bytes;
}

/* Opening. */

VMK_ReturnStatus disk_open(struct disk *disk, vmk_ModuleID module, const char *path)
{
    vmk_BlockGeometry geometry;
    vmk_StatusValue status;

    *disk = (struct disk){.module = module, .random = 1};
    status = vmk_BlockOpen(module, path, VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE, &disk->handle);
    if (status != VMK_OK) {
        return status;
    }
    VMK_VERIFY(vmk_BlockGeometryGet(disk->handle, &geometry) == VMK_OK);
    disk->block_bytes = geometry.blockSize;
    disk->blocks = geometry.numBlocks;
    if (disk->blocks == 0 || disk->blocks > DISK_MAX_BYTES / disk->block_bytes) {
        vmk_BlockClose(disk->handle);
        return VMK_LIMIT_EXCEEDED;
    }
    disk->shadow = calloc(disk->blocks, disk->block_bytes);
    disk->unknown = calloc(disk->blocks, 1);
    VMK_VERIFY(disk->shadow != NULL && disk->unknown != NULL);
    return VMK_OK;
}

void disk_close(struct disk *disk)
{
    VMK_VERIFY(disk->under_way == 0);
    vmk_BlockClose(disk->handle);
    free(disk->shadow);
    free(disk->unknown);
}

vmk_Bool disk_appears(vmk_ModuleID module, const char *path)
{
    vmk_BlockHandle handle;

    for (unsigned ms = 0; ms < APPEARS_MS; ms += 10) {
        if (vmk_BlockOpen(module, path, VMK_BLOCK_OPEN_READ, &handle) == VMK_OK) {
            vmk_BlockClose(handle);
            return VMK_TRUE;
        }
        hosted_run_ms(10);
    }
    return VMK_FALSE;
}
