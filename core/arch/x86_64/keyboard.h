/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keyboard.h - the PC's own keyboard, behind the 8042 controller.
 */
#ifndef ARCH_KEYBOARD_H
#define ARCH_KEYBOARD_H

#include "input_queue.h"

/** Have keys go into @p queue. @return VMK_OK; VMK_NOT_FOUND (no controller); VMK_NO_RESOURCES. Context:
 * world. */
VMK_ReturnStatus keyboard_enable(struct input_queue *queue);

#endif
