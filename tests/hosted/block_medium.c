/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block_medium.c - two copies of each block, and which of them differ.
 */
#include "block_medium.h"

#include <stdlib.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/lib/bits.h>

static void *grow(void *memory, vmk_uint64 from, vmk_uint64 bytes)
{
    memory = realloc(memory, bytes + 1);
    VMK_VERIFY(memory != NULL);
    if (bytes > from) {
        memset((vmk_uint8 *)memory + from, 0, bytes - from);
    }
    return memory;
}

void medium_resize(struct block_medium *medium, vmk_uint64 blocks)
{
    vmk_uint64 from = medium->blocks, unit = medium->block_bytes;

    medium->now = grow(medium->now, from * unit, blocks * unit);
    medium->stable = grow(medium->stable, from * unit, blocks * unit);
    medium->dirty = grow(medium->dirty, from, blocks);
    medium->blocks = blocks;
}

void medium_init(struct block_medium *medium, vmk_uint64 blocks, vmk_uint32 block_bytes)
{
    *medium = (struct block_medium){.block_bytes = block_bytes, .caches = VMK_TRUE};
    medium_resize(medium, blocks);
}

void medium_free(struct block_medium *medium)
{
    free(medium->now);
    free(medium->stable);
    free(medium->dirty);
    *medium = (struct block_medium){0};
}

vmk_Bool medium_has(const struct block_medium *medium, vmk_uint64 first, vmk_uint64 count)
{
    return first <= medium->blocks && count <= medium->blocks - first;
}

static vmk_uint8 *at(const struct block_medium *medium, vmk_uint8 *copy, vmk_uint64 block)
{
    return copy + block * medium->block_bytes;
}

void medium_read(const struct block_medium *medium, vmk_uint64 first, vmk_uint64 count, void *data)
{
    VMK_VERIFY(medium_has(medium, first, count));
    memcpy(data, at(medium, medium->now, first), count * medium->block_bytes);
}

static void settle(struct block_medium *medium, vmk_uint64 block)
{
    memcpy(at(medium, medium->stable, block), at(medium, medium->now, block), medium->block_bytes);
    medium->dirty[block] = 0;
}

static void written(struct block_medium *medium, vmk_uint64 first, vmk_uint64 count, vmk_Bool through)
{
    for (vmk_uint64 block = first; block < first + count; block++) {
        if (through || !medium->caches) {
            settle(medium, block);
        } else {
            medium->dirty[block] = 1;
        }
    }
}

void medium_write(struct block_medium *medium, vmk_uint64 first, vmk_uint64 count, const void *data,
                  vmk_Bool through)
{
    VMK_VERIFY(medium_has(medium, first, count));
    memcpy(at(medium, medium->now, first), data, count * medium->block_bytes);
    written(medium, first, count, through);
}

void medium_zero(struct block_medium *medium, vmk_uint64 first, vmk_uint64 count, vmk_Bool through)
{
    VMK_VERIFY(medium_has(medium, first, count));
    memset(at(medium, medium->now, first), 0, count * medium->block_bytes);
    written(medium, first, count, through);
}

void medium_flush(struct block_medium *medium)
{
    medium->flushes++;
    for (vmk_uint64 block = 0; block < medium->blocks; block++) {
        if (medium->dirty[block]) {
            settle(medium, block);
        }
    }
}

vmk_uint64 medium_unstable(const struct block_medium *medium)
{
    vmk_uint64 count = 0;

    for (vmk_uint64 block = 0; block < medium->blocks; block++) {
        count += medium->dirty[block];
    }
    return count;
}

void medium_cut(struct block_medium *medium, unsigned percent, unsigned seed)
{
    for (vmk_uint64 block = 0; block < medium->blocks; block++) {
        if (medium->dirty[block] && (unsigned)rand_r(&seed) % 100 < percent) {
            settle(medium, block);
        } else if (medium->dirty[block]) {
            memcpy(at(medium, medium->now, block), at(medium, medium->stable, block), medium->block_bytes);
            medium->dirty[block] = 0;
        }
    }
}
