/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * imports.h - what a module says about the symbols it leaves undefined. Pure.
 */
#ifndef CORE_MODULE_IMPORTS_H
#define CORE_MODULE_IMPORTS_H

#include "modinfo.h"

struct import {
    char provider[VMK_MODULE_NAME_MAX];
    vmk_uint32 version;
};

/**
 * Look @p symbol up in strings "provider:symbol@version", sorted by symbol.
 *
 * @return VMK_FALSE when it is not there, or its line is malformed.
 */
vmk_Bool imports_find(const struct string_table *imports, const char *symbol, struct import *import);

#endif
