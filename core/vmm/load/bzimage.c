/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bzimage.c - Linux by its 32-bit boot protocol (Linux's Documentation/x86/boot.rst, version 2.12 and later).
 *
 * Of the protocol's two entries the one of 32 bits needs no page tables, and is there in every kernel.
 */
#include "load.h"

#include <vmkapi/lib/libc.h>

/* The setup header in the file; in the zero page ("boot_params") it has the same offsets. */
#define SETUP_SECTS     0x1f1u
#define JUMP            0x200u /* Its second byte says how far the header goes. */
#define MAGIC           0x202u
#define MAGIC_VALUE     0x53726448u /* "HdrS" */
#define VERSION         0x206u
#define VERSION_MIN     0x20cu
#define TYPE_OF_LOADER  0x210u
#define LOADER_UNKNOWN  0xffu
#define LOADFLAGS       0x211u
#define LOADED_HIGH     0x01u
#define RAMDISK_IMAGE   0x218u
#define RAMDISK_SIZE    0x21cu
#define CMD_LINE_PTR    0x228u
#define INITRD_ADDR_MAX 0x22cu
#define CMDLINE_SIZE    0x238u
#define PREF_ADDRESS    0x258u
#define INIT_SIZE       0x260u
#define HEADER_END      0x264u /* Of what is read here. */
#define HEADER_END_MAX  0x290u /* The memory map begins behind. */

/* Fields that only the zero page has. */
#define ACPI_RSDP_ADDR 0x070u
#define E820_ENTRIES   0x1e8u
#define E820_TABLE     0x2d0u
#define E820_BYTES     20u
#define ZERO_PAGE      4096u

#define SECTOR_BYTES   512u
#define KERNEL_BASE    0x100000u

static vmk_uint64 field(const vmk_uint8 *base, unsigned offset, unsigned bytes)
{
    vmk_uint64 value = 0;

    vmk_Memcpy(&value, base + offset, bytes);
    return value;
}

static void set_field(vmk_uint8 *base, unsigned offset, unsigned bytes, vmk_uint64 value)
{
    vmk_Memcpy(base + offset, &value, bytes);
}

bool bzimage_claims(const struct vm_image *image)
{
    return image->len >= HEADER_END && field(image->bytes, MAGIC, 4) == MAGIC_VALUE;
}

/** What is needed of the header. */
struct bzimage {
    const vmk_uint8 *header;
    vmk_uint64 setup_bytes; /**< Real-mode part: the protected-mode kernel is behind it. */
    vmk_uint64 run_end;     /**< It unpacks itself below. */
};

static VMK_ReturnStatus read_header(const struct vm_load *load, struct bzimage *bz, struct diagnosis *why)
{
    const vmk_uint8 *h = bz->header;
    const char *name = load->kernel.name;
    vmk_uint64 sectors = field(h, SETUP_SECTS, 1);

    if (field(h, VERSION, 2) < VERSION_MIN) {
        return diagnose(why, VMK_NOT_SUPPORTED,
                        "%s speaks boot protocol %lu.%lu; 2.12 is the oldest that is known here", name,
                        field(h, VERSION, 2) >> 8, field(h, VERSION, 2) & 0xff);
    }
    if ((field(h, LOADFLAGS, 1) & LOADED_HIGH) == 0) {
        return diagnose(why, VMK_NOT_SUPPORTED, "%s is a zImage, loaded low; a bzImage is wanted", name);
    }
    bz->setup_bytes = ((sectors == 0 ? 4 : sectors) + 1) * SECTOR_BYTES;
    if (bz->setup_bytes >= load->kernel.len) {
        return diagnose(why, VMK_BAD_FORMAT, "%s ends before the kernel that its header tells of", name);
    }
    if (field(h, PREF_ADDRESS, 8) < KERNEL_BASE || field(h, PREF_ADDRESS, 8) >= 1ul << 32) {
        return diagnose(why, VMK_NOT_SUPPORTED, "%s wants to run at 0x%lx", name, field(h, PREF_ADDRESS, 8));
    }
    bz->run_end = field(h, PREF_ADDRESS, 8) + field(h, INIT_SIZE, 4);
    if (KERNEL_BASE + load->kernel.len - bz->setup_bytes > bz->run_end) {
        bz->run_end = KERNEL_BASE + load->kernel.len - bz->setup_bytes;
    }
    if (bz->run_end > load_low_end(load)) {
        return diagnose(why, VMK_NO_SPACE, "%s needs %lu MiB of memory to unpack; the VM has %lu", name,
                        (bz->run_end >> 20) + 1, load->memory_bytes >> 20);
    }
    return VMK_OK;
}

static void add_memory_map(const struct vm_load *load, vmk_uint8 *zero_page)
{
    struct load_memory map[LOAD_MEMORY_MAX];
    unsigned count = load_memory_map(load->memory_bytes, map);

    set_field(zero_page, E820_ENTRIES, 1, count);
    for (unsigned i = 0; i < count; i++) {
        unsigned at = E820_TABLE + i * E820_BYTES;

        set_field(zero_page, at, 8, map[i].base);
        set_field(zero_page, at + 8, 8, map[i].len);
        set_field(zero_page, at + 16, 4, map[i].type);
    }
}

static VMK_ReturnStatus add_initrd(const struct vm_load *load, const struct bzimage *bz, vmk_uint8 *zero_page,
                                   struct diagnosis *why)
{
    vmk_uint64 end = load_low_end(load), max = field(bz->header, INITRD_ADDR_MAX, 4) + 1;
    vmk_StatusValue status;

    if (load->num_modules == 0) {
        return VMK_OK;
    }
    if (load->num_modules > 1) {
        return diagnose(why, VMK_NOT_SUPPORTED, "%s is Linux, which takes one initrd; %u modules are given",
                        load->kernel.name, load->num_modules);
    }
    end = max < end ? max : end;
    status = load_module(load, &load->modules[0], bz->run_end, &end, why);
    set_field(zero_page, RAMDISK_IMAGE, 4, end);
    set_field(zero_page, RAMDISK_SIZE, 4, load->modules[0].len);
    return status;
}

static VMK_ReturnStatus write_zero_page(const struct vm_load *load, const struct bzimage *bz,
                                        struct diagnosis *why)
{
    vmk_uint8 zero_page[ZERO_PAGE] = {0};
    vmk_uint64 header_end = MAGIC + field(bz->header, JUMP + 1, 1);
    vmk_StatusValue status;

    if (header_end < HEADER_END || header_end > HEADER_END_MAX || header_end > load->kernel.len) {
        return diagnose(why, VMK_BAD_FORMAT, "%s has a setup header that ends at 0x%lx", load->kernel.name,
                        header_end);
    }
    vmk_Memcpy(zero_page + SETUP_SECTS, bz->header + SETUP_SECTS, header_end - SETUP_SECTS);
    set_field(zero_page, TYPE_OF_LOADER, 1, LOADER_UNKNOWN);
    set_field(zero_page, CMD_LINE_PTR, 4, LOAD_COMMAND_LINE);
    set_field(zero_page, ACPI_RSDP_ADDR, 8, load->rsdp.value);
    add_memory_map(load, zero_page);
    status = add_initrd(load, bz, zero_page, why);
    if (status != VMK_OK) {
        return status;
    }
    return load_write(load, LOAD_INFO, zero_page, sizeof(zero_page), "Linux's zero page", why);
}

VMK_ReturnStatus bzimage_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why)
{
    struct bzimage bz = {.header = load->kernel.bytes};
    vmk_StatusValue status = read_header(load, &bz, why);

    if (status == VMK_OK) {
        status = load_command_line(load, field(bz.header, CMDLINE_SIZE, 4), why);
    }
    if (status == VMK_OK) {
        status = write_zero_page(load, &bz, why);
    }
    if (status == VMK_OK) {
        status = load_write(load, KERNEL_BASE, bz.header + bz.setup_bytes, load->kernel.len - bz.setup_bytes,
                            "the kernel", why);
    }
    *entry = (struct vm_entry){.eip = KERNEL_BASE, .esi = LOAD_INFO};
    return status;
}
