/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logging.h - one line of text to the system's log: ring, console and /var/log/vmkernel.log.
 *
 * A line reads `<uptime> cpuN:world)Module: text`. Callers give no newline; a message with inner newlines
 * becomes several lines. Lines of one call site (one format string; under a bare "%s", one text but for its
 * digits) are rate limited: a burst of VMK_LOG_BURST, then VMK_LOG_PER_SECOND, and the next line that passes
 * says how many did not. Alerts are not limited.
 *
 * Context: vmk_Log*, vmk_Warning*, vmk_Alert*: any, NMI and early boot included; they take no lock and
 *          never wait. Register and unregister may block.
 */
#ifndef VMKAPI_BASE_LOGGING_H
#define VMKAPI_BASE_LOGGING_H

#include <stdarg.h>

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define VMK_LOG_BURST      64
#define VMK_LOG_PER_SECOND 8

/** How loudly a line speaks. */
typedef enum vmk_LogUrgency {
    VMK_LOG_URGENCY_NORMAL,
    VMK_LOG_URGENCY_WARNING,
    VMK_LOG_URGENCY_ALERT, /**< Somebody must act; never rate limited. */
} vmk_LogUrgency;

/** A named source of lines with a debug level of its own. */
typedef struct vmk_LogComponentObject *vmk_LogComponent;
#define VMK_INVALID_LOG_HANDLE ((vmk_LogComponent)NULL)

typedef struct vmk_LogProps {
    vmk_Name name; /**< What stands before the colon. */
    vmk_ModuleID moduleID;
    vmk_int32 defaultLevel; /**< vmk_LogDebug lines up to this level are kept. */
} vmk_LogProps;

/**
 * Create a log component.
 *
 * @return VMK_OK; VMK_BAD_PARAM for an empty name or no module; VMK_EXISTS when this module has one of
 *         that name; VMK_NO_RESOURCES when all components are taken.
 */
VMK_ReturnStatus vmk_LogRegister(const vmk_LogProps *props, vmk_LogComponent *component);

/** Give a component back. No line may be written through it any more. */
void vmk_LogUnregister(vmk_LogComponent component);

/** Find @p moduleID's component by name. @return VMK_OK or VMK_NOT_FOUND. */
VMK_ReturnStatus vmk_LogFindLogComponentByName(vmk_ModuleID moduleID, const vmk_Name *name,
                                               vmk_LogComponent *component);

/** The component's name; lives as long as the component. */
const char *vmk_LogGetName(vmk_LogComponent component);
vmk_int32 vmk_LogGetCurrentLogLevel(vmk_LogComponent component);
void vmk_LogSetCurrentLogLevel(vmk_LogComponent component, vmk_int32 level);

/** Write a line through @p component. */
void vmk_LogNoLevel(vmk_LogUrgency urgency, vmk_LogComponent component, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(3, 4);
void vmk_vLogNoLevel(vmk_LogUrgency urgency, vmk_LogComponent component, const char *fmt, va_list ap)
    VMK_ATTRIBUTE_PRINTF(3, 0);

/** Write a line through @p component when its level is at least @p level. */
void vmk_LogLevel(vmk_LogUrgency urgency, vmk_LogComponent component, vmk_int32 level, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(4, 5);
void vmk_vLogLevel(vmk_LogUrgency urgency, vmk_LogComponent component, vmk_int32 level, const char *fmt,
                   va_list ap) VMK_ATTRIBUTE_PRINTF(4, 0);

/** Write a line under a plain name; @p module is read during the call only. */
void vmk_LogNamed(vmk_LogUrgency urgency, const char *module, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(3, 4);
void vmk_vLogNamed(vmk_LogUrgency urgency, const char *module, const char *fmt, va_list ap)
    VMK_ATTRIBUTE_PRINTF(3, 0);

/** Write the caller's backtrace, one `function@module+offset` a line. */
void vmk_LogBacktrace(vmk_LogComponent component);
void vmk_LogBacktraceMessage(void);

#define vmk_Log(component, ...)     vmk_LogNoLevel(VMK_LOG_URGENCY_NORMAL, component, __VA_ARGS__)
#define vmk_Warning(component, ...) vmk_LogNoLevel(VMK_LOG_URGENCY_WARNING, component, __VA_ARGS__)
#define vmk_Alert(component, ...)   vmk_LogNoLevel(VMK_LOG_URGENCY_ALERT, component, __VA_ARGS__)

/*
 * The ...Message forms need no component: they speak in the name VMK_LOG_MODULE, which a source file
 * defines before its first #include, and which is otherwise the module's own name.
 */
#ifndef VMK_LOG_MODULE
#ifdef VMK_MODULE_NAME
#define VMK_LOG_MODULE VMK_MODULE_NAME
#else
#define VMK_LOG_MODULE "vmkernel"
#endif
#endif

#define vmk_LogMessage(...)     vmk_LogNamed(VMK_LOG_URGENCY_NORMAL, VMK_LOG_MODULE, __VA_ARGS__)
#define vmk_WarningMessage(...) vmk_LogNamed(VMK_LOG_URGENCY_WARNING, VMK_LOG_MODULE, __VA_ARGS__)
#define vmk_AlertMessage(...)   vmk_LogNamed(VMK_LOG_URGENCY_ALERT, VMK_LOG_MODULE, __VA_ARGS__)

/* Debug lines: compiled and type checked always, written in debug builds only. */
#ifdef VMK_DEBUG
#define VMK_LOG_DEBUG 1
#else
#define VMK_LOG_DEBUG 0
#endif
#define vmk_LogDebug(component, level, ...)                                                                  \
    do {                                                                                                     \
        if (VMK_LOG_DEBUG) {                                                                                 \
            vmk_LogLevel(VMK_LOG_URGENCY_NORMAL, component, level, __VA_ARGS__);                             \
        }                                                                                                    \
    } while (0)
#define vmk_LogDebugMessage(...)                                                                             \
    do {                                                                                                     \
        if (VMK_LOG_DEBUG) {                                                                                 \
            vmk_LogMessage(__VA_ARGS__);                                                                     \
        }                                                                                                    \
    } while (0)

#endif
