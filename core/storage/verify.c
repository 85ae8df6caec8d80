/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verify.c - the pattern engine: a world on each CPU keeps its share of requests under way.
 *
 * A request's end comes in a bottom half, which only hands it to the world that submitted it; filling and
 * checking are done there. What the worlds share - the schedule, the counters, the first fault - is under one
 * mutex.
 */
#include "verify.h"

#include <core/heap.h>
#include <core/mutex.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#include "verify_job.h"

#define PROGRESS_MS 1000u

struct run {
    const struct verify_options *options;
    struct mutex lock;
    struct schedule schedule VMK_GUARDED_BY(lock);
    struct verify_result result VMK_GUARDED_BY(lock);
    struct diagnosis why VMK_GUARDED_BY(lock);
    vmk_StatusValue status VMK_GUARDED_BY(lock); /**< The first other than VMK_OK ends the run. */
    vmk_uint64 twice;                            /**< Requests that ended when they had; atomic. */
    vmk_SemaphoreObject finished;                /**< Workers that are. */
    vmk_uint32 num_workers;
    struct worker *workers;
};

struct worker {
    struct run *run;
    vmk_SemaphoreObject news; /**< One for each request that has ended, or a reason to look again. */
    struct job *ended;        /**< Atomic; the last first. */
    struct job *idle;
    vmk_uint32 under_way;
    bool starving; /**< It was told to come later. Under run->lock. */
    void *scratch;
    vmk_uint64 random;
    vmk_WorldID world;
};

static void give(vmk_SemaphoreObject *sema)
{
    vmk_Semaphore handle = sema;

    vmk_SemaUnlock(&handle);
}

static void take(vmk_SemaphoreObject *sema)
{
    vmk_Semaphore handle = sema;

    vmk_SemaLock(&handle);
}

/** A request has ended, in a bottom half of any CPU. */
static void ended(vmk_BlockRequest *request)
{
    struct job *job = request->cookie.ptr;
    struct worker *worker = job->worker;

    if (__atomic_exchange_n(&job->under_way, 0, __ATOMIC_ACQ_REL) == 0) {
        __atomic_add_fetch(&worker->run->twice, 1, __ATOMIC_RELAXED);
        return;
    }
    /* The worker may be over with the job before its news are given: it is kept until then. */
    vmk_RCUReadLock();
    job->next = __atomic_load_n(&worker->ended, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&worker->ended, &job->next, job, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED)) {
    }
    give(&worker->news);
    vmk_RCUReadUnlock();
}

static void wake_starving(struct run *run) VMK_REQUIRES(&run->lock)
{
    for (vmk_uint32 i = 0; i < run->num_workers; i++) {
        if (run->workers[i].starving) {
            run->workers[i].starving = false;
            give(&run->workers[i].news);
        }
    }
}

static enum schedule_answer take_work(struct worker *worker, struct job *job)
{
    struct run *run = worker->run;
    enum schedule_answer answer = SCHEDULE_END;

    mutex_lock(&run->lock);
    if (run->status == VMK_OK) {
        answer = schedule_take(&run->schedule, &job->item);
        worker->starving = answer == SCHEDULE_LATER;
    }
    mutex_unlock(&run->lock);
    return answer;
}

/** Submit what can be done now, as one list. @return what the schedule said to the last question. */
static enum schedule_answer submit(struct worker *worker)
{
    enum schedule_answer answer = SCHEDULE_TAKEN;
    vmk_BlockRequest *first = NULL, **last = &first;

    while (worker->idle) {
        struct job *job = worker->idle;

        answer = take_work(worker, job);
        if (answer != SCHEDULE_TAKEN) {
            break;
        }
        worker->idle = job->next;
        worker->random = pattern_mix(worker->random + PATTERN_STEP);
        job_prepare(job, worker->run->options, worker->scratch, worker->random);
        job->under_way = 1;
        worker->under_way++;
        *last = &job->request;
        last = &job->request.next;
    }
    if (first) {
        vmk_BlockSubmit(worker->run->options->handle, first);
    }
    return answer;
}

static void count(struct run *run, const struct job *job) VMK_REQUIRES(&run->lock)
{
    struct verify_result *result = &run->result;

    switch (job->item.kind) {
    case SCHEDULE_FLUSH:
        result->flushes++;
        return;
    case SCHEDULE_WRITE:
        result->writes++;
        result->fua_writes += job->item.fua;
        result->blocks_written += job->item.num_blocks;
        result->stable = VMK_MAX(result->stable, job->item.stable);
        break;
    case SCHEDULE_READ:
        result->reads++;
        result->blocks_read += job->item.num_blocks;
        break;
    }
    result->pieces += job->request.numElems;
    result->high_pieces += job_high_pieces(job);
}

