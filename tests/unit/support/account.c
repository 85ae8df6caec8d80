/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.c - hosted: the modules' counters, all CPUs sharing one set.
 */
#include <core/account.h>

static account_slots slots;

/* Every CPU that can be is listed: what is missing would be a null pointer. */
#define SLOTS_8  &slots, &slots, &slots, &slots, &slots, &slots, &slots, &slots
#define SLOTS_64 SLOTS_8, SLOTS_8, SLOTS_8, SLOTS_8, SLOTS_8, SLOTS_8, SLOTS_8, SLOTS_8
account_slots *account_cpu[VMK_MAX_PCPUS] = {SLOTS_64};

vmk_int64 account_read(vmk_ModuleID module, enum account_kind kind)
{
    return __atomic_load_n(&slots[kind][module], __ATOMIC_RELAXED);
}
