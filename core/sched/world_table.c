/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world_table.c - finding worlds by their IDs, and looking through all of them.
 */
#include <core/heap.h>
#include <core/sched.h>
#include <vmkapi/base/export.h>

#define TABLE_BUCKETS 64

static struct {
    vmk_SpinlockObject lock; /**< Rank WORLD_TABLE, interrupts off. */
    vmk_WorldID last_id VMK_GUARDED_BY(lock);
    vmk_uint32 count VMK_GUARDED_BY(lock);
    vmk_ListLinks bucket[TABLE_BUCKETS] VMK_GUARDED_BY(lock);
} table = {.lock = VMK_SPINLOCK_INITIALIZER("world table", VMK_RANK_WORLD_TABLE)};

static vmk_ListLinks *bucket_of(vmk_WorldID id) VMK_REQUIRES(&table.lock)
{
    vmk_ListLinks *bucket = &table.bucket[(unsigned)id % TABLE_BUCKETS];

    if (vmk_ListIsUnlinkedElement(bucket)) {
        vmk_ListInit(bucket);
    }
    return bucket;
}

static struct world *world_of(vmk_ListLinks *links)
{
    return VMK_LIST_ENTRY(links, struct world, links);
}

static struct world *find(vmk_WorldID id) VMK_REQUIRES(&table.lock)
{
    vmk_ListLinks *bucket = bucket_of(id), *links;

    VMK_LIST_FORALL (bucket, links) {
        if (world_of(links)->id == id) {
            return world_of(links);
        }
    }
    return NULL;
}

struct world *world_get(vmk_WorldID id)
{
    struct world *world;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&table.lock, &flags);
    world = find(id);
    if (world != NULL) {
        __atomic_fetch_add(&world->refs, 1, __ATOMIC_RELAXED);
    }
    vmk_SpinlockUnlockIRQ(&table.lock, flags);
    return world;
}

void world_put(struct world *world)
{
    if (__atomic_sub_fetch(&world->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        vmk_HeapFree(heap_kernel, world);
    }
}

vmk_Bool world_enlist(struct world *world)
{
    vmk_uint64 flags;
    vmk_Bool room;

    vmk_SpinlockLockIRQ(&table.lock, &flags);
    room = table.count < WORLD_MAX;
    if (room) {
        table.count++;
        world->id = ++table.last_id;
        vmk_ListInsert(&world->links, vmk_ListAtRear(bucket_of(world->id)));
    }
    vmk_SpinlockUnlockIRQ(&table.lock, flags);
    return room;
}

void world_delist(struct world *world)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&table.lock, &flags);
    table.count--;
    vmk_ListRemove(&world->links);
    vmk_SpinlockUnlockIRQ(&table.lock, flags);
}

vmk_Bool world_exists(vmk_WorldID id)
{
    vmk_uint64 flags;
    vmk_Bool found;

    vmk_SpinlockLockIRQ(&table.lock, &flags);
    found = find(id) != NULL;
    vmk_SpinlockUnlockIRQ(&table.lock, flags);
    return found;
}

VMK_ReturnStatus vmk_WorldGetName(vmk_WorldID id, vmk_Name *name)
{
    struct world *world = world_get(id);

    if (world == NULL) {
        return VMK_NOT_FOUND;
    }
    *name = world->name;
    world_put(world);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_WorldGetName);

static const char *state_text(const struct world *world)
{
    switch (world->state) {
    case WORLD_WAITING:
    case WORLD_BLOCKED:
        return "waiting";
    case WORLD_DEAD:
        return "dead";
    case WORLD_RUNNABLE:
        break;
    }
    return world->on_cpu ? "running" : "ready";
}

static void describe(const struct world *world, struct world_info *info)
{
    const char *reason = world->state == WORLD_BLOCKED ? world->reason : NULL;

    *info = (struct world_info){
        .id = world->id,
        .name = world->name,
        .module = world->module,
        .cpu = world->cpu,
        .state = state_text(world),
        .reason = reason == NULL ? "" : reason,
        .run_ns = world->run_ns,
        .switches = world->switches,
    };
}

vmk_Bool world_info_next(vmk_WorldID after, struct world_info *info)
{
    const struct world *best = NULL;
    vmk_ListLinks *links;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&table.lock, &flags);
    for (vmk_WorldID i = 0; i < TABLE_BUCKETS; i++) {
        VMK_LIST_FORALL (bucket_of(i), links) {
            const struct world *world = world_of(links);

            if (world->id > after && (best == NULL || world->id < best->id)) {
                best = world;
            }
        }
    }
    if (best != NULL) {
        describe(best, info);
    }
    vmk_SpinlockUnlockIRQ(&table.lock, flags);
    return best != NULL;
}
