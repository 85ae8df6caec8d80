/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intr.h - device interrupts: registering handlers, enabling, waiting for them to finish.
 *
 * An interrupt is named by a cookie, which vmk_PCIAllocIntrCookie() hands out. Devices that share an INTx#
 * line have a cookie each: enabling, disabling and waiting concern one device, never its neighbours.
 *
 * When a line fires, the acknowledge routine of every enabled handler on it runs, and the handler of each
 * that claimed it, all in interrupt context on the CPU the line is routed to. One cookie's handler never
 * runs on two CPUs at once. A line that nobody claims a thousand times running is masked, and a warning
 * names its devices.
 */
#ifndef VMKAPI_HARDWARE_INTR_H
#define VMKAPI_HARDWARE_INTR_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/device.h>

/** An allocated interrupt: a small number, unique among all interrupts allocated at the time. */
typedef vmk_uint32 vmk_IntrCookie;
#define VMK_INVALID_INTRCOOKIE ((vmk_IntrCookie)0)

/**
 * Ask the device whether it interrupted, and quiet it if so.
 *
 * Context: interrupt.
 * @retval VMK_OK               it did; the handler is called next
 * @retval VMK_NOT_THIS_DEVICE  it did not
 */
typedef VMK_ReturnStatus (*vmk_IntrAcknowledge)(void *handlerData, vmk_IntrCookie intrCookie);

/** Handle the interrupt. Context: interrupt. */
typedef void (*vmk_IntrHandler)(void *handlerData, vmk_IntrCookie intrCookie);

#define VMK_INTR_ATTRS_ENTROPY_SOURCE ((vmk_uint64)1 << 0) /**< Timing may feed a random pool. */

typedef struct vmk_IntrProps {
    vmk_Device device;                        /**< May be NULL. */
    vmk_Name deviceName;                      /**< What listings call it: "vmnic0-rx". */
    vmk_IntrAcknowledge acknowledgeInterrupt; /**< NULL: every firing counts as claimed (MSI, MSI-X). */
    vmk_IntrHandler handler;                  /**< NULL: the acknowledge routine does it all. */
    void *handlerData;
    vmk_uint64 attrs;
} vmk_IntrProps;

/** Counts of one interrupt since it was registered. */
typedef struct vmk_IntrStats {
    vmk_uint64 fired;   /**< Times its line fired while enabled. */
    vmk_uint64 claimed; /**< Times its acknowledge routine said VMK_OK. */
    vmk_uint32 pcpu;    /**< CPU it is routed to. */
    vmk_uint32 vector;  /**< CPU vector. */
} vmk_IntrStats;

/**
 * Attach a handler. The interrupt stays disabled until vmk_IntrEnable().
 *
 * Context: may block. Charged to @p moduleID until vmk_IntrUnregister().
 * @retval VMK_OK
 * @retval VMK_INVALID_HANDLE  no such cookie
 * @retval VMK_EXISTS          it has a handler
 * @retval VMK_BAD_PARAM       neither an acknowledge routine nor a handler
 */
VMK_ReturnStatus vmk_IntrRegister(vmk_ModuleID moduleID, vmk_IntrCookie intr, const vmk_IntrProps *props);

/**
 * Take the handler off; disables it and waits until no CPU runs it.
 *
 * Context: may block; never from the handler itself.
 * @param handlerData  what it was registered with
 * @retval VMK_OK
 * @retval VMK_INVALID_HANDLE  no such cookie
 * @retval VMK_NOT_FOUND       no handler with that data
 */
VMK_ReturnStatus vmk_IntrUnregister(vmk_ModuleID moduleID, vmk_IntrCookie intr, void *handlerData);

/**
 * Let the interrupt through, or hold it back. Not counted: one enable undoes any number of disables.
 *
 * An edge (MSI, MSI-X) that arrives meanwhile is delivered on enabling. Disabling does not wait.
 * Context: any.
 * @retval VMK_OK
 * @retval VMK_INVALID_HANDLE  no such cookie, or it has no handler
 */
VMK_ReturnStatus vmk_IntrEnable(vmk_IntrCookie intr);
VMK_ReturnStatus vmk_IntrDisable(vmk_IntrCookie intr);

/**
 * Wait until a handler that was running when this was called has returned.
 *
 * Context: may block; never from the handler itself.
 * @retval VMK_OK
 * @retval VMK_INVALID_HANDLE
 */
VMK_ReturnStatus vmk_IntrSync(vmk_IntrCookie intr);

/**
 * Route the interrupt to a CPU. Devices sharing a line move together.
 *
 * Context: may block.
 * @retval VMK_OK
 * @retval VMK_INVALID_HANDLE
 * @retval VMK_BAD_PARAM       no such CPU
 * @retval VMK_NO_RESOURCES    no vector free there
 */
VMK_ReturnStatus vmk_IntrSetAffinity(vmk_IntrCookie intr, vmk_uint32 pcpu);

/** Read the counts. Context: any. @return VMK_OK; VMK_INVALID_HANDLE. */
VMK_ReturnStatus vmk_IntrGetStats(vmk_IntrCookie intr, vmk_IntrStats *stats);

#endif
