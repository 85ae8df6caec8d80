/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <string.h>

#include <core/format.h>

#include "heap.h"
#include "run.h"
#include "sink.h"

static struct memory_sink out;

static const struct format_column columns[] = {{"Name", FORMAT_STRING},
                                               {"Link Status", FORMAT_STRING},
                                               {"Speed", FORMAT_UINT, "Mbps"},
                                               {"Delta", FORMAT_INT},
                                               {"Register", FORMAT_HEX},
                                               {"Up", FORMAT_BOOL},
                                               {0}};

static void emit(struct format *f, const char *name, vmk_uint64 speed)
{
    format_row(f);
    format_string(f, name);
    format_stringf(f, "%s-%d", "up", 1);
    format_uint(f, speed);
    format_int(f, -5);
    format_hex(f, 0x80);
    format_bool(f, true);
}

static struct format begin(enum format_style style, enum format_shape shape)
{
    struct format f;

    memory_sink_clear(&out);
    format_begin(&f, &out.sink, style, shape, columns);
    return f;
}

START_TEST(table_aligns_columns)
{
    struct format f = begin(FORMAT_TABLE, FORMAT_LIST);

    emit(&f, "vmnic0", 1000);
    emit(&f, "a-long-name", 5);
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_str_eq(out.text, "Name         Link Status  Speed (Mbps)  Delta  Register  Up\n"
                               "-----------  -----------  ------------  -----  --------  ----\n"
                               "vmnic0       up-1                 1000     -5  0x80      true\n"
                               "a-long-name  up-1                    5     -5  0x80      true\n");
}
END_TEST

START_TEST(empty_list_has_headings)
{
    struct format f = begin(FORMAT_TABLE, FORMAT_LIST);

    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_ptr_nonnull(strstr(out.text, "Name  Link Status"));
    f = begin(FORMAT_JSON, FORMAT_LIST);
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_str_eq(out.text, "[]\n");
}
END_TEST

START_TEST(record_is_key_value)
{
    struct format f = begin(FORMAT_TABLE, FORMAT_RECORD);

    format_row(&f);
    format_string(&f, "vmnic0");
    format_string(&f, "");
    format_uint(&f, 1000);
    format_none(&f);
    format_hex(&f, 1);
    format_bool(&f, false);
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_str_eq(out.text,
                     "Name: vmnic0\nLink Status:\nSpeed: 1000 Mbps\nDelta:\nRegister: 0x1\nUp: false\n");
}
END_TEST

START_TEST(json_types_and_keys)
{
    struct format f = begin(FORMAT_JSON, FORMAT_RECORD);

    emit(&f, "q\"\\\n\x01", ~0ul);
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_str_eq(out.text,
                     "{\"Name\": \"q\\\"\\\\\\n\\u0001\", \"LinkStatus\": \"up-1\", \"Speed\": "
                     "18446744073709551615, \"Delta\": -5, \"Register\": \"0x80\", \"Up\": true}\n");
}
END_TEST

START_TEST(json_list_and_null)
{
    struct format f = begin(FORMAT_JSON, FORMAT_LIST);
    int i;

    for (i = 0; i < 2; i++) {
        format_row(&f);
        format_string(&f, NULL);
        format_string(&f, "x");
        format_none(&f);
        format_none(&f);
        format_none(&f);
        format_none(&f);
    }
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_str_eq(out.text, "[{\"Name\": null, \"LinkStatus\": \"x\", \"Speed\": null, \"Delta\": null, "
                               "\"Register\": null, \"Up\": null},\n {\"Name\": null, \"LinkStatus\": \"x\", "
                               "\"Speed\": null, \"Delta\": null, \"Register\": null, \"Up\": null}]\n");
}
END_TEST

START_TEST(json_repairs_utf8)
{
    memory_sink_clear(&out);
    /* Good two, three and four bytes; then a lone continuation, an overlong slash, a surrogate, a cut-off
     * one. */
    format_json_escape(&out.sink, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82|\x80|\xc0\xaf|\xed\xa0\x80|\xe2\x82");
    ck_assert_str_eq(out.text, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82|\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|"
                               "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd");
}
END_TEST

START_TEST(csv_quotes)
{
    struct format f = begin(FORMAT_CSV, FORMAT_LIST);

    emit(&f, "a,b \"c\"\nd", 1);
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_str_eq(out.text,
                     "Name,LinkStatus,Speed,Delta,Register,Up\n\"a,b \"\"c\"\"\nd\",up-1,1,-5,0x80,true\n");
}
END_TEST

START_TEST(lines_show_last_column)
{
    static const struct format_column line_columns[] = {
        {"Level", FORMAT_STRING}, {"Line", FORMAT_STRING}, {0}};
    struct format f;

    memory_sink_clear(&out);
    format_begin(&f, &out.sink, FORMAT_TABLE, FORMAT_LINES, line_columns);
    format_row(&f);
    format_string(&f, "normal");
    format_string(&f, "hello");
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_str_eq(out.text, "hello\n");
}
END_TEST

START_TEST(short_row_is_filled)
{
    struct format f = begin(FORMAT_CSV, FORMAT_LIST);

    format_row(&f);
    format_string(&f, "only");
    ck_assert_int_eq(format_end(&f), VMK_OK);
    ck_assert_ptr_nonnull(strstr(out.text, "\nonly,,,,,\n"));
}
END_TEST

START_TEST(no_memory_is_told_and_leaks_nothing)
{
    unsigned allowed, i;

    for (allowed = 0; allowed < 4; allowed++) {
        struct format f = begin(FORMAT_TABLE, FORMAT_LIST);

        support_heap_fail_after = allowed;
        for (i = 0; i < 100; i++) {
            emit(&f, "vmnic0", 1);
        }
        ck_assert_int_eq(format_end(&f), VMK_NO_MEMORY);
        ck_assert_str_eq(out.text, "");
        ck_assert_int_eq(support_heap_live, 0);
    }
}
END_TEST

START_TEST(styles_by_name)
{
    enum format_style style = FORMAT_TABLE;

    ck_assert_int_eq(format_style_parse("json", &style), VMK_OK);
    ck_assert_int_eq(style, FORMAT_JSON);
    ck_assert_int_eq(format_style_parse("xml", &style), VMK_BAD_PARAM);
}
END_TEST

RUN_TESTS(table_aligns_columns, empty_list_has_headings, record_is_key_value, json_types_and_keys,
          json_list_and_null, json_repairs_utf8, csv_quotes, lines_show_last_column, short_row_is_filled,
          no_memory_is_told_and_leaks_nothing, styles_by_name)
