/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * main.c - the table, and all of it at once.
 */
#include "sched.h"

#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests the scheduler");

int init_module(void);
void cleanup_module(void);

vmk_HeapID heap;

/* All of it at once, with worlds coming and going. */

static vmk_StatusValue do_anything(struct job *job)
{
    static vmk_StatusValue (*const body[])(struct job * job) = {count_often, enter_often, sleep_often,
                                                                read_or_write};

    return body[job->index % VMK_ARRAY_SIZE(body)](job);
}

static vmk_StatusValue test_mixture(void)
{
    lock_init();
    for (unsigned i = 0; i < 3; i++) {
        KTAP_CHECK(run_worlds(MAX_WORLDS, do_anything) == VMK_OK);
    }
    return VMK_OK;
}

static const struct ktap_test tests[] = {
    {"worlds keep to their CPUs", test_affinity},
    {"spinlocks exclude", test_spinlock},
    {"semaphores lose no wake-up", test_ping_pong},
    {"mutexes exclude", test_mutex},
    {"readers-writer semaphores", test_rwsema},
    {"event waits lose no wake-up", test_event_wait},
    {"event waits with interrupts off", test_event_wait_irq},
    {"death and forced wake-ups end waits", test_interruption},
    {"sleeps are never too short", test_sleep},
    {"worlds take turns and are preempted", test_preemption},
    {"timers fire once and never early", test_timers},
    {"a timer fought for", test_shared_timer},
    {"timer queues", test_timer_queue},
    {"bottom halves", test_bottom_halves},
    {"bottom halves without end", test_bottom_half_flood},
    {"RCU grace periods", test_rcu},
    {"helper queues", test_helper},
    {"all at once", test_mixture},
};

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"test-sched"}, .module = vmk_ModuleCurrentID};
    vmk_StatusValue status = vmk_HeapCreate(&props, &heap);

    if (status == VMK_OK) {
        status = ktap_run(tests, VMK_ARRAY_SIZE(tests));
    }
    return status;
}

void cleanup_module(void)
{
    vmk_StatusValue status = vmk_HeapDestroy(heap);

    if (status != VMK_OK) {
        vmk_WarningMessage("heap: %s", vmk_StatusToString(status));
    }
}
