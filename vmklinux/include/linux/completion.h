/* SPDX-License-Identifier: GPL-2.0-only */
/* completion.h - "it is done", once or many times. */
#ifndef VMKLINUX_LINUX_COMPLETION_H
#define VMKLINUX_LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
    unsigned int done;
    wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(work)                                                                         \
    {                                                                                                        \
        .done = 0, .wait = __WAIT_QUEUE_HEAD_INITIALIZER((work).wait)                                        \
    }
#define DECLARE_COMPLETION(work)         struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void reinit_completion(struct completion *x)
{
    x->done = 0;
}

static inline void init_completion(struct completion *x)
{
    x->done = 0;
    init_waitqueue_head(&x->wait);
}

extern void complete(struct completion *x);
extern void complete_all(struct completion *x);
extern void wait_for_completion(struct completion *x);
extern unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
extern unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout);
extern int wait_for_completion_interruptible(struct completion *x);
extern bool try_wait_for_completion(struct completion *x);
extern bool completion_done(struct completion *x);

#endif
