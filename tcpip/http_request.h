/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http_request.h - what a request asks for. Context: any.
 */
#ifndef TCPIP_HTTP_REQUEST_H
#define TCPIP_HTTP_REQUEST_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

enum http_page {
    HTTP_PAGE_HTML,
    HTTP_PAGE_JSON,
};

struct http_request {
    vmk_uint32 code; /**< 200 when a page is to be sent, else the error. */
    enum http_page page;
    bool head; /**< Headers only. */
};

/** Whether @p bytes hold a request's whole head. */
bool http_request_is_complete(const char *bytes, vmk_ByteCount len);

/** Understand the request at @p bytes, whatever they are. */
void http_request_parse(const char *bytes, vmk_ByteCount len, struct http_request *request);

/** The words that go with a status code. */
const char *http_reason(vmk_uint32 code);

#endif
