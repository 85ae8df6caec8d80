/* SPDX-License-Identifier: GPL-2.0-only */
/* idr.h - handing out the smallest free number. */
#ifndef VMKLINUX_LINUX_IDR_H
#define VMKLINUX_LINUX_IDR_H

#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* A bitmap that grows as numbers are needed; it is the module's that took the highest one. */
struct ida {
    spinlock_t lock;
    unsigned long *taken;
    unsigned int size; /* bits of it */
};

#define IDA_INIT(name)                                                                                       \
    {                                                                                                        \
        .lock = __SPIN_LOCK_UNLOCKED(name.lock)                                                              \
    }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

static inline void ida_init(struct ida *ida)
{
    *ida = (struct ida)IDA_INIT(ida);
}

/* The smallest free number from @min to @max, both included; -ENOSPC; -ENOMEM. Context: any. */
int vmklinux_ida_alloc_range(struct module *module, struct ida *ida, unsigned int min, unsigned int max,
                             gfp_t gfp);
void ida_free(struct ida *, unsigned int id);
void ida_destroy(struct ida *ida);

static inline int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
    return vmklinux_ida_alloc_range(THIS_MODULE, ida, min, max, gfp);
}

static inline int ida_alloc(struct ida *ida, gfp_t gfp)
{
    return ida_alloc_range(ida, 0, ~0, gfp);
}

static inline int ida_alloc_min(struct ida *ida, unsigned int min, gfp_t gfp)
{
    return ida_alloc_range(ida, min, ~0, gfp);
}

static inline int ida_alloc_max(struct ida *ida, unsigned int max, gfp_t gfp)
{
    return ida_alloc_range(ida, 0, max, gfp);
}

#define ida_simple_get(ida, start, end, gfp) ida_alloc_range(ida, start, (end)-1, gfp)
#define ida_simple_remove(ida, id)           ida_free(ida, id)

#endif
