/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intr.c - interrupt cookies and their handlers.
 */
#define VMK_LOG_MODULE "Interrupt"

#include <core/account.h>
#include <core/heap.h>
#include <core/intr.h>
#include <core/irq_vector.h>
#include <core/mutex.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>

static struct mutex registry = MUTEX_INITIALIZER(registry, "intr-registry");

/* Cookies in use, by number; 0 stays free. intr_find() loads one without the mutex. */
static struct intr *cookies[INTR_COOKIES_MAX] VMK_GUARDED_BY(registry);

/* Lines of global system interrupts. */
static struct gsi_line {
    struct gsi_line *next;
    struct intr_line *line;
    vmk_uint32 gsi;
    unsigned flags;
    unsigned users VMK_GUARDED_BY(registry);
} * gsi_lines VMK_GUARDED_BY(registry);

static const vmk_StatField stat_fields[] = {
    VMK_STAT_FIELD(struct intr, fired),
    VMK_STAT_FIELD(struct intr, claimed),
};

static VMK_ReturnStatus gsi_aim(void *source, unsigned gsi, vmk_uint32 pcpu, vmk_uint8 vector)
{
    const struct gsi_line *entry = source;

    return ioapic_route(gsi, pcpu, vector, entry->flags);
}

static void gsi_hold(void *source, unsigned gsi, vmk_Bool held)
{
    (void)source;
    if (held) {
        ioapic_mask(gsi);
    } else {
        ioapic_unmask(gsi);
    }
}

static const struct intr_line_ops level_ops = {.aim = gsi_aim, .hold = gsi_hold, .edge = VMK_FALSE};
static const struct intr_line_ops edge_ops = {.aim = gsi_aim, .hold = gsi_hold, .edge = VMK_TRUE};

/** Make the line of a gsi nobody uses yet. */
static VMK_ReturnStatus gsi_add(vmk_uint32 gsi, unsigned flags, struct gsi_line **added)
    VMK_REQUIRES(&registry)
{
    struct gsi_line *entry = vmk_HeapZalloc(heap_kernel, sizeof(*entry));

    if (entry == NULL) {
        return VMK_NO_MEMORY;
    }
    entry->gsi = gsi;
    entry->flags = flags;
    vmk_StatusValue status =
        intr_line_create(flags & IOAPIC_LEVEL ? &level_ops : &edge_ops, entry, gsi, 0, &entry->line);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, entry);
        return status;
    }
    entry->next = gsi_lines;
    gsi_lines = entry;
    *added = entry;
    return VMK_OK;
}

VMK_ReturnStatus intr_gsi_get(vmk_uint32 gsi, unsigned flags, struct intr_line **line)
{
    vmk_StatusValue status = VMK_OK;
    struct gsi_line *entry;

    mutex_lock(&registry);
    for (entry = gsi_lines; entry != NULL && entry->gsi != gsi; entry = entry->next) {
    }
    if (entry == NULL) {
        status = gsi_add(gsi, flags, &entry);
    } else if (entry->flags != flags) {
        vmk_WarningMessage("interrupt %u is in use with trigger and polarity %u, and asked for with %u", gsi,
                           entry->flags, flags);
        status = VMK_BAD_PARAM;
    }
    if (status == VMK_OK) {
        entry->users++;
        *line = entry->line;
    }
    mutex_unlock(&registry);
    return status;
}

void intr_gsi_put(struct intr_line *line)
{
    struct gsi_line **link, *entry;

    mutex_lock(&registry);
    link = &gsi_lines;
    while ((*link)->line != line) {
        link = &(*link)->next;
    }
    entry = *link;
    if (--entry->users == 0) {
        *link = entry->next;
        intr_line_destroy(line);
        vmk_HeapFree(heap_kernel, entry);
    }
    mutex_unlock(&registry);
}

VMK_ReturnStatus intr_alloc(vmk_ModuleID module, struct intr_line *line, intr_gate gate, void *gate_arg,
                            vmk_IntrCookie *cookie)
{
    vmk_StatusValue status = VMK_NO_RESOURCES;
    struct intr *intr = vmk_HeapZalloc(heap_kernel, sizeof(*intr));

    if (intr == NULL) {
        return VMK_NO_MEMORY;
    }
    *intr = (struct intr){.module = module, .line = line, .gate = gate, .gate_arg = gate_arg};
    mutex_lock(&registry);
    for (vmk_IntrCookie n = 1; n < INTR_COOKIES_MAX; n++) {
        if (cookies[n] == NULL) {
            intr->cookie = n;
            __atomic_store_n(&cookies[n], intr, __ATOMIC_RELEASE);
            status = VMK_OK;
            break;
        }
    }
    mutex_unlock(&registry);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, intr);
        return status;
    }
    account_add(module, ACCOUNT_INTERRUPTS, 1);
    *cookie = intr->cookie;
    return VMK_OK;
}

