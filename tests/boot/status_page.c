/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status_page - curl fetches the page and its JSON a hundred times; the connections leave nothing behind.
 */
#include "boot.h"
#include "fetch.h"

#include <stdlib.h>
#include <string.h>

#define FETCHES         100
#define FETCH_TIMEOUT_S 30

/* What curl got, malloc'ed. */
static char *get(unsigned port, const char *path)
{
    char *text = fetch(port, path, FETCH_TIMEOUT_S);
    ck_assert_msg(text != NULL, "%s does not come", path);
    return text;
}

START_TEST(test_fetches)
{
    struct machine_options options = boot_options("status_page");
    options.http_port = fetch_free_port();
    struct machine *m = boot_up(&options);

    char *page = get(options.http_port, "/");
    ck_assert_ptr_nonnull(strstr(page, "vmnic0"));
    ck_assert_ptr_nonnull(strstr(page, "e1000"));
    free(page);
    for (int i = 0; i < FETCHES; i++) {
        char *text = get(options.http_port, "/status.json");
        json_error_t error;
        json_t *status = json_loads(text, 0, &error);
        ck_assert_msg(status != NULL, "fetch %d is no JSON: %s\n%s", i, error.text, text);
        json_decref(status);
        free(text);
    }
    json_t *connections = boot_json(m, "network ip connection list");
    size_t i, open = 0;
    json_t *row;
    json_array_foreach(connections, i, row)
    {
        const char *state = json_string_value(json_object_get(row, "State"));
        open += state != NULL && strcmp(state, "ESTABLISHED") == 0;
    }
    ck_assert_uint_eq(open, 0);
    json_decref(connections);
    boot_down(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("status_page");
    TCase *tcase = tcase_create("status_page");
    tcase_add_test(tcase, test_fetches);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
