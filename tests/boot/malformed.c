/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * malformed - twenty thousand damaged frames (ARP, IP, fragments, ICMP, UDP, TCP, DNS, DHCP) thrown at vmk0,
 * and damaged HTTP requests: no crash, the status page answers afterwards, and all modules hold what they
 * held.
 *
 * vmnic0 is the way to the host's user network, vmnic1 the cable to the peer: vmk0 moves to the peer's for
 * the throwing and back for the looking. Every run throws the same frames.
 */
#include "boot.h"
#include "fetch.h"
#include "holdings.h"
#include "peer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define FRAMES         20000
#define REQUESTS       200
#define ETH_LEN        14
#define IP_LEN         20
#define FRAME_LEN_MAX  600
#define HTTP_TIMEOUT_S 30

#define PROTOCOL_ICMP  1
#define PROTOCOL_TCP   6
#define PROTOCOL_UDP   17

static struct machine *machine;
static struct peer *peer;
static unsigned port;
static unsigned seed = 1;
static unsigned char vmk0_mac[6];
static unsigned char dhcp_id[4];
static json_t *before;

static const unsigned char own_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
static const unsigned char own_ip[4] = {10, 9, 0, 1}, vmk0_ip[4] = {10, 9, 0, 2};

/* --- randomness, the same in every run --- */

