/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - the test traffic's Ethernet frame, made and checked alike by the peer on the host and by the
 * traffic module in the kernel.
 *
 * After the Ethernet header (type 0x88b5, local experiment): a header that numbers the frame, then bytes
 * that follow from its number, then nothing. The checksum covers header and bytes, so that a frame that was
 * altered, cut, padded or mixed with another is found out. Sizes run over 60..1514 in an order that follows
 * from the number.
 */
#ifndef TESTS_FRAME_H
#define TESTS_FRAME_H

#define FRAME_ETHER_TYPE 0x88b5u
#define FRAME_MAGIC      0x4b4d5646u
#define FRAME_MIN        60u
#define FRAME_MAX        1514u
#define FRAME_ETH_LEN    14u
#define FRAME_FLOW_ACK   0xfffffffeu /**< The peer's word that it has as many frames as the number says. */

/** Behind the Ethernet header; little-endian, unaligned. */
struct frame_header {
    unsigned magic;
    unsigned flow;     /**< Which direction and run the frame belongs to. */
    unsigned number;   /**< From 0, without gaps. */
    unsigned len;      /**< Of the whole frame. */
    unsigned checksum; /**< Over everything behind the Ethernet header, this field taken as 0. */
} __attribute__((packed));

enum frame_verdict { FRAME_GOOD, FRAME_FOREIGN, FRAME_ALTERED };

static inline unsigned frame_mix(unsigned x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ (x >> 16);
}

/** The length of frame @p number of @p flow. */
static inline unsigned frame_len(unsigned flow, unsigned number)
{
    return FRAME_MIN + frame_mix(number * 2u + flow * 0x9e3779b9u) % (FRAME_MAX - FRAME_MIN + 1);
}

/*
 * Over @p body, the checksum field counting as 0. Four bytes at a time with a multiply each: cheap enough
 * for the emulator, and no bit flip survives it.
 */
static inline unsigned frame_checksum(const unsigned char *body, unsigned len)
{
    unsigned sum = len, i = 0;
    for (; i + 4 <= len; i += 4) {
        unsigned word;
        __builtin_memcpy(&word, body + i, 4);
        if (i == __builtin_offsetof(struct frame_header, checksum)) {
            word = 0;
        }
        sum = (sum ^ word) * 0x01000193u;
        sum = sum << 7 | sum >> 25;
    }
    for (; i < len; i++) {
        sum = (sum ^ body[i]) * 0x01000193u;
    }
    return sum;
}

/**
 * Make frame @p number of @p flow.
 *
 * @param frame Room for FRAME_MAX bytes. @return its length.
 */
static inline unsigned frame_make(unsigned char *frame, const unsigned char destination[6],
                                  const unsigned char source[6], unsigned flow, unsigned number)
{
    struct frame_header header = {FRAME_MAGIC, flow, number, frame_len(flow, number), 0};
    unsigned char *body = frame + FRAME_ETH_LEN;
    __builtin_memcpy(frame, destination, 6);
    __builtin_memcpy(frame + 6, source, 6);
    frame[12] = FRAME_ETHER_TYPE >> 8;
    frame[13] = FRAME_ETHER_TYPE & 0xff;
    __builtin_memcpy(body, &header, sizeof header);
    unsigned state = frame_mix(number + flow);
    for (unsigned i = sizeof header; i < header.len - FRAME_ETH_LEN; i++) {
        state = state * 1664525u + 1013904223u;
        body[i] = (unsigned char)(state >> 24);
    }
    header.checksum = frame_checksum(body, header.len - FRAME_ETH_LEN);
    __builtin_memcpy(body, &header, sizeof header);
    return header.len;
}

/**
 * Check a frame that came in.
 *
 * @param flow,number Receive what the header says, when the verdict is FRAME_GOOD.
 */
static inline enum frame_verdict frame_check(const unsigned char *frame, unsigned len, unsigned *flow,
                                             unsigned *number)
{
    if (len < FRAME_MIN || frame[12] != FRAME_ETHER_TYPE >> 8 || frame[13] != (FRAME_ETHER_TYPE & 0xff)) {
        return FRAME_FOREIGN;
    }
    const unsigned char *body = frame + FRAME_ETH_LEN;
    struct frame_header header;
    __builtin_memcpy(&header, body, sizeof header);
    if (header.magic != FRAME_MAGIC || header.len != len || len > FRAME_MAX ||
        header.checksum != frame_checksum(body, len - FRAME_ETH_LEN) ||
        frame_len(header.flow, header.number) != len) {
        return FRAME_ALTERED;
    }
    *flow = header.flow;
    *number = header.number;
    return FRAME_GOOD;
}

#endif
