/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_containers.c - lists, trees, bit vectors and sorting, each against a plain model.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <core/rbtree.h>
#include <core/sort.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/bitvector.h>
#include <vmkapi/lib/list.h>

#define NITEMS 300

struct item {
    struct rb_node node;
    vmk_ListLinks links;
    int key;
    unsigned serial;
    vmk_Bool linked;
};

static vmk_Bool before(const struct rb_node *a, const struct rb_node *b)
{
    return RB_ENTRY(a, struct item, node)->key < RB_ENTRY(b, struct item, node)->key;
}

static int compare_key(const void *key, const struct rb_node *node)
{
    return *(const int *)key - RB_ENTRY(node, struct item, node)->key;
}

/* Check colours, parents and balance. @return black nodes on each way down. */
static int check_tree(const struct rb_node *node, const struct rb_node *parent)
{
    int left, right;

    if (node == NULL) {
        return 0;
    }
    CHECK_THAT(node->parent == parent);
    CHECK_THAT(!(node->red && parent != NULL && parent->red));
    left = check_tree(node->left, node);
    right = check_tree(node->right, node);
    CHECK_THAT(left == right);
    return left + !node->red;
}

/* Walk the tree: in order, equals by age, nothing missing. */
static void check_order(const struct rb_tree *tree, int expected)
{
    const struct item *last = NULL;
    int count = 0;

    CHECK_THAT(tree->root == NULL || !tree->root->red);
    check_tree(tree->root, NULL);
    for (struct rb_node *node = rb_first(tree); node != NULL; node = rb_next(node)) {
        const struct item *item = RB_ENTRY(node, struct item, node);

        CHECK_THAT(last == NULL || last->key < item->key ||
                   (last->key == item->key && last->serial < item->serial));
        last = item;
        count++;
    }
    CHECK_THAT(count == expected);
}

static void check_lookup(const struct rb_tree *tree, const struct item *items, int key)
{
    const struct item *floor = NULL;

    for (int i = 0; i < NITEMS; i++) {
        if (!items[i].linked || items[i].key > key) {
            continue;
        }
        if (floor == NULL || items[i].key > floor->key ||
            (items[i].key == floor->key && items[i].serial > floor->serial)) {
            floor = &items[i];
        }
    }
    CHECK_THAT(rb_find_floor(tree, &key, compare_key) == (floor == NULL ? NULL : &floor->node));
}

START_TEST(trees)
{
    static struct item items[NITEMS];
    struct rb_tree tree = {0};
    unsigned serial = 0;
    int linked = 0;

    for (int round = 0; round < 20000; round++) {
        struct item *item = &items[rand() % NITEMS];

        if (item->linked) {
            rb_remove(&tree, &item->node);
        } else {
            item->key = rand() % 100;
            item->serial = serial++;
            rb_insert(&tree, &item->node, before);
        }
        item->linked = !item->linked;
        linked += item->linked ? 1 : -1;
        if (round % 16 == 0) {
            check_order(&tree, linked);
            check_lookup(&tree, items, rand() % 102 - 1);
        }
    }
}
END_TEST

START_TEST(lists)
{
    struct item items[5] = {0};
    vmk_ListLinks list = VMK_LIST_INITIALIZER(list), more, *link, *next;
    int sum = 0;

    for (int i = 0; i < 5; i++) {
        items[i].key = i;
        vmk_ListInitElement(&items[i].links);
        ck_assert(vmk_ListIsUnlinkedElement(&items[i].links));
    }
    vmk_ListInsert(&items[1].links, vmk_ListAtRear(&list));
    vmk_ListInsert(&items[0].links, vmk_ListAtFront(&list));
    vmk_ListInsert(&items[3].links, vmk_ListAfter(&items[1].links));
    vmk_ListInsert(&items[2].links, vmk_ListBefore(&items[3].links));
    VMK_LIST_FORALL (&list, link) {
        ck_assert_int_eq(VMK_LIST_ENTRY(link, struct item, links)->key, sum);
        sum++;
    }
    ck_assert_int_eq(sum, 4);
    vmk_ListInit(&more);
    vmk_ListAppend(&list, &more);
    vmk_ListInsert(&items[4].links, vmk_ListAtRear(&more));
    vmk_ListAppend(&list, &more);
    ck_assert(vmk_ListIsEmpty(&more));
    ck_assert_ptr_eq(vmk_ListLast(&list), &items[4].links);
    VMK_LIST_FORALL_SAFE (&list, link, next) {
        vmk_ListRemove(link);
        ck_assert(vmk_ListIsUnlinkedElement(link));
    }
    ck_assert(vmk_ListIsEmpty(&list));
}
END_TEST

#define NBITS 200

static vmk_uint32 model_next(const vmk_Bool *model, vmk_uint32 nbits, vmk_uint32 from, vmk_Bool wanted)
{
    while (from < nbits && model[from] != wanted) {
        from++;
    }
    return from < nbits ? from : nbits;
}

