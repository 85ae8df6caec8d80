/* SPDX-License-Identifier: GPL-2.0-only */
#include "sender.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BATCH     64
#define FRAME_MAX 1518

struct sender {
    int socket;
    struct sockaddr_un own, machine;
    char netdev[512];
    pthread_t thread;
    pthread_mutex_t mutex;
    bool ending;                    /* by mutex */
    unsigned size;                  /* by mutex */
    unsigned char frame[FRAME_MAX]; /* by mutex */
};

/* Source 02:00:5e:10:00:01, EtherType 0x88b5 (local experiments): nobody but the case itself wants it. */
static const unsigned char rest_of_header[8] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01, 0x88, 0xb5};

static void pause_us(long us)
{
    nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

/* Send a batch. Returns false when the machine took nothing: there is none, or its queue is full. */
static bool send_batch(struct sender *s, unsigned char *frame, unsigned size)
{
    struct iovec piece = {.iov_base = frame, .iov_len = size};
    struct mmsghdr messages[BATCH];

    for (unsigned i = 0; i < BATCH; i++) {
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &s->machine,
                                                   .msg_namelen = sizeof s->machine,
                                                   .msg_iov = &piece,
                                                   .msg_iovlen = 1}};
    }
    return sendmmsg(s->socket, messages, BATCH, MSG_DONTWAIT) > 0;
}

/* What the machine itself sends is thrown away. */
static void drain(struct sender *s)
{
    char buffer[64];

    while (recv(s->socket, buffer, sizeof buffer, MSG_DONTWAIT) >= 0) {
    }
}

static void *sender_thread(void *arg)
{
    struct sender *s = arg;
    unsigned char frame[FRAME_MAX];

    for (;;) {
        pthread_mutex_lock(&s->mutex);
        bool ending = s->ending;
        unsigned size = s->size;
        memcpy(frame, s->frame, sizeof frame);
        pthread_mutex_unlock(&s->mutex);
        if (ending) {
            return NULL;
        }
        drain(s);
        if (size == 0 || !send_batch(s, frame, size)) {
            pause_us(size == 0 ? 10000 : 100);
        }
    }
}

struct sender *sender_open(const char *folder)
{
    struct sender *s = calloc(1, sizeof *s);

    if (s == NULL) {
        return NULL;
    }
    s->own.sun_family = s->machine.sun_family = AF_UNIX;
    snprintf(s->own.sun_path, sizeof s->own.sun_path, "%s/sender", folder);
    snprintf(s->machine.sun_path, sizeof s->machine.sun_path, "%s/machine", folder);
    snprintf(s->netdev, sizeof s->netdev,
             "dgram,id=net0,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s",
             s->machine.sun_path, s->own.sun_path);
    unlink(s->own.sun_path);
    s->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    pthread_mutex_init(&s->mutex, NULL);
    if (bind(s->socket, (struct sockaddr *)&s->own, sizeof s->own) != 0 ||
        pthread_create(&s->thread, NULL, sender_thread, s) != 0) {
        perror("sender");
        close(s->socket);
        free(s);
        return NULL;
    }
    return s;
}

const char *sender_netdev(const struct sender *s)
{
    return s->netdev;
}

void sender_set(struct sender *s, const unsigned char destination[6], unsigned size)
{
    pthread_mutex_lock(&s->mutex);
    memcpy(s->frame, destination, 6);
    memcpy(s->frame + 6, rest_of_header, sizeof rest_of_header);
    s->size = size;
    pthread_mutex_unlock(&s->mutex);
}

void sender_close(struct sender *s)
{
    if (s == NULL) {
        return;
    }
    pthread_mutex_lock(&s->mutex);
    s->ending = true;
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    close(s->socket);
    unlink(s->own.sun_path);
    unlink(s->machine.sun_path);
    free(s);
}
