/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench_commands.c - storage disk bench.
 */
#include "disk_commands.h"

#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#include "bench.h"

#define SIZE_DEFAULT    4096u
#define SECONDS_DEFAULT 3u

static VMK_ReturnStatus parse_options(struct command_call *call, const struct disk_use *disk,
                                      struct bench_options *options)
{
    const char *op = command_string(call, "op"), *order = command_string(call, "order");
    vmk_uint32 block_size = disk->geometry.blockSize;
    struct disk_load load;
    vmk_uint64 bytes;
    vmk_StatusValue status = disk_size_argument(call, "size", VMK_MAX(SIZE_DEFAULT, block_size), &bytes);

    if (status == VMK_OK) {
        status = disk_load_argument(call, 1, &load);
    }
    if (status != VMK_OK) {
        return status;
    }
    if (bytes % block_size != 0 || bytes > BENCH_REQUEST_MAX ||
        bytes / block_size > disk->geometry.numBlocks) {
        return command_fail(
            call, VMK_BAD_PARAM,
            "--size takes multiples of %u bytes up to %u, and no more than there are, not %lu", block_size,
            BENCH_REQUEST_MAX, bytes);
    }
    *options = (struct bench_options){.handle = disk->handle,
                                      .op = op && op[0] == 'w' ? VMK_BLOCK_WRITE : VMK_BLOCK_READ,
                                      .sequential = order && order[0] == 's',
                                      .request_blocks = (vmk_uint32)(bytes / block_size),
                                      .block_size = block_size,
                                      .num_blocks = disk->geometry.numBlocks,
                                      .depth = load.depth,
                                      .num_cpus = load.num_cpus,
                                      .count = command_uint(call, "count", ~0ul),
                                      .seconds = (vmk_uint32)command_uint(call, "seconds", SECONDS_DEFAULT)};
    options->count = VMK_MAX(options->count, options->depth);
    return VMK_OK;
}

/** What was done for the requests, from counters before and after. */
static void format_costs(struct format *f, struct vmk_BlockDeviceInt *device,
                         const struct storage_stats *before_stats, const struct device_counters *before)
{
    struct device_counters after;
    struct storage_stats stats;
    vmk_uint64 commands = 0;

    storage_device_stats(device, &stats, &after);
    for (int op = 0; op < VMK_BLOCK_OP_COUNT; op++) {
        commands += stats.commands[op] - before_stats->commands[op];
    }
    format_uint(f, commands);
    format_uint(f, after.cut - before->cut);
    format_uint(f, after.bounced - before->bounced);
    format_uint(f, after.copied_bytes - before->copied_bytes);
    format_uint(f, after.retries - before->retries);
}

static VMK_ReturnStatus bench(struct command_call *call, struct disk_use *disk)
{
    struct vmk_BlockDeviceInt *device = disk->handle->device;
    struct format *f = &call->format;
    struct device_counters counters;
    struct bench_options options = {0};
    struct bench_result result;
    struct storage_stats stats;
    vmk_uint64 elapsed_us;
    vmk_StatusValue status = parse_options(call, disk, &options);

    if (status != VMK_OK) {
        return status;
    }
    storage_device_stats(device, &stats, &counters);
    status = bench_run(&options, &result);
    if (status != VMK_OK && status != VMK_WAIT_INTERRUPTED) {
        return command_fail(call, status, "%s: a request ended with: %s", command_string(call, "device"),
                            vmk_StatusToString(status));
    }
    elapsed_us = VMK_MAX(result.elapsed_ns / VMK_NSEC_PER_USEC, 1ul);
    format_row(f);
    format_string(f, disk->identity);
    format_string(f, options.op == VMK_BLOCK_WRITE ? "write" : "read");
    format_string(f, options.sequential ? "sequential" : "random");
    format_uint(f, options.request_blocks * options.block_size);
    format_uint(f, options.depth);
    format_uint(f, options.num_cpus);
    format_uint(f, result.ended);
    format_uint(f, elapsed_us / VMK_USEC_PER_MSEC);
    format_uint(f, result.ended * VMK_USEC_PER_SEC / elapsed_us);
    format_uint(f, (result.ended * options.request_blocks * options.block_size >> 10) * VMK_USEC_PER_SEC /
                       elapsed_us);
    /* As many as are under way at a time, each as long as that takes (Little's law). */
    format_uint(f, result.ended != 0 ? elapsed_us * options.depth / result.ended : 0);
    format_costs(f, device, &stats, &counters);
    return status;
}

static VMK_ReturnStatus disk_bench(struct command_call *call)
{
    const char *op = command_string(call, "op");
    struct disk_use disk;
    vmk_StatusValue status = op && op[0] == 'w' ? disk_open_to_write(call, &disk) : disk_open(call, &disk);

    if (status == VMK_OK) {
        status = bench(call, &disk);
        disk_close(&disk);
    }
    return status;
}

static const struct command_arg bench_args[] = {
    DISK_ARG,
    {.name = "op",
     .letter = 'o',
     .type = COMMAND_CHOICE,
     .choices = "read|write",
     .help = "read unless told"},
    {.name = "order",
     .letter = 'O',
     .type = COMMAND_CHOICE,
     .choices = "random|sequential",
     .help = "random unless told"},
    {.name = "size", .letter = 'S', .type = COMMAND_STRING, .help = "Bytes of a request, 4K unless told"},
    DISK_LOAD_ARGS("1"),
    {.name = "count",
     .letter = 'c',
     .type = COMMAND_UINT,
     .min = 1,
     .max = 1ul << 40,
     .help = "Requests in all; as many as there is time for unless told"},
    {.name = "seconds",
     .letter = 't',
     .type = COMMAND_UINT,
     .min = 1,
     .max = 86400,
     .help = "How long at most, 3 unless told"},
    DISK_YES_ARG,
    {0}};
static const struct format_column bench_columns[] = {{"Device", FORMAT_STRING},
                                                     {"Operation", FORMAT_STRING},
                                                     {"Order", FORMAT_STRING},
                                                     {"Request Size", FORMAT_UINT, "bytes"},
                                                     {"Depth", FORMAT_UINT},
                                                     {"CPUs", FORMAT_UINT},
                                                     {"Requests", FORMAT_UINT},
                                                     {"Elapsed", FORMAT_UINT, "ms"},
                                                     {"Requests Per Second", FORMAT_UINT},
                                                     {"Throughput", FORMAT_UINT, "KiB/s"},
                                                     {"Mean Latency", FORMAT_UINT, "microseconds"},
                                                     {"Commands", FORMAT_UINT},
                                                     {"Requests Cut", FORMAT_UINT},
                                                     {"Pieces Bounced", FORMAT_UINT},
                                                     {"Copied", FORMAT_UINT, "bytes"},
                                                     {"Retries", FORMAT_UINT},
                                                     {0}};
COMMAND(storage_disk_bench, .path = "storage disk bench",
        .help = "Keep equal requests under way and count how many end", .handler = disk_bench,
        .args = bench_args, .columns = bench_columns, .shape = FORMAT_RECORD, .stoppable = true);