static vmk_uint32 model_run(const vmk_Bool *model, vmk_uint32 nbits, vmk_uint32 count, vmk_uint32 align)
{
    for (vmk_uint32 start = 0; start + count <= nbits; start += align) {
        if (model_next(model, start + count, start, VMK_TRUE) == start + count) {
            return start;
        }
    }
    return nbits;
}

START_TEST(bit_vectors)
{
    for (int round = 0; round < 3000; round++) {
        vmk_uint32 nbits = 1 + (vmk_uint32)rand() % NBITS, set = 0;
        vmk_uint64 *words = calloc(VMK_BIT_WORDS(nbits), sizeof(*words));
        vmk_Bool model[NBITS] = {0};

        for (int step = 0; step < 6; step++) {
            vmk_uint32 from = (vmk_uint32)rand() % nbits, count = (vmk_uint32)rand() % (nbits - from + 1);
            vmk_Bool value = rand() % 2;

            (value ? vmk_BitVectorSetRun : vmk_BitVectorClearRun)(words, from, count);
            memset(model + from, value, count);
            (value ? vmk_BitVectorClear : vmk_BitVectorSet)(words, from);
            model[from] = !value;
        }
        for (vmk_uint32 i = 0; i < nbits; i++) {
            set += model[i];
            CHECK_THAT(vmk_BitVectorTest(words, i) == model[i]);
            CHECK_THAT(vmk_BitVectorNextSet(words, nbits, i) == model_next(model, nbits, i, VMK_TRUE));
            CHECK_THAT(vmk_BitVectorNextClear(words, nbits, i) == model_next(model, nbits, i, VMK_FALSE));
        }
        CHECK_THAT(vmk_BitVectorNumBitsSet(words, nbits) == set);
        for (vmk_uint32 align = 1; align <= 8; align *= 2) {
            vmk_uint32 count = 1 + (vmk_uint32)rand() % 20;

            CHECK_THAT(vmk_BitVectorFindClearRun(words, nbits, count, align) ==
                       model_run(model, nbits, count, align));
        }
        free(words);
    }
}
END_TEST

START_TEST(atomic_bits)
{
    vmk_uint64 words[2] = {0};

    ck_assert(!vmk_BitVectorAtomicTestAndSet(words, 70));
    ck_assert(vmk_BitVectorAtomicTestAndSet(words, 70));
    ck_assert_uint_eq(words[1], 1ul << 6);
    ck_assert(vmk_BitVectorAtomicTestAndClear(words, 70));
    ck_assert(!vmk_BitVectorAtomicTestAndClear(words, 70));
}
END_TEST

static int compare_ints(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;

    return (left > right) - (left < right);
}

START_TEST(sorting)
{
    for (size_t count = 0; count < 300; count++) {
        int *ours = malloc((count + 1) * sizeof(*ours)), *theirs = malloc((count + 1) * sizeof(*theirs));

        for (size_t i = 0; i < count; i++) {
            ours[i] = theirs[i] = rand() % 50;
        }
        sort(ours, count, sizeof(*ours), compare_ints);
        qsort(theirs, count, sizeof(*theirs), compare_ints);
        CHECK_THAT(memcmp(ours, theirs, count * sizeof(*ours)) == 0);
        free(ours);
        free(theirs);
    }
}
END_TEST

START_TEST(bits)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        vmk_uint64 value = 1ul << bit;

        CHECK_THAT(vmk_LowestBit(value) == bit);
        CHECK_THAT(vmk_HighestBit(value | (value - 1)) == bit);
        CHECK_THAT(vmk_Log2Ceil(value) == bit);
        CHECK_THAT(vmk_IsPowerOfTwo(value));
        CHECK_THAT(vmk_CountBits(value - 1) == bit);
        if (bit > 1) {
            CHECK_THAT(vmk_Log2Ceil(value - 1) == bit);
            CHECK_THAT(vmk_Log2Ceil((value >> 1) + 1) == bit);
            CHECK_THAT(!vmk_IsPowerOfTwo(value - 1));
        }
    }
    CHECK_THAT(!vmk_IsPowerOfTwo(0));
    CHECK_THAT(vmk_CountBits(~0ul) == 64);
    CHECK_THAT(vmk_RoundUp(4097, 4096) == 8192);
    CHECK_THAT(vmk_RoundDown(8191, 4096) == 4096);
    CHECK_THAT(vmk_CPUToBE16(0x1234) == 0x3412);
    CHECK_THAT(vmk_CPUToBE32(0x12345678) == 0x78563412);
    CHECK_THAT(vmk_CPUToBE64(0x0102030405060708) == 0x0807060504030201);
}
END_TEST

RUN_TESTS(trees, lists, bit_vectors, atomic_bits, sorting, bits)
