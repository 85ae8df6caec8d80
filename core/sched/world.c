/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.c - worlds come and go.
 *
 * A world ends in three steps: it leaves the table and tells those who wait for its death; it leaves its CPU
 * for the last time; the reaper, a world of its own, frees its stack. Whoever has it from world_get() keeps
 * the structure, not the stack.
 */
#define VMK_LOG_MODULE "Sched"
#include <core/account.h>
#include <core/heap.h>
#include <core/sched.h>
#include <core/smp.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/lib/libc.h>

#define TABLE_BUCKETS 64

static struct {
    vmk_SpinlockObject lock; /**< Rank WORLD_TABLE, interrupts off. */
    vmk_WorldID last_id;
    vmk_uint32 count;
    vmk_ListLinks bucket[TABLE_BUCKETS];
} table = {.lock = VMK_SPINLOCK_INITIALIZER("world table", VMK_RANK_WORLD_TABLE)};

/* Worlds that wait for another's death. */
static struct wait_queue deaths = WAIT_QUEUE_INITIALIZER(deaths, "world deaths");

/* The dead, linked by next_dead; pushed by the CPUs they left, taken all at once by the reaper. */
static struct world *dead;
static struct world *reaper;

static vmk_ListLinks *bucket_of(vmk_WorldID id)
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

static struct world *find(vmk_WorldID id)
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

/* Number a world and make it known. @return VMK_FALSE when there are too many. */
static vmk_Bool enlist(struct world *world)
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

static void delist(struct world *world)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&table.lock, &flags);
    table.count--;
    vmk_ListRemove(&world->links);
    vmk_SpinlockUnlockIRQ(&table.lock, flags);
}

static void end_timed_wait(vmk_AddrCookie data)
{
    world_wake(data.ptr);
}

static vmk_uint8 level_of(vmk_WorldSchedClass class)
{
    static const vmk_uint8 level[] = {
        [VMK_WORLD_SCHED_CLASS_DEFAULT] = WORLD_LEVEL_DEFAULT,
        [VMK_WORLD_SCHED_CLASS_BACKGROUND] = WORLD_LEVEL_BACKGROUND,
        [VMK_WORLD_SCHED_CLASS_QUICK] = WORLD_LEVEL_QUICK,
    };

    return level[class];
}

static struct world *world_alloc(const char *name, vmk_ModuleID module)
{
    struct world *world = vmk_HeapZalloc(heap_kernel, sizeof(*world));
    vmk_AddrCookie self = {.ptr = world};

    if (world != NULL) {
        vmk_Strlcpy(world->name.string, name, sizeof(world->name.string));
        world->module = module;
        world->state = WORLD_RUNNABLE;
        world->refs = 1;
        world->entry.affinity = ~0ul;
        /* Not the world's module's: that is charged with the world. */
        vmk_TimerInit(&world->timer, VMK_VMKERNEL_MODULE_ID, end_timed_wait, self);
    }
    return world;
}

/* Where every world begins. */
static void world_main(void *arg)
{
    struct world *world = arg;

    sched_first_switch();
    vmk_WorldExit(world->start(world->data));
}

/* Give a world a stack and its beginning. */
static VMK_ReturnStatus prepare(struct world *world, vmk_WorldStartFunc start, void *data)
{
    vmk_StatusValue status;

    status = vmk_MapAlloc(VMK_VMKERNEL_MODULE_ID, WORLD_STACK_BYTES, VMK_PAGE_STACK, &world->stack);
    if (status == VMK_OK) {
        world->stack_bytes = WORLD_STACK_BYTES;
        world->start = start;
        world->data = data;
        arch_context_init(&world->context, (void *)(world->stack + WORLD_STACK_BYTES), world_main, world);
    }
    return status;
}

struct world *world_adopt(const char *name, vmk_uint32 cpu, vmk_VA stack, vmk_ByteCount stack_bytes)
{
    struct world *world = world_alloc(name, VMK_VMKERNEL_MODULE_ID);

    VMK_VERIFY(world != NULL);
    world->cpu = cpu;
    world->entry.level = WORLD_LEVEL_DEFAULT;
    world->stack = stack;
    world->stack_bytes = stack_bytes;
    VMK_VERIFY(enlist(world));
    account_add(world->module, ACCOUNT_WORLDS, 1);
    return world;
}

struct world *world_create_idle(vmk_uint32 cpu, vmk_WorldStartFunc start)
{
    struct world *world = world_adopt("idle", cpu, 0, 0);

    VMK_VERIFY(prepare(world, start, NULL) == VMK_OK);
    return world;
}

