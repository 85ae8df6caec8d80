/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_track.c - every mapping of an engine, recorded.
 */
#include <core/dma_track.h>

/* How far back from a range its mapping may begin. */
#define COVER_PAGES_MAX 256

static unsigned bucket_of(vmk_IOA ioa)
{
    return (unsigned)(ioa >> VMK_PAGE_SHIFT) % DMA_TRACK_BUCKETS;
}

void dma_track_add(struct dma_track *track, struct dma_record *record)
{
    struct dma_record **bucket = &track->bucket[bucket_of(record->ioa)];

    record->next = *bucket;
    *bucket = record;
    track->count++;
}

static struct dma_record *unlink_record(struct dma_track *track, struct dma_record **link)
{
    struct dma_record *record = *link;

    *link = record->next;
    track->count--;
    return record;
}

enum dma_track_verdict dma_track_take(struct dma_track *track, vmk_IOA ioa, vmk_ByteCountSmall length,
                                      vmk_DMADirection direction, struct dma_record **record)
{
    enum dma_track_verdict verdict = DMA_TRACK_NOT_MAPPED;

    *record = NULL;
    for (struct dma_record **link = &track->bucket[bucket_of(ioa)]; *link != NULL; link = &(*link)->next) {
        if ((*link)->ioa != ioa) {
            continue;
        }
        *record = *link;
        if ((*link)->length != length) {
            verdict = DMA_TRACK_WRONG_LENGTH;
        } else if ((*link)->direction != direction) {
            verdict = DMA_TRACK_WRONG_DIRECTION;
        } else {
            unlink_record(track, link);
            return DMA_TRACK_FOUND;
        }
    }
    return verdict;
}

vmk_Bool dma_track_covers(const struct dma_track *track, vmk_IOA ioa, vmk_ByteCountSmall length)
{
    vmk_IOA page = ioa & ~VMK_PAGE_MASK;

    for (unsigned i = 0; i < COVER_PAGES_MAX; i++) {
        const struct dma_record *record = track->bucket[bucket_of(page - i * VMK_PAGE_SIZE)];

        for (; record != NULL; record = record->next) {
            if (record->ioa <= ioa && ioa + length <= record->ioa + record->length) {
                return VMK_TRUE;
            }
        }
    }
    return VMK_FALSE;
}

struct dma_record *dma_track_pop(struct dma_track *track)
{
    for (unsigned i = 0; i < DMA_TRACK_BUCKETS; i++) {
        if (track->bucket[i] != NULL) {
            return unlink_record(track, &track->bucket[i]);
        }
    }
    return NULL;
}

const char *dma_track_verdict_text(enum dma_track_verdict verdict)
{
    switch (verdict) {
    case DMA_TRACK_FOUND:
        return "is mapped";
    case DMA_TRACK_NOT_MAPPED:
        return "is not mapped";
    case DMA_TRACK_WRONG_LENGTH:
        return "was mapped with another length";
    case DMA_TRACK_WRONG_DIRECTION:
        return "was mapped in another direction";
    }
    return "";
}
