/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_kernel.c - the kernel's own command tree.
 */
#include <core/command.h>

#include "command_tree.h"

/** Section .vmk.commands, as the linker script delimits it. */
extern const struct command *const vmk_commands_start[];
extern const struct command *const vmk_commands_end[];

struct command_tree command_tree_kernel(void)
{
    return (struct command_tree){vmk_commands_start, (unsigned)(vmk_commands_end - vmk_commands_start)};
}

VMK_ReturnStatus command_run(const char *line, struct format_sink *out, struct command_stop *stop)
{
    return command_tree_run(command_tree_kernel(), line, out, stop);
}
