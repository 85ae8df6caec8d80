/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfs.c - the file system's calls: paths resolved and files changed under one lock.
 *
 * One lock is enough: nothing under it waits for a device, and the longest stretch is a copy from RAM to RAM.
 */
#include "tree.h"

#include <core/archive.h>
#include <core/mutex.h>
#include <core/vfs.h>
#include <vmkapi/lib/libc.h>

static struct mutex lock = MUTEX_INITIALIZER(lock, "vfs");
static struct vfs_file root VMK_GUARDED_BY(lock);
static vmk_HeapID heap; /* names and contents in RAM; its limit is the file system's */

/** Resolve @p path. */
static VMK_ReturnStatus find(const char *path, struct vfs_file **file) VMK_REQUIRES(&lock)
{
    char normal[VFS_PATH_MAX];
    vmk_StatusValue status = vfs_normalise(path, normal);

    return status == VMK_OK ? tree_find(&root, normal, file) : status;
}

/** Where @p path is, or would be: @p file is NULL when there is nothing. */
struct place {
    char normal[VFS_PATH_MAX];
    const char *name;
    struct vfs_file *parent;
    struct vfs_file *file;
};

static VMK_ReturnStatus find_place(const char *path, struct place *place) VMK_REQUIRES(&lock)
{
    vmk_StatusValue status = vfs_normalise(path, place->normal);

    if (status == VMK_OK) {
        status = tree_find_parent(&root, place->normal, &place->parent, &place->name);
    }
    if (status == VMK_OK) {
        place->file =
            place->name[0] == '\0' ? &root : tree_child(place->parent, place->name, vmk_Strlen(place->name));
    }
    return status;
}

static VMK_ReturnStatus make(struct place *place, vmk_Bool is_directory) VMK_REQUIRES(&lock)
{
    place->file = tree_create(place->parent, heap, place->name, is_directory);
    return place->file == NULL ? VMK_NO_RESOURCES : VMK_OK;
}

VMK_ReturnStatus vfs_init(void) VMK_UNSHARED
{
    static const char *const directories[] = {"/bin", "/etc", "/dev",     "/lib", "/lib/modules",
                                              "/tmp", "/var", "/var/log", "/vmfs"};
    vmk_HeapCreateProps props = {.type = VMK_HEAP_TYPE_SIMPLE,
                                 .name = {"visorfs"},
                                 .module = VMK_VMKERNEL_MODULE_ID,
                                 .max = VFS_RAM_LIMIT};
    vmk_StatusValue status = vmk_HeapCreate(&props, &heap);

    tree_init(&root);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(directories) && status == VMK_OK; i++) {
        status = vfs_mkdir(directories[i]);
    }
    return status;
}

/** Make the directories above @p place's name. */
static VMK_ReturnStatus make_parents(const char *normal) VMK_REQUIRES(&lock)
{
    vmk_StatusValue status = VMK_OK;
    struct place place;
    char path[VFS_PATH_MAX];

    for (vmk_ByteCount i = 1; normal[i] != '\0' && status == VMK_OK; i++) {
        if (normal[i] == '/') {
            vmk_Strlcpy(path, normal, i + 1);
            status = find_place(path, &place);
            if (status == VMK_OK && place.file == NULL) {
                status = make(&place, VMK_TRUE);
            }
        }
    }
    return status;
}

/** Put one entry of an archive into the tree. */
static VMK_ReturnStatus add_entry(const struct archive_entry *entry) VMK_REQUIRES(&lock)
{
    char path[VFS_PATH_MAX];
    struct place place;
    vmk_StatusValue status;

    if (vmk_Snprintf(path, sizeof(path), "/%s", entry->path) >= (int)sizeof(path)) {
        return VMK_NAME_TOO_LONG;
    }
    status = vfs_normalise(path, place.normal);
    if (status == VMK_OK) {
        status = make_parents(place.normal);
    }
    if (status == VMK_OK) {
        status = find_place(path, &place);
    }
    if (status == VMK_OK && place.file == NULL) {
        status = make(&place, entry->is_directory);
    }
    if (status != VMK_OK) {
        return status;
    }
    if (place.file->is_directory != entry->is_directory) {
        return VMK_EXISTS;
    }
    if (!entry->is_directory) {
        contents_set_boot(&place.file->contents, heap, entry->contents, entry->len);
    }
    return VMK_OK;
}

VMK_ReturnStatus vfs_add_archive(const char *name, const void *bytes, vmk_ByteCount len,
                                 struct diagnosis *why)
{
    struct archive_reader reader = {.name = name, .bytes = bytes, .len = len};
    struct archive_entry entry;
    vmk_StatusValue status;

    mutex_lock(&lock);
    while ((status = archive_next(&reader, &entry, why)) == VMK_OK) {
        status = add_entry(&entry);
        if (status != VMK_OK) {
            status = diagnose(why, status, "archive %s: '%s' cannot be put in place: %s", name, entry.path,
                              vmk_StatusToString(status));
            break;
        }
    }
    mutex_unlock(&lock);
    return status == VMK_EOF ? VMK_OK : status;
}

