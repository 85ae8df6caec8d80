/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * peer.h - the other end of the cable: raw Ethernet with a machine, one datagram a frame (-netdev dgram).
 *
 * A peer has a thread of its own that sends numbered frames (frame.h) as fast as the machine takes them,
 * and checks each frame that comes in. Counters are read at any time.
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <stdbool.h>

/** What came in of one flow. */
struct peer_counters {
    unsigned received;   /**< Good frames of the expected flow. */
    unsigned altered;    /**< With a wrong length, checksum or content. */
    unsigned duplicated; /**< Number already seen. */
    unsigned reordered;  /**< Number smaller than one seen before, not seen itself. */
    unsigned foreign;    /**< No test frames: ARP, DHCP, … */
    unsigned sent;
};

struct peer;

/** Open the peer's socket. NULL with the reason on standard error. */
struct peer *peer_open(void);

/** The -netdev argument that connects a machine to this peer; valid as long as the peer. */
const char *peer_netdev(const struct peer *peer);

/** From now on expect frames numbered from 0 of @p flow; the counters start again. */
void peer_expect(struct peer *peer, unsigned flow, unsigned count);

/** Send @p count frames of @p flow to @p destination, by the peer's thread. */
void peer_send(struct peer *peer, const unsigned char destination[6], unsigned flow, unsigned count);

/** Send one frame as it is, at once. False when the machine does not take it. */
bool peer_send_raw(struct peer *peer, const void *frame, unsigned len);

/** Copy the newest frame that was no test frame, as far as it fits. @return its length; 0: there was none. */
unsigned peer_last_foreign(struct peer *peer, void *frame, unsigned size);

/** Wait until the machine has taken everything. False after @p timeout_s. */
bool peer_wait_sent(struct peer *peer, unsigned timeout_s);

/** Wait until @p count expected frames are in. False after @p timeout_s. */
bool peer_wait_received(struct peer *peer, unsigned count, unsigned timeout_s);

/** What has been counted since peer_expect(). */
struct peer_counters peer_read(struct peer *peer);

/** Close the socket, end the thread. NULL is fine. */
void peer_close(struct peer *peer);

#endif
