/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * offloads - what the switch leaves to the NIC arrives done: checksums, TCP segments, VLAN tags, jumbo
 * frames; and what comes in tagged or large comes back as it was. All of it as seen on the wire, by QEMU's
 * own dump. And the NIC takes in what its clients want: broadcast, multicast, their VLANs, all when asked to.
 */
#include "boot.h"
#include "peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG     29999
#define MSS      1000
#define SHORT    301
#define VLAN     100
#define WIRE_MAX 10000

static const unsigned char peer_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
static const unsigned char own_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};

/* The dump: libpcap's format, as QEMU writes it. */

struct record {
    unsigned seconds, microseconds, captured, length;
};

/** What the dump holds of one run of the module. */
struct seen {
    unsigned vlan;           /**< Frames must carry it; 0: none. */
    unsigned udp[2], tcp[2]; /**< Packets of IPv4, IPv6. */
    unsigned payload[2];     /**< TCP bytes so far. */
    unsigned jumbo;
    unsigned echoed;        /**< Frames sent back, */
    unsigned char *last_in; /**< the last one as it came in, */
    unsigned last_in_len;
};

static unsigned get16(const unsigned char *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

/** The folded ones' complement sum of bytes and @p sum: 0xffff when a checksum among them is right. */
static unsigned fold(const unsigned char *bytes, unsigned len, unsigned sum)
{
    for (unsigned i = 0; i < len; i++) {
        sum += i & 1 ? bytes[i] : (unsigned)bytes[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static void check_payload(const unsigned char *bytes, unsigned len, unsigned first)
{
    for (unsigned i = 0; i < len; i++) {
        ck_assert_uint_eq(bytes[i], (unsigned char)((first + i) ^ (first + i) >> 8));
    }
}

static void check_tcp(struct seen *seen, unsigned ipv6, const unsigned char *tcp, unsigned len)
{
    unsigned seq, payload = len - 20;

    memcpy(&seq, tcp + 4, 4);
    ck_assert_uint_eq(ntohl(seq), seen->payload[ipv6]);
    ck_assert_uint_le(payload, MSS);
    ck_assert_uint_eq(tcp[13], seen->payload[ipv6] + payload == LONG ? 0x18 : 0x10);
    check_payload(tcp + 20, payload, seen->payload[ipv6]);
    seen->payload[ipv6] += payload;
    seen->tcp[ipv6]++;
}

static void check_ip(struct seen *seen, const unsigned char *ip, unsigned ipv6)
{
    unsigned header = ipv6 ? 40 : 20, addresses = ipv6 ? 32 : 8;
    unsigned len = ipv6 ? get16(ip + 4) : get16(ip + 2) - header, protocol = ip[ipv6 ? 6 : 9];
    const unsigned char *transport = ip + header;

    if (!ipv6) {
        ck_assert_uint_eq(fold(ip, header, 0), 0xffff);
    }
    ck_assert_msg(fold(transport, len, fold(transport - addresses, addresses, len + protocol)) == 0xffff,
                  "wrong checksum, protocol %u, IPv%u", protocol, ipv6 ? 6 : 4);
    if (protocol == 6) {
        check_tcp(seen, ipv6, transport, len);
    } else {
        ck_assert_uint_eq(len, 8 + SHORT);
        check_payload(transport + 8, SHORT, 0);
        seen->udp[ipv6]++;
    }
}

static void check_out(struct seen *seen, const unsigned char *frame, unsigned len)
{
    const unsigned char *type = frame + 12;

    if (seen->last_in != NULL) {
        ck_assert_uint_eq(len, seen->last_in_len);
        ck_assert_mem_eq(type, seen->last_in + 12, len - 12);
        free(seen->last_in);
        seen->last_in = NULL;
        seen->echoed++;
        return;
    }
    if (seen->vlan != 0) {
        ck_assert_uint_eq(get16(type), 0x8100);
        ck_assert_uint_eq(get16(type + 2) & 0xfff, seen->vlan);
        type += 4;
    }
    if (get16(type) == 0x88b5) {
        check_payload(type + 2, len - (unsigned)(type + 2 - frame), 0);
        seen->jumbo++;
    } else {
        check_ip(seen, type + 2, get16(type) == 0x86dd);
    }
}

static void check_frame(struct seen *seen, const unsigned char *frame, unsigned len)
{
    if (memcmp(frame, peer_mac, 6) == 0 && memcmp(frame + 6, own_mac, 6) == 0) {
        check_out(seen, frame, len);
    } else if (memcmp(frame, own_mac, 6) == 0) {
        ck_assert_ptr_null(seen->last_in);
        seen->last_in = malloc(len);
        memcpy(seen->last_in, frame, len);
        seen->last_in_len = len;
    }
}

/** Check everything in the dump from byte @p *at on; @p *at moves to its end. */
static void check_dump(const char *path, long *at, struct seen *seen)
{
    FILE *dump = fopen(path, "r");
    struct record record;
    unsigned char frame[WIRE_MAX];

    ck_assert_ptr_nonnull(dump);
    ck_assert_int_eq(fseek(dump, *at, SEEK_SET), 0);
    while (fread(&record, sizeof(record), 1, dump) == 1) {
        ck_assert_uint_le(record.captured, sizeof(frame));
        ck_assert_uint_eq(fread(frame, 1, record.captured, dump), record.captured);
        check_frame(seen, frame, record.captured);
        *at = ftell(dump);
    }
    fclose(dump);
}

static void skip_dump(const char *path, long *at)
{
    FILE *dump = fopen(path, "r");

    ck_assert_ptr_nonnull(dump);
    ck_assert_int_eq(fseek(dump, 0, SEEK_END), 0);
    *at = ftell(dump);
    fclose(dump);
}

/* The machine. */

static struct peer *peer;
static struct machine *machine;
static const char dump[] = BOOT_LOG_DIR "/offloads.pcap";
static char dump_option[sizeof(dump) + 64];
static long dump_at = 24; /* behind its header */

static void start_machine(void)
{
    struct machine_options options = boot_options("offloads");

    snprintf(dump_option, sizeof(dump_option), "filter-dump,id=dump,netdev=net0,maxlen=%d,file=%s", WIRE_MAX,
             dump);
    peer = peer_open();
    ck_assert_ptr_nonnull(peer);
    options.archive = BOOT_TEST_ARCHIVE;
    options.netdev = peer_netdev(peer);
    options.extra[0] = "-object";
    options.extra[1] = dump_option;
    machine = boot_up(&options);
    free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
}

static void stop_machine(void)
{
    boot_down(machine);
    peer_close(peer);
}

/** Let the module send, then send @p len bytes its way, and check what the wire has seen. */
static void run(struct seen *seen, unsigned len)
{
    unsigned char frame[WIRE_MAX];

    free(boot_run(machine, "system module load offloads"));
    memcpy(frame, own_mac, 6);
    memcpy(frame + 6, peer_mac, 6);
    memcpy(frame + 12, seen->vlan != 0 ? "\x81\x00\x00\x64\x88\xb5" : "\x88\xb5\x01\x02\x03\x04", 6);
    for (unsigned i = 18; i < len; i++) {
        frame[i] = (unsigned char)(i * 7);
    }
    ck_assert(peer_send_raw(peer, frame, len));
    machine_run_for(machine, 1000);
    free(boot_run(machine, "system module unload offloads"));
    check_dump(dump, &dump_at, seen);
    ck_assert_uint_eq(seen->echoed, 1);
    for (unsigned ipv6 = 0; ipv6 < 2; ipv6++) {
        ck_assert_uint_eq(seen->udp[ipv6], 1);
        ck_assert_uint_eq(seen->tcp[ipv6], LONG / MSS + 1);
        ck_assert_uint_eq(seen->payload[ipv6], LONG);
    }
}

START_TEST(test_checksums_and_segments)
{
    struct seen seen = {0};

    run(&seen, 1514);
    ck_assert_uint_eq(seen.jumbo, 0);
}
END_TEST

START_TEST(test_without_hardware)
{
    static const char *const offloads[] = {"tx-vlan", "ipv4-tso", "tx-ipv4-cso", "sg"};
    struct seen seen = {0};
    char command[80];

    for (unsigned i = 0; i < 4; i++) {
        snprintf(command, sizeof(command), "network nic offload set -n vmnic0 -o %s -e off", offloads[i]);
        (void)machine_command(machine, command, BOOT_COMMAND_TIMEOUT_S, NULL); /* What is fixed stays on. */
    }
    run(&seen, 1000);
    for (unsigned i = 4; i-- > 0;) {
        snprintf(command, sizeof(command), "network nic offload set -n vmnic0 -o %s -e on", offloads[i]);
        (void)machine_command(machine, command, BOOT_COMMAND_TIMEOUT_S, NULL);
    }
}
END_TEST

START_TEST(test_vlan)
{
    struct seen seen = {.vlan = VLAN};

    free(boot_run(machine, "network vswitch standard portgroup set -p 'VM Network' --vlan-id 100"));
    run(&seen, 700);
    free(boot_run(machine, "network vswitch standard portgroup set -p 'VM Network' --vlan-id 0"));
}
END_TEST

START_TEST(test_jumbo)
{
    struct seen seen = {0};

    free(boot_run(machine, "network vswitch standard set -v vSwitch0 --mtu 9000"));
    free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
    run(&seen, 9000);
    ck_assert_uint_eq(seen.jumbo, 1);
}
END_TEST

/* What the NIC's receive filter lets through. */

#define FILTERED   50
#define PATIENCE_S 30

static const unsigned char broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static long long received(void)
{
    json_t *list = boot_json(machine, "network nic stats list");
    long long value =
        json_integer_value(json_object_get(boot_row(list, "Name", "vmnic0"), "PacketsReceived"));

    json_decref(list);
    return value;
}

/** Send a frame of 64 bytes with a tag (0: none), of which @p bytes come behind the header. */
static void send_tagged(const unsigned char *to, unsigned vlan, const void *type_and_bytes, unsigned len)
{
    unsigned char frame[64] = {0}, *at = frame + 12;

    memcpy(frame, to, 6);
    memcpy(frame + 6, peer_mac, 6);
    if (vlan != 0) {
        memcpy(at, (unsigned char[]){0x81, 0x00, (unsigned char)(vlan >> 8), (unsigned char)vlan}, 4);
        at += 4;
    }
    memcpy(at, type_and_bytes, len);
    while (!peer_send_raw(peer, frame, sizeof(frame))) {
        machine_run_for(machine, 1);
    }
}

/** Ask for vmk0's address, and wait for its answer: all frames sent before have come, or not been taken. */
static void wait_for_answer(unsigned vlan)
{
    static const unsigned char request[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, 0x02, 0x00, 0x5e, 0x10, 0x00,
                                            0x01, 10,   9, 0, 1, 0, 0, 0, 0, 0, 0,    10,   9,    0,    2};
    unsigned before = peer_read(peer).foreign;

    send_tagged(broadcast, vlan, request, sizeof(request));
    for (unsigned ms = 0; ms < PATIENCE_S * 1000 && peer_read(peer).foreign == before; ms += 10) {
        machine_run_for(machine, 10);
    }
    ck_assert_uint_ne(peer_read(peer).foreign, before);
}

/** Send frames; @return how many the NIC took. vmk0 is in VLAN @p own. */
static long long taken(const unsigned char *to, unsigned vlan, unsigned own)
{
    long long before = received();

    for (unsigned i = 0; i < FILTERED; i++) {
        send_tagged(to, vlan, "\x88\xb5", 2);
    }
    wait_for_answer(own);
    return received() - before - 1;
}

static void set_vlan(const char *vlan)
{
    char command[120];

    snprintf(command, sizeof(command),
             "network vswitch standard portgroup set -p 'Management Network' --vlan-id %s", vlan);
    free(boot_run(machine, command));
}

/* vmk0 has the NIC's own address and is the only client: nothing else needs to come in. */
START_TEST(test_filters)
{
    static const unsigned char group[6] = {0x01, 0x00, 0x5e, 0x01, 0x02, 0x03};

    free(boot_run(machine, "network ip interface ipv4 set -i vmk0 -t static -I 10.9.0.2 -N 255.255.255.0"));
    ck_assert_int_eq(taken(own_mac, 0, 0), 0);
    ck_assert_int_eq(taken(broadcast, 0, 0), FILTERED);
    ck_assert_int_eq(taken(group, 0, 0), FILTERED);
    ck_assert_int_eq(taken(broadcast, 200, 0), FILTERED); /* No VLAN, no filter. */
    set_vlan("100");
    ck_assert_int_eq(taken(broadcast, 100, 100), FILTERED);
    ck_assert_int_eq(taken(broadcast, 200, 100), 0);
    set_vlan("200");
    ck_assert_int_eq(taken(broadcast, 200, 200), FILTERED);
    ck_assert_int_eq(taken(broadcast, 100, 200), 0);
    free(boot_run(machine, "system module load offloads")); /* Whose address is another one. */
    ck_assert_int_eq(taken(own_mac, 0, 200), FILTERED);
    free(boot_run(machine, "system module unload offloads"));
    ck_assert_int_eq(taken(own_mac, 0, 200), 0);
    set_vlan("0");
    skip_dump(dump, &dump_at);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("offloads");
    TCase *tcase = tcase_create("offloads");

    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_test(tcase, test_checksums_and_segments);
    tcase_add_test(tcase, test_without_hardware);
    tcase_add_test(tcase, test_vlan);
    tcase_add_test(tcase, test_filters);
    tcase_add_test(tcase, test_jumbo);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
