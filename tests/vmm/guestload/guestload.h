/* SPDX-License-Identifier: GPL-2.0-only */
/* guestload.h - the loads of the guest's program; each tells on standard error what went wrong. */
#ifndef GUESTLOAD_H
#define GUESTLOAD_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Read, write, flush, discard and zero the first @p region bytes of @p device, until @p total bytes have gone
 * to or fro, with @p threads requests at a time; then read it all, and leave the table (block_table.h) behind
 * it. Prints what was done in one line of NAME=NUMBER.
 */
bool disk_load(const char *device, uint64_t seed, uint64_t region, uint64_t total, unsigned threads);

/** Fetch @p path from @p address @p count times, with requests longer than a frame. */
bool http_load(const char *address, const char *path, unsigned count);

#endif
