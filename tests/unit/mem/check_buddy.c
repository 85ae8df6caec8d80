/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_buddy.c - the buddy system against a map of who has which page.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "buddy.h"

#define NPAGES  8192u
#define NBLOCKS 400

static vmk_PageFrame frames[NPAGES];
static int owner[NPAGES]; /* 0 free, -1 never, else block number + 1 */
static struct buddy buddy = {.frames = frames};

struct block {
    vmk_MPN mpn;
    unsigned order;
    vmk_Bool live;
};

/* Each listed block is aligned, free in the model, and has no free buddy of its order. */
static void check_lists(vmk_uint64 expected_free)
{
    vmk_uint64 total = 0;

    for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
        vmk_uint32 previous = BUDDY_NONE;

        for (vmk_uint32 mpn = buddy.heads[order]; mpn != BUDDY_NONE; mpn = frames[mpn].link.next) {
            CHECK_THAT(mpn % (1u << order) == 0);
            CHECK_THAT(frames[mpn].order == order);
            CHECK_THAT(frames[mpn].kind == VMK_PAGE_FREE);
            CHECK_THAT(frames[mpn].link.prev == previous);
            for (vmk_uint32 i = 0; i < 1u << order; i++) {
                CHECK_THAT(owner[mpn + i] == 0);
            }
            if (order < VMK_PAGE_MAX_ORDER) {
                const vmk_PageFrame *other = &frames[mpn ^ (1u << order)];

                CHECK_THAT(other->kind != VMK_PAGE_FREE || other->order != order);
            }
            previous = mpn;
            total += 1u << order;
        }
    }
    CHECK_THAT(total == expected_free);
    CHECK_THAT(buddy.free_pages == expected_free);
}

static void give(vmk_MPN first, vmk_MPN end)
{
    for (vmk_MPN mpn = first; mpn < end; mpn++) {
        owner[mpn] = 0;
    }
    buddy_free_range(&buddy, first, end);
}

static void mark(const struct block *block, int who)
{
    int before = who == 0 ? owner[block->mpn] : 0;

    for (vmk_MPN i = 0; i < 1ul << block->order; i++) {
        CHECK_THAT(owner[block->mpn + i] == before);
        owner[block->mpn + i] = who;
    }
}

START_TEST(random_blocks_never_overlap)
{
    static struct block blocks[NBLOCKS];
    vmk_uint64 free_pages, all;

    for (vmk_uint32 i = 0; i < NPAGES; i++) {
        owner[i] = -1;
    }
    /* Uneven edges, and a hole in the middle. */
    give(3, 2100);
    give(2500, 4096 + 777);
    give(5120, NPAGES);
    free_pages = all = (2100 - 3) + (4096 + 777 - 2500) + (NPAGES - 5120);
    check_lists(free_pages);
    for (int round = 0; round < 60000; round++) {
        int index = rand() % NBLOCKS;
        struct block *block = &blocks[index];

        if (block->live) {
            mark(block, 0);
            buddy_free(&buddy, block->mpn, block->order);
            free_pages += 1ul << block->order;
            block->live = VMK_FALSE;
        } else {
            block->order = (unsigned)rand() % 4 == 0 ? (unsigned)rand() % BUDDY_ORDERS : (unsigned)rand() % 5;
            block->mpn = buddy_alloc(&buddy, block->order);
            if (block->mpn == BUDDY_NONE) {
                continue;
            }
            CHECK_THAT(block->mpn % (1ul << block->order) == 0);
            mark(block, index + 1);
            memset(&frames[block->mpn], 0x55, sizeof(frames[0])); /* the user's now */
            frames[block->mpn].kind = VMK_PAGE_DATA;
            free_pages -= 1ul << block->order;
            block->live = VMK_TRUE;
        }
        if (round % 200 == 0) {
            check_lists(free_pages);
        }
    }
    for (int i = 0; i < NBLOCKS; i++) {
        if (blocks[i].live) {
            mark(&blocks[i], 0);
            buddy_free(&buddy, blocks[i].mpn, blocks[i].order);
        }
    }
    check_lists(all);
}
END_TEST

START_TEST(all_pages_can_be_had_and_join_again)
{
    memset(owner, 0, sizeof(owner));
    owner[0] = -1;
    give(1, NPAGES);
    for (vmk_uint32 i = 1; i < NPAGES; i++) {
        CHECK_THAT(buddy_alloc(&buddy, 0) != BUDDY_NONE);
    }
    CHECK_THAT(buddy_alloc(&buddy, 0) == BUDDY_NONE);
    CHECK_THAT(buddy.free_pages == 0);
    for (vmk_uint32 i = NPAGES - 1; i != 0; i--) {
        frames[i].kind = VMK_PAGE_DATA;
        buddy_free(&buddy, i, 0);
    }
    check_lists(NPAGES - 1);
    for (int i = 1; i < (int)(NPAGES >> VMK_PAGE_MAX_ORDER); i++) {
        CHECK_THAT(buddy_alloc(&buddy, VMK_PAGE_MAX_ORDER) != BUDDY_NONE);
    }
    CHECK_THAT(buddy_alloc(&buddy, VMK_PAGE_MAX_ORDER) == BUDDY_NONE);
}
END_TEST

RUN_TESTS(random_blocks_never_overlap, all_pages_can_be_had_and_join_again)
