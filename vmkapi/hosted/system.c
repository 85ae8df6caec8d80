/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * system.c - a system that goes on until its process ends.
 */
#include <core/crash.h>
#include <hosted/fault.h>
#include <vmkapi/base/system.h>

#define HANDLERS 32

static struct reboot_handler {
    vmk_RebootHandler handler; /* NULL while the slot is free. */
    void *cookie;
} handlers[HANDLERS];

static struct reboot_handler *find(vmk_RebootHandler handler, void *cookie)
{
    for (unsigned i = 0; i < HANDLERS; i++) {
        if (handlers[i].handler == handler && handlers[i].cookie == cookie) {
            return &handlers[i];
        }
    }
    return NULL;
}

VMK_ReturnStatus vmk_RegisterRebootHandler(vmk_ModuleID module, vmk_RebootHandler handler, void *cookie)
{
    struct reboot_handler *slot = find(NULL, NULL);

    if (find(handler, cookie) != NULL) {
        return VMK_EXISTS;
    }
    if (slot == NULL || hosted_fault_hit()) {
        return VMK_NO_RESOURCES;
    }
    *slot = (struct reboot_handler){handler, cookie};
    return VMK_OK;
}

VMK_ReturnStatus vmk_UnregisterRebootHandler(vmk_RebootHandler handler, void *cookie)
{
    struct reboot_handler *slot = find(handler, cookie);

    if (slot == NULL) {
        return VMK_NOT_FOUND;
    }
    *slot = (struct reboot_handler){0};
    return VMK_OK;
}

bool crash_in_progress(void)
{
    return false;
}
