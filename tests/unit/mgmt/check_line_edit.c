/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../../../core/mgmt/line_complete.h"
#include "../../../core/mgmt/line_edit.h"
#include "run.h"

/* A terminal of 80 columns that knows \r, \b, \n and printing characters: what the editor relies on. */

static struct {
    struct format_sink sink;
    char row[81];
    unsigned column;
} screen;

static void screen_write(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    for (; len > 0; text++, len--) {
        if (*text == '\r') {
            screen.column = 0;
        } else if (*text == '\b') {
            CHECK_THAT(screen.column > 0);
            screen.column--;
        } else if (*text == '\n') {
            screen.column = 0;
            memset(screen.row, ' ', 80);
        } else {
            CHECK_THAT(screen.column < 80);
            screen.row[screen.column++] = *text;
        }
    }
}

static struct line_edit edit;

static void setup(void)
{
    memset(screen.row, ' ', 80);
    screen.column = 0;
    screen.sink.write = screen_write;
    line_edit_init(&edit, &screen.sink, "> ");
    line_edit_start(&edit);
}

static enum line_event type(const char *keys)
{
    enum line_event event = LINE_MORE;

    for (; *keys != '\0'; keys++) {
        event = line_edit_key(&edit, *keys);
    }
    return event;
}

/* The row shows exactly this, and the cursor stands there. */
static void expect(const char *text, unsigned cursor)
{
    char row[81];

    memset(row, ' ', 80);
    row[80] = '\0';
    memcpy(row, text, strlen(text));
    ck_assert_str_eq(screen.row, row);
    ck_assert_uint_eq(screen.column, cursor);
}

START_TEST(edits)
{
    setup();
    type("helo");
    expect("> helo", 6);
    type("\033[D");
    type("l");
    expect("> hello", 6);
    type("\001");
    expect("> hello", 2);
    type("\005!");
    expect("> hello!", 8);
    type("\b\x7f");
    expect("> hell", 6);
    type("\033[H\033[3~");
    expect("> ell", 2);
    type("\033[F\033OD\013");
    expect("> el", 4);
    type(" two  three\027");
    expect("> el two  ", 10);
    type("\002\025");
    expect(">  ", 2);
    ck_assert_str_eq(edit.text, " ");
}
END_TEST

START_TEST(events)
{
    setup();
    ck_assert_int_eq(type("ls\r"), LINE_DONE);
    ck_assert_str_eq(edit.text, "ls");
    line_edit_start(&edit);
    ck_assert_int_eq(type("x\003"), LINE_CANCEL);
    line_edit_start(&edit);
    ck_assert_int_eq(type("\t"), LINE_COMPLETE);
    ck_assert_int_eq(type("\014"), LINE_CLEAR);
    ck_assert_int_eq(type("\a\006\016"), LINE_MORE);
    expect("> ", 2);
}
END_TEST

static void enter(const char *line)
{
    type(line);
    type("\r");
    line_edit_start(&edit);
}

START_TEST(remembers)
{
    setup();
    enter("one");
    enter("two");
    enter("two");
    enter("");
    type("thr");
    type("\033[A");
    expect("> two", 5);
    type("\033[A\033[A");
    expect("> one", 5);
    type("\033[B\016");
    expect("> thr", 5);
    type("\020\020\r");
    ck_assert_str_eq(edit.text, "one");
}
END_TEST

START_TEST(history_is_bounded)
{
    char line[16];
    int i;

    setup();
    for (i = 0; i < 100; i++) {
        snprintf(line, sizeof(line), "%d", i);
        enter(line);
    }
    for (i = 0; i < 100; i++) {
        type("\020");
    }
    ck_assert_str_eq(edit.text, "68");
}
END_TEST

START_TEST(long_lines_scroll)
{
    int i;

    setup();
    for (i = 0; i < COMMAND_LINE_MAX + 50; i++) {
        type(i % 10 == 9 ? "|" : "x");
    }
    ck_assert_uint_eq(edit.len, COMMAND_LINE_MAX - 1);
    ck_assert_uint_lt(screen.column, 80);
    for (i = 0; i < COMMAND_LINE_MAX; i++) {
        type("\033[D");
    }
    ck_assert_uint_eq(screen.column, 2);
    type("\005\025");
    expect("> ", 2);
}
END_TEST

START_TEST(hides_and_comes_back)
{
    setup();
    type("abc\033[D");
    line_edit_hide(&edit);
    expect("", 0);
    line_edit_draw(&edit);
    expect("> abc", 4);
}
END_TEST

START_TEST(survives_noise)
{
    unsigned seed = 1, i;

    setup();
    for (i = 0; i < 20000; i++) {
        seed = seed * 1103515245 + 12345;
        if (line_edit_key(&edit, (char)(seed >> 16)) == LINE_DONE || i % 997 == 0) {
            line_edit_start(&edit);
        }
        CHECK_THAT(edit.cursor <= edit.len && edit.len < COMMAND_LINE_MAX);
        CHECK_THAT(strlen(edit.text) == edit.len);
    }
}
END_TEST

static const struct command nic_list = {"network nic list", "", NULL};
static const struct command nic_get = {"network nic get", "", NULL};
static const struct command net_other = {"network ip", "", NULL};
static const struct command *entries[] = {&nic_list, &nic_get, &net_other};
static const struct command_tree tree = {entries, 3};

START_TEST(completes)
{
    setup();
    type("ne");
    line_complete(&edit, tree);
    expect("> network ", 10);
    type("n");
    line_complete(&edit, tree);
    expect("> network nic ", 14);
    line_complete(&edit, tree); /* get, list: nothing in common */
    expect("> network nic ", 14);
    type("x");
    line_complete(&edit, tree);
    expect("> network nic x", 15);
}
END_TEST

RUN_TESTS(edits, events, remembers, history_is_bounded, long_lines_scroll, hides_and_comes_back,
          survives_noise, completes)
