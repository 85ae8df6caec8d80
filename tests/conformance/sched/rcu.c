/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.c - grace periods.
 */
#include "sched.h"

#include <vmkapi/base/rcu.h>

/* What is freed after a grace period is in nobody's hands. */

#define RCU_POISON  0xdeadul
#define RCU_UPDATES 20

static struct rcu_object {
    vmk_RCUHead head;
    vmk_uint64 value;
} rcu_objects[2], *rcu_current, rcu_called;
static vmk_Bool rcu_over;

static vmk_StatusValue rcu_read(struct job *job)
{
    while (!__atomic_load_n(&rcu_over, __ATOMIC_RELAXED)) {
        vmk_uint64 value;

        vmk_RCUReadLock();
        {
            const struct rcu_object *object = VMK_RCU_DEREFERENCE(rcu_current);

            spin(random_next(&job->seed) % 300);
            value = __atomic_load_n(&object->value, __ATOMIC_RELAXED);
        }
        vmk_RCUReadUnlock();
        KTAP_CHECK(value != RCU_POISON);
    }
    return VMK_OK;
}

static void rcu_callback(vmk_RCUHead *head)
{
    VMK_CONTAINER_OF(head, struct rcu_object, head)->value++;
}

static vmk_StatusValue rcu_update(struct job *job)
{
    for (unsigned i = 0; i < RCU_UPDATES; i++) {
        struct rcu_object *old = rcu_current, *new = &rcu_objects[i % 2];

        new->value = i;
        VMK_RCU_ASSIGN(rcu_current, new);
        vmk_RCUSynchronize();
        old->value = RCU_POISON;
        vmk_RCUCall(&rcu_called.head, rcu_callback);
        vmk_RCUBarrier();
    }
    __atomic_store_n(&rcu_over, VMK_TRUE, __ATOMIC_RELAXED);
    return VMK_OK;
}

static vmk_StatusValue rcu_world(struct job *job)
{
    return job->index == 0 ? rcu_update(job) : rcu_read(job);
}

vmk_StatusValue test_rcu(void)
{
    rcu_current = &rcu_objects[1];
    rcu_current->value = 0;
    rcu_called.value = 0;
    rcu_over = VMK_FALSE;
    KTAP_CHECK(run_worlds(5, rcu_world) == VMK_OK);
    KTAP_CHECK(rcu_called.value == RCU_UPDATES);
    return VMK_OK;
}
