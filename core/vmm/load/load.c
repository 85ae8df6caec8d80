/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.c - choosing the protocol, and what all protocols share.
 */
#include "load.h"

#include <core/vmm/guest_memory.h>
#include <core/vmm/vpci.h>
#include <vmkapi/lib/libc.h>

#define EBDA_BASE    0x9fc00u /* Where PCs keep firmware data; nothing there is RAM to anybody. */
#define CHIPSET_BASE 0xfec00000ul

VMK_ReturnStatus vm_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why)
{
    /* Null, null, then flat code and data of 4 GiB (APM vol. 2, 4.7). */
    static const vmk_uint64 gdt[] = {0, 0, 0x00cf9b000000fffful, 0x00cf93000000fffful};
    vmk_StatusValue status = load_write(load, LOAD_GDT, gdt, sizeof(gdt), "its segments", why);

    if (status != VMK_OK) {
        return status;
    }
    *entry = (struct vm_entry){0};
    if (bzimage_claims(&load->kernel)) {
        return bzimage_load(load, entry, why);
    }
    if (multiboot1_claims(&load->kernel)) {
        return multiboot1_load(load, entry, why);
    }
    if (pvh_claims(&load->kernel)) {
        return pvh_load(load, entry, why);
    }
    return diagnose(
        why, VMK_BAD_FORMAT,
        "%s is no kernel that can be started: neither a Linux bzImage, nor an ELF file with a PVH "
        "note or a multiboot header",
        load->kernel.name);
}

unsigned load_memory_map(vmk_uint64 memory_bytes, struct load_memory map[LOAD_MEMORY_MAX])
{
    vmk_uint64 low = memory_bytes < GUEST_LOW_END ? memory_bytes : GUEST_LOW_END;
    unsigned count = 0;

    map[count++] = (struct load_memory){0, EBDA_BASE, LOAD_MEMORY_RAM};
    map[count++] = (struct load_memory){EBDA_BASE, LOAD_KERNEL_MIN - EBDA_BASE, LOAD_MEMORY_RESERVED};
    if (low > LOAD_KERNEL_MIN) {
        map[count++] = (struct load_memory){LOAD_KERNEL_MIN, low - LOAD_KERNEL_MIN, LOAD_MEMORY_RAM};
    }
    map[count++] = (struct load_memory){VPCI_ECAM_BASE, 1ul << 20, LOAD_MEMORY_RESERVED};
    map[count++] = (struct load_memory){CHIPSET_BASE, GUEST_HIGH_BASE - CHIPSET_BASE, LOAD_MEMORY_RESERVED};
    if (memory_bytes > low) {
        map[count++] = (struct load_memory){GUEST_HIGH_BASE, memory_bytes - low, LOAD_MEMORY_RAM};
    }
    return count;
}

vmk_uint64 load_low_end(const struct vm_load *load)
{
    return load->memory_bytes < GUEST_LOW_END ? load->memory_bytes : GUEST_LOW_END;
}

VMK_ReturnStatus load_write(const struct vm_load *load, vmk_uint64 at, const void *bytes, vmk_uint64 len,
                            const char *what, struct diagnosis *why)
{
    vmk_StatusValue status = vdev_memory_write(load->vm, gpa(at), bytes, len);

    if (status == VMK_BAD_ADDR_RANGE) {
        return diagnose(why, VMK_NO_SPACE, "%s: no room for %s, %lu bytes at 0x%lx, in %lu MiB of memory",
                        load->kernel.name, what, len, at, load->memory_bytes >> 20);
    }
    if (status != VMK_OK) {
        return diagnose(why, status, "%s: the machine has no memory left for %s", load->kernel.name, what);
    }
    return VMK_OK;
}

VMK_ReturnStatus load_clear(const struct vm_load *load, vmk_uint64 at, vmk_uint64 len, const char *what,
                            struct diagnosis *why)
{
    static const vmk_uint8 zeroes[VMK_PAGE_SIZE];
    vmk_StatusValue status = VMK_OK;

    while (len > 0 && status == VMK_OK) {
        vmk_uint64 piece = len < sizeof(zeroes) ? len : sizeof(zeroes);

        status = load_write(load, at, zeroes, piece, what, why);
        at += piece;
        len -= piece;
    }
    return status;
}

VMK_ReturnStatus load_command_line(const struct vm_load *load, vmk_uint64 max, struct diagnosis *why)
{
    vmk_uint64 len = vmk_Strlen(load->command_line);

    if (len > max || len >= VMK_PAGE_SIZE) {
        return diagnose(why, VMK_NOT_SUPPORTED, "%s takes a command line of %lu characters; this one has %lu",
                        load->kernel.name, max, len);
    }
    return load_write(load, LOAD_COMMAND_LINE, load->command_line, len + 1, "the command line", why);
}

VMK_ReturnStatus load_module(const struct vm_load *load, const struct vm_image *module, vmk_uint64 floor,
                             vmk_uint64 *end, struct diagnosis *why)
{
    vmk_uint64 pages = (module->len + VMK_PAGE_MASK) & ~VMK_PAGE_MASK, top = *end & ~VMK_PAGE_MASK;

    if (module->len > ~VMK_PAGE_MASK || top < floor || pages > top - floor) {
        return diagnose(why, VMK_NO_SPACE,
                        "%s, %lu bytes, does not fit beside the kernel in %lu MiB of memory", module->name,
                        module->len, load->memory_bytes >> 20);
    }
    *end = top - pages;
    return load_write(load, *end, module->bytes, module->len, module->name, why);
}
