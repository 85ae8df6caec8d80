/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sem.c - semaphores for tests of one thread: taking one twice, or giving back what was not taken, is a
 * failure.
 */
#include <vmkapi/base/assert.h>
#include <vmkapi/base/sem.h>

void vmk_SemaLock(vmk_Semaphore *sema)
{
    VMK_VERIFY((*sema)->value > 0);
    (*sema)->value--;
}

void vmk_SemaUnlock(vmk_Semaphore *sema)
{
    (*sema)->value++;
    VMK_VERIFY(!(*sema)->binary || (*sema)->value == 1);
}
