/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smbios.h - finding the machine's UUID in firmware's tables (DMTF DSP0134). Trusts nothing it reads.
 */
#ifndef CORE_MGMT_SMBIOS_H
#define CORE_MGMT_SMBIOS_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Where the structure table lies, as an entry point says. */
struct smbios_table {
    vmk_MA base;
    vmk_ByteCount len;
};

/**
 * Search @p area, the BIOS area's @p len bytes, for an entry point, 32 or 64 bits.
 *
 * @return VMK_OK; VMK_NOT_FOUND.
 */
VMK_ReturnStatus smbios_find_entry(const vmk_uint8 *area, vmk_ByteCount len, struct smbios_table *table);

/**
 * Take the UUID from the system information structure, its bytes in the order they are written.
 *
 * @return VMK_OK; VMK_NOT_FOUND when there is none, or it isn't set (all zeros or all ones).
 */
VMK_ReturnStatus smbios_find_uuid(const vmk_uint8 *table, vmk_ByteCount len, vmk_uint8 uuid[16]);

#endif
