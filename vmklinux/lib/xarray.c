/* SPDX-License-Identifier: GPL-2.0-only */
/* xarray.c - pointers by index, in a sorted array. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct xa_entry {
    unsigned long index;
    void *entry;
};

#define FIRST_ROOM 8u

/* An errno as xa_store() returns it. */
static void *error(long err)
{
    return (void *)((unsigned long)err << 2 | 2);
}

/* Where @index is, or would be. */
static unsigned int position(const struct xarray *xa, unsigned long index) VMK_REQUIRES(&xa->xa_lock)
{
    unsigned int low = 0, high = xa->used;

    while (low < high) {
        unsigned int middle = (low + high) / 2;

        if (xa->entries[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct xa_entry *find(const struct xarray *xa, unsigned long index) VMK_REQUIRES(&xa->xa_lock)
{
    unsigned int at = position(xa, index);

    return at < xa->used && xa->entries[at].index == index ? &xa->entries[at] : NULL;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
    struct xa_entry *found;
    unsigned long flags;
    void *entry;

    spin_lock_irqsave(&xa->xa_lock, flags);
    found = find(xa, index);
    entry = found ? found->entry : NULL;
    spin_unlock_irqrestore(&xa->xa_lock, flags);
    return entry;
}
EXPORT_SYMBOL(xa_load);

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
    unsigned long flags;
    void *entry = NULL;
    unsigned int at;

    spin_lock_irqsave(&xa->xa_lock, flags);
    at = position(xa, *index);
    if (at < xa->used && xa->entries[at].index <= max) {
        *index = xa->entries[at].index;
        entry = xa->entries[at].entry;
    }
    spin_unlock_irqrestore(&xa->xa_lock, flags);
    return entry;
}
EXPORT_SYMBOL(xa_find);

void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
    unsigned long next = *index + 1;
    void *entry = next ? xa_find(xa, &next, max, filter) : NULL;

    if (entry)
        *index = next;
    return entry;
}
EXPORT_SYMBOL(xa_find_after);

void *xa_erase(struct xarray *xa, unsigned long index)
{
    struct xa_entry *found;
    unsigned long flags;
    void *entry = NULL;

    spin_lock_irqsave(&xa->xa_lock, flags);
    found = find(xa, index);
    if (found) {
        entry = found->entry;
        memmove(found, found + 1, (char *)(xa->entries + xa->used) - (char *)(found + 1));
        xa->used--;
    }
    spin_unlock_irqrestore(&xa->xa_lock, flags);
    return entry;
}
EXPORT_SYMBOL(xa_erase);

/* Put @entry in; the array has room. @return what was there. */
static void *put(struct xarray *xa, unsigned long index, void *entry) VMK_REQUIRES(&xa->xa_lock)
{
    unsigned int at = position(xa, index);
    void *old = NULL;

    if (at < xa->used && xa->entries[at].index == index) {
        old = xa->entries[at].entry;
    } else {
        memmove(&xa->entries[at + 1], &xa->entries[at], (xa->used - at) * sizeof(*xa->entries));
        xa->used++;
    }
    xa->entries[at] = (struct xa_entry){.index = index, .entry = entry};
    return old;
}

/* Twice the room. The lock is not held: somebody else may have grown it as well. */
static int grow(struct module *module, struct xarray *xa, gfp_t gfp)
{
    unsigned int room = max(FIRST_ROOM, READ_ONCE(xa->room) * 2);
    struct xa_entry *bigger = vmklinux_kmalloc(module, room * sizeof(*bigger), gfp), *old = bigger;
    unsigned long flags;

    if (!bigger)
        return -ENOMEM;
    spin_lock_irqsave(&xa->xa_lock, flags);
    if (xa->room < room) {
        if (xa->entries)
            memcpy(bigger, xa->entries, xa->used * sizeof(*bigger));
        old = xa->entries;
        xa->entries = bigger;
        xa->room = room;
    }
    spin_unlock_irqrestore(&xa->xa_lock, flags);
    kfree(old);
    return 0;
}

void *vmklinux_xa_store(struct module *module, struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
    unsigned long flags;
    bool has_room;
    void *old;

    if (!entry)
        return xa_erase(xa, index);
    for (;;) {
        spin_lock_irqsave(&xa->xa_lock, flags);
        has_room = xa->used < xa->room || find(xa, index);
        old = has_room ? put(xa, index, entry) : NULL;
        spin_unlock_irqrestore(&xa->xa_lock, flags);
        if (has_room)
            return old;
        if (grow(module, xa, gfp))
            return error(-ENOMEM);
    }
}
EXPORT_SYMBOL(vmklinux_xa_store);

void xa_destroy(struct xarray *xa)
{
    struct xa_entry *entries;
    unsigned long flags;

    spin_lock_irqsave(&xa->xa_lock, flags);
    entries = xa->entries;
    xa->entries = NULL;
    xa->used = xa->room = 0;
    spin_unlock_irqrestore(&xa->xa_lock, flags);
    kfree(entries);
}
EXPORT_SYMBOL(xa_destroy);
