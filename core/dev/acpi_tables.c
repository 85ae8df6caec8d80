/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_tables.c - finding an ACPI table long before there is an interpreter (ACPI specification 6.4, 5.2.5
 * on).
 */
#include <core/acpi_tables.h>

#include <core/boot_info.h>
#include <core/paging.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/libc.h>

#define BIOS_AREA_BASE 0xe0000ul
#define BIOS_AREA_END  0x100000ul
#define TABLE_MAX      (16ul << 20)

struct rsdp {
    char signature[8];
    vmk_uint8 checksum;
    char oem_id[6];
    vmk_uint8 revision;
    vmk_uint32 rsdt_ma;
    vmk_uint32 len; /* From revision 2 on. */
    vmk_uint64 xsdt_ma;
    vmk_uint8 extended_checksum, reserved[3];
} VMK_ATTRIBUTE_PACKED;

#define RSDP_V1_BYTES 20

static vmk_Bool sums_to_zero(const void *data, vmk_ByteCount len)
{
    vmk_uint8 sum = 0;

    for (vmk_ByteCount i = 0; i < len; i++) {
        sum += ((const vmk_uint8 *)data)[i];
    }
    return sum == 0;
}

static vmk_Bool is_rsdp(const struct rsdp *rsdp)
{
    return vmk_Memcmp(rsdp->signature, "RSD PTR ", 8) == 0 && sums_to_zero(rsdp, RSDP_V1_BYTES);
}

vmk_MA acpi_find_rsdp(void)
{
    if (boot_info.rsdp != 0) {
        return boot_info.rsdp;
    }
    for (vmk_MA ma = BIOS_AREA_BASE; ma < BIOS_AREA_END; ma += 16) {
        if (is_rsdp(vmk_MA2Ptr(ma))) {
            return ma;
        }
    }
    return 0;
}

/* Make a table of the firmware's readable; some lie in memory that the firmware does not call RAM. */
static const struct acpi_header *see_table(vmk_MA ma)
{
    const struct acpi_header *table = vmk_MA2Ptr(ma);

    if (paging_see_direct(ma, sizeof(*table)) != VMK_OK || table->len < sizeof(*table) ||
        table->len > TABLE_MAX || paging_see_direct(ma, table->len) != VMK_OK ||
        !sums_to_zero(table, table->len)) {
        return NULL;
    }
    return table;
}

/* The RSDT has 32-bit entries, the XSDT 64-bit ones, which need not be aligned. */
static const void *find_in(const struct acpi_header *root, vmk_ByteCount entry_bytes, const char *signature)
{
    const char *entries = (const char *)(root + 1);

    for (vmk_ByteCount at = 0; sizeof(*root) + at + entry_bytes <= root->len; at += entry_bytes) {
        const struct acpi_header *table;
        vmk_MA ma = 0;

        vmk_Memcpy(&ma, entries + at, entry_bytes);
        table = see_table(ma);
        if (table != NULL && vmk_Memcmp(table->signature, signature, 4) == 0) {
            return table;
        }
    }
    return NULL;
}

const void *acpi_find_table(const char *signature)
{
    vmk_MA ma = acpi_find_rsdp();
    const struct rsdp *rsdp = vmk_MA2Ptr(ma);
    const struct acpi_header *root;
    vmk_Bool extended;

    if (ma == 0 || paging_see_direct(ma, sizeof(*rsdp)) != VMK_OK || !is_rsdp(rsdp)) {
        return NULL;
    }
    extended = rsdp->revision >= 2 && rsdp->xsdt_ma != 0;
    root = see_table(extended ? rsdp->xsdt_ma : rsdp->rsdt_ma);
    return root != NULL ? find_in(root, extended ? 8 : 4, signature) : NULL;
}
