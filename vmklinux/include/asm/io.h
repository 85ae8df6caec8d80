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
#include <linux/swab.h>
#include <linux/types.h>
#include <asm/page.h>
#include <vmkapi/base/platform.h>
#include <vmkapi/platform/x86/ioport.h>

#define VMKLINUX_MMIO(suffix, bits, type)                                                                    \
    static __always_inline type read##suffix##_relaxed(const volatile void __iomem *addr)                    \
    {                                                                                                        \
        return vmk_MMIORead##bits((const volatile void __force *)addr);                                      \
    }                                                                                                        \
    static __always_inline type read##suffix(const volatile void __iomem *addr)                              \
    {                                                                                                        \
        type ret;                                                                                            \
                                                                                                             \
        barrier();                                                                                           \
        ret = read##suffix##_relaxed(addr);                                                                  \
        barrier();                                                                                           \
        return ret;                                                                                          \
    }                                                                                                        \
    static __always_inline void write##suffix##_relaxed(type val, volatile void __iomem *addr)               \
    {                                                                                                        \
        vmk_MMIOWrite##bits((volatile void __force *)addr, val);                                             \
    }                                                                                                        \
    static __always_inline void write##suffix(type val, volatile void __iomem *addr)                         \
    {                                                                                                        \
        barrier();                                                                                           \
        write##suffix##_relaxed(val, addr);                                                                  \
        barrier();                                                                                           \
    }
VMKLINUX_MMIO(b, 8, unsigned char)
VMKLINUX_MMIO(w, 16, unsigned short)
VMKLINUX_MMIO(l, 32, unsigned int)
VMKLINUX_MMIO(q, 64, u64)
#undef VMKLINUX_MMIO

/* For headers that would make them of two accesses of 32 bits. */
#define readq          readq
#define readq_relaxed  readq_relaxed
#define writeq         writeq
#define writeq_relaxed writeq_relaxed

#define VMKLINUX_PORT(suffix, bits)                                                                          \
    static __always_inline u##bits in##suffix(u16 port)                                                      \
    {                                                                                                        \
        return vmk_IOPortRead##bits(port);                                                                   \
    }                                                                                                        \
    static __always_inline void out##suffix(u##bits value, u16 port)                                         \
    {                                                                                                        \
        vmk_IOPortWrite##bits(port, value);                                                                  \
    }
VMKLINUX_PORT(b, 8)
VMKLINUX_PORT(w, 16)
VMKLINUX_PORT(l, 32)
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
#define ioread8(addr)          ((unsigned int)readb(addr))
#define ioread16(addr)         ((unsigned int)readw(addr))
#define ioread32(addr)         readl(addr)
#define ioread16be(addr)       swab16(readw(addr))
#define ioread32be(addr)       swab32(readl(addr))
#define iowrite8(val, addr)    writeb(val, addr)
#define iowrite16(val, addr)   writew(val, addr)
#define iowrite32(val, addr)   writel(val, addr)
#define iowrite16be(val, addr) writew(swab16(val), addr)
#define iowrite32be(val, addr) writel(swab32(val), addr)

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
