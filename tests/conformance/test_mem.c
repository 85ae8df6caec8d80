/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_mem.c - pages, heaps, slabs and mappings, taken and given back in worlds and bottom halves on all
 * CPUs.
 *
 * Whoever holds a piece of memory keeps its mark in the first and the last word: a piece that two hold shows.
 * That nothing was lost shows when the module is unloaded, which is refused while it holds anything.
 */
#include "ktap.h"

#include <vmkapi/base/heap.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/slab.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/core/mempool.h>
#include <vmkapi/lib/libc.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests memory");

#define WORLDS       8u
#define PIECES       24u
#define ROUNDS       3000u
#define TIMER_ROUNDS 40u
#define TIMER_NS     200000ul
#define OBJECT_BYTES 200u

int init_module(void);
void cleanup_module(void);

static vmk_HeapID heap;
static vmk_SlabID slab;

/* A piece of memory that somebody holds. */
struct piece {
    vmk_uint64 *words; /* NULL: none */
    vmk_uint64 last;   /* index of the last whole word */
    vmk_uint64 mark;
};

/* Where pieces come from. */
struct source {
    void *(*get)(vmk_uint32 seed, vmk_ByteCount *len);
    void (*put)(void *mem);
};

static void *page_get(vmk_uint32 seed, vmk_ByteCount *len)
{
    vmk_PageRequest request = {.module = (vmk_uint16)vmk_ModuleCurrentID,
                               .kind = VMK_PAGE_DATA,
                               .order = seed % 8 == 0 ? (seed >> 8) % 5 : 0,
                               .constraint = (seed >> 16) % VMK_PHYS_ADDR_BELOW_16MB};
    vmk_MPN mpn;

    *len = VMK_PAGE_SIZE << request.order;
    return vmk_PageAlloc(request, &mpn) == VMK_OK ? vmk_MPN2Ptr(mpn) : NULL;
}

static void page_put(void *mem)
{
    vmk_PagePut(vmk_Ptr2Frame(mem));
}

static void *heap_get(vmk_uint32 seed, vmk_ByteCount *len)
{
    *len = 16 + (seed % 16 == 0 ? (seed >> 8) % 30000 : (seed >> 8) % 1000);
    return vmk_HeapAlloc(heap, *len);
}

static void heap_put(void *mem)
{
    vmk_HeapFree(heap, mem);
}

static void *slab_get(vmk_uint32 seed, vmk_ByteCount *len)
{
    *len = OBJECT_BYTES;
    return vmk_SlabAlloc(slab);
}

static void slab_put(void *mem)
{
    vmk_SlabFree(slab, mem);
}

static void *map_get(vmk_uint32 seed, vmk_ByteCount *len)
{
    vmk_VA va;

    *len = VMK_PAGE_SIZE * (1 + seed % 4);
    return vmk_MapAlloc(vmk_ModuleCurrentID, *len, VMK_PAGE_DATA, &va) == VMK_OK ? (void *)va : NULL;
}

static void map_put(void *mem)
{
    vmk_MapFree((vmk_VA)mem);
}

static const struct source sources[] = {
    {page_get, page_put},
    {heap_get, heap_put},
    {slab_get, slab_put},
    {map_get, map_put},
};

/* Somebody who takes and gives, with pieces of its own. */
struct holder {
    const struct source *source;
    vmk_uint32 seed;
    vmk_uint32 found_damage;
    struct piece pieces[PIECES];
};

static void give_back(struct holder *holder, struct piece *piece)
{
    if (piece->words[0] != piece->mark || piece->words[piece->last] != piece->mark) {
        holder->found_damage++;
    }
    holder->source->put(piece->words);
    piece->words = NULL;
}

static void take(struct holder *holder, struct piece *piece)
{
    vmk_ByteCount len;

    piece->words = holder->source->get(holder->seed, &len);
    if (piece->words != NULL) {
        piece->last = len / sizeof(*piece->words) - 1;
        piece->mark = (vmk_uint64)piece->words ^ (vmk_uint64)holder->seed << 40;
        piece->words[0] = piece->words[piece->last] = piece->mark;
    }
}

static void churn(struct holder *holder, vmk_uint32 rounds)
{
    for (vmk_uint32 round = 0; round < rounds; round++) {
        struct piece *piece;

        holder->seed = vmk_Rand(holder->seed);
        piece = &holder->pieces[holder->seed / 64 % PIECES];
        if (piece->words != NULL) {
            give_back(holder, piece);
        } else {
            take(holder, piece);
        }
    }
}

