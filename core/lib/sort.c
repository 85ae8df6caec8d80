/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sort.c - heap sort.
 */
#include <core/sort.h>

struct array {
    vmk_uint8 *base;
    vmk_uint64 size;
    sort_compare compare;
};

static void *element(const struct array *array, vmk_uint64 index)
{
    return array->base + index * array->size;
}

static void swap(const struct array *array, vmk_uint64 i, vmk_uint64 j)
{
    vmk_uint8 *a = element(array, i), *b = element(array, j);

    for (vmk_uint64 left = array->size; left != 0; left--, a++, b++) {
        vmk_uint8 byte = *a;

        *a = *b;
        *b = byte;
    }
}

/* Let the element at @root sink until none below it, up to @count, goes behind it. */
static void sift_down(const struct array *array, vmk_uint64 root, vmk_uint64 count)
{
    for (;;) {
        vmk_uint64 child = 2 * root + 1;

        if (child >= count) {
            return;
        }
        if (child + 1 < count && array->compare(element(array, child), element(array, child + 1)) < 0) {
            child++;
        }
        if (array->compare(element(array, root), element(array, child)) >= 0) {
            return;
        }
        swap(array, root, child);
        root = child;
    }
}

void sort(void *base, vmk_uint64 count, vmk_uint64 size, sort_compare compare)
{
    struct array array = {.base = base, .size = size, .compare = compare};

    for (vmk_uint64 i = count / 2; i != 0; i--) {
        sift_down(&array, i - 1, count);
    }
    for (vmk_uint64 last = count; last > 1; last--) {
        swap(&array, 0, last - 1);
        sift_down(&array, 0, last - 1);
    }
}
