/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * retry.c - what becomes of commands that failed, and of requests that have to wait.
 *
 * The policy is the table: by status, how often a command is tried again, how long it waits before that
 * (doubling each time), and whether another path is tried instead where there is one. A request that finds no
 * path at all waits until one is back, for /Storage/AllPathsDownSeconds at most.
 */
#define VMK_LOG_MODULE "Storage"

#include "internal.h"

#include "retry.h"

#include <core/clock.h>
#include <core/config.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/bits.h>

CONFIG_UINT(down, "/Storage/AllPathsDownSeconds", 140, 0, 86400,
            "How long requests wait for a path to a disk to come back before they fail");

static const struct retry_rule rules[] = {
    {VMK_READ_ERROR, "medium_errors", 0, 0, false},
    {VMK_WRITE_ERROR, "write_errors", 0, 0, false},
    {VMK_IO_ERROR, "io_errors", 0, 0, false},
    {VMK_BUSY, "busy", 12, 10, false},
    {VMK_NO_RESOURCES, "no_resources", 12, 10, false},
    {VMK_NO_MEMORY, "no_memory", 12, 10, false},
    {VMK_DMA_MAPPING_FAILED, "dma_mapping_failed", 12, 10, false},
    {VMK_TIMEOUT, "timed_out", 3, 100, true},
    {VMK_ABORTED, "aborted", 5, 100, true},
    {VMK_NO_CONNECT, "no_connect", 8, 100, true},
    {VMK_PERM_DEV_LOSS, "lost", STORAGE_PATHS_MAX, RETRY_ELSEWHERE_ONLY, true},
    {VMK_READ_ONLY, "read_only", 0, 0, false},
    {VMK_NOT_SUPPORTED, "not_supported", 0, 0, false},
    {VMK_RESERVATION_CONFLICT, "reservation_conflicts", 0, 0, false},
    {VMK_NO_SPACE, "no_space", 0, 0, false},
    {VMK_FAILURE, "other_errors", 0, 0, false}, /* The last: whatever has no row of its own. */
};
VMK_STATIC_ASSERT(VMK_ARRAY_SIZE(rules) <= STORAGE_ERRORS_MAX, "each has a counter");

const struct retry_rule *retry_rule_of(vmk_StatusValue status)
{
    const struct retry_rule *rule = rules;

    while (rule->status != status && rule != &rules[VMK_ARRAY_SIZE(rules) - 1]) {
        rule++;
    }
    return rule;
}

vmk_uint32 retry_delay_ms(const struct retry_rule *rule, vmk_uint32 attempts)
{
    vmk_uint64 delay = rule->delay_ms;

    for (; attempts > 0 && delay < RETRY_DELAY_MAX_MS; attempts--) {
        delay *= 2;
    }
    return delay < RETRY_DELAY_MAX_MS ? (vmk_uint32)delay : RETRY_DELAY_MAX_MS;
}

const char *storage_error_name(unsigned row)
{
    return row < VMK_ARRAY_SIZE(rules) ? rules[row].counter : NULL;
}

/* Waiting. */

void device_wait(struct vmk_BlockDeviceInt *device, vmk_BlockRequest *request)
{
    request->next = NULL;
    *device->waiting_end = request;
    device->waiting_end = &request->next;
}

void device_kick(struct vmk_BlockDeviceInt *device)
{
    (void)vmk_TimerArm(&device->timer, clock_now_ns());
}

void device_note_down(struct vmk_BlockDeviceInt *device, bool down)
{
    if (!down) {
        if (device->give_up_at != 0 || device->given_up) {
            vmk_LogMessage("%s: there is a path again", device->name);
        }
        device->give_up_at = 0;
        device->given_up = false;
    } else if (device->give_up_at == 0 && !device->given_up && !device->lost) {
        device->give_up_at = clock_now_ns() + config_down.value * CLOCK_NS_PER_S;
        vmk_WarningMessage("%s: all paths down: requests wait for %lu seconds", device->name,
                           config_down.value);
    }
    device_kick(device);
}

