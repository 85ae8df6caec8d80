/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control.h - the control port: commands for programs, on the second serial port.
 *
 * With `control=com2` on the kernel command line the port says `@@vmk ready` once the kernel is up. Then, for
 * each line sent to it, it answers with the command's output and a line `@@vmk status=N`, N being 0 or a
 * VMK_ReturnStatus. There is no echo, no prompt and no log on it, and lines end with a bare newline.
 */
#ifndef CORE_MGMT_CONTROL_H
#define CORE_MGMT_CONTROL_H

/** Start the control world, if the command line asks for it. Context: boot world, last thing. */
void control_start(void);

#endif
