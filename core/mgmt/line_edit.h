/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * line_edit.h - editing one line on a terminal that knows carriage return, backspace and blanks.
 *
 * Keys: printable characters, arrows, Home, End, Delete, ^A ^E ^B ^F ^D ^H ^K ^U ^W ^N ^P. A line wider than
 * the terminal scrolls sideways. No locks: the console serialises.
 */
#ifndef CORE_MGMT_LINE_EDIT_H
#define CORE_MGMT_LINE_EDIT_H

#include <stdbool.h>

#include <core/command.h>
#include <core/format.h>

#define LINE_EDIT_HISTORY 32
#define LINE_EDIT_WIDTH   79 /**< Columns used: one less than a terminal has, so that nothing wraps. */

/** What a key amounts to, for the caller. */
enum line_event {
    LINE_MORE,     /**< Nothing yet. */
    LINE_DONE,     /**< Enter: .text is the line, and remembered. */
    LINE_CANCEL,   /**< ^C. */
    LINE_COMPLETE, /**< Tab. */
    LINE_CLEAR,    /**< ^L. */
};

struct line_edit {
    struct format_sink *sink;
    const char *prompt;
    char text[COMMAND_LINE_MAX];
    unsigned len;
    unsigned cursor;  /**< Before which character of text. */
    unsigned drawn;   /**< Columns the last drawing used. */
    unsigned scroll;  /**< First character of text that shows. */
    unsigned escape;  /**< Inside an escape sequence: its state. */
    unsigned browsed; /**< How far back in the history; 0 is the line being written. */
    unsigned entries; /**< Lines ever remembered. */
    char history[LINE_EDIT_HISTORY][COMMAND_LINE_MAX];
    char unsent[COMMAND_LINE_MAX]; /**< The line being written, while browsing. */
};

/** Start with an empty line and history. */
void line_edit_init(struct line_edit *edit, struct format_sink *sink, const char *prompt);

/** Begin an empty line and draw it. */
void line_edit_start(struct line_edit *edit);

/** Take one character; redraws what changed. */
enum line_event line_edit_key(struct line_edit *edit, char key);

/** Put text in at the cursor; what doesn't fit is left out. */
void line_edit_insert(struct line_edit *edit, const char *text);

/** Take the line off the screen, and put it back, around other output. */
void line_edit_hide(struct line_edit *edit);
void line_edit_draw(struct line_edit *edit);

#endif
