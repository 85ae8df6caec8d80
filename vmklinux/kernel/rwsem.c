/* SPDX-License-Identifier: GPL-2.0-only */
/* rwsem.c - reader-writer semaphores on a wait queue. */
#include <linux/export.h>
#include <linux/rwsem.h>

int down_read_trylock(struct rw_semaphore *sem)
{
    unsigned long flags;
    bool taken;

    spin_lock_irqsave(&sem->wait.lock, flags);
    taken = sem->readers >= 0 && sem->writers_waiting == 0;
    if (taken)
        sem->readers++;
    spin_unlock_irqrestore(&sem->wait.lock, flags);
    return taken;
}
EXPORT_SYMBOL(down_read_trylock);

int down_write_trylock(struct rw_semaphore *sem)
{
    unsigned long flags;
    bool taken;

    spin_lock_irqsave(&sem->wait.lock, flags);
    taken = sem->readers == 0;
    if (taken)
        sem->readers = -1;
    spin_unlock_irqrestore(&sem->wait.lock, flags);
    return taken;
}
EXPORT_SYMBOL(down_write_trylock);

void down_read(struct rw_semaphore *sem)
{
    wait_event(sem->wait, down_read_trylock(sem));
}
EXPORT_SYMBOL(down_read);

static void count_writer(struct rw_semaphore *sem, int delta)
{
    unsigned long flags;

    spin_lock_irqsave(&sem->wait.lock, flags);
    sem->writers_waiting += delta;
    spin_unlock_irqrestore(&sem->wait.lock, flags);
}

void down_write(struct rw_semaphore *sem)
{
    count_writer(sem, 1);
    wait_event(sem->wait, down_write_trylock(sem));
    count_writer(sem, -1);
}
EXPORT_SYMBOL(down_write);

static void release(struct rw_semaphore *sem, int readers)
{
    unsigned long flags;

    spin_lock_irqsave(&sem->wait.lock, flags);
    sem->readers += readers;
    spin_unlock_irqrestore(&sem->wait.lock, flags);
    wake_up_all(&sem->wait);
}

void up_read(struct rw_semaphore *sem)
{
    release(sem, -1);
}
EXPORT_SYMBOL(up_read);

void up_write(struct rw_semaphore *sem)
{
    release(sem, 1);
}
EXPORT_SYMBOL(up_write);
