/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma.c - a device's DMA masks, and memory it shares with the driver.
 *
 * A device has two engines, one for each of its masks: mapped memory may be bounced, coherent memory may not.
 */
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/string.h>
#include <vmklinux/dma.h>
#include <vmklinux/status.h>

static int make_engine(struct module *module, struct device *dev, u64 mask, u32 flags, vmk_DMAEngine *engine)
{
    vmk_DMAConstraints constraints = {.addressMask = mask};
    vmk_DMAEngineProps props = {
        .module = module->id, .flags = flags, .device = dev->vmk_device, .constraints = &constraints};

    strscpy(props.name.string, dev_name(dev), sizeof(props.name.string));
    return vmklinux_errno(vmk_DMAEngineCreate(&props, engine));
}

/* Exchange the engine for one with another mask. A driver that says the same again, as when it resets its
 * device, keeps what it has. */
static int replace_engine(struct device *dev, u64 mask, u32 flags, vmk_DMAEngine *engine)
{
    vmk_DMAEngine made;
    int err;

    if ((*engine)->addressMask == mask)
        return 0;
    err = make_engine(dev->driver->owner, dev, mask, flags, &made);
    if (err)
        return -EIO;
    (void)!vmk_DMAEngineDestroy(*engine);
    *engine = made;
    return 0;
}

int vmklinux_dma_init(struct module *module, struct device *dev)
{
    int err = make_engine(module, dev, DMA_BIT_MASK(32), VMK_DMA_ENGINE_FLAGS_NONE, &dev->dma_engine);

    if (err)
        return err;
    err = make_engine(module, dev, DMA_BIT_MASK(32), VMK_DMA_ENGINE_FLAGS_COHERENT, &dev->coherent_engine);
    if (err)
        (void)!vmk_DMAEngineDestroy(dev->dma_engine);
    else
        dev->coherent_dma_mask = DMA_BIT_MASK(32);
    return err;
}

void vmklinux_dma_exit(struct device *dev)
{
    (void)!vmk_DMAEngineDestroy(dev->coherent_engine);
    (void)!vmk_DMAEngineDestroy(dev->dma_engine);
}

int dma_set_mask(struct device *dev, u64 mask)
{
    int err = replace_engine(dev, mask, VMK_DMA_ENGINE_FLAGS_NONE, &dev->dma_engine);

    if (!err && dev->dma_mask)
        *dev->dma_mask = mask;
    return err;
}
EXPORT_SYMBOL(dma_set_mask);

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
    int err = replace_engine(dev, mask, VMK_DMA_ENGINE_FLAGS_COHERENT, &dev->coherent_engine);

    if (!err)
        dev->coherent_dma_mask = mask;
    return err;
}
EXPORT_SYMBOL(dma_set_coherent_mask);

dma_addr_t vmklinux_dma_map_managed(struct device *dev, vmk_MA address, size_t size,
                                    vmk_DMADirection direction)
{
    vmk_SgElem elem = {.addr = address, .length = (vmk_uint32)size};

    if (vmk_DMAMapElemManaged(dev->dma_engine, direction, &elem, &elem, NULL) != VMK_OK)
        return DMA_MAPPING_ERROR;
    return elem.ioAddr;
}
EXPORT_SYMBOL(vmklinux_dma_map_managed);

void vmklinux_dma_unmap_managed(struct device *dev, dma_addr_t address, size_t size,
                                vmk_DMADirection direction)
{
    vmk_SgElem elem = {.ioAddr = address, .length = (vmk_uint32)size};

    WARN(vmk_DMAUnmapElemManaged(dev->dma_engine, direction, &elem) != VMK_OK,
         "dma_unmap of %#llx, %zu bytes: not mapped\n", address, size);
}
EXPORT_SYMBOL(vmklinux_dma_unmap_managed);

void vmklinux_dma_sync_managed(struct device *dev, dma_addr_t address, size_t size, vmk_DMADirection to)
{
    vmk_SgElem elem = {.ioAddr = address, .length = (vmk_uint32)size};

    WARN(vmk_DMAFlushElemManaged(dev->dma_engine, to, &elem) != VMK_OK,
         "dma_sync of %#llx, %zu bytes: not mapped\n", address, size);
}
EXPORT_SYMBOL(vmklinux_dma_sync_managed);

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t flag,
                      unsigned long attrs)
{
    vmk_IOA address;
    void *memory;

    if (vmk_DMAAlloc(dev->coherent_engine, size, &memory, &address) != VMK_OK)
        return NULL;
    *dma_handle = address;
    return memory;
}
EXPORT_SYMBOL(dma_alloc_attrs);

void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
                    unsigned long attrs)
{
    if (cpu_addr)
        vmk_DMAFree(dev->coherent_engine, size, cpu_addr);
}
EXPORT_SYMBOL(dma_free_attrs);

/* Coherent memory that goes with the driver. */
struct dma_devres {
    size_t size;
    void *memory;
    dma_addr_t address;
};

static void release_coherent(struct device *dev, void *res)
{
    struct dma_devres *devres = res;

    dma_free_attrs(dev, devres->size, devres->memory, devres->address, 0);
}

void *vmklinux_dmam_alloc_attrs(struct module *module, struct device *dev, size_t size,
                                dma_addr_t *dma_handle, gfp_t gfp, unsigned long attrs)
{
    struct dma_devres *devres = vmklinux_devres_alloc(module, release_coherent, sizeof(*devres), gfp);
    void *memory;

    if (!devres)
        return NULL;
    memory = dma_alloc_attrs(dev, size, dma_handle, gfp, attrs);
    if (!memory) {
        devres_free(devres);
        return NULL;
    }
    *devres = (struct dma_devres){.size = size, .memory = memory, .address = *dma_handle};
    devres_add(dev, devres);
    return memory;
}
EXPORT_SYMBOL(vmklinux_dmam_alloc_attrs);

size_t dma_max_mapping_size(struct device *dev)
{
    return vmk_MachMemMaxAddr() - 1 <= dev->dma_engine->addressMask ? SIZE_MAX : SZ_256K;
}
EXPORT_SYMBOL(dma_max_mapping_size);
