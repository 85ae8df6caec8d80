/* SPDX-License-Identifier: GPL-2.0-only */
#include "peer.h"

#include "frame.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BUFFER 16384
/* Between two looks at what came in: QEMU drops frames once 10,000 wait for a peer that does not read. */
#define SEND_BATCH 16
#define ACK_EVERY  64

static const unsigned char peer_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};

struct peer {
    int socket;
    int wake; /* eventfd: there is something to send, or it is time to end */
    char folder[64];
    char netdev[320];
    struct sockaddr_un machine;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t progress;
    bool ending;

    unsigned char destination[6], sender[6];
    unsigned acknowledged;
    unsigned send_flow, send_count, send_next;
    unsigned expected_flow, expected_count, highest, awaited;
    bool *seen;
    unsigned foreign_len;
    unsigned char foreign[FRAME_BUFFER];
    struct peer_counters counters;
};

static void note_frame(struct peer *p, unsigned char *frame, unsigned len)
{
    unsigned flow, number;
    switch (frame_check(frame, len, &flow, &number)) {
    case FRAME_FOREIGN:
        p->counters.foreign++;
        p->foreign_len = len;
        memcpy(p->foreign, frame, len);
        return;
    case FRAME_ALTERED:
        p->counters.altered++;
        return;
    case FRAME_GOOD:
        break;
    }
    if (p->seen == NULL || flow != p->expected_flow || number >= p->expected_count) {
        p->counters.foreign++;
    } else if (p->seen[number]) {
        p->counters.duplicated++;
    } else {
        p->seen[number] = true;
        p->counters.received++;
        p->counters.reordered += number < p->highest;
        p->highest = number > p->highest ? number : p->highest;
        memcpy(p->sender, frame + 6, sizeof p->sender);
    }
}

static void receive_all(struct peer *p)
{
    static __thread unsigned char frame[FRAME_BUFFER];
    for (;;) {
        ssize_t len = recv(p->socket, frame, sizeof frame, MSG_DONTWAIT);
        if (len < 0) {
            return;
        }
        pthread_mutex_lock(&p->mutex);
        note_frame(p, frame, (unsigned)len);
        pthread_cond_broadcast(&p->progress);
        pthread_mutex_unlock(&p->mutex);
    }
}

static bool send_frame(struct peer *p, const void *frame, unsigned len)
{
    return sendto(p->socket, frame, len, MSG_DONTWAIT, (struct sockaddr *)&p->machine, sizeof p->machine) ==
           (ssize_t)len;
}

/* Send a few, or until the machine takes no more. @return whether it would have taken more. */
static bool send_some(struct peer *p)
{
    unsigned char frame[FRAME_MAX];
    pthread_mutex_lock(&p->mutex);
    bool taken = true;
    for (unsigned n = 0; taken && n < SEND_BATCH && p->send_next < p->send_count; n++) {
        unsigned len = frame_make(frame, p->destination, peer_mac, p->send_flow, p->send_next);
        taken = send_frame(p, frame, len);
        p->send_next += taken;
        p->counters.sent += taken;
    }
    pthread_cond_broadcast(&p->progress);
    pthread_mutex_unlock(&p->mutex);
    return taken;
}

/* Tell the machine how far its frames have come. @return whether it has taken that, or need not know. */
static bool acknowledge(struct peer *p)
{
    unsigned char frame[FRAME_MAX];
    pthread_mutex_lock(&p->mutex);
    unsigned received = p->counters.received;
    bool done = received - p->acknowledged < ACK_EVERY;
    if (!done) {
        done = send_frame(p, frame, frame_make(frame, p->sender, peer_mac, FRAME_FLOW_ACK, received));
        p->acknowledged = done ? received : p->acknowledged;
    }
    pthread_mutex_unlock(&p->mutex);
    return done;
}

static void *peer_thread(void *arg)
{
    struct peer *p = arg;
    bool taken = true, acknowledged = true;
    for (;;) {
        pthread_mutex_lock(&p->mutex);
        bool ending = p->ending, sending = !acknowledged || p->send_next < p->send_count;
        pthread_mutex_unlock(&p->mutex);
        if (ending) {
            return NULL;
        }
        /* A full unconnected datagram queue does not show in poll(): look again each millisecond. */
        struct pollfd fds[2] = {{.fd = p->socket, .events = POLLIN}, {.fd = p->wake, .events = POLLIN}};
        poll(fds, 2, !sending ? -1 : taken ? 0 : 1);
        if (fds[1].revents != 0) {
            eventfd_t value;
            eventfd_read(p->wake, &value);
        }
        receive_all(p);
        acknowledged = acknowledge(p);
        taken = send_some(p) && acknowledged;
    }
}

