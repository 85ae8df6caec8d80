/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * platform.h - what VMKAPI needs of the processor: interrupt flag, fences, time-stamp counter, own CPU's
 * data.
 *
 * This is the only VMKAPI header with machine code in it. The hosted VMKAPI (a Linux process) puts a
 * header of the same name earlier on the include path, so that no header above this one asks where it runs.
 */
#ifndef VMKAPI_BASE_PLATFORM_H
#define VMKAPI_BASE_PLATFORM_H

#include <vmkapi/base/types.h>

/** RFLAGS.IF. Intel SDM vol. 1, 3.4.3.3. */
#define VMK_CPU_FLAG_INTERRUPTS 0x200ul

/**
 * The running CPU's struct vmk_PCPU, as an lvalue base: VMK_THIS_PCPU->num.
 *
 * The GS base of every CPU points at its own structure, so that one instruction reads or changes a field; a
 * world that may be preempted can be on another CPU at the next instruction.
 */
#define VMK_THIS_PCPU ((struct vmk_PCPU __seg_gs *)0)

/** The running CPU's bytes at @p offset from there, as a @p type (pcpu_storage.h). */
#define VMK_PCPU_HERE(type, offset) ((type __seg_gs *)(vmk_uint64)(offset))

/** Add to the 64-bit counter there, by one instruction. Context: any. */
VMK_ALWAYS_INLINE void vmk_PCPUAdd64(vmk_uint64 offset, vmk_int64 delta)
{
    __asm__ volatile("addq %1, %%gs:(%0)" ::"r"(offset), "er"(delta) : "cc");
}

/** Keep the compiler, not the processor, from moving memory accesses across this point. Context: any. */
VMK_ALWAYS_INLINE void vmk_CompilerBarrier(void)
{
    __asm__ volatile("" ::: "memory");
}

/** Return RFLAGS of the running CPU. Context: any. */
VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUGetFlags(void)
{
    vmk_uint64 flags;

    __asm__ volatile("pushfq; popq %0" : "=r"(flags)::"memory");
    return flags;
}

/** Set RFLAGS of the running CPU to a value from vmk_CPUGetFlags(). Context: any. */
VMK_ALWAYS_INLINE void vmk_CPUSetFlags(vmk_uint64 flags)
{
    __asm__ volatile("pushq %0; popfq" ::"r"(flags) : "memory", "cc");
}

/** Tell whether this CPU takes interrupts. Context: any. */
VMK_ALWAYS_INLINE vmk_Bool vmk_CPUHasIntsEnabled(void)
{
    return (vmk_CPUGetFlags() & VMK_CPU_FLAG_INTERRUPTS) != 0;
}

/** Stop taking interrupts on this CPU. Not nested: see vmk_CPUSaveInterrupts(). Context: any. */
VMK_ALWAYS_INLINE void vmk_CPUDisableInterrupts(void)
{
    __asm__ volatile("cli" ::: "memory");
}

/** Take interrupts on this CPU. Context: world or bottom half. */
VMK_ALWAYS_INLINE void vmk_CPUEnableInterrupts(void)
{
    __asm__ volatile("sti" ::: "memory");
}

/** Stop taking interrupts on this CPU; @return what vmk_CPURestoreInterrupts() needs. Nests. Context: any. */
VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUSaveInterrupts(void)
{
    vmk_uint64 flags = vmk_CPUGetFlags();

    vmk_CPUDisableInterrupts();
    return flags;
}

/** Go back to the interrupt state that vmk_CPUSaveInterrupts() returned. Context: any. */
VMK_ALWAYS_INLINE void vmk_CPURestoreInterrupts(vmk_uint64 flags)
{
    if (flags & VMK_CPU_FLAG_INTERRUPTS) {
        vmk_CPUEnableInterrupts();
    }
}

/** Order earlier loads before later loads, devices included. Context: any. */
VMK_ALWAYS_INLINE void vmk_CPUMemFenceRead(void)
{
    __asm__ volatile("lfence" ::: "memory");
}

/** Order earlier stores before later stores, devices included. Context: any. */
VMK_ALWAYS_INLINE void vmk_CPUMemFenceWrite(void)
{
    __asm__ volatile("sfence" ::: "memory");
}

/** Order all earlier memory accesses before all later ones, devices included. Context: any. */
VMK_ALWAYS_INLINE void vmk_CPUMemFenceReadWrite(void)
{
    __asm__ volatile("mfence" ::: "memory");
}

/** Tell the processor that this is a spin-wait loop. Context: any. */
VMK_ALWAYS_INLINE void vmk_CPURelax(void)
{
    __asm__ volatile("pause" ::: "memory");
}

/** Read the time-stamp counter; not ordered against other instructions. Context: any. */
VMK_ALWAYS_INLINE vmk_uint64 vmk_CPUReadTSC(void)
{
    vmk_uint64 low, high; /* Their upper halves are cleared. Intel SDM vol. 2, RDTSC. */

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

/*
 * vmk_MMIORead8(addr) … vmk_MMIORead64(addr), vmk_MMIOWrite8(addr, value) … vmk_MMIOWrite64(addr, value)
 *
 * Access a device register with one instruction of that width. They keep their order among each other, not
 * with accesses to memory: see vmk_CompilerBarrier(). Context: any.
 */
#define VMK_MMIO_ACCESSORS(bits, mov, from, to)                                                              \
    VMK_ALWAYS_INLINE vmk_uint##bits vmk_MMIORead##bits(const volatile void *addr)                           \
    {                                                                                                        \
        vmk_uint##bits value;                                                                                \
                                                                                                             \
        __asm__ volatile(mov " %1, %0" : to(value) : "m"(*(const volatile vmk_uint##bits *)addr));           \
        return value;                                                                                        \
    }                                                                                                        \
    VMK_ALWAYS_INLINE void vmk_MMIOWrite##bits(volatile void *addr, vmk_uint##bits value)                    \
    {                                                                                                        \
        __asm__ volatile(mov " %1, %0" : "=m"(*(volatile vmk_uint##bits *)addr) : from(value));              \
    }
VMK_MMIO_ACCESSORS(8, "movb", "q", "=q")
VMK_MMIO_ACCESSORS(16, "movw", "r", "=r")
VMK_MMIO_ACCESSORS(32, "movl", "r", "=r")
VMK_MMIO_ACCESSORS(64, "movq", "r", "=r")
#undef VMK_MMIO_ACCESSORS

#endif
