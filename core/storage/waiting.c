/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * waiting.c - requests that have to wait: for a path, or until a command that failed is tried again.
 *
 * A request that finds no path waits until one is back, for /Storage/AllPathsDownSeconds at most. One whose
 * command failed waits as the policy says (retry.h). Both are in one list of the device's, which its timer
 * looks after; nothing polls.
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
    vmk_uint32 paths, round;
    bool elsewhere, again;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    /* A round is a try on each path. */
    paths = rule->elsewhere && device->num_paths != 0 ? device->num_paths : 1;
    round = request->attempts / paths;
    elsewhere = rule->elsewhere && (device->active != request->path || device_choose(device, request->path));
    again = round < rule->retries &&
            (rule->delay_ms != RETRY_ELSEWHERE_ONLY || (elsewhere && request->attempts + 1u < paths));
    if (again) {
        request->attempts++;
        request->submittedAt = now;
        if (!elsewhere || request->attempts % paths == 0) {
            request->submittedAt += retry_delay_ms(rule, round) * CLOCK_NS_PER_MS;
        }
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

    __atomic_fetch_add(&request->path->errors[retry_row(rule)], 1, __ATOMIC_RELAXED);
    if (request->op == VMK_BLOCK_WRITE_ZEROES && status == VMK_NOT_SUPPORTED) {
        split_refused_zeroes(request);
        return;
    }
    if ((request->flags & VMK_BLOCK_NO_RETRY) != 0 || !try_again(request, rule)) {
        request_fail(request, status);
    }
}
