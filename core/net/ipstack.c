/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipstack.c - the one TCP/IP stack there is, or isn't.
 */
#include <core/ipstack.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/sem.h>

/* Readers are operations under way. */
static vmk_SemaphoreRWObject lock;
static vmk_SemaphoreRW sema = &lock;
static const vmk_IPStackOps *stack_ops VMK_GUARDED_BY(sema);
static vmk_AddrCookie stack_data VMK_GUARDED_BY(sema);

void ipstack_init(void)
{
    vmk_RWSemaInit(&lock, "ipstack");
}

const vmk_IPStackOps *ipstack_get(vmk_AddrCookie *data)
    VMK_NO_THREAD_SAFETY_ANALYSIS("reads until ipstack_put()")
{
    vmk_RWSemaReadLock(&sema);
    if (!stack_ops) {
        vmk_RWSemaReadUnlock(&sema);
        return NULL;
    }
    *data = stack_data;
    return stack_ops;
}

void ipstack_put(void) VMK_NO_THREAD_SAFETY_ANALYSIS("has read since ipstack_get()")
{
    vmk_RWSemaReadUnlock(&sema);
}

VMK_ReturnStatus vmk_IPStackRegister(const vmk_IPStackOps *ops, vmk_AddrCookie data)
{
    vmk_StatusValue status = VMK_EXISTS;

    vmk_RWSemaWriteLock(&sema);
    if (!stack_ops) {
        stack_ops = ops;
        stack_data = data;
        status = VMK_OK;
    }
    vmk_RWSemaWriteUnlock(&sema);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_IPStackRegister);

void vmk_IPStackUnregister(const vmk_IPStackOps *ops)
{
    vmk_RWSemaWriteLock(&sema);
    if (stack_ops == ops) {
        stack_ops = NULL;
    }
    vmk_RWSemaWriteUnlock(&sema);
}
VMK_EXPORT_SYMBOL(vmk_IPStackUnregister);
