/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * archive.c - the "newc" form of cpio: a header of hexadecimal text, the name, the contents, each padded to 4
 * bytes.
 *
 * After the entry TRAILER!!! comes padding with zeros, and perhaps another archive.
 */
#include <core/archive.h>
#include <vmkapi/lib/libc.h>

#define TRAILER        "TRAILER!!!"
#define MODE_TYPE      0170000u
#define MODE_DIRECTORY 0040000u
#define MODE_FILE      0100000u

struct header {
    char magic[6]; /* "070701" */
    char inode[8];
    char mode[8];
    char uid[8], gid[8], links[8], mtime[8];
    char len[8];
    char device[4][8];
    char name_len[8]; /* NULs included */
    char checksum[8];
};
VMK_STATIC_ASSERT(sizeof(struct header) == 110, "cpio newc header");

static vmk_ByteCount align_up(vmk_ByteCount value)
{
    return (value + 3) & ~3ul;
}

static vmk_Bool parse_hex(const char digits[8], vmk_uint32 *value)
{
    *value = 0;
    for (unsigned i = 0; i < 8; i++) {
        int digit = vmk_ToLower(digits[i]);

        if (vmk_IsDigit(digit)) {
            digit -= '0';
        } else if (digit >= 'a' && digit <= 'f') {
            digit -= 'a' - 10;
        } else {
            return VMK_FALSE;
        }
        *value = *value << 4 | (vmk_uint32)digit;
    }
    return VMK_TRUE;
}

/** @return false at the end of the last archive. */
static vmk_Bool skip_padding(struct archive_reader *reader)
{
    while (reader->position < reader->len && reader->bytes[reader->position] == 0) {
        reader->position++;
    }
    return reader->position < reader->len;
}

static VMK_ReturnStatus truncated(const struct archive_reader *reader, struct diagnosis *why)
{
    return diagnose(why, VMK_BAD_FORMAT,
                    "archive %s is cut off in the entry at byte %lu of %lu; copy it again", reader->name,
                    reader->position, reader->len);
}

/** Read the entry at the position, without moving it; @p next is where the one behind it starts. */
static VMK_ReturnStatus read_entry(const struct archive_reader *reader, struct archive_entry *entry,
                                   vmk_uint32 *mode, vmk_ByteCount *next, struct diagnosis *why)
{
    const struct header *header = (const struct header *)(reader->bytes + reader->position);
    vmk_ByteCount rest = reader->len - reader->position;
    vmk_uint32 len, name_len;
    vmk_ByteCount contents;

    if (rest < sizeof(*header)) {
        return truncated(reader, why);
    }
    if (vmk_Memcmp(header->magic, "070701", sizeof(header->magic)) != 0 || !parse_hex(header->mode, mode) ||
        !parse_hex(header->len, &len) || !parse_hex(header->name_len, &name_len) || name_len == 0) {
        return diagnose(why, VMK_BAD_FORMAT,
                        "archive %s has no entry at byte %lu of %lu; make it with mkarchive, uncompressed",
                        reader->name, reader->position, reader->len);
    }
    contents = align_up(sizeof(*header) + name_len);
    if (contents > rest || len > rest - contents) {
        return truncated(reader, why);
    }
    entry->path = (const char *)(header + 1);
    if (entry->path[name_len - 1] != '\0') {
        return diagnose(why, VMK_BAD_FORMAT, "archive %s: the name at byte %lu does not end; copy it again",
                        reader->name, reader->position);
    }
    entry->contents = reader->bytes + reader->position + contents;
    entry->len = len;
    *next = reader->position + contents + (align_up(len) < rest - contents ? align_up(len) : rest - contents);
    return VMK_OK;
}

VMK_ReturnStatus archive_next(struct archive_reader *reader, struct archive_entry *entry,
                              struct diagnosis *why)
{
    vmk_ByteCount next = 0;
    vmk_uint32 mode = 0;
    vmk_StatusValue status;

    for (;;) {
        status = read_entry(reader, entry, &mode, &next, why);
        if (status != VMK_OK) {
            return status;
        }
        if (vmk_Strcmp(entry->path, TRAILER) != 0) {
            break;
        }
        reader->position = next;
        if (!skip_padding(reader)) {
            return VMK_EOF;
        }
    }
    if ((mode & MODE_TYPE) != MODE_DIRECTORY && (mode & MODE_TYPE) != MODE_FILE) {
        return diagnose(why, VMK_NOT_SUPPORTED, "archive %s: %s is neither file nor directory; leave it out",
                        reader->name, entry->path);
    }
    entry->is_directory = (mode & MODE_TYPE) == MODE_DIRECTORY;
    reader->position = next;
    return VMK_OK;
}
