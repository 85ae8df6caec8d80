/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma-mapping.h - making memory reachable for a device, inline on the VMKernel's DMA engines.
 *
 * Where the device reaches the memory directly, mapping is an addition and a counter.
 */
#ifndef VMKLINUX_LINUX_DMA_MAPPING_H
#define VMKLINUX_LINUX_DMA_MAPPING_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#define DMA_MAPPING_ERROR          (~(dma_addr_t)0)
#define DMA_BIT_MASK(n)            (((n) == 64) ? ~0ULL : ((1ULL << (n)) - 1))

#define DMA_ATTR_NO_KERNEL_MAPPING (1UL << 4)
#define DMA_ATTR_SKIP_CPU_SYNC     (1UL << 5)
#define DMA_ATTR_NO_WARN           (1UL << 8)

/* Linux's direction is seen from the device, the VMKernel's from memory. */
static __always_inline vmk_DMADirection vmklinux_dma_direction(enum dma_data_direction dir)
{
    return dir == DMA_TO_DEVICE     ? VMK_DMA_DIRECTION_FROM_MEMORY
           : dir == DMA_FROM_DEVICE ? VMK_DMA_DIRECTION_TO_MEMORY
                                    : VMK_DMA_DIRECTION_BIDIRECTIONAL;
}

/* For memory that is not mapped as it is. */
dma_addr_t vmklinux_dma_map_managed(struct device *dev, vmk_MA address, size_t size,
                                    vmk_DMADirection direction);
void vmklinux_dma_unmap_managed(struct device *dev, dma_addr_t address, size_t size,
                                vmk_DMADirection direction);
void vmklinux_dma_sync_managed(struct device *dev, dma_addr_t address, size_t size, vmk_DMADirection to);

static __always_inline dma_addr_t vmklinux_dma_map(struct device *dev, vmk_MA address, size_t size,
                                                   enum dma_data_direction dir)
{
    /* Or the end would be worked out from the pointer, once more. */
    OPTIMIZER_HIDE_VAR(address);
    if (unlikely(!vmk_DMAIsDirect(dev->dma_engine, address, (vmk_uint32)size)))
        return vmklinux_dma_map_managed(dev, address, size, vmklinux_dma_direction(dir));
    vmk_DMACount(dev->dma_engine, 1);
    return address;
}

static __always_inline void vmklinux_dma_unmap(struct device *dev, dma_addr_t address, size_t size,
                                               enum dma_data_direction dir)
{
    if (unlikely(vmk_DMAIsManaged(dev->dma_engine, address)))
        vmklinux_dma_unmap_managed(dev, address, size, vmklinux_dma_direction(dir));
    else
        vmk_DMACount(dev->dma_engine, -1);
}

static __always_inline dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
                                                       enum dma_data_direction dir, unsigned long attrs)
{
    return vmklinux_dma_map(dev, __pa(ptr), size, dir);
}

static __always_inline void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size,
                                                   enum dma_data_direction dir, unsigned long attrs)
{
    vmklinux_dma_unmap(dev, addr, size, dir);
}

static __always_inline dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset,
                                                     size_t size, enum dma_data_direction dir,
                                                     unsigned long attrs)
{
    return vmklinux_dma_map(dev, page_to_phys(page) + offset, size, dir);
}

#define dma_map_single(d, a, s, r)   dma_map_single_attrs(d, a, s, r, 0)
#define dma_unmap_single(d, a, s, r) dma_unmap_single_attrs(d, a, s, r, 0)
#define dma_map_page(d, p, o, s, r)  dma_map_page_attrs(d, p, o, s, r, 0)
#define dma_unmap_page(d, a, s, r)   dma_unmap_single_attrs(d, a, s, r, 0)
#define dma_unmap_page_attrs         dma_unmap_single_attrs

/* Unmap the ranges of a list, as they were mapped. */
static inline void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
                                      enum dma_data_direction dir, unsigned long attrs)
{
    struct scatterlist *sg;
    int i;

    for_each_sg(sgl, sg, nents, i) vmklinux_dma_unmap(dev, sg_dma_address(sg), sg_dma_len(sg), dir);
}

/* Map each range of a list; they are not merged. Returns @nents, or 0 when one could not be mapped. */
static inline unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
                                            enum dma_data_direction dir, unsigned long attrs)
{
    struct scatterlist *sg;
    int i;

    for_each_sg(sgl, sg, nents, i)
    {
        sg->dma_address = vmklinux_dma_map(dev, sg_phys(sg), sg->length, dir);
        if (unlikely(sg->dma_address == DMA_MAPPING_ERROR)) {
            dma_unmap_sg_attrs(dev, sgl, i, dir, attrs);
            return 0;
        }
    }
    return (unsigned int)nents;
}

