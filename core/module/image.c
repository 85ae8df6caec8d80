/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.c - reading a module's file: in place when it lies in a boot archive, as a copy otherwise.
 */
#include "image.h"

#include <core/elf.h>
#include <core/heap.h>
#include <core/vfs.h>

static VMK_ReturnStatus copy_file(struct module_image *image, struct vfs_file *file)
{
    vmk_ByteCount done;
    vmk_StatusValue status;

    image->copy = vmk_HeapAlign(heap_kernel, image->len, ELF_IMAGE_ALIGN);
    if (image->copy == NULL) {
        return VMK_NO_MEMORY;
    }
    image->bytes = image->copy;
    status = vfs_read(file, 0, image->copy, image->len, &done);
    image->len = done;
    return status;
}

VMK_ReturnStatus image_open(struct module_image *image, const char *path, struct diagnosis *why)
{
    struct vfs_file *file;
    vmk_StatusValue status = vfs_open(path, 0, &file);

    if (status != VMK_OK) {
        return diagnose(why, status, "module file %s: %s; put it into the boot archive", path,
                        vmk_StatusToString(status));
    }
    image->copy = NULL;
    image->bytes = vfs_boot_contents(file);
    image->len = vfs_len(file);
    if (image->bytes == NULL || (vmk_VA)image->bytes % ELF_IMAGE_ALIGN != 0) {
        status = copy_file(image, file);
    }
    vfs_close(file);
    if (status != VMK_OK) {
        return diagnose(why, status, "module file %s cannot be read: %s", path, vmk_StatusToString(status));
    }
    if (!seal_is_whole(image->bytes, image->len, &image->len)) {
        image_close(image);
        return diagnose(why, VMK_BAD_FORMAT,
                        "module file %s is damaged, or was not built by vmk_module(); build or copy it again",
                        path);
    }
    return VMK_OK;
}

void image_close(struct module_image *image)
{
    vmk_HeapFree(heap_kernel, image->copy);
    image->copy = NULL;
}
