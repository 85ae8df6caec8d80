/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http_request.c - reading the request line (RFC 9112, 3).
 */
#include "http_request.h"

#include <vmkapi/lib/libc.h>

static const struct {
    const char *path;
    enum http_page page;
} pages[] = {
    {"/", HTTP_PAGE_HTML},
    {"/index.html", HTTP_PAGE_HTML},
    {"/status.json", HTTP_PAGE_JSON},
};

/** A word of the request line. */
struct word {
    const char *start;
    vmk_ByteCount len;
};

static bool is(const struct word *word, const char *text)
{
    return vmk_Strlen(text) == word->len && vmk_Memcmp(word->start, text, word->len) == 0;
}

/** Take the next word; words are separated by one blank. @return what is left. */
static struct word next_word(struct word rest, struct word *word)
{
    vmk_ByteCount len = 0;

    while (len < rest.len && vmk_IsPrint((unsigned char)rest.start[len]) && rest.start[len] != ' ') {
        len++;
    }
    *word = (struct word){rest.start, len};
    if (len < rest.len && rest.start[len] == ' ') {
        len++;
    }
    return (struct word){rest.start + len, rest.len - len};
}

bool http_request_is_complete(const char *bytes, vmk_ByteCount len)
{
    for (vmk_ByteCount i = 0; i < len; i++) {
        if (bytes[i] != '\n') {
            continue;
        }
        if (i + 1 < len && bytes[i + 1] == '\n') {
            return true;
        }
        if (i + 2 < len && bytes[i + 1] == '\r' && bytes[i + 2] == '\n') {
            return true;
        }
    }
    return false;
}

static vmk_uint32 find_page(struct word target, enum http_page *page)
{
    const char *query = vmk_Memchr(target.start, '?', target.len);

    if (query) {
        target.len = (vmk_ByteCount)(query - target.start);
    }
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(pages); i++) {
        if (is(&target, pages[i].path)) {
            *page = pages[i].page;
            return 200;
        }
    }
    return 404;
}

void http_request_parse(const char *bytes, vmk_ByteCount len, struct http_request *request)
{
    struct word rest = {bytes, len}, method, target, version;

    *request = (struct http_request){.code = 400};
    rest = next_word(rest, &method);
    rest = next_word(rest, &target);
    rest = next_word(rest, &version);
    if (version.len != 8 || vmk_Memcmp(version.start, "HTTP/1.", 7) != 0 || target.len == 0 ||
        rest.len == 0 || (rest.start[0] != '\r' && rest.start[0] != '\n')) {
        return;
    }
    request->head = is(&method, "HEAD");
    if (!request->head && !is(&method, "GET")) {
        request->code = 405;
        return;
    }
    request->code = find_page(target, &request->page);
}

const char *http_reason(vmk_uint32 code)
{
    switch (code) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 431:
        return "Request Header Fields Too Large";
    default:
        return "Service Unavailable";
    }
}
