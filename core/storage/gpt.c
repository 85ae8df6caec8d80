/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gpt.c - GUID partition tables (UEFI 2.10, 5.3): two copies of a header, each with an array of entries.
 *
 * The array is read twice, for its checksum and for its entries; a disk that answers differently the second
 * time gives other entries, which are checked like any.
 */
#include "partition_parse.h"

#include <vmkapi/lib/crc.h>
#include <vmkapi/lib/libc.h>

#define SIGNATURE       0x5452415020494645ul /* "EFI PART" */
#define REVISION        0x00010000u
#define HEADER_MIN      92u
#define PRIMARY         1ul
#define ENTRY_MIN       128u
#define ENTRY_MAX       4096u
#define ARRAY_MAX_BYTES (1ul << 20)
#define NAME_UNITS      36u

/** 5.3.2, table 5.5. */
struct gpt_header {
    vmk_uint64 signature;
    vmk_uint32 revision;
    vmk_uint32 header_bytes;
    vmk_uint32 header_crc;
    vmk_uint32 reserved;
    vmk_uint64 my_block;
    vmk_uint64 alternate_block;
    vmk_uint64 first_usable;
    vmk_uint64 last_usable;
    struct partition_guid disk;
    vmk_uint64 array_block;
    vmk_uint32 num_entries;
    vmk_uint32 entry_bytes;
    vmk_uint32 array_crc;
} VMK_ATTRIBUTE_PACKED;

/** 5.3.3, table 5.6. */
struct gpt_entry {
    struct partition_guid type;
    struct partition_guid id;
    vmk_uint64 first;
    vmk_uint64 last;
    vmk_uint64 attributes;
    vmk_uint16 name[NAME_UNITS];
};

VMK_STATIC_ASSERT(sizeof(struct gpt_header) == HEADER_MIN && sizeof(struct gpt_entry) == ENTRY_MIN,
                  "these are layouts on disk");
VMK_STATIC_ASSERT(PARTITION_BUFFER_BYTES % ENTRY_MAX == 0, "no entry lies across the end of the buffer");

static vmk_uint64 array_bytes(const struct gpt_header *h)
{
    return (vmk_uint64)h->num_entries * h->entry_bytes;
}

static vmk_uint64 array_blocks(const struct partition_source *source, const struct gpt_header *h)
{
    return (array_bytes(h) + source->block_size - 1) / source->block_size;
}

/** The checksum is over the header with its own field zero (5.3.2). */
static bool header_crc_fits(const vmk_uint8 *block, const struct gpt_header *h)
{
    static const vmk_uint8 zero[sizeof(h->header_crc)];
    const vmk_uint32 at = __builtin_offsetof(struct gpt_header, header_crc);
    vmk_uint32 crc = vmk_CRC32(~0u, block, at);

    crc = vmk_CRC32(crc, zero, sizeof(zero));
    crc = vmk_CRC32(crc, block + at + sizeof(zero), h->header_bytes - at - sizeof(zero));
    return ~crc == h->header_crc;
}

/** What follows is checked although the checksum fits: a checksum says who wrote, not that he was right. */
static VMK_ReturnStatus check_array(const struct partition_source *source, const struct gpt_header *h,
                                    struct diagnosis *why)
{
    vmk_uint64 first = h->array_block;

    if (h->entry_bytes < ENTRY_MIN || h->entry_bytes > ENTRY_MAX ||
        (h->entry_bytes & (h->entry_bytes - 1)) != 0) {
        return diagnose(why, VMK_BAD_FORMAT,
                        "its entries have %u bytes, which is no power of two from %u to %u", h->entry_bytes,
                        ENTRY_MIN, ENTRY_MAX);
    }
    if (h->num_entries == 0 || array_bytes(h) > ARRAY_MAX_BYTES) {
        return diagnose(why, VMK_BAD_FORMAT,
                        "it has %u entries of %u bytes; from one entry to %lu bytes are read", h->num_entries,
                        h->entry_bytes, ARRAY_MAX_BYTES);
    }
    if (first >= source->num_blocks || array_blocks(source, h) > source->num_blocks - first) {
        return diagnose(why, VMK_BAD_FORMAT, "its entries, from block %lu on, lie outside the disk", first);
    }
    if (first + array_blocks(source, h) > h->first_usable && first <= h->last_usable) {
        return diagnose(why, VMK_BAD_FORMAT, "its entries, from block %lu on, lie where partitions may be",
                        first);
    }
    if (h->my_block >= first && h->my_block - first < array_blocks(source, h)) {
        return diagnose(why, VMK_BAD_FORMAT, "its entries, from block %lu on, lie across the header", first);
    }
    return VMK_OK;
}