VMK_ReturnStatus vmk_WorldCreate(const vmk_WorldProps *props, vmk_WorldID *id)
{
    vmk_uint64 affinity = props->affinity == 0 ? ~0ul : props->affinity;
    vmk_StatusValue status = VMK_BAD_PARAM;
    struct world *world;

    if (props->name == NULL || props->name[0] == '\0' || props->startFunction == NULL ||
        (unsigned)props->schedClass > VMK_WORLD_SCHED_CLASS_QUICK || (affinity & smp_online_mask()) == 0) {
        return VMK_BAD_PARAM;
    }
    world = world_alloc(props->name, props->moduleID);
    if (world == NULL) {
        return VMK_NO_MEMORY;
    }
    world->entry.affinity = affinity;
    world->entry.level = level_of(props->schedClass);
    world->cpu = vmk_GetPCPUNum();
    status = prepare(world, props->startFunction, props->data);
    if (status != VMK_OK) {
        goto free_world;
    }
    if (!enlist(world)) {
        status = VMK_NO_RESOURCES;
        goto free_stack;
    }
    account_add(world->module, ACCOUNT_WORLDS, 1);
    *id = world->id;
    sched_enqueue(world);
    return VMK_OK;

free_stack:
    vmk_MapFree(world->stack);
free_world:
    world_put(world);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_WorldCreate);

void vmk_WorldExit(vmk_StatusValue status)
{
    struct world *world = world_current();

    if (status != VMK_OK && status != VMK_DEATH_PENDING) {
        vmk_WarningMessage("World %s (%d) ended: %s", world->name.string, world->id,
                           vmk_StatusToString(status));
    }
    vmk_TimerDisarm(&world->timer, VMK_TRUE);
    account_add(world->module, ACCOUNT_WORLDS, -1);
    delist(world);
    wait_queue_wake_all(&deaths);
    sched_leave_dead();
}
VMK_EXPORT_SYMBOL(vmk_WorldExit);

VMK_ReturnStatus vmk_WorldDestroy(vmk_WorldID id)
{
    struct world *world = world_get(id);

    if (world == NULL) {
        return VMK_NOT_FOUND;
    }
    __atomic_store_n(&world->death_pending, 1, __ATOMIC_SEQ_CST);
    world_wake(world);
    world_put(world);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_WorldDestroy);

static vmk_Bool exists(vmk_WorldID id)
{
    vmk_uint64 flags;
    vmk_Bool found;

    vmk_SpinlockLockIRQ(&table.lock, &flags);
    found = find(id) != NULL;
    vmk_SpinlockUnlockIRQ(&table.lock, flags);
    return found;
}

VMK_ReturnStatus world_wait_for_death(vmk_WorldID id, enum waiter_mode mode)
{
    vmk_StatusValue status = VMK_OK;

    /* Under the queue's own lock: a death is told under it, after the table has forgotten the world. */
    while (status != VMK_DEATH_PENDING) {
        struct waiter waiter;
        vmk_uint64 flags;
        vmk_Bool alive;

        vmk_SpinlockLockIRQ(&deaths.lock, &flags);
        alive = exists(id);
        if (alive) {
            waiter_add(&waiter, &deaths.waiters, (vmk_uint64)id);
        }
        vmk_SpinlockUnlockIRQ(&deaths.lock, flags);
        if (!alive) {
            return VMK_OK;
        }
        status = waiter_sleep(&waiter, &deaths.lock, WAIT_FOREVER, mode);
    }
    return status;
}

VMK_ReturnStatus vmk_WorldWaitForDeath(vmk_WorldID id)
{
    return id == vmk_WorldGetID() ? VMK_BAD_PARAM : world_wait_for_death(id, WAITER_INTERRUPTIBLE);
}
VMK_EXPORT_SYMBOL(vmk_WorldWaitForDeath);

void world_bury(struct world *world)
{
    world->next_dead = __atomic_load_n(&dead, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&dead, &world->next_dead, world, 0, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED)) {
    }
    world_wake(reaper);
}

static void free_dead(struct world *world)
{
    while (world != NULL) {
        struct world *next = world->next_dead;

        /* The boot stack is part of the kernel. */
        if (vmk_VAIsMapArea(world->stack)) {
            vmk_MapFree(world->stack);
        }
        world_put(world);
        world = next;
    }
}

static vmk_StatusValue reaper_main(void *data)
{
    for (;;) {
        struct world *bodies;

        world_wait_announce();
        bodies = __atomic_exchange_n(&dead, NULL, __ATOMIC_SEQ_CST);
        if (bodies == NULL) {
            world_block();
        } else {
            world_wait_cancel();
            free_dead(bodies);
        }
    }
    return VMK_OK;
}

void world_reaper_start(void)
{
    vmk_WorldProps props = {
        .name = "reaper", .moduleID = VMK_VMKERNEL_MODULE_ID, .startFunction = reaper_main};
    vmk_WorldID id;

    VMK_VERIFY(vmk_WorldCreate(&props, &id) == VMK_OK);
    reaper = world_get(id);
}

vmk_WorldID vmk_WorldGetID(void)
{
    return world_current() == NULL ? VMK_INVALID_WORLD_ID : world_current()->id;
}
VMK_EXPORT_SYMBOL(vmk_WorldGetID);

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

vmk_Bool vmk_WorldIsDeathPending(void)
{
    return __atomic_load_n(&world_current()->death_pending, __ATOMIC_RELAXED);
}
VMK_EXPORT_SYMBOL(vmk_WorldIsDeathPending);

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
