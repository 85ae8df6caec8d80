/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_commands.c - storage disk read, write, flush.
 */
#include "disk_commands.h"

#include <core/heap.h>
#include <core/storage_pattern.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#define LINE_BYTES 16u
#define READ_MAX   65536u     /* bytes: a console shows no more in reasonable time */
#define WRITE_STEP (1u << 20) /* bytes */
#define DATA_MAX   64u        /* bytes given by --data */

/* storage disk read */

/** Lines that repeat the one before are left out, as hexdump does, but for the last. */
static void show_bytes(struct format *f, vmk_uint64 offset, const vmk_uint8 *bytes, vmk_uint32 len, bool all)
{
    char text[3 * LINE_BYTES], chars[LINE_BYTES + 1];

    for (vmk_uint32 at = 0; at < len; at += LINE_BYTES) {
        if (!all && at != 0 && at + LINE_BYTES < len &&
            vmk_Memcmp(bytes + at, bytes + at - LINE_BYTES, LINE_BYTES) == 0) {
            continue;
        }
        storage_bytes_text(bytes + at, LINE_BYTES, text);
        for (vmk_uint32 i = 0; i < LINE_BYTES; i++) {
            chars[i] = vmk_IsPrint(bytes[at + i]) ? (char)bytes[at + i] : '.';
        }
        chars[LINE_BYTES] = '\0';
        format_row(f);
        format_hex(f, offset + at);
        format_string(f, text);
        format_string(f, chars);
    }
}

static VMK_ReturnStatus read_blocks(struct command_call *call, struct disk_use *disk)
{
    vmk_uint32 block_size = disk->geometry.blockSize;
    vmk_uint64 first = 0, count = 0;
    vmk_StatusValue status = disk_count(call, disk, READ_MAX / block_size, &first, &count);
    void *buffer;

    if (status != VMK_OK) {
        return status;
    }
    buffer = vmk_HeapAlloc(heap_kernel, count * block_size);
    if (!buffer) {
        return VMK_NO_MEMORY;
    }
    status = vmk_BlockRead(disk->handle, first, (vmk_uint32)count, buffer);
    if (status == VMK_OK) {
        show_bytes(&call->format, first * block_size, buffer, (vmk_uint32)count * block_size,
                   command_bool(call, "all", false));
    } else {
        status = command_fail(call, status, "reading %lu blocks from block %lu of %s: %s", count, first,
                              command_string(call, "device"), vmk_StatusToString(status));
    }
    vmk_HeapFree(heap_kernel, buffer);
    return status;
}

static VMK_ReturnStatus disk_read(struct command_call *call)
{
    struct disk_use disk;
    vmk_StatusValue status = disk_open(call, &disk);

    if (status == VMK_OK) {
        status = read_blocks(call, &disk);
        disk_close(&disk);
    }
    return status;
}

static const struct command_arg read_args[] = {
    DISK_ARG,
    {.name = "block", .letter = 'b', .type = COMMAND_UINT, .help = "The first block, 0 unless told"},
    {.name = "count", .letter = 'c', .type = COMMAND_UINT, .help = "How many blocks, 1 unless told"},
    {.name = "all", .letter = 'a', .type = COMMAND_FLAG, .help = "Show lines that repeat, too"},
    {0}};
static const struct format_column read_columns[] = {
    {"Offset", FORMAT_HEX}, {"Data", FORMAT_STRING}, {"Text", FORMAT_STRING}, {0}};
COMMAND(storage_disk_read, .path = "storage disk read", .help = "Show what is in blocks of a disk",
        .handler = disk_read, .args = read_args, .columns = read_columns);

/* storage disk write */

/** What is written: bytes again and again, or the pattern. */
struct contents {
    vmk_uint8 data[DATA_MAX];
    vmk_uint32 data_len; /**< 0: pattern blocks. */
    struct pattern_header header;
};

