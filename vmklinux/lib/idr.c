/* SPDX-License-Identifier: GPL-2.0-only */
/* idr.c - the smallest free number, from a bitmap that doubles. */
#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/idr.h>
#include <linux/slab.h>

#define FIRST_SIZE 128u

/* Make room for @id. The lock is released meanwhile: somebody else may have grown it as well. */
static int grow(struct module *module, struct ida *ida, unsigned int id)
{
    unsigned int size = max(FIRST_SIZE, roundup_pow_of_two(id + 1));
    unsigned long *bigger =
        vmklinux_kmalloc(module, BITS_TO_LONGS(size) * sizeof(long), GFP_ATOMIC | __GFP_ZERO);
    unsigned long *old = bigger;
    unsigned long flags;

    if (!bigger)
        return -ENOMEM;
    spin_lock_irqsave(&ida->lock, flags);
    if (ida->size < size) {
        if (ida->taken)
            bitmap_copy(bigger, ida->taken, ida->size);
        old = ida->taken;
        ida->taken = bigger;
        ida->size = size;
    }
    spin_unlock_irqrestore(&ida->lock, flags);
    kfree(old);
    return 0;
}

/* Take the smallest free number if the bitmap has it. @return whether; @id is which it would be. */
static bool take(struct ida *ida, unsigned int min, unsigned int *id)
{
    unsigned long flags;
    bool has_room;

    spin_lock_irqsave(&ida->lock, flags);
    *id = min < ida->size ? find_next_zero_bit(ida->taken, ida->size, min) : min;
    has_room = *id < ida->size;
    if (has_room)
        __set_bit(*id, ida->taken);
    spin_unlock_irqrestore(&ida->lock, flags);
    return has_room;
}

int vmklinux_ida_alloc_range(struct module *module, struct ida *ida, unsigned int min, unsigned int max,
                             gfp_t gfp)
{
    unsigned int id;

    max = min_t(unsigned int, max, INT_MAX);
    while (!take(ida, min, &id)) {
        int err = id > max ? -ENOSPC : grow(module, ida, id);

        if (err)
            return err;
    }
    if (id > max) {
        ida_free(ida, id);
        return -ENOSPC;
    }
    return (int)id;
}
EXPORT_SYMBOL(vmklinux_ida_alloc_range);

void ida_free(struct ida *ida, unsigned int id)
{
    unsigned long flags;
    bool was_taken;

    spin_lock_irqsave(&ida->lock, flags);
    was_taken = id < ida->size && __test_and_clear_bit(id, ida->taken);
    spin_unlock_irqrestore(&ida->lock, flags);
    WARN(!was_taken, "ida_free of %u, which is not allocated\n", id);
}
EXPORT_SYMBOL(ida_free);

void ida_destroy(struct ida *ida)
{
    unsigned long *taken, flags;

    spin_lock_irqsave(&ida->lock, flags);
    taken = ida->taken;
    ida->taken = NULL;
    ida->size = 0;
    spin_unlock_irqrestore(&ida->lock, flags);
    kfree(taken);
}
EXPORT_SYMBOL(ida_destroy);
