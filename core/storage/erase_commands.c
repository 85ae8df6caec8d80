/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * erase_commands.c - storage disk discard, zero.
 */
#include <vmkapi/lib/bits.h>

#include "disk_commands.h"

#define STEP_BLOCKS (1u << 30)

static VMK_ReturnStatus erase(struct command_call *call, struct disk_use *disk, vmk_BlockOp op,
                              const char *doing)
{
    vmk_BlockRequest request = {.op = (vmk_uint8)op};
    vmk_uint64 first = 0, count = 0;
    vmk_StatusValue status = disk_count(call, disk, disk->geometry.numBlocks, &first, &count);

    for (; status == VMK_OK && count > 0; first += request.numBlocks, count -= request.numBlocks) {
        request.block = first;
        request.numBlocks = (vmk_uint32)VMK_MIN(count, STEP_BLOCKS);
        status = vmk_BlockExecute(disk->handle, &request);
        if (status != VMK_OK) {
            return command_fail(call, status, "%s %u blocks from block %lu of %s: %s", doing,
                                request.numBlocks, first, command_string(call, "device"),
                                vmk_StatusToString(status));
        }
    }
    return status;
}

static VMK_ReturnStatus open_and_erase(struct command_call *call, vmk_BlockOp op, const char *doing)
{
    struct disk_use disk;
    vmk_StatusValue status = disk_open_to_write(call, &disk);

    if (status == VMK_OK) {
        status = erase(call, &disk, op, doing);
        disk_close(&disk);
    }
    return status;
}

static const struct command_arg erase_args[] = {
    DISK_ARG,
    {.name = "block", .letter = 'b', .type = COMMAND_UINT, .help = "The first block, 0 unless told"},
    {.name = "count", .letter = 'c', .type = COMMAND_UINT, .help = "How many blocks, 1 unless told"},
    DISK_YES_ARG,
    {0}};

static VMK_ReturnStatus disk_discard(struct command_call *call)
{
    return open_and_erase(call, VMK_BLOCK_DISCARD, "discarding");
}

COMMAND(storage_disk_discard, .path = "storage disk discard",
        .help = "Tell a disk that blocks are not needed any more", .handler = disk_discard,
        .args = erase_args);

static VMK_ReturnStatus disk_zero(struct command_call *call)
{
    return open_and_erase(call, VMK_BLOCK_WRITE_ZEROES, "zeroing");
}

COMMAND(storage_disk_zero, .path = "storage disk zero", .help = "Have blocks of a disk read as zeroes",
        .handler = disk_zero, .args = erase_args);
