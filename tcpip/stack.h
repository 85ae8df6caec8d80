/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stack.h - the world lwIP lives in: nothing of lwIP is called from anywhere else.
 *
 * It sleeps until packets arrive, work is handed to it, or one of lwIP's timers is due.
 */
#ifndef TCPIP_STACK_H
#define TCPIP_STACK_H

#include <stdbool.h>

#include <vmkapi/base/heap.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/net/net_pktlist.h>

/** What the module allocates from, lwIP included. */
extern vmk_HeapID stack_heap;

typedef void (*stack_func)(void *arg);

/** Work for the stack's world; the memory is its submitter's until it has run. */
struct stack_work {
    struct stack_work *next;
    stack_func func;
    void *arg;
};

/**
 * Start the world. @p begin runs in it first, @p turn in each turn of its loop after the packets, @p end
 * last.
 *
 * @return VMK_OK, or why there is no world. Context: may block.
 */
VMK_ReturnStatus stack_start(void (*begin)(void), void (*turn)(void), void (*end)(void));

/** Have the world end, and wait for it. Nothing may be posted any more. Context: may block. */
void stack_stop(void);

/** Have @p work run soon. Context: any. */
void stack_post(struct stack_work *work);

/** Run @p func(@p arg) in the stack's world and wait for it; directly, if that is where we are. May block. */
void stack_call(stack_func func, void *arg);

/** Have the loop take another turn. Context: any. */
void stack_wake(void);

/** Queue received packets; all of @p list changes owner. Context: any but interrupt. */
void stack_receive(vmk_PktList list);

/** Take what has been received. Context: the stack's world. */
void stack_received(vmk_PktList list);

#endif
