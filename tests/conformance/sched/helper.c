/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper.c - helper queues.
 */
#include "sched.h"

#include <vmkapi/base/helper.h>
#include <vmkapi/base/module.h>

/* Each request is run or cancelled, once. */

static vmk_Helper helper;
static vmk_uint64 requests_run, requests_cancelled, requests_submitted, tags_running[8];

static void request_body(vmk_AddrCookie data)
{
    __atomic_fetch_add(&tags_running[data.u64], 1, __ATOMIC_SEQ_CST);
    if (data.u64 % 2 != 0) {
        vmk_WorldYield();
    }
    __atomic_fetch_add(&requests_run, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&tags_running[data.u64], 1, __ATOMIC_SEQ_CST);
}

static void request_cancelled(vmk_AddrCookie data)
{
    __atomic_fetch_add(&requests_cancelled, 1, __ATOMIC_RELAXED);
}

static vmk_StatusValue use_helper(struct job *job)
{
    vmk_AddrCookie tag = {.u64 = job->index + 1}, data = {.u64 = job->index};
    vmk_HelperRequestProps props;

    vmk_HelperRequestPropsInit(&props);
    props.requestMayBlock = VMK_TRUE;
    props.tag = tag;
    props.cancelFunc = request_cancelled;
    for (unsigned i = 0; i < 300; i++) {
        vmk_uint32 delay = random_next(&job->seed) % 3;

        KTAP_CHECK(vmk_HelperSubmitDelayedRequest(helper, request_body, data, delay, &props) == VMK_OK);
        __atomic_fetch_add(&requests_submitted, 1, __ATOMIC_RELAXED);
        if (random_next(&job->seed) % 8 == 0) {
            vmk_HelperCancelRequestSync(helper, tag, NULL);
            KTAP_CHECK(__atomic_load_n(&tags_running[job->index], __ATOMIC_SEQ_CST) == 0);
        }
    }
    return vmk_HelperFlush(helper);
}

vmk_StatusValue test_helper(void)
{
    vmk_HelperProps props = {.name = {"test-helper"},
                             .moduleID = vmk_ModuleCurrentID,
                             .heap = heap,
                             .maxRequests = 16,
                             .mutables = {.maxWorlds = 2}};

    requests_run = requests_cancelled = requests_submitted = 0;
    KTAP_CHECK(vmk_HelperCreate(&props, &helper) == VMK_OK);
    KTAP_CHECK(run_worlds(6, use_helper) == VMK_OK);
    KTAP_CHECK(vmk_HelperDestroy(helper) == VMK_OK);
    KTAP_CHECK(requests_submitted == requests_run + requests_cancelled);
    return VMK_OK;
}
