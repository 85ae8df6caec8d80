/* SPDX-License-Identifier: GPL-2.0-only */
/* rwsem.h - sleeping locks that many may hold for reading, or one for writing. Writers go first. */
#ifndef VMKLINUX_LINUX_RWSEM_H
#define VMKLINUX_LINUX_RWSEM_H

#include <linux/wait.h>

struct rw_semaphore {
    wait_queue_head_t wait; /* its lock guards the rest */
    int readers;            /* -1: held for writing */
    int writers_waiting;
};

#define __RWSEM_INITIALIZER(name)                                                                            \
    {                                                                                                        \
        .wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait)                                                   \
    }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

static inline void init_rwsem(struct rw_semaphore *sem)
{
    *sem = (struct rw_semaphore)__RWSEM_INITIALIZER(*sem);
}

/* Context: may block; the up_ forms any. */
extern void down_read(struct rw_semaphore *sem);
extern void up_read(struct rw_semaphore *sem);
extern void down_write(struct rw_semaphore *sem);
extern void up_write(struct rw_semaphore *sem);
/* Return 1 when taken. Context: any. */
extern int down_read_trylock(struct rw_semaphore *sem);
extern int down_write_trylock(struct rw_semaphore *sem);

#endif
