/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queries.h - what the module offers the system's commands.
 */
#ifndef TCPIP_QUERIES_H
#define TCPIP_QUERIES_H

#include <vmkapi/net/net_ipstack.h>

extern const vmk_IPStackOps queries_ops;

#endif
