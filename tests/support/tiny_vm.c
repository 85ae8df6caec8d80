/* SPDX-License-Identifier: GPL-2.0-only */
#include "tiny_vm.h"
#include "boot.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_BASE   0x100000u
#define CODE_START  12u /* Behind the multiboot header. */
#define ELF_HEADERS 0x80u
#define MAGIC       0x1badb002u
#define MEMORY      0x1000u /* Zeroes behind the code. */

static void put(uint8_t *at, unsigned bytes, uint32_t value)
{
    memcpy(at, &value, bytes);
}

static void write_file(const struct tiny_vms *vms, const char *name, const char *suffix, const void *bytes,
                       size_t len)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s%s", vms->folder, name, suffix);
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
    fclose(out);
}

/** An ELF32 file with one segment: the multiboot header and the code. */
static void write_kernel(const struct tiny_vms *vms, const char *name, const void *code, size_t len)
{
    uint8_t file[ELF_HEADERS + CODE_START + TINY_VM_CODE_MAX] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    uint8_t *segment = file + ELF_HEADERS;

    ck_assert_uint_le(len, TINY_VM_CODE_MAX);
    put(file + 16, 2, 2);                      /* e_type: executable */
    put(file + 18, 2, 3);                      /* e_machine: 386 */
    put(file + 24, 4, CODE_BASE + CODE_START); /* e_entry */
    put(file + 28, 4, 52);                     /* e_phoff */
    put(file + 42, 2, 32);                     /* e_phentsize */
    put(file + 44, 2, 1);                      /* e_phnum */
    put(file + 52, 4, 1);                      /* p_type: load */
    put(file + 56, 4, ELF_HEADERS);            /* p_offset */
    put(file + 64, 4, CODE_BASE);              /* p_paddr */
    put(file + 68, 4, sizeof file - ELF_HEADERS);
    put(file + 72, 4, MEMORY);
    put(segment, 4, MAGIC);
    put(segment + 8, 4, -MAGIC);
    memcpy(segment + CODE_START, code, len);
    write_file(vms, name, "", file, sizeof file);
}

/** Add to the command that makes the archive. */
static void add(struct tiny_vms *vms, const char *format, ...)
{
    size_t len = strlen(vms->command);
    va_list args;

    va_start(args, format);
    ck_assert_int_lt(vsnprintf(vms->command + len, sizeof vms->command - len, format, args),
                     (int)(sizeof vms->command - len));
    va_end(args);
}

void tiny_vms_init(struct tiny_vms *vms, const char *folder)
{
    char command[512];
    snprintf(command, sizeof command, "mkdir -p %s", folder);
    ck_assert_int_eq(system(command), 0);
    vms->folder = folder;
    vms->command[0] = '\0';
    add(vms, MKARCHIVE " %s/guests", folder);
}

void tiny_vms_add(struct tiny_vms *vms, const char *name, const void *code, size_t len, const char *options)
{
    char text[1024];
    write_kernel(vms, name, code, len);
    add(vms, " vm/%s=%s/%s", name, vms->folder, name);
    snprintf(text, sizeof text, "displayName = \"%s\"\nmemSize = \"8\"\nkernel.file = \"/vm/%s\"\n%s", name,
             name, options);
    tiny_vms_describe(vms, name, text);
}

void tiny_vms_describe(struct tiny_vms *vms, const char *name, const char *text)
{
    write_file(vms, name, ".vmx", text, strlen(text));
    add(vms, " vm/%s.vmx=%s/%s.vmx", name, vms->folder, name);
}

const char *tiny_vms_archive(struct tiny_vms *vms)
{
    char command[2048];
    ck_assert_int_eq(system(vms->command), 0);
    snprintf(vms->archive, sizeof vms->archive, "%s/archive", vms->folder);
    snprintf(command, sizeof command, "cat %s %s/guests >%s", BOOT_ARCHIVE, vms->folder, vms->archive);
    ck_assert_int_eq(system(command), 0);
    return vms->archive;
}
