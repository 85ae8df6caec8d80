/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seal.c - the checksum behind every module file.
 */
#include "image.h"

#include <core/module_format.h>
#include <vmkapi/lib/crc.h>
#include <vmkapi/lib/libc.h>

vmk_Bool seal_is_whole(const void *bytes, vmk_ByteCount len, vmk_ByteCount *elf_len)
{
    struct module_seal seal;

    if (len < sizeof(seal)) {
        return VMK_FALSE;
    }
    *elf_len = len - sizeof(seal);
    vmk_Memcpy(&seal, (const vmk_uint8 *)bytes + *elf_len, sizeof(seal));
    return vmk_Memcmp(seal.magic, MODULE_SEAL_MAGIC, sizeof(seal.magic)) == 0 &&
           seal.checksum == ~vmk_CRC32(~0u, bytes, *elf_len);
}
