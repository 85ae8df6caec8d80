/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_vfs.c - the file system's tree and contents.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#include <core/vfs.h>
#include <vmkapi/base/heap.h>

/* A heap with a limit: what the file system's promise about its own limit rests on. */

static vmk_ByteCount heap_limit, heap_used;

VMK_ReturnStatus vmk_HeapCreate(const vmk_HeapCreateProps *props, vmk_HeapID *heap)
{
    heap_limit = props->max;
    heap_used = 0;
    *heap = (vmk_HeapID)&heap_limit;
    return VMK_OK;
}

void *vmk_HeapZalloc(vmk_HeapID heap, vmk_ByteCount size)
{
    vmk_ByteCount *mem;

    if (size + heap_used > heap_limit) {
        return NULL;
    }
    mem = calloc(1, size + 16);
    mem[0] = size;
    heap_used += size;
    return mem + 2;
}

void vmk_HeapFree(vmk_HeapID heap, void *mem)
{
    if (mem != NULL) {
        heap_used -= ((vmk_ByteCount *)mem)[-2];
        free((vmk_ByteCount *)mem - 2);
    }
}

/* A boot archive of two files. */

static char archive[1024];
static const char motd[] = "0123456789";

static size_t entry(char *out, const char *path, unsigned mode, const char *contents)
{
    size_t len =
        (size_t)sprintf(out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s", 1, mode, 0, 0, 1,
                        0, (unsigned)strlen(contents), 0, 0, 0, 0, (unsigned)strlen(path) + 1, 0, path) +
        1;

    len = (len + 3) & ~3ul;
    memcpy(out + len, contents, strlen(contents));
    return (len + strlen(contents) + 3) & ~3ul;
}

static void add_archive(const char *path, unsigned mode, const char *contents, vmk_StatusValue expected)
{
    size_t len = entry(archive, path, mode, contents);
    struct diagnosis why = {""};
    vmk_StatusValue status;

    len += entry(archive + len, "TRAILER!!!", 0, "");
    status = vfs_add_archive("boot", archive, len, &why);
    ck_assert_msg(status == expected, "%s: %d: %s", path, status, why.text);
}

/** Made once: each test is a process of its own that starts from here. */
__attribute__((constructor)) static void make_tree(void)
{
    if (vfs_init() != VMK_OK) {
        abort();
    }
}

static struct vfs_file *open_file(const char *path, unsigned flags)
{
    struct vfs_file *file;
    vmk_StatusValue status = vfs_open(path, flags, &file);

    ck_assert_msg(status == VMK_OK, "%s: status %d", path, status);
    return file;
}

static void assert_contents(struct vfs_file *file, const char *expected)
{
    char text[64];
    vmk_ByteCount done;

    ck_assert_int_eq(vfs_read(file, 0, text, sizeof(text), &done), VMK_OK);
    ck_assert_uint_eq(done, strlen(expected));
    ck_assert_mem_eq(text, expected, done);
}

START_TEST(folds_paths)
{
    static const char *const cases[][2] = {{"/", "/"},         {"//a/./b/../c/", "/a/c"}, {"/..", "/"},
                                           {"/../../a", "/a"}, {"/a//b", "/a/b"},         {"/...", "/..."}};
    char normal[VFS_PATH_MAX], longest[400];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(vfs_normalise(cases[i][0], normal), VMK_OK);
        ck_assert_str_eq(normal, cases[i][1]);
    }
    ck_assert_int_eq(vfs_normalise("etc", normal), VMK_INVALID_NAME);
    ck_assert_int_eq(vfs_normalise("", normal), VMK_INVALID_NAME);
    memset(longest, 'a', sizeof(longest));
    longest[0] = '/';
    longest[VFS_NAME_MAX + 1] = '\0';
    ck_assert_int_eq(vfs_normalise(longest, normal), VMK_NAME_TOO_LONG);
    for (size_t i = 0; i < sizeof(longest); i += 10) {
        longest[i] = '/';
        longest[VFS_NAME_MAX + 1] = 'a';
    }
    longest[VFS_PATH_MAX] = '\0';
    ck_assert_int_eq(vfs_normalise(longest, normal), VMK_NAME_TOO_LONG);
    longest[VFS_PATH_MAX - 1] = '\0';
    ck_assert_int_eq(vfs_normalise(longest, normal), VMK_OK);
}
END_TEST

