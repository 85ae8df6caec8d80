/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guestload - what keeps a guest's devices busy, and looks at what comes of it.
 *
 *   guestload disk DEVICE SEED REGION TOTAL THREADS
 *   guestload send|receive ADDRESS PORT KEY BYTES
 *   guestload serve PORT
 *   guestload http ADDRESS PATH COUNT
 */
#include "guestload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "stream.h"

static bool serve(uint16_t port)
{
    int listener = stream_listen(0, port);
    if (listener < 0) {
        fprintf(stderr, "guestload: port %u: %s\n", port, strerror(errno));
        return false;
    }
    stream_serve_all(listener);
    return false;
}

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 0);
}

static bool run(int argc, char **argv, bool *ok)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "disk") == 0 && argc == 7) {
        *ok =
            disk_load(argv[2], number(argv[3]), number(argv[4]), number(argv[5]), (unsigned)number(argv[6]));
    } else if ((strcmp(what, "send") == 0 || strcmp(what, "receive") == 0) && argc == 6) {
        *ok = stream_run(argv[2], (uint16_t)number(argv[3]), what[0] == 's' ? STREAM_SEND : STREAM_RECEIVE,
                         number(argv[4]), number(argv[5]));
    } else if (strcmp(what, "serve") == 0 && argc == 3) {
        *ok = serve((uint16_t)number(argv[2]));
    } else if (strcmp(what, "http") == 0 && argc == 5) {
        *ok = http_load(argv[2], argv[3], (unsigned)number(argv[4]));
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    bool ok = false;
    if (!run(argc, argv, &ok)) {
        fputs("guestload: disk DEVICE SEED REGION TOTAL THREADS | send|receive ADDRESS PORT KEY BYTES | "
              "serve PORT | http ADDRESS PATH COUNT\n",
              stderr);
        return 2;
    }
    return ok ? 0 : 1;
}