#define dma_map_sg(d, s, n, r)   dma_map_sg_attrs(d, s, n, r, 0)
#define dma_unmap_sg(d, s, n, r) dma_unmap_sg_attrs(d, s, n, r, 0)

static __always_inline int dma_mapping_error(struct device *dev, dma_addr_t dma_addr)
{
    return unlikely(dma_addr == DMA_MAPPING_ERROR) ? -ENOMEM : 0;
}

static __always_inline void vmklinux_dma_sync(struct device *dev, dma_addr_t addr, size_t size,
                                              vmk_DMADirection to)
{
    if (unlikely(vmk_DMAIsManaged(dev->dma_engine, addr)))
        vmklinux_dma_sync_managed(dev, addr, size, to);
}

static __always_inline void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
                                                    enum dma_data_direction dir)
{
    if (dir != DMA_TO_DEVICE)
        vmklinux_dma_sync(dev, addr, size, VMK_DMA_DIRECTION_TO_MEMORY);
}

static __always_inline void dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
                                                       enum dma_data_direction dir)
{
    if (dir != DMA_FROM_DEVICE)
        vmklinux_dma_sync(dev, addr, size, VMK_DMA_DIRECTION_FROM_MEMORY);
}

static inline void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t addr, unsigned long offset,
                                                 size_t size, enum dma_data_direction dir)
{
    dma_sync_single_for_cpu(dev, addr + offset, size, dir);
}

static inline void dma_sync_single_range_for_device(struct device *dev, dma_addr_t addr, unsigned long offset,
                                                    size_t size, enum dma_data_direction dir)
{
    dma_sync_single_for_device(dev, addr + offset, size, dir);
}

extern void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t flag,
                             unsigned long attrs);
extern void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
                           unsigned long attrs);

static inline void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp)
{
    return dma_alloc_attrs(dev, size, dma_handle, gfp, 0);
}

static inline void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle)
{
    dma_free_attrs(dev, size, cpu_addr, dma_handle, 0);
}

/* As dma_map_sg_attrs(), of a table. Returns 0 or -EIO. */
static inline int dma_map_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
                                  unsigned long attrs)
{
    sgt->nents = dma_map_sg_attrs(dev, sgt->sgl, (int)sgt->orig_nents, dir, attrs);
    return sgt->nents ? 0 : -EIO;
}

static inline void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
                                     unsigned long attrs)
{
    dma_unmap_sg_attrs(dev, sgt->sgl, (int)sgt->orig_nents, dir, attrs);
}

/* What one mapping of the device can hold: what has to be bounced is limited. Context: any. */
size_t dma_max_mapping_size(struct device *dev);

/* Ranges are mapped as they are, one by one: none is made longer or moved that these could limit. */
static inline int dma_set_max_seg_size(struct device *dev, unsigned int size)
{
    return 0;
}

static inline int dma_set_seg_boundary(struct device *dev, unsigned long mask)
{
    return 0;
}

static inline int dma_set_min_align_mask(struct device *dev, unsigned int min_align_mask)
{
    return 0;
}

static inline bool dma_pci_p2pdma_supported(struct device *dev)
{
    return false;
}

/* As dma_alloc_coherent(), freed with the driver (linux/device.h). */
void *vmklinux_dmam_alloc_attrs(struct module *module, struct device *dev, size_t size,
                                dma_addr_t *dma_handle, gfp_t gfp, unsigned long attrs);

static inline void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp)
{
    return vmklinux_dmam_alloc_attrs(THIS_MODULE, dev, size, dma_handle, gfp, 0);
}

/* -EIO when no memory lies within the mask, -EBUSY while mappings made under the old one are outstanding. */
extern int dma_set_mask(struct device *dev, u64 mask);
extern int dma_set_coherent_mask(struct device *dev, u64 mask);

static inline int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
    int rc = dma_set_mask(dev, mask);

    return rc ? rc : dma_set_coherent_mask(dev, mask);
}

static inline u64 dma_get_mask(struct device *dev)
{
    return dev->dma_mask ? *dev->dma_mask : DMA_BIT_MASK(32);
}

#define DEFINE_DMA_UNMAP_ADDR(ADDR_NAME)        dma_addr_t ADDR_NAME
#define DEFINE_DMA_UNMAP_LEN(LEN_NAME)          __u32 LEN_NAME
#define dma_unmap_addr(PTR, ADDR_NAME)          ((PTR)->ADDR_NAME)
#define dma_unmap_addr_set(PTR, ADDR_NAME, VAL) (((PTR)->ADDR_NAME) = (VAL))
#define dma_unmap_len(PTR, LEN_NAME)            ((PTR)->LEN_NAME)
#define dma_unmap_len_set(PTR, LEN_NAME, VAL)   (((PTR)->LEN_NAME) = (VAL))

#endif
