/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status_page [FETCHES CONNECTIONS] - curl fetches the page and its JSON, and connections of every kind come
 * and go: asked and answered, closed at once, left in the middle of a request, reset. Nothing stays behind.
 */
#include "boot.h"
#include "fetch.h"
#include "holdings.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define FETCH_TIMEOUT_S   30
#define CONNECT_TIMEOUT_S 30

static int fetches = 100, connections = 300;

static struct machine *machine;
static unsigned port;
static json_t *before;

/* What curl got, malloc'ed. */
static char *get(const char *path)
{
    char *text = fetch(port, path, FETCH_TIMEOUT_S);
    ck_assert_msg(text != NULL, "%s does not come", path);
    return text;
}

/* One fetch, so that what is made once is made. */
static void start_machine(void)
{
    struct machine_options options = boot_options("status_page");
    options.http_port = port = fetch_free_port();
    machine = boot_up(&options);
    free(get("/"));
    holdings_wait_for_connections(machine);
    before = holdings_take(machine);
}

static void stop_machine(void)
{
    boot_down(machine);
    json_decref(before);
}

START_TEST(test_fetches)
{
    char *page = get("/");
    ck_assert_ptr_nonnull(strstr(page, "vmnic0"));
    ck_assert_ptr_nonnull(strstr(page, "e1000"));
    free(page);
    for (int i = 0; i < fetches; i++) {
        char *text = get("/status.json");
        json_error_t error;
        json_t *status = json_loads(text, 0, &error);
        ck_assert_msg(status != NULL, "fetch %d is no JSON: %s\n%s", i, error.text, text);
        json_decref(status);
        free(text);
    }
    holdings_wait_for_connections(machine);
    holdings_expect(machine, before, "e1000");
}
END_TEST

static int connect_to_machine(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = CONNECT_TIMEOUT_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_text(int fd, const char *text)
{
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void close_at_once(int fd)
{
    shutdown(fd, SHUT_RDWR);
}

static void leave_in_the_middle(int fd)
{
    send_text(fd, "GET /status.json HTTP/1.1\r\nHost: open");
}

static void reset(int fd)
{
    struct linger linger = {.l_onoff = 1};
    send_text(fd, "GET / HTTP/1.1\r\nHost: openvmk\r\n\r\n");
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void ask(int fd)
{
    char answer[4096];
    ssize_t len, total = 0;
    send_text(fd, "GET /status.json HTTP/1.1\r\nHost: openvmk\r\nConnection: close\r\n\r\n");
    while ((len = recv(fd, answer, sizeof answer, 0)) > 0) {
        ck_assert(total != 0 || (len > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0));
        total += len;
    }
    ck_assert_msg(len == 0 && total > 0, "no answer");
}

START_TEST(test_connections)
{
    /* QEMU listens with a backlog of one, and who does not get in waits seconds: between two others, ask. */
    static void (*const uses[])(int) = {ask, close_at_once, ask, leave_in_the_middle, ask, reset};
    for (int i = 0; i < connections; i++) {
        int fd = connect_to_machine();
        uses[i % 6](fd);
        close(fd);
    }
    holdings_wait_for_connections(machine);
    holdings_expect(machine, before, "e1000");
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3) {
        fetches = atoi(argv[1]);
        connections = atoi(argv[2]);
    }
    Suite *suite = suite_create("status_page");
    TCase *tcase = tcase_create("status_page");
    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_test(tcase, test_fetches);
    tcase_add_test(tcase, test_connections);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
