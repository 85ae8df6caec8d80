/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * functions.c - the part of a symbol table that backtraces need.
 */
#include "functions.h"

#include <core/heap.h>
#include <core/sort.h>
#include <vmkapi/lib/libc.h>

static vmk_Bool is_function(const struct elf_file *file, unsigned index)
{
    const struct elf_symbol *symbol = &file->symbols[index];

    return ELF_SYMBOL_TYPE(symbol->info) == ELF_TYPE_FUNC && symbol->section != ELF_INDEX_UNDEFINED &&
           symbol->section < file->nsections && file->placed[symbol->section].region == ELF_TEXT;
}

static int compare(const void *a, const void *b)
{
    const struct function *first = a, *second = b;

    return first->offset < second->offset ? -1 : first->offset > second->offset;
}

VMK_ReturnStatus functions_build(struct functions *functions, const struct elf_file *file)
{
    vmk_ByteCount count = 0, names_len = 0;

    for (unsigned i = 1; i < file->nsymbols; i++) {
        if (is_function(file, i)) {
            count++;
            names_len += vmk_Strlen(elf_symbol_name(file, i)) + 1;
        }
    }
    functions->table = vmk_HeapAlloc(heap_kernel, count * sizeof(*functions->table));
    functions->names = vmk_HeapAlloc(heap_kernel, names_len);
    if (functions->table == NULL || functions->names == NULL) {
        functions_free(functions);
        return VMK_NO_MEMORY;
    }
    names_len = 0;
    for (unsigned i = 1; i < file->nsymbols; i++) {
        if (is_function(file, i)) {
            const struct elf_symbol *symbol = &file->symbols[i];

            functions->table[functions->count++] = (struct function){
                .offset = (vmk_uint32)(file->placed[symbol->section].offset + symbol->value),
                .name = (vmk_uint32)names_len};
            vmk_Strcpy(functions->names + names_len, elf_symbol_name(file, i));
            names_len += vmk_Strlen(elf_symbol_name(file, i)) + 1;
        }
    }
    sort(functions->table, functions->count, sizeof(*functions->table), compare);
    return VMK_OK;
}

const char *functions_find(const struct functions *functions, vmk_ByteCount offset, vmk_ByteCount *start)
{
    vmk_ByteCount low = 0, high = functions->count;

    while (low < high) {
        vmk_ByteCount middle = (low + high) / 2;

        if (functions->table[middle].offset <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return NULL;
    }
    *start = functions->table[low - 1].offset;
    return functions->names + functions->table[low - 1].name;
}

void functions_free(struct functions *functions)
{
    vmk_HeapFree(heap_kernel, functions->table);
    vmk_HeapFree(heap_kernel, functions->names);
    *functions = (struct functions){.table = NULL};
}