/** Look at a request that has ended, and tell the schedule. */
static void settle(struct worker *worker, struct job *job)
{
    static const char *const verbs[] = {
        [SCHEDULE_WRITE] = "writing", [SCHEDULE_READ] = "reading", [SCHEDULE_FLUSH] = "flushing"};
    struct run *run = worker->run;
    vmk_StatusValue status = job->request.status;
    struct diagnosis why;

    if (status != VMK_OK) {
        status = diagnose(&why, status, "%s %u blocks from block %lu: %s", verbs[job->item.kind],
                          job->item.num_blocks, job->item.block, vmk_StatusToString(status));
    } else {
        status = job_check(job, run->options, worker->scratch, &why);
    }
    mutex_lock(&run->lock);
    if (status == VMK_OK) {
        count(run, job);
        schedule_done(&run->schedule, &job->item);
    } else if (run->status == VMK_OK) {
        run->status = status;
        run->why = why;
    }
    wake_starving(run);
    mutex_unlock(&run->lock);
    worker->under_way--;
    job->next = worker->idle;
    worker->idle = job;
}

/** Wait until a request has ended, or there is another reason to look again. */
static void await(struct worker *worker)
{
    const struct verify_options *options = worker->run->options;

    if (!options->polled || worker->under_way == 0) {
        take(&worker->news);
        return;
    }
    while (!__atomic_load_n(&worker->ended, __ATOMIC_RELAXED)) {
        if (vmk_BlockPoll(options->handle) == 0) {
            (void)vmk_WorldYield();
        }
    }
}

static vmk_StatusValue work(void *data)
{
    struct worker *worker = data;
    struct job *job, *next;

    while (submit(worker) != SCHEDULE_END || worker->under_way != 0) {
        await(worker);
        for (job = __atomic_exchange_n(&worker->ended, NULL, __ATOMIC_ACQUIRE); job; job = next) {
            next = job->next;
            settle(worker, job);
        }
    }
    give(&worker->run->finished);
    return VMK_OK;
}

/* Making and unmaking. */

static void destroy_worker(struct worker *worker)
{
    struct job *job, *next;

    for (job = worker->idle; job; job = next) {
        next = job->next;
        job_destroy(job);
    }
    vmk_HeapFree(heap_kernel, worker->scratch);
}

static VMK_ReturnStatus create_worker(struct run *run, struct worker *worker, vmk_uint32 number,
                                      vmk_uint32 depth)
{
    worker->run = run;
    worker->random = pattern_mix(run->options->schedule.plan.seed + number);
    vmk_SemaInit(&worker->news, "storage verify", 0);
    worker->scratch = vmk_HeapAlloc(heap_kernel, run->options->block_size);
    for (vmk_uint32 i = 0; worker->scratch && i < depth; i++) {
        struct job *job = job_create(run->options);

        if (!job) {
            return VMK_NO_MEMORY;
        }
        job->worker = worker;
        job->request.done = ended;
        job->request.cookie.ptr = job;
        job->next = worker->idle;
        worker->idle = job;
    }
    return worker->scratch ? VMK_OK : VMK_NO_MEMORY;
}

/** Make all workers, then start them: one that can't be made keeps nothing from ending. */
static VMK_ReturnStatus create_workers(struct run *run)
{
    const struct verify_options *options = run->options;
    vmk_StatusValue status = VMK_OK;

    run->workers = vmk_HeapZalloc(heap_kernel, options->num_cpus * sizeof(*run->workers));
    if (!run->workers) {
        return VMK_NO_MEMORY;
    }
    for (vmk_uint32 i = 0; status == VMK_OK && i < options->num_cpus; i++) {
        vmk_uint32 share = options->depth / options->num_cpus + (i < options->depth % options->num_cpus);

        run->num_workers++;
        status = create_worker(run, &run->workers[i], i, share);
    }
    return status;
}

