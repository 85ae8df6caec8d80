/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage.c - the order in which the storage layer comes up.
 */
#include "internal.h"

void storage_init(void)
{
    stats_init();
    request_init();
    split_init();
    partition_reader_init();
}