static int hex_digit(char c)
{
    if (vmk_IsDigit(c)) {
        return c - '0';
    }
    c = (char)vmk_ToLower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static VMK_ReturnStatus parse_contents(struct command_call *call, const struct disk_use *disk,
                                       struct contents *contents)
{
    const char *text = command_string(call, "data");

    *contents = (struct contents){.header = {.device = pattern_device_id(disk->identity),
                                             .generation = command_uint(call, "generation", 1),
                                             .seed = command_uint(call, "seed", 1)}};
    for (; text && *text != '\0'; text += 2) {
        int high = hex_digit(text[0]), low = high >= 0 ? hex_digit(text[1]) : -1;

        if (low < 0 || contents->data_len == DATA_MAX) {
            return command_fail(call, VMK_BAD_PARAM,
                                "--data takes 1 to %u bytes as hexadecimal digits, as in deadbeef", DATA_MAX);
        }
        contents->data[contents->data_len++] = (vmk_uint8)(high << 4 | low);
    }
    return VMK_OK;
}

static void fill(struct contents *contents, const struct disk_use *disk, vmk_uint64 first, vmk_uint32 count,
                 vmk_uint8 *buffer)
{
    vmk_uint32 block_size = disk->geometry.blockSize;

    for (vmk_uint32 i = 0; contents->data_len != 0 && i < count * block_size; i++) {
        buffer[i] = contents->data[i % contents->data_len];
    }
    for (vmk_uint32 i = 0; contents->data_len == 0 && i < count; i++) {
        contents->header.block = disk->geometry.firstBlock + first + i;
        pattern_fill(buffer + (vmk_ByteCount)i * block_size, block_size, &contents->header);
    }
}

static VMK_ReturnStatus write_blocks(struct command_call *call, struct disk_use *disk, vmk_uint8 *buffer,
                                     vmk_uint64 first, vmk_uint64 count, struct contents *contents)
{
    vmk_uint32 flags = command_bool(call, "fua", false) ? VMK_BLOCK_FUA : 0, part;
    vmk_StatusValue status;

    for (; count > 0; first += part, count -= part) {
        part = (vmk_uint32)VMK_MIN(count, WRITE_STEP / disk->geometry.blockSize);
        fill(contents, disk, first, part, buffer);
        status = vmk_BlockWrite(disk->handle, first, part, buffer, flags);
        if (status != VMK_OK) {
            return command_fail(call, status, "writing %u blocks from block %lu of %s: %s", part, first,
                                command_string(call, "device"), vmk_StatusToString(status));
        }
    }
    return VMK_OK;
}

static VMK_ReturnStatus write_all(struct command_call *call, struct disk_use *disk)
{
    vmk_uint64 first = 0, count = 0;
    struct contents contents;
    vmk_uint8 *buffer;
    vmk_StatusValue status = parse_contents(call, disk, &contents);

    if (status == VMK_OK) {
        status = disk_count(call, disk, disk->geometry.numBlocks, &first, &count);
    }
    if (status != VMK_OK) {
        return status;
    }
    buffer = vmk_HeapAlloc(heap_kernel, WRITE_STEP);
    if (!buffer) {
        return VMK_NO_MEMORY;
    }
    status = write_blocks(call, disk, buffer, first, count, &contents);
    vmk_HeapFree(heap_kernel, buffer);
    return status;
}

static VMK_ReturnStatus disk_write(struct command_call *call)
{
    struct disk_use disk;
    vmk_StatusValue status = disk_open_to_write(call, &disk);

    if (status == VMK_OK) {
        status = write_all(call, &disk);
        disk_close(&disk);
    }
    return status;
}

static const struct command_arg write_args[] = {
    DISK_ARG,
    {.name = "block", .letter = 'b', .type = COMMAND_UINT, .help = "The first block, 0 unless told"},
    {.name = "count", .letter = 'c', .type = COMMAND_UINT, .help = "How many blocks, 1 unless told"},
    {.name = "data",
     .letter = 'D',
     .type = COMMAND_STRING,
     .help = "Bytes to write again and again, in hexadecimal; pattern blocks unless told"},
    {.name = "generation", .letter = 'g', .type = COMMAND_UINT, .help = "Of pattern blocks, 1 unless told"},
    {.name = "seed", .letter = 's', .type = COMMAND_UINT, .help = "Of pattern blocks, 1 unless told"},
    {.name = "fua", .type = COMMAND_FLAG, .help = "Return when it is on stable storage"},
    DISK_YES_ARG,
    {0}};
COMMAND(storage_disk_write, .path = "storage disk write", .help = "Overwrite blocks of a disk",
        .handler = disk_write, .args = write_args);

/* storage disk flush */

static VMK_ReturnStatus disk_flush(struct command_call *call)
{
    struct disk_use disk;
    vmk_StatusValue status = disk_open(call, &disk);

    if (status == VMK_OK) {
        status = vmk_BlockFlush(disk.handle);
        disk_close(&disk);
    }
    return status;
}

static const struct command_arg flush_args[] = {DISK_ARG, {0}};
COMMAND(storage_disk_flush, .path = "storage disk flush",
        .help = "Have a disk put what was written on stable storage", .handler = disk_flush,
        .args = flush_args);
