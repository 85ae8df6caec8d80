/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_reach.c - which memory each function may use, and which way: what its driver has mapped for it now.
 *
 * The linker leads the DMA engines' callers through here (--wrap). An engine of no device, which a test may
 * make, maps for all functions. What is mapped may be no page of RAM: heaps are the process's own, whose
 * addresses the direct map's arithmetic takes as it does all others.
 */
#include <core/pci.h>
#include <hosted/pci.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>

#include <stdlib.h>

#define BUCKETS     4096
#define SLOT_ANY    0xff
#define ENGINES_MAX 64

/* What the linker calls the functions behind these. */
VMK_ReturnStatus __real_vmk_DMAEngineCreate(const vmk_DMAEngineProps *props, vmk_DMAEngine *engine);
VMK_ReturnStatus __wrap_vmk_DMAEngineCreate(const vmk_DMAEngineProps *props, vmk_DMAEngine *engine);
VMK_ReturnStatus __real_vmk_DMAEngineDestroy(vmk_DMAEngine engine);
VMK_ReturnStatus __wrap_vmk_DMAEngineDestroy(vmk_DMAEngine engine);
VMK_ReturnStatus __real_vmk_DMAMapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                              const vmk_SgElem *in, vmk_SgElem *out,
                                              vmk_DMAMapErrorInfo *err);
VMK_ReturnStatus __wrap_vmk_DMAMapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                              const vmk_SgElem *in, vmk_SgElem *out,
                                              vmk_DMAMapErrorInfo *err);
VMK_ReturnStatus __real_vmk_DMAUnmapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                                const vmk_SgElem *elem);
VMK_ReturnStatus __wrap_vmk_DMAUnmapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                                const vmk_SgElem *elem);
VMK_ReturnStatus __real_vmk_DMAAlloc(vmk_DMAEngine engine, vmk_ByteCount size, void **address, vmk_IOA *ioa);
VMK_ReturnStatus __wrap_vmk_DMAAlloc(vmk_DMAEngine engine, vmk_ByteCount size, void **address, vmk_IOA *ioa);
void __real_vmk_DMAFree(vmk_DMAEngine engine, vmk_ByteCount size, void *address);
void __wrap_vmk_DMAFree(vmk_DMAEngine engine, vmk_ByteCount size, void *address);

/* An engine: since it is made before its driver knows the address of anything, by who it is for. */
static struct reaching {
    vmk_DMAEngine engine; /* NULL: free. */
    vmk_uint8 slot;
} engines[ENGINES_MAX];

/* One mapping's share of one page. */
struct reach {
    struct reach *next;
    vmk_DMAEngine engine;
    vmk_MA from, end;
    vmk_DMADirection direction;
};

/* By page. */
static struct reach *buckets[BUCKETS];

static struct reach **bucket_of(vmk_MA at)
{
    return &buckets[(at >> VMK_PAGE_SHIFT) % BUCKETS];
}

static struct reaching *find(vmk_DMAEngine engine)
{
    for (struct reaching *entry = engines; entry < engines + ENGINES_MAX; entry++) {
        if (entry->engine == engine) {
            return entry;
        }
    }
    VMK_NOT_REACHED();
}

static vmk_uint8 slot_of(vmk_Device device)
{
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        const struct vmk_PCIDeviceInt *function = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);

        if (device != NULL && function->device == device) {
            return function->addr.dev;
        }
    }
    return SLOT_ANY;
}

VMK_ReturnStatus __wrap_vmk_DMAEngineCreate(const vmk_DMAEngineProps *props, vmk_DMAEngine *engine)
{
    vmk_StatusValue status = __real_vmk_DMAEngineCreate(props, engine);

    if (status == VMK_OK) {
        *find(NULL) = (struct reaching){*engine, slot_of(props->device)};
    }
    return status;
}

VMK_ReturnStatus __wrap_vmk_DMAEngineDestroy(vmk_DMAEngine engine)
{
    find(engine)->engine = NULL;
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (struct reach **link = &buckets[i], *reach; (reach = *link) != NULL;) {
            if (reach->engine == engine) {
                *link = reach->next;
                free(reach);
            } else {
                link = &reach->next;
            }
        }
    }
    return __real_vmk_DMAEngineDestroy(engine);
}

