/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_shadow.c - the model's doorbells in memory (NVMe 5.7, 7.13), as QEMU 7.2's controller has them.
 *
 * The host writes where a queue is to the shadow, and to the register only when it passes the event index,
 * which the controller moves on as it looks. Being told of the two does not move an event index: that of a
 * queue which has had commands by then stays behind until the register is written for another reason.
 */
#include "nvme_controller.h"

#include <vmkapi/base/assert.h>

enum doorbell {
    DOORBELL_SQ_TAIL = 0,
    DOORBELL_CQ_HEAD = 1,
};

#define DOORBELL_BYTES 4

static vmk_uint32 *index_at(const struct nvme *nvme, vmk_MA base, unsigned queue, enum doorbell which,
                            vmk_DMADirection direction)
{
    return hosted_pci_dma(&nvme->pci, base + (2 * queue + which) * DOORBELL_BYTES, DOORBELL_BYTES, direction);
}

static void store(const struct nvme *nvme, vmk_MA base, unsigned queue, enum doorbell which, unsigned value)
{
    vmk_uint32 *at = index_at(nvme, base, queue, which, VMK_DMA_DIRECTION_TO_MEMORY);

    if (at != NULL) {
        __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
    }
}

/* Ask to be told when the doorbell goes beyond @current. @return where it is. */
static unsigned look(const struct nvme *nvme, unsigned queue, enum doorbell which, unsigned current)
{
    const vmk_uint32 *at = index_at(nvme, nvme->shadow, queue, which, VMK_DMA_DIRECTION_FROM_MEMORY);

    if (at == NULL) {
        return current;
    }
    store(nvme, nvme->event, queue, which, current);
    return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}

vmk_uint16 nvme_shadow_set(struct nvme *nvme, const struct nvme_sqe *sqe)
{
    if (!nvme->has_shadow) {
        return NVME_INVALID_OPCODE | NVME_DO_NOT_RETRY;
    }
    if (sqe->prp1 % NVME_PAGE != 0 || sqe->prp2 % NVME_PAGE != 0) {
        return NVME_INVALID_FIELD | NVME_DO_NOT_RETRY;
    }
    nvme->shadow = sqe->prp1;
    nvme->event = sqe->prp2;
    for (unsigned i = 1; i < NVME_QUEUES; i++) {
        if (nvme->sq[i].live) {
            store(nvme, nvme->shadow, i, DOORBELL_SQ_TAIL, nvme->sq[i].tail);
            store(nvme, nvme->shadow, nvme->sq[i].cq, DOORBELL_CQ_HEAD, nvme->cq[nvme->sq[i].cq].head);
        }
    }
    return NVME_OK;
}

void nvme_shadow_look_sq(struct nvme *nvme, unsigned queue)
{
    struct nvme_sq *sq = &nvme->sq[queue];

    if (nvme->shadow != 0 && queue != 0) {
        sq->tail = look(nvme, queue, DOORBELL_SQ_TAIL, sq->tail);
        NVME_DRIVER_MUST(sq->tail < sq->entries, "a submission queue's tail in memory that is out of range");
    }
}

void nvme_shadow_look_cq(struct nvme *nvme, unsigned queue)
{
    struct nvme_cq *cq = &nvme->cq[queue];

    if (nvme->shadow != 0 && queue != 0 && cq->live) {
        cq->head = look(nvme, queue, DOORBELL_CQ_HEAD, cq->head);
        NVME_DRIVER_MUST(cq->head < cq->entries, "a completion queue's head in memory that is out of range");
    }
}
