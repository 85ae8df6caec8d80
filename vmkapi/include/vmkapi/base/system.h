/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * system.h - which system this is, what state it is in, and word of its end.
 */
#ifndef VMKAPI_BASE_SYSTEM_H
#define VMKAPI_BASE_SYSTEM_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

typedef enum vmk_SystemState {
    VMK_SYSTEM_STATE_RUNNING,
    VMK_SYSTEM_STATE_STOPPING, /**< Power-off or restart has begun. */
    VMK_SYSTEM_STATE_PANIC,
} vmk_SystemState;

typedef struct vmk_SystemVersionInfo {
    const char *productName;
    const char *productVersion; /**< "0.1.0". */
    const char *buildVersion;   /**< "debug" or "release". */
} vmk_SystemVersionInfo;

/** Called when the system stops in order. Context: world; may block, but the system waits for it. */
typedef void (*vmk_RebootHandler)(void *cookie);

/** @return whether the system is in @p state. Context: any. */
vmk_Bool vmk_SystemCheckState(vmk_SystemState state);

/** Tell the version. The texts are static. Context: any. @return VMK_OK. */
VMK_ReturnStatus vmk_SystemGetVersionInfo(vmk_SystemVersionInfo *info);

/**
 * Have @p handler called before power-off and restart, latest registered first.
 *
 * It is charged to @p module, which can't be unloaded before it is withdrawn.
 * Context: world; may block. @return VMK_OK; VMK_EXISTS for the same pair again; VMK_NO_RESOURCES after 32.
 */
VMK_ReturnStatus vmk_RegisterRebootHandler(vmk_ModuleID module, vmk_RebootHandler handler, void *cookie);

/** Withdraw a handler; it is not running after the return. @return VMK_OK or VMK_NOT_FOUND. Context: world.
 */
VMK_ReturnStatus vmk_UnregisterRebootHandler(vmk_RebootHandler handler, void *cookie);

/**
 * Have the console, and with it the end of boot, wait for something that has been begun: a link, an address.
 *
 * Each hold ends with one vmk_StartupRelease(); the wait is bounded whatever happens. Without meaning once
 * boot has ended.
 *
 * @param what  static text: "boot goes on without <what>" is what the log says when it takes too long.
 * Context: any.
 */
void vmk_StartupHold(const char *what);

/** Let go of one hold. Context: any. */
void vmk_StartupRelease(void);

#endif
