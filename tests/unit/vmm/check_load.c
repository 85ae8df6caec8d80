/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_load.c - kernels of the three protocols: what is in the guest's memory after, and files that lie.
 */
#include "run.h"
#include "vm_host.h"

#include <stdlib.h>
#include <string.h>

#include "load/load.h"

#define MIB 0x100000u

static struct vm machine;
static struct vm_entry entry;
static struct diagnosis why;

/** A file being made; exactly as long as its bytes, so that the sanitizer sees who reads on. */
struct file {
    uint8_t *bytes;
    size_t len;
};

/* The files of a test end with its process. */
static struct file make_file(size_t len)
{
    static uint8_t *made[1u << 16];
    static unsigned count;
    uint8_t *bytes = calloc(1, len);

    made[count++ % VMK_ARRAY_SIZE(made)] = bytes;
    return (struct file){.bytes = bytes, .len = len};
}

static void put(struct file *file, size_t at, unsigned bytes, uint64_t value)
{
    memcpy(file->bytes + at, &value, bytes);
}

static uint64_t peek(uint64_t at, unsigned bytes)
{
    uint64_t value = 0;

    memcpy(&value, machine.memory + at, bytes);
    return value;
}

static vmk_StatusValue load_with(const struct file *kernel, const struct vm_image *modules, unsigned count,
                                 const char *command_line)
{
    struct vm_load load = {.vm = &machine,
                           .memory_bytes = machine.memory_len,
                           .rsdp = gpa(0xe0000),
                           .kernel = {"kernel", kernel->bytes, kernel->len},
                           .command_line = command_line,
                           .modules = modules,
                           .num_modules = count};

    return vm_load(&load, &entry, &why);
}

static vmk_StatusValue load(const struct file *kernel)
{
    return load_with(kernel, NULL, 0, "quiet");
}

/** The file with one value changed. */
static void refused(const struct file *file, size_t at, unsigned bytes, uint64_t value,
                    vmk_StatusValue status)
{
    struct file copy = make_file(file->len);

    memcpy(copy.bytes, file->bytes, file->len);
    put(&copy, at, bytes, value);
    ck_assert_int_eq(load(&copy), status);
    free(copy.bytes);
}

static void setup(void)
{
    vm_host_init(&machine, 64 * MIB);
}

/* Linux. */

#define SETUP_BYTES 0x600u /* Two sectors and the boot sector. */

static struct file make_bzimage(size_t payload)
{
    struct file file = make_file(SETUP_BYTES + payload);

    put(&file, 0x1f1, 1, 2);
    put(&file, 0x201, 1, 0x66); /* Header ends at 0x268. */
    put(&file, 0x202, 4, 0x53726448);
    put(&file, 0x206, 2, 0x20f);
    put(&file, 0x211, 1, 1);
    put(&file, 0x22c, 4, 0x7fffffff);
    put(&file, 0x238, 4, 2047);
    put(&file, 0x258, 8, 16 * MIB);
    put(&file, 0x260, 4, 8 * MIB);
    for (size_t i = 0; i < payload; i++) {
        file.bytes[SETUP_BYTES + i] = (uint8_t)(i * 7);
    }
    return file;
}

START_TEST(linux_finds_all_it_needs)
{
    struct file file = make_bzimage(100000);
    static const char initrd[5000] = "initrd";
    struct vm_image module = {"initrd", initrd, sizeof(initrd)};
    uint64_t ramdisk;

    ck_assert_int_eq(load_with(&file, &module, 1, "console=ttyS0"), VMK_OK);
    ck_assert_uint_eq(entry.eip, MIB);
    ck_assert(memcmp(machine.memory + MIB, file.bytes + SETUP_BYTES, 100000) == 0);
    ck_assert_uint_eq(entry.esi, LOAD_INFO);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x202, 4), 0x53726448);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x210, 1), 0xff);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x070, 8), 0xe0000);
    ck_assert_str_eq((char *)machine.memory + peek(LOAD_INFO + 0x228, 4), "console=ttyS0");
    ramdisk = peek(LOAD_INFO + 0x218, 4);
    ck_assert_uint_eq(ramdisk, 64 * MIB - 0x2000);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x21c, 4), sizeof(initrd));
    ck_assert(memcmp(machine.memory + ramdisk, initrd, sizeof(initrd)) == 0);
    /* The memory map: RAM, hole, RAM to the end, ECAM, chipset. */
    ck_assert_uint_eq(peek(LOAD_INFO + 0x1e8, 1), 5);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x2d0, 8), 0);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x2d0 + 8, 8), 0x9fc00);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x2d0 + 40, 8), MIB);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x2d0 + 48, 8), 63 * MIB);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x2d0 + 56, 4), 1);
    /* Its segments. */
    ck_assert_uint_eq(peek(LOAD_GDT + LOAD_CODE_SELECTOR, 8), 0x00cf9b000000ffff);
    ck_assert_uint_eq(peek(LOAD_GDT + LOAD_DATA_SELECTOR, 8), 0x00cf93000000ffff);
}
END_TEST

