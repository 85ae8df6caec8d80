/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_subject.c - beginning and end of what it is asked.
 */
#include "storage_subject.h"

#include <check.h>

void subject_start(vmk_uint32 block_bytes)
{
    subject.machine_start(block_bytes);
    storage_load();
}

void subject_stop(void)
{
    storage_unload();
    ck_assert_uint_eq(subject.under_way(), 0);
}
