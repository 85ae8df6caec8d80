/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runq.c - the worlds that are ready on one CPU.
 */
#include <core/runq.h>

static struct runq_entry *entry_of(vmk_ListLinks *links)
{
    return VMK_LIST_ENTRY(links, struct runq_entry, links);
}

void runq_init(struct runq *runq)
{
    runq->levels = 0;
    runq->count = 0;
    for (unsigned i = 0; i < RUNQ_LEVELS; i++) {
        vmk_ListInit(&runq->level[i]);
    }
}

/* Behind what @p entry goes that has its turn by its clock: who comes last most often stays last. */
static vmk_ListLinks *turn_of(vmk_ListLinks *level, const struct runq_entry *entry)
{
    vmk_ListLinks *before = vmk_ListLast(level);

    while (!vmk_ListIsAtEnd(level, before) &&
           share_is_before(entry->share.virtual_ns, entry_of(before)->share.virtual_ns)) {
        before = vmk_ListPrev(before);
    }
    return before;
}

static vmk_ListLinks *place_of(vmk_ListLinks *level, const struct runq_entry *entry, enum runq_place place)
{
    if (place == RUNQ_IN_TURN) {
        return turn_of(level, entry);
    }
    return place == RUNQ_FRONT ? vmk_ListAtFront(level) : vmk_ListAtRear(level);
}

void runq_insert(struct runq *runq, struct runq_entry *entry, enum runq_place place)
{
    vmk_ListLinks *level = &runq->level[entry->level];

    vmk_ListInsert(&entry->links, place_of(level, entry, place));
    runq->levels |= 1u << entry->level;
    runq->count++;
}

void runq_remove(struct runq *runq, struct runq_entry *entry)
{
    vmk_ListRemove(&entry->links);
    if (vmk_ListIsEmpty(&runq->level[entry->level])) {
        runq->levels &= ~(1u << entry->level);
    }
    runq->count--;
}

int runq_best_level(const struct runq *runq)
{
    return runq->levels == 0 ? -1 : 31 - __builtin_clz(runq->levels);
}

struct runq_entry *runq_first(const struct runq *runq)
{
    int best = runq_best_level(runq);

    return best < 0 ? NULL : entry_of(vmk_ListFirst(&runq->level[best]));
}

struct runq_entry *runq_find(const struct runq *runq, vmk_uint32 cpu)
{
    for (vmk_uint32 levels = runq->levels; levels != 0;) {
        unsigned best = 31 - (unsigned)__builtin_clz(levels);
        vmk_ListLinks *links;

        VMK_LIST_FORALL (&runq->level[best], links) {
            if (entry_of(links)->affinity & 1ul << cpu) {
                return entry_of(links);
            }
        }
        levels &= ~(1u << best);
    }
    return NULL;
}
