/* SPDX-License-Identifier: GPL-2.0-only */
/* srcu.c - read sections that may sleep. */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/srcu.h>

int init_srcu_struct(struct srcu_struct *ssp)
{
    atomic_set(&ssp->readers[0], 0);
    atomic_set(&ssp->readers[1], 0);
    ssp->idx = 0;
    mutex_init(&ssp->mutex);
    init_waitqueue_head(&ssp->wait);
    return 0;
}
EXPORT_SYMBOL(init_srcu_struct);

void cleanup_srcu_struct(struct srcu_struct *ssp)
{
    WARN(atomic_read(&ssp->readers[0]) || atomic_read(&ssp->readers[1]), "srcu: cleaned up under readers\n");
}
EXPORT_SYMBOL(cleanup_srcu_struct);

int srcu_read_lock(struct srcu_struct *ssp) __acquires(ssp)
{
    int idx = (int)READ_ONCE(ssp->idx);

    __acquire(ssp);
    atomic_inc(&ssp->readers[idx]);
    smp_mb__after_atomic();
    return idx;
}
EXPORT_SYMBOL(srcu_read_lock);

void srcu_read_unlock(struct srcu_struct *ssp, int idx) __releases(ssp)
{
    __release(ssp);
    if (atomic_dec_and_test(&ssp->readers[idx]))
        wake_up_all(&ssp->wait);
}
EXPORT_SYMBOL(srcu_read_unlock);

/* Have new readers use the other counter, and wait for those of this one. */
static void flip(struct srcu_struct *ssp) VMK_REQUIRES(&ssp->mutex)
{
    unsigned int old = ssp->idx;

    WRITE_ONCE(ssp->idx, old ^ 1);
    smp_mb();
    wait_event(ssp->wait, atomic_read(&ssp->readers[old]) == 0);
}

void synchronize_srcu(struct srcu_struct *ssp)
{
    mutex_lock(&ssp->mutex);
    /* Twice: a reader may have read `idx` before it was flipped last time, and count itself only now. */
    flip(ssp);
    flip(ssp);
    mutex_unlock(&ssp->mutex);
}
EXPORT_SYMBOL(synchronize_srcu);
