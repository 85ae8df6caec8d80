/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gcdamerge - makes .gcda files of what coverage kernels wrote to the debug port (core/mgmt/coverage.c).
 *
 *   gcdamerge STREAM...
 *
 * A stream holds objects: each the name of its .gcda file up to a newline, then the contents in pieces, each
 * behind its length (16 bits), up to an empty piece. The counts of all streams add up; the files are written
 * where the names say.
 *
 * A .gcda file is 32-bit words: four of header, then records of a tag, a length in bytes and that much
 * payload. Counts of a negative length are all zero, and not there (GCC 12's gcov-io.h).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 16
#define MAGIC        0x67636461u
#define TAG_COUNTS   0x01a10000u

struct bytes {
    unsigned char *data;
    size_t len;
};

struct object {
    char *name;
    struct bytes contents; /**< With zero counts spelt out. */
};

static struct object *objects;
static size_t nobjects;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("gcdamerge: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void append(struct bytes *to, const void *data, size_t len)
{
    to->data = realloc(to->data, to->len + len + 1);
    if (to->data == NULL) {
        fail("out of memory");
    }
    if (data != NULL) {
        memcpy(to->data + to->len, data, len);
    } else {
        memset(to->data + to->len, 0, len);
    }
    to->len += len;
}

static uint32_t word_at(const struct bytes *bytes, size_t offset)
{
    uint32_t word;

    memcpy(&word, bytes->data + offset, sizeof(word));
    return word;
}

/* Records. */

/** Take the record at @p offset apart. @return where the next one begins; 0 at the end. */
static size_t next_record(const char *name, const struct bytes *gcda, size_t offset, uint32_t *tag,
                          int32_t *len)
{
    *tag = 0;
    if (offset + 8 <= gcda->len) {
        *tag = word_at(gcda, offset);
        *len = (int32_t)word_at(gcda, offset + 4);
    }
    if (*tag == 0) {
        return 0;
    }
    offset += 8 + (*len > 0 ? (size_t)*len : 0);
    if (offset > gcda->len) {
        fail("%s: a record ends behind its end", name);
    }
    return offset;
}

static struct bytes spell_out(const char *name, const struct bytes *gcda)
{
    struct bytes full = {NULL, 0};
    size_t offset = HEADER_BYTES, next;
    uint32_t tag;
    int32_t len;

    if (gcda->len < HEADER_BYTES || word_at(gcda, 0) != MAGIC) {
        fail("%s: not the contents of a .gcda file", name);
    }
    append(&full, gcda->data, HEADER_BYTES);
    for (; (next = next_record(name, gcda, offset, &tag, &len)) != 0; offset = next) {
        int32_t full_len = abs(len);

        append(&full, &tag, sizeof(tag));
        append(&full, &full_len, sizeof(full_len));
        append(&full, len > 0 ? gcda->data + offset + 8 : NULL, (size_t)full_len);
    }
    append(&full, NULL, 4);
    return full;
}

/** Add the counts of @p from to those of @p to. */
static void add_counts(const char *name, struct bytes *to, const struct bytes *from)
{
    size_t offset = HEADER_BYTES, next;
    uint32_t tag;
    int32_t len;

    if (to->len != from->len || memcmp(to->data, from->data, HEADER_BYTES) != 0) {
        fail("%s: counted by two different builds; remove the older streams", name);
    }
    for (; (next = next_record(name, to, offset, &tag, &len)) != 0; offset = next) {
        for (size_t at = offset + 8; tag == TAG_COUNTS && at + 8 <= next; at += 8) {
            uint64_t sum, more;

            memcpy(&sum, to->data + at, sizeof(sum));
            memcpy(&more, from->data + at, sizeof(more));
            sum += more;
            memcpy(to->data + at, &sum, sizeof(sum));
        }
    }
}

/* Objects. */

static void take_object(const char *name, const struct bytes *gcda)
{
    struct bytes contents = spell_out(name, gcda);

    for (size_t i = 0; i < nobjects; i++) {
        if (strcmp(objects[i].name, name) == 0) {
            add_counts(name, &objects[i].contents, &contents);
            free(contents.data);
            return;
        }
    }
    objects = realloc(objects, (nobjects + 1) * sizeof(*objects));
    if (objects == NULL) {
        fail("out of memory");
    }
    objects[nobjects++] = (struct object){.name = strdup(name), .contents = contents};
}

/** Read the pieces of one object. @return 0 when the stream is cut off. */
static int read_pieces(FILE *stream, struct bytes *gcda)
{
    unsigned char piece[UINT16_MAX];
    uint16_t len;

    while (fread(&len, sizeof(len), 1, stream) == 1) {
        if (len == 0) {
            return 1;
        }
        if (fread(piece, 1, len, stream) != len) {
            return 0;
        }
        append(gcda, piece, len);
    }
    return 0;
}

static void read_stream(const char *path)
{
    FILE *stream = fopen(path, "rb");
    char *name = NULL;
    size_t size = 0;
    ssize_t len;

    if (stream == NULL) {
        fail("%s: %s", path, strerror(errno));
    }
    while ((len = getline(&name, &size, stream)) > 0) {
        struct bytes gcda = {NULL, 0};

        name[len - 1] = '\0';
        if (read_pieces(stream, &gcda)) {
            take_object(name, &gcda);
        } else {
            fprintf(stderr, "gcdamerge: %s is cut off in %s: the machine was killed\n", path, name);
        }
        free(gcda.data);
    }
    free(name);
    fclose(stream);
}

static void write_object(const struct object *object)
{
    FILE *file = fopen(object->name, "wb");

    if (file == NULL ||
        fwrite(object->contents.data, 1, object->contents.len, file) != object->contents.len ||
        fclose(file) != 0) {
        fail("%s: %s", object->name, strerror(errno));
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: gcdamerge STREAM...\n", stderr);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        read_stream(argv[i]);
    }
    for (size_t i = 0; i < nobjects; i++) {
        write_object(&objects[i]);
    }
    return 0;
}
