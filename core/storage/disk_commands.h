/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_commands.h - what `storage disk` commands share: a disk or partition open for one command, sizes, and
 * how much is under way.
 */
#ifndef STORAGE_DISK_COMMANDS_H
#define STORAGE_DISK_COMMANDS_H

#include "storage_commands.h"

/** The disk a command works on. */
struct disk_use {
    vmk_BlockHandle handle;
    vmk_BlockGeometry geometry;
    char identity[VMK_BLOCK_ID_LENGTH]; /**< The device's. */
};

/** The argument that names it; a partition is `NAME:2`. */
#define DISK_ARG                                                                                             \
    {                                                                                                        \
        .name = "device", .letter = 'd', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED,                  \
        .help = "The device or a path to it; :2 behind it is its second partition",                          \
        .candidate = storage_device_candidate                                                                \
    }

/** The argument without which nothing is written. */
#define DISK_YES_ARG                                                                                         \
    {                                                                                                        \
        .name = "yes", .type = COMMAND_FLAG, .help = "Really overwrite what is there"                        \
    }

/** The arguments of disk_load_argument(); @p otherwise: CPUs unless told. */
#define DISK_DEPTH_MAX 4096u
#define DISK_LOAD_ARGS(otherwise)                                                                            \
    {.name = "depth",                                                                                        \
     .letter = 'q',                                                                                          \
     .type = COMMAND_UINT,                                                                                   \
     .min = 1,                                                                                               \
     .max = DISK_DEPTH_MAX,                                                                                  \
     .help = "Requests under way at a time, 32 unless told"},                                                \
    {                                                                                                        \
        .name = "cpus", .letter = 'p', .type = COMMAND_UINT, .min = 1, .max = VMK_MAX_PCPUS,                 \
        .help = "CPUs that submit, " otherwise " unless told"                                                \
    }

/** Open the disk for reading, or tell the user. */
VMK_ReturnStatus disk_open(struct command_call *call, struct disk_use *disk);

/** Open it for overwriting: nobody else uses it, and the user has said --yes; or tell him. */
VMK_ReturnStatus disk_open_to_write(struct command_call *call, struct disk_use *disk);

void disk_close(struct disk_use *disk);

/** Get argument @p name as a number of bytes: "4096", "64K", "1M", "2G", "1T"; or @p otherwise. */
VMK_ReturnStatus disk_size_argument(struct command_call *call, const char *name, vmk_uint64 otherwise,
                                    vmk_uint64 *bytes);

/** Read a size from @p text up to character @p end. @return whether there is one. */
bool disk_size_parse(const char *text, char end, vmk_uint64 *bytes);

/** The range of blocks --block and @p bytes name; ~0 goes to the end. Tell the user if it is not within. */
VMK_ReturnStatus disk_range(struct command_call *call, const struct disk_use *disk, vmk_uint64 bytes,
                            vmk_uint64 *first, vmk_uint64 *count);

/** The range --block and --count name, 1 block unless told and at most @p max. Tell the user if it is not
 * within. */
VMK_ReturnStatus disk_count(struct command_call *call, const struct disk_use *disk, vmk_uint64 max,
                            vmk_uint64 *first, vmk_uint64 *count);

/** What is under way on a disk. */
struct disk_load {
    vmk_uint32 depth;    /**< Requests at a time. */
    vmk_uint32 num_cpus; /**< That submit them. */
};

/** Get --depth, 32 unless told, and --cpus, as many of @p cpus as have a request. Tell the user if there are
 * not so many CPUs, or not a request for each. */
VMK_ReturnStatus disk_load_argument(struct command_call *call, vmk_uint32 cpus, struct disk_load *load);

#endif
