/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_api.c - the command tree for modules.
 */
#include <core/command.h>
#include <vmkapi/base/command.h>
#include <vmkapi/base/export.h>

struct output_sink {
    struct format_sink sink;
    vmk_CommandOutput output;
    vmk_AddrCookie data;
};

static void write(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    struct output_sink *to = VMK_CONTAINER_OF(sink, struct output_sink, sink);

    to->output(to->data, text, len);
}

VMK_ReturnStatus vmk_CommandRun(const char *line, vmk_CommandOutput output, vmk_AddrCookie data)
{
    struct output_sink to = {.sink = {.write = write}, .output = output, .data = data};

    return command_run(line, &to.sink, NULL);
}
VMK_EXPORT_SYMBOL(vmk_CommandRun);
