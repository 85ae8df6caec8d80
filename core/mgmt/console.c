/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console.c - the console world.
 */
#define VMK_LOG_MODULE "Console"
#include <core/console.h>

#include <core/command.h>
#include <core/config.h>
#include <core/console_dev.h>
#include <core/log.h>
#include <core/shutdown.h>
#include <core/version.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

#include "config_table.h"
#include "control.h"
#include "format_text.h"
#include "line_complete.h"
#include "line_edit.h"
#include "words.h"

#define PROMPT           "openvmk> "
#define SCRIPT_MAX       1024
#define FLUSH_TIMEOUT_MS 5000
#define PIECE_BYTES      32

/** Guards screen and edit. */
static vmk_SemaphoreObject screen = VMK_BINARY_SEMA_INITIALIZER(screen, "console");
static struct line_edit edit;
static bool editing;
static vmk_StatusValue boot_status;

static void lock_screen(void)
{
    vmk_Semaphore sema = &screen;

    vmk_SemaLock(&sema);
}

static void unlock_screen(void)
{
    vmk_Semaphore sema = &screen;

    vmk_SemaUnlock(&sema);
}

/** Write in small pieces: each holds interrupts off for as long as the serial port takes. */
static void write_screen(const char *text, vmk_ByteCount len)
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
    lock_screen();
    if (editing) {
        line_edit_hide(&edit);
    }
    write_screen(line, len);
    write_screen("\n", 1);
    if (editing) {
        line_edit_draw(&edit);
    }
    unlock_screen();
}

void console_close(void)
{
    lock_screen();
    if (editing) {
        line_edit_hide(&edit);
        editing = false;
    }
    unlock_screen();
}

/* A command's output: whole lines at a time, so that log lines come between them and not inside. */

struct line_sink {
    struct format_sink sink;
    char text[COMMAND_LINE_MAX];
    vmk_ByteCount len;
};

static void line_sink_flush(struct line_sink *lines)
{
    lock_screen();
    write_screen(lines->text, lines->len);
    unlock_screen();
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

static void screen_write(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    write_screen(text, len);
}

static struct format_sink screen_sink = {.write = screen_write};

/* The prompt. */

/** Handle one key with the screen locked. @return whether the line is complete. */
static bool take_key(char key)
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

static VMK_ReturnStatus read_line(void)
{
    vmk_StatusValue status;
    char key;

    lock_screen();
    editing = true;
    line_edit_start(&edit);
    unlock_screen();
    while ((status = console_read_char(WAIT_FOREVER, &key)) == VMK_OK) {
        bool complete;

        lock_screen();
        complete = take_key(key);
        editing = !complete;
        unlock_screen();
        if (complete) {
            return VMK_OK;
        }
    }
    editing = false;
    return status;
}

static void run_prompt(void)
{
    static struct line_sink output = {.sink = {.write = line_sink_write}};
    vmk_StatusValue status;

    line_edit_init(&edit, &screen_sink, PROMPT);
    log_flush(FLUSH_TIMEOUT_MS);
    format_print(&screen_sink, "\n%s. 'help' lists the commands, Tab completes them.\n", version_text);
    while ((status = read_line()) == VMK_OK) {
        /* What the user did wrong is on the screen already. */
        (void)!command_run(edit.text, &output.sink);
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
    vmk_StatusValue status = command_run(line, &output.sink);

    if (output.text.failed) {
        status = VMK_NO_MEMORY;
    }
    lock_screen();
    format_print(&screen_sink, "@@vmk run=%s\n", line);
    write_screen(output.text.data, output.text.len);
    format_print(&screen_sink, "@@vmk status=%d\n", status);
    unlock_screen();
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
    static char script[SCRIPT_MAX];
    bool scripted = config_cmdline("run", script, sizeof(script));
    bool silent = config_cmdline_is("console", "none");

    config_report_unknown();
    if (scripted || silent) {
        run_script(script);
    }
    run_prompt();
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
