/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.c - from a call to lines in the ring.
 */
#include <core/log.h>

#include <core/clock.h>
#include <core/world.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/lib/libc.h>

#include "log_limit.h"
#include "log_ring.h"
#include "log_world.h"

#define MESSAGE_MAX 512

static void put_line(struct log_record *record, const char *text, vmk_ByteCount len)
{
    vmk_ByteCount i;

    for (i = 0; i < len; i++) {
        /* Whatever a device calls itself must not steer the operator's terminal. */
        record->text[i] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
    }
    record->text[len] = '\0';
    log_ring_put(record);
    log_world_kick(record);
}

/** One line of the message may need several records. */
static void put_wrapped(struct log_record *record, const char *text, vmk_ByteCount len)
{
    do {
        vmk_ByteCount part = len < LOG_TEXT_MAX - 1 ? len : LOG_TEXT_MAX - 1;

        put_line(record, text, part);
        text += part;
        len -= part;
    } while (len > 0);
}

static void put_message(struct log_record *record, const char *text)
{
    while (*text != '\0') {
        vmk_ByteCount len = vmk_Strcspn(text, "\n");

        put_wrapped(record, text, len);
        text += len + (text[len] == '\n');
    }
}

static void record_init(struct log_record *record, vmk_LogUrgency urgency, const char *module)
{
    const struct world *world = world_current();

    record->time_ns = clock_now_ns();
    record->cpu = (vmk_uint16)vmk_GetPCPUNum();
    record->world = world != NULL ? (vmk_uint32)world->id : 0;
    record->urgency = urgency;
    vmk_Strlcpy(record->module, module, sizeof(record->module));
}

/** @return false when the call site has spoken too often; tells first how often it was held back. */
static bool may_speak(struct log_record *record, const void *site)
{
    struct log_limit *limit = record->urgency != VMK_LOG_URGENCY_ALERT ? log_limit_find(site) : NULL;
    vmk_uint32 suppressed = 0;
    char text[64];

    if (limit == NULL) {
        return true;
    }
    if (!log_limit_pass(limit, record->time_ns, &suppressed)) {
        __atomic_fetch_add(&log_stats.suppressed, 1, __ATOMIC_RELAXED);
        return false;
    }
    if (suppressed > 0) {
        vmk_Snprintf(text, sizeof(text), "(%u lines like the next one were held back)", suppressed);
        put_message(record, text);
    }
    return true;
}

void vmk_vLogNamed(vmk_LogUrgency urgency, const char *module, const char *fmt, va_list ap)
{
    char text[MESSAGE_MAX];
    struct log_record record;

    record_init(&record, urgency, module);
    vmk_Vsnprintf(text, sizeof(text), fmt, ap);
    if (may_speak(&record, log_limit_site(fmt, text))) {
        put_message(&record, text);
    }
}
VMK_EXPORT_SYMBOL(vmk_vLogNamed);

void vmk_LogNamed(vmk_LogUrgency urgency, const char *module, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vmk_vLogNamed(urgency, module, fmt, args);
    va_end(args);
}
VMK_EXPORT_SYMBOL(vmk_LogNamed);

void vmk_vLogNoLevel(vmk_LogUrgency urgency, vmk_LogComponent component, const char *fmt, va_list ap)
{
    vmk_vLogNamed(urgency, vmk_LogGetName(component), fmt, ap);
}
VMK_EXPORT_SYMBOL(vmk_vLogNoLevel);

void vmk_LogNoLevel(vmk_LogUrgency urgency, vmk_LogComponent component, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vmk_vLogNoLevel(urgency, component, fmt, args);
    va_end(args);
}
VMK_EXPORT_SYMBOL(vmk_LogNoLevel);

void vmk_vLogLevel(vmk_LogUrgency urgency, vmk_LogComponent component, vmk_int32 level, const char *fmt,
                   va_list ap)
{
    if (vmk_LogGetCurrentLogLevel(component) >= level) {
        vmk_vLogNoLevel(urgency, component, fmt, ap);
    }
}
VMK_EXPORT_SYMBOL(vmk_vLogLevel);

void vmk_LogLevel(vmk_LogUrgency urgency, vmk_LogComponent component, vmk_int32 level, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vmk_vLogLevel(urgency, component, level, fmt, args);
    va_end(args);
}
VMK_EXPORT_SYMBOL(vmk_LogLevel);
