/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control.c - the control world.
 */
#define VMK_LOG_MODULE "Control"
#include "control.h"

#include <core/command.h>
#include <core/cmdline.h>
#include <core/control_dev.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/world.h>

static void port_write(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    control_dev_write(text, len);
}

static struct format_sink port = {.write = port_write};

/** Read up to a newline; what is too long is cut off. */
static VMK_ReturnStatus read_line(char line[COMMAND_LINE_MAX])
{
    unsigned len = 0;
    char c = '\0';

    for (;;) {
        vmk_StatusValue status = control_dev_read_char(WAIT_FOREVER, &c);

        if (status != VMK_OK) {
            return status;
        }
        if (c == '\n') {
            line[len] = '\0';
            return VMK_OK;
        }
        if (c != '\r' && len < COMMAND_LINE_MAX - 1) {
            line[len++] = c;
        }
    }
}

static vmk_StatusValue control_main(void *data)
{
    char line[COMMAND_LINE_MAX];
    vmk_StatusValue status;

    format_print(&port, "@@vmk ready\n");
    while ((status = read_line(line)) == VMK_OK) {
        status = command_run(line, &port, NULL);
        format_print(&port, "@@vmk status=%d\n", status);
    }
    return status;
}

void control_start(void)
{
    vmk_WorldProps world = {
        .name = "control", .moduleID = VMK_VMKERNEL_MODULE_ID, .startFunction = control_main};
    vmk_StatusValue status;
    vmk_WorldID id;

    if (!cmdline_is("control", "com2")) {
        return;
    }
    status = control_dev_open();
    if (status != VMK_OK) {
        vmk_WarningMessage("no control port on COM2: %s", vmk_StatusToString(status));
        return;
    }
    VMK_VERIFY(vmk_WorldCreate(&world, &id) == VMK_OK);
}
