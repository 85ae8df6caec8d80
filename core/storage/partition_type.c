/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * partition_type.c - partition types, schemes and GUIDs in words.
 */
#include <core/partition.h>

#include <vmkapi/lib/libc.h>

/** A GUID written as its text is: the first three fields are little-endian on disk. */
#define GUID(a, b, c, d, e)                                                                                  \
    {                                                                                                        \
        {                                                                                                    \
            (a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24, (b)&0xff, (b) >> 8, (c)&0xff,          \
                (c) >> 8, (d) >> 8, (d)&0xff, (vmk_uint8)((e) >> 40), (vmk_uint8)((e) >> 32 & 0xff),         \
                (e) >> 24 & 0xff, (e) >> 16 & 0xff, (e) >> 8 & 0xff, (e)&0xff                                \
        }                                                                                                    \
    }

static const struct {
    struct partition_guid id;
    const char *name;
} gpt_types[] = {
    {GUID(0xc12a7328u, 0xf81f, 0x11d2, 0xba4b, 0x00a0c93ec93bul), "EFI system"},
    {GUID(0x21686148u, 0x6449, 0x6e6f, 0x744e, 0x656564454649ul), "BIOS boot"},
    {GUID(0xebd0a0a2u, 0xb9e5, 0x4433, 0x87c0, 0x68b6b72699c7ul), "Microsoft basic data"},
    {GUID(0xe3c9e316u, 0x0b5c, 0x4db8, 0x817d, 0xf92df00215aeul), "Microsoft reserved"},
    {GUID(0x0fc63dafu, 0x8483, 0x4772, 0x8e79, 0x3d69d8477de4ul), "Linux filesystem"},
    {GUID(0x0657fd6du, 0xa4ab, 0x43c4, 0x84e5, 0x0933c84b4f4ful), "Linux swap"},
    {GUID(0xe6d6d379u, 0xf507, 0x44c2, 0xa23c, 0x238f2a3df928ul), "Linux LVM"},
    {GUID(0xa19d880fu, 0x05fc, 0x4d3b, 0xa006, 0x743f0f84911eul), "Linux RAID"},
    {GUID(0xaa31e02au, 0x400f, 0x11db, 0x9590, 0x000c2911d1b8ul), "VMFS"},
    {GUID(0x9d275380u, 0x40ad, 0x11db, 0xbf97, 0x000c2911d1b8ul), "VMkernel diagnostic"},
};

static const struct {
    vmk_uint8 id;
    const char *name;
} mbr_types[] = {
    {0x01, "FAT12"},         {0x04, "FAT16"},      {0x06, "FAT16"},
    {0x07, "NTFS or exFAT"}, {0x0b, "FAT32"},      {0x0c, "FAT32"},
    {0x0e, "FAT16"},         {0x82, "Linux swap"}, {0x83, "Linux filesystem"},
    {0x8e, "Linux LVM"},     {0xee, "protective"}, {0xef, "EFI system"},
    {0xfb, "VMFS"},          {0xfd, "Linux RAID"}, {0xfc, "VMkernel diagnostic"},
};

const char *partition_type_name(const struct partition_table *table, const struct partition *partition)
{
    if (table->scheme == PARTITION_GPT) {
        for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(gpt_types); i++) {
            if (vmk_Memcmp(&gpt_types[i].id, &partition->type_id, sizeof(partition->type_id)) == 0) {
                return gpt_types[i].name;
            }
        }
        return NULL;
    }
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(mbr_types); i++) {
        if (mbr_types[i].id == partition->type) {
            return mbr_types[i].name;
        }
    }
    return NULL;
}

const char *partition_scheme_name(enum partition_scheme scheme)
{
    static const char *const names[] = {
        [PARTITION_NONE] = "none", [PARTITION_MBR] = "MBR", [PARTITION_GPT] = "GPT"};

    return names[scheme];
}

const char *partition_guid_text(const struct partition_guid *guid, char *text)
{
    const vmk_uint8 *b = guid->bytes;

    vmk_Snprintf(text, PARTITION_GUID_TEXT_MAX,
                 "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", b[3], b[2], b[1],
                 b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return text;
}
