/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bottom_half.c - hosted: a bottom half runs where it is scheduled, or as soon as they are allowed again; a
 * grace period is over at once, as tests that use this have one thread.
 */
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/rcu.h>

static vmk_BottomHalfProps registered[VMK_BOTTOM_HALVES_MAX];
static vmk_uint32 nregistered;

VMK_ReturnStatus vmk_BottomHalfRegister(const vmk_BottomHalfProps *props, vmk_BottomHalf *bh)
{
    VMK_VERIFY(nregistered < VMK_BOTTOM_HALVES_MAX);
    *bh = nregistered;
    registered[nregistered++] = *props;
    return VMK_OK;
}

void vmk_BottomHalfCheck(void)
{
    vmk_PCPU *pcpu = VMK_THIS_PCPU;

    while (pcpu->preempt_count == 0 && pcpu->bh_pending != 0) {
        vmk_uint32 bh = (vmk_uint32)__builtin_ctz(pcpu->bh_pending);

        pcpu->bh_pending &= ~(1u << bh);
        pcpu->preempt_count += VMK_BOTTOM_HALF_RUNNING;
        registered[bh].callback(registered[bh].data);
        pcpu->preempt_count -= VMK_BOTTOM_HALF_RUNNING;
    }
}

void vmk_BottomHalfSchedule(vmk_BottomHalf bh, vmk_uint32 pcpu)
{
    VMK_THIS_PCPU->bh_pending |= 1u << bh;
    if (vmk_CPUHasIntsEnabled()) {
        vmk_BottomHalfCheck();
    }
}

void vmk_RCUSynchronize(void)
{
    VMK_VERIFY(VMK_THIS_PCPU->preempt_count == 0);
}