START_TEST(starts_with_its_directories)
{
    struct vfs_stat stat;

    ck_assert_int_eq(vfs_stat("/lib/modules", &stat), VMK_OK);
    ck_assert(stat.is_directory);
    ck_assert_int_eq(vfs_stat("/", &stat), VMK_OK);
    ck_assert_str_eq(stat.name, "/");
    ck_assert_uint_eq(stat.len, 7);
    ck_assert_int_eq(vfs_readdir("/", 0, &stat), VMK_OK);
    ck_assert_str_eq(stat.name, "bin");
    ck_assert_int_eq(vfs_readdir("/", 6, &stat), VMK_OK);
    ck_assert_str_eq(stat.name, "vmfs");
    ck_assert_int_eq(vfs_readdir("/", 7, &stat), VMK_EOF);
    ck_assert_int_eq(vfs_readdir("/bin/x", 0, &stat), VMK_NOT_FOUND);
}
END_TEST

START_TEST(reads_what_it_wrote)
{
    struct vfs_file *file = open_file("/tmp/a", VFS_CREATE);
    char text[16];
    vmk_ByteCount done;

    ck_assert_int_eq(vfs_write(file, 0, "hello", 5), VMK_OK);
    ck_assert_int_eq(vfs_append(file, " world", 6), VMK_OK);
    assert_contents(file, "hello world");
    ck_assert_int_eq(vfs_read(file, 6, text, 3, &done), VMK_OK);
    ck_assert_uint_eq(done, 3);
    ck_assert_mem_eq(text, "wor", 3);
    ck_assert_int_eq(vfs_read(file, 11, text, 3, &done), VMK_OK);
    ck_assert_uint_eq(done, 0);
    vfs_close(file);
    file = open_file("/tmp/a", VFS_TRUNCATE);
    ck_assert_uint_eq(vfs_len(file), 0);
    vfs_close(file);
    ck_assert_int_eq(vfs_open("/tmp/b", 0, &file), VMK_NOT_FOUND);
    ck_assert_int_eq(vfs_open("/tmp", 0, &file), VMK_IS_A_DIRECTORY);
    ck_assert_int_eq(vfs_open("/tmp/a/b", VFS_CREATE, &file), VMK_NOT_A_DIRECTORY);
}
END_TEST

START_TEST(gaps_read_as_zeros)
{
    struct vfs_file *file = open_file("/tmp/sparse", VFS_CREATE);
    vmk_ByteCount before = heap_used, done;
    unsigned char bytes[8];

    ck_assert_int_eq(vfs_write(file, 1000000, "x", 1), VMK_OK);
    ck_assert_uint_lt(heap_used - before, 8192);
    ck_assert_int_eq(vfs_read(file, 500000, bytes, 8, &done), VMK_OK);
    ck_assert_uint_eq(done, 8);
    ck_assert_mem_eq(bytes, "\0\0\0\0\0\0\0\0", 8);
    ck_assert_int_eq(vfs_write(file, 4090, "ab", 2), VMK_OK);
    ck_assert_int_eq(vfs_read(file, 4090, bytes, 8, &done), VMK_OK);
    ck_assert_mem_eq(bytes, "ab\0\0\0\0\0\0", 8);
    ck_assert_int_eq(vfs_write(file, ~0ul - 2, "abc", 3), VMK_LIMIT_EXCEEDED);
    vfs_close(file);
}
END_TEST

START_TEST(boot_files_are_copied_at_the_first_write)
{
    struct vfs_file *file;
    struct vfs_stat stat;

    add_archive("etc/motd", 0100644, motd, VMK_OK);
    file = open_file("/etc/motd", 0);
    ck_assert_ptr_nonnull(vfs_boot_contents(file));
    ck_assert_int_eq(vfs_write(file, 2, "xx", 2), VMK_OK);
    assert_contents(file, "01xx456789");
    ck_assert_ptr_null(vfs_boot_contents(file));
    ck_assert_ptr_nonnull(memmem(archive, sizeof(archive), motd, strlen(motd)));
    ck_assert_int_eq(vfs_stat("/etc/motd", &stat), VMK_OK);
    ck_assert(!stat.from_boot);
    vfs_close(file);
}
END_TEST

