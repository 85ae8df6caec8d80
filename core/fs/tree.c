/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tree.c - finding, linking and unlinking names.
 */
#include "tree.h"

#include <vmkapi/lib/libc.h>

void tree_init(struct vfs_file *root)
{
    *root = (struct vfs_file){.name = "/", .is_directory = VMK_TRUE, .opens = 1};
    vmk_ListInit(&root->children);
}

/** Order of @p name, of @p len bytes, against an entry's. */
static int compare(const char *name, vmk_ByteCount len, const struct vfs_file *file)
{
    int order = vmk_Strncmp(name, file->name, len);

    return order == 0 && file->name[len] != '\0' ? -1 : order;
}

struct vfs_file *tree_child(const struct vfs_file *directory, const char *name, vmk_ByteCount len)
{
    vmk_ListLinks *links;

    VMK_LIST_FORALL (&directory->children, links) {
        struct vfs_file *file = VMK_LIST_ENTRY(links, struct vfs_file, links);
        int order = compare(name, len, file);

        if (order <= 0) {
            return order == 0 ? file : NULL;
        }
    }
    return NULL;
}

/** Walk from the root along the parts of @p path up to @p end. */
static VMK_ReturnStatus walk(struct vfs_file *root, const char *path, const char *end, struct vfs_file **file)
{
    *file = root;
    while (path < end) {
        vmk_ByteCount part = vmk_Strcspn(++path, "/");

        if (!(*file)->is_directory) {
            return VMK_NOT_A_DIRECTORY;
        }
        if (part != 0) {
            *file = tree_child(*file, path, part);
        }
        if (*file == NULL) {
            return VMK_NOT_FOUND;
        }
        path += part;
    }
    return VMK_OK;
}

VMK_ReturnStatus tree_find(struct vfs_file *root, const char *path, struct vfs_file **file)
{
    return walk(root, path, path + vmk_Strlen(path), file);
}

VMK_ReturnStatus tree_find_parent(struct vfs_file *root, const char *path, struct vfs_file **parent,
                                  const char **name)
{
    const char *slash = vmk_Strrchr(path, '/');
    vmk_StatusValue status = walk(root, path, slash, parent);

    *name = slash + 1;
    return status == VMK_OK && !(*parent)->is_directory ? VMK_NOT_A_DIRECTORY : status;
}

static void link_entry(struct vfs_file *file, struct vfs_file *directory, const char *name)
{
    vmk_ListLinks *behind;

    vmk_Strlcpy(file->name, name, sizeof(file->name));
    VMK_LIST_FORALL (&directory->children, behind) {
        if (vmk_Strcmp(file->name, VMK_LIST_ENTRY(behind, struct vfs_file, links)->name) < 0) {
            break;
        }
    }
    vmk_ListInsert(&file->links, vmk_ListBefore(behind));
    file->parent = directory;
    directory->nchildren++;
}

static void unlink_entry(struct vfs_file *file)
{
    vmk_ListRemove(&file->links);
    file->parent->nchildren--;
    file->parent = NULL;
}

struct vfs_file *tree_create(struct vfs_file *directory, vmk_HeapID heap, const char *name,
                             vmk_Bool is_directory)
{
    struct vfs_file *file = vmk_HeapZalloc(heap, sizeof(*file));

    if (file != NULL) {
        file->is_directory = is_directory;
        vmk_ListInit(&file->children);
        link_entry(file, directory, name);
    }
    return file;
}

void tree_release(struct vfs_file *file, vmk_HeapID heap)
{
    if (file->parent == NULL && file->opens == 0) {
        contents_clear(&file->contents, heap);
        vmk_HeapFree(heap, file);
    }
}

void tree_remove(struct vfs_file *file, vmk_HeapID heap)
{
    unlink_entry(file);
    tree_release(file, heap);
}

void tree_move(struct vfs_file *file, struct vfs_file *directory, const char *name)
{
    unlink_entry(file);
    link_entry(file, directory, name);
}