static VMK_ReturnStatus start_workers(struct run *run, vmk_uint32 *started)
{
    vmk_StatusValue status = VMK_OK;

    for (*started = 0; *started < run->num_workers; (*started)++) {
        struct worker *worker = &run->workers[*started];
        vmk_WorldProps world = {.name = "storage-verify",
                                .moduleID = VMK_VMKERNEL_MODULE_ID,
                                .startFunction = work,
                                .data = worker,
                                .affinity = 1ul << *started};

        status = vmk_WorldCreate(&world, &worker->world);
        if (status != VMK_OK) {
            break;
        }
    }
    return status;
}

static void stop(struct run *run, vmk_StatusValue status, const char *text)
{
    mutex_lock(&run->lock);
    if (run->status == VMK_OK) {
        run->status = diagnose(&run->why, status, "%s", text);
    }
    wake_starving(run);
    mutex_unlock(&run->lock);
}

/** The blocks done so far; @p total of all. */
static vmk_uint64 done_blocks(struct run *run, vmk_uint64 *total)
{
    const struct schedule_options *options = &run->options->schedule;
    vmk_uint64 done;

    mutex_lock(&run->lock);
    done = run->result.blocks_read + run->result.blocks_written;
    mutex_unlock(&run->lock);
    *total = options->plan.num_blocks * options->generations * (options->reads + options->writes);
    return done;
}

/** Wait for the workers, and tell how far they are. Who is to die stops them, and waits for them. */
static void wait_for_workers(struct run *run, vmk_uint32 workers)
{
    vmk_uint64 total, done, before = 0;
    vmk_uint32 silent_s = 0, finished = 0;
    vmk_Semaphore sema = &run->finished;

    while (finished < workers) {
        vmk_StatusValue status = vmk_SemaLockTimed(&sema, PROGRESS_MS);

        if (status == VMK_OK) {
            finished++;
        } else if (status == VMK_TIMEOUT) {
            done = done_blocks(run, &total);
            silent_s = done == before ? silent_s + 1 : 0;
            before = done;
            if (run->options->progress) {
                run->options->progress(run->options->cookie, done, total, silent_s);
            }
        } else {
            stop(run, status, "stopped");
            for (; finished < workers; finished++) {
                take(&run->finished);
            }
        }
    }
    for (vmk_uint32 i = 0; i < workers; i++) {
        while (vmk_WorldWaitForDeath(run->workers[i].world) != VMK_OK) {
            (void)vmk_WorldYield();
        }
    }
}

static VMK_ReturnStatus conclude(struct run *run, struct verify_result *result, struct diagnosis *why)
{
    vmk_StatusValue status;

    mutex_lock(&run->lock);
    *result = run->result;
    *why = run->why;
    status = run->status;
    mutex_unlock(&run->lock);
    if (status == VMK_OK && run->twice != 0) {
        status = diagnose(why, VMK_FAILURE, "%lu requests ended more than once", run->twice);
    }
    return status;
}

VMK_ReturnStatus verify_run(const struct verify_options *options, struct verify_result *result,
                            struct diagnosis *why) VMK_UNSHARED
{
    struct run *run = vmk_HeapZalloc(heap_kernel, sizeof(*run));
    vmk_uint64 start = vmk_GetTimerCycles();
    vmk_uint32 started = 0;
    vmk_StatusValue status;

    *result = (struct verify_result){0};
    if (!run) {
        return diagnose(why, VMK_NO_MEMORY, "there is no memory for the run");
    }
    run->options = options;
    mutex_init(&run->lock, "storage verify");
    vmk_SemaInit(&run->finished, "storage verify", 0);
    schedule_start(&run->schedule, &options->schedule);
    status = create_workers(run);
    if (status != VMK_OK) {
        status =
            diagnose(why, status,
                     "there is no memory for %u buffers of %lu bytes; choose a smaller depth or block size",
                     options->depth,
                     SHAPE_CAPACITY((vmk_uint64)options->schedule.plan.max_blocks * options->block_size));
    } else {
        status = start_workers(run, &started);
        if (status != VMK_OK) {
            stop(run, status, "a world could not be created");
        }
        wait_for_workers(run, started);
        status = conclude(run, result, why);
    }
    vmk_RCUSynchronize();
    result->elapsed_ms = vmk_TimerUnsignedTCToMS(vmk_GetTimerCycles() - start);
    for (vmk_uint32 i = 0; i < run->num_workers; i++) {
        destroy_worker(&run->workers[i]);
    }
    vmk_HeapFree(heap_kernel, run->workers);
    vmk_HeapFree(heap_kernel, run);
    return status;
}
