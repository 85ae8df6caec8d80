/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verify_commands.c - storage disk verify.
 */
#include "disk_commands.h"

#include <vmkapi/base/pcpu.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#include "verify.h"

#define LARGEST_DEFAULT     (256u << 10) /* bytes */
#define FLUSH_EVERY_DEFAULT 64u
#define PROGRESS_EVERY_S    5u

/* Options. */

static VMK_ReturnStatus parse_sizes(struct command_call *call, const struct disk_use *disk,
                                    vmk_uint64 *smallest, vmk_uint64 *largest)
{
    const char *text = command_string(call, "block-size"), *dash = text ? vmk_Strchr(text, '-') : NULL;
    vmk_uint32 block_size = disk->geometry.blockSize;
    bool ok = true;

    *smallest = block_size;
    *largest = VMK_MAX(LARGEST_DEFAULT, block_size);
    if (text && dash) {
        ok = disk_size_parse(text, '-', smallest) && disk_size_parse(dash + 1, '\0', largest);
    } else if (text) {
        ok = disk_size_parse(text, '\0', smallest);
        *largest = *smallest;
    }
    if (!ok || *smallest == 0 || *smallest > *largest || *largest > VERIFY_REQUEST_MAX ||
        *smallest % block_size != 0 || *largest % block_size != 0) {
        return command_fail(call, VMK_BAD_PARAM,
                            "--block-size takes multiples of %u bytes up to %u, as in 4K or 4K-1M, not '%s'",
                            block_size, VERIFY_REQUEST_MAX, text);
    }
    return VMK_OK;
}

/** --total says how much is written in all, by whole generations; only one can be checked. */
static VMK_ReturnStatus parse_range(struct command_call *call, const struct disk_use *disk,
                                    struct schedule_options *schedule)
{
    vmk_uint64 smallest, largest, size, total, first, count;
    vmk_uint32 block_size = disk->geometry.blockSize;
    vmk_StatusValue status = parse_sizes(call, disk, &smallest, &largest);

    if (status == VMK_OK) {
        status = disk_size_argument(call, "size", ~0ul, &size);
    }
    if (status == VMK_OK) {
        status = disk_range(call, disk, size, &first, &count);
    }
    if (status == VMK_OK) {
        status = disk_size_argument(call, "total", count * block_size, &total);
    }
    if (status != VMK_OK) {
        return status;
    }
    schedule->generations = schedule->writes ? (total - 1) / (count * block_size) + 1 : 1;
    if (!pattern_plan_init(&schedule->plan, command_uint(call, "seed", 1), disk->geometry.firstBlock + first,
                           count, (vmk_uint32)(smallest / block_size), (vmk_uint32)(largest / block_size))) {
        return command_fail(call, VMK_BAD_PARAM, "%lu blocks are too many for requests of %lu bytes", count,
                            largest);
    }
    return VMK_OK;
}

static void parse_mode(struct command_call *call, const char *mode, struct schedule_options *schedule)
{
    bool flushing = vmk_Strcmp(mode, "flush") == 0;

    schedule->reads = vmk_Strcmp(mode, "mixed") == 0 || vmk_Strcmp(mode, "check") == 0;
    schedule->writes = vmk_Strcmp(mode, "check") != 0;
    schedule->first_generation = command_uint(call, "generation", 1);
    schedule->fua_percent = (vmk_uint32)command_uint(call, "fua", 0);
    schedule->flush_every = (vmk_uint32)command_uint(call, "flush-every", flushing ? FLUSH_EVERY_DEFAULT : 0);
}

static VMK_ReturnStatus parse_options(struct command_call *call, const struct disk_use *disk,
                                      struct verify_options *options)
{
    struct disk_load load;
    vmk_StatusValue status = disk_load_argument(call, vmk_NumPCPUs(), &load);

    if (status != VMK_OK) {
        return status;
    }
    options->handle = disk->handle;
    options->identity = disk->identity;
    options->block_size = disk->geometry.blockSize;
    options->first_block = disk->geometry.firstBlock;
    options->polled = command_bool(call, "polled", false);
    options->depth = load.depth;
    options->num_cpus = load.num_cpus;
    return parse_range(call, disk, &options->schedule);
}

/* Running. */

/** Told in a table only: nothing but JSON or CSV is to come out of the others. */
struct progress {
    struct command_call *call;
    vmk_uint64 block_size;
    vmk_uint32 seconds;
};

static void show_progress(void *cookie, vmk_uint64 done, vmk_uint64 total, vmk_uint32 silent_s)
{
    struct progress *progress = cookie;

    if (++progress->seconds % PROGRESS_EVERY_S != 0) {
        return;
    }
    if (silent_s >= PROGRESS_EVERY_S) {
        command_print(progress->call, "%lu%%, nothing has ended for %u s\n", done * 100 / total, silent_s);
    } else {
        command_print(progress->call, "%lu%%, %lu MiB\n", done * 100 / total,
                      done * progress->block_size >> 20);
    }
}

