/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * va_space.h - which pages of a range of virtual addresses are taken.
 *
 * Searching goes on behind the last area handed out and comes round once, so that an address freed
 * is not soon used again. Only numbers: nothing is mapped here.
 * Context: any. Locks: the caller's.
 */
#ifndef MEM_VA_SPACE_H
#define MEM_VA_SPACE_H

#include <core/rbtree.h>
#include <vmkapi/base/types.h>

struct va_space {
    vmk_VA base, limit; /**< Multiples of the page size. */
    vmk_VA cursor;      /**< Where the next search begins. */
    struct rb_tree areas;
};

/** A taken range; embedded in whatever it is taken for. */
struct va_area {
    struct rb_node node;
    vmk_VA start, end;
};

void va_space_init(struct va_space *space, vmk_VA base, vmk_VA limit);

/** Take @p npages pages. @return false when no gap is large enough. */
vmk_Bool va_space_take(struct va_space *space, struct va_area *area, vmk_uint64 npages);

/** Give an area's addresses back. */
void va_space_release(struct va_space *space, struct va_area *area);

/** The area that @p va lies in, or NULL. */
struct va_area *va_space_find(const struct va_space *space, vmk_VA va);

#endif
