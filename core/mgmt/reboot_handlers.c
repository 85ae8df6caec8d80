/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reboot_handlers.c - who wants to know that the system stops.
 */
#include "reboot_handlers.h"

#include <core/account.h>
#include <core/mutex.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/system.h>
#include <vmkapi/lib/libc.h>

#define HANDLERS 32

struct reboot_handler {
    vmk_ModuleID module;
    vmk_RebootHandler handler;
    void *cookie;
};

/** Held while handlers run. */
static struct mutex handlers_mutex = MUTEX_INITIALIZER(handlers_mutex, "reboot handlers");
/** In order of registration. */
static struct reboot_handler handlers[HANDLERS] VMK_GUARDED_BY(handlers_mutex);
static unsigned nhandlers VMK_GUARDED_BY(handlers_mutex);

/** The index of a pair, or nhandlers. */
static unsigned find_handler(vmk_RebootHandler handler, const void *cookie) VMK_REQUIRES(&handlers_mutex)
{
    unsigned i = 0;

    while (i < nhandlers && (handlers[i].handler != handler || handlers[i].cookie != cookie)) {
        i++;
    }
    return i;
}

VMK_ReturnStatus vmk_RegisterRebootHandler(vmk_ModuleID module, vmk_RebootHandler handler, void *cookie)
{
    vmk_StatusValue status = VMK_OK;

    mutex_lock(&handlers_mutex);
    if (find_handler(handler, cookie) < nhandlers) {
        status = VMK_EXISTS;
    } else if (nhandlers == HANDLERS) {
        status = VMK_NO_RESOURCES;
    } else {
        handlers[nhandlers++] = (struct reboot_handler){module, handler, cookie};
        account_add(module, ACCOUNT_REBOOT_HANDLERS, 1);
    }
    mutex_unlock(&handlers_mutex);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_RegisterRebootHandler);

VMK_ReturnStatus vmk_UnregisterRebootHandler(vmk_RebootHandler handler, void *cookie)
{
    unsigned i;

    mutex_lock(&handlers_mutex);
    i = find_handler(handler, cookie);
    if (i < nhandlers) {
        account_add(handlers[i].module, ACCOUNT_REBOOT_HANDLERS, -1);
        nhandlers--;
        vmk_Memmove(&handlers[i], &handlers[i + 1], (nhandlers - i) * sizeof(handlers[0]));
        mutex_unlock(&handlers_mutex);
        return VMK_OK;
    }
    mutex_unlock(&handlers_mutex);
    return VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_UnregisterRebootHandler);

void reboot_handlers_call(void)
{
    unsigned i;

    mutex_lock(&handlers_mutex);
    for (i = nhandlers; i-- > 0;) {
        handlers[i].handler(handlers[i].cookie);
    }
    mutex_unlock(&handlers_mutex);
}
