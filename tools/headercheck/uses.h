/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uses.h - noting which names of the headers a driver's text uses.
 *
 * A name counts when the driver spells it: in its functions, in its tables, in the body of one of its own
 * macros that it calls, or in two pieces that a macro pastes together. What a header's macro brings along
 * does not count.
 */
#ifndef HEADERCHECK_USES_H
#define HEADERCHECK_USES_H

#include "unit.h"

/* @cursor defines the macro @name in the driver's text. */
void uses_note_own_macro(struct unit *unit, const char *name, CXCursor cursor);

/* @cursor expands a macro, maybe in the driver's text. All macros it needs have been noted. */
void uses_note_expansion(struct unit *unit, CXCursor cursor);

/* @cursor declares something in the driver's text. All macros have been noted. */
void uses_note_declaration(struct unit *unit, CXCursor cursor);

/* Everything has been noted. */
void uses_finish(struct unit *unit);

#endif
