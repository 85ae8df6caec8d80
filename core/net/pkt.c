/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pkt.c - allocation and release of packets: a stack of free pages per CPU, above the page allocator.
 *
 * Everything a CPU's cache holds is touched with bottom halves off and by that CPU only, so neither
 * locks nor locked instructions are needed. A packet freed on another CPU than it came from simply joins that
 * CPU's cache; the page allocator evens out.
 */
#include <core/account.h>
#include <core/pkt.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/stats.h>

VMK_STRESS_POINT(packet_no_memory, "There is no memory for a packet");

#define CACHE_MAX   256 /* Free packets a CPU keeps: an e1000 ring's worth. */
#define CACHE_BATCH 32

/** One CPU's free packets. */
struct pkt_cache {
    vmk_PktHandle *free;
    vmk_uint32 count;
    vmk_int64 *held;         /**< This CPU's counters of packets, by module (account.h). */
    vmk_PktHandle *deferred; /**< Released in interrupts; interrupts off to touch. */
    vmk_uint64 refills;
    vmk_uint64 drains;
    vmk_uint64 failures;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

static struct pkt_cache caches[VMK_MAX_PCPUS];
static vmk_BottomHalf release_bh = VMK_INVALID_BOTTOM_HALF;
static vmk_StatGroup stat_group;

static const vmk_StatField stat_fields[] = {
    VMK_STAT_FIELD(struct pkt_cache, refills),
    VMK_STAT_FIELD(struct pkt_cache, drains),
    VMK_STAT_FIELD(struct pkt_cache, failures),
};

static struct pkt_cache *this_cache(void)
{
    return &caches[vmk_GetPCPUNum()];
}

static void charge(struct pkt_cache *cache, vmk_ModuleID module, vmk_int64 delta)
{
    cache->held[module] += delta;
}

/** A page that any device can reach without bouncing, or, when those are used up, any page. */
static VMK_ReturnStatus packet_page(vmk_MPN *mpn)
{
    vmk_PageRequest request = {
        .module = VMK_VMKERNEL_MODULE_ID,
        .kind = VMK_PAGE_PACKET,
        .constraint = VMK_PHYS_ADDR_BELOW_4GB,
    };
    vmk_StatusValue status = vmk_PageAlloc(request, mpn);

    if (status == VMK_NO_MEMORY) {
        request.constraint = VMK_PHYS_ADDR_ANY;
        status = vmk_PageAlloc(request, mpn);
    }
    return status;
}

static void push(struct pkt_cache *cache, vmk_PktHandle *pkt)
{
    pkt->next = cache->free;
    cache->free = pkt;
    cache->count++;
}

static vmk_PktHandle *pop(struct pkt_cache *cache)
{
    vmk_PktHandle *pkt = cache->free;

    cache->free = pkt->next;
    cache->count--;
    return pkt;
}

/** Get more free packets, until there are @p count, or as many as there is memory for. */
static __attribute__((noinline)) void refill(struct pkt_cache *cache, vmk_uint32 count)
{
    vmk_MPN mpn;

    cache->refills++;
    while (cache->count < count && packet_page(&mpn) == VMK_OK) {
        vmk_PktHandle *pkt = vmk_MPN2Ptr(mpn);

        pkt->refs = 0;
        push(cache, pkt);
    }
    if (cache->count < count) {
        cache->failures++;
    }
}

/** Give back half of the free packets. */
static __attribute__((noinline)) void drain(struct pkt_cache *cache)
{
    cache->drains++;
    while (cache->count > CACHE_MAX / 2) {
        vmk_PageFree(vmk_Ptr2MPN(pop(cache)));
    }
}

/** Make @p pkt, which nobody uses, an empty packet of @p module's. */
VMK_ALWAYS_INLINE void reset(vmk_PktHandle *pkt, vmk_ModuleID module)
{
    pkt->frame = vmk_PktBuffer(pkt) + VMK_PKT_HEADROOM;
    pkt->frameLen = 0;
    pkt->mappedLen = 0;
    pkt->flags = 0;
    pkt->refs = 1;
    pkt->queueID = 0;
    pkt->numFrags = 0;
    pkt->holder = module;
}

/** Append fragments until @p pkt has room for @p len bytes beyond its buffer, all of which counts as mapped.
 */
static VMK_ReturnStatus add_pages(vmk_PktHandle *pkt, vmk_uint32 len)
{
    vmk_StatusValue status = VMK_OK;
    vmk_MPN mpn;

    while (len > 0 && status == VMK_OK) {
        vmk_uint32 piece = len < VMK_PAGE_SIZE ? len : VMK_PAGE_SIZE;

        status = vmk_PktAllocPage(&mpn);
        if (status != VMK_OK) {
            break;
        }
        status = vmk_PktPageAppend(pkt, mpn, 0, piece);
        if (status != VMK_OK) {
            vmk_PktFreePage(mpn);
        }
        len -= piece;
    }
    pkt->frameLen = 0;
    pkt->mappedLen = VMK_PKT_MAX_MAPPED;
    return status;
}

/** The unusual allocation: the cache is empty, or the frame doesn't fit the buffer. Bottom halves off. */
static __attribute__((noinline)) VMK_ReturnStatus alloc_slow(vmk_ModuleID module, vmk_uint32 len,
                                                             vmk_PktHandle **pkt)
{
    struct pkt_cache *cache = this_cache();
    vmk_StatusValue status = VMK_OK;

    if (!cache->free) {
        refill(cache, CACHE_BATCH);
    }
    if (!cache->free) {
        return VMK_NO_MEMORY;
    }
    charge(cache, module, 1);
    *pkt = pop(cache);
    reset(*pkt, module);
    if (len > VMK_PKT_MAX_MAPPED) {
        status = add_pages(*pkt, len - VMK_PKT_MAX_MAPPED);
        if (status != VMK_OK) {
            vmk_PktReleaseBH(*pkt);
        }
    }
    return status;
}

VMK_ALWAYS_INLINE VMK_ReturnStatus alloc(vmk_ModuleID module, vmk_uint32 len, vmk_PktHandle **pkt)
{
    struct pkt_cache *cache = this_cache();

    if (VMK_STRESS_HIT(packet_no_memory)) {
        return VMK_NO_MEMORY;
    }
    if (VMK_UNLIKELY(!cache->free || len > VMK_PKT_MAX_MAPPED)) {
        return alloc_slow(module, len, pkt);
    }
    charge(cache, module, 1);
    *pkt = pop(cache);
    reset(*pkt, module);
    return VMK_OK;
}

VMK_ReturnStatus vmk_PktAllocForModuleBH(vmk_ModuleID module, vmk_uint32 len, vmk_PktHandle **pkt)
{
    return alloc(module, len, pkt);
}
VMK_EXPORT_SYMBOL(vmk_PktAllocForModuleBH);

VMK_ReturnStatus vmk_PktAllocForModule(vmk_ModuleID module, vmk_uint32 len, vmk_PktHandle **pkt)
{
    vmk_StatusValue status;

    vmk_BottomHalfDisable();
    status = alloc(module, len, pkt);
    vmk_BottomHalfEnable();
    return status;
}
VMK_EXPORT_SYMBOL(vmk_PktAllocForModule);

VMK_ReturnStatus vmk_PktAlloc(vmk_uint32 len, vmk_PktHandle **pkt)
{
    return vmk_PktAllocForModule(VMK_VMKERNEL_MODULE_ID, len, pkt);
}
VMK_EXPORT_SYMBOL(vmk_PktAlloc);

static void drop(struct pkt_cache *cache, vmk_PktHandle *pkt);

/** What a packet has besides its page. */
static void drop_parts(struct pkt_cache *cache, vmk_PktHandle *pkt)
{
    if (pkt->flags & VMK_PKT_FLAG_CLONE) {
        /* Fragments, if any, are the other packet's. */
        drop(cache, pkt->storage);
    } else if (pkt->flags & VMK_PKT_FLAG_EXTERNAL) {
        pkt->released(pkt);
    } else {
        for (vmk_uint32 i = 0; i < pkt->numFrags; i++) {
            vmk_PktFreePage(pkt->frags[i].mpn);
        }
    }
}

/** One user less; the last one's going frees what the packet is made of. */
static void drop(struct pkt_cache *cache, vmk_PktHandle *pkt)
{
    VMK_VERIFY(pkt->refs != 0); /* Released twice. */
    if (__atomic_sub_fetch(&pkt->refs, 1, __ATOMIC_ACQ_REL) != 0) {
        return;
    }
    drop_parts(cache, pkt);
    push(cache, pkt);
    if (cache->count > CACHE_MAX) {
        drain(cache);
    }
}

/** Release a packet, plain or not. Bottom halves off. */
static __attribute__((noinline)) void release_slow(vmk_PktHandle *pkt)
{
    struct pkt_cache *cache = this_cache();

    charge(cache, pkt->holder, -1);
    drop(cache, pkt);
}

/** Whether releasing it is no more than putting its page back. */
VMK_ALWAYS_INLINE vmk_Bool is_plain(const vmk_PktHandle *pkt)
{
    /* With one user nobody else can be adding or dropping one: no locked instruction is needed. */
    return __atomic_load_n(&pkt->refs, __ATOMIC_ACQUIRE) == 1 && !(pkt->flags & VMK_PKT_FLAGS_PARTS);
}

VMK_ALWAYS_INLINE void release(struct pkt_cache *cache, vmk_PktHandle *pkt)
{
    if (VMK_UNLIKELY(!is_plain(pkt) || cache->count >= CACHE_MAX)) {
        release_slow(pkt);
        return;
    }
    charge(cache, pkt->holder, -1);
    pkt->refs = 0;
    push(cache, pkt);
}

void vmk_PktReleaseBH(vmk_PktHandle *pkt)
{
    release(this_cache(), pkt);
}
VMK_EXPORT_SYMBOL(vmk_PktReleaseBH);

void vmk_PktRelease(vmk_PktHandle *pkt)
{
    vmk_BottomHalfDisable();
    release(this_cache(), pkt);
    vmk_BottomHalfEnable();
}
VMK_EXPORT_SYMBOL(vmk_PktRelease);

void vmk_PktListReleaseAllPkts(vmk_PktList list)
{
    struct pkt_cache *cache;
    vmk_PktHandle *pkt, *next;

    vmk_BottomHalfDisable();
    cache = this_cache();
    for (pkt = list->first; pkt; pkt = next) {
        next = pkt->next;
        release(cache, pkt);
    }
    vmk_PktListInit(list);
    vmk_BottomHalfEnable();
}
VMK_EXPORT_SYMBOL(vmk_PktListReleaseAllPkts);

/** Move the first @p count free packets, of which there are as many, to the end of @p list. */
static void take_chain(struct pkt_cache *cache, vmk_ModuleID module, vmk_uint32 count, vmk_PktList list)
{
    struct vmk_PktListInt chain = {.first = cache->free, .count = count};
    vmk_PktHandle *next = chain.first;

    for (vmk_uint32 left = count; left != 0; left--) {
        chain.last = next;
        next = next->next;
        reset(chain.last, module);
    }
    chain.last->next = NULL;
    cache->free = next;
    cache->count -= count;
    charge(cache, module, count);
    vmk_PktListAppend(list, &chain);
}

VMK_ReturnStatus vmk_PktListAlloc(vmk_ModuleID module, vmk_uint32 len, vmk_uint32 count, vmk_PktList list)
{
    vmk_StatusValue status = VMK_NO_MEMORY;
    struct pkt_cache *cache;

    if (len > VMK_PKT_MAX_MAPPED || count == 0) {
        return count == 0 ? VMK_OK : VMK_LIMIT_EXCEEDED;
    }
    if (VMK_STRESS_HIT(packet_no_memory)) {
        return status;
    }
    vmk_BottomHalfDisable();
    cache = this_cache();
    if (VMK_UNLIKELY(cache->count < count)) {
        refill(cache, count);
    }
    if (VMK_LIKELY(cache->count >= count)) {
        take_chain(cache, module, count, list);
        status = VMK_OK;
    }
    vmk_BottomHalfEnable();
    return status;
}
VMK_EXPORT_SYMBOL(vmk_PktListAlloc);

/** Release what interrupts on this CPU have left. */
static void release_deferred(vmk_AddrCookie data)
{
    struct pkt_cache *cache = this_cache();
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    vmk_PktHandle *pkt = cache->deferred;

    cache->deferred = NULL;
    vmk_CPURestoreInterrupts(flags);
    while (pkt) {
        vmk_PktHandle *next = pkt->next;

        vmk_PktRelease(pkt);
        pkt = next;
    }
}

void vmk_PktReleaseIRQ(vmk_PktHandle *pkt)
{
    struct pkt_cache *cache;
    vmk_uint64 flags;

    if (!vmk_InInterrupt() && vmk_CPUHasIntsEnabled()) {
        vmk_PktRelease(pkt);
        return;
    }
    flags = vmk_CPUSaveInterrupts();
    cache = this_cache();
    pkt->next = cache->deferred;
    cache->deferred = pkt;
    vmk_BottomHalfSchedule(release_bh, VMK_PCPU_THIS);
    vmk_CPURestoreInterrupts(flags);
}
VMK_EXPORT_SYMBOL(vmk_PktReleaseIRQ);

void vmk_PktHolderSet(vmk_PktHandle *pkt, vmk_ModuleID module)
{
    struct vmk_PktListInt one = {pkt, pkt, 1};

    pkt->next = NULL;
    vmk_BottomHalfDisable();
    pkt_list_hold(&one, module);
    vmk_BottomHalfEnable();
}
VMK_EXPORT_SYMBOL(vmk_PktHolderSet);

void pkt_list_hold(vmk_PktList list, vmk_ModuleID module)
{
    struct pkt_cache *cache = this_cache();

    for (vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        charge(cache, pkt->holder, -1);
        pkt->holder = module;
    }
    charge(cache, module, list->count);
}

void pkt_charge_moved(vmk_ModuleID from, vmk_ModuleID to, vmk_uint32 count)
{
    struct pkt_cache *cache = this_cache();

    charge(cache, from, -(vmk_int64)count);
    charge(cache, to, count);
}

vmk_uint64 vmk_PktHeldByModule(vmk_ModuleID module)
{
    return (vmk_uint64)account_read(module, ACCOUNT_PACKETS);
}
VMK_EXPORT_SYMBOL(vmk_PktHeldByModule);

VMK_ReturnStatus vmk_PktAllocPage(vmk_MPN *mpn)
{
    return packet_page(mpn);
}
VMK_EXPORT_SYMBOL(vmk_PktAllocPage);

void vmk_PktFreePage(vmk_MPN mpn)
{
    vmk_PagePut(vmk_MPN2Frame(mpn));
}
VMK_EXPORT_SYMBOL(vmk_PktFreePage);

void pkt_init(void)
{
    static const vmk_BottomHalfProps bh = {
        .moduleID = VMK_VMKERNEL_MODULE_ID,
        .name = {"pkt-release"},
        .callback = release_deferred,
    };
    vmk_uint32 cpus = vmk_NumPCPUs();

    for (vmk_uint32 i = 0; i < cpus; i++) {
        caches[i].held = (*account_cpu[i])[ACCOUNT_PACKETS];
        /* Counting without locked instructions needs slots nobody else writes. */
        VMK_VERIFY(i == 0 || account_cpu[i] != account_cpu[0]);
    }
    VMK_VERIFY(vmk_BottomHalfRegister(&bh, &release_bh) == VMK_OK);
    vmk_StatGroupInit(&stat_group, VMK_VMKERNEL_MODULE_ID, stat_fields, VMK_ARRAY_SIZE(stat_fields),
                      "net/packets");
    stat_group.base = caches;
    stat_group.stride = sizeof(caches[0]);
    stat_group.count = cpus;
    VMK_VERIFY(vmk_StatGroupRegister(&stat_group) == VMK_OK);
}
