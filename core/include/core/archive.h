/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * archive.h - reading a boot archive: cpio in its "newc" form, one or several after one another.
 *
 * Pure and bounded: the archive may be cut off or damaged anywhere. Nothing is copied; names and contents are
 * pointers into the archive.
 */
#ifndef CORE_ARCHIVE_H
#define CORE_ARCHIVE_H

#include <core/diagnosis.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

struct archive_reader {
    const char *name; /**< What to call the archive in a diagnosis. */
    const vmk_uint8 *bytes;
    vmk_ByteCount len;
    vmk_ByteCount position;
};

struct archive_entry {
    const char *path; /**< As written in the archive, NUL-terminated; not normalised. */
    vmk_Bool is_directory;
    const void *contents;
    vmk_ByteCount len;
};

/**
 * Read the next file or directory. Entries of other kinds (links, devices) are refused.
 *
 * @return VMK_OK; VMK_EOF after the last one; VMK_BAD_FORMAT and VMK_NOT_SUPPORTED with the archive and the
 *         offset named in @p why.
 * Context: any.
 */
VMK_ReturnStatus archive_next(struct archive_reader *reader, struct archive_entry *entry,
                              struct diagnosis *why);

#endif
