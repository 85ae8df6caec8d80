/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uuid.c - the machine's UUID: firmware's, or one made up.
 */
#include <core/uuid.h>

#include <vmkapi/core/mapping.h>
#include <vmkapi/lib/libc.h>

#include "smbios.h"

/** Where a BIOS keeps its entry point (DSP0134 5.2.1). */
#define BIOS_AREA       0xf0000ul
#define BIOS_AREA_BYTES 0x10000ul

static char text[UUID_TEXT_MAX];
static const char *source = "random";

const char *uuid_system(void)
{
    return text;
}

const char *uuid_source(void)
{
    return source;
}

static VMK_ReturnStatus find_table(struct smbios_table *table)
{
    vmk_VA area;
    vmk_StatusValue status = vmk_MapMMIO(VMK_VMKERNEL_MODULE_ID, BIOS_AREA, BIOS_AREA_BYTES, &area);

    if (status == VMK_OK) {
        status = smbios_find_entry((const vmk_uint8 *)area, BIOS_AREA_BYTES, table);
        vmk_UnmapMMIO(area);
    }
    return status;
}

static VMK_ReturnStatus read_smbios(vmk_uint8 uuid[16])
{
    struct smbios_table table;
    vmk_StatusValue status = find_table(&table);
    vmk_VA va;

    if (status == VMK_OK) {
        status = vmk_MapMMIO(VMK_VMKERNEL_MODULE_ID, table.base, table.len, &va);
    }
    if (status == VMK_OK) {
        status = smbios_find_uuid((const vmk_uint8 *)va, table.len, uuid);
        vmk_UnmapMMIO(va);
    }
    return status;
}

/** Version 4, variant 1 (RFC 9562, 5.4). */
static void make_random(vmk_uint8 uuid[16])
{
    vmk_uint32 random = vmk_GetRandSeed();
    unsigned i;

    for (i = 0; i < 16; i++) {
        random = vmk_Rand(random);
        uuid[i] = (vmk_uint8)(random >> 8);
    }
    uuid[6] = (vmk_uint8)((uuid[6] & 0x0f) | 0x40);
    uuid[8] = (vmk_uint8)((uuid[8] & 0x3f) | 0x80);
}

void uuid_init(void)
{
    vmk_uint8 u[16];

    if (read_smbios(u) == VMK_OK) {
        source = "SMBIOS";
    } else {
        make_random(u);
    }
    vmk_Snprintf(text, sizeof(text), "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                 u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13],
                 u[14], u[15]);
}
