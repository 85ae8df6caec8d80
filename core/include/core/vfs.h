/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfs.h - VisorFS: the root file system, in memory.
 *
 * One tree. The boot archives fill it, a later one's file taking the place of an earlier one's; their
 * contents stay where the boot loader put them, read-only. Writing to such a file first copies it to RAM.
 * What is written is bounded (VFS_RAM_LIMIT) and gone after a reboot.
 *
 * Paths are absolute; "." , ".." and repeated slashes are folded, and ".." stops at the root.
 * Context: all calls may block, unless they say otherwise. Locks: one semaphore inside.
 */
#ifndef CORE_VFS_H
#define CORE_VFS_H

#include <core/diagnosis.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define VFS_NAME_MAX  64                  /**< Longest name of one file, NUL included. */
#define VFS_PATH_MAX  256                 /**< Longest normalised path, NUL included. */
#define VFS_RAM_LIMIT (8ul * 1024 * 1024) /**< Bytes held in RAM: contents, in whole pages, and names. */

/** An open file. The file lives on, nameless, while it is open. */
struct vfs_file;

#define VFS_CREATE   1u /**< Make an empty file when there is none. */
#define VFS_TRUNCATE 2u /**< Empty it. */

struct vfs_stat {
    char name[VFS_NAME_MAX]; /**< Last part of the path; "/" for the root. */
    vmk_Bool is_directory;
    vmk_Bool from_boot; /**< Contents still in a boot archive. */
    vmk_ByteCount len;  /**< Bytes of contents; for a directory, number of names in it. */
};

/** Make the empty tree with /bin /etc /dev /lib /lib/modules /tmp /var /var/log /vmfs. Called once. @return
 * VMK_OK; VMK_NO_MEMORY. */
VMK_ReturnStatus vfs_init(void);

/**
 * Lay a boot archive over the tree.
 *
 * @param name  of the archive, for the diagnosis.
 * @param bytes stay in use for ever.
 * @return VMK_OK; VMK_BAD_FORMAT or VMK_NOT_SUPPORTED: what came before the fault is in the tree;
 * VMK_NO_RESOURCES.
 */
VMK_ReturnStatus vfs_add_archive(const char *name, const void *bytes, vmk_ByteCount len,
                                 struct diagnosis *why);

/**
 * Open a file for reading and writing.
 *
 * @param flags VFS_CREATE, VFS_TRUNCATE.
 * @param[out] file close it with vfs_close().
 * @return VMK_OK; VMK_NOT_FOUND; VMK_IS_A_DIRECTORY; VMK_NOT_A_DIRECTORY; VMK_NAME_TOO_LONG;
 *         VMK_INVALID_NAME when @p path is not absolute; VMK_NO_RESOURCES.
 */
VMK_ReturnStatus vfs_open(const char *path, unsigned flags, struct vfs_file **file);

/** End an open; the last one's end is the end of a file that was unlinked. */
void vfs_close(struct vfs_file *file);

/**
 * Read up to @p len bytes at @p offset.
 *
 * @param[out] done bytes read; 0 at the end of the file.
 * @return VMK_OK.
 */
VMK_ReturnStatus vfs_read(struct vfs_file *file, vmk_ByteCount offset, void *buffer, vmk_ByteCount len,
                          vmk_ByteCount *done);

/**
 * Write @p len bytes at @p offset, all or nothing; a gap before it reads as zeros.
 *
 * @return VMK_OK; VMK_NO_RESOURCES when the limit is reached.
 */
VMK_ReturnStatus vfs_write(struct vfs_file *file, vmk_ByteCount offset, const void *bytes, vmk_ByteCount len);

/** Write at the end, whoever else does so too. Otherwise as vfs_write(). */
VMK_ReturnStatus vfs_append(struct vfs_file *file, const void *bytes, vmk_ByteCount len);

/** Bytes in the file now. */
vmk_ByteCount vfs_len(struct vfs_file *file);

/**
 * The contents in one piece, when they still lie in a boot archive; NULL otherwise.
 *
 * Valid for ever: a later write changes a copy.
 */
const void *vfs_boot_contents(struct vfs_file *file);

/** Describe a file or directory. @return VMK_OK; VMK_NOT_FOUND; VMK_NOT_A_DIRECTORY; VMK_INVALID_NAME;
 * VMK_NAME_TOO_LONG. */
VMK_ReturnStatus vfs_stat(const char *path, struct vfs_stat *stat);

/**
 * Name the @p index'th entry of a directory, in order of name.
 *
 * @return VMK_OK; VMK_EOF past the last; VMK_NOT_FOUND; VMK_NOT_A_DIRECTORY.
 */
VMK_ReturnStatus vfs_readdir(const char *path, unsigned index, struct vfs_stat *stat);

/** @return VMK_OK; VMK_EXISTS; VMK_NOT_FOUND when the parent is missing; VMK_NO_RESOURCES. */
VMK_ReturnStatus vfs_mkdir(const char *path);

/** Remove a file or an empty directory. @return VMK_OK; VMK_NOT_FOUND; VMK_NOT_EMPTY; VMK_BUSY for the root.
 */
VMK_ReturnStatus vfs_unlink(const char *path);

/** Give a file or directory another name or place; a file already there is replaced. @return as above;
 * VMK_EXISTS. */
VMK_ReturnStatus vfs_rename(const char *from, const char *to);

/**
 * Fold a path: "//a/./b/../c/" becomes "/a/c".
 *
 * @param[out] normal VFS_PATH_MAX bytes.
 * @return VMK_OK; VMK_INVALID_NAME when not absolute; VMK_NAME_TOO_LONG.
 * Context: any.
 */
VMK_ReturnStatus vfs_normalise(const char *path, char normal[VFS_PATH_MAX]);

#endif