static VMK_ReturnStatus check_range(const struct partition_source *source, const struct gpt_header *h,
                                    struct diagnosis *why)
{
    vmk_uint64 first = h->my_block == PRIMARY ? h->my_block : h->alternate_block;
    vmk_uint64 second = h->my_block == PRIMARY ? h->alternate_block : h->my_block;

    if (first != PRIMARY || second == PRIMARY) {
        return diagnose(why, VMK_BAD_FORMAT, "it says that the other copy is at block %lu",
                        h->alternate_block);
    }
    if (second >= source->num_blocks || h->last_usable >= source->num_blocks) {
        return diagnose(why, VMK_BAD_FORMAT,
                        "it is of a disk that had at least %lu blocks, while this one has %lu",
                        (second > h->last_usable ? second : h->last_usable) + 1, source->num_blocks);
    }
    if (h->first_usable <= first || h->last_usable >= second || h->first_usable > h->last_usable) {
        return diagnose(why, VMK_BAD_FORMAT, "blocks %lu to %lu cannot be what partitions may use",
                        h->first_usable, h->last_usable);
    }
    return VMK_OK;
}

/** Read and check the header at @p at, but for its entries' checksum. */
static VMK_ReturnStatus read_header(struct partition_source *source, vmk_uint64 at, struct gpt_header *h,
                                    struct diagnosis *why)
{
    vmk_StatusValue status = source->read(source, at, 1, source->buffer);

    if (status != VMK_OK) {
        return diagnose(why, VMK_BAD_FORMAT, "it cannot be read (%s)", vmk_StatusToString(status));
    }
    vmk_Memcpy(h, source->buffer, sizeof(*h));
    if (h->signature != SIGNATURE) {
        return diagnose(why, VMK_BAD_FORMAT, "it has no signature");
    }
    if (h->revision != REVISION) {
        return diagnose(why, VMK_BAD_FORMAT, "its revision is 0x%x, not 0x%x", h->revision, REVISION);
    }
    if (h->header_bytes < HEADER_MIN || h->header_bytes > source->block_size) {
        return diagnose(why, VMK_BAD_FORMAT, "it says it has %u bytes", h->header_bytes);
    }
    if (!header_crc_fits(source->buffer, h)) {
        return diagnose(why, VMK_BAD_FORMAT, "its checksum is wrong");
    }
    if (h->my_block != at) {
        return diagnose(why, VMK_BAD_FORMAT, "it says it is at block %lu", h->my_block);
    }
    status = check_range(source, h, why);
    return status == VMK_OK ? check_array(source, h, why) : status;
}

/** Read the part of the array from byte @p done on to the buffer. @return its length, 0 if it can't be read.
 */
static vmk_uint32 read_part(struct partition_source *source, const struct gpt_header *h, vmk_uint64 done)
{
    vmk_uint64 left = array_bytes(h) - done;
    vmk_uint32 bytes = (vmk_uint32)(left < PARTITION_BUFFER_BYTES ? left : PARTITION_BUFFER_BYTES);
    vmk_uint32 blocks = (bytes + source->block_size - 1) / source->block_size;
    vmk_StatusValue status =
        source->read(source, h->array_block + done / source->block_size, blocks, source->buffer);

    return status == VMK_OK ? bytes : 0;
}

static VMK_ReturnStatus check_array_crc(struct partition_source *source, const struct gpt_header *h,
                                        struct diagnosis *why)
{
    vmk_uint32 crc = ~0u, part;

