/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coverage.c - writing what was counted, in the form of GCC's .gcda files, which its libgcov knows.
 */
#include <core/coverage.h>

#include <core/debug_port.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

/* GCC's (manual, "Profiling and Test Coverage in Freestanding Environments"): a record an object, and
 * libgcov's way to have it in the form of a .gcda file. */
struct gcov_info;

void __gcov_info_to_gcda(const struct gcov_info *info, void (*filename)(const char *name, void *arg),
                         void (*dump)(const void *bytes, unsigned len_bytes, void *arg),
                         void *(*allocate)(unsigned len_bytes, void *arg), void *arg);

/** The counted objects of the kernel, or of a module. */
struct counted {
    const struct gcov_info *const *objects;
    vmk_ByteCount nobjects;
};

#define MODULES_MAX 64

/** The linker's: the kernel's own section. */
extern const struct gcov_info *const vmk_coverage_start[], *const vmk_coverage_end[];

/** Of the loaded modules; nobjects is 0 while a slot is free. Whoever has set busy may touch them, and write.
 */
static struct counted modules[MODULES_MAX];
static vmk_Bool busy;

/* A lock that the end can take without waiting, and keep: a crash has stopped who might have it. */

static vmk_Bool try_begin(void)
{
    return !__atomic_exchange_n(&busy, VMK_TRUE, __ATOMIC_ACQUIRE);
}

static void begin(void)
{
    while (!try_begin()) {
        vmk_WorldYield();
    }
}

static void end(void)
{
    __atomic_store_n(&busy, VMK_FALSE, __ATOMIC_RELEASE);
}

/* An object's record is its file's name up to a newline, and the contents in pieces, each behind its length;
 * a piece without any ends it. libgcov brings four bytes at a time. */

struct piece {
    vmk_uint16 len_bytes;
    vmk_uint8 bytes[1024];
} VMK_ATTRIBUTE_PACKED;

static void write_piece(struct piece *piece)
{
    debug_port_write(piece, sizeof(piece->len_bytes) + piece->len_bytes);
    piece->len_bytes = 0;
}

static void write_name(const char *name, void *arg)
{
    debug_port_write(name, vmk_Strlen(name));
    debug_port_write("\n", 1);
}

static void add_to_piece(const void *bytes, unsigned len_bytes, void *arg)
{
    struct piece *piece = arg;

    VMK_VERIFY(len_bytes <= sizeof(piece->bytes));
    if (len_bytes > sizeof(piece->bytes) - piece->len_bytes) {
        write_piece(piece);
    }
    vmk_Memcpy(piece->bytes + piece->len_bytes, bytes, len_bytes);
    piece->len_bytes += len_bytes;
}

static void write_objects(const struct counted *counted)
{
    static struct piece piece;

    for (vmk_ByteCount i = 0; i < counted->nobjects; i++) {
        /* Memory is for counters other than those of lines. */
        __gcov_info_to_gcda(counted->objects[i], write_name, add_to_piece, NULL, &piece);
        write_piece(&piece);
        write_piece(&piece);
    }
}

void coverage_add(vmk_VA section, vmk_ByteCount len_bytes)
{
    unsigned i = 0;

    begin();
    while (modules[i].nobjects != 0) {
        i++;
        VMK_VERIFY(i < MODULES_MAX);
    }
    modules[i] = (struct counted){(const struct gcov_info *const *)section, len_bytes / sizeof(void *)};
    end();
}

void coverage_remove(vmk_VA base, vmk_ByteCount len_bytes)
{
    begin();
    for (unsigned i = 0; i < MODULES_MAX; i++) {
        if (modules[i].nobjects != 0 && (vmk_VA)modules[i].objects - base < len_bytes) {
            if (debug_port_present()) {
                write_objects(&modules[i]);
            }
            modules[i].nobjects = 0;
        }
    }
    end();
}

void coverage_end(void)
{
    struct counted kernel = {vmk_coverage_start, (vmk_ByteCount)(vmk_coverage_end - vmk_coverage_start)};

    if (!try_begin() || !debug_port_present()) {
        return;
    }
    write_objects(&kernel);
    for (unsigned i = 0; i < MODULES_MAX; i++) {
        write_objects(&modules[i]);
    }
}

/* What libgcov refers to, and does not call when only lines are counted. */

void *mmap(void *address, vmk_ByteCount len_bytes, int protection, int flags, int fd, vmk_int64 offset);
VMK_ATTRIBUTE_NORETURN void abort(void);

void *mmap(void *address, vmk_ByteCount len_bytes, int protection, int flags, int fd, vmk_int64 offset)
{
    return NULL;
}

void abort(void)
{
    vmk_Panic("libgcov gives up");
}
