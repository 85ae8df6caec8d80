/* SPDX-License-Identifier: GPL-2.0-only */
/* verify.h - runs of `storage disk verify` in a machine. What fails fails the running Check test. */
#ifndef TESTS_VERIFY_H
#define TESTS_VERIFY_H

#include "boot.h"
#include "disk_image.h"

struct verify_report {
    struct survival_run run;
    uint64_t last_generation;
    uint64_t writes, fua_writes, reads, flushes;
    uint64_t bytes_written, bytes_read;
    uint64_t high_pieces; /**< Of buffers, above 4 GiB. */
    uint64_t elapsed_ms;
};

/**
 * Run, with success, in at most @p timeout_s.
 *
 * @param disk    A path's name.
 * @param options The command's, as "--size 64M --depth 32".
 */
struct verify_report verify_run(struct machine *m, const char *disk, unsigned timeout_s, const char *options);

#endif