    for (vmk_uint64 done = 0; done < array_bytes(h); done += part) {
        part = read_part(source, h, done);
        if (part == 0) {
            return diagnose(why, VMK_BAD_FORMAT, "its entries, from block %lu on, cannot be read",
                            h->array_block);
        }
        crc = vmk_CRC32(crc, source->buffer, part);
    }
    if (~crc != h->array_crc) {
        return diagnose(why, VMK_BAD_FORMAT, "the checksum of its entries, from block %lu on, is wrong",
                        h->array_block);
    }
    return VMK_OK;
}

static VMK_ReturnStatus read_copy(struct partition_source *source, vmk_uint64 at, struct gpt_header *h,
                                  struct diagnosis *why)
{
    vmk_StatusValue status = read_header(source, at, h, why);

    return status == VMK_OK ? check_array_crc(source, h, why) : status;
}

static bool guid_is_zero(const struct partition_guid *guid)
{
    static const struct partition_guid zero;

    return vmk_Memcmp(guid, &zero, sizeof(zero)) == 0;
}

/** The code point at @p units[*i]; surrogates that are no pair are U+FFFD. */
static vmk_uint32 next_code_point(const vmk_uint16 *units, vmk_uint32 *i)
{
    vmk_uint32 unit = units[(*i)++];

    if (unit < 0xd800 || unit > 0xdfff) {
        return unit;
    }
    if (unit < 0xdc00 && *i < NAME_UNITS && units[*i] >= 0xdc00 && units[*i] <= 0xdfff) {
        return 0x10000 + ((unit - 0xd800) << 10) + (units[(*i)++] - 0xdc00u);
    }
    return 0xfffd;
}

