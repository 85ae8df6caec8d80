/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma.c - memory out of a device's reach, mistakes, and lists.
 */
#include "board.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/dma.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/lib/libc.h>

/** Have edu copy between RAM and its buffer, and wait until it is done. */
static vmk_Bool run_dma(struct board *board, vmk_uint32 source, vmk_uint32 target, vmk_uint32 count,
                        vmk_uint32 direction)
{
    write_register(board, EDU_DMA_SOURCE, source);
    write_register(board, EDU_DMA_TARGET, target);
    write_register(board, EDU_DMA_COUNT, count);
    write_register(board, EDU_DMA_COMMAND, EDU_DMA_RUN | direction);
    for (unsigned ms = 0; ms < PATIENCE_MS; ms += 10) {
        if ((read_register(board, EDU_DMA_COMMAND) & EDU_DMA_RUN) == 0) {
            return VMK_TRUE;
        }
        if (vmk_WorldSleep(10 * VMK_USEC_PER_MSEC) != VMK_OK) {
            break;
        }
    }
    return VMK_FALSE;
}

/** Send bytes to the device and back. Memory beyond 256 MiB is out of its reach, and bounced. */
static vmk_StatusValue exercise_dma(struct board *board, vmk_DMAEngine engine, char *out, char *in)
{
    const vmk_uint32 count = 1000;
    vmk_SgElem sent = {.addr = vmk_Ptr2MA(out) + 24, .length = count};
    vmk_SgElem received = {.addr = vmk_Ptr2MA(in) + 56, .length = count};
    vmk_SgElem to_device, from_device;

    for (unsigned i = 0; i < VMK_PAGE_SIZE; i++) {
        out[i] = (char)(i * 7 + 3);
        in[i] = 0x55;
    }
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_FROM_MEMORY, &sent, VMK_TRUE, &to_device, NULL) ==
               VMK_OK);
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &received, VMK_TRUE, &from_device, NULL) ==
               VMK_OK);
    KTAP_CHECK(to_device.ioAddr + count - 1 <= EDU_DMA_MASK &&
               from_device.ioAddr + count - 1 <= EDU_DMA_MASK);
    KTAP_CHECK(run_dma(board, (vmk_uint32)to_device.ioAddr, EDU_BUFFER, count, 0));
    KTAP_CHECK(run_dma(board, EDU_BUFFER, (vmk_uint32)from_device.ioAddr, count, EDU_DMA_TO_RAM));
    KTAP_CHECK(vmk_DMAFlushElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &from_device) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(out + 24, in + 56, count) == 0);
    KTAP_CHECK(in[55] == 0x55 && in[56 + count] == 0x55);
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_FROM_MEMORY, &to_device) == VMK_OK);
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &from_device) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(out + 24, in + 56, count) == 0);
    return VMK_OK;
}

static vmk_StatusValue with_dma_pages(struct board *board, vmk_DMAEngine engine)
{
    vmk_PageRequest request = {.module = vmk_ModuleCurrentID, .order = 1, .kind = VMK_PAGE_DATA};
    vmk_MPN mpn;

    KTAP_CHECK(vmk_PageAlloc(request, &mpn) == VMK_OK);
    char *pages = vmk_MPN2Ptr(mpn);
    vmk_StatusValue status = exercise_dma(board, engine, pages, pages + VMK_PAGE_SIZE);
    vmk_LogMessage("# pages at 0x%lx, device reaches 0x%lx", vmk_MPN2MA(mpn), EDU_DMA_MASK);
    vmk_PageFree(mpn);
    return status;
}

vmk_StatusValue test_dma(void)
{
    vmk_DMAConstraints constraints = {.addressMask = EDU_DMA_MASK};
    vmk_DMAEngineProps props = {.name = {"edu"}, .module = vmk_ModuleCurrentID, .constraints = &constraints};
    vmk_DMAEngine engine;
    vmk_IOA ioa;
    void *memory;

    KTAP_CHECK(edu(0) != NULL);
    props.device = edu(0)->device;
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_OK);
    KTAP_CHECK(with_dma_pages(edu(0), engine) == VMK_OK);
    KTAP_CHECK(vmk_DMAAlloc(engine, 5000, &memory, &ioa) == VMK_OK);
    KTAP_CHECK(ioa + 5000 <= EDU_DMA_MASK + 1 && ioa % VMK_PAGE_SIZE == 0 && *(char *)memory == 0);
    vmk_DMAFree(engine, 5000, memory);
    KTAP_CHECK(vmk_DMAEngineDestroy(engine) == VMK_OK);
    return VMK_OK;
}