/** Decide on failing what waits. @return the status to end it with, VMK_OK while it may go on waiting. */
static vmk_StatusValue hopeless(struct vmk_BlockDeviceInt *device, vmk_uint64 now) VMK_REQUIRES(&device->lock)
{
    if (device->active) {
        return VMK_OK;
    }
    if (device->lost) {
        return VMK_PERM_DEV_LOSS;
    }
    if (device->give_up_at != 0 && now >= device->give_up_at) {
        device->give_up_at = 0;
        device->given_up = true;
        vmk_WarningMessage("%s: all paths are still down: requests fail from now on", device->name);
    }
    return device->given_up ? VMK_NO_CONNECT : VMK_OK;
}

/** Take those whose time has come off the list. @param[out] next when it comes for another, or ~0. */
static vmk_BlockRequest *take_due(struct vmk_BlockDeviceInt *device, vmk_uint64 now, vmk_uint64 *next)
    VMK_REQUIRES(&device->lock)
{
    vmk_BlockRequest *due, **due_end = &due, **link = &device->waiting;

    *next = ~0ul;
    while (*link) {
        vmk_BlockRequest *request = *link;

        if (request->submittedAt <= now) {
            *link = request->next;
            *due_end = request;
            due_end = &request->next;
        } else {
            *next = VMK_MIN(*next, request->submittedAt);
            link = &request->next;
        }
    }
    device->waiting_end = link;
    *due_end = NULL;
    return due;
}

static void fail_all(vmk_BlockRequest *requests, vmk_StatusValue status)
{
    while (requests) {
        vmk_BlockRequest *next = requests->next;

        request_fail(requests, status);
        requests = next;
    }
}

void device_service(vmk_AddrCookie data)
{
    struct vmk_BlockDeviceInt *device = data.ptr;
    vmk_BlockRequest *requests = NULL;
    vmk_uint64 flags, now = clock_now_ns(), next = ~0ul;
    vmk_StatusValue status;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    status = hopeless(device, now);
    if (status != VMK_OK) {
        requests = take_due(device, ~0ul, &next);
    } else if (device->active) {
        requests = take_due(device, now, &next);
    } else if (device->give_up_at != 0) {
        next = device->give_up_at;
    }
    if (next != ~0ul) {
        (void)vmk_TimerArm(&device->timer, next);
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    if (status != VMK_OK) {
        fail_all(requests, status);
    } else {
        request_issue(device, requests);
    }
}

/* Failed commands. */

/** Have a request that failed on its path tried again. @return whether it will be. */
static bool try_again(vmk_BlockRequest *request, const struct retry_rule *rule)
{
    struct vmk_BlockDeviceInt *device = request->path->device;
    vmk_uint64 flags, now = clock_now_ns();
    bool elsewhere, again;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    elsewhere = rule->elsewhere && device->active != request->path;
    if (rule->elsewhere && !elsewhere) {
        elsewhere = device_choose(device, request->path);
    }
    again = elsewhere || rule->delay_ms != RETRY_ELSEWHERE_ONLY;
    if (again) {
        request->submittedAt =
            elsewhere ? now : now + retry_delay_ms(rule, request->attempts) * CLOCK_NS_PER_MS;
        request->attempts++;
        device->counters.retries++;
        device_wait(device, request);
        device_kick(device);
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    return again;
}

void request_retry(vmk_BlockRequest *request, vmk_StatusValue status)
{
    const struct retry_rule *rule = retry_rule_of(status);

    __atomic_fetch_add(&request->path->errors[rule - rules], 1, __ATOMIC_RELAXED);
    if ((request->flags & VMK_BLOCK_NO_RETRY) != 0 || request->attempts >= rule->retries ||
        !try_again(request, rule)) {
        request_fail(request, status);
    }
}
