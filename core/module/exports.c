/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exports.c - finding an exported symbol by name.
 */
#include "exports.h"

#include <core/heap.h>
#include <core/sort.h>
#include <vmkapi/lib/libc.h>

static int compare(const void *a, const void *b)
{
    return vmk_Strcmp((*(const vmk_Export *const *)a)->name, (*(const vmk_Export *const *)b)->name);
}

VMK_ReturnStatus exports_build(struct exports *exports, const vmk_Export *records, vmk_ByteCount count)
{
    exports->count = 0;
    exports->sorted = vmk_HeapAlloc(heap_kernel, count * sizeof(*exports->sorted));
    if (exports->sorted == NULL) {
        return VMK_NO_MEMORY;
    }
    for (vmk_ByteCount i = 0; i < count; i++) {
        exports->sorted[i] = &records[i];
    }
    exports->count = count;
    sort(exports->sorted, count, sizeof(*exports->sorted), compare);
    return VMK_OK;
}

const vmk_Export *exports_find(const struct exports *exports, const char *name)
{
    vmk_ByteCount low = 0, high = exports->count;

    while (low < high) {
        vmk_ByteCount middle = (low + high) / 2;
        int order = vmk_Strcmp(name, exports->sorted[middle]->name);

        if (order == 0) {
            return exports->sorted[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

void exports_free(struct exports *exports)
{
    vmk_HeapFree(heap_kernel, exports->sorted);
    *exports = (struct exports){.sorted = NULL};
}
