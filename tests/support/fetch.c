/* SPDX-License-Identifier: GPL-2.0-only */
#include "fetch.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAGE_MAX (1 << 20)

unsigned fetch_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        perror("a free port");
        abort();
    }
    close(fd);
    return ntohs(address.sin_port);
}

char *fetch(unsigned port, const char *path, unsigned timeout_s)
{
    char command[256];
    snprintf(command, sizeof command, "curl --silent --fail --max-time %u http://127.0.0.1:%u%s", timeout_s,
             port, path);
    FILE *pipe = popen(command, "r");
    char *text = calloc(1, PAGE_MAX);
    if (pipe == NULL || text == NULL) {
        abort();
    }
    size_t len = fread(text, 1, PAGE_MAX - 1, pipe);
    if (pclose(pipe) != 0 || len == 0) {
        free(text);
        return NULL;
    }
    return text;
}
