/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * platform.h, hosted - the processor as a thread of a Linux process sees it.
 *
 * Stands before VMKAPI's own on the include path of hosted builds. Who is behind it is chosen at link time:
 * pcpu.c makes each thread a CPU that nothing ever interrupts; the library vmkapi_hosted has one CPU, which
 * its threads pass on to one another, with interrupts, device registers and a clock of its own.
 */
#ifndef VMKAPI_BASE_PLATFORM_H
#define VMKAPI_BASE_PLATFORM_H

#include <vmkapi/base/types.h>

#define VMK_CPU_FLAG_INTERRUPTS 0x200ul

struct vmk_PCPU;

/** The calling thread's CPU. */
struct vmk_PCPU *hosted_pcpu(void);
/** The calling thread's RFLAGS, of which only IF means anything. */
extern __thread vmk_uint64 hosted_flags;
/** An interrupt waits until this CPU takes it. */
extern vmk_Bool hosted_interrupt_waits;
/** Take the interrupts that wait. Interrupts are on. */
void hosted_take_interrupts(void);
/** A turn of a spin loop: time passes, interrupts come. */
void hosted_relax(void);
/** The time-stamp counter: it counts nanoseconds that nobody has to wait for. */
extern vmk_uint64 hosted_tsc;
/** What reading the counter costs. */
#define HOSTED_TSC_STEP 20
/** Read or write @p bytes of a device register. */
vmk_uint64 hosted_mmio_read(const volatile void *addr, unsigned bytes);
void hosted_mmio_write(volatile void *addr, unsigned bytes, vmk_uint64 value);

#define VMK_THIS_PCPU               (hosted_pcpu())

#define VMK_PCPU_HERE(type, offset) ((type *)((char *)hosted_pcpu() + (offset)))

VMK_ALWAYS_INLINE void vmk_PCPUAdd64(vmk_uint64 offset, vmk_int64 delta)
{
    __atomic_fetch_add(VMK_PCPU_HERE(vmk_int64, offset), delta, __ATOMIC_RELAXED);
}

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
    if (VMK_UNLIKELY(hosted_interrupt_waits) && (flags & VMK_CPU_FLAG_INTERRUPTS)) {
        hosted_take_interrupts();
    }
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
    vmk_CPUSetFlags(hosted_flags | VMK_CPU_FLAG_INTERRUPTS);
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUSaveInterrupts(void)
{
    vmk_uint64 flags = hosted_flags;

    vmk_CPUDisableInterrupts();
    return flags;
}

VMK_ALWAYS_INLINE void vmk_CPURestoreInterrupts(vmk_uint64 flags)
{
    vmk_CPUSetFlags(flags);
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
    hosted_relax();
}

VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUReadTSC(void)
{
    return __atomic_add_fetch(&hosted_tsc, HOSTED_TSC_STEP, __ATOMIC_RELAXED);
}

#define HOSTED_MMIO(bits)                                                                                    \
    VMK_ALWAYS_INLINE vmk_uint##bits vmk_MMIORead##bits(const volatile void *addr)                           \
    {                                                                                                        \
        return (vmk_uint##bits)hosted_mmio_read(addr, bits / 8);                                             \
    }                                                                                                        \
    VMK_ALWAYS_INLINE void vmk_MMIOWrite##bits(volatile void *addr, vmk_uint##bits value)                    \
    {                                                                                                        \
        hosted_mmio_write(addr, bits / 8, value);                                                            \
    }
HOSTED_MMIO(8)
HOSTED_MMIO(16)
HOSTED_MMIO(32)
HOSTED_MMIO(64)
#undef HOSTED_MMIO

#endif
