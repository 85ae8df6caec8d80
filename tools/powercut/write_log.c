/* SPDX-License-Identifier: GPL-2.0-only */
#include "write_log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAGIC      0x6a736677736872ull
#define VERSION    1
#define SECTOR_MIN 512
#define SECTOR_MAX 65536
#define KNOWN      (WRITE_LOG_FLUSH | WRITE_LOG_FUA | WRITE_LOG_DISCARD | WRITE_LOG_MARK)

/* Little-endian, as this program's machine is. */
struct superblock {
    uint64_t magic, version, entries;
    uint32_t sector;
};

struct description {
    uint64_t sector, sectors, flags, data_len;
};

_Static_assert(sizeof(struct description) == 32 && offsetof(struct superblock, sector) == 24,
               "this is a layout on disk");

__attribute__((format(printf, 2, 3))) static bool refuse(struct write_log *log, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(log->error, sizeof log->error, format, values);
    va_end(values);
    return false;
}

bool write_log_open(struct write_log *log, const void *bytes, size_t len)
{
    struct superblock super;

    *log = (struct write_log){.bytes = bytes, .len = len};
    if (len < SECTOR_MIN) {
        return refuse(log, "the log has no superblock");
    }
    memcpy(&super, bytes, sizeof super);
    if (super.magic != MAGIC) {
        return refuse(log, "this is no log of writes");
    }
    if (super.version != VERSION) {
        return refuse(log, "the log is of version %" PRIu64 ", not 1", super.version);
    }
    if (super.sector < SECTOR_MIN || super.sector > SECTOR_MAX || (super.sector & (super.sector - 1)) != 0) {
        return refuse(log, "the log's sectors cannot have %u bytes", super.sector);
    }
    log->entries = super.entries;
    log->sector = super.sector;
    log->at = super.sector;
    return true;
}

static enum write_log_result bad(struct write_log *log, const char *what)
{
    refuse(log, "entry %" PRIu64 ": %s", log->number, what);
    log->entries = log->number;
    return WRITE_LOG_BAD;
}

static bool has_data(const struct description *d)
{
    return (d->flags & (WRITE_LOG_DISCARD | WRITE_LOG_MARK)) == 0 && d->sectors != 0;
}

enum write_log_result write_log_next(struct write_log *log, struct write_log_entry *entry)
{
    struct description d;

    if (log->number == log->entries) {
        return WRITE_LOG_END;
    }
    if (log->len < log->at || log->len - log->at < log->sector) {
        return bad(log, "the log ends before it");
    }
    memcpy(&d, log->bytes + log->at, sizeof d);
    log->at += log->sector;
    if ((d.flags & ~(uint64_t)KNOWN) != 0) {
        return bad(log, "unknown flags");
    }
    /* So that no product and no sum of these overflows. */
    if (d.sectors > UINT32_MAX || d.sector > INT64_MAX / log->sector - d.sectors) {
        return bad(log, "no disk is that large");
    }
    *entry = (struct write_log_entry){.number = log->number,
                                      .offset = d.sector * log->sector,
                                      .len = d.sectors * log->sector,
                                      .flags = (uint32_t)d.flags};
    if (has_data(&d)) {
        if (log->len - log->at < entry->len) {
            return bad(log, "the log ends in its data");
        }
        entry->data = log->bytes + log->at;
        log->at += entry->len;
    }
    log->number++;
    return WRITE_LOG_ENTRY;
}