VMK_ReturnStatus vfs_open(const char *path, unsigned flags, struct vfs_file **file)
{
    struct place place;
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = find_place(path, &place);
    if (status == VMK_OK && place.file == NULL) {
        status = flags & VFS_CREATE ? make(&place, VMK_FALSE) : VMK_NOT_FOUND;
    }
    if (status == VMK_OK && place.file->is_directory) {
        status = VMK_IS_A_DIRECTORY;
    }
    if (status == VMK_OK) {
        if (flags & VFS_TRUNCATE) {
            contents_clear(&place.file->contents, heap);
        }
        place.file->opens++;
        *file = place.file;
    }
    mutex_unlock(&lock);
    return status;
}

void vfs_close(struct vfs_file *file)
{
    mutex_lock(&lock);
    file->opens--;
    tree_release(file, heap);
    mutex_unlock(&lock);
}

VMK_ReturnStatus vfs_read(struct vfs_file *file, vmk_ByteCount offset, void *buffer, vmk_ByteCount len,
                          vmk_ByteCount *done)
{
    mutex_lock(&lock);
    *done = contents_read(&file->contents, offset, buffer, len);
    mutex_unlock(&lock);
    return VMK_OK;
}

VMK_ReturnStatus vfs_write(struct vfs_file *file, vmk_ByteCount offset, const void *bytes, vmk_ByteCount len)
{
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = contents_write(&file->contents, heap, offset, bytes, len);
    mutex_unlock(&lock);
    return status;
}

VMK_ReturnStatus vfs_append(struct vfs_file *file, const void *bytes, vmk_ByteCount len)
{
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = contents_write(&file->contents, heap, file->contents.len, bytes, len);
    mutex_unlock(&lock);
    return status;
}

vmk_ByteCount vfs_len(struct vfs_file *file)
{
    return __atomic_load_n(&file->contents.len, __ATOMIC_RELAXED);
}

const void *vfs_boot_contents(struct vfs_file *file)
{
    return __atomic_load_n(&file->contents.boot, __ATOMIC_RELAXED);
}

static void fill_stat(const struct vfs_file *file, struct vfs_stat *stat) VMK_REQUIRES(&lock)
{
    vmk_Strlcpy(stat->name, file->name, sizeof(stat->name));
    stat->is_directory = file->is_directory;
    stat->from_boot = file->contents.boot != NULL;
    stat->len = file->is_directory ? file->nchildren : file->contents.len;
}

VMK_ReturnStatus vfs_stat(const char *path, struct vfs_stat *stat)
{
    struct vfs_file *file;
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = find(path, &file);
    if (status == VMK_OK) {
        fill_stat(file, stat);
    }
    mutex_unlock(&lock);
    return status;
}

/** The @p index'th entry's stat. */
static VMK_ReturnStatus stat_entry(const struct vfs_file *directory, unsigned index, struct vfs_stat *stat)
    VMK_REQUIRES(&lock)
{
    vmk_ListLinks *links;

    if (!directory->is_directory) {
        return VMK_NOT_A_DIRECTORY;
    }
    VMK_LIST_FORALL (&directory->children, links) {
        if (index-- == 0) {
            fill_stat(VMK_LIST_ENTRY(links, struct vfs_file, links), stat);
            return VMK_OK;
        }
    }
    return VMK_EOF;
}

VMK_ReturnStatus vfs_readdir(const char *path, unsigned index, struct vfs_stat *stat)
{
    struct vfs_file *directory;
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = find(path, &directory);
    if (status == VMK_OK) {
        status = stat_entry(directory, index, stat);
    }
    mutex_unlock(&lock);
    return status;
}

VMK_ReturnStatus vfs_mkdir(const char *path)
{
    struct place place;
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = find_place(path, &place);
    if (status == VMK_OK) {
        status = place.file == NULL ? make(&place, VMK_TRUE) : VMK_EXISTS;
    }
    mutex_unlock(&lock);
    return status;
}

VMK_ReturnStatus vfs_unlink(const char *path)
{
    struct vfs_file *file;
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = find(path, &file);
    if (status == VMK_OK && file == &root) {
        status = VMK_BUSY;
    }
    if (status == VMK_OK && file->nchildren != 0) {
        status = VMK_NOT_EMPTY;
    }
    if (status == VMK_OK) {
        tree_remove(file, heap);
    }
    mutex_unlock(&lock);
    return status;
}

/** Whether @p file is @p directory or above it. */
static vmk_Bool is_above(const struct vfs_file *file, const struct vfs_file *directory)
{
    while (directory != NULL && directory != file) {
        directory = directory->parent;
    }
    return directory == file;
}

/** Give @p file the place @p to. */
static VMK_ReturnStatus move(struct vfs_file *file, struct place *to) VMK_REQUIRES(&lock)
{
    if (file == to->file) {
        return VMK_OK;
    }
    if (is_above(file, to->parent)) {
        return VMK_BUSY;
    }
    if (to->file != NULL) {
        if (file->is_directory || to->file->is_directory) {
            return VMK_EXISTS;
        }
        tree_remove(to->file, heap);
    }
    tree_move(file, to->parent, to->name);
    return VMK_OK;
}

VMK_ReturnStatus vfs_rename(const char *from, const char *to)
{
    struct vfs_file *file;
    struct place place;
    vmk_StatusValue status;

    mutex_lock(&lock);
    status = find(from, &file);
    if (status == VMK_OK) {
        status = find_place(to, &place);
    }
    if (status == VMK_OK) {
        status = move(file, &place);
    }
    mutex_unlock(&lock);
    return status;
}
