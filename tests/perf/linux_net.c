/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_net.c - frames sent and received by Linux's e1000, with as little else as there can be. */
#include "linux_init.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vmkapi/base/mark.h>

#define WARM_UP   4096
#define WINDOW_MS 2000
#define PKTGEN    "/proc/net/pktgen/"

void bring_up(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_UP};
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    if (ioctl(s, SIOCSIFFLAGS, &request) != 0) {
        die(name);
    }
    close(s);
}

void wait_for_link(void)
{
    load_module("/e1000.ko", "");
    bring_up("eth0");
    while (read_number("/sys/class/net/eth0/carrier") != 1) {
        sleep_ms(10);
    }
    vmk_Mark(VMK_MARK_LINK_UP);
}

/* --- DHCP (RFC 2131), as little of it as gets an address --- */

struct dhcp {
    unsigned char op, htype, hlen, hops;
    unsigned int xid;
    unsigned short secs, flags;
    unsigned int ciaddr, yiaddr, siaddr, giaddr;
    unsigned char chaddr[16];
    char sname[64], file[128];
    unsigned char options[312];
};

#define MAGIC     "\x63\x82\x53\x63"
#define DISCOVER  "\x35\x01\x01"
#define REQUEST   "\x35\x01\x03"
#define SERVER_ID "\x36\x04"
#define ADDRESS   "\x32\x04"

static void exchange(int s, struct dhcp *message, struct dhcp *reply)
{
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons(67), .sin_addr.s_addr = htonl(INADDR_BROADCAST)};

    do {
        if (sendto(s, message, sizeof *message, 0, (struct sockaddr *)&server, sizeof server) < 0) {
            die("sendto");
        }
    } while (recv(s, reply, sizeof *reply, 0) < 0 || reply->xid != message->xid);
}

static void get_lease(void)
{
    int s = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(68)};
    struct timeval patience = {.tv_sec = 2};
    struct ifreq eth0 = {.ifr_name = "eth0"};
    struct dhcp reply, message = {.op = 1, .htype = 1, .hlen = 6, .xid = 0x4b4d56, .flags = htons(0x8000)};

    setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "eth0", sizeof "eth0");
    setsockopt(s, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (bind(s, (struct sockaddr *)&own, sizeof own) != 0 || ioctl(s, SIOCGIFHWADDR, &eth0) != 0) {
        die("dhcp");
    }
    memcpy(message.chaddr, eth0.ifr_hwaddr.sa_data, 6);
    memcpy(message.options, MAGIC DISCOVER "\xff", 8);
    exchange(s, &message, &reply);

    unsigned char *option = message.options + 4;
    memcpy(option, REQUEST ADDRESS, 5);
    memcpy(option + 5, &reply.yiaddr, 4);
    memcpy(option + 9, SERVER_ID, 2);
    memcpy(option + 11, &reply.siaddr, 4);
    option[15] = 0xff;
    exchange(s, &message, &reply);

    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = reply.yiaddr};
    memcpy(&eth0.ifr_addr, &address, sizeof address);
    if (ioctl(s, SIOCSIFADDR, &eth0) != 0) {
        die("address");
    }
    vmk_Mark(VMK_MARK_LEASE);
    close(s);
}

/* --- windows --- */

/* Have pktgen send; the write returns when it is done. */
static void send_frames(const char *size, const char *burst, unsigned frames, bool counted)
{
    char line[64];

    write_text(PKTGEN "kpktgend_0", "rem_device_all");
    write_text(PKTGEN "kpktgend_0", "add_device eth0");
    write_text(PKTGEN "eth0", "delay 0");
    write_text(PKTGEN "eth0", "dst 10.0.0.9");
    write_text(PKTGEN "eth0", "dst_mac 02:00:5e:10:00:01");
    write_text(PKTGEN "eth0", "clone_skb 1000000");
    snprintf(line, sizeof line, "pkt_size %s", size);
    write_text(PKTGEN "eth0", line);
    snprintf(line, sizeof line, "burst %s", burst);
    write_text(PKTGEN "eth0", line);
    snprintf(line, sizeof line, "count %u", frames);
    write_text(PKTGEN "eth0", line);
    int control = open(PKTGEN "pgctrl", O_WRONLY | O_CLOEXEC);
    if (counted) {
        vmk_Mark(VMK_MARK_WINDOW_START);
    }
    if (write(control, "start\n", 6) < 0) {
        die("pktgen");
    }
    if (counted) {
        vmk_Mark(VMK_MARK_WINDOW_END);
    }
    close(control);
}

static void send_windows(char *list)
{
    char *rest;

    load_module("/pktgen.ko", "");
    for (char *window = strtok_r(list, ",", &rest); window != NULL; window = strtok_r(NULL, ",", &rest)) {
        char *field;
        const char *size = strtok_r(window, ":", &field), *burst = strtok_r(NULL, ":", &field);
        unsigned frames = (unsigned)atoi(strtok_r(NULL, ":", &field));
        send_frames(size, burst, WARM_UP, false);
        send_frames(size, burst, frames, true);
    }
}

static unsigned long received(void)
{
    return read_number("/sys/class/net/eth0/statistics/rx_packets");
}

static void receive_window(unsigned number)
{
    printf("@@bench ready %u\n", number);
    for (unsigned long start = received(); received() < start + WARM_UP;) {
        sleep_ms(10);
    }
    unsigned long before = received();
    vmk_Mark(VMK_MARK_WINDOW_START);
    sleep_ms(WINDOW_MS);
    vmk_Mark(VMK_MARK_WINDOW_END);
    unsigned long after = received();
    printf("@@bench got %u %lu\n@@bench end %u\n", number, after - before, number);
    /* What is still on its way must not be taken for the next window's. */
    sleep_ms(500);
}

void run_net_windows(void)
{
    wait_for_link();
    if (getenv("lease") != NULL) {
        get_lease();
    }
    if (getenv("send") != NULL) {
        send_windows(getenv("send"));
    }
    if (getenv("receive") != NULL) {
        for (unsigned i = 0, n = (unsigned)atoi(getenv("receive")); i < n; i++) {
            receive_window(i);
        }
    }
}
