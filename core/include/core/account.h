/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.h - what each module holds: one counter per module and kind of resource.
 *
 * Whoever hands out a resource adds to its owner's counter, and subtracts when it comes back. Unloading
 * a module is refused while one of its counters is not zero, and says which.
 *
 * A counter is one slot per CPU; a resource may be given back on another CPU than it was taken on, so
 * only the sum over all CPUs means something; `module/<name>/…` in the statistics tree is these sums. The
 * slots are added to atomically: the CPU number merely picks a slot that is likely in this CPU's cache, and a
 * world that moves in between does no harm.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/types.h>

/** Module IDs are below this; see module.h. */
#define ACCOUNT_MODULES_MAX 64

/** Every kind of resource: ACCOUNT_KIND(constant, its counter in the statistics tree, its name in messages).
 */
#define ACCOUNT_KINDS(ACCOUNT_KIND)                                                                          \
    ACCOUNT_KIND(ACCOUNT_HEAP_BYTES, heap_bytes, "heap bytes")                                               \
    ACCOUNT_KIND(ACCOUNT_HEAPS, heaps, "heaps")                                                              \
    ACCOUNT_KIND(ACCOUNT_SLAB_BYTES, slab_bytes, "slab bytes")                                               \
    ACCOUNT_KIND(ACCOUNT_SLABS, slabs, "slabs")                                                              \
    ACCOUNT_KIND(ACCOUNT_PAGES, pages, "pages")                                                              \
    ACCOUNT_KIND(ACCOUNT_MAPPED_PAGES, mapped_pages, "mapped pages")                                         \
    ACCOUNT_KIND(ACCOUNT_MEM_POOLS, memory_pools, "memory pools")                                            \
    ACCOUNT_KIND(ACCOUNT_LOCKS, spinlocks, "spinlocks")                                                      \
    ACCOUNT_KIND(ACCOUNT_SEMAS, semaphores, "semaphores")                                                    \
    ACCOUNT_KIND(ACCOUNT_WORLDS, worlds, "worlds")                                                           \
    ACCOUNT_KIND(ACCOUNT_HELPERS, helper_queues, "helper queues")                                            \
    ACCOUNT_KIND(ACCOUNT_TIMERS, timers, "timers")                                                           \
    ACCOUNT_KIND(ACCOUNT_BOTTOM_HALVES, bottom_halves, "bottom halves")                                      \
    ACCOUNT_KIND(ACCOUNT_INTERRUPTS, interrupts, "interrupts")                                               \
    ACCOUNT_KIND(ACCOUNT_DMA_ENGINES, dma_engines, "DMA engines")                                            \
    ACCOUNT_KIND(ACCOUNT_PCPU_BYTES, pcpu_bytes, "per-CPU bytes")                                            \
    ACCOUNT_KIND(ACCOUNT_DMA_MAPS, dma_mappings, "DMA mappings")                                             \
    ACCOUNT_KIND(ACCOUNT_DRIVERS, drivers, "drivers")                                                        \
    ACCOUNT_KIND(ACCOUNT_DEVICES, devices, "devices")                                                        \
    ACCOUNT_KIND(ACCOUNT_PACKETS, packets, "packets")                                                        \
    ACCOUNT_KIND(ACCOUNT_NET_POLLS, net_polls, "net polls")                                                  \
    ACCOUNT_KIND(ACCOUNT_UPLINKS, uplinks, "uplinks")                                                        \
    ACCOUNT_KIND(ACCOUNT_PORTS, ports, "ports")                                                              \
    ACCOUNT_KIND(ACCOUNT_STORAGE_ADAPTERS, storage_adapters, "storage adapters")                             \
    ACCOUNT_KIND(ACCOUNT_BLOCK_PATHS, block_paths, "block paths")                                            \
    ACCOUNT_KIND(ACCOUNT_BLOCK_HANDLES, block_handles, "open block devices")                                 \
    ACCOUNT_KIND(ACCOUNT_LOG_COMPONENTS, log_components, "log components")                                   \
    ACCOUNT_KIND(ACCOUNT_REBOOT_HANDLERS, reboot_handlers, "reboot handlers")                                \
    ACCOUNT_KIND(ACCOUNT_STATS, statistics_nodes, "statistics nodes")

enum account_kind {
#define ACCOUNT_KIND(constant, counter, text) constant,
    ACCOUNT_KINDS(ACCOUNT_KIND)
#undef ACCOUNT_KIND
        ACCOUNT_KIND_COUNT
};

/** A CPU's counters: by kind, so that who counts one kind only needs the row. */
typedef vmk_int64 account_slots[ACCOUNT_KIND_COUNT][ACCOUNT_MODULES_MAX];

/** Each CPU's slots. A CPU without its own shares the boot CPU's. Use account_add(). */
extern account_slots *account_cpu[VMK_MAX_PCPUS];

/**
 * Charge @p delta of @p kind to @p module, or give it back when negative.
 *
 * @param module an ID below ACCOUNT_MODULES_MAX; VMK_INVALID_MODULE_ID counts for nobody.
 * Context: any, non-maskable interrupts too, from the first line of kmain(). Locks: none.
 */
VMK_ALWAYS_INLINE void account_add(vmk_ModuleID module, enum account_kind kind, vmk_int64 delta)
{
    __atomic_fetch_add(&(*account_cpu[vmk_GetPCPUNum()])[kind][module], delta, __ATOMIC_RELAXED);
}

/**
 * Sum a counter over all CPUs, and what its source says.
 *
 * Exact once the module is at rest; a moment's estimate while other CPUs add to it.
 * Context: any but NMI.
 */
vmk_int64 account_read(vmk_ModuleID module, enum account_kind kind);

/** Says what @p module holds of a kind that is counted where it is used, for that is on a hot path. */
typedef vmk_int64 (*account_source)(vmk_ModuleID module);

/** Have @p source asked at each account_read() of @p kind. Context: boot, once. */
void account_set_source(enum account_kind kind, account_source source);

/**
 * Tell whether @p module holds anything, and name it.
 *
 * @param text filled with "3 timers, 4096 heap bytes" (cut to @p len bytes), or "" when it holds nothing.
 * @return VMK_TRUE when all counters are zero.
 * Context: any.
 */
vmk_Bool account_is_clear(vmk_ModuleID module, char *text, vmk_ByteCount len);

/** Static text for a kind: "heap bytes". Context: any. */
const char *account_kind_name(enum account_kind kind);

/**
 * Give every CPU but the first its own slots. Called once, after the page allocator and CPU discovery.
 *
 * @param cpus how many CPUs there are.
 * Context: boot. A CPU for which there is no memory goes on sharing: slower, still right.
 */
void account_init(unsigned cpus);

#endif
