/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stream.h - a TCP connection that carries a pseudo-random stream one way, each byte of which follows from a
 * key and its place, so that either end knows what it should be. The test's program on the host and the
 * guests' use the same.
 *
 * Who connects says in a request which way, how much and by which key; who has received all answers with a
 * verdict, so that both ends know that it was right. A stream that is not is told on standard error, with the
 * place of the first wrong byte.
 */
#ifndef TESTS_STREAM_H
#define TESTS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stream_way { STREAM_SEND, STREAM_RECEIVE }; /* As who connects sees it. */

/** Listen on @p port of @p address (host byte order), 0 for any. @return the socket; -1: errno says why. */
int stream_listen(uint32_t address, uint16_t port);

/** Connect, have @p bytes go @p way under @p key, and disconnect. @return whether both ends are content. */
bool stream_run(const char *address, uint16_t port, enum stream_way way, uint64_t key, uint64_t bytes);

/** Do what the other end of the connection @p fd asks for, and close it. @return whether both are content. */
bool stream_serve(int fd);

/** stream_serve() every connection to @p listener, each in a thread, until accept() fails. */
void stream_serve_all(int listener);

#endif
