/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_write_log.c - a log of writes that anybody may have made: it is read to its end or refused with a
 * reason, and what it says of a disk after a power cut is within the log.
 */
#include "fuzz.h"

#include <medium.h>

#define BLOCKS 64

static void check_cuts(const struct write_log *log, struct medium *medium)
{
    for (int kind = 0; kind < MEDIUM_CUT_KINDS; kind++) {
        medium_cut(medium, (enum medium_cut)kind, log->number);
        for (uint64_t block = 0; block < BLOCKS; block++) {
            const uint8_t *data = medium_block(medium, block);
            FUZZ_REQUIRE(data == NULL || (data >= log->bytes && data + log->sector <= log->bytes + log->len));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct write_log log;
    struct write_log_entry entry;
    enum write_log_result result = WRITE_LOG_END;

    if (!write_log_open(&log, bytes, len)) {
        FUZZ_REQUIRE(log.error[0] != '\0');
        return 0;
    }
    struct medium *medium = medium_create(BLOCKS, log.sector);
    FUZZ_REQUIRE(medium != NULL);
    while ((result = write_log_next(&log, &entry)) == WRITE_LOG_ENTRY) {
        FUZZ_REQUIRE(entry.data == NULL || (entry.data >= bytes && entry.data + entry.len <= bytes + len));
        FUZZ_REQUIRE(medium_do(medium, &entry));
        check_cuts(&log, medium);
    }
    FUZZ_REQUIRE(result == WRITE_LOG_END || log.error[0] != '\0');
    medium_destroy(medium);
    return 0;
}