void intr_free(vmk_IntrCookie cookie)
{
    struct intr *intr = intr_find(cookie);

    VMK_VERIFY(intr != NULL && !intr->registered);
    mutex_lock(&registry);
    cookies[cookie] = NULL;
    mutex_unlock(&registry);
    account_add(intr->module, ACCOUNT_INTERRUPTS, -1);
    vmk_HeapFree(heap_kernel, intr);
}

struct intr *intr_find(vmk_IntrCookie cookie)
    VMK_NO_THREAD_SAFETY_ANALYSIS("one load: whoever names a cookie has it")
{
    return cookie < INTR_COOKIES_MAX ? __atomic_load_n(&cookies[cookie], __ATOMIC_ACQUIRE) : NULL;
}

void intr_walk(intr_visitor visit, void *arg)
{
    mutex_lock(&registry);
    for (vmk_IntrCookie n = 1; n < INTR_COOKIES_MAX; n++) {
        if (cookies[n] != NULL) {
            visit(arg, cookies[n]);
        }
    }
    mutex_unlock(&registry);
}

VMK_ReturnStatus vmk_IntrRegister(vmk_ModuleID moduleID, vmk_IntrCookie cookie, const vmk_IntrProps *props)
{
    struct intr *intr = intr_find(cookie);

    if (intr == NULL) {
        return VMK_INVALID_HANDLE;
    }
    if (props->acknowledgeInterrupt == NULL && props->handler == NULL) {
        return VMK_BAD_PARAM;
    }
    mutex_lock(&registry);
    vmk_Bool taken = intr->registered;
    intr->registered = VMK_TRUE;
    mutex_unlock(&registry);
    if (taken) {
        return VMK_EXISTS;
    }
    intr->props = *props;
    intr->handler_module = moduleID;
    intr->fired = 0;
    intr->claimed = 0;
    vmk_StatGroupInit(&intr->stats, moduleID, stat_fields, VMK_ARRAY_SIZE(stat_fields), "interrupt/%u",
                      cookie);
    intr->stats.base = intr;
    vmk_StatusValue status = vmk_StatGroupRegister(&intr->stats);
    if (status != VMK_OK) {
        intr->registered = VMK_FALSE;
        return status;
    }
    intr_line_add(intr);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_IntrRegister);

VMK_ReturnStatus vmk_IntrUnregister(vmk_ModuleID moduleID, vmk_IntrCookie cookie, void *handlerData)
{
    struct intr *intr = intr_find(cookie);

    if (intr == NULL) {
        return VMK_INVALID_HANDLE;
    }
    if (!intr->registered || intr->props.handlerData != handlerData || intr->handler_module != moduleID) {
        return VMK_NOT_FOUND;
    }
    intr_line_remove(intr);
    vmk_StatGroupUnregister(&intr->stats);
    intr->registered = VMK_FALSE;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_IntrUnregister);

static VMK_ReturnStatus set_enabled(vmk_IntrCookie cookie, vmk_Bool enabled)
{
    struct intr *intr = intr_find(cookie);

    if (intr == NULL || !intr->registered) {
        return VMK_INVALID_HANDLE;
    }
    intr_line_set_enabled(intr, enabled);
    return VMK_OK;
}

VMK_ReturnStatus vmk_IntrEnable(vmk_IntrCookie cookie)
{
    return set_enabled(cookie, VMK_TRUE);
}
VMK_EXPORT_SYMBOL(vmk_IntrEnable);

VMK_ReturnStatus vmk_IntrDisable(vmk_IntrCookie cookie)
{
    return set_enabled(cookie, VMK_FALSE);
}
VMK_EXPORT_SYMBOL(vmk_IntrDisable);

VMK_ReturnStatus vmk_IntrSync(vmk_IntrCookie cookie)
{
    struct intr *intr = intr_find(cookie);

    if (intr == NULL) {
        return VMK_INVALID_HANDLE;
    }
    intr_line_sync(intr->line);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_IntrSync);

VMK_ReturnStatus vmk_IntrSetAffinity(vmk_IntrCookie cookie, vmk_uint32 pcpu)
{
    struct intr *intr = intr_find(cookie);

    if (intr == NULL) {
        return VMK_INVALID_HANDLE;
    }
    mutex_lock(&registry);
    vmk_StatusValue status = intr->line->pcpu == pcpu ? VMK_OK : intr_line_move(intr->line, pcpu);
    mutex_unlock(&registry);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_IntrSetAffinity);

VMK_ReturnStatus vmk_IntrGetStats(vmk_IntrCookie cookie, vmk_IntrStats *stats)
{
    const struct intr *intr = intr_find(cookie);

    if (intr == NULL) {
        return VMK_INVALID_HANDLE;
    }
    *stats = (vmk_IntrStats){.fired = intr->fired,
                             .claimed = intr->claimed,
                             .pcpu = intr->line->pcpu,
                             .vector = intr->line->vector};
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_IntrGetStats);