static unsigned any(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* --- frames --- */

struct frame {
    unsigned len;
    unsigned char bytes[FRAME_LEN_MAX];
};

static void put(struct frame *f, const void *bytes, unsigned len)
{
    memcpy(f->bytes + f->len, bytes, len);
    f->len += len;
}

static void put8(struct frame *f, unsigned value)
{
    f->bytes[f->len++] = (unsigned char)value;
}

static void put16(struct frame *f, unsigned value)
{
    put8(f, value >> 8);
    put8(f, value & 0xff);
}

static void put32(struct frame *f, unsigned value)
{
    put16(f, value >> 16);
    put16(f, value & 0xffff);
}

static void put_any(struct frame *f, unsigned len)
{
    while (len-- > 0) {
        put8(f, any(256));
    }
}

static void put_eth(struct frame *f, unsigned type)
{
    f->len = 0;
    put(f, any(4) == 0 ? (const unsigned char *)"\xff\xff\xff\xff\xff\xff" : vmk0_mac, 6);
    put(f, own_mac, 6);
    put16(f, type);
}

static void put_ip(struct frame *f, unsigned protocol, unsigned fragment)
{
    put_eth(f, 0x0800);
    put16(f, 0x4500);
    put16(f, 0); /* The length: see finish_ip(). */
    put16(f, any(8));
    put16(f, fragment);
    put8(f, 64);
    put8(f, protocol);
    put16(f, 0);
    put(f, own_ip, 4);
    put(f, vmk0_ip, 4);
}

static void make_arp(struct frame *f)
{
    put_eth(f, 0x0806);
    put32(f, 0x00010800);
    put16(f, 0x0604);
    put16(f, 1 + any(2));
    put(f, own_mac, 6);
    put(f, own_ip, 4);
    put(f, vmk0_mac, 6);
    put(f, vmk0_ip, 4);
}

static void make_icmp(struct frame *f)
{
    put_ip(f, PROTOCOL_ICMP, 0);
    put16(f, any(2) == 0 ? 0x0800 : any(0x1400));
    put16(f, 0);
    put_any(f, 4 + any(200));
}

static void make_fragment(struct frame *f)
{
    put_ip(f, any(2) == 0 ? PROTOCOL_UDP : PROTOCOL_ICMP, (any(4) != 0 ? 0x2000 : 0) | any(40));
    put_any(f, 8 * (1 + any(40)));
}

static void put_udp(struct frame *f, unsigned from, unsigned to)
{
    put_ip(f, PROTOCOL_UDP, 0);
    put16(f, from);
    put16(f, to);
    put16(f, 0);
    put16(f, 0);
}

static void make_dns(struct frame *f)
{
    put_udp(f, 53, any(2) == 0 ? 53 : 49152 + any(16384));
    put16(f, any(65536));
    put16(f, 0x8180);
    put32(f, 0x00010001);
    put32(f, 0);
    put(f, "\3www\7example\0\0\1\0\1\xc0\x0c\0\1\0\1", 23);
    put32(f, 60);
    put16(f, 4);
    put(f, own_ip, 4);
}

static void make_dhcp(struct frame *f)
{
    put_udp(f, 67, 68);
    put32(f, 0x02010600);
    put(f, dhcp_id, 4);
    put32(f, 0);
    put32(f, 0);
    put(f, vmk0_ip, 4);
    put(f, own_ip, 4);
    put32(f, 0);
    put(f, vmk0_mac, 6);
    memset(f->bytes + f->len, 0, 202);
    f->len += 202;
    put32(f, 0x63825363);
    put(f, "\x35\1", 2);
    put8(f, any(4) == 0 ? 5 : 2 + any(5));
    put(f, "\x36\4\x0a\x09\0\1\1\4\xff\xff\xff\0\3\4\x0a\x09\0\1\6\4\x0a\x09\0\1\x33\4\0\0\x0e\x10\xff", 31);
}

static void make_tcp(struct frame *f)
{
    static const unsigned char flags[] = {0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x38, 0x00};
    put_ip(f, PROTOCOL_TCP, 0);
    put16(f, 1024 + any(16));
    put16(f, any(8) == 0 ? any(65536) : 80);
    put32(f, any(1000));
    put32(f, any(1000));
    put8(f, any(2) == 0 ? 0x60 : any(16) << 4);
    put8(f, flags[any(sizeof flags)]);
    put16(f, 0x2000);
    put32(f, 0);
    put32(f, 0x02040000 | any(2000));
    put(f, "GET / HTTP/1.1\r\n\r\n", any(19));
}

static void (*const makers[])(struct frame *) = {make_arp, make_icmp, make_fragment,
                                                 make_dns, make_dhcp, make_tcp};

/* --- checksums, so that damage comes further than the first look --- */

static unsigned sum(const unsigned char *bytes, unsigned len, unsigned start)
{
    for (unsigned i = 0; i < len; i++) {
        start += i % 2 == 0 ? (unsigned)bytes[i] << 8 : bytes[i];
    }
    while (start >> 16 != 0) {
        start = (start & 0xffff) + (start >> 16);
    }
    return start;
}

static void store16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

/* Make lengths and checksums those of what is there. */
static void finish_ip(struct frame *f)
{
    unsigned char *ip = f->bytes + ETH_LEN, *body = ip + IP_LEN;
    if (f->len < ETH_LEN + IP_LEN + 8 || f->bytes[12] != 8 || f->bytes[13] != 0) {
        return;
    }
    unsigned len = f->len - ETH_LEN, body_len = len - IP_LEN, at = 0;
    store16(ip + 2, len);
    store16(ip + 10, 0);
    store16(ip + 10, ~sum(ip, IP_LEN, 0));
    if (ip[9] == PROTOCOL_UDP) {
        store16(body + 4, body_len);
        at = 6;
    } else if (ip[9] == PROTOCOL_TCP) {
        at = 16;
    } else if (ip[9] == PROTOCOL_ICMP) {
        at = 2;
    }
    if (at == 0 || body_len < at + 2 || ((ip[6] << 8 | ip[7]) & 0x3fff) != 0) {
        return;
    }
    unsigned pseudo = ip[9] == PROTOCOL_ICMP ? 0 : sum(ip + 12, 8, ip[9] + body_len);
    store16(body + at, 0);
    store16(body + at, ~sum(body, body_len, pseudo));
}

static void damage(struct frame *f)
{
    for (unsigned n = any(6); n > 0; n--) {
        unsigned at = ETH_LEN + any(f->len - ETH_LEN);
        f->bytes[at] = (unsigned char)(any(2) == 0 ? any(256) : f->bytes[at] ^ 1u << any(8));
    }
    if (any(8) == 0) {
        f->len = ETH_LEN + any(f->len - ETH_LEN + 1);
    }
}

static void make(struct frame *f)
{
    makers[any(sizeof makers / sizeof *makers)](f);
    if (any(2) == 0) {
        finish_ip(f);
        damage(f);
    } else {
        damage(f);
        finish_ip(f);
    }
}

static void throw_frame(const struct frame *f)
{
    for (unsigned i = 0; !peer_send_raw(peer, f->bytes, f->len); i++) {
        ck_assert_msg(i < 30000 && !machine_ended(machine), "the machine takes no more frames");
        usleep(1000);
    }
}

/* --- the machine --- */

static long long number(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    ck_assert_msg(json_is_integer(value), "there is no number %s", key);
    return json_integer_value(value);
}

static long long received(const char *nic)
{
    json_t *list = boot_json(machine, "network nic stats list");
    long long value = number(boot_row(list, "Name", nic), "PacketsReceived");
    json_decref(list);
    return value;
}

static void move_to(const char *from, const char *to)
{
    char command[128];
    snprintf(command, sizeof command, "network vswitch standard uplink remove -v vSwitch0 -u %s", from);
    free(boot_run(machine, command));
    snprintf(command, sizeof command, "network vswitch standard uplink add -v vSwitch0 -u %s", to);
    free(boot_run(machine, command));
    snprintf(command, sizeof command, "network nic wait -n %s --link up", to);
    free(boot_run(machine, command));
}

/* The transaction that the DHCP client is in, from what it sends. */
static void learn_dhcp_id(void)
{
    unsigned char frame[FRAME_LEN_MAX];
    unsigned len = peer_last_foreign(peer, frame, sizeof frame);
    if (len > ETH_LEN + IP_LEN + 16 && frame[ETH_LEN + 9] == PROTOCOL_UDP &&
        frame[ETH_LEN + IP_LEN + 3] == 67) {
        memcpy(dhcp_id, frame + ETH_LEN + IP_LEN + 8 + 4, sizeof dhcp_id);
    }
}

static void expect_status_page(void)
{
    char *page = fetch(port, "/status.json", HTTP_TIMEOUT_S);
    ck_assert_msg(page != NULL, "the status page does not answer");
    json_error_t error;
    json_t *status = json_loads(page, 0, &error);
    ck_assert_msg(status != NULL, "the status page is no JSON: %s", error.text);
    json_decref(status);
    free(page);
}

static void start_machine(void)
{
    static char netdev[400];
    peer = peer_open();
    ck_assert_ptr_nonnull(peer);
    struct machine_options options = boot_options("malformed");
    options.http_port = port = fetch_free_port();
    snprintf(netdev, sizeof netdev, "dgram,id=net1%s", strstr(peer_netdev(peer), ",local"));
    options.extra[0] = "-netdev";
    options.extra[1] = netdev;
    options.extra[2] = "-device";
    options.extra[3] = "e1000,netdev=net1";
    machine = boot_up(&options);

    json_t *list = boot_json(machine, "network ip interface list");
    const char *mac = json_string_value(json_object_get(boot_row(list, "Name", "vmk0"), "MACAddress"));
    for (unsigned i = 0; i < 6; i++) {
        vmk0_mac[i] = (unsigned char)strtoul(mac + 3 * i, NULL, 16);
    }
    json_decref(list);
    expect_status_page();
    free(boot_run(machine, "network diag ping --host 10.0.2.2 --count 1"));
    holdings_wait_for_connections(machine);
    before = holdings_take(machine);
}

static void stop_machine(void)
{
    boot_down(machine);
    json_decref(before);
    peer_close(peer);
}

static void throw_frames(unsigned count)
{
    struct frame f;
    for (unsigned i = 0; i < count; i++) {
        if (i % 500 == 0) {
            learn_dhcp_id();
            machine_run_for(machine, 1);
        }
        make(&f);
        throw_frame(&f);
    }
}

START_TEST(test_frames)
{
    move_to("vmnic0", "vmnic1");
    throw_frames(FRAMES / 2); /* By a DHCP client without a lease, */
    free(boot_run(machine, "network ip interface ipv4 set -i vmk0 -t static -I 10.9.0.2 -N 255.255.255.0"));
    throw_frames(FRAMES / 2);                              /* and with an address. */
    ck_assert_int_ge(received("vmnic1"), FRAMES * 9 / 10); /* Some are shorter than frames can be. */
    move_to("vmnic1", "vmnic0");
    free(boot_run(machine, "network ip interface ipv4 set -i vmk0 -t dhcp"));
    free(boot_run(machine, "network diag ping --host 10.0.2.2 --count 20"));
    expect_status_page();
    holdings_expect(machine, before, "e1000");
}
END_TEST

static void send_request(const char *request, size_t len)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_usec = 50000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char answer[4096];
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, request, len, MSG_NOSIGNAL) > 0) {
        while (recv(fd, answer, sizeof answer, 0) > 0) {
        }
    }
    close(fd);
}

START_TEST(test_requests)
{
    static const char sound[] = "GET /status.json HTTP/1.1\r\nHost: openvmk\r\nAccept: */*\r\n\r\n";
    for (unsigned i = 0; i < REQUESTS; i++) {
        char request[sizeof sound - 1];
        memcpy(request, sound, sizeof request);
        for (unsigned n = 1 + any(6); n > 0; n--) {
            request[any(sizeof request)] = (char)any(256);
        }
        send_request(request, 1 + any(sizeof request));
    }
    expect_status_page();
    holdings_expect(machine, before, "e1000");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("malformed");
    TCase *tcase = tcase_create("malformed");
    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_test(tcase, test_frames);
    tcase_add_test(tcase, test_requests);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
