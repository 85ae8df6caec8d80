/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io.h - device registers in memory and I/O ports, one instruction each.
 *
 * Memory registers are mapped uncached, so the processor keeps accesses to them in program order; the plain
 * forms also keep the compiler from moving other memory accesses across, the _relaxed ones don't.
 */
#ifndef VMKLINUX_ASM_IO_H
#define VMKLINUX_ASM_IO_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/page.h>

#define VMKLINUX_MMIO(suffix, instruction, type, reg, clobber)                                               \
    static __always_inline type read##suffix(const volatile void __iomem *addr)                              \
    {                                                                                                        \
        type ret;                                                                                            \
        asm volatile(instruction " %1,%0" : reg(ret) : "m"(*(volatile type __force *)addr)clobber);          \
        return ret;                                                                                          \
    }
#define VMKLINUX_MMIO_WRITE(suffix, instruction, type, reg, clobber)                                         \
    static __always_inline void write##suffix(type val, volatile void __iomem *addr)                         \
    {                                                                                                        \
        asm volatile(instruction " %0,%1" : : reg(val), "m"(*(volatile type __force *)addr)clobber);         \
    }
#define VMKLINUX_ORDERED : "memory"
#define VMKLINUX_RELAXED

VMKLINUX_MMIO(b, "movb", unsigned char, "=q", VMKLINUX_ORDERED)
VMKLINUX_MMIO(w, "movw", unsigned short, "=r", VMKLINUX_ORDERED)
VMKLINUX_MMIO(l, "movl", unsigned int, "=r", VMKLINUX_ORDERED)
VMKLINUX_MMIO(q, "movq", u64, "=r", VMKLINUX_ORDERED)
VMKLINUX_MMIO_WRITE(b, "movb", unsigned char, "q", VMKLINUX_ORDERED)
VMKLINUX_MMIO_WRITE(w, "movw", unsigned short, "r", VMKLINUX_ORDERED)
VMKLINUX_MMIO_WRITE(l, "movl", unsigned int, "r", VMKLINUX_ORDERED)
VMKLINUX_MMIO_WRITE(q, "movq", u64, "r", VMKLINUX_ORDERED)

VMKLINUX_MMIO(b_relaxed, "movb", unsigned char, "=q", VMKLINUX_RELAXED)
VMKLINUX_MMIO(w_relaxed, "movw", unsigned short, "=r", VMKLINUX_RELAXED)
VMKLINUX_MMIO(l_relaxed, "movl", unsigned int, "=r", VMKLINUX_RELAXED)
VMKLINUX_MMIO(q_relaxed, "movq", u64, "=r", VMKLINUX_RELAXED)
VMKLINUX_MMIO_WRITE(b_relaxed, "movb", unsigned char, "q", VMKLINUX_RELAXED)
VMKLINUX_MMIO_WRITE(w_relaxed, "movw", unsigned short, "r", VMKLINUX_RELAXED)
VMKLINUX_MMIO_WRITE(l_relaxed, "movl", unsigned int, "r", VMKLINUX_RELAXED)
VMKLINUX_MMIO_WRITE(q_relaxed, "movq", u64, "r", VMKLINUX_RELAXED)

#undef VMKLINUX_MMIO
#undef VMKLINUX_MMIO_WRITE
#undef VMKLINUX_ORDERED
#undef VMKLINUX_RELAXED

#define VMKLINUX_PORT(suffix, type)                                                                          \
    static __always_inline type in##suffix(u16 port)                                                         \
    {                                                                                                        \
        type value;                                                                                          \
        asm volatile("in" #suffix " %w1,%0" : "=a"(value) : "Nd"(port));                                     \
        return value;                                                                                        \
    }                                                                                                        \
    static __always_inline void out##suffix(type value, u16 port)                                            \
    {                                                                                                        \
        asm volatile("out" #suffix " %0,%w1" : : "a"(value), "Nd"(port));                                    \
    }
VMKLINUX_PORT(b, u8)
VMKLINUX_PORT(w, u16)
VMKLINUX_PORT(l, u32)
#undef VMKLINUX_PORT

/* Map device registers uncached; NULL when that fails. Context: may block. */
struct module;
extern struct module __this_module;
void __iomem *vmklinux_ioremap(struct module *module, resource_size_t offset, unsigned long size);
extern void iounmap(volatile void __iomem *addr);

static inline void __iomem *ioremap(resource_size_t offset, unsigned long size)
{
    return vmklinux_ioremap(&__this_module, offset, size);
}
#define ioremap ioremap
#define iounmap iounmap

/* Memory registers only: what pci_iomap() gives is never a port. */
#define ioread8(addr)        readb(addr)
#define ioread16(addr)       readw(addr)
#define ioread32(addr)       readl(addr)
#define iowrite8(val, addr)  writeb(val, addr)
#define iowrite16(val, addr) writew(val, addr)
#define iowrite32(val, addr) writel(val, addr)

extern void ioread16_rep(const void __iomem *port, void *buf, unsigned long count);
extern void iowrite16_rep(void __iomem *port, const void *buf, unsigned long count);

static inline void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((u8 *)to)[i] = readb((const volatile u8 __iomem *)from + i);
}

static inline void memcpy_toio(volatile void __iomem *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        writeb(((const u8 *)from)[i], (volatile u8 __iomem *)to + i);
}

#endif
