/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmkapi_exports.c - VMKAPI functions that vmklinux hands on to drivers: what inlines of its headers call out
 * of line, and what a compiler calls by itself. A driver imports from vmklinux only.
 */
#include <linux/export.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/dma.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_csum.h>
#include <vmkapi/net/net_pkt.h>

EXPORT_SYMBOL(memcpy);
EXPORT_SYMBOL(memmove);
EXPORT_SYMBOL(memset);
EXPORT_SYMBOL(memcmp);
EXPORT_SYMBOL(vmk_BinarySemaInit);
EXPORT_SYMBOL(vmk_BottomHalfCheck);
EXPORT_SYMBOL(vmk_ModuleDecUseCount);
EXPORT_SYMBOL(vmk_ModuleIncUseCount);
EXPORT_SYMBOL(vmk_NetCsumDataPartial);
EXPORT_SYMBOL(vmk_NetCsumIPv4Pseudo);
EXPORT_SYMBOL(vmk_NetCsumIPv6Pseudo);
EXPORT_SYMBOL(vmk_NumPCPUs);
EXPORT_SYMBOL(vmk_PageFree);
EXPORT_SYMBOL(vmk_PktRelease);
EXPORT_SYMBOL(vmk_PktReleaseBH);
EXPORT_SYMBOL(vmk_PreemptCheck);
EXPORT_SYMBOL(vmk_SemaLock);
EXPORT_SYMBOL(vmk_SemaTryLock);
EXPORT_SYMBOL(vmk_SemaUnlock);
EXPORT_SYMBOL(vmk_SpinlockLockContended);
EXPORT_SYMBOL(vmk_SpinlockNoteAcquire);
EXPORT_SYMBOL(vmk_SpinlockNoteRelease);
EXPORT_SYMBOL(vmk_SpinlockNoteTryAcquire);
