/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_queues.c - the model's queues (NVMe 4): fetching, completing, interrupts, and lies about all three.
 */
#include "nvme_controller.h"

#include <stdlib.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/bits.h>

#define SQE_BYTES       64
#define CQE_BYTES       16
#define NO_ROOM_NS      10000 /* When to look again for room in a completion queue. */
#define AQA_SQ(aqa)     (((aqa)&0xfff) + 1)
#define AQA_CQ(aqa)     (((aqa) >> 16 & 0xfff) + 1)
#define CC_ENABLE       1u
#define CSTS_RUNS(csts) (((csts)&3) == 1)

VMK_STATIC_ASSERT(sizeof(struct nvme_sqe) == SQE_BYTES, "as the specification has it");
VMK_STATIC_ASSERT(sizeof(struct nvme_cqe) == CQE_BYTES, "as the specification has it");

static void command_done(struct hosted_event *event);

void nvme_start_queues(struct nvme *nvme)
{
    NVME_DRIVER_MUST(nvme->asq % NVME_PAGE == 0 && nvme->acq % NVME_PAGE == 0, "admin queues off a page");
    NVME_DRIVER_MUST(AQA_SQ(nvme->aqa) >= 2 && AQA_CQ(nvme->aqa) >= 2, "admin queues without entries");
    nvme->sq[0] = (struct nvme_sq){.live = VMK_TRUE, .base = nvme->asq, .entries = AQA_SQ(nvme->aqa)};
    nvme->cq[0] = (struct nvme_cq){.live = VMK_TRUE,
                                   .interrupts = VMK_TRUE,
                                   .base = nvme->acq,
                                   .entries = AQA_CQ(nvme->aqa),
                                   .users = 1,
                                   .phase = VMK_TRUE};
}

static void drop(struct nvme *nvme, struct nvme_command *command)
{
    hosted_event_cancel(&command->event);
    command->used = VMK_FALSE;
    nvme->sq[command->sq].under_way--;
}

void nvme_stop_queues(struct nvme *nvme)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(nvme->command); i++) {
        if (nvme->command[i].used) {
            drop(nvme, &nvme->command[i]);
        }
    }
    memset(nvme->sq, 0, sizeof(nvme->sq));
    memset(nvme->cq, 0, sizeof(nvme->cq));
    nvme->shadow = nvme->event = 0;
}

unsigned nvme_under_way(const struct nvme *nvme)
{
    unsigned count = 0;

    for (unsigned i = 0; i < NVME_QUEUES; i++) {
        count += nvme->sq[i].under_way;
    }
    for (unsigned i = 0; i < NVME_EVENTS; i++) {
        count -= nvme->waiting[i] != NULL;
    }
    return count;
}

/* Interrupts (NVMe 7.5). */

static vmk_Bool is_pending(const struct nvme *nvme, const struct nvme_cq *cq)
{
    return cq->live && cq->interrupts && cq->head != cq->tail && (nvme->intms >> cq->vector & 1) == 0;
}

void nvme_update_pin(struct nvme *nvme)
{
    vmk_Bool asserted = VMK_FALSE;

    for (unsigned i = 0; i < NVME_QUEUES; i++) {
        asserted |= is_pending(nvme, &nvme->cq[i]);
    }
    hosted_pci_set_pin(&nvme->pci, asserted && !nvme->mute && !hosted_pci_has_messages(&nvme->pci));
}

void nvme_interrupt(struct nvme *nvme, unsigned queue)
{
    if (hosted_pci_has_messages(&nvme->pci)) {
        hosted_pci_message(&nvme->pci, nvme->cq[queue].vector);
    } else {
        hosted_pci_set_pin(&nvme->pci, VMK_TRUE);
        nvme_update_pin(nvme);
    }
}

static void notify(struct nvme *nvme, unsigned queue)
{
    if (nvme->mute || !nvme->cq[queue].interrupts) {
        return;
    }
    if (nvme->interrupt_nth != 0 && ++nvme->interrupts_due < nvme->interrupt_nth) {
        return;
    }
    nvme->interrupts_due = 0;
    if (hosted_pci_has_messages(&nvme->pci)) {
        hosted_pci_message(&nvme->pci, nvme->cq[queue].vector);
    } else {
        nvme_update_pin(nvme);
    }
}

/* Completions. */

static vmk_Bool has_room(const struct nvme_cq *cq)
{
    return (cq->tail + 1) % cq->entries != cq->head;
}

static struct nvme_cqe *entry_at(struct nvme *nvme, const struct nvme_cq *cq)
{
    return hosted_pci_dma(&nvme->pci, cq->base + cq->tail * CQE_BYTES, CQE_BYTES,
                          VMK_DMA_DIRECTION_TO_MEMORY);
}

