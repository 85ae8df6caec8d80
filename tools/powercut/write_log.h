/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * write_log.h - a log of what a disk was told to keep, in the format of Linux's dm-log-writes, which QEMU's
 * blklogwrites writes, too: a superblock, then for each write, flush or discard, in the order in which they
 * ended, a sector that describes it and the data.
 *
 * A log is foreign bytes: whatever is wrong with it ends the reading with a reason.
 */
#ifndef POWERCUT_WRITE_LOG_H
#define POWERCUT_WRITE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum write_log_flags {
    WRITE_LOG_FLUSH = 1u << 0,
    WRITE_LOG_FUA = 1u << 1,
    WRITE_LOG_DISCARD = 1u << 2, /**< Without data. */
    WRITE_LOG_MARK = 1u << 3,    /**< Without effect on the disk. */
};

struct write_log_entry {
    uint64_t number; /**< From 0. */
    uint64_t offset; /**< Bytes, on the disk. */
    uint64_t len;    /**< Bytes. */
    uint32_t flags;
    const uint8_t *data; /**< `len` bytes within the log; NULL where there are none. */
};

struct write_log {
    const uint8_t *bytes;
    size_t len;
    uint64_t entries; /**< As the superblock has it. */
    uint32_t sector;  /**< Bytes. */
    size_t at;        /**< Of the next entry. */
    uint64_t number;  /**< Of the next entry. */
    char error[128];  /**< Why the last call failed. */
};

/** Begin to read a log. @p bytes must stay. False: it is none; `error` says why. */
bool write_log_open(struct write_log *log, const void *bytes, size_t len);

enum write_log_result { WRITE_LOG_ENTRY, WRITE_LOG_END, WRITE_LOG_BAD };

/** Read the next entry. After WRITE_LOG_BAD, `error` says what is wrong, and there is nothing more to read.
 */
enum write_log_result write_log_next(struct write_log *log, struct write_log_entry *entry);

#endif