START_TEST(an_initrd_stays_out_of_linuxs_way)
{
    struct file file = make_bzimage(1000);
    char *big = calloc(1, 40 * MIB + 1);
    struct vm_image module = {"initrd", big, 40 * MIB};

    ck_assert_int_eq(load_with(&file, &module, 1, ""), VMK_OK);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x218, 4), 24 * MIB);
    module.len++;
    ck_assert_int_eq(load_with(&file, &module, 1, ""), VMK_NO_SPACE);
    ck_assert_ptr_nonnull(strstr(why.text, "initrd"));
    module.len = 100;
    put(&file, 0x22c, 4, 32 * MIB - 1);
    ck_assert_int_eq(load_with(&file, &module, 1, ""), VMK_OK);
    ck_assert_uint_eq(peek(LOAD_INFO + 0x218, 4), 32 * MIB - 0x1000);
    free(big);
}
END_TEST

START_TEST(a_linux_that_lies_is_refused)
{
    struct file file = make_bzimage(1000);

    refused(&file, 0x206, 2, 0x20b, VMK_NOT_SUPPORTED);
    refused(&file, 0x211, 1, 0, VMK_NOT_SUPPORTED);
    refused(&file, 0x1f1, 1, 200, VMK_BAD_FORMAT);
    refused(&file, 0x201, 1, 0x10, VMK_BAD_FORMAT);
    refused(&file, 0x201, 1, 0xff, VMK_BAD_FORMAT);
    refused(&file, 0x258, 8, ~0ul, VMK_NOT_SUPPORTED);
    refused(&file, 0x258, 8, 0, VMK_NOT_SUPPORTED);
    refused(&file, 0x260, 4, 0xffffffff, VMK_NO_SPACE);
    refused(&file, 0x238, 4, 4, VMK_NOT_SUPPORTED);
    refused(&file, 0x202, 4, 0, VMK_BAD_FORMAT);
}
END_TEST

START_TEST(linux_takes_one_initrd)
{
    struct file file = make_bzimage(1000);
    struct vm_image modules[2] = {{"a", "a", 1}, {"b", "b", 1}};

    ck_assert_int_eq(load_with(&file, modules, 2, ""), VMK_NOT_SUPPORTED);
}
END_TEST

/* ELF files: a header, two program headers, a note, code. */

#define CODE_OFFSET 0x200u

static struct file make_elf64(void)
{
    struct file file = make_file(0x1000);

    put(&file, 0, 4, 0x464c457f);
    put(&file, 4, 1, 2);
    put(&file, 5, 1, 1);
    put(&file, 16, 2, 2);
    put(&file, 18, 2, 62);
    put(&file, 24, 8, 0xffffffff80000000);
    put(&file, 32, 8, 64);
    put(&file, 54, 2, 56);
    put(&file, 56, 2, 2);
    put(&file, 64, 4, 1); /* Load 0x300 bytes of code, and as many zeroes, to 2 MiB. */
    put(&file, 64 + 8, 8, CODE_OFFSET);
    put(&file, 64 + 24, 8, 2 * MIB);
    put(&file, 64 + 32, 8, 0x300);
    put(&file, 64 + 40, 8, 0x600);
    put(&file, 120, 4, 4);
    put(&file, 120 + 8, 8, 0x180);
    put(&file, 120 + 32, 8, 36);
    put(&file, 0x180, 4, 4); /* Somebody's note, then Xen's. */
    put(&file, 0x184, 4, 0);
    put(&file, 0x190, 4, 4);
    put(&file, 0x194, 4, 4);
    put(&file, 0x198, 4, 18);
    memcpy(file.bytes + 0x19c, "Xen", 4);
    put(&file, 0x1a0, 4, 2 * MIB + 0x10);
    memset(file.bytes + CODE_OFFSET, 0xcc, 0x300);
    return file;
}

