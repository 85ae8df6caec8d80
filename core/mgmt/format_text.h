/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_text.h - text that grows in the kernel's heap.
 *
 * A zeroed struct format_text is empty. Context: world.
 */
#ifndef CORE_MGMT_FORMAT_TEXT_H
#define CORE_MGMT_FORMAT_TEXT_H

#include <core/format.h>

/** Append @p len bytes; after a failed allocation everything is dropped and failed is set. */
void format_text_append(struct format_text *text, const char *data, vmk_ByteCount len);

/** Free the text; it is empty, and not failed, afterwards. */
void format_text_clear(struct format_text *text);

#endif