/* Put an entry at the tail. Its phase tag (4.6) is written last. */
static void post(struct nvme *nvme, struct nvme_cq *cq, struct nvme_cqe entry)
{
    struct nvme_cqe *at = entry_at(nvme, cq);
    vmk_uint16 status = (vmk_uint16)(entry.status << 1 | cq->phase);

    if (at == NULL || !has_room(cq)) {
        return;
    }
    entry.status = at->status;
    *at = entry;
    __atomic_store_n(&at->status, status, __ATOMIC_RELEASE);
    nvme->completions++;
    cq->tail = (cq->tail + 1) % cq->entries;
    cq->phase ^= cq->tail == 0;
}

/* An entry that looks as if it were of the last round, where the next one will be. */
static void post_stale(struct nvme *nvme, const struct nvme_cq *cq, struct nvme_cqe entry)
{
    struct nvme_cqe *at = entry_at(nvme, cq);

    if (at != NULL) {
        entry.status = (vmk_uint16)(entry.status << 1 | !cq->phase);
        *at = entry;
    }
}

static void post_with_lie(struct nvme *nvme, struct nvme_cq *cq, const struct nvme_command *command,
                          struct nvme_cqe entry)
{
    struct nvme_cqe foreign = entry;

    switch (command->lie) {
    case NVME_FOREIGN_ID:
        foreign.id = (vmk_uint16)command->argument;
        post(nvme, cq, foreign);
        break;
    case NVME_TWICE:
        post(nvme, cq, entry);
        break;
    case NVME_STALE_PHASE:
        post_stale(nvme, cq, entry);
        notify(nvme, nvme->sq[command->sq].cq);
        break;
    case NVME_WRONG_SQ:
        entry.sq_id = 0x7777;
        break;
    case NVME_WRONG_HEAD:
        entry.sq_head = 0xffff;
        break;
    default:
        break;
    }
    post(nvme, cq, entry);
}

void nvme_complete(struct nvme *nvme, struct nvme_command *command, vmk_uint16 status)
{
    struct nvme_sq *sq = &nvme->sq[command->sq];
    struct nvme_cqe entry = {.result = command->result,
                             .sq_head = (vmk_uint16)sq->head,
                             .sq_id = (vmk_uint16)command->sq,
                             .id = command->sqe.id,
                             .status = status};

    drop(nvme, command);
    post_with_lie(nvme, &nvme->cq[sq->cq], command, entry);
    notify(nvme, sq->cq);
}

void nvme_phantom(struct nvme *nvme, unsigned queue, vmk_uint16 id, vmk_uint16 status)
{
    struct nvme_cqe entry = {
        .sq_head = (vmk_uint16)nvme->sq[queue].head, .sq_id = (vmk_uint16)queue, .id = id, .status = status};

    VMK_VERIFY(nvme->cq[queue].live && has_room(&nvme->cq[queue]));
    post(nvme, &nvme->cq[queue], entry);
    notify(nvme, queue);
}

static vmk_uint16 execute(struct nvme *nvme, struct nvme_command *command)
{
    if (command->lie == NVME_FAILS) {
        return (vmk_uint16)command->argument;
    }
    return command->sq == 0 ? nvme_admin(nvme, command) : nvme_io(nvme, command);
}

static void command_done(struct hosted_event *event)
{
    struct nvme_command *command = VMK_CONTAINER_OF(event, struct nvme_command, event);
    struct nvme *nvme = command->nvme;

    nvme_shadow_look_cq(nvme, nvme->sq[command->sq].cq);
    if (nvme->all_ones || nvme->pci.gone) {
        drop(nvme, command);
    } else if (!has_room(&nvme->cq[nvme->sq[command->sq].cq])) {
        hosted_event_set(event, NO_ROOM_NS);
    } else if (command->sq == 0 && command->sqe.opcode == NVME_ASYNC_EVENT) {
        nvme_admin(nvme, command); /* It is kept, or ended there. */
    } else {
        nvme_complete(nvme, command, execute(nvme, command));
    }
}

static struct nvme_command *find(struct nvme *nvme, unsigned sq, vmk_uint16 id)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(nvme->command); i++) {
        struct nvme_command *command = &nvme->command[i];

        if (command->used && command->sq == sq && command->sqe.id == id) {
            return command;
        }
    }
    return NULL;
}

vmk_Bool nvme_abort(struct nvme *nvme, unsigned sq, vmk_uint16 id)
{
    struct nvme_command *command = find(nvme, sq, id);

    if (command == NULL || command->lie == NVME_NEVER) {
        return VMK_FALSE;
    }
    nvme_complete(nvme, command, NVME_ABORTED);
    return VMK_TRUE;
}

