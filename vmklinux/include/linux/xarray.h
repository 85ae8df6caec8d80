/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xarray.h - pointers by index, for the few that drivers keep: a sorted array that grows.
 *
 * Context: any, but for xa_store() with a gfp that may block.
 */
#ifndef VMKLINUX_LINUX_XARRAY_H
#define VMKLINUX_LINUX_XARRAY_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct xa_entry;

struct xarray {
    spinlock_t xa_lock;
    gfp_t xa_flags;
    struct xa_entry *entries; /* by index, ascending */
    unsigned int used;
    unsigned int room;
};

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
    *xa = (struct xarray){.xa_lock = __SPIN_LOCK_UNLOCKED(xa_lock), .xa_flags = flags};
}

static inline void xa_init(struct xarray *xa)
{
    xa_init_flags(xa, 0);
}

/* An error, as xa_store() returns it, is a pointer with these low bits. */
static inline bool xa_is_err(const void *entry)
{
    return ((unsigned long)entry & 3) == 2 && (long)entry < 0 && (long)entry >= -4l * MAX_ERRNO;
}

static inline int xa_err(void *entry)
{
    return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

void *xa_load(struct xarray *, unsigned long index);
/* Returns what was there, NULL, or an error (xa_err()). */
void *vmklinux_xa_store(struct module *module, struct xarray *xa, unsigned long index, void *entry,
                        gfp_t gfp);
#define xa_store(xa, index, entry, gfp) vmklinux_xa_store(THIS_MODULE, xa, index, entry, gfp)
void *xa_erase(struct xarray *, unsigned long index);
typedef unsigned __bitwise xa_mark_t;
#define XA_PRESENT ((__force xa_mark_t)8U)

/* The first entry from *@index to @max, whose index is stored there; xa_find_after(): behind *@index. There
 * are no marks: @filter is XA_PRESENT. */
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
    __attribute__((nonnull(2)));
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
    __attribute__((nonnull(2)));
/* Forget all entries. */
void xa_destroy(struct xarray *);

static inline bool xa_empty(const struct xarray *xa)
{
    return xa->used == 0;
}

#define xa_for_each_range(xa, index, entry, start, last)                                                     \
    for (index = start, entry = xa_find(xa, &index, last, XA_PRESENT); entry;                                \
         entry = xa_find_after(xa, &index, last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry)              xa_for_each_start(xa, index, entry, 0)

#endif
