/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * path.c - folding paths into the one spelling the tree knows.
 */
#include <core/vfs.h>
#include <vmkapi/lib/libc.h>

/** Drop the last part of "/a/b". @return its new length; the root's is 0. */
static vmk_ByteCount parent_len(const char *path, vmk_ByteCount len)
{
    while (len != 0 && path[--len] != '/') {
    }
    return len;
}

VMK_ReturnStatus vfs_normalise(const char *path, char normal[VFS_PATH_MAX])
{
    vmk_ByteCount len = 0;

    if (path[0] != '/') {
        return VMK_INVALID_NAME;
    }
    while (*path != '\0') {
        vmk_ByteCount part = vmk_Strcspn(path, "/");

        if (part == 2 && path[0] == '.' && path[1] == '.') {
            len = parent_len(normal, len);
        } else if (part != 0 && !(part == 1 && path[0] == '.')) {
            if (part >= VFS_NAME_MAX || len + 1 + part >= VFS_PATH_MAX) {
                return VMK_NAME_TOO_LONG;
            }
            normal[len++] = '/';
            vmk_Memcpy(normal + len, path, part);
            len += part;
        }
        path += part;
        path += *path == '/';
    }
    if (len == 0) {
        normal[len++] = '/';
    }
    normal[len] = '\0';
    return VMK_OK;
}
