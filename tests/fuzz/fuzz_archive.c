/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_archive.c - a boot archive laid over the file system, then all of it read, and a file written.
 */
#include "fuzz.h"

#include <core/vfs.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/lib/list.h>

/* A heap that is emptied when the file system starts anew. */

struct block {
    vmk_ListLinks links;
    vmk_ByteCount bytes;
    _Alignas(16) char mem[];
};

static vmk_ListLinks blocks = VMK_LIST_INITIALIZER(blocks);
static vmk_ByteCount heap_limit, heap_used;

VMK_ReturnStatus vmk_HeapCreate(const vmk_HeapCreateProps *props, vmk_HeapID *heap)
{
    while (!vmk_ListIsEmpty(&blocks)) {
        vmk_HeapFree(*heap, VMK_LIST_ENTRY(vmk_ListFirst(&blocks), struct block, links)->mem);
    }
    heap_limit = props->max;
    *heap = (vmk_HeapID)&blocks;
    return VMK_OK;
}

void *vmk_HeapZalloc(vmk_HeapID heap, vmk_ByteCount size)
{
    struct block *block;

    if (size > heap_limit - heap_used) {
        return NULL;
    }
    block = calloc(1, sizeof(*block) + size);
    block->bytes = size;
    heap_used += size;
    vmk_ListInsert(&block->links, vmk_ListAtRear(&blocks));
    return block->mem;
}

void vmk_HeapFree(vmk_HeapID heap, void *mem)
{
    struct block *block;

    if (mem != NULL) {
        block = VMK_CONTAINER_OF(mem, struct block, mem);
        heap_used -= block->bytes;
        vmk_ListRemove(&block->links);
        free(block);
    }
}

static void use_file(const char *path)
{
    struct vfs_file *file;
    vmk_ByteCount done, len;
    char last;

    FUZZ_REQUIRE(vfs_open(path, 0, &file) == VMK_OK);
    len = vfs_len(file);
    if (len != 0) {
        FUZZ_REQUIRE(vfs_read(file, len - 1, &last, 1, &done) == VMK_OK && done == 1);
    }
    if (vfs_append(file, "x", 1) == VMK_OK) {
        FUZZ_REQUIRE(vfs_len(file) == len + 1);
    }
    vfs_close(file);
}

/** Every file below @p path, in order of name. */
static void walk(const char *path)
{
    char below[VFS_PATH_MAX + VFS_NAME_MAX], last[VFS_NAME_MAX] = "";
    struct vfs_stat stat;

    for (unsigned i = 0; vfs_readdir(path, i, &stat) == VMK_OK; i++) {
        FUZZ_REQUIRE(strcmp(last, stat.name) < 0 && strchr(stat.name, '/') == NULL);
        strcpy(last, stat.name);
        snprintf(below, sizeof(below), "%s/%s", path[1] == '\0' ? "" : path, stat.name);
        FUZZ_REQUIRE(strlen(below) < VFS_PATH_MAX);
        if (stat.is_directory) {
            walk(below);
        } else {
            use_file(below);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct diagnosis why = {""};
    vmk_StatusValue status;

    FUZZ_REQUIRE(vfs_init() == VMK_OK);
    status = vfs_add_archive("input", bytes, len, &why);
    FUZZ_REQUIRE(status == VMK_OK || (why.text[0] != '\0' && strchr(why.text, '\n') == NULL));
    walk("/");
    return 0;
}
