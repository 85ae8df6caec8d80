/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console.c - the console world.
 */
#define VMK_LOG_MODULE "Console"
#include <core/console.h>

#include <core/command.h>
#include <core/cmdline.h>
#include <core/console_dev.h>
#include <core/log.h>
#include <core/mutex.h>
#include <core/shutdown.h>
#include <core/version.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

#include "control.h"
#include "format_text.h"
#include "line_complete.h"
#include "line_edit.h"
#include "words.h"

#define PROMPT           "openvmk> "
#define SCRIPT_MAX       1024
#define FLUSH_TIMEOUT_MS 5000
#define PIECE_BYTES      32

/** Who writes to the screen holds it. */
static struct mutex screen = MUTEX_INITIALIZER(screen, "console");
static struct line_edit edit VMK_GUARDED_BY(screen);
static bool editing VMK_GUARDED_BY(screen);
static vmk_StatusValue boot_status;
static struct command_stop stop = COMMAND_STOP_INITIALIZER("console stop");

/** Write in small pieces: each holds interrupts off for as long as the serial port takes. */
static void write_screen(const char *text, vmk_ByteCount len) VMK_REQUIRES(&screen)
{
    while (len > 0) {
        vmk_ByteCount piece = len < PIECE_BYTES ? len : PIECE_BYTES;

        console_write(text, piece);
        text += piece;
        len -= piece;
    }
}

void console_log_line(const char *line, vmk_ByteCount len)
{
    mutex_lock(&screen);
    if (editing) {
        line_edit_hide(&edit);
    }
    write_screen(line, len);
    write_screen("\n", 1);
    if (editing) {
        line_edit_draw(&edit);
    }
    mutex_unlock(&screen);
}

void console_close(void)
{
    mutex_lock(&screen);
    if (editing) {
        line_edit_hide(&edit);
        editing = false;
    }
    mutex_unlock(&screen);
}

/* A command's output: whole lines at a time, so that log lines come between them and not inside. */

struct line_sink {
    struct format_sink sink;
    char text[COMMAND_LINE_MAX];
    vmk_ByteCount len;
};

static void line_sink_flush(struct line_sink *lines)
{
    mutex_lock(&screen);
    write_screen(lines->text, lines->len);
    mutex_unlock(&screen);
    lines->len = 0;
}

static void line_sink_write(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    struct line_sink *lines = VMK_CONTAINER_OF(sink, struct line_sink, sink);

    for (; len > 0; text++, len--) {
        lines->text[lines->len++] = *text;
        if (*text == '\n' || lines->len == sizeof(lines->text)) {
            line_sink_flush(lines);
        }
    }
}

static void screen_write(struct format_sink *sink, const char *text, vmk_ByteCount len) VMK_REQUIRES(&screen)
{
    write_screen(text, len);
}

static struct format_sink screen_sink = {.write = screen_write};

/* The prompt. */

/** Handle one key. @return whether the line is complete. */
static bool take_key(char key) VMK_REQUIRES(&screen)
{
    enum line_event event = line_edit_key(&edit, key);

    if (event == LINE_COMPLETE) {
        line_complete(&edit, command_tree_kernel());
    } else if (event == LINE_CLEAR) {
        format_print(&screen_sink, "\033[H\033[2J");
        line_edit_draw(&edit);
    } else if (event == LINE_CANCEL) {
        line_edit_start(&edit);
    }
    return event == LINE_DONE;
}

/** Let a line be typed into @p line, of COMMAND_LINE_MAX bytes. */
static VMK_ReturnStatus read_line(char *line)
{
    vmk_StatusValue status;
    char key;

    mutex_lock(&screen);
    editing = true;
    line_edit_start(&edit);
    mutex_unlock(&screen);
    while ((status = console_read_char(WAIT_FOREVER, &key)) == VMK_OK) {
        bool complete;

        mutex_lock(&screen);
        complete = take_key(key);
        editing = !complete;
        vmk_Strlcpy(line, edit.text, COMMAND_LINE_MAX);
        mutex_unlock(&screen);
        if (complete) {
            return VMK_OK;
        }
    }
    mutex_lock(&screen);
    editing = false;
    mutex_unlock(&screen);
    return status;
}

/** Ctrl-C has been typed: for the command under way, if it can be stopped, else for the line. */
static bool take_break(void)
{
    return command_stop(&stop);
}

/** Run the commands of first=, as if they were typed. */
static void run_first(struct line_sink *output, const char *rest)
{
    char line[COMMAND_LINE_MAX];

    while (words_next_command(&rest, line, sizeof(line))) {
        format_print(&output->sink, PROMPT "%s\n", line);
        /* What the user did wrong is on the screen already. */
        (void)!command_run(line, &output->sink, &stop);
        line_sink_flush(output);
    }
}

static void run_prompt(const char *first)
{
    static struct line_sink output = {.sink = {.write = line_sink_write}};
    char line[COMMAND_LINE_MAX];
    vmk_StatusValue status;

    log_flush(FLUSH_TIMEOUT_MS);
    console_on_break(take_break);
    mutex_lock(&screen);
    line_edit_init(&edit, &screen_sink, PROMPT);
    format_print(&screen_sink, "\n%s. 'help' lists the commands, Tab completes them.\n", version_text);
    mutex_unlock(&screen);
    run_first(&output, first);
    while ((status = read_line(line)) == VMK_OK) {
        /* What the user did wrong is on the screen already. */
        (void)!command_run(line, &output.sink, &stop);
        line_sink_flush(&output);
    }
    vmk_WarningMessage("no more input: %s", vmk_StatusToString(status));
}

/* run= */

struct text_sink {
    struct format_sink sink;
    struct format_text text;
};

static void text_sink_write(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    struct text_sink *collected = VMK_CONTAINER_OF(sink, struct text_sink, sink);

    format_text_append(&collected->text, text, len);
}

/** Run one command of a script; its output comes in one piece. */
static VMK_ReturnStatus run_command(const char *line)
{
    struct text_sink output = {.sink = {.write = text_sink_write}};
    vmk_StatusValue status = command_run(line, &output.sink, NULL);

    if (output.text.failed) {
        status = VMK_NO_MEMORY;
    }
    mutex_lock(&screen);
    format_print(&screen_sink, "@@vmk run=%s\n", line);
    write_screen(output.text.data, output.text.len);
    format_print(&screen_sink, "@@vmk status=%d\n", status);
    mutex_unlock(&screen);
    format_text_clear(&output.text);
    return status;
}

static VMK_ATTRIBUTE_NORETURN void run_script(const char *script)
{
    vmk_StatusValue status = boot_status;
    char line[COMMAND_LINE_MAX];

    while (status == VMK_OK && words_next_command(&script, line, sizeof(line))) {
        status = run_command(line);
    }
    shutdown_system(SHUTDOWN_POWER_OFF, status);
}

static vmk_StatusValue console_main(void *data)
{
    static char script[SCRIPT_MAX], first[SCRIPT_MAX];
    bool scripted = cmdline_text("run", script, sizeof(script));
    bool silent = cmdline_is("console", "none");

    (void)cmdline_text("first", first, sizeof(first));
    cmdline_report_unknown();
    if (scripted || silent) {
        run_script(script);
    }
    run_prompt(first);
    return VMK_OK;
}

void console_start(vmk_StatusValue status)
{
    vmk_WorldProps world = {
        .name = "console", .moduleID = VMK_VMKERNEL_MODULE_ID, .startFunction = console_main};
    vmk_WorldID id;

    boot_status = status;
    control_start();
    VMK_VERIFY(vmk_WorldCreate(&world, &id) == VMK_OK);
}
