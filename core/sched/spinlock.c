/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spinlock.c - what is not inline of spinlocks: waiting and creation.
 *
 * Waiting is a queued lock after Mellor-Crummey and Scott ("Algorithms for scalable synchronization on
 * shared-memory multiprocessors", ACM TOCS 9(1), 1991), its tail packed into the lock word's upper half: a
 * waiter spins on its own node until it heads the queue, then on the lock word. While anybody queues the word
 * is not zero, so that the inline path can't overtake.
 *
 * Under another hypervisor nobody queues. A virtual CPU whose turn it is may not be running, and all behind
 * it would wait for its host: there, who runs takes.
 */
#include <core/account.h>
#include <core/spinlock.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/spinlock.h>

/* One node per context that can be waiting on a CPU: world, bottom half, interrupt, NMI. */
#define NODES_PER_CPU 4

struct spin_node {
    struct spin_node *next;
    vmk_Bool head;
};

static struct {
    struct spin_node node[NODES_PER_CPU];
    unsigned depth;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE) spinners[VMK_MAX_PCPUS];

#define TAIL_SHIFT 16

static vmk_Bool virtual_cpus;

void spinlock_init(vmk_Bool under_hypervisor)
{
    virtual_cpus = under_hypervisor;
}

static vmk_uint32 tail_of(vmk_uint32 cpu, unsigned depth)
{
    return (cpu * NODES_PER_CPU + depth + 1) << TAIL_SHIFT;
}

static struct spin_node *node_of(vmk_uint32 word)
{
    vmk_uint32 index = (word >> TAIL_SHIFT) - 1;

    return &spinners[index / NODES_PER_CPU].node[index % NODES_PER_CPU];
}

/* Put our tail into the lock word, keeping its held bit. @return the word before. */
static vmk_uint32 enqueue(vmk_SpinlockObject *lock, vmk_uint32 tail)
{
    vmk_uint32 word = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);

    while (!__atomic_compare_exchange_n(&lock->word, &word, (word & VMK_SPINLOCK_HELD) | tail, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
    }
    return word;
}

/* At the head of the queue: wait for the holder, take the lock, and say who heads the queue now. */
static void take(vmk_SpinlockObject *lock, struct spin_node *node, vmk_uint32 tail)
{
    vmk_uint32 word;
    struct spin_node *next;

    while ((word = __atomic_load_n(&lock->word, __ATOMIC_ACQUIRE)) & VMK_SPINLOCK_HELD) {
        vmk_CPURelax();
    }
    if (word == tail && __atomic_compare_exchange_n(&lock->word, &word, VMK_SPINLOCK_HELD, 0,
                                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return;
    }
    __atomic_fetch_or(&lock->word, VMK_SPINLOCK_HELD, __ATOMIC_ACQUIRE);
    while ((next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE)) == NULL) {
        vmk_CPURelax();
    }
    __atomic_store_n(&next->head, VMK_TRUE, __ATOMIC_RELEASE);
}

static void take_when_free(vmk_SpinlockObject *lock)
{
    do {
        while (__atomic_load_n(&lock->word, __ATOMIC_RELAXED) != 0) {
            vmk_CPURelax();
        }
    } while (!vmk_SpinlockTryWord(lock));
}

static void queue_up(vmk_SpinlockObject *lock)
{
    vmk_uint32 cpu = vmk_GetPCPUNum();
    unsigned depth = spinners[cpu].depth++;
    struct spin_node *node = &spinners[cpu].node[depth];
    vmk_uint32 tail = tail_of(cpu, depth), before;

    /* An interrupt between here and the end uses the next node, and is done with it when we go on. */
    VMK_VERIFY(depth < NODES_PER_CPU);
    vmk_CompilerBarrier();
    node->next = NULL;
    node->head = VMK_FALSE;
    before = enqueue(lock, tail);
    if (before >> TAIL_SHIFT != 0) {
        __atomic_store_n(&node_of(before)->next, node, __ATOMIC_RELEASE);
        while (!__atomic_load_n(&node->head, __ATOMIC_ACQUIRE)) {
            vmk_CPURelax();
        }
    }
    take(lock, node, tail);
    vmk_CompilerBarrier();
    spinners[cpu].depth--;
}

void vmk_SpinlockLockContended(vmk_SpinlockObject *lock)
{
    if (virtual_cpus) {
        take_when_free(lock);
    } else {
        queue_up(lock);
    }
}
VMK_EXPORT_SYMBOL(vmk_SpinlockLockContended);

/* A created lock, with what its destruction needs. */
struct spinlock_created {
    vmk_SpinlockObject lock;
    vmk_ModuleID module;
    vmk_Name name;
};

VMK_ReturnStatus vmk_SpinlockCreate(const vmk_SpinlockCreateProps *props, vmk_Lock *lock)
{
    struct spinlock_created *created;

    if (props->type != VMK_SPINLOCK || props->heapID == VMK_INVALID_HEAP_ID) {
        return VMK_BAD_PARAM;
    }
    created = vmk_HeapAlloc(props->heapID, sizeof(*created));
    if (created == NULL) {
        return VMK_NO_MEMORY;
    }
    created->name = props->name;
    created->module = props->moduleID;
    vmk_SpinlockInit(&created->lock, created->name.string, props->rank);
    account_add(created->module, ACCOUNT_LOCKS, 1);
    *lock = &created->lock;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SpinlockCreate);

void vmk_SpinlockDestroy(vmk_Lock lock)
{
    struct spinlock_created *created = VMK_CONTAINER_OF(lock, struct spinlock_created, lock);

    VMK_VERIFY(!vmk_SpinlockIsLocked(lock));
    account_add(created->module, ACCOUNT_LOCKS, -1);
    vmk_HeapFree(vmk_HeapOf(created), created);
}
VMK_EXPORT_SYMBOL(vmk_SpinlockDestroy);

vmk_ByteCountSmall vmk_SpinlockAllocSize(vmk_SpinlockType type)
{
    return sizeof(struct spinlock_created);
}
VMK_EXPORT_SYMBOL(vmk_SpinlockAllocSize);
