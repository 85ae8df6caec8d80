/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcpu_storage.h - a few bytes on every CPU, at the same place in each CPU's own data.
 *
 * The running CPU's bytes are reached by one instruction, so that a counter needs neither the CPU's number
 * nor a locked instruction: what is added lands on one CPU or another, and only the sum means something.
 *
 *     status = vmk_PCPUStorageAlloc(module, sizeof(vmk_int64), &balance);
 *     vmk_PCPUAdd64(balance, 1);
 */
#ifndef VMKAPI_BASE_PCPU_STORAGE_H
#define VMKAPI_BASE_PCPU_STORAGE_H

#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/status.h>

/** Where it is, counted from each CPU's vmk_PCPU. Multiple of 8. */
typedef vmk_uint64 vmk_PCPUStorage;

#define VMK_PCPU_STORAGE_NONE ((vmk_PCPUStorage)0)

/**
 * Allocate @p size bytes on every CPU, zeroed.
 *
 * Context: may block. Charged to @p module. There are VMK_PCPU_STORAGE_SIZE bytes for all modules together.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  @p size is 0
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_PCPUStorageAlloc(vmk_ModuleID module, vmk_ByteCount size, vmk_PCPUStorage *storage);

/** Free what was allocated with the same module and size; VMK_PCPU_STORAGE_NONE is ignored. Context: world.
 */
void vmk_PCPUStorageFree(vmk_ModuleID module, vmk_ByteCount size, vmk_PCPUStorage storage);

/** @return CPU @p pcpu's bytes; it must be below vmk_NumPCPUs(). Context: any. */
void *vmk_PCPUStorageOf(vmk_PCPUStorage storage, vmk_uint32 pcpu);

/** Sum the 64-bit counter @p storage over all CPUs: exact while nobody adds. Context: any. */
vmk_int64 vmk_PCPUSum64(vmk_PCPUStorage storage);

/*
 * By one instruction each, on the running CPU (platform.h):
 *
 * void vmk_PCPUAdd64(vmk_PCPUStorage storage, vmk_int64 delta)  add to a counter
 * type *VMK_PCPU_HERE(type, storage)                            the bytes; while the CPU can't change
 */

#endif