static void give_all_back(struct holder *holder)
{
    for (unsigned i = 0; i < PIECES; i++) {
        if (holder->pieces[i].words != NULL) {
            give_back(holder, &holder->pieces[i]);
        }
    }
}

/* The same in bottom halves: a timer that sets itself again. */
static struct {
    vmk_TimerObject timer;
    struct holder holder;
    vmk_uint32 stop;
} ticker;

static void tick(vmk_AddrCookie data)
{
    churn(&ticker.holder, TIMER_ROUNDS);
    if (!__atomic_load_n(&ticker.stop, __ATOMIC_ACQUIRE)) {
        vmk_TimerArm(&ticker.timer, vmk_GetTimerCycles() + TIMER_NS);
    }
}

static void start_ticker(const struct source *source)
{
    vmk_Memset(&ticker, 0, sizeof(ticker));
    ticker.holder = (struct holder){.source = source, .seed = 99};
    vmk_TimerInit(&ticker.timer, vmk_ModuleCurrentID, tick, (vmk_AddrCookie){0});
    vmk_TimerArm(&ticker.timer, vmk_GetTimerCycles() + TIMER_NS);
}

static void stop_ticker(void)
{
    __atomic_store_n(&ticker.stop, 1, __ATOMIC_RELEASE);
    vmk_TimerDisarm(&ticker.timer, VMK_TRUE);
    /* A callback that was running then may have armed it once more. */
    vmk_TimerDisarm(&ticker.timer, VMK_TRUE);
    give_all_back(&ticker.holder);
}

static struct holder holders[WORLDS];

static vmk_StatusValue holder_main(void *data)
{
    struct holder *holder = data;

    churn(holder, ROUNDS);
    give_all_back(holder);
    return VMK_OK;
}

static vmk_StatusValue churn_everywhere(const struct source *source)
{
    vmk_WorldID worlds[WORLDS];
    vmk_uint32 started, damage = 0;
    vmk_StatusValue status = VMK_OK;

    start_ticker(source);
    for (started = 0; started < WORLDS && status == VMK_OK; started++) {
        vmk_WorldProps props = {.name = "test-mem",
                                .moduleID = vmk_ModuleCurrentID,
                                .startFunction = holder_main,
                                .data = &holders[started],
                                .schedClass = VMK_WORLD_SCHED_CLASS_DEFAULT};

        holders[started] = (struct holder){.source = source, .seed = started + 1};
        status = vmk_WorldCreate(&props, &worlds[started]);
    }
    for (vmk_uint32 i = 0; i < started && status == VMK_OK; i++) {
        status = vmk_WorldWaitForDeath(worlds[i]);
        damage += holders[i].found_damage;
    }
    stop_ticker();
    damage += ticker.holder.found_damage;
    KTAP_CHECK(status == VMK_OK);
    KTAP_CHECK(damage == 0);
    return VMK_OK;
}

static vmk_StatusValue test_pages(void)
{
    return churn_everywhere(&sources[0]);
}

static vmk_StatusValue test_heap(void)
{
    vmk_HeapGetProps props;

    KTAP_CHECK(churn_everywhere(&sources[1]) == VMK_OK);
    KTAP_CHECK(vmk_HeapGetProperties(heap, &props) == VMK_OK);
    KTAP_CHECK(props.used == 0 && props.allocations == 0 && props.failures == 0);
    return VMK_OK;
}

static vmk_StatusValue test_slab(void)
{
    vmk_SlabGetProps props;

    KTAP_CHECK(churn_everywhere(&sources[2]) == VMK_OK);
    KTAP_CHECK(vmk_SlabGetProperties(slab, &props) == VMK_OK);
    KTAP_CHECK(props.objects == props.cached && props.failures == 0);
    return VMK_OK;
}

static vmk_StatusValue test_mappings(void)
{
    return churn_everywhere(&sources[3]);
}

/* Memory got by mapping is clear, guarded on both sides, and seen at the same place in the direct map. */
static vmk_StatusValue test_guards(void)
{
    vmk_MPN mpn;
    vmk_VA va;
    const vmk_uint64 *direct;

    KTAP_CHECK(vmk_MapAlloc(vmk_ModuleCurrentID, 3 * VMK_PAGE_SIZE, VMK_PAGE_DATA, &va) == VMK_OK);
    for (vmk_ByteCount i = 0; i < 3 * VMK_PAGE_SIZE; i += sizeof(vmk_uint64)) {
        KTAP_CHECK(*(vmk_uint64 *)(va + i) == 0);
    }
    *(vmk_uint64 *)(va + VMK_PAGE_SIZE) = 0x1234;
    KTAP_CHECK(vmk_MapVA2MPN(va + VMK_PAGE_SIZE, &mpn) == VMK_OK);
    direct = vmk_MPN2Ptr(mpn);
    KTAP_CHECK(*direct == 0x1234);
    KTAP_CHECK(vmk_MapVA2MPN(va - 1, &mpn) == VMK_INVALID_ADDRESS);
    KTAP_CHECK(vmk_MapVA2MPN(va + 3 * VMK_PAGE_SIZE, &mpn) == VMK_INVALID_ADDRESS);
    vmk_MapFree(va);
    KTAP_CHECK(vmk_MapVA2MPN(va, &mpn) == VMK_INVALID_ADDRESS);
    return VMK_OK;
}

