/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - a module's file in memory, its seal unbroken.
 */
#ifndef CORE_MODULE_IMAGE_H
#define CORE_MODULE_IMAGE_H

#include <core/diagnosis.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

struct module_image {
    const void *bytes;
    vmk_ByteCount len; /**< Without the seal. */
    void *copy;        /**< Ours to free, when the file was not in one aligned piece. */
};

/**
 * Open the module file at @p path, and check its seal.
 *
 * @return VMK_OK; VMK_NOT_FOUND and other statuses of vfs.h; VMK_BAD_FORMAT for a file that was changed or
 * never sealed; VMK_NO_MEMORY.
 */
VMK_ReturnStatus image_open(struct module_image *image, const char *path, struct diagnosis *why);

void image_close(struct module_image *image);

/**
 * Check the seal behind a module's @p len bytes. Pure.
 *
 * @param[out] elf_len bytes before the seal.
 * @return VMK_FALSE when there is none or it is broken.
 */
vmk_Bool seal_is_whole(const void *bytes, vmk_ByteCount len, vmk_ByteCount *elf_len);

#endif