static char *put_utf8(char *to, vmk_uint32 c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/** A name goes to terminals: no control characters (C0, DEL, C1). */
static void convert_name(const vmk_uint16 *units, char *name)
{
    VMK_STATIC_ASSERT(PARTITION_NAME_MAX == 3 * NAME_UNITS + 1, "three bytes a unit at most");

    for (vmk_uint32 i = 0; i < NAME_UNITS && units[i] != 0;) {
        vmk_uint32 c = next_code_point(units, &i);

        name = put_utf8(name, c < 0x20 || (c >= 0x7f && c < 0xa0) ? '?' : c);
    }
    *name = '\0';
}

static void warn_of_twin(struct partition_source *source, struct partition_table *table,
                         const struct partition *partition)
{
    for (vmk_uint32 i = 0; i < table->count; i++) {
        if (vmk_Memcmp(&table->partitions[i].id, &partition->id, sizeof(partition->id)) == 0) {
            partition_tell(source, table,
                           "partitions %u and %u have the same GUID; give one of them another, lest they be "
                           "confused",
                           table->partitions[i].number, partition->number);
            return;
        }
    }
}

static void add_entry(struct partition_source *source, struct partition_table *table,
                      const struct gpt_header *h, vmk_uint32 number, const struct gpt_entry *entry)
{
    struct partition partition = {.number = number,
                                  .first_block = entry->first,
                                  .num_blocks = entry->last - entry->first + 1,
                                  .attributes = entry->attributes,
                                  .type_id = entry->type,
                                  .id = entry->id};

    if (entry->first < h->first_usable || entry->last > h->last_usable || entry->first > entry->last) {
        partition_tell(source, table,
                       "partition %u (blocks %lu to %lu) does not lie within what partitions may use (blocks "
                       "%lu to %lu); it is left out: correct the table",
                       number, entry->first, entry->last, h->first_usable, h->last_usable);
        return;
    }
    convert_name(entry->name, partition.name);
    warn_of_twin(source, table, &partition);
    partition_add(source, table, &partition);
}

static VMK_ReturnStatus add_entries(struct partition_source *source, struct partition_table *table,
                                    const struct gpt_header *h)
{
    vmk_uint32 number = 0, part;
    struct gpt_entry entry;

    for (vmk_uint64 done = 0; done < array_bytes(h); done += part) {
        part = read_part(source, h, done);
        if (part == 0) {
            partition_tell(source, table,
                           "the GPT's entries could be read once, but not again: look at the disk");
            table->count = 0;
            return VMK_BAD_FORMAT;
        }
        for (vmk_uint32 at = 0; at < part; at += h->entry_bytes) {
            vmk_Memcpy(&entry, (const char *)source->buffer + at, sizeof(entry));
            number++;
            if (!guid_is_zero(&entry.type)) {
                add_entry(source, table, h, number, &entry);
            }
        }
    }
    return VMK_OK;
}

/** What both copies must agree in (5.3.2: the backup is of the same contents). */
static bool headers_agree(const struct gpt_header *a, const struct gpt_header *b)
{
    return a->first_usable == b->first_usable && a->last_usable == b->last_usable &&
           vmk_Memcmp(&a->disk, &b->disk, sizeof(a->disk)) == 0 && a->num_entries == b->num_entries &&
           a->entry_bytes == b->entry_bytes && a->array_crc == b->array_crc &&
           a->alternate_block == b->my_block;
}

/** The first copy is good: it is used, whatever the second one is. */
static void look_at_backup(struct partition_source *source, struct partition_table *table,
                           const struct gpt_header *primary)
{
    vmk_uint64 at = primary->alternate_block;
    struct gpt_header backup = {0};
    struct diagnosis why;

    if (at != source->num_blocks - 1) {
        partition_tell(
            source, table,
            "the GPT's second copy is at block %lu, not at the disk's end (block %lu): the disk has "
            "grown; move it there with a partitioning tool",
            at, source->num_blocks - 1);
    }
    if (read_copy(source, at, &backup, &why) != VMK_OK) {
        partition_tell(source, table,
                       "the GPT's second copy, at block %lu, is damaged: %s. The first is used; have a "
                       "partitioning tool write the second anew",
                       at, why.text);
    } else if (!headers_agree(primary, &backup)) {
        partition_tell(
            source, table,
            "the GPT's two copies, at blocks %lu and %lu, are both good, but disagree: the first is "
            "used; have a partitioning tool write the second anew",
            PRIMARY, at);
    }
}

static VMK_ReturnStatus find_header(struct partition_source *source, struct partition_table *table,
                                    struct gpt_header *h)
{
    vmk_uint64 last = source->num_blocks - 1;
    struct diagnosis why, why_backup;

    if (source->num_blocks <= PRIMARY + 1) {
        partition_tell(source, table, "a disk of %lu blocks has no room for the GPT that block 0 promises",
                       source->num_blocks);
        return VMK_BAD_FORMAT;
    }
    if (read_copy(source, PRIMARY, h, &why) == VMK_OK) {
        look_at_backup(source, table, h);
        return VMK_OK;
    }
    if (read_copy(source, last, h, &why_backup) == VMK_OK) {
        partition_tell(source, table,
                       "the GPT's first copy, at block 1, is damaged: %s. The second, at block %lu, is used; "
                       "have a partitioning tool write the first anew",
                       why.text, last);
        return VMK_OK;
    }
    partition_tell(source, table, "the GPT's first copy, at block 1, is damaged: %s", why.text);
    partition_tell(source, table,
                   "so is the second, at block %lu: %s. No partition is used: write a new table", last,
                   why_backup.text);
    return VMK_BAD_FORMAT;
}

bool gpt_is_there(struct partition_source *source)
{
    vmk_uint64 signature = 0;

    if (source->num_blocks > PRIMARY && source->read(source, PRIMARY, 1, source->buffer) == VMK_OK) {
        vmk_Memcpy(&signature, source->buffer, sizeof(signature));
    }
    return signature == SIGNATURE;
}

VMK_ReturnStatus gpt_read(struct partition_source *source, struct partition_table *table)
{
    struct gpt_header header = {0};
    vmk_StatusValue status = find_header(source, table, &header);

    if (status == VMK_OK) {
        table->scheme = PARTITION_GPT;
        table->id = header.disk;
        status = add_entries(source, table, &header);
    }
    return status;
}
