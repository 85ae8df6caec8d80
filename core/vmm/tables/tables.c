/* SPDX-License-Identifier: GPL-2.0-only */
#include <core/vmm/tables.h>

#include "acpi_tables.h"
#include "smbios_tables.h"

#define AREA_BYTES  0x4000u
#define SMBIOS_BASE 0xf0000ul /* Its entry point is looked for from here on (DSP0134 5.2.2). */

typedef void (*builder)(struct table_area *area, const struct vm_tables_config *config);

static VMK_ReturnStatus build_at(struct vm *vm, vmk_HeapID heap, vmk_uint64 base, builder build,
                                 const struct vm_tables_config *config)
{
    struct table_area area = {.base = base, .bytes = vmk_HeapAlloc(heap, AREA_BYTES), .capacity = AREA_BYTES};
    vmk_StatusValue status = VMK_NO_SPACE;

    if (area.bytes == NULL) {
        return VMK_NO_MEMORY;
    }
    build(&area, config);
    if (!area.full) {
        status = vdev_memory_write(vm, gpa(base), area.bytes, area.len);
    }
    vmk_HeapFree(heap, area.bytes);
    return status;
}

VMK_ReturnStatus vm_tables_build(struct vm *vm, vmk_HeapID heap, const struct vm_tables_config *config,
                                 gpa_t *rsdp)
{
    vmk_StatusValue status = build_at(vm, heap, VM_TABLES_BASE, acpi_tables_put, config);

    if (status != VMK_OK) {
        return status;
    }
    *rsdp = gpa(VM_TABLES_BASE);
    return build_at(vm, heap, SMBIOS_BASE, smbios_tables_put, config);
}
