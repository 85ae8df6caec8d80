/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipstack.h - asking the registered TCP/IP stack (vmkapi/net/net_ipstack.h).
 */
#ifndef CORE_IPSTACK_H
#define CORE_IPSTACK_H

#include <vmkapi/net/net_ipstack.h>

/**
 * Get the stack's operations and keep it registered until ipstack_put().
 *
 * @return NULL when there is none (then don't put). Context: may block.
 */
const vmk_IPStackOps *ipstack_get(vmk_AddrCookie *data);
void ipstack_put(void);

/** Bring it up. Context: boot world, once. */
void ipstack_init(void);

#endif
