/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exports.h - what one provider offers, sorted by name.
 */
#ifndef CORE_MODULE_EXPORTS_H
#define CORE_MODULE_EXPORTS_H

#include <vmkapi/base/export.h>
#include <vmkapi/base/status.h>

struct exports {
    const vmk_Export **sorted;
    vmk_ByteCount count;
};

/** Build the table of @p count records, which stay in use. @return VMK_OK; VMK_NO_MEMORY. */
VMK_ReturnStatus exports_build(struct exports *exports, const vmk_Export *records, vmk_ByteCount count);

/** The record called @p name, or NULL. */
const vmk_Export *exports_find(const struct exports *exports, const char *name);

void exports_free(struct exports *exports);

#endif
