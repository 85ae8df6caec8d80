/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkarchive - makes a boot archive: cpio, "newc" form, the same bytes for the same input.
 *
 *   mkarchive OUT [PATH=FILE | PATH/]...
 *
 * PATH=FILE puts FILE's contents at PATH, PATH/ makes a directory; the folders above are made as needed.
 * Entries are sorted by path and have no owner, no time and one of two modes: executable or not. Contents
 * start at a multiple of CONTENTS_ALIGN, so that the kernel can use them where they lie: names are padded
 * with NULs, which every reader of the format takes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONTENTS_ALIGN 16
#define HEADER_LEN     110

struct entry {
    char *path;       /* no slash at either end */
    const char *file; /* NULL for a directory */
};

struct entries {
    struct entry *list;
    size_t count;
};

__attribute__((noreturn)) static void fail(const char *what, const char *why)
{
    fprintf(stderr, "mkarchive: %s: %s\n", what, why);
    exit(1);
}

static void add(struct entries *entries, const char *path, size_t len, const char *file)
{
    for (size_t i = 0; i < entries->count; i++) {
        const char *known = entries->list[i].path;

        if (strlen(known) == len && memcmp(known, path, len) == 0) {
            if (file != NULL || entries->list[i].file != NULL) {
                fail(known, "is given twice");
            }
            return;
        }
    }
    entries->list = realloc(entries->list, (entries->count + 1) * sizeof(struct entry));
    if (entries->list == NULL) {
        fail(path, "out of memory");
    }
    entries->list[entries->count++] = (struct entry){.path = strndup(path, len), .file = file};
}

static void add_argument(struct entries *entries, char *argument)
{
    char *file = strchr(argument, '=');
    size_t len;

    if (file != NULL) {
        *file++ = '\0';
    }
    while (*argument == '/') {
        argument++;
    }
    len = strlen(argument);
    if (len == 0 || (file == NULL && argument[len - 1] != '/')) {
        fail(argument, "is neither PATH=FILE nor PATH/");
    }
    for (size_t i = 1; i < len; i++) {
        if (argument[i] == '/') {
            add(entries, argument, i, NULL);
        }
    }
    if (file != NULL) {
        add(entries, argument, len, file);
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static void pad(FILE *out, size_t align)
{
    while (ftell(out) % (long)align != 0) {
        fputc(0, out);
    }
}

static void write_header(FILE *out, const char *path, unsigned inode, unsigned mode, size_t len)
{
    size_t name_end = (size_t)ftell(out) + HEADER_LEN + strlen(path) + 1;
    size_t padding = (CONTENTS_ALIGN - name_end % CONTENTS_ALIGN) % CONTENTS_ALIGN;

    fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", inode, mode, 0u, 0u, 1u, 0u,
            (unsigned)len, 0u, 0u, 0u, 0u, (unsigned)(strlen(path) + 1 + padding), 0u);
    fputs(path, out);
    fputc(0, out);
    pad(out, CONTENTS_ALIGN);
}

static void write_file(FILE *out, const struct entry *entry, unsigned inode)
{
    FILE *in = fopen(entry->file, "rb");
    char buffer[65536];
    struct stat status;
    size_t len;

    if (in == NULL || fstat(fileno(in), &status) != 0) {
        fail(entry->file, strerror(errno));
    }
    write_header(out, entry->path, inode, status.st_mode & S_IXUSR ? 0100755 : 0100644,
                 (size_t)status.st_size);
    while ((len = fread(buffer, 1, sizeof(buffer), in)) != 0) {
        fwrite(buffer, 1, len, out);
    }
    fclose(in);
    pad(out, 4);
}

int main(int argc, char **argv)
{
    struct entries entries = {0};
    FILE *out;

    if (argc < 2) {
        fail("usage", "mkarchive OUT [PATH=FILE | PATH/]...");
    }
    for (int i = 2; i < argc; i++) {
        add_argument(&entries, argv[i]);
    }
    if (entries.count != 0) {
        qsort(entries.list, entries.count, sizeof(struct entry), compare);
    }
    out = fopen(argv[1], "wb");
    if (out == NULL) {
        fail(argv[1], strerror(errno));
    }
    for (size_t i = 0; i < entries.count; i++) {
        if (entries.list[i].file == NULL) {
            write_header(out, entries.list[i].path, (unsigned)i + 1, 040755, 0);
        } else {
            write_file(out, &entries.list[i], (unsigned)i + 1);
        }
        free(entries.list[i].path);
    }
    write_header(out, "TRAILER!!!", 0, 0, 0);
    if (ferror(out) || fclose(out) != 0) {
        fail(argv[1], "cannot be written");
    }
    free(entries.list);
    return 0;
}
