/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http.h - the status page's server: GET and HEAD of `/` and `/status.json`, a connection each.
 *
 * At most HTTP_CONNECTIONS_MAX connections; a request must fit HTTP_REQUEST_MAX bytes, and a peer that
 * neither sends its request nor takes the answer for HTTP_IDLE_S seconds is cut off. Pages are made in a
 * helper world, so that a slow command doesn't hold up the stack.
 */
#ifndef TCPIP_HTTP_H
#define TCPIP_HTTP_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define HTTP_CONNECTIONS_MAX 32
#define HTTP_REQUEST_MAX     2048
#define HTTP_IDLE_S          10

/** Make what the server needs besides lwIP. @return VMK_OK or VMK_NO_MEMORY. Context: init_module. */
VMK_ReturnStatus http_init(void);

/** Listen on @p port. Context: the stack's world. */
void http_start(vmk_uint16 port);

/** Stop listening and drop all connections. Context: the stack's world. */
void http_stop(void);

/** Undo http_init(), after the stack's world has ended. Context: may block. */
void http_exit(void);

#endif
