/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_osl.c - what ACPICA asks of its host: start, memory, time, text.
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_osl.h"
#include <core/acpi_tables.h>

#include <core/clock.h>
#include <core/heap.h>
#include <core/paging.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/core/mapping.h>

vmk_Helper acpi_helper;

VMK_ReturnStatus acpi_to_status(acpi_status status)
{
    switch (status) {
    case AE_OK:
        return VMK_OK;
    case AE_NO_MEMORY:
        return VMK_NO_MEMORY;
    case AE_NOT_FOUND:
    case AE_NOT_EXIST:
        return VMK_NOT_FOUND;
    case AE_TIME:
        return VMK_TIMEOUT;
    case AE_SUPPORT:
    case AE_NOT_IMPLEMENTED:
        return VMK_NOT_SUPPORTED;
    default:
        return VMK_BAD_FORMAT; /* What is left is firmware's tables and methods being wrong. */
    }
}

acpi_status acpi_os_initialize(void)
{
    vmk_HelperProps props = {
        .moduleID = VMK_VMKERNEL_MODULE_ID, .heap = heap_kernel, .name = {"acpi"}, .maxRequests = 64};

    return vmk_HelperCreate(&props, &acpi_helper) == VMK_OK ? AE_OK : AE_NO_MEMORY;
}

acpi_status acpi_os_terminate(void)
{
    return vmk_HelperDestroy(acpi_helper) == VMK_OK ? AE_OK : AE_ERROR;
}

acpi_physical_address acpi_os_get_root_pointer(void)
{
    return acpi_find_rsdp();
}

/* Nothing of firmware's is overridden. */

acpi_status acpi_os_predefined_override(const struct acpi_predefined_names *init_val, acpi_string *new_val)
{
    *new_val = NULL;
    return AE_OK;
}

acpi_status acpi_os_table_override(struct acpi_table_header *existing_table,
                                   struct acpi_table_header **new_table)
{
    *new_table = NULL;
    return AE_OK;
}

acpi_status acpi_os_physical_table_override(struct acpi_table_header *existing_table,
                                            acpi_physical_address *new_address, u32 *new_table_length)
{
    *new_address = 0;
    *new_table_length = 0;
    return AE_OK;
}

void *acpi_os_allocate(acpi_size size)
{
    return vmk_HeapAlloc(heap_kernel, size);
}

void acpi_os_free(void *memory)
{
    vmk_HeapFree(heap_kernel, memory);
}

/** Whether the direct map has a page, for writing as well. */
static vmk_Bool is_direct(vmk_MA ma)
{
    unsigned flags;

    return arch_query_page(vmk_MA2VA(ma), NULL, &flags) == VMK_OK && (flags & ARCH_MAP_WRITE) != 0;
}

/*
 * RAM is seen in the direct map already. Anything else is mapped as cached memory: for registers the memory
 * type range registers, which firmware has set, have the last word.
 */
void *acpi_os_map_memory(acpi_physical_address where, acpi_size length)
{
    vmk_MpnRange range = {.startMPN = vmk_MA2MPN(where)};
    vmk_MapRequest request = {.mapAttrs = VMK_MAPATTRS_READWRITE, .numElements = 1, .mpnRanges = &range};
    vmk_MA last = where + length - 1;
    vmk_VA va;

    if (is_direct(where) && is_direct(last)) {
        return vmk_MA2Ptr(where);
    }
    range.numPages = (vmk_uint32)(vmk_MA2MPN(last) - range.startMPN + 1);
    if (vmk_Map(VMK_VMKERNEL_MODULE_ID, &request, &va) != VMK_OK) {
        return NULL;
    }
    return (void *)(va + (where & VMK_PAGE_MASK));
}

void acpi_os_unmap_memory(void *logical_address, acpi_size size)
{
    vmk_VA va = (vmk_VA)logical_address;

    if (!vmk_VAIsDirectMap(va)) {
        vmk_Unmap(va & ~VMK_PAGE_MASK);
    }
}

void acpi_os_sleep(u64 milliseconds)
{
    if (vmk_WorldSleep(milliseconds * VMK_USEC_PER_MSEC) != VMK_OK) {
        vmk_DelayUsecs(
            (vmk_uint32)(milliseconds * VMK_USEC_PER_MSEC)); /* A dying world owes it all the same. */
    }
}

void acpi_os_stall(u32 microseconds)
{
    vmk_DelayUsecs(microseconds);
}

/* In units of 100 ns. */
u64 acpi_os_get_timer(void)
{
    return clock_now_ns() / 100;
}

acpi_status acpi_os_signal(u32 function, void *info)
{
    if (function == ACPI_SIGNAL_FATAL) {
        const struct acpi_signal_fatal_info *fatal = info;
        vmk_WarningMessage("firmware reports a fatal error: type 0x%x, code 0x%x, argument 0x%x", fatal->type,
                           fatal->code, fatal->argument);
    }
    return AE_OK;
}

acpi_status acpi_os_enter_sleep(u8 sleep_state, u32 rega_value, u32 regb_value)
{
    return AE_OK; /* Nothing to do before the registers are written. */
}

/* ACPICA writes lines in pieces; one comes out when its end does. */
static vmk_SpinlockObject line_lock = VMK_SPINLOCK_INITIALIZER("acpi-line", VMK_RANK_ACPI_TEXT);
static char line[200] VMK_GUARDED_BY(line_lock);
static vmk_ByteCount line_len VMK_GUARDED_BY(line_lock);

static void emit_line(void) VMK_REQUIRES(&line_lock)
{
    line[line_len] = '\0';
    if (line[0] == ACPI_OSL_WARNING[0]) {
        vmk_WarningMessage("%s", line + 1);
    } else if (line_len != 0 && line[0] != ACPI_OSL_INFORMATION[0]) {
        vmk_LogMessage("%s", line);
    }
    line_len = 0;
}

static void add_character(char c) VMK_REQUIRES(&line_lock)
{
    vmk_Bool is_mark = c == ACPI_OSL_WARNING[0] || c == ACPI_OSL_INFORMATION[0];

    if (c == '\n') {
        emit_line();
    } else if (line_len < sizeof(line) - 1 && !(is_mark && line_len != 0)) {
        line[line_len++] = c;
    }
}

void acpi_os_vprintf(const char *format, va_list args)
{
    char text[sizeof(line)];
    vmk_uint64 flags;

    vmk_Vsnprintf(text, sizeof(text), format, args);
    vmk_SpinlockLockIRQ(&line_lock, &flags);
    for (const char *c = text; *c != '\0'; c++) {
        add_character(*c);
    }
    vmk_SpinlockUnlockIRQ(&line_lock, flags);
}

void acpi_os_printf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    acpi_os_vprintf(format, args);
    va_end(args);
}