START_TEST(a_later_archive_wins)
{
    struct vfs_file *file;

    add_archive("etc/motd", 0100644, "first", VMK_OK);
    add_archive("./etc//motd", 0100644, "second", VMK_OK);
    file = open_file("/etc/motd", 0);
    assert_contents(file, "second");
    vfs_close(file);
    add_archive("etc", 0100644, "no file", VMK_EXISTS);
    add_archive("etc/motd/below", 0100644, "", VMK_NOT_A_DIRECTORY);
    add_archive("../../deep/er/file", 0100644, "x", VMK_OK);
    file = open_file("/deep/er/file", 0);
    vfs_close(file);
}
END_TEST

START_TEST(unlinks_and_renames)
{
    struct vfs_file *file = open_file("/tmp/a", VFS_CREATE);
    struct vfs_stat stat;

    ck_assert_int_eq(vfs_append(file, "A", 1), VMK_OK);
    vfs_close(open_file("/tmp/b", VFS_CREATE));
    ck_assert_int_eq(vfs_rename("/tmp/a", "/tmp/b"), VMK_OK);
    ck_assert_int_eq(vfs_stat("/tmp/a", &stat), VMK_NOT_FOUND);
    ck_assert_int_eq(vfs_stat("/tmp/b", &stat), VMK_OK);
    ck_assert_uint_eq(stat.len, 1);
    ck_assert_int_eq(vfs_unlink("/tmp/b"), VMK_OK);
    assert_contents(file, "A");
    vfs_close(file);
    ck_assert_int_eq(vfs_mkdir("/tmp/d"), VMK_OK);
    ck_assert_int_eq(vfs_mkdir("/tmp/d"), VMK_EXISTS);
    ck_assert_int_eq(vfs_mkdir("/tmp/d/e"), VMK_OK);
    ck_assert_int_eq(vfs_unlink("/tmp/d"), VMK_NOT_EMPTY);
    ck_assert_int_eq(vfs_rename("/tmp/d", "/tmp/d/e/f"), VMK_BUSY);
    ck_assert_int_eq(vfs_rename("/tmp/d", "/var"), VMK_EXISTS);
    ck_assert_int_eq(vfs_rename("/tmp/d", "/var/d"), VMK_OK);
    ck_assert_int_eq(vfs_stat("/var/d/e", &stat), VMK_OK);
    ck_assert_int_eq(vfs_unlink("/"), VMK_BUSY);
    ck_assert_int_eq(vfs_unlink("/var/d/e"), VMK_OK);
    ck_assert_int_eq(vfs_unlink("/var/d"), VMK_OK);
}
END_TEST

START_TEST(the_limit_holds_and_nothing_is_lost)
{
    struct vfs_file *file = open_file("/tmp/full", VFS_CREATE);
    static char block[64 * 1024];
    vmk_ByteCount empty = heap_used;
    vmk_StatusValue status;

    while ((status = vfs_append(file, block, sizeof(block))) == VMK_OK) {
    }
    ck_assert_int_eq(status, VMK_NO_RESOURCES);
    ck_assert_uint_le(heap_used, VFS_RAM_LIMIT);
    ck_assert_uint_eq(vfs_len(file) % sizeof(block), 0);
    ck_assert_uint_gt(vfs_len(file), VFS_RAM_LIMIT * 3 / 4);
    vfs_close(file);
    file = open_file("/tmp/full", VFS_TRUNCATE);
    ck_assert_uint_lt(heap_used - empty, 64 * 1024);
    vfs_close(file);
    ck_assert_int_eq(vfs_unlink("/tmp/full"), VMK_OK);
    ck_assert_uint_lt(heap_used, empty);
}
END_TEST

RUN_TESTS(folds_paths, starts_with_its_directories, reads_what_it_wrote, gaps_read_as_zeros,
          boot_files_are_copied_at_the_first_write, a_later_archive_wins, unlinks_and_renames,
          the_limit_holds_and_nothing_is_lost)
