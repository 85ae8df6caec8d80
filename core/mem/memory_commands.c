/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_commands.c - hardware memory ...
 */
#include <core/command.h>
#include <core/page_alloc.h>
#include <core/paging_audit.h>

static VMK_ReturnStatus memory_get(struct command_call *call)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    format_row(&call->format);
    format_uint(&call->format, stats.total << VMK_PAGE_SHIFT);
    format_uint(&call->format, (stats.total - stats.free) << VMK_PAGE_SHIFT);
    format_uint(&call->format, stats.free << VMK_PAGE_SHIFT);
    format_uint(&call->format, stats.cached << VMK_PAGE_SHIFT);
    return VMK_OK;
}

static const struct format_column memory_columns[] = {{"Physical Memory", FORMAT_UINT, "bytes"},
                                                      {"In Use", FORMAT_UINT, "bytes"},
                                                      {"Free", FORMAT_UINT, "bytes"},
                                                      {"Free In CPU Caches", FORMAT_UINT, "bytes"},
                                                      {0}};
COMMAND(hardware_memory_get, .path = "hardware memory get",
        .help = "Show how much memory there is and is in use", .handler = memory_get,
        .columns = memory_columns, .shape = FORMAT_RECORD);

static VMK_ReturnStatus memory_list(struct command_call *call)
{
    struct memory_stats stats;
    unsigned kind;

    memory_stats_get(&stats);
    for (kind = 0; kind < VMK_PAGE_KIND_COUNT; kind++) {
        vmk_uint64 pages = kind == VMK_PAGE_FREE ? stats.free : stats.used[kind];

        format_row(&call->format);
        format_string(&call->format, page_kind_name((vmk_PageKind)kind));
        format_uint(&call->format, pages << VMK_PAGE_SHIFT);
    }
    return VMK_OK;
}

static const struct format_column kind_columns[] = {
    {"Used For", FORMAT_STRING}, {"Size", FORMAT_UINT, "bytes"}, {0}};
COMMAND(hardware_memory_list, .path = "hardware memory list", .help = "Show what the memory is used for",
        .handler = memory_list, .columns = kind_columns);

static VMK_ReturnStatus memory_protection(struct command_call *call)
{
    struct paging_audit audit;

    arch_audit_mappings(&audit);
    format_row(&call->format);
    format_uint(&call->format, audit.mapped);
    format_uint(&call->format, audit.writable);
    format_uint(&call->format, audit.executable);
    format_uint(&call->format, audit.both);
    format_uint(&call->format, audit.aliased);
    format_bool(&call->format, audit.enforced);
    return VMK_OK;
}

static const struct format_column protection_columns[] = {
    {"Mapped", FORMAT_UINT, "pages"},
    {"Writable", FORMAT_UINT, "pages"},
    {"Executable", FORMAT_UINT, "pages"},
    {"Writable And Executable", FORMAT_UINT, "pages"},
    {"Executable Written Elsewhere", FORMAT_UINT, "pages"},
    {"Enforced", FORMAT_BOOL},
    {0}};
COMMAND(hardware_memory_protection, .path = "hardware memory protection get",
        .help = "Show what the page tables in use let be written and executed", .handler = memory_protection,
        .columns = protection_columns, .shape = FORMAT_RECORD);
