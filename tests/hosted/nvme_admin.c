/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_admin.c - the model's admin commands (NVMe 5).
 */
#include "nvme_controller.h"

#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/lib/bits.h>

#define LOG_MAX       4096
#define LOG_ERROR     0x01
#define LOG_SMART     0x02
#define LOG_FIRMWARE  0x03
#define LOG_CHANGED   0x04
#define LOG_EFFECTS   0x05
#define EVENT_NOTICE  2
#define NOTICE_NS     0
#define SMART_BYTES   512
#define CONTIGUOUS    1u
#define CQ_INTERRUPTS 2u

enum feature {
    FEATURE_TEMPERATURE = 0x04,
    FEATURE_WRITE_CACHE = 0x06,
    FEATURE_QUEUES = 0x07,
    FEATURE_EVENTS = 0x0b,
};

struct nvme_namespace *nvme_namespace_of(struct nvme *nvme, vmk_uint32 nsid)
{
    return nsid >= 1 && nsid <= NVME_NAMESPACES && nvme->ns[nsid - 1].attached ? &nvme->ns[nsid - 1] : NULL;
}

/* Queues (5.3 to 5.6). */

static vmk_uint16 create_cq(struct nvme *nvme, const struct nvme_sqe *sqe)
{
    unsigned id = sqe->cdw10 & 0xffff, entries = (sqe->cdw10 >> 16) + 1, vector = sqe->cdw11 >> 16;

    if (id == 0 || id >= NVME_QUEUES || nvme->cq[id].live) {
        return NVME_INVALID_QUEUE_ID;
    }
    if (entries < 2 || entries > NVME_ENTRIES) {
        return NVME_INVALID_QUEUE_SIZE;
    }
    if (vector >= NVME_QUEUES) {
        return NVME_INVALID_VECTOR;
    }
    NVME_DRIVER_MUST((sqe->cdw11 & CONTIGUOUS) && sqe->prp1 % NVME_PAGE == 0,
                     "a queue that is not contiguous");
    NVME_DRIVER_MUST((nvme->cc >> 20 & 15) == 4, "completion queue entries of another size");
    nvme->cq[id] = (struct nvme_cq){.live = VMK_TRUE,
                                    .interrupts = (sqe->cdw11 & CQ_INTERRUPTS) != 0,
                                    .base = sqe->prp1,
                                    .entries = entries,
                                    .vector = vector,
                                    .phase = VMK_TRUE};
    return NVME_OK;
}

static vmk_uint16 create_sq(struct nvme *nvme, const struct nvme_sqe *sqe)
{
    unsigned id = sqe->cdw10 & 0xffff, entries = (sqe->cdw10 >> 16) + 1, cq = sqe->cdw11 >> 16;

    if (id == 0 || id >= NVME_QUEUES || nvme->sq[id].live) {
        return NVME_INVALID_QUEUE_ID;
    }
    if (entries < 2 || entries > NVME_ENTRIES) {
        return NVME_INVALID_QUEUE_SIZE;
    }
    if (cq == 0 || cq >= NVME_QUEUES || !nvme->cq[cq].live) {
        return NVME_INVALID_CQ;
    }
    NVME_DRIVER_MUST((sqe->cdw11 & CONTIGUOUS) && sqe->prp1 % NVME_PAGE == 0,
                     "a queue that is not contiguous");
    NVME_DRIVER_MUST((nvme->cc >> 16 & 15) == 6, "submission queue entries of another size");
    nvme->sq[id] = (struct nvme_sq){.live = VMK_TRUE, .base = sqe->prp1, .entries = entries, .cq = cq};
    nvme->cq[cq].users++;
    return NVME_OK;
}

static vmk_uint16 delete_sq(struct nvme *nvme, const struct nvme_sqe *sqe)
{
    unsigned id = sqe->cdw10 & 0xffff;

    if (id == 0 || id >= NVME_QUEUES || !nvme->sq[id].live) {
        return NVME_INVALID_QUEUE_ID;
    }
    nvme_abort_all(nvme, id);
    nvme->cq[nvme->sq[id].cq].users--;
    nvme->sq[id].live = VMK_FALSE;
    return NVME_OK;
}

