/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status_page.c - one table of sections; each is a command's output, as JSON or turned from CSV into an HTML
 * table.
 */
#include "status_page.h"

#include <vmkapi/base/command.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/system.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/libc.h>

#define COLUMNS_MAX 12

struct section {
    const char *key;
    const char *title;
    const char *command;
};

static const struct section sections[] = {
    {"version", "Version", "system version get"},
    {"uplinks", "Network adapters", "network nic list"},
    {"uplink_stats", "Network adapter statistics", "network nic stats list"},
    {"interfaces", "IP interfaces", "network ip interface ipv4 get"},
    {"ports", "Switch ports", "network port stats list"},
    {"modules", "Modules", "system module list"},
    {"memory", "Memory", "hardware memory get"},
    {"cpus", "Processors", "hardware cpu list"},
    {"worlds", "Worlds", "system world list"},
};

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n<title>OpenVMK</title>\n<style>\n"
    "body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:70em;padding:1.5em;color:#222;"
    "background:#fafaf8}\n"
    "h1{margin:0;font-size:1.8em}h2{margin:1.6em 0 .4em;font-size:1.1em;color:#456}\n"
    "p{margin:.2em 0;color:#567}a{color:#27c}\n"
    ".t{overflow-x:auto;background:#fff;border:1px solid #ddd;border-radius:6px}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "th,td{text-align:left;padding:.3em .8em;white-space:nowrap}th{color:#789;font-weight:600}\n"
    "tr+tr td{border-top:1px solid #eee}\n"
    "@media(prefers-color-scheme:dark){body{background:#181a1b;color:#ddd}.t{background:#222;border-color:#"
    "333}"
    "h2{color:#9bc}p,th{color:#9aa}tr+tr td{border-color:#333}a{color:#7bf}}\n"
    "</style></head><body>\n<h1>OpenVMK</h1>\n";

static const char tail[] = "</body></html>\n";

static void collect(vmk_AddrCookie data, const char *bytes, vmk_ByteCount len)
{
    text_add(data.ptr, bytes, len);
}

static VMK_ReturnStatus run(const struct section *section, const char *formatter, struct text *output)
{
    char line[128];

    (void)vmk_Snprintf(line, sizeof(line), "%s --formatter=%s", section->command, formatter);
    return vmk_CommandRun(line, collect, (vmk_AddrCookie){.ptr = output});
}

static vmk_uint64 uptime_s(void)
{
    return vmk_GetTimerCycles() / VMK_NSEC_PER_SEC;
}

void status_page_json(struct text *page)
{
    text_format(page, "{\"uptime_seconds\": %lu", uptime_s());
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(sections); i++) {
        struct text output = {0};

        text_format(page, ",\n\"%s\": ", sections[i].key);
        if (run(&sections[i], "json", &output) == VMK_OK && output.len != 0 && !output.failed) {
            text_add(page, output.data, output.len);
        } else {
            text_string(page, "null");
        }
        text_free(&output);
    }
    text_string(page, "}\n");
}

/** Append one character of a cell. */
static void html_char(struct text *page, char ch)
{
    switch (ch) {
    case '<':
        text_string(page, "&lt;");
        break;
    case '>':
        text_string(page, "&gt;");
        break;
    case '&':
        text_string(page, "&amp;");
        break;
    default:
        text_add(page, &ch, 1);
        break;
    }
}

/** Where the cell of CSV text at @p at ends: at a comma, a line's end, or the text's. */
static vmk_ByteCount cell_end(const struct text *csv, vmk_ByteCount at)
{
    bool quoted = false;

    for (; at < csv->len; at++) {
        char ch = csv->data[at];

        if (ch == '"') {
            quoted = !quoted; /* A doubled quote changes it twice. */
        } else if (!quoted && (ch == ',' || ch == '\n' || ch == '\r')) {
            break;
        }
    }
    return at;
}

/** Where the line after the one at @p at begins. */
static vmk_ByteCount next_line(const struct text *csv, vmk_ByteCount at)
{
    while (at < csv->len && csv->data[at] != '\n') {
        at = cell_end(csv, at + 1);
    }
    return at + 1;
}