vmk_StatusValue test_dma_mistakes(void)
{
    vmk_DMAConstraints constraints = {.addressMask = 0x12345};
    vmk_DMAEngineProps props = {
        .name = {"mistakes"}, .module = vmk_ModuleCurrentID, .constraints = &constraints};
    vmk_DMAMapErrorInfo error;
    vmk_DMAEngine engine;
    char *memory = vmk_HeapAlloc(heap, 64);
    vmk_SgElem range = {.length = 64}, mapped;

    KTAP_CHECK(memory != NULL);
    range.addr = vmk_Ptr2MA(memory);
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_BAD_PARAM);
    constraints = (vmk_DMAConstraints){.sgElemMaxSize = 32};
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_OK);
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &range, VMK_TRUE, &mapped, &error) ==
               VMK_DMA_MAPPING_FAILED);
    KTAP_CHECK(error.reason == VMK_DMA_MAP_ERROR_LENGTH);
    KTAP_CHECK(
        vmk_Strcmp(vmk_DMAMapErrorReasonToString(error.reason), "of a length the device does not take") == 0);
    KTAP_CHECK(vmk_Strcmp(vmk_DMADirectionToString(VMK_DMA_DIRECTION_TO_MEMORY), "to memory") == 0);
    range.length = 32;
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &range, VMK_TRUE, &mapped, &error) ==
               VMK_OK);
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &mapped) == VMK_OK);
#ifdef VMK_DEBUG
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &mapped) == VMK_INVALID_ADDRESS);
#endif
    KTAP_CHECK(vmk_DMAEngineDestroy(engine) == VMK_OK);
    vmk_HeapFree(heap, memory);
    return VMK_OK;
}

/** Three scattered pages but for their edges, in and out through a list, and mapped for a device. */
static vmk_StatusValue exercise_list(vmk_SgOpsHandle ops, vmk_DMAEngine engine, char *scattered)
{
    const vmk_ByteCount length = 2 * VMK_PAGE_SIZE + 100;
    static char pattern[600], back[600];
    vmk_SgArray *list, *mapped;
    vmk_DMAMapErrorInfo error;
    vmk_ByteCount copied;

    for (unsigned i = 0; i < sizeof(pattern); i++) {
        pattern[i] = (char)(i * 5 + 1);
    }
    KTAP_CHECK(vmk_SgComputeMaxEntries((vmk_VA)scattered + 50, length) == 3);
    KTAP_CHECK(vmk_SgAlloc(ops, &list, 3) == VMK_OK);
    KTAP_CHECK(vmk_SgInit(list, scattered + 50, length) == VMK_OK);
    KTAP_CHECK(vmk_SgGetDataLen(list) == length);
    KTAP_CHECK(vmk_SgCopyTo(list, VMK_PAGE_SIZE - 350, pattern, sizeof(pattern), &copied) == VMK_OK);
    KTAP_CHECK(copied == sizeof(pattern));
    KTAP_CHECK(vmk_Memcmp(scattered + 50 + VMK_PAGE_SIZE - 350, pattern, sizeof(pattern)) == 0);
    KTAP_CHECK(vmk_SgCopyFrom(back, list, length - 10, sizeof(back), &copied) == VMK_OK && copied == 10);
    KTAP_CHECK(vmk_DMAMapSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, ops, list, &mapped, &error) == VMK_OK);
    KTAP_CHECK(mapped->numElements == list->numElements && vmk_SgGetDataLen(mapped) == length);
    KTAP_CHECK(vmk_DMAFlushSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, mapped) == VMK_OK);
    KTAP_CHECK(vmk_DMAUnmapSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, ops, mapped) == VMK_OK);
    list->elem[0].length = VMK_PAGE_SIZE + 1; /* More than the engine takes: nothing may stay mapped. */
    KTAP_CHECK(vmk_DMAMapSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, ops, list, &mapped, &error) ==
               VMK_DMA_MAPPING_FAILED);
    KTAP_CHECK(error.reason == VMK_DMA_MAP_ERROR_LENGTH && error.element == 0);
    vmk_SgFree(ops, list);
    return VMK_OK;
}

vmk_StatusValue test_lists(void)
{
    vmk_DMAConstraints constraints = {.sgElemMaxSize = VMK_PAGE_SIZE};
    vmk_DMAEngineProps props = {
        .name = {"lists"}, .module = vmk_ModuleCurrentID, .constraints = &constraints};
    vmk_DMAEngine engine;
    vmk_SgOpsHandle ops;
    vmk_VA va;

    KTAP_CHECK(vmk_SgCreateOpsHandle(heap, &ops) == VMK_OK);
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_OK);
    KTAP_CHECK(vmk_MapAlloc(vmk_ModuleCurrentID, 3 * VMK_PAGE_SIZE, VMK_PAGE_DATA, &va) == VMK_OK);
    KTAP_CHECK(exercise_list(ops, engine, (char *)va) == VMK_OK);
    vmk_MapFree(va);
    KTAP_CHECK(vmk_DMAEngineDestroy(engine) == VMK_OK);
    vmk_SgDestroyOpsHandle(ops);
    return VMK_OK;
}
