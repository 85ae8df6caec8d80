/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * words.h - a line cut into words: command lines and the kernel command line. No state.
 */
#ifndef CORE_MGMT_WORDS_H
#define CORE_MGMT_WORDS_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/**
 * Split @p line at blanks. '...' and "..." keep blanks, and each other, as they are, anywhere in a word.
 *
 * @param text  receives the words, without their quotes; @p size bytes.
 * @param words receives their addresses, at most @p max.
 * @return VMK_OK; VMK_BAD_FORMAT for a quote left open; VMK_LIMIT_EXCEEDED for too long a line or too many
 * words, the first @p max being there.
 */
VMK_ReturnStatus words_split(const char *line, char *text, vmk_ByteCount size, char **words, unsigned max,
                             unsigned *count);

/**
 * Copy the next command of "one; two" to @p line, without the blanks around it, and move @p script past it.
 *
 * A semicolon between quotes is part of a command; an empty command is left out; what doesn't fit is cut off.
 * @return VMK_FALSE when there is none left.
 */
vmk_Bool words_next_command(const char **script, char *line, vmk_ByteCount size);

#endif
