/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * platform.h, hosted - the processor as a thread of a Linux process sees it.
 *
 * Stands before VMKAPI's own on the include path of hosted builds. Each thread is a CPU of its own: its
 * struct vmk_PCPU and its interrupt flag are thread-local, and nothing ever interrupts it.
 */
#ifndef VMKAPI_BASE_PLATFORM_H
#define VMKAPI_BASE_PLATFORM_H

#include <vmkapi/base/types.h>

#define VMK_CPU_FLAG_INTERRUPTS 0x200ul

struct vmk_PCPU;

/** The calling thread's CPU; hosted/pcpu.c. */
struct vmk_PCPU *hosted_pcpu(void);
/** The calling thread's RFLAGS, of which only IF means anything. */
extern __thread vmk_uint64 hosted_flags;

#define VMK_THIS_PCPU (hosted_pcpu())

VMK_ALWAYS_INLINE void vmk_CompilerBarrier(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUGetFlags(void)
{
    return hosted_flags;
}

VMK_ALWAYS_INLINE void vmk_CPUSetFlags(vmk_uint64 flags)
{
    hosted_flags = flags;
}

VMK_ALWAYS_INLINE vmk_Bool vmk_CPUHasIntsEnabled(void)
{
    return (hosted_flags & VMK_CPU_FLAG_INTERRUPTS) != 0;
}

VMK_ALWAYS_INLINE void vmk_CPUDisableInterrupts(void)
{
    hosted_flags &= ~VMK_CPU_FLAG_INTERRUPTS;
}

VMK_ALWAYS_INLINE void vmk_CPUEnableInterrupts(void)
{
    hosted_flags |= VMK_CPU_FLAG_INTERRUPTS;
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUSaveInterrupts(void)
{
    vmk_uint64 flags = hosted_flags;

    vmk_CPUDisableInterrupts();
    return flags;
}

VMK_ALWAYS_INLINE void vmk_CPURestoreInterrupts(vmk_uint64 flags)
{
    hosted_flags = flags;
}

VMK_ALWAYS_INLINE void vmk_CPUMemFenceRead(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

VMK_ALWAYS_INLINE void vmk_CPUMemFenceWrite(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

VMK_ALWAYS_INLINE void vmk_CPUMemFenceReadWrite(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

VMK_ALWAYS_INLINE void vmk_CPURelax(void)
{
    __builtin_ia32_pause();
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUReadTSC(void)
{
    return __builtin_ia32_rdtsc();
}

#endif
