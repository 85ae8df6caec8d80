/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * input_queue.c - bytes that came by interrupt, until a world reads them.
 */
#include "input_queue.h"

#include <core/clock.h>

#define CTRL_C '\3'

static bool is_taken(struct input_queue *queue, char byte)
{
    bool (*taken)(void) = __atomic_load_n(&queue->break_taken, __ATOMIC_ACQUIRE);

    return byte == CTRL_C && taken && taken();
}

static void put(struct input_queue *queue, char byte)
{
    vmk_SpinlockLock(&queue->lock);
    if (queue->head - queue->tail < INPUT_QUEUE_SIZE) {
        queue->bytes[queue->head++ % INPUT_QUEUE_SIZE] = byte;
    }
    vmk_SpinlockUnlock(&queue->lock);
}

void input_queue_put(struct input_queue *queue, const char *bytes, unsigned len_bytes)
{
    for (unsigned i = 0; i < len_bytes; i++) {
        if (!is_taken(queue, bytes[i])) {
            put(queue, bytes[i]);
        }
    }
    wait_queue_wake_all(&queue->readers);
}

static vmk_uint64 time_left(vmk_uint64 deadline_ns)
{
    vmk_uint64 now = clock_now_ns();

    if (deadline_ns == WAIT_FOREVER) {
        return WAIT_FOREVER;
    }
    return deadline_ns > now ? deadline_ns - now : 0;
}

VMK_ReturnStatus input_queue_read(struct input_queue *queue, vmk_uint64 timeout_ns, char *out)
{
    vmk_uint64 deadline = wait_deadline(timeout_ns);
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&queue->lock, &flags);
    while (queue->head == queue->tail && status == VMK_OK) {
        status = wait_queue_wait(&queue->readers, &queue->lock, &flags, time_left(deadline));
    }
    if (queue->head != queue->tail) {
        *out = queue->bytes[queue->tail++ % INPUT_QUEUE_SIZE];
        status = VMK_OK;
    }
    vmk_SpinlockUnlockIRQ(&queue->lock, flags);
    return status;
}