START_TEST(pvh_finds_all_it_needs)
{
    struct file file = make_elf64();
    struct vm_image modules[2] = {{"a", "first", 6}, {"b", "second", 7}};
    uint64_t list, at;

    memset(machine.memory + 2 * MIB, 0x55, 0x1000);
    ck_assert_int_eq(load_with(&file, modules, 2, "hello"), VMK_OK);
    ck_assert_uint_eq(entry.eip, 2 * MIB + 0x10);
    ck_assert_uint_eq(entry.ebx, LOAD_INFO);
    ck_assert_uint_eq(peek(2 * MIB + 0x2ff, 1), 0xcc);
    ck_assert_uint_eq(peek(2 * MIB + 0x300, 8), 0);
    ck_assert_uint_eq(peek(2 * MIB + 0x5ff, 1), 0);
    ck_assert_uint_eq(peek(2 * MIB + 0x600, 1), 0x55);
    ck_assert_uint_eq(peek(LOAD_INFO, 4), 0x336ec578);
    ck_assert_uint_eq(peek(LOAD_INFO + 4, 4), 1);
    ck_assert_uint_eq(peek(LOAD_INFO + 12, 4), 2);
    list = peek(LOAD_INFO + 16, 8);
    at = peek(list, 8);
    ck_assert_str_eq((char *)machine.memory + at, "first");
    ck_assert_uint_eq(peek(list + 8, 8), 6);
    ck_assert_str_eq((char *)machine.memory + peek(list + 32, 8), "second");
    ck_assert_str_eq((char *)machine.memory + peek(LOAD_INFO + 24, 8), "hello");
    ck_assert_uint_eq(peek(LOAD_INFO + 32, 8), 0xe0000);
    ck_assert_uint_eq(peek(LOAD_INFO + 48, 4), 5);
    ck_assert_uint_eq(peek(peek(LOAD_INFO + 40, 8) + 8, 8), 0x9fc00);
}
END_TEST

START_TEST(an_elf_file_that_lies_is_refused)
{
    struct file file = make_elf64();

    refused(&file, 4, 1, 7, VMK_BAD_FORMAT);
    refused(&file, 18, 2, 40, VMK_BAD_FORMAT);
    refused(&file, 32, 8, 0xfff, VMK_BAD_FORMAT);
    refused(&file, 32, 8, ~0ul, VMK_BAD_FORMAT);
    refused(&file, 56, 2, 0, VMK_BAD_FORMAT);
    refused(&file, 56, 2, 0xffff, VMK_BAD_FORMAT);
    refused(&file, 54, 2, 1, VMK_BAD_FORMAT);
    refused(&file, 64 + 8, 8, 0xe00, VMK_BAD_FORMAT);
    refused(&file, 64 + 8, 8, ~0ul, VMK_BAD_FORMAT);
    refused(&file, 64 + 32, 8, 0x601, VMK_BAD_FORMAT);
    refused(&file, 64 + 24, 8, 0x1000, VMK_BAD_FORMAT);
    refused(&file, 64 + 24, 8, 64 * MIB - 0x500, VMK_NO_SPACE);
    refused(&file, 64 + 24, 8, ~0ul, VMK_NO_SPACE);
    refused(&file, 64 + 40, 8, ~0ul, VMK_NO_SPACE);
    refused(&file, 0x198, 4, 17, VMK_BAD_FORMAT);
    refused(&file, 0x180, 4, 0xffffffff, VMK_BAD_FORMAT);
}
END_TEST

/* Multiboot. */

static struct file make_multiboot(void)
{
    struct file file = make_file(0x1000);

    put(&file, 0, 4, 0x464c457f);
    put(&file, 4, 1, 1);
    put(&file, 5, 1, 1);
    put(&file, 16, 2, 2);
    put(&file, 18, 2, 3);
    put(&file, 24, 4, MIB + 0x40);
    put(&file, 28, 4, 52);
    put(&file, 42, 2, 32);
    put(&file, 44, 2, 1);
    put(&file, 52, 4, 1);
    put(&file, 52 + 4, 4, CODE_OFFSET);
    put(&file, 52 + 12, 4, MIB);
    put(&file, 52 + 16, 4, 0x300);
    put(&file, 52 + 20, 4, 0x400);
    put(&file, CODE_OFFSET, 4, 0x1badb002);
    put(&file, CODE_OFFSET + 4, 4, 3);
    put(&file, CODE_OFFSET + 8, 4, -0x1badb002 - 3);
    return file;
}