static vmk_uint16 delete_cq(struct nvme *nvme, const struct nvme_sqe *sqe)
{
    unsigned id = sqe->cdw10 & 0xffff;

    if (id == 0 || id >= NVME_QUEUES || !nvme->cq[id].live) {
        return NVME_INVALID_QUEUE_ID;
    }
    if (nvme->cq[id].users != 0) {
        return NVME_INVALID_DELETION;
    }
    nvme->cq[id].live = VMK_FALSE;
    nvme_update_pin(nvme);
    return NVME_OK;
}

static vmk_uint16 abort_command(struct nvme *nvme, struct nvme_command *command)
{
    unsigned sq = command->sqe.cdw10 & 0xffff;

    nvme->aborts++;
    command->result =
        sq < NVME_QUEUES && nvme_abort(nvme, sq, (vmk_uint16)(command->sqe.cdw10 >> 16)) ? 0 : 1;
    return NVME_OK;
}

/* Features (5.21). */

static vmk_uint16 set_feature(struct nvme *nvme, struct nvme_command *command)
{
    unsigned id = command->sqe.cdw10 & 0xff, wanted = command->sqe.cdw11 & 0xffff;
    unsigned queues = nvme->queues_granted != 0 ? nvme->queues_granted : NVME_QUEUES - 1;

    if (command->sqe.cdw10 >> 31) {
        return NVME_FEATURE_NOT_SAVEABLE;
    }
    if (id == 0 || id >= VMK_ARRAY_SIZE(nvme->feature)) {
        return NVME_INVALID_FIELD;
    }
    nvme->feature[id] = command->sqe.cdw11;
    if (id == FEATURE_QUEUES) {
        queues = VMK_MIN(queues, wanted + 1) - 1;
        command->result = nvme->feature[id] = queues | queues << 16;
    } else if (id == FEATURE_WRITE_CACHE) {
        for (unsigned i = 0; i < NVME_NAMESPACES; i++) {
            medium_flush(&nvme->ns[i].medium);
            nvme->ns[i].medium.caches = command->sqe.cdw11 & 1;
        }
    }
    return NVME_OK;
}

static vmk_uint16 get_feature(struct nvme *nvme, struct nvme_command *command)
{
    unsigned id = command->sqe.cdw10 & 0xff;

    if (id == 0 || id >= VMK_ARRAY_SIZE(nvme->feature)) {
        return NVME_INVALID_FIELD;
    }
    command->result = id == FEATURE_WRITE_CACHE ? nvme->ns[0].medium.caches : nvme->feature[id];
    return NVME_OK;
}

/* Log pages (5.14). */

/* 5.14.1.2: kelvins, spare and used in percent, and some counters. */
static void smart_log(const struct nvme *nvme, vmk_uint8 *log)
{
    log[1] = 300 & 0xff;
    log[2] = 300 >> 8;
    log[3] = 100;
    log[4] = 10;
    log[5] = 1;
    memcpy(log + 64, &nvme->commands[1][NVME_READ], 8);
    memcpy(log + 80, &nvme->commands[1][NVME_WRITE], 8);
}

static void changed_log(struct nvme *nvme, vmk_uint8 *log)
{
    vmk_uint32 count = 0;

    for (vmk_uint32 nsid = 1; nsid <= NVME_NAMESPACES; nsid++) {
        if (nvme->changed_namespaces >> nsid & 1) {
            memcpy(log + 4 * count++, &nsid, 4);
        }
    }
    nvme->changed_namespaces = 0;
}

static vmk_uint16 get_log(struct nvme *nvme, const struct nvme_command *command)
{
    const struct nvme_sqe *sqe = &command->sqe;
    vmk_ByteCount bytes = ((sqe->cdw10 >> 16 | (sqe->cdw11 & 0xffffull) << 16) + 1) * 4;
    vmk_uint64 offset = sqe->cdw12 | (vmk_uint64)sqe->cdw13 << 32;
    vmk_uint8 log[LOG_MAX] = {0};

    switch (sqe->cdw10 & 0xff) {
    case LOG_ERROR:
        break;
    case LOG_SMART:
        smart_log(nvme, log);
        break;
    case LOG_FIRMWARE:
        log[0] = 1;
        memcpy(log + 8, nvme->firmware, sizeof(nvme->firmware) - 1);
        break;
    case LOG_CHANGED:
        changed_log(nvme, log);
        break;
    default:
        return NVME_INVALID_LOG_PAGE | NVME_DO_NOT_RETRY;
    }
    if (offset % 4 != 0 || offset > sizeof(log) || bytes > sizeof(log) - offset) {
        return NVME_INVALID_FIELD | NVME_DO_NOT_RETRY;
    }
    return nvme_to_host(command, log + offset, bytes) ? NVME_OK : NVME_INTERNAL;
}