/** Whether a capital within a heading begins a word: after a small letter, or before one, but not in "IPv4".
 */
static bool starts_word(const struct text *csv, vmk_ByteCount at, vmk_ByteCount end)
{
    char next = at + 1 < end ? csv->data[at + 1] : '\0';

    return csv->data[at - 1] >= 'a' || (next >= 'a' && next != 'v');
}

/** Append the cell at @p at, its quotes resolved; a heading is given back the blanks CSV has taken. @return
 * its end. */
static vmk_ByteCount html_cell(struct text *page, const struct text *csv, vmk_ByteCount at, const char *tag)
{
    vmk_ByteCount start = at, end = cell_end(csv, at);
    bool heading = tag[1] == 'h';

    text_format(page, "<%s>", tag);
    for (; at < end; at++) {
        char ch = csv->data[at];

        if (heading && at > start && ch >= 'A' && ch <= 'Z' && starts_word(csv, at, end)) {
            text_string(page, " ");
        }
        if (ch != '"') {
            html_char(page, ch);
        } else if (at > start && at + 1 < end && csv->data[at + 1] == '"') {
            html_char(page, csv->data[at++]);
        }
    }
    text_format(page, "</%s>", tag);
    return end;
}

/** Append a line of cells as a row. @return where the next line begins. */
static vmk_ByteCount html_row(struct text *page, const struct text *csv, vmk_ByteCount at, const char *tag)
{
    text_string(page, "<tr>");
    at = html_cell(page, csv, at, tag);
    while (at < csv->len && csv->data[at] == ',') {
        at = html_cell(page, csv, at + 1, tag);
    }
    text_string(page, "</tr>\n");
    return next_line(csv, at);
}

/** Append the line of cells at @p at as rows of two: heading and value. @return where the next line begins.
 */
static vmk_ByteCount html_record(struct text *page, const struct text *csv, vmk_ByteCount at)
{
    vmk_ByteCount heading = 0;
    bool more = true;

    while (more) {
        text_string(page, "<tr>");
        heading = html_cell(page, csv, heading, "th") + 1;
        at = html_cell(page, csv, at, "td");
        text_string(page, "</tr>\n");
        more = at < csv->len && csv->data[at] == ',';
        at += more;
    }
    return next_line(csv, at);
}

static vmk_uint32 columns(const struct text *csv)
{
    vmk_uint32 count = 1;

    for (vmk_ByteCount at = cell_end(csv, 0); at < csv->len && csv->data[at] == ',';
         at = cell_end(csv, at + 1)) {
        count++;
    }
    return count;
}

/** Append CSV text, whose first line is the headings: a table, or, when that were too wide, a list per line.
 */
static void html_table(struct text *page, const struct text *csv)
{
    bool wide = columns(csv) > COLUMNS_MAX;
    vmk_ByteCount at = wide ? next_line(csv, cell_end(csv, 0)) : 0;
    const char *tag = "th";

    text_string(page, "<div class=\"t\"><table>\n");
    while (at < csv->len) {
        at = wide ? html_record(page, csv, at) : html_row(page, csv, at, tag);
        tag = "td";
    }
    text_string(page, "</table></div>\n");
}

static void html_section(struct text *page, const struct section *section)
{
    struct text csv = {0};

    if (run(section, "csv", &csv) == VMK_OK && csv.len != 0 && !csv.failed) {
        text_format(page, "<h2>%s</h2>\n", section->title);
        html_table(page, &csv);
    }
    text_free(&csv);
}

void status_page_html(struct text *page)
{
    vmk_uint64 s = uptime_s();

    text_string(page, head);
    text_format(
        page, "<p>Up %lu days %02lu:%02lu:%02lu &middot; the same as <a href=\"/status.json\">JSON</a></p>\n",
        s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(sections); i++) {
        html_section(page, &sections[i]);
    }
    text_string(page, tail);
}
