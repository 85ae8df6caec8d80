/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream.h"

#include <arpa/inet.h>
#include <core/storage_pattern.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAGIC 0x6d61657274736b76ull /* "vkstream" */
#define PIECE_MAX     (64u << 10)

struct request {
    uint64_t magic, way, key, bytes;
};

enum verdict { VERDICT_WRONG, VERDICT_RIGHT };

/* The stream. */

static uint8_t byte_at(uint64_t key, uint64_t place)
{
    return (uint8_t)(pattern_mix(key + place / 8 * PATTERN_STEP) >> place % 8 * 8);
}

static void fill(uint64_t key, uint64_t place, uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint64_t word = pattern_mix(key + (place + i) / 8 * PATTERN_STEP);
        if ((place + i) % 8 == 0 && len - i >= sizeof word) {
            memcpy(bytes + i, &word, sizeof word);
            i += sizeof word;
        } else {
            bytes[i] = byte_at(key, place + i);
            i++;
        }
    }
}

/* Say which byte is the first that is not what @wants has. */
static void tell_wrong(uint64_t place, const uint8_t *has, const uint8_t *wants, size_t len)
{
    size_t i = 0;
    while (i + 1 < len && has[i] == wants[i]) {
        i++;
    }
    fprintf(stderr, "stream: byte %" PRIu64 " is 0x%02x, not 0x%02x\n", place + i, has[i], wants[i]);
}

/* Moving. */

static bool write_all(int fd, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t sent = send(fd, (const uint8_t *)bytes + done, len - done, MSG_NOSIGNAL);
        if (sent <= 0) {
            fprintf(stderr, "stream: writing: %s\n", strerror(errno));
            return false;
        }
        done += (size_t)sent;
    }
    return true;
}

static bool read_all(int fd, void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = recv(fd, (uint8_t *)bytes + done, len - done, 0);
        if (got <= 0) {
            fprintf(stderr, "stream: reading: %s\n", got == 0 ? "the other end has gone" : strerror(errno));
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

/* Pieces of all lengths: where they meet moves through the words. */
static size_t piece_len(uint64_t key, uint64_t place, uint64_t bytes)
{
    uint64_t len = 1 + pattern_mix(key ^ pattern_mix(place)) % PIECE_MAX;
    return (size_t)(len < bytes - place ? len : bytes - place);
}

static bool send_stream(int fd, uint64_t key, uint64_t bytes)
{
    uint8_t piece[PIECE_MAX], verdict = VERDICT_WRONG;
    for (uint64_t place = 0; place < bytes;) {
        size_t len = piece_len(key, place, bytes);
        fill(key, place, piece, len);
        if (!write_all(fd, piece, len)) {
            return false;
        }
        place += len;
    }
    return read_all(fd, &verdict, sizeof verdict) && verdict == VERDICT_RIGHT;
}

static bool receive_stream(int fd, uint64_t key, uint64_t bytes)
{
    uint8_t piece[PIECE_MAX], wants[PIECE_MAX], verdict = VERDICT_RIGHT;
    for (uint64_t place = 0; place < bytes;) {
        uint64_t left = bytes - place;
        ssize_t got = recv(fd, piece, left < sizeof piece ? (size_t)left : sizeof piece, 0);
        if (got <= 0) {
            fprintf(stderr, "stream: ends at byte %" PRIu64 " of %" PRIu64 ": %s\n", place, bytes,
                    got == 0 ? "the other end has gone" : strerror(errno));
            return false;
        }
        fill(key, place, wants, (size_t)got);
        if (memcmp(piece, wants, (size_t)got) != 0 && verdict == VERDICT_RIGHT) {
            tell_wrong(place, piece, wants, (size_t)got);
            verdict = VERDICT_WRONG;
        }
        place += (size_t)got;
    }
    return write_all(fd, &verdict, sizeof verdict) && verdict == VERDICT_RIGHT;
}

/* Ends. */

static struct sockaddr_in address_of(uint32_t address, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(address), .sin_port = htons(port)};
}

int stream_listen(uint32_t address, uint16_t port)
{
    struct sockaddr_in at = address_of(address, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 16) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool stream_run(const char *address, uint16_t port, enum stream_way way, uint64_t key, uint64_t bytes)
{
    struct request request = {.magic = REQUEST_MAGIC, .way = way, .key = key, .bytes = bytes};
    struct sockaddr_in to = address_of(ntohl(inet_addr(address)), port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    if (!ok) {
        fprintf(stderr, "stream: %s:%u: %s\n", address, port, strerror(errno));
    }
    ok = ok && write_all(fd, &request, sizeof request) &&
         (way == STREAM_SEND ? send_stream(fd, key, bytes) : receive_stream(fd, key, bytes));
    close(fd);
    return ok;
}

bool stream_serve(int fd)
{
    struct request request;
    bool ok = read_all(fd, &request, sizeof request) && request.magic == REQUEST_MAGIC &&
              (request.way == STREAM_SEND ? receive_stream(fd, request.key, request.bytes)
                                          : send_stream(fd, request.key, request.bytes));
    close(fd);
    return ok;
}

static void *serve_one(void *fd)
{
    (void)stream_serve((int)(intptr_t)fd); /* The other end learns of it. */
    return NULL;
}

void stream_serve_all(int listener)
{
    int fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd) == 0) {
            pthread_detach(thread);
        } else {
            close(fd);
        }
    }
}
