/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_http.c - requests, well-formed and otherwise, and the status page made of commands' output.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <vmkapi/base/command.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/time.h>

#include "../../../tcpip/http_request.h"
#include "../../../tcpip/status_page.h"

/* What the page needs. */

vmk_HeapID stack_heap;
static const char *csv = "";
static vmk_StatusValue command_status = VMK_OK;

vmk_TimerCycles vmk_GetTimerCycles(void)
{
    return (2 * 86400ul + 3 * 3600 + 4 * 60 + 5) * VMK_NSEC_PER_SEC;
}

VMK_ReturnStatus vmk_CommandRun(const char *line, vmk_CommandOutput output, vmk_AddrCookie data)
{
    const char *text = strstr(line, "json") ? "[{\"a\": 1}]\n" : csv;

    output(data, text, strlen(text) / 2);
    output(data, text + strlen(text) / 2, strlen(text) - strlen(text) / 2);
    return command_status;
}

static struct http_request parsed(const char *text)
{
    struct http_request request;

    http_request_parse(text, strlen(text), &request);
    return request;
}

START_TEST(requests_are_understood)
{
    ck_assert_uint_eq(parsed("GET / HTTP/1.1\r\nHost: x\r\n\r\n").code, 200);
    ck_assert_int_eq(parsed("GET / HTTP/1.1\r\n\r\n").page, HTTP_PAGE_HTML);
    ck_assert_int_eq(parsed("GET /status.json HTTP/1.0\n\n").page, HTTP_PAGE_JSON);
    ck_assert_int_eq(parsed("GET /status.json?x=1 HTTP/1.1\r\n\r\n").page, HTTP_PAGE_JSON);
    ck_assert(parsed("HEAD / HTTP/1.1\r\n\r\n").head);
    ck_assert(!parsed("GET / HTTP/1.1\r\n\r\n").head);
}
END_TEST

START_TEST(others_are_refused)
{
    ck_assert_uint_eq(parsed("GET /secret HTTP/1.1\r\n\r\n").code, 404);
    ck_assert_uint_eq(parsed("POST / HTTP/1.1\r\n\r\n").code, 405);
    ck_assert_uint_eq(parsed("GET /").code, 400);
    ck_assert_uint_eq(parsed("GET / HTTP/2.0\r\n\r\n").code, 400);
    ck_assert_uint_eq(parsed("GET / HTTP/1.1 extra\r\n\r\n").code, 400);
    ck_assert_uint_eq(parsed("GET  / HTTP/1.1\r\n\r\n").code, 400);
    ck_assert_uint_eq(parsed("\r\n\r\n").code, 400);
    ck_assert_uint_eq(parsed("").code, 400);
    ck_assert_uint_eq(parsed("GET /\x01 HTTP/1.1\r\n\r\n").code, 400);
}
END_TEST

START_TEST(the_end_of_a_request_is_seen)
{
    const char *whole = "GET / HTTP/1.1\r\nA: b\r\n\r\n";

    for (size_t len = 0; len < strlen(whole); len++) {
        ck_assert(!http_request_is_complete(whole, len));
    }
    ck_assert(http_request_is_complete(whole, strlen(whole)));
    ck_assert(http_request_is_complete("\n\n", 2));
}
END_TEST

/* Any bytes in a buffer of just their size end in one of the codes. */
START_TEST(noise_is_answered_with_a_code)
{
    srand(5);
    for (unsigned round = 0; round < 20000; round++) {
        static const char seed[] = "GET /status.json HTTP/1.1\r\nHost: openvmk\r\n\r\n";
        size_t len = (size_t)rand() % sizeof(seed);
        char *bytes = malloc(len + 1);
        struct http_request request;

        memcpy(bytes, seed, len);
        for (unsigned i = 0; len != 0 && i < 3; i++) {
            bytes[(size_t)rand() % len] = (char)rand();
        }
        bytes = realloc(bytes, len != 0 ? len : 1);
        (void)http_request_is_complete(bytes, len);
        http_request_parse(bytes, len, &request);
        ck_assert(request.code == 200 || request.code == 400 || request.code == 404 || request.code == 405);
        ck_assert_str_ne(http_reason(request.code), "Service Unavailable");
        free(bytes);
    }
}
END_TEST

static char *html(const char *output)
{
    struct text page = {0};
    char *text;

    csv = output;
    status_page_html(&page);
    ck_assert(!page.failed);
    text = strndup(page.data, page.len);
    text_free(&page);
    return text;
}

START_TEST(tables_are_made_of_csv)
{
    char *page = html("Name,LinkStatus,MACAddress,IPv4Address\na,\"x, \"\"y\"\"\",<b>,&\n");

    ck_assert_ptr_nonnull(strstr(page, "Up 2 days 03:04:05"));
    ck_assert_ptr_nonnull(
        strstr(page, "<tr><th>Name</th><th>Link Status</th><th>MAC Address</th><th>IPv4 Address</th></tr>"));
    ck_assert_ptr_nonnull(
        strstr(page, "<tr><td>a</td><td>x, \"y\"</td><td>&lt;b&gt;</td><td>&amp;</td></tr>"));
    free(page);
}
END_TEST

START_TEST(wide_records_are_lists)
{
    char *page = html("A,B,C,D,E,F,G,H,I,J,K,L,M\n1,2,3,4,5,6,7,8,9,10,11,12,13\nx,y\n");

    ck_assert_ptr_nonnull(strstr(page, "<tr><th>A</th><td>1</td></tr>"));
    ck_assert_ptr_nonnull(strstr(page, "<tr><th>M</th><td>13</td></tr>"));
    ck_assert_ptr_nonnull(strstr(page, "<tr><th>B</th><td>y</td></tr>"));
    free(page);
}
END_TEST

START_TEST(odd_output_makes_a_page)
{
    static const char *const outputs[] = {"",        "\n",        ",", "\"", "a\r\nb\r\n", "a,b\n\"unclosed",
                                          "a\n\n\n", "\"\"\"\"\n"};

    for (unsigned i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        char *page = html(outputs[i]);

        ck_assert_ptr_nonnull(strstr(page, "</html>"));
        free(page);
    }
    command_status = VMK_FAILURE;
    free(html("error"));
}
END_TEST

START_TEST(json_has_every_section_or_null)
{
    struct text page = {0};

    status_page_json(&page);
    text_add(&page, "", 1);
    ck_assert_ptr_nonnull(strstr(page.data, "\"uptime_seconds\": 183845"));
    ck_assert_ptr_nonnull(strstr(page.data, "\"uplinks\": [{\"a\": 1}]"));
    text_free(&page);
    command_status = VMK_NOT_FOUND;
    status_page_json(&page);
    text_add(&page, "", 1);
    ck_assert_ptr_nonnull(strstr(page.data, "\"uplinks\": null"));
    text_free(&page);
}
END_TEST

RUN_TESTS(requests_are_understood, others_are_refused, the_end_of_a_request_is_seen,
          noise_is_answered_with_a_code, tables_are_made_of_csv, wide_records_are_lists,
          odd_output_makes_a_page, json_has_every_section_or_null)
