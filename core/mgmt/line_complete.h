/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * line_complete.h - what the Tab key does to the line.
 */
#ifndef CORE_MGMT_LINE_COMPLETE_H
#define CORE_MGMT_LINE_COMPLETE_H

#include "command_tree.h"
#include "line_edit.h"

/** Complete the word before the cursor as far as it is certain; list the ways on when there are several. */
void line_complete(struct line_edit *edit, struct command_tree tree);

#endif
