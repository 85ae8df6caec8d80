/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer_heap.c - timers by deadline: a pairing heap, whose links are in the timers.
 *
 * Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap", Algorithmica 1 (1986); the two-pass variant.
 */
#include <core/timer.h>

/* The later of two roots becomes the first child of the earlier one; of equals, b goes below a. */
static vmk_TimerObject *merge(vmk_TimerObject *a, vmk_TimerObject *b)
{
    if (b->deadline_ns < a->deadline_ns) {
        vmk_TimerObject *swap = a;

        a = b;
        b = swap;
    }
    b->prev = a;
    b->next = a->child;
    if (b->next != NULL) {
        b->next->prev = b;
    }
    a->child = b;
    return a;
}

/* Make one heap of a list of siblings: merge them in pairs from left to right, then the pairs right to left.
 */
static vmk_TimerObject *merge_siblings(vmk_TimerObject *first)
{
    vmk_TimerObject *pairs = NULL, *heap = NULL;

    while (first != NULL) {
        vmk_TimerObject *a = first, *b = a->next;

        first = b == NULL ? NULL : b->next;
        if (b != NULL) {
            a = merge(a, b);
        }
        a->next = pairs;
        pairs = a;
    }
    while (pairs != NULL) {
        vmk_TimerObject *next = pairs->next;

        heap = heap == NULL ? pairs : merge(heap, pairs);
        pairs = next;
    }
    if (heap != NULL) {
        heap->next = NULL;
        heap->prev = NULL;
    }
    return heap;
}

void timer_heap_insert(vmk_TimerObject **heap, vmk_TimerObject *timer)
{
    timer->child = NULL;
    timer->next = NULL;
    timer->prev = NULL;
    *heap = *heap == NULL ? timer : merge(*heap, timer);
}

void timer_heap_remove(vmk_TimerObject **heap, vmk_TimerObject *timer)
{
    vmk_TimerObject *below = merge_siblings(timer->child);

    if (timer == *heap) {
        *heap = below;
        return;
    }
    if (timer->prev->child == timer) {
        timer->prev->child = timer->next;
    } else {
        timer->prev->next = timer->next;
    }
    if (timer->next != NULL) {
        timer->next->prev = timer->prev;
    }
    if (below != NULL) {
        *heap = merge(*heap, below);
    }
}
