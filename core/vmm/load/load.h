/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.h - a guest's kernel into its memory, and how its boot processor begins.
 *
 * Kernels are Linux bzImages, PVH ELF64 and multiboot ELF32 files; which, the file itself tells. All begin
 * alike: protected mode, no paging, flat segments, interrupts off. What a loader leaves for the kernel lies
 * below 1 MiB, at the addresses below; the kernel itself lies above, and modules at the end of the memory
 * below 4 GiB.
 *
 * Hardware-free. Any bytes may be in the files: what is wrong with them is said in *why, and the guest's
 * memory is all that was touched. Context: world.
 */
#ifndef VMM_LOAD_H
#define VMM_LOAD_H

#include <stdbool.h>

#include <core/diagnosis.h>
#include <core/vmm/vdev.h>

#define LOAD_GDT           0x1000u
#define LOAD_INFO          0x2000u /**< What the boot protocol has the kernel find: 4 KiB. */
#define LOAD_LISTS         0x3000u /**< What that points to: 4 KiB. */
#define LOAD_COMMAND_LINE  0x4000u /**< 4 KiB. */
#define LOAD_KERNEL_MIN    0x100000u

#define LOAD_CODE_SELECTOR 0x10u
#define LOAD_DATA_SELECTOR 0x18u

struct vm_image {
    const char *name; /**< For messages. */
    const void *bytes;
    vmk_uint64 len;
};

/** What is to be loaded. */
struct vm_load {
    struct vm *vm;
    vmk_uint64 memory_bytes;
    gpa_t rsdp;
    struct vm_image kernel;
    const char *command_line;
    const struct vm_image *modules;
    vmk_uint32 num_modules;
};

/** The boot processor's registers; the others are 0. */
struct vm_entry {
    vmk_uint32 eip, eax, ebx, esi;
};

/**
 * Load the kernel by the protocol it is made for, and a GDT with the two flat segments.
 *
 * @return VMK_OK; VMK_BAD_FORMAT: no kernel, or a broken one; VMK_NOT_SUPPORTED: one that wants what is not
 * there; VMK_NO_SPACE: the guest's memory is too small; VMK_NO_MEMORY: the host's is.
 */
VMK_ReturnStatus vm_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why);

/* The protocols. _claims: the file is one of theirs, if perhaps a broken one. */
bool bzimage_claims(const struct vm_image *image);
VMK_ReturnStatus bzimage_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why);
bool pvh_claims(const struct vm_image *image);
VMK_ReturnStatus pvh_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why);
bool multiboot1_claims(const struct vm_image *image);
VMK_ReturnStatus multiboot1_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why);

/* What they share. */

#define LOAD_MEMORY_RAM      1u
#define LOAD_MEMORY_RESERVED 2u
#define LOAD_MEMORY_MAX      6

/** A range of the guest's memory map, in the numbers of ACPI's and all three protocols' types. */
struct load_memory {
    vmk_uint64 base, len;
    vmk_uint32 type;
};

/** List the guest's memory. @return how many ranges there are. */
unsigned load_memory_map(vmk_uint64 memory_bytes, struct load_memory map[LOAD_MEMORY_MAX]);

/** Where the memory below 4 GiB ends. */
vmk_uint64 load_low_end(const struct vm_load *load);

/** Write to the guest; @p what is being written, for *why. @return VMK_OK, VMK_NO_SPACE, VMK_NO_MEMORY. */
VMK_ReturnStatus load_write(const struct vm_load *load, vmk_uint64 at, const void *bytes, vmk_uint64 len,
                            const char *what, struct diagnosis *why);
VMK_ReturnStatus load_clear(const struct vm_load *load, vmk_uint64 at, vmk_uint64 len, const char *what,
                            struct diagnosis *why);

/** Write the command line with its NUL. @return as load_write(); VMK_NOT_SUPPORTED: over @p max characters.
 */
VMK_ReturnStatus load_command_line(const struct vm_load *load, vmk_uint64 max, struct diagnosis *why);

/**
 * Put a module as high as it goes below @p *end, which comes down to where it begins, a page's boundary.
 *
 * @param floor  it must not reach below. @return as load_write().
 */
VMK_ReturnStatus load_module(const struct vm_load *load, const struct vm_image *module, vmk_uint64 floor,
                             vmk_uint64 *end, struct diagnosis *why);

#endif
