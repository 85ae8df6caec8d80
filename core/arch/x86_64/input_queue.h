/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * input_queue.h - bytes that came by interrupt, until a world reads them.
 */
#ifndef ARCH_INPUT_QUEUE_H
#define ARCH_INPUT_QUEUE_H

#include <stdbool.h>

#include <core/wait.h>

#define INPUT_QUEUE_SIZE 1024 /* A power of two. */

struct input_queue {
    vmk_SpinlockObject lock;
    struct wait_queue readers;
    unsigned head VMK_GUARDED_BY(lock);
    unsigned tail VMK_GUARDED_BY(lock); /**< Bytes [tail, head) were not read yet. */
    char bytes[INPUT_QUEUE_SIZE] VMK_GUARDED_BY(lock);
    bool (*break_taken)(void); /**< Asked of each Ctrl-C, which is then no input; NULL: it is. Atomic. */
};

/** @p queue_name is static text. */
#define INPUT_QUEUE_INITIALIZER(queue, queue_name)                                                           \
    {                                                                                                        \
        .lock = VMK_SPINLOCK_INITIALIZER(queue_name, VMK_RANK_CONSOLE_INPUT),                                \
        .readers = WAIT_QUEUE_INITIALIZER((queue).readers, queue_name),                                      \
    }

/** Add bytes and wake readers; what doesn't fit is lost. Context: interrupt. */
void input_queue_put(struct input_queue *queue, const char *bytes, unsigned len_bytes);

/** Wait for one byte. @return VMK_OK; VMK_TIMEOUT; VMK_DEATH_PENDING; VMK_WAIT_INTERRUPTED. Context: may
 * block. */
VMK_ReturnStatus input_queue_read(struct input_queue *queue, vmk_uint64 timeout_ns, char *out);

#endif
