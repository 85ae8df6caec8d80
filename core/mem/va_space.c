/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * va_space.c - taking virtual addresses, next fit.
 */
#include "va_space.h"

#include <vmkapi/lib/bits.h>

static struct va_area *area_of(struct rb_node *node)
{
    return node == NULL ? NULL : RB_ENTRY(node, struct va_area, node);
}

static vmk_Bool starts_before(const struct rb_node *a, const struct rb_node *b)
{
    return RB_ENTRY(a, struct va_area, node)->start < RB_ENTRY(b, struct va_area, node)->start;
}

static int compare_start(const void *key, const struct rb_node *node)
{
    vmk_VA va = *(const vmk_VA *)key, start = RB_ENTRY(node, struct va_area, node)->start;

    return (va > start) - (va < start);
}

void va_space_init(struct va_space *space, vmk_VA base, vmk_VA limit)
{
    *space = (struct va_space){.base = base, .limit = limit, .cursor = base};
}

/* The last area that starts at or before @va. */
static struct va_area *area_before(const struct va_space *space, vmk_VA va)
{
    return area_of(rb_find_floor(&space->areas, &va, compare_start));
}

/* The first gap of @bytes that starts in [@from, @limit); @return @limit when there is none. */
static vmk_VA find_gap(const struct va_space *space, vmk_VA from, vmk_VA limit, vmk_uint64 bytes)
{
    struct va_area *before = area_before(space, from);
    struct va_area *next = area_of(before == NULL ? rb_first(&space->areas) : rb_next(&before->node));
    vmk_VA start = before == NULL ? from : VMK_MAX(from, before->end);

    while (start < limit) {
        vmk_VA end = next == NULL ? space->limit : next->start;

        if (end - start >= bytes) {
            return start;
        }
        if (next == NULL) {
            break;
        }
        start = next->end;
        next = area_of(rb_next(&next->node));
    }
    return limit;
}

vmk_Bool va_space_take(struct va_space *space, struct va_area *area, vmk_uint64 npages)
{
    vmk_uint64 bytes = npages * VMK_PAGE_SIZE;
    vmk_VA start = find_gap(space, space->cursor, space->limit, bytes);

    if (start == space->limit) {
        start = find_gap(space, space->base, space->cursor, bytes);
        if (start == space->cursor) {
            return VMK_FALSE;
        }
    }
    area->start = start;
    area->end = start + bytes;
    rb_insert(&space->areas, &area->node, starts_before);
    space->cursor = area->end;
    return VMK_TRUE;
}

void va_space_release(struct va_space *space, struct va_area *area)
{
    rb_remove(&space->areas, &area->node);
}

struct va_area *va_space_find(const struct va_space *space, vmk_VA va)
{
    struct va_area *area = area_before(space, va);

    return area != NULL && va < area->end ? area : NULL;
}
