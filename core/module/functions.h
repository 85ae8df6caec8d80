/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * functions.h - a module's functions by address, for backtraces.
 *
 * Built once from the file's symbol table and constant after that, so that a crash can read it.
 */
#ifndef CORE_MODULE_FUNCTIONS_H
#define CORE_MODULE_FUNCTIONS_H

#include <core/elf.h>

struct function {
    vmk_uint32 offset; /**< From the start of the module's text. */
    vmk_uint32 name;   /**< In names. */
};

struct functions {
    struct function *table; /**< By offset. */
    vmk_ByteCount count;
    char *names;
};

/** @return VMK_OK; VMK_NO_MEMORY. */
VMK_ReturnStatus functions_build(struct functions *functions, const struct elf_file *file);

/**
 * Find the function that the text's byte @p offset belongs to.
 *
 * @param[out] start where that function starts.
 * @return its name; NULL when no function starts at or before @p offset. Context: any.
 */
const char *functions_find(const struct functions *functions, vmk_ByteCount offset, vmk_ByteCount *start);

void functions_free(struct functions *functions);

#endif
