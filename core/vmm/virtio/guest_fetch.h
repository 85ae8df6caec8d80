/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_fetch.h - reading memory that its guest may be writing at the same moment.
 *
 * Each call reads once, and what it returned is what counts: nothing is read again after it was checked.
 * Builds with GUEST_FETCH_HOOK (fuzz targets, tests) call a function before each read, which changes the
 * memory as a hostile guest on another CPU would.
 */
#ifndef CORE_VMM_VIRTIO_GUEST_FETCH_H
#define CORE_VMM_VIRTIO_GUEST_FETCH_H

#include <vmkapi/base/types.h>

#ifdef GUEST_FETCH_HOOK
/** @p bytes at @p at are about to be read. */
void guest_fetch_hook(const void *at, vmk_uint32 bytes);
#else
VMK_ALWAYS_INLINE void guest_fetch_hook(const void *at, vmk_uint32 bytes)
{
}
#endif

/** Read, not earlier than what is read next. */
VMK_ALWAYS_INLINE vmk_uint16 guest_fetch16(const vmk_uint16 *at)
{
    guest_fetch_hook(at, sizeof(*at));
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

VMK_ALWAYS_INLINE vmk_uint64 guest_fetch64(const vmk_uint64 *at)
{
    guest_fetch_hook(at, sizeof(*at));
    return __atomic_load_n(at, __ATOMIC_RELAXED);
}

#endif
