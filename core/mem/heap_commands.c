/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap_commands.c - system heap list, system slab list.
 */
#include <core/command.h>
#include <core/heap.h>
#include <vmkapi/base/module.h>

static void emit_owner(struct format *f, vmk_ModuleID module)
{
    char name[VMK_MODULE_NAME_MAX];

    if (vmk_ModuleGetName(module, name, sizeof(name)) == VMK_OK) {
        format_string(f, name);
    } else {
        format_none(f);
    }
}

static void emit_heap(struct format *f, const vmk_HeapGetProps *heap)
{
    format_row(f);
    format_string(f, heap->name.string);
    emit_owner(f, heap->module);
    format_uint(f, heap->used);
    format_uint(f, heap->cur);
    if (heap->max != 0) {
        format_uint(f, heap->max);
    } else {
        format_none(f);
    }
    format_uint(f, heap->allocations);
    format_uint(f, heap->failures);
}

static VMK_ReturnStatus heap_list(struct command_call *call)
{
    vmk_HeapGetProps heap;
    unsigned i;

    for (i = 0; heap_get_nth(i, &heap) == VMK_OK; i++) {
        emit_heap(&call->format, &heap);
    }
    return VMK_OK;
}

static const struct format_column heap_columns[] = {
    {"Name", FORMAT_STRING},         {"Module", FORMAT_STRING},
    {"Used", FORMAT_UINT, "bytes"},  {"Held", FORMAT_UINT, "bytes"},
    {"Limit", FORMAT_UINT, "bytes"}, {"Allocations", FORMAT_UINT},
    {"Failures", FORMAT_UINT},       {0}};
COMMAND(system_heap_list, .path = "system heap list", .help = "Show the heaps and their owners",
        .handler = heap_list, .columns = heap_columns);

static void emit_slab(struct format *f, const vmk_SlabGetProps *slab)
{
    format_row(f);
    format_string(f, slab->name.string);
    emit_owner(f, slab->module);
    format_uint(f, slab->objSize);
    format_uint(f, slab->objects);
    format_uint(f, slab->cached);
    format_uint(f, slab->memory);
    format_uint(f, slab->failures);
}

static VMK_ReturnStatus slab_list(struct command_call *call)
{
    vmk_SlabGetProps slab;
    unsigned i;

    for (i = 0; slab_get_nth(i, &slab) == VMK_OK; i++) {
        emit_slab(&call->format, &slab);
    }
    return VMK_OK;
}

static const struct format_column slab_columns[] = {{"Name", FORMAT_STRING},
                                                    {"Module", FORMAT_STRING},
                                                    {"Object Size", FORMAT_UINT, "bytes"},
                                                    {"Objects", FORMAT_UINT},
                                                    {"In Magazines", FORMAT_UINT},
                                                    {"Held", FORMAT_UINT, "bytes"},
                                                    {"Failures", FORMAT_UINT},
                                                    {0}};
COMMAND(system_slab_list, .path = "system slab list", .help = "Show the slabs and their owners",
        .handler = slab_list, .columns = slab_columns);
