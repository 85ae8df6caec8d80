/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - what the kernel knows of a world, and the scheduler's face to the rest of the kernel.
 *
 * How a world sleeps without missing its wake-up, and never runs on two CPUs:
 *   - it announces the wait (RUNNABLE -> WAITING), then looks at its condition once more;
 *   - world_block() gives the CPU away, and only there WAITING becomes BLOCKED, under the run queue's lock;
 *   - a waker turns WAITING into RUNNABLE and is done, or BLOCKED into RUNNABLE and must then queue the
 * world, after the CPU it left has finished with its stack (on_cpu is false). All three are atomic changes of
 * `state`; exactly one waker queues. Preemption leaves `state` alone.
 */
#ifndef CORE_WORLD_H
#define CORE_WORLD_H

#include <core/arch.h>
#include <core/runq.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>

#define WORLD_STACK_BYTES (16ul << 10)
#define WORLD_MAX         4096

/** Run queue levels of the scheduling classes. The idle world is below all of them and never queued. */
enum world_level {
    WORLD_LEVEL_BACKGROUND = 8,
    WORLD_LEVEL_GUEST = 12, /**< In turn by shares; whatever the kernel does goes first. */
    WORLD_LEVEL_DEFAULT = 16,
    WORLD_LEVEL_QUICK = 24,
};

enum world_state {
    WORLD_RUNNABLE, /**< On a CPU or in a run queue. */
    WORLD_WAITING,  /**< Still runs, but will block unless woken. */
    WORLD_BLOCKED,  /**< In no run queue. */
    WORLD_DEAD,     /**< Has left its CPU for the last time. */
};

/** A world. Fields without a note belong to the run queue's lock of the CPU it is on. */
struct world {
    struct arch_context context;
    enum world_state state; /**< Changed atomically, as above. */
    vmk_Bool on_cpu; /**< Set by the CPU that switches to it, cleared after that CPU has left its stack. */
    vmk_uint8 death_pending; /**< Written once, read by the world's waits. */
    vmk_uint8 force_wakeup;  /**< Set by vmk_WorldForceWakeup(), taken by a wait. */
    vmk_uint32 cpu;          /**< Where it runs, is queued, or ran last. */
    struct runq_entry entry;
    vmk_uint64 slice_left_ns;

    vmk_TimerObject timer; /**< Ends its timed waits. */
    const char *reason;    /**< Why it waits; static text or NULL. */
    /** Called with `data` each time it leaves its CPU, on that CPU, interrupts off, the run queue's lock
     * held: what it keeps in the processor's registers is to be stored. Set by itself; NULL: nothing. */
    void (*leave_cpu)(void *data);

    /* Constant after creation. */
    vmk_WorldID id;
    vmk_Name name;
    vmk_ModuleID module;
    vmk_WorldStartFunc start;
    void *data;
    vmk_VA stack; /**< Lowest address; WORLD_STACK_BYTES long unless boot or idle. */
    vmk_ByteCount stack_bytes;

    vmk_uint32 refs;         /**< Who may look at it: its own life, and each world_get(); atomic. */
    vmk_ListLinks links;     /**< World table's lock. */
    struct world *next_dead; /**< For the reaper. */

    /* Statistics, written by the CPU it runs on. */
    vmk_uint64 run_ns;      /**< Atomic. */
    vmk_uint64 switches;    /**< Times it was switched to. */
    vmk_uint64 preemptions; /**< Times it was switched from while it could have gone on. */
};

/** What one CPU has done; summed by the statistics tree under "sched". */
struct sched_stats {
    vmk_uint64 switches;
    vmk_uint64 preemptions;
    vmk_uint64 wakeups;
    vmk_uint64 steals; /**< Worlds taken from another CPU's queue. */
    vmk_uint64 idle_ns;
    vmk_uint64 run_ns;       /**< All other worlds' time. */
    vmk_uint64 bh_runs;      /**< Callbacks of bottom halves. */
    vmk_uint64 bh_handovers; /**< Times the bottom-half world had to take over. */
    vmk_uint64 timers_fired;
};

/** @return the running world; NULL before sched_init(). In an interrupt: the world it interrupted. */
VMK_ALWAYS_INLINE struct world *world_current(void)
{
    return VMK_THIS_PCPU->current_world;
}

/**
 * Start scheduling on the boot CPU: the caller becomes the world "init".
 *
 * @p stack is the stack it runs on. After the heap and the clock; interrupts are off and may be enabled
 * after.
 */
void sched_init(vmk_VA stack, vmk_ByteCount stack_bytes);

/**
 * End of the outermost interrupt, and of any nested one: called by arch with interrupts off, the interrupt's
 * share of the preempt count already taken back.
 *
 * Runs pending bottom halves (interrupts on meanwhile), then switches to a better world, as the count allows.
 */
void sched_interrupt_exit(void);

/** Give every CPU that runs its own service worlds. Context: boot world, after arch_start_secondary_cpus().
 */
void sched_cpus_started(void);

/** Announce that the calling world is about to block. Then check the condition, and block or cancel. */
void world_wait_announce(void);

/** The condition holds already: take the announcement back. */
void world_wait_cancel(void);

/** Give the CPU away until world_wake(), unless that has come since the announcement. Context: may block. */
void world_block(void);

/** @return whether worlds of the caller's level or a better one are ready on this CPU: a look, as of now.
 *  Context: world. */
vmk_Bool world_others_wait(void);

/**
 * End a world's wait, if it is in one. The caller sees to it that the world still exists.
 *
 * Context: any but NMI, any lock below rank RUNQ held. @return whether it waited.
 */
vmk_Bool world_wake(struct world *world);

/**
 * Make the calling world a guest: from now on all of the kernel's worlds but the background's go before it,
 * and guests share what is left in proportion to their shares (share.h), on all CPUs together.
 *
 * Its run_ns is right to a slice, 10 ms. @p shares 1 to SHARES_MAX. Context: may block.
 */
void world_become_guest(vmk_uint32 shares);

/** Forget a vmk_WorldForceWakeup() of the calling world that none of its waits has taken. */
void world_forget_wakeup(void);

/** Find a world and keep it from being freed until world_put(); NULL for none. Context: any but NMI. */
struct world *world_get(vmk_WorldID id);
void world_put(struct world *world);

/** What the list of worlds shows of each. */
struct world_info {
    vmk_WorldID id;
    vmk_Name name;
    vmk_ModuleID module;
    vmk_uint32 cpu;
    const char *state;  /**< "running", "ready", "waiting", "dead". */
    const char *reason; /**< What it waits for, or "". */
    vmk_uint64 run_ns;
    vmk_uint64 switches;
};

/**
 * Describe the world with the lowest ID above @p after.
 *
 * Context: any but NMI. @return VMK_FALSE when there is none.
 */
vmk_Bool world_info_next(vmk_WorldID after, struct world_info *info);

/** What CPU @p cpu has counted. */
const struct sched_stats *sched_stats_get(vmk_uint32 cpu);

#endif