void nvme_abort_all(struct nvme *nvme, unsigned sq)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(nvme->command); i++) {
        struct nvme_command *command = &nvme->command[i];

        if (command->used && command->sq == sq) {
            nvme_complete(nvme, command, NVME_ABORTED_SQ_DELETION);
        }
    }
}

/* Fetching. */

static vmk_Bool touches(const struct nvme_rule *rule, const struct nvme_sqe *sqe)
{
    vmk_uint64 lba = sqe->cdw10 | (vmk_uint64)sqe->cdw11 << 32;

    return rule->blocks == 0 ||
           (lba < rule->first_lba + rule->blocks && rule->first_lba < lba + (sqe->cdw12 & 0xffff) + 1);
}

static void judge(struct nvme *nvme, struct nvme_command *command)
{
    for (struct nvme_rule *rule = nvme->rule; rule < nvme->rule + NVME_RULES; rule++) {
        if (rule->lie == NVME_HONEST || rule->admin != (command->sq == 0) ||
            (rule->opcode != NVME_ANY_OPCODE && rule->opcode != command->sqe.opcode) ||
            !touches(rule, &command->sqe)) {
            continue;
        }
        if (rule->matched++ >= rule->skip &&
            (rule->times == 0 || rule->matched <= rule->skip + rule->times)) {
            command->lie = rule->lie;
            command->argument = rule->argument;
        }
    }
}

static vmk_uint64 latency_ns(struct nvme *nvme)
{
    unsigned least = nvme->latency_us / 10, spread = nvme->latency_us - least + 1;

    return (least + (unsigned)rand_r(&nvme->random) % spread) * VMK_NSEC_PER_USEC;
}

static void take(struct nvme *nvme, unsigned queue, const struct nvme_sqe *sqe)
{
    struct nvme_command *command = nvme->command;

    NVME_DRIVER_MUST(find(nvme, queue, sqe->id) == NULL, "a command id that is in use");
    while (command->used) {
        command++;
        NVME_DRIVER_MUST(command < nvme->command + VMK_ARRAY_SIZE(nvme->command), "too many commands");
    }
    *command = (struct nvme_command){
        .event.happen = command_done, .nvme = nvme, .used = VMK_TRUE, .sq = queue, .sqe = *sqe};
    nvme->sq[queue].under_way++;
    nvme->commands[queue != 0][sqe->opcode]++;
    judge(nvme, command);
    if (command->lie == NVME_LATE) {
        hosted_event_set(&command->event, command->argument * VMK_NSEC_PER_MSEC);
    } else if (command->lie != NVME_NEVER && command->lie != NVME_STUCK) {
        hosted_event_set(&command->event, latency_ns(nvme));
    }
}

static void fetch(struct nvme *nvme, unsigned queue)
{
    struct nvme_sq *sq = &nvme->sq[queue];

    nvme_shadow_look_sq(nvme, queue);
    while (sq->head != sq->tail) {
        const struct nvme_sqe *sqe = hosted_pci_dma(&nvme->pci, sq->base + sq->head * SQE_BYTES, SQE_BYTES,
                                                    VMK_DMA_DIRECTION_FROM_MEMORY);

        if (sqe == NULL) {
            return;
        }
        sq->head = (sq->head + 1) % sq->entries;
        take(nvme, queue, sqe);
        nvme_shadow_look_sq(nvme, queue);
    }
}

static void ring_sq(struct nvme *nvme, unsigned queue, vmk_uint32 value)
{
    struct nvme_sq *sq = &nvme->sq[queue];

    NVME_DRIVER_MUST(sq->live, "the doorbell of a submission queue there is not");
    NVME_DRIVER_MUST(value < sq->entries, "a submission queue's tail that is out of range");
    sq->tail = value;
    fetch(nvme, queue);
}

/* A queue that is gone may have had entries that were not taken yet. */
static void ring_cq(struct nvme *nvme, unsigned queue, vmk_uint32 value)
{
    struct nvme_cq *cq = &nvme->cq[queue];

    if (!cq->live) {
        return;
    }
    NVME_DRIVER_MUST(value < cq->entries && (value + cq->entries - cq->head) % cq->entries <=
                                                (cq->tail + cq->entries - cq->head) % cq->entries,
                     "a completion queue's head beyond its tail");
    cq->head = value;
    nvme_update_pin(nvme);
}

/* A controller that is about to be disabled, or to be enabled, hears none: Linux has a work of its own ask
 * for things while another one resets. */
void nvme_doorbell(struct nvme *nvme, unsigned number, vmk_uint32 value)
{
    if (!(nvme->cc & CC_ENABLE) || !CSTS_RUNS(nvme->csts)) {
        return;
    }
    NVME_DRIVER_MUST(number / 2 < NVME_QUEUES, "a doorbell there is not");
    (number % 2 == 0 ? ring_sq : ring_cq)(nvme, number / 2, value);
}
