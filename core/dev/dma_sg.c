/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_sg.c - mapping lists.
 */
#include "dma_engine.h"

#include <vmkapi/base/export.h>

/** Whether a list as a whole is one the device takes. */
static vmk_Bool list_allowed(const vmk_DMAConstraints *limits, const vmk_SgArray *list)
{
    return (limits->sgMaxEntries == 0 || list->numElements <= limits->sgMaxEntries) &&
           (limits->maxTransfer == 0 || vmk_SgGetDataLen(list) <= limits->maxTransfer);
}

/** Unmap all elements; @return the first failure, having tried every one. */
static VMK_ReturnStatus unmap_elements(vmk_DMAEngine engine, vmk_DMADirection direction,
                                       const vmk_SgArray *io)
{
    vmk_StatusValue result = VMK_OK;

    for (vmk_uint32 i = 0; i < io->numElements; i++) {
        vmk_StatusValue status = vmk_DMAUnmapElem(engine, direction, &io->elem[i]);
        result = result == VMK_OK ? status : result;
    }
    return result;
}

VMK_ReturnStatus vmk_DMAMapSg(vmk_DMAEngine engine, vmk_DMADirection direction, vmk_SgOpsHandle ops,
                              const vmk_SgArray *in, vmk_SgArray **out, vmk_DMAMapErrorInfo *err)
{
    vmk_SgArray *mapped;

    if (!list_allowed(&dma_engine_of(engine)->constraints, in)) {
        if (err != NULL) {
            *err = (vmk_DMAMapErrorInfo){.reason = VMK_DMA_MAP_ERROR_ENTRIES};
        }
        return VMK_DMA_MAPPING_FAILED;
    }
    vmk_StatusValue status = vmk_SgAlloc(ops, &mapped, in->numElements);
    if (status != VMK_OK) {
        return status;
    }
    while (status == VMK_OK && mapped->numElements < in->numElements) {
        vmk_uint32 i = mapped->numElements;

        status =
            vmk_DMAMapElem(engine, direction, &in->elem[i], i + 1 == in->numElements, &mapped->elem[i], err);
        mapped->numElements += status == VMK_OK;
    }
    if (status == VMK_OK) {
        *out = mapped;
        return VMK_OK;
    }
    if (err != NULL) {
        err->element = mapped->numElements;
    }
    vmk_StatusValue undone = vmk_DMAUnmapSg(engine, direction, ops, mapped);
    (void)undone; /* The failure that counts is the mapping's. */
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DMAMapSg);

VMK_ReturnStatus vmk_DMAFlushSg(vmk_DMAEngine engine, vmk_DMADirection direction, const vmk_SgArray *io)
{
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 i = 0; i < io->numElements && status == VMK_OK; i++) {
        status = vmk_DMAFlushElem(engine, direction, &io->elem[i]);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DMAFlushSg);

VMK_ReturnStatus vmk_DMAUnmapSg(vmk_DMAEngine engine, vmk_DMADirection direction, vmk_SgOpsHandle ops,
                                vmk_SgArray *io)
{
    vmk_StatusValue status = unmap_elements(engine, direction, io);

    vmk_SgFree(ops, io);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_DMAUnmapSg);
