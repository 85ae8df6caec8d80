/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_ring.c - the lines since boot, as many as there is room for.
 *
 * A slot's state is twice the number of the line in it (counted from 1), plus one while it is being written.
 * A writer claims its slot by an atomic change of state; a reader compares the state before and after its
 * copy.
 */
#include "log_ring.h"

#include <vmkapi/base/platform.h>

/** A line still unwritten after so many later ones has been given up by its writer. */
#define STRAGGLER_LINES 64

struct log_slot {
    vmk_uint64 state;
    struct log_record record;
};

static struct log_slot slots[LOG_SLOTS];
struct log_stats log_stats;

static vmk_uint64 complete(vmk_uint64 sequence)
{
    return (sequence + 1) << 1;
}

vmk_uint64 log_next(void)
{
    return __atomic_load_n(&log_stats.lines, __ATOMIC_ACQUIRE);
}

/** @return false when a writer a whole turn behind, or ahead, of us has the slot: our line is lost. */
static bool slot_claim(struct log_slot *slot, vmk_uint64 sequence)
{
    vmk_uint64 state = __atomic_load_n(&slot->state, __ATOMIC_RELAXED);

    return (state & 1) == 0 && state < complete(sequence) &&
           __atomic_compare_exchange_n(&slot->state, &state, complete(sequence) | 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

void log_ring_put(struct log_record *record)
{
    /* Interrupts off: the stretch between claim and completion must be short, or readers stumble over it. */
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    struct log_slot *slot;

    record->sequence = __atomic_fetch_add(&log_stats.lines, 1, __ATOMIC_ACQ_REL);
    slot = &slots[record->sequence % LOG_SLOTS];
    if (slot_claim(slot, record->sequence)) {
        slot->record = *record;
        __atomic_store_n(&slot->state, complete(record->sequence), __ATOMIC_RELEASE);
    } else {
        __atomic_fetch_add(&log_stats.lost, 1, __ATOMIC_RELAXED);
    }
    vmk_CPURestoreInterrupts(flags);
}

static bool slot_read(vmk_uint64 sequence, struct log_record *record)
{
    const struct log_slot *slot = &slots[sequence % LOG_SLOTS];

    if (__atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) != complete(sequence)) {
        return false;
    }
    *record = slot->record;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&slot->state, __ATOMIC_RELAXED) == complete(sequence);
}

bool log_read(vmk_uint64 *sequence, struct log_record *record)
{
    for (;;) {
        vmk_uint64 next = log_next();

        if (*sequence + LOG_SLOTS < next) {
            *sequence = next - LOG_SLOTS;
        }
        if (*sequence >= next) {
            return false;
        }
        if (slot_read(*sequence, record)) {
            (*sequence)++;
            return true;
        }
        if (next - *sequence <= STRAGGLER_LINES) {
            return false;
        }
        (*sequence)++;
    }
}
