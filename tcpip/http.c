/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http.c - a connection's way from request to answer.
 *
 * A connection is in one of three states: reading the request; waiting for its page, which a helper world
 * makes; and sending. lwIP may take the endpoint away at any time (on_error): then the connection is freed at
 * once or, while the helper works for it, as that is done.
 */
#include "http.h"

#include <lwip/tcp.h>

#include <vmkapi/base/helper.h>
#include <vmkapi/base/module.h>

#include "http_request.h"
#include "stack.h"
#include "status_page.h"

#define POLL_INTERVAL 2 /* Of lwIP's half seconds. */

enum state {
    READING,
    RENDERING,
    SENDING,
};

struct connection {
    struct connection *next;
    struct tcp_pcb *pcb; /**< NULL: gone. */
    enum state state;
    vmk_uint32 idle_s;
    vmk_uint32 received;
    char request_bytes[HTTP_REQUEST_MAX];
    struct http_request request;
    struct text page; /**< Made by the helper's world, before it posts `work`. */
    struct stack_work work;
    struct text answer; /**< Headers and page. */
    vmk_ByteCount written;
    vmk_ByteCount acked;
};

static struct tcp_pcb *listener;
static struct connection *connections;
static vmk_uint32 num_connections;
static vmk_Helper helper;

static void unlink(struct connection *conn)
{
    struct connection **at = &connections;

    while (*at != conn) {
        at = &(*at)->next;
    }
    *at = conn->next;
    num_connections--;
}

static void destroy(struct connection *conn)
{
    unlink(conn);
    text_free(&conn->page);
    text_free(&conn->answer);
    vmk_HeapFree(stack_heap, conn);
}

/** Forget the endpoint; the connection goes as well, unless the helper still works for it. */
static void lose_pcb(struct connection *conn)
{
    conn->pcb = NULL;
    if (conn->state != RENDERING) {
        destroy(conn);
    }
}

static void detach(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
}

/** End the connection in order. @return what the lwIP callback we are in must return. */
static err_t finish(struct connection *conn)
{
    struct tcp_pcb *pcb = conn->pcb;
    err_t result = ERR_OK;

    detach(pcb);
    if (tcp_close(pcb) != ERR_OK) {
        tcp_abort(pcb);
        result = ERR_ABRT;
    }
    lose_pcb(conn);
    return result;
}

/** End it at once. */
static err_t cut_off(struct connection *conn)
{
    detach(conn->pcb);
    tcp_abort(conn->pcb);
    lose_pcb(conn);
    return ERR_ABRT;
}

/** Give lwIP as much of the answer as it takes; it refers to our text until that is acknowledged. */
static void send_more(struct connection *conn)
{
    while (conn->written < conn->answer.len) {
        vmk_ByteCount left = conn->answer.len - conn->written;
        u16_t piece = (u16_t)LWIP_MIN(left, tcp_sndbuf(conn->pcb));

        if (piece == 0 || tcp_write(conn->pcb, conn->answer.data + conn->written, piece,
                                    piece < left ? TCP_WRITE_FLAG_MORE : 0) != ERR_OK) {
            break;
        }
        conn->written += piece;
    }
    (void)tcp_output(conn->pcb);
}

/** Send headers for @p code and @p body. @return for the lwIP callback we may be in. */
static err_t answer(struct connection *conn, vmk_uint32 code, const char *type, const char *body,
                    vmk_ByteCount len)
{
    struct text *text = &conn->answer;

    conn->state = SENDING;
    conn->idle_s = 0;
    text_format(text, "HTTP/1.1 %u %s\r\nContent-Type: %s; charset=utf-8\r\nContent-Length: %lu\r\n", code,
                http_reason(code), type, len);
    text_string(text, "Cache-Control: no-store\r\nConnection: close\r\n\r\n");
    if (!conn->request.head) {
        text_add(text, body, len);
    }
    if (text->failed) {
        return cut_off(conn);
    }
    send_more(conn);
    return ERR_OK;
}

static err_t answer_error(struct connection *conn, vmk_uint32 code)
{
    char body[64];
    int len = vmk_Scnprintf(body, sizeof(body), "%u %s\n", code, http_reason(code));

    return answer(conn, code, "text/plain", body, (vmk_ByteCount)len);
}

/** The page is made. Context: the stack's world. */
static void page_made(void *arg)
{
    struct connection *conn = arg;

    if (!conn->pcb) {
        destroy(conn);
    } else if (conn->page.failed) {
        (void)answer_error(conn, 503);
    } else {
        (void)answer(conn, 200, conn->request.page == HTTP_PAGE_JSON ? "application/json" : "text/html",
                     conn->page.data, conn->page.len);
    }
}

