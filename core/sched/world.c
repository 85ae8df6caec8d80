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
#include <vmkapi/base/stress.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/lib/libc.h>

VMK_STRESS_POINT(world_no_memory, "There is no memory for a new world");

/* Worlds that wait for another's death. */
static struct wait_queue deaths = WAIT_QUEUE_INITIALIZER(deaths, "world deaths");

/* The dead, linked by next_dead; pushed by the CPUs they left, taken all at once by the reaper. */
static struct world *dead;
static struct world *reaper;

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
    VMK_VERIFY(world_enlist(world));
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
    world = VMK_STRESS_HIT(world_no_memory) ? NULL : world_alloc(props->name, props->moduleID);
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
    if (!world_enlist(world)) {
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
    world_delist(world);
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

VMK_ReturnStatus world_wait_for_death(vmk_WorldID id, enum waiter_mode mode)
{
    vmk_StatusValue status = VMK_OK;

    /* Under the queue's own lock: a death is told under it, after the table has forgotten the world. */
    while (status != VMK_DEATH_PENDING) {
        struct waiter waiter;
        vmk_uint64 flags;
        vmk_Bool alive;

        vmk_SpinlockLockIRQ(&deaths.lock, &flags);
        alive = world_exists(id);
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

vmk_Bool vmk_WorldIsDeathPending(void)
{
    return __atomic_load_n(&world_current()->death_pending, __ATOMIC_RELAXED);
}
VMK_EXPORT_SYMBOL(vmk_WorldIsDeathPending);
