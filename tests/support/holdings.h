/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * holdings.h - what a machine's modules hold, compared before and after: a leak of any kind shows.
 *
 * Every counter of `system module account list` is compared, the kernel's own included, and what the pools of
 * TCP/IP have given out. Four are not taken
 * as they are: pages are heaps', packets' and DMA pools' caches, and may grow by HOLDINGS_PAGES; a DMA pool
 * has a record of each of its pages in its module's heap, which may grow by as many; the kernel's heap is
 * counted in allocations, without the file system's (the log is a file) and without unmapped areas that
 * await a flush of translations; and timers of a driver that runs, armed now and not then, can be left out.
 */
#ifndef TESTS_HOLDINGS_H
#define TESTS_HOLDINGS_H

#include "boot.h"

/** How many pages a module's caches may have grown by. */
#define HOLDINGS_PAGES 512

/** What is held now, by "module resource"; to be json_decref()ed. */
json_t *holdings_take(struct machine *m);

/** What is held once that has been the same for a second; to be json_decref()ed. Fails after two minutes. */
json_t *holdings_settle(struct machine *m);

/** Whether nothing of @p module is among @p holdings. */
bool holdings_lack(const json_t *holdings, const char *module);

/**
 * Wait until the same is held as @p before says, for what is under way takes a moment; after two
 * minutes, fail with the differences.
 *
 * @param but_timers_of A module whose timers are not compared; NULL: none.
 */
void holdings_expect(struct machine *m, json_t *before, const char *but_timers_of);

/** Wait until all TCP connections have ended: half-open ones are given up after a while. */
void holdings_wait_for_connections(struct machine *m);

#endif
