/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tree.h - the names of the file system: directories with their entries in order of name.
 *
 * Paths here are normalised. Locks: the caller's.
 */
#ifndef CORE_FS_TREE_H
#define CORE_FS_TREE_H

#include "contents.h"

#include <core/vfs.h>
#include <vmkapi/lib/list.h>

/** A file or a directory. */
struct vfs_file {
    char name[VFS_NAME_MAX];
    struct vfs_file *parent; /**< NULL for the root, and for a file that has lost its name. */
    vmk_ListLinks links;     /**< Among its parent's children. */
    vmk_ListLinks children;  /**< A directory's entries, by name. */
    unsigned nchildren;
    unsigned opens; /**< A nameless file goes away with the last. */
    vmk_Bool is_directory;
    struct contents contents;
};

/** Make @p root the empty root directory. */
void tree_init(struct vfs_file *root);

/** @return VMK_OK; VMK_NOT_FOUND; VMK_NOT_A_DIRECTORY when a file stands in the way. */
VMK_ReturnStatus tree_find(struct vfs_file *root, const char *path, struct vfs_file **file);

/**
 * Find the directory that @p path is, or would be, an entry of.
 *
 * @param[out] name the last part of @p path, inside it; "" for the root, which has no parent.
 * @return as tree_find().
 */
VMK_ReturnStatus tree_find_parent(struct vfs_file *root, const char *path, struct vfs_file **parent,
                                  const char **name);

/** The entry called @p name of @p len bytes, or NULL. */
struct vfs_file *tree_child(const struct vfs_file *directory, const char *name, vmk_ByteCount len);

/** Make an entry that is not there yet. @return NULL when the heap is at its limit. */
struct vfs_file *tree_create(struct vfs_file *directory, vmk_HeapID heap, const char *name,
                             vmk_Bool is_directory);

/** Take an entry out of its directory; free it unless it is open. */
void tree_remove(struct vfs_file *file, vmk_HeapID heap);

/** Put an entry into another directory, or under another name; that name must be free. */
void tree_move(struct vfs_file *file, struct vfs_file *directory, const char *name);

/** Free a file that has neither name nor opener; anything else stays. */
void tree_release(struct vfs_file *file, vmk_HeapID heap);

#endif