/* The end of what of a range lies in the page it begins in. */
static vmk_MA part_end(vmk_MA at, vmk_MA end)
{
    return VMK_MIN(end, (at | VMK_PAGE_MASK) + 1);
}

static void open_range(vmk_DMAEngine engine, vmk_MA at, vmk_ByteCount bytes, vmk_DMADirection direction)
{
    for (vmk_MA end = at + bytes; at < end; at = part_end(at, end)) {
        struct reach *reach = malloc(sizeof(*reach)), **bucket = bucket_of(at);

        VMK_VERIFY(reach != NULL);
        *reach = (struct reach){*bucket, engine, at, part_end(at, end), direction};
        *bucket = reach;
    }
}

static void close_range(vmk_DMAEngine engine, vmk_MA at, vmk_ByteCount bytes, vmk_DMADirection direction)
{
    for (vmk_MA end = at + bytes; at < end; at = part_end(at, end)) {
        struct reach **link = bucket_of(at), *reach;

        while ((reach = *link) != NULL &&
               (reach->engine != engine || reach->from != at || reach->end != part_end(at, end) ||
                reach->direction != direction)) {
            link = &reach->next;
        }
        VMK_VERIFY(reach != NULL);
        *link = reach->next;
        free(reach);
    }
}

VMK_ReturnStatus __wrap_vmk_DMAMapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                              const vmk_SgElem *in, vmk_SgElem *out, vmk_DMAMapErrorInfo *err)
{
    vmk_StatusValue status = __real_vmk_DMAMapElemManaged(engine, direction, in, out, err);

    if (status == VMK_OK) {
        open_range(engine, out->ioAddr, out->length, direction);
    }
    return status;
}

VMK_ReturnStatus __wrap_vmk_DMAUnmapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                                const vmk_SgElem *elem)
{
    vmk_SgElem mapped = *elem;
    vmk_StatusValue status = __real_vmk_DMAUnmapElemManaged(engine, direction, elem);

    if (status == VMK_OK) {
        close_range(engine, mapped.ioAddr, mapped.length, direction);
    }
    return status;
}

VMK_ReturnStatus __wrap_vmk_DMAAlloc(vmk_DMAEngine engine, vmk_ByteCount size, void **address, vmk_IOA *ioa)
{
    vmk_StatusValue status = __real_vmk_DMAAlloc(engine, size, address, ioa);

    if (status == VMK_OK) {
        open_range(engine, *ioa, size, VMK_DMA_DIRECTION_BIDIRECTIONAL);
    }
    return status;
}

void __wrap_vmk_DMAFree(vmk_DMAEngine engine, vmk_ByteCount size, void *address)
{
    close_range(engine, vmk_Ptr2MA(address), size, VMK_DMA_DIRECTION_BIDIRECTIONAL);
    __real_vmk_DMAFree(engine, size, address);
}

static vmk_Bool allows(const struct reach *reach, vmk_uint8 slot, vmk_DMADirection direction)
{
    vmk_uint8 owner = find(reach->engine)->slot;

    return (owner == slot || owner == SLOT_ANY) &&
           (reach->direction == direction || reach->direction == VMK_DMA_DIRECTION_BIDIRECTIONAL);
}

/* How far from @at on memory of its page is mapped. */
static vmk_MA reach_end(vmk_uint8 slot, vmk_MA at, vmk_DMADirection direction)
{
    vmk_MA end = at;

    for (const struct reach *reach = *bucket_of(at); reach != NULL; reach = reach->next) {
        if (reach->from <= at && at < reach->end && allows(reach, slot, direction)) {
            end = VMK_MAX(end, reach->end);
        }
    }
    return end;
}

vmk_Bool hosted_dma_reaches(vmk_uint8 slot, vmk_MA address, vmk_ByteCount bytes, vmk_DMADirection direction)
{
    vmk_MA at = address, reached;

    if (address + bytes < address) {
        return VMK_FALSE;
    }
    while (at < address + bytes) {
        reached = reach_end(slot, at, direction);
        if (reached == at) {
            return VMK_FALSE;
        }
        at = reached;
    }
    return VMK_TRUE;
}
