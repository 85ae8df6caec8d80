/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.h - what the tests of the scheduler share.
 *
 * Nothing depends on how fast the machine is: what is checked is that counts come out even, that nothing
 * happens before its time, and that everything ends. A lost wake-up shows as a wait of PATIENCE_MS.
 */
#ifndef TESTS_CONFORMANCE_SCHED_H
#define TESTS_CONFORMANCE_SCHED_H

#include "../ktap.h"

#include <vmkapi/base/heap.h>
#include <vmkapi/base/world.h>

#define PATIENCE_MS 120000u
#define MAX_WORLDS  32

/** The module's. */
extern vmk_HeapID heap;

/** What each world is handed. */
struct job {
    vmk_uint32 index;
    vmk_uint32 seed; /**< For random_next(). */
    vmk_StatusValue (*body)(struct job *job);
    vmk_StatusValue result; /**< What the body returned; VMK_FAILURE until then. */
};

/** By index. */
extern struct job jobs[MAX_WORLDS];

/** Run @p body in world @p index, on the CPUs of @p affinity (0: any). */
vmk_StatusValue start_job(vmk_uint32 index, vmk_StatusValue (*body)(struct job *job), vmk_uint64 affinity,
                          vmk_WorldSchedClass class, vmk_WorldID *id);

/** Run @p body in @p count worlds and wait for all. @return the first failure of any. */
vmk_StatusValue run_worlds(vmk_uint32 count, vmk_StatusValue (*body)(struct job *job));

/** Something to do at random moments, the same in every run. */
vmk_uint32 random_next(vmk_uint32 *state);

/** Waste a little time. */
void spin(vmk_uint32 rounds);

/* Bodies that others run too; lock_init() first. */
void lock_init(void);
vmk_StatusValue count_often(struct job *job);
vmk_StatusValue enter_often(struct job *job);
vmk_StatusValue read_or_write(struct job *job);
vmk_StatusValue sleep_often(struct job *job);

/* world.c */
vmk_StatusValue test_affinity(void);
vmk_StatusValue test_sleep(void);
vmk_StatusValue test_preemption(void);

/* lock.c */
vmk_StatusValue test_spinlock(void);
vmk_StatusValue test_ping_pong(void);
vmk_StatusValue test_mutex(void);
vmk_StatusValue test_rwsema(void);

/* wait.c */
vmk_StatusValue test_event_wait(void);
vmk_StatusValue test_event_wait_irq(void);
vmk_StatusValue test_interruption(void);

/* timer.c */
vmk_StatusValue test_timers(void);
vmk_StatusValue test_shared_timer(void);
vmk_StatusValue test_timer_queue(void);

/* bottom_half.c */
vmk_StatusValue test_bottom_halves(void);
vmk_StatusValue test_bottom_half_flood(void);

/* rcu.c */
vmk_StatusValue test_rcu(void);

/* helper.c */
vmk_StatusValue test_helper(void);

#endif
