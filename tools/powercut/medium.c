/* SPDX-License-Identifier: GPL-2.0-only */
#include "medium.h"

#include <stdlib.h>

#define NONE UINT32_MAX

/* What a block was given by one write since the last flush. */
struct version {
    uint64_t entry;
    const uint8_t *data; /* NULL: discarded */
    uint32_t older;      /* index, or NONE */
};

struct block {
    const uint8_t *flushed;
    uint32_t newest;      /* version, or NONE */
    uint32_t next_listed; /* of those with versions; NONE ends the list */
};

struct medium {
    uint64_t blocks;
    uint32_t block_bytes;
    uint32_t listed; /* the first block that has versions, or NONE */
    uint64_t newest_entry;
    struct version *versions;
    uint32_t nversions, capacity;
    enum medium_cut cut;
    uint64_t seed;
    struct block block[];
};

struct medium *medium_create(uint64_t blocks, uint32_t block_bytes)
{
    struct medium *m;

    if (blocks >= NONE || block_bytes == 0 ||
        (m = calloc(1, sizeof *m + blocks * sizeof m->block[0])) == NULL) {
        return NULL;
    }
    m->blocks = blocks;
    m->block_bytes = block_bytes;
    m->listed = NONE;
    for (uint64_t i = 0; i < blocks; i++) {
        m->block[i].newest = m->block[i].next_listed = NONE;
    }
    return m;
}

void medium_destroy(struct medium *m)
{
    if (m != NULL) {
        free(m->versions);
        free(m);
    }
}

static uint32_t add_version(struct medium *m, struct version version)
{
    if (m->nversions == m->capacity) {
        m->capacity = m->capacity == 0 ? 4096 : m->capacity * 2;
        m->versions = realloc(m->versions, m->capacity * sizeof m->versions[0]);
        if (m->versions == NULL) {
            abort();
        }
    }
    m->versions[m->nversions] = version;
    return m->nversions++;
}

static void write_block(struct medium *m, uint32_t number, const uint8_t *data, uint64_t entry, bool fua)
{
    struct block *block = &m->block[number];

    if (block->newest == NONE) {
        block->next_listed = m->listed;
        m->listed = number;
    }
    if (fua) {
        /* What came before it cannot come back. */
        block->flushed = data;
    }
    block->newest = add_version(m, (struct version){entry, data, fua ? NONE : block->newest});
}

static void flush(struct medium *m)
{
    for (uint32_t i = m->listed, next; i != NONE; i = next) {
        struct block *block = &m->block[i];
        next = block->next_listed;
        block->flushed = m->versions[block->newest].data;
        block->newest = block->next_listed = NONE;
    }
    m->listed = NONE;
    m->nversions = 0;
}

bool medium_do(struct medium *m, const struct write_log_entry *entry)
{
    if (entry->flags & WRITE_LOG_FLUSH) {
        flush(m);
    }
    if (entry->flags & WRITE_LOG_MARK) {
        return true;
    }
    if (entry->offset % m->block_bytes != 0 || entry->len % m->block_bytes != 0) {
        return false;
    }
    uint64_t first = entry->offset / m->block_bytes, count = entry->len / m->block_bytes;
    for (uint64_t i = 0; i < count && first + i < m->blocks; i++) {
        write_block(m, (uint32_t)(first + i), entry->data != NULL ? entry->data + i * m->block_bytes : NULL,
                    entry->number, (entry->flags & WRITE_LOG_FUA) != 0);
        m->newest_entry = entry->number;
    }
    return true;
}

/* --- a cut --- */

void medium_cut(struct medium *m, enum medium_cut kind, uint64_t seed)
{
    m->cut = kind;
    m->seed = seed;
}

/* Every bit depends on every bit (the mixer of SplitMix64). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

static bool survives(const struct medium *m, const struct version *version, uint64_t block)
{
    switch (m->cut) {
    case MEDIUM_CUT_EVERYTHING:
        return true;
    case MEDIUM_CUT_NEWEST:
        return version->entry == m->newest_entry;
    case MEDIUM_CUT_WRITES:
        return mix(m->seed ^ mix(version->entry)) & 1;
    case MEDIUM_CUT_BLOCKS:
        return mix(m->seed ^ mix(version->entry ^ mix(block))) & 1;
    default:
        return false;
    }
}

const void *medium_block(const struct medium *m, uint64_t number)
{
    const struct block *block = &m->block[number];

    /* The newest one that survives: leaving a newer one out is how an older one may be the last. */
    for (uint32_t i = block->newest; i != NONE; i = m->versions[i].older) {
        if (survives(m, &m->versions[i], number)) {
            return m->versions[i].data;
        }
    }
    return block->flushed;
}

uint64_t medium_unflushed(const struct medium *m)
{
    return m->nversions;
}
