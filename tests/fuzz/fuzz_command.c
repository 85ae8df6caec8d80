/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_command.c - what is typed at the console or stands in the kernel's `run=`, with a table that has one
 * of everything.
 */
#include "fuzz.h"
#include "heap.h"

#include "command_tree.h"
#include "words.h"

static VMK_ReturnStatus show(struct command_call *call)
{
    const char *text = command_string(call, "text"), *kind = command_string(call, "kind");
    vmk_uint64 count = command_uint(call, "count", 7);

    FUZZ_REQUIRE(count >= 1 && count <= 100);
    FUZZ_REQUIRE(kind == NULL || strcmp(kind, "panic") == 0 || strcmp(kind, "fault") == 0);
    format_row(&call->format);
    format_string(&call->format, text != NULL ? text : "-");
    format_uint(&call->format, count);
    return command_bool(call, "flag", false) ? command_fail(call, VMK_NOT_FOUND, "there is no '%s'", text)
                                             : VMK_OK;
}

static const struct format_column columns[] = {{"Name", FORMAT_STRING}, {"Speed", FORMAT_UINT, "Mbps"}, {0}};
static const struct command_arg args[] = {
    {.name = "text", .letter = 't', .flags = COMMAND_REQUIRED, .help = "A text"},
    {.name = "count", .letter = 'c', .type = COMMAND_UINT, .min = 1, .max = 100, .help = "A number"},
    {.name = "flag", .letter = 'f', .type = COMMAND_FLAG, .help = "A flag"},
    {.name = "kind",
     .type = COMMAND_CHOICE,
     .choices = "panic|fault",
     .flags = COMMAND_BARE,
     .help = "A choice"},
    {0}};
static const struct command list = {"network nic list", "List", show, args, columns, FORMAT_LIST};
static const struct command get = {"network nic get", "Show one", show, args, columns, FORMAT_RECORD};
static const struct command shutdown = {"system shutdown", "Power off", show, args, columns, FORMAT_LIST};
static const struct command reboot = {"system shutdown reboot", "Restart", show, args, columns, FORMAT_LIST};
static const struct command *const entries[] = {&list, &get, &shutdown, &reboot};

static void discard(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct command_tree tree = {entries, VMK_ARRAY_SIZE(entries)};
    struct format_sink sink = {.write = discard};
    char *text = malloc(len + 1), line[COMMAND_LINE_MAX];
    const char *script = text;

    memcpy(text, bytes, len);
    text[len] = '\0';
    while (words_next_command(&script, line, sizeof(line))) {
        vmk_StatusValue status = command_tree_run(tree, line, &sink, NULL);

        FUZZ_REQUIRE(status == VMK_OK || status == VMK_BAD_PARAM || status == VMK_NOT_FOUND);
        FUZZ_REQUIRE(support_heap_live == 0);
    }
    free(text);
    return 0;
}