static void format_result(struct format *f, const struct disk_use *disk, const struct verify_options *options,
                          const char *mode, const struct verify_result *r)
{
    const struct schedule_options *schedule = &options->schedule;

    format_row(f);
    format_string(f, disk->identity);
    format_string(f, mode);
    format_hex(f, schedule->plan.seed);
    format_uint(f, schedule->first_generation);
    format_uint(f, schedule->first_generation + schedule->generations - 1);
    format_uint(f, schedule->plan.first_block);
    format_uint(f, schedule->plan.num_blocks);
    format_uint(f, schedule->plan.min_blocks);
    format_uint(f, schedule->plan.max_blocks);
    format_uint(f, r->writes);
    format_uint(f, r->fua_writes);
    format_uint(f, r->reads);
    format_uint(f, r->flushes);
    format_uint(f, r->blocks_written * options->block_size);
    format_uint(f, r->blocks_read * options->block_size);
    format_uint(f, r->pieces);
    format_uint(f, r->high_pieces);
    format_uint(f, r->stable);
    format_uint(f, r->elapsed_ms);
}

static VMK_ReturnStatus verify(struct command_call *call, struct disk_use *disk, const char *mode)
{
    struct progress progress = {.call = call, .block_size = disk->geometry.blockSize};
    struct verify_options options = {.progress = call->style == FORMAT_TABLE ? show_progress : NULL,
                                     .cookie = &progress};
    struct verify_result result;
    struct diagnosis why;
    vmk_StatusValue status, flushed = VMK_OK;

    parse_mode(call, mode, &options.schedule);
    status = parse_options(call, disk, &options);
    if (status != VMK_OK) {
        return status;
    }
    status = verify_run(&options, &result, &why);
    if (status != VMK_OK && status != VMK_WAIT_INTERRUPTED) {
        return command_fail(call, status, "%s: %s", command_string(call, "device"), why.text);
    }
    if (options.schedule.writes) {
        flushed = vmk_BlockFlush(disk->handle);
    }
    format_result(&call->format, disk, &options, mode, &result);
    return status == VMK_OK ? flushed : status;
}

static VMK_ReturnStatus disk_verify(struct command_call *call)
{
    const char *mode = command_string(call, "mode");
    struct disk_use disk;
    vmk_StatusValue status;

    mode = mode ? mode : "mixed";
    status = vmk_Strcmp(mode, "check") == 0 ? disk_open(call, &disk) : disk_open_to_write(call, &disk);
    if (status == VMK_OK) {
        status = verify(call, &disk, mode);
        disk_close(&disk);
    }
    return status;
}

static const struct command_arg verify_args[] = {
    DISK_ARG,
    {.name = "mode",
     .letter = 'm',
     .type = COMMAND_CHOICE,
     .choices = "write|check|mixed|flush",
     .help = "Write; read what write left; both (unless told); write and flush"},
    {.name = "block", .letter = 'b', .type = COMMAND_UINT, .help = "The first block, 0 unless told"},
    {.name = "size",
     .letter = 'S',
     .type = COMMAND_STRING,
     .help = "Bytes from there, to the end unless told"},
    {.name = "total",
     .letter = 't',
     .type = COMMAND_STRING,
     .help = "Bytes to write in all: as many generations as it takes; one unless told"},
    {.name = "block-size",
     .letter = 'B',
     .type = COMMAND_STRING,
     .help = "Of requests, as in 4K or 512-1M; from one block to 256K unless told"},
    DISK_LOAD_ARGS("all"),
    {.name = "seed",
     .letter = 's',
     .type = COMMAND_UINT,
     .help = "Decides contents, sizes and order; 1 unless told"},
    {.name = "generation", .letter = 'g', .type = COMMAND_UINT, .help = "The first one, 1 unless told"},
    {.name = "fua",
     .letter = 'f',
     .type = COMMAND_UINT,
     .max = 100,
     .help = "Percent of writes that have to be on stable storage when they end"},
    {.name = "flush-every",
     .letter = 'F',
     .type = COMMAND_UINT,
     .min = 1,
     .max = 1u << 20,
     .help = "Writes from flush to flush, none unless told; by mode flush 64"},
    {.name = "polled",
     .type = COMMAND_FLAG,
     .help = "Look for what has ended, where the device has queues for that"},
    DISK_YES_ARG,
    {0}};
static const struct format_column verify_columns[] = {{"Device", FORMAT_STRING},
                                                      {"Mode", FORMAT_STRING},
                                                      {"Seed", FORMAT_HEX},
                                                      {"First Generation", FORMAT_UINT},
                                                      {"Last Generation", FORMAT_UINT},
                                                      {"First Block", FORMAT_UINT},
                                                      {"Blocks", FORMAT_UINT},
                                                      {"Smallest Request", FORMAT_UINT, "blocks"},
                                                      {"Largest Request", FORMAT_UINT, "blocks"},
                                                      {"Writes", FORMAT_UINT},
                                                      {"FUA Writes", FORMAT_UINT},
                                                      {"Reads", FORMAT_UINT},
                                                      {"Flushes", FORMAT_UINT},
                                                      {"Bytes Written", FORMAT_UINT},
                                                      {"Bytes Read", FORMAT_UINT},
                                                      {"Pieces", FORMAT_UINT},
                                                      {"Pieces Above 4 GiB", FORMAT_UINT},
                                                      {"Stable Writes", FORMAT_UINT},
                                                      {"Elapsed", FORMAT_UINT, "ms"},
                                                      {0}};
COMMAND(storage_disk_verify, .path = "storage disk verify",
        .help = "Write blocks that describe themselves, read them back, and tell the first wrong one",
        .handler = disk_verify, .args = verify_args, .columns = verify_columns, .shape = FORMAT_RECORD,
        .stoppable = true);