/* Asynchronous events (5.2). */

static void keep_event_request(struct nvme *nvme, struct nvme_command *command)
{
    for (unsigned i = 0; i < NVME_EVENTS; i++) {
        if (nvme->waiting[i] == NULL) {
            nvme->waiting[i] = command;
            return;
        }
    }
    nvme_complete(nvme, command, NVME_TOO_MANY_EVENTS | NVME_DO_NOT_RETRY);
}

void nvme_event(struct nvme *nvme, unsigned type, unsigned info, unsigned log_page)
{
    struct nvme_command *command;

    for (unsigned i = 0; i < NVME_EVENTS; i++) {
        if ((command = nvme->waiting[i]) != NULL) {
            nvme->waiting[i] = NULL;
            command->result = type | info << 8 | log_page << 16;
            nvme_complete(nvme, command, NVME_OK);
            return;
        }
    }
}

void nvme_forget_events(struct nvme *nvme)
{
    memset(nvme->waiting, 0, sizeof(nvme->waiting));
}

/* A controller tells of a namespace once, until its log is read. */
static void namespace_changed(struct nvme *nvme, vmk_uint32 nsid)
{
    vmk_Bool told = nvme->changed_namespaces != 0;

    if (nvme->enables != 0) {
        nvme->changed_namespaces |= 1u << nsid;
    }
    if (!told) {
        nvme_event(nvme, EVENT_NOTICE, NOTICE_NS, LOG_CHANGED);
    }
}

void nvme_attach(struct nvme *nvme, vmk_uint32 nsid, vmk_uint64 blocks, vmk_uint32 block_bytes)
{
    struct nvme_namespace *ns = &nvme->ns[nsid - 1];

    VMK_VERIFY(!ns->attached);
    medium_init(&ns->medium, blocks, block_bytes);
    ns->attached = VMK_TRUE;
    namespace_changed(nvme, nsid);
}

void nvme_detach(struct nvme *nvme, vmk_uint32 nsid)
{
    struct nvme_namespace *ns = &nvme->ns[nsid - 1];

    ns->attached = VMK_FALSE;
    medium_free(&ns->medium);
    namespace_changed(nvme, nsid);
}

void nvme_resize(struct nvme *nvme, vmk_uint32 nsid, vmk_uint64 blocks)
{
    medium_resize(&nvme->ns[nsid - 1].medium, blocks);
    namespace_changed(nvme, nsid);
}

static vmk_uint16 identify(struct nvme *nvme, const struct nvme_command *command)
{
    vmk_uint8 data[NVME_PAGE] = {0};
    vmk_uint16 status = nvme_identify(nvme, &command->sqe, data);

    if (status != NVME_OK) {
        return status;
    }
    return nvme_to_host(command, data, sizeof(data)) ? NVME_OK : NVME_INTERNAL;
}

vmk_uint16 nvme_admin(struct nvme *nvme, struct nvme_command *command)
{
    const struct nvme_sqe *sqe = &command->sqe;

    switch (sqe->opcode) {
    case NVME_CREATE_CQ:
        return create_cq(nvme, sqe);
    case NVME_CREATE_SQ:
        return create_sq(nvme, sqe);
    case NVME_DELETE_CQ:
        return delete_cq(nvme, sqe);
    case NVME_DELETE_SQ:
        return delete_sq(nvme, sqe);
    case NVME_IDENTIFY:
        return identify(nvme, command);
    case NVME_ABORT:
        return abort_command(nvme, command);
    case NVME_SET_FEATURES:
        return set_feature(nvme, command);
    case NVME_GET_FEATURES:
        return get_feature(nvme, command);
    case NVME_GET_LOG:
        return get_log(nvme, command);
    case NVME_DOORBELL_BUFFER:
        return nvme_shadow_set(nvme, sqe);
    case NVME_ASYNC_EVENT:
        keep_event_request(nvme, command);
        return NVME_OK;
    default:
        return NVME_INVALID_OPCODE | NVME_DO_NOT_RETRY;
    }
}
