/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http.c - a page fetched again and again, each time by a request that takes two frames, and with as many
 * bytes behind the head of the answer as that says.
 */
#include "guestload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HTTP_PORT     80
#define REQUEST_BYTES 1900 /* Of the 2,048 that vmk0's server takes; a frame has 1,460. */
#define ANSWER_MAX    (1u << 20)

static int connect_to(const char *address)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address), .sin_port = htons(HTTP_PORT)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool ask(int fd, const char *path)
{
    static const char end[] = "\r\n\r\n";
    char request[REQUEST_BYTES];
    int len = snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nX-Padding: ", path);
    memset(request + len, 'x', sizeof request - (size_t)len);
    memcpy(request + sizeof request - (sizeof end - 1), end, sizeof end - 1);
    return send(fd, request, sizeof request, MSG_NOSIGNAL) == (ssize_t)sizeof request;
}

static size_t read_answer(int fd, char *answer)
{
    size_t len = 0;
    ssize_t got;
    while (len + 1 < ANSWER_MAX && (got = recv(fd, answer + len, ANSWER_MAX - 1 - len, 0)) > 0) {
        len += (size_t)got;
    }
    answer[len] = '\0';
    return len;
}

static bool is_whole(const char *answer, size_t len)
{
    const char *body = strstr(answer, "\r\n\r\n"), *promised = strcasestr(answer, "\nContent-Length:");
    return strncmp(answer, "HTTP/1.", 7) == 0 && strncmp(answer + 8, " 200 ", 5) == 0 && body != NULL &&
           promised != NULL && promised < body &&
           strtoul(promised + strlen("\nContent-Length:"), NULL, 10) == len - (size_t)(body + 4 - answer);
}

bool http_load(const char *address, const char *path, unsigned count)
{
    static char answer[ANSWER_MAX];
    for (unsigned i = 0; i < count; i++) {
        int fd = connect_to(address);
        if (fd < 0 || !ask(fd, path)) {
            fprintf(stderr, "guestload: http://%s%s: %s\n", address, path, strerror(errno));
            return false;
        }
        size_t len = read_answer(fd, answer);
        close(fd);
        if (!is_whole(answer, len)) {
            fprintf(stderr, "guestload: answer %u of %s has %zu bytes: %.200s\n", i, path, len, answer);
            return false;
        }
    }
    printf("http: %u answers\n", count);
    return true;
}
