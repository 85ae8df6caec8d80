/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_http.c - what a client sends to the status page's port, whole and as it arrives.
 */
#include "fuzz.h"

#include "http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes;
    struct http_request request;
    bool complete = false;

    for (size_t have = 0; have <= len; have++) {
        bool now = http_request_is_complete(text, have);

        FUZZ_REQUIRE(now || !complete);
        complete = now;
    }
    http_request_parse(text, len, &request);
    FUZZ_REQUIRE(request.code >= 200 && request.code < 600 && http_reason(request.code)[0] != '\0');
    FUZZ_REQUIRE(request.page == HTTP_PAGE_HTML || request.page == HTTP_PAGE_JSON);
    return 0;
}
