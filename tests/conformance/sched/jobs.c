/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs.c - the worlds that the tests run, and what they do at random.
 */
#include "sched.h"

#include <vmkapi/base/module.h>

struct job jobs[MAX_WORLDS];

/* Xorshift (Marsaglia 2003). */
vmk_uint32 random_next(vmk_uint32 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void spin(vmk_uint32 rounds)
{
    for (vmk_uint32 i = 0; i < rounds; i++) {
        vmk_CPURelax();
    }
}

static vmk_StatusValue job_main(void *data)
{
    struct job *job = data;

    job->result = job->body(job);
    return VMK_OK;
}

vmk_StatusValue start_job(vmk_uint32 index, vmk_StatusValue (*body)(struct job *job), vmk_uint64 affinity,
                          vmk_WorldSchedClass class, vmk_WorldID *id)
{
    vmk_WorldProps props = {.name = "test-sched",
                            .moduleID = vmk_ModuleCurrentID,
                            .startFunction = job_main,
                            .data = &jobs[index],
                            .schedClass = class,
                            .affinity = affinity};

    jobs[index] =
        (struct job){.index = index, .seed = index * 2654435761u + 1, .body = body, .result = VMK_FAILURE};
    return vmk_WorldCreate(&props, id);
}

vmk_StatusValue run_worlds(vmk_uint32 count, vmk_StatusValue (*body)(struct job *job))
{
    vmk_WorldID id[MAX_WORLDS];
    vmk_StatusValue result = VMK_OK, status = VMK_OK;
    vmk_uint32 started;

    for (started = 0; started < count && status == VMK_OK; started++) {
        status = start_job(started, body, 0, VMK_WORLD_SCHED_CLASS_DEFAULT, &id[started]);
    }
    for (vmk_uint32 i = 0; i < started; i++) {
        status = vmk_WorldWaitForDeath(id[i]);
        if (result == VMK_OK) {
            result = status == VMK_OK ? jobs[i].result : status;
        }
    }
    return result;
}