struct peer *peer_open(void)
{
    struct peer *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    strcpy(p->folder, "/tmp/openvmk-peer-XXXXXX");
    if (mkdtemp(p->folder) == NULL) {
        perror(p->folder);
        free(p);
        return NULL;
    }
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    snprintf(own.sun_path, sizeof own.sun_path, "%s/peer", p->folder);
    p->machine.sun_family = AF_UNIX;
    snprintf(p->machine.sun_path, sizeof p->machine.sun_path, "%s/machine", p->folder);
    snprintf(p->netdev, sizeof p->netdev,
             "dgram,id=net0,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s",
             p->machine.sun_path, own.sun_path);
    p->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    p->wake = eventfd(0, EFD_CLOEXEC);
    int size = 4 << 20;
    setsockopt(p->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(p->socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->progress, NULL);
    if (bind(p->socket, (struct sockaddr *)&own, sizeof own) != 0 ||
        pthread_create(&p->thread, NULL, peer_thread, p) != 0) {
        perror("peer");
        free(p);
        return NULL;
    }
    return p;
}

const char *peer_netdev(const struct peer *p)
{
    return p->netdev;
}

void peer_expect(struct peer *p, unsigned flow, unsigned count)
{
    pthread_mutex_lock(&p->mutex);
    free(p->seen);
    p->seen = calloc(count + 1, sizeof *p->seen);
    p->expected_flow = flow;
    p->expected_count = count;
    p->highest = 0;
    p->acknowledged = 0;
    p->counters = (struct peer_counters){0};
    pthread_mutex_unlock(&p->mutex);
}

void peer_send(struct peer *p, const unsigned char destination[6], unsigned flow, unsigned count)
{
    pthread_mutex_lock(&p->mutex);
    memcpy(p->destination, destination, 6);
    p->send_flow = flow;
    p->send_count = count;
    p->send_next = 0;
    pthread_mutex_unlock(&p->mutex);
    eventfd_write(p->wake, 1);
}

bool peer_send_raw(struct peer *p, const void *frame, unsigned len)
{
    return send_frame(p, frame, len);
}

unsigned peer_last_foreign(struct peer *p, void *frame, unsigned size)
{
    pthread_mutex_lock(&p->mutex);
    unsigned len = p->foreign_len;
    memcpy(frame, p->foreign, len < size ? len : size);
    pthread_mutex_unlock(&p->mutex);
    return len;
}

static bool all_sent(const struct peer *p)
{
    return p->send_next >= p->send_count;
}

static bool all_received(const struct peer *p)
{
    return p->counters.received >= p->awaited;
}

static bool wait_until(struct peer *p, bool (*done)(const struct peer *), unsigned timeout_s)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += timeout_s;
    int error = 0;
    while (error == 0 && !done(p)) {
        error = pthread_cond_timedwait(&p->progress, &p->mutex, &deadline);
    }
    return error == 0;
}

bool peer_wait_sent(struct peer *p, unsigned timeout_s)
{
    pthread_mutex_lock(&p->mutex);
    bool sent = wait_until(p, all_sent, timeout_s);
    pthread_mutex_unlock(&p->mutex);
    return sent;
}

bool peer_wait_received(struct peer *p, unsigned count, unsigned timeout_s)
{
    pthread_mutex_lock(&p->mutex);
    p->awaited = count;
    bool received = wait_until(p, all_received, timeout_s);
    pthread_mutex_unlock(&p->mutex);
    return received;
}

struct peer_counters peer_read(struct peer *p)
{
    pthread_mutex_lock(&p->mutex);
    struct peer_counters counters = p->counters;
    pthread_mutex_unlock(&p->mutex);
    return counters;
}

void peer_close(struct peer *p)
{
    if (p == NULL) {
        return;
    }
    pthread_mutex_lock(&p->mutex);
    p->ending = true;
    pthread_mutex_unlock(&p->mutex);
    eventfd_write(p->wake, 1);
    pthread_join(p->thread, NULL);
    close(p->socket);
    close(p->wake);
    char path[128];
    snprintf(path, sizeof path, "%s/peer", p->folder);
    unlink(path);
    unlink(p->machine.sun_path);
    rmdir(p->folder);
    free(p->seen);
    free(p);
}
