/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * line_edit.c - keys in, the line redrawn.
 */
#include "line_edit.h"

#include <vmkapi/lib/libc.h>

#define CTRL(letter) ((letter)&0x1f)
#define KEY_ESCAPE   0x1b
#define KEY_DELETE   0x7f

/* States of an escape sequence: ESC [ digits letter, or ESC O letter. A digit seen is added. */
enum {
    ESCAPE_NONE,
    ESCAPE_SEEN,
    ESCAPE_BRACKET,
    ESCAPE_DIGIT,
};

void line_edit_init(struct line_edit *edit, struct format_sink *sink, const char *prompt)
{
    vmk_Memset(edit, 0, sizeof(*edit));
    edit->sink = sink;
    edit->prompt = prompt;
}

/* Drawing. */

static void put_repeated(struct line_edit *edit, const char *what, unsigned count)
{
    while (count-- > 0) {
        edit->sink->write(edit->sink, what, 1);
    }
}

void line_edit_hide(struct line_edit *edit)
{
    edit->sink->write(edit->sink, "\r", 1);
    put_repeated(edit, " ", edit->drawn);
    edit->sink->write(edit->sink, "\r", 1);
    edit->drawn = 0;
}

/** Choose which part of a long line shows: the one around the cursor. */
static void scroll_to_cursor(struct line_edit *edit, unsigned room)
{
    if (edit->cursor < edit->scroll) {
        edit->scroll = edit->cursor;
    } else if (edit->cursor >= edit->scroll + room) {
        edit->scroll = edit->cursor - room + 1;
    }
}

void line_edit_draw(struct line_edit *edit)
{
    unsigned prompt = (unsigned)vmk_Strlen(edit->prompt);
    unsigned room = LINE_EDIT_WIDTH - prompt;
    unsigned shown, total, before = edit->drawn;

    scroll_to_cursor(edit, room);
    shown = edit->len - edit->scroll < room ? edit->len - edit->scroll : room;
    total = prompt + shown;
    edit->sink->write(edit->sink, "\r", 1);
    edit->sink->write(edit->sink, edit->prompt, prompt);
    edit->sink->write(edit->sink, edit->text + edit->scroll, shown);
    if (before > total) {
        put_repeated(edit, " ", before - total);
    }
    put_repeated(edit, "\b", (before > total ? before : total) - prompt - (edit->cursor - edit->scroll));
    edit->drawn = total;
}

/* Changing the text. */

static void remove_span(struct line_edit *edit, unsigned from, unsigned to)
{
    vmk_Memmove(edit->text + from, edit->text + to, edit->len - to + 1);
    edit->len -= to - from;
    edit->cursor = from;
}

void line_edit_insert(struct line_edit *edit, const char *text)
{
    unsigned room = COMMAND_LINE_MAX - 1 - edit->len;
    unsigned count = (unsigned)vmk_Strnlen(text, room);

    vmk_Memmove(edit->text + edit->cursor + count, edit->text + edit->cursor, edit->len - edit->cursor + 1);
    vmk_Memcpy(edit->text + edit->cursor, text, count);
    edit->len += count;
    edit->cursor += count;
}

