/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap_guard.h - patterns in memory that tell a write beyond an allocation's end or after its free.
 *
 * A free slot is filled with one pattern, and what lies between the size asked for and the slot's end with
 * another, together with its length and, when there is room, the address of whoever asked. Debug builds
 * only: HEAP_GUARDS is 0 otherwise, and the compiler drops the calls.
 */
#ifndef MEM_HEAP_GUARD_H
#define MEM_HEAP_GUARD_H

#include <vmkapi/base/types.h>

#ifdef VMK_DEBUG
#define HEAP_GUARDS 1
#else
#define HEAP_GUARDS 0
#endif

/** Fill a slot that is free now. */
void guard_fill_free(void *slot, vmk_ByteCount slot_size);

/** @return the first byte of a free slot that was written to; NULL when none was. */
const void *guard_check_free(const void *slot, vmk_ByteCount slot_size);

/**
 * Guard the bytes of a slot behind the first @p size.
 *
 * @return false when too few are left to guard; such a slot must not be checked.
 */
vmk_Bool guard_set(void *slot, vmk_ByteCount slot_size, vmk_ByteCount size, const void *ra);

/** @return the first byte behind the allocation that was written to; NULL when none was. */
const void *guard_check(const void *slot, vmk_ByteCount slot_size);

/** Who allocated a guarded slot; NULL when there was no room to note it. */
const void *guard_owner(const void *slot, vmk_ByteCount slot_size);

#endif
