/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress.h - fault points: named places in the code that fail every n-th time, on request, in debug builds.
 *
 * `system stress set NAME N` makes the point called NAME hit on every N-th pass; 0 turns it off. In the
 * kernel
 *
 *     VMK_STRESS_POINT(heap_alloc_fail, "A heap allocation fails");
 *     ...
 *     if (VMK_STRESS_HIT(heap_alloc_fail)) { return NULL; }
 *
 * defines and tests a point; both compile to nothing in release builds. A module opens the kernel's points by
 * name. Context: any.
 */
#ifndef VMKAPI_BASE_STRESS_H
#define VMKAPI_BASE_STRESS_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** One fault point. */
typedef struct vmk_StressPoint {
    const char *name;
    const char *help;
    volatile vmk_uint32 every; /**< Hit on each so-many-th pass; 0 never. */
    volatile vmk_uint32 passes;
    volatile vmk_uint32 hits;
} vmk_StressPoint;

typedef vmk_StressPoint *vmk_StressOptionHandle;

/** Open the fault point @p name. @return VMK_OK; VMK_NOT_FOUND (always in release builds). */
VMK_ReturnStatus vmk_StressOptionOpen(const char *name, vmk_StressOptionHandle *handle);

/** Close a handle. @return VMK_OK. */
VMK_ReturnStatus vmk_StressOptionClose(vmk_StressOptionHandle handle);

/** Read what the point is set to. @return VMK_OK. */
VMK_ReturnStatus vmk_StressOptionValue(vmk_StressOptionHandle handle, vmk_uint32 *every);

/** Pass the point; @p hit says whether to fail this time. @return VMK_OK. */
VMK_ReturnStatus vmk_StressOptionCounter(vmk_StressOptionHandle handle, vmk_Bool *hit);

/** Count a pass of an armed point. @return whether it hits. */
VMK_ALWAYS_INLINE vmk_Bool vmk_StressPointPass(vmk_StressPoint *point)
{
    vmk_uint32 every = point->every;
    vmk_uint32 pass = __atomic_add_fetch(&point->passes, 1, __ATOMIC_RELAXED);

    if (every == 0 || pass % every != 0) {
        return VMK_FALSE;
    }
    __atomic_fetch_add(&point->hits, 1, __ATOMIC_RELAXED);
    return VMK_TRUE;
}

#ifdef VMK_DEBUG
#define VMK_STRESS_POINT(ident, text)                                                                        \
    static vmk_StressPoint vmk_stress_##ident = {.name = #ident, .help = text};                              \
    static vmk_StressPoint *const vmk_stress_entry_##ident __attribute__((used, section(".vmk.stress"))) =   \
        &vmk_stress_##ident
#define VMK_STRESS_HIT(ident)                                                                                \
    (VMK_UNLIKELY(vmk_stress_##ident.every != 0) && vmk_StressPointPass(&vmk_stress_##ident))
#else
#define VMK_STRESS_POINT(ident, text) VMK_STATIC_ASSERT(1, text)
#define VMK_STRESS_HIT(ident)         0
#endif

#endif