static unsigned word_start(const struct line_edit *edit)
{
    unsigned at = edit->cursor;

    while (at > 0 && edit->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && edit->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

static void set_text(struct line_edit *edit, const char *text)
{
    edit->len = (unsigned)vmk_Strlcpy(edit->text, text, sizeof(edit->text));
    edit->cursor = edit->len;
}

/* History. */

static char *remembered(struct line_edit *edit, unsigned back)
{
    return edit->history[(edit->entries - back) % LINE_EDIT_HISTORY];
}

static void remember(struct line_edit *edit)
{
    bool repeated = edit->entries > 0 && vmk_Strcmp(remembered(edit, 1), edit->text) == 0;

    if (edit->len > 0 && !repeated) {
        edit->entries++;
        vmk_Strlcpy(remembered(edit, 1), edit->text, COMMAND_LINE_MAX);
    }
}

static void browse(struct line_edit *edit, unsigned back)
{
    unsigned oldest = edit->entries < LINE_EDIT_HISTORY ? edit->entries : LINE_EDIT_HISTORY;

    if (back > oldest) {
        return;
    }
    if (edit->browsed == 0) {
        vmk_Strlcpy(edit->unsent, edit->text, sizeof(edit->unsent));
    }
    edit->browsed = back;
    set_text(edit, back == 0 ? edit->unsent : remembered(edit, back));
}

/** Type at the end of a line that all shows: the character itself is the whole redrawing. */
static bool append_key(struct line_edit *edit, const char *text)
{
    bool shows = edit->scroll == 0 && edit->drawn == vmk_Strlen(edit->prompt) + edit->len;

    if (edit->cursor != edit->len || !shows || edit->drawn >= LINE_EDIT_WIDTH - 1 ||
        edit->len == COMMAND_LINE_MAX - 1) {
        return false;
    }
    line_edit_insert(edit, text);
    edit->sink->write(edit->sink, text, 1);
    edit->drawn++;
    return true;
}

/* Keys. */

/** An arrow or its kin, by the final letter of its sequence. */
static void cursor_key(struct line_edit *edit, char letter)
{
    if (letter == 'A') {
        browse(edit, edit->browsed + 1);
    } else if (letter == 'B' && edit->browsed > 0) {
        browse(edit, edit->browsed - 1);
    } else if (letter == 'C' && edit->cursor < edit->len) {
        edit->cursor++;
    } else if (letter == 'D' && edit->cursor > 0) {
        edit->cursor--;
    } else if (letter == 'H') {
        edit->cursor = 0;
    } else if (letter == 'F') {
        edit->cursor = edit->len;
    }
}

static void delete_forward(struct line_edit *edit)
{
    if (edit->cursor < edit->len) {
        remove_span(edit, edit->cursor, edit->cursor + 1);
    }
}

/** ESC [ 1 ~ and the like: Home 1 or 7, Delete 3, End 4 or 8. */
static void numbered_key(struct line_edit *edit, unsigned number)
{
    if (number == 3) {
        delete_forward(edit);
    } else if (number == 1 || number == 7) {
        cursor_key(edit, 'H');
    } else if (number == 4 || number == 8) {
        cursor_key(edit, 'F');
    }
}

static void escape_key(struct line_edit *edit, char key)
{
    unsigned state = edit->escape;

    edit->escape = ESCAPE_NONE;
    if (state == ESCAPE_SEEN) {
        edit->escape = key == '[' || key == 'O' ? ESCAPE_BRACKET : ESCAPE_NONE;
    } else if (vmk_IsDigit(key) || key == ';') {
        /* Only a first, single digit means anything to us. */
        edit->escape =
            state == ESCAPE_BRACKET && key != ';' ? ESCAPE_DIGIT + (unsigned)(key - '0') : ESCAPE_DIGIT;
    } else if (key == '~') {
        numbered_key(edit, state - ESCAPE_DIGIT);
    } else {
        cursor_key(edit, key);
    }
}

static void control_key(struct line_edit *edit, char key)
{
    static const char as_arrow[] = {CTRL('P'), 'A', CTRL('N'), 'B', CTRL('F'), 'C',
                                    CTRL('B'), 'D', CTRL('A'), 'H', CTRL('E'), 'F'};
    unsigned i;

    for (i = 0; i < sizeof(as_arrow); i += 2) {
        if (as_arrow[i] == key) {
            cursor_key(edit, as_arrow[i + 1]);
            return;
        }
    }
    if (key == CTRL('K')) {
        edit->len = edit->cursor;
        edit->text[edit->len] = '\0';
    } else if (key == CTRL('U')) {
        remove_span(edit, 0, edit->cursor);
    } else if (key == CTRL('W')) {
        remove_span(edit, word_start(edit), edit->cursor);
    } else if (key == CTRL('D')) {
        delete_forward(edit);
    } else if ((key == '\b' || key == KEY_DELETE) && edit->cursor > 0) {
        remove_span(edit, edit->cursor - 1, edit->cursor);
    }
}

static enum line_event finish(struct line_edit *edit, enum line_event event)
{
    if (event == LINE_DONE) {
        remember(edit);
    }
    edit->cursor = edit->len;
    line_edit_draw(edit);
    edit->sink->write(edit->sink, event == LINE_CANCEL ? "^C\n" : "\n", event == LINE_CANCEL ? 3 : 1);
    edit->drawn = 0;
    return event;
}

enum line_event line_edit_key(struct line_edit *edit, char key)
{
    char text[2] = {key, '\0'};

    if (edit->escape != ESCAPE_NONE) {
        escape_key(edit, key);
    } else if (key == KEY_ESCAPE) {
        edit->escape = ESCAPE_SEEN;
    } else if (key == '\r' || key == '\n') {
        return finish(edit, LINE_DONE);
    } else if (key == CTRL('C')) {
        return finish(edit, LINE_CANCEL);
    } else if (key == '\t') {
        return LINE_COMPLETE;
    } else if (key == CTRL('L')) {
        return LINE_CLEAR;
    } else if (vmk_IsPrint(key) && append_key(edit, text)) {
        return LINE_MORE;
    } else if (vmk_IsPrint(key)) {
        line_edit_insert(edit, text);
    } else {
        control_key(edit, key);
    }
    line_edit_draw(edit);
    return LINE_MORE;
}

void line_edit_start(struct line_edit *edit)
{
    edit->len = 0;
    edit->cursor = 0;
    edit->scroll = 0;
    edit->text[0] = '\0';
    edit->browsed = 0;
    edit->escape = ESCAPE_NONE;
    line_edit_draw(edit);
}