/** Make the page. Context: the helper's world. */
static void make_page(vmk_AddrCookie data)
{
    struct connection *conn = data.ptr;

    if (conn->request.page == HTTP_PAGE_JSON) {
        status_page_json(&conn->page);
    } else {
        status_page_html(&conn->page);
    }
    stack_post(&conn->work);
}

static err_t respond(struct connection *conn)
{
    http_request_parse(conn->request_bytes, conn->received, &conn->request);
    if (conn->request.code != 200) {
        return answer_error(conn, conn->request.code);
    }
    conn->work = (struct stack_work){.func = page_made, .arg = conn};
    conn->state = RENDERING;
    if (vmk_HelperSubmitRequest(helper, make_page, (vmk_AddrCookie){.ptr = conn},
                                VMK_HELPER_DEFAULT_REQ_PROPS) != VMK_OK) {
        return answer_error(conn, 503);
    }
    return ERR_OK;
}

static err_t on_receive(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
    struct connection *conn = arg;
    vmk_uint32 room = HTTP_REQUEST_MAX - conn->received;

    if (!p) {
        /* The peer has finished sending: all right once we have its request. */
        return conn->state == READING ? finish(conn) : ERR_OK;
    }
    tcp_recved(pcb, p->tot_len);
    if (conn->state != READING) {
        pbuf_free(p);
        return ERR_OK;
    }
    conn->idle_s = 0;
    conn->received +=
        pbuf_copy_partial(p, conn->request_bytes + conn->received, (u16_t)LWIP_MIN(p->tot_len, room), 0);
    pbuf_free(p);
    if (http_request_is_complete(conn->request_bytes, conn->received)) {
        return respond(conn);
    }
    return conn->received == HTTP_REQUEST_MAX ? answer_error(conn, 431) : ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
    struct connection *conn = arg;

    conn->idle_s = 0;
    conn->acked += len;
    if (conn->acked >= conn->answer.len) {
        return finish(conn);
    }
    send_more(conn);
    return ERR_OK;
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    struct connection *conn = arg;

    if (conn->state != RENDERING && ++conn->idle_s > HTTP_IDLE_S) {
        return cut_off(conn);
    }
    if (conn->state == SENDING) {
        send_more(conn);
    }
    return ERR_OK;
}

static void on_error(void *arg, err_t error)
{
    lose_pcb(arg);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct connection *conn;

    if (error != ERR_OK || !pcb) {
        return ERR_VAL;
    }
    conn = num_connections < HTTP_CONNECTIONS_MAX ? vmk_HeapZalloc(stack_heap, sizeof(*conn)) : NULL;
    if (!conn) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    conn->pcb = pcb;
    conn->next = connections;
    connections = conn;
    num_connections++;
    tcp_arg(pcb, conn);
    tcp_recv(pcb, on_receive);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_poll(pcb, on_poll, POLL_INTERVAL);
    return ERR_OK;
}

VMK_ReturnStatus http_init(void)
{
    const vmk_HelperProps props = {
        .name = {"http"},
        .moduleID = vmk_ModuleCurrentID,
        .heap = stack_heap,
        .maxRequests = HTTP_CONNECTIONS_MAX,
    };

    return vmk_HelperCreate(&props, &helper);
}

void http_start(vmk_uint16 port)
{
    struct tcp_pcb *pcb = tcp_new();

    if (!pcb || tcp_bind(pcb, IP_ADDR_ANY, port) != ERR_OK) {
        vmk_WarningMessage("no status page: port %u can't be had", port);
        if (pcb) {
            tcp_abort(pcb);
        }
        return;
    }
    listener = tcp_listen(pcb);
    if (listener) {
        tcp_accept(listener, on_accept);
    } else {
        tcp_abort(pcb);
    }
}

void http_stop(void)
{
    struct connection *next;

    if (listener) {
        (void)tcp_close(listener);
        listener = NULL;
    }
    for (struct connection *conn = connections; conn; conn = next) {
        next = conn->next;
        if (conn->pcb) {
            (void)cut_off(conn);
        }
    }
}

void http_exit(void)
{
    /* Pages still being made post their work to a world that has ended: their connections end here. */
    (void)!vmk_HelperDestroy(helper);
    while (connections) {
        destroy(connections);
    }
}
