/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status_page - curl fetches the page and its JSON a hundred times; the connections leave nothing behind.
 */
#include "boot.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FETCHES 100

static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* What curl got, malloc'ed. */
static char *fetch(unsigned port, const char *path)
{
    char command[256];
    snprintf(command, sizeof command, "curl --silent --show-error --fail --max-time 30 http://127.0.0.1:%u%s",
             port, path);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    char *text = calloc(1, 1 << 20);
    size_t len = fread(text, 1, (1 << 20) - 1, pipe);
    ck_assert_msg(pclose(pipe) == 0 && len > 0, "'%s' failed", command);
    return text;
}

START_TEST(test_fetches)
{
    struct machine_options options = boot_options("status_page");
    options.http_port = free_port();
    struct machine *m = boot_up(&options);

    char *page = fetch(options.http_port, "/");
    ck_assert_ptr_nonnull(strstr(page, "vmnic0"));
    ck_assert_ptr_nonnull(strstr(page, "e1000"));
    free(page);
    for (int i = 0; i < FETCHES; i++) {
        char *text = fetch(options.http_port, "/status.json");
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
