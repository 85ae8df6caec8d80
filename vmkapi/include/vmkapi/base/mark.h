/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mark.h - places in the code that a measurement can see from outside.
 *
 * A mark is an instruction that does nothing. tools/insncount, loaded into QEMU, notes how many instructions
 * had been executed when one is reached; nothing else knows about them. Context: any.
 */
#ifndef VMKAPI_BASE_MARK_H
#define VMKAPI_BASE_MARK_H

#include <vmkapi/base/types.h>

#define VMK_MARK_WINDOW_START 1 /**< What is to be counted begins. */
#define VMK_MARK_WINDOW_END   2 /**< It has ended. */
#define VMK_MARK_LINK_UP      3 /**< The ports have heard that an uplink has link. */
#define VMK_MARK_LEASE        4 /**< An interface has got its address. */
#define VMK_MARK_OPERATION    5 /**< One operation of many has ended, and the next one begins. */
#define VMK_MARK_BEGIN        6 /**< It begins here; what lies between is no operation's. */
#define VMK_MARK_KICK         7 /**< A driver tells its device of work. */

/** Set a mark; @p id is a constant from 1 to 255. One 8-byte NOP: nopl 0x4b4d56<id>(%rax,%rax). */
#define vmk_Mark(id)                                                                                         \
    __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, %c0, 0x56, 0x4d, 0x4b" ::"i"(id) : "memory")

#endif