START_TEST(multiboot_finds_all_it_needs)
{
    struct file file = make_multiboot();
    struct vm_image module = {"/vm/module", "contents", 9};
    uint64_t list;

    ck_assert_int_eq(load_with(&file, &module, 1, "hello"), VMK_OK);
    ck_assert_uint_eq(entry.eip, MIB + 0x40);
    ck_assert_uint_eq(entry.eax, 0x2badb002);
    ck_assert_uint_eq(entry.ebx, LOAD_INFO);
    ck_assert_uint_eq(peek(MIB, 4), 0x1badb002);
    ck_assert_uint_eq(peek(LOAD_INFO, 4), 0x24d);
    ck_assert_uint_eq(peek(LOAD_INFO + 4, 4), 639);
    ck_assert_uint_eq(peek(LOAD_INFO + 8, 4), 63 * 1024);
    ck_assert_str_eq((char *)machine.memory + peek(LOAD_INFO + 16, 4), "hello");
    ck_assert_uint_eq(peek(LOAD_INFO + 20, 4), 1);
    list = peek(LOAD_INFO + 24, 4);
    ck_assert_str_eq((char *)machine.memory + peek(list, 4), "contents");
    ck_assert_uint_eq(peek(list + 4, 4) - peek(list, 4), 9);
    ck_assert_str_eq((char *)machine.memory + peek(list + 8, 4), "/vm/module");
    ck_assert_uint_eq(peek(LOAD_INFO + 44, 4), 5 * 24);
    list = peek(LOAD_INFO + 48, 4);
    ck_assert_uint_eq(peek(list, 4), 20);
    ck_assert_uint_eq(peek(list + 12, 8), 0x9fc00);
    ck_assert_uint_eq(peek(list + 20, 4), 1);
}
END_TEST

START_TEST(multiboot_that_wants_more_is_refused)
{
    struct file file = make_multiboot();
    struct file copy = make_file(file.len);

    memcpy(copy.bytes, file.bytes, file.len);
    put(&copy, CODE_OFFSET + 4, 4, 7);
    put(&copy, CODE_OFFSET + 8, 4, -0x1badb002 - 7);
    ck_assert_int_eq(load(&copy), VMK_NOT_SUPPORTED);
    /* Without its header it is an ELF file like others. */
    refused(&file, CODE_OFFSET + 8, 4, 0, VMK_BAD_FORMAT);
    file = make_elf64();
    memcpy(copy.bytes, file.bytes, file.len);
    put(&copy, 0xc00, 4, 0x1badb002);
    put(&copy, 0xc08, 4, -0x1badb002);
    ck_assert_int_eq(load(&copy), VMK_NOT_SUPPORTED);
    ck_assert_ptr_nonnull(strstr(why.text, "ELF32"));
}
END_TEST

START_TEST(what_is_no_kernel_is_refused)
{
    for (size_t len = 0; len < 700; len += 13) {
        struct file file = make_file(len);

        ck_assert_int_eq(load(&file), VMK_BAD_FORMAT);
        free(file.bytes);
    }
}
END_TEST

/* Whatever is in the file: a status, and no byte read beyond it. */
START_TEST(files_cut_off_anywhere_do_no_harm)
{
    struct file files[] = {make_bzimage(100), make_elf64(), make_multiboot()};

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(files); i++) {
        for (size_t len = 0; len < files[i].len; len += 1 + len / 64) {
            struct file cut = make_file(len);

            memcpy(cut.bytes, files[i].bytes, len);
            (void)load(&cut);
            free(cut.bytes);
        }
    }
}
END_TEST

START_TEST(files_damaged_anywhere_do_no_harm)
{
    struct file files[] = {make_bzimage(100), make_elf64(), make_multiboot()};

    for (unsigned round = 0; round < 20000; round++) {
        const struct file *file = &files[round % VMK_ARRAY_SIZE(files)];
        struct file damaged = make_file(file->len);

        memcpy(damaged.bytes, file->bytes, file->len);
        for (int i = rand() % 8; i >= 0; i--) {
            damaged.bytes[(size_t)rand() % 0x280] = (uint8_t)(rand() % 3 == 0 ? 0xff : rand());
        }
        (void)load(&damaged);
        free(damaged.bytes);
    }
}
END_TEST

RUN_TESTS_AFTER(setup, linux_finds_all_it_needs, an_initrd_stays_out_of_linuxs_way,
                a_linux_that_lies_is_refused, linux_takes_one_initrd, pvh_finds_all_it_needs,
                an_elf_file_that_lies_is_refused, multiboot_finds_all_it_needs,
                multiboot_that_wants_more_is_refused, what_is_no_kernel_is_refused,
                files_cut_off_anywhere_do_no_harm, files_damaged_anywhere_do_no_harm)
