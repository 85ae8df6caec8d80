/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sender.h - the other end of the cable, for receive cases: the same frame as fast as the machine takes it
 * (-netdev dgram), by a thread of its own.
 */
#ifndef PERF_SENDER_H
#define PERF_SENDER_H

struct sender;

/** Open the sender's socket in @p folder. NULL with the reason on standard error. */
struct sender *sender_open(const char *folder);

/** The -netdev argument that connects a machine; valid as long as the sender. */
const char *sender_netdev(const struct sender *s);

/** From now on send frames of @p size bytes to @p destination; 0: nothing. */
void sender_set(struct sender *s, const unsigned char destination[6], unsigned size);

/** End it. NULL is fine. */
void sender_close(struct sender *s);

#endif