/* What one CPU wrote through a mapping that is gone, the others must not see in its successor. */
static vmk_StatusValue test_reuse(void)
{
    for (vmk_uint64 round = 1; round < 3000; round++) {
        vmk_VA va;

        KTAP_CHECK(vmk_MapAlloc(vmk_ModuleCurrentID, 2 * VMK_PAGE_SIZE, VMK_PAGE_DATA, &va) == VMK_OK);
        KTAP_CHECK(*(vmk_uint64 *)va == 0);
        *(vmk_uint64 *)va = round;
        vmk_MapFree(va);
    }
    return VMK_OK;
}

/* A split run is pages that come back one by one. */
static vmk_StatusValue test_split(void)
{
    vmk_PageRequest request = {.module = vmk_ModuleCurrentID, .order = 2, .kind = VMK_PAGE_DATA};
    vmk_MPN mpn;

    KTAP_CHECK(vmk_PageAlloc(request, &mpn) == VMK_OK);
    vmk_PageSplit(mpn);
    for (unsigned i = 0; i < 4; i++) {
        vmk_PageFrame *frame = vmk_MPN2Frame(mpn + i);

        KTAP_CHECK(frame->order == 0 && frame->refCount == 1);
        vmk_PageFree(mpn + i);
    }
    return VMK_OK;
}

/* A pool gives large amounts in pieces, and all comes back. */
static vmk_StatusValue test_pool(void)
{
    vmk_MemPoolProps props = {.name = {"test-mem"}, .module = vmk_ModuleCurrentID, .limit = 2000};
    vmk_MemPoolAllocProps how = {.physRange = VMK_PHYS_ADDR_BELOW_4GB};
    vmk_MpnRange ranges[16];
    vmk_MemPoolAllocRequest request = {.numPages = 2000, .numElements = 16, .mpnRanges = ranges},
                            more = request;
    vmk_MemPool pool;

    KTAP_CHECK(vmk_MemPoolCreate(&props, &pool) == VMK_OK);
    KTAP_CHECK(vmk_MemPoolAlloc(pool, &how, &request) == VMK_OK);
    more.numPages = 1;
    KTAP_CHECK(vmk_MemPoolAlloc(pool, &how, &more) == VMK_LIMIT_EXCEEDED);
    KTAP_CHECK(vmk_MemPoolDestroy(pool) == VMK_BUSY);
    vmk_MemPoolFree(pool, &request);
    KTAP_CHECK(vmk_MemPoolDestroy(pool) == VMK_OK);
    return VMK_OK;
}

static const struct ktap_test tests[] = {
    {"pages are held by one at a time", test_pages},
    {"so is heap memory", test_heap},
    {"and slab objects", test_slab},
    {"and mapped memory", test_mappings},
    {"a run is split into pages", test_split},
    {"mapped memory has guards", test_guards},
    {"addresses used again show new memory", test_reuse},
    {"memory pools keep their limit", test_pool},
};

int init_module(void)
{
    vmk_HeapCreateProps heap_props = {.name = {"test-mem"}, .module = vmk_ModuleCurrentID};
    vmk_SlabCreateProps slab_props = {
        .name = {"test-mem"}, .module = vmk_ModuleCurrentID, .objSize = OBJECT_BYTES};
    vmk_StatusValue status = vmk_HeapCreate(&heap_props, &heap);

    if (status == VMK_OK) {
        status = vmk_SlabCreate(&slab_props, &slab);
    }
    if (status == VMK_OK) {
        status = ktap_run(tests, VMK_ARRAY_SIZE(tests));
    }
    return status;
}

void cleanup_module(void)
{
    vmk_StatusValue status = vmk_SlabDestroy(slab);

    if (status == VMK_OK) {
        status = vmk_HeapDestroy(heap);
    }
    if (status != VMK_OK) {
        vmk_WarningMessage("%s", vmk_StatusToString(status));
    }
}
