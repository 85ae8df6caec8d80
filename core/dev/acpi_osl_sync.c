/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_osl_sync.c - what ACPICA asks of its host: locks, semaphores, deferred work.
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_osl.h"

#include <core/heap.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/world.h>

acpi_status acpi_os_create_lock(acpi_spinlock *out_handle)
{
    acpi_spinlock lock = vmk_HeapAlloc(heap_kernel, sizeof(*lock));

    if (lock == NULL) {
        return AE_NO_MEMORY;
    }
    /* ACPICA nests its locks in an order of its own. */
    vmk_SpinlockInit(lock, "acpi", VMK_SPINLOCK_UNRANKED);
    *out_handle = lock;
    return AE_OK;
}

void acpi_os_delete_lock(acpi_spinlock handle)
{
    vmk_HeapFree(heap_kernel, handle);
}

acpi_cpu_flags acpi_os_acquire_lock(acpi_spinlock handle)
    VMK_NO_THREAD_SAFETY_ANALYSIS("ACPICA holds it from one call to another")
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(handle, &flags);
    return flags;
}

void acpi_os_release_lock(acpi_spinlock handle, acpi_cpu_flags flags)
    VMK_NO_THREAD_SAFETY_ANALYSIS("ACPICA holds it from one call to another")
{
    vmk_SpinlockUnlockIRQ(handle, flags);
}

acpi_status acpi_os_create_semaphore(u32 max_units, u32 initial_units, acpi_semaphore *out_handle)
{
    vmk_Semaphore sema;

    if (vmk_SemaCreate(&sema, heap_kernel, "acpi", (vmk_int32)initial_units) != VMK_OK) {
        return AE_NO_MEMORY;
    }
    *out_handle = sema;
    return AE_OK;
}

acpi_status acpi_os_delete_semaphore(acpi_semaphore handle)
{
    vmk_Semaphore sema = handle;

    vmk_SemaDestroy(&sema);
    return AE_OK;
}

acpi_status acpi_os_wait_semaphore(acpi_semaphore handle, u32 units, u16 timeout)
{
    vmk_Semaphore sema = handle;
    vmk_StatusValue status = VMK_OK;

    if (units != 1) {
        return AE_SUPPORT; /* Nothing in ACPICA takes several. */
    }
    if (timeout == ACPI_DO_NOT_WAIT) {
        status = vmk_SemaTryLock(&sema);
    } else if (timeout == ACPI_WAIT_FOREVER) {
        vmk_SemaLock(&sema);
    } else {
        status = vmk_SemaLockTimed(&sema, timeout);
    }
    return status == VMK_OK ? AE_OK : AE_TIME;
}

acpi_status acpi_os_signal_semaphore(acpi_semaphore handle, u32 units)
{
    vmk_Semaphore sema = handle;

    for (u32 i = 0; i < units; i++) {
        vmk_SemaUnlock(&sema);
    }
    return AE_OK;
}

acpi_thread_id acpi_os_get_thread_id(void)
{
    return (acpi_thread_id)vmk_WorldGetID();
}

/* Bits of the global lock (ACPI 6.4, 5.2.10.1). */
#define GLOBAL_LOCK_PENDING 1u
#define GLOBAL_LOCK_OWNED   2u

int acpi_os_acquire_global_lock(vmk_uint32 *lock)
{
    vmk_uint32 old = __atomic_load_n(lock, __ATOMIC_RELAXED), wanted;

    do {
        wanted = old | GLOBAL_LOCK_OWNED | (old & GLOBAL_LOCK_OWNED ? GLOBAL_LOCK_PENDING : 0);
    } while (!__atomic_compare_exchange_n(lock, &old, wanted, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return (old & GLOBAL_LOCK_OWNED) == 0;
}

int acpi_os_release_global_lock(vmk_uint32 *lock)
{
    vmk_uint32 old = __atomic_fetch_and(lock, ~(GLOBAL_LOCK_OWNED | GLOBAL_LOCK_PENDING), __ATOMIC_RELEASE);

    return (old & GLOBAL_LOCK_PENDING) != 0;
}

struct deferred {
    acpi_osd_exec_callback function;
    void *context;
};

static void run_deferred(vmk_AddrCookie data)
{
    struct deferred deferred = *(struct deferred *)data.ptr;

    vmk_HeapFree(heap_kernel, data.ptr);
    deferred.function(deferred.context);
}

acpi_status acpi_os_execute(acpi_execute_type type, acpi_osd_exec_callback function, void *context)
{
    struct deferred *deferred = vmk_HeapAlloc(heap_kernel, sizeof(*deferred));

    if (deferred == NULL) {
        return AE_NO_MEMORY;
    }
    *deferred = (struct deferred){.function = function, .context = context};
    vmk_StatusValue status = vmk_HelperSubmitRequest(
        acpi_helper, run_deferred, (vmk_AddrCookie){.ptr = deferred}, VMK_HELPER_DEFAULT_REQ_PROPS);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, deferred);
        return AE_NO_MEMORY;
    }
    return AE_OK;
}

void acpi_os_wait_events_complete(void)
{
    if (vmk_HelperFlush(acpi_helper) != VMK_OK) {
        vmk_WarningMessage("did not wait for events under way: the world is about to die");
    }
}
